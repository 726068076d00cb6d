import { warnOnce } from '../../ui/pipeline-element.js';
import { contactMatchesFilter, isEmptyFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { canLookUp, loadedStatuses, lookUpStatuses, type Held, type Subject } from './held-statuses.js';

export interface JudgeHost {
  readonly of: string;
  readonly contactMatch: string;
  readonly filter: Filter;
}

/** Says of a conversation or a contact whether the filter lets it through. */
export class Judge {
  readonly #host: JudgeHost;
  readonly #store: () => PipelineStore | undefined;

  constructor(host: JudgeHost, store: () => PipelineStore | undefined) {
    this.#host = host;
    this.#store = store;
  }

  /** What is filtered; what cannot be read counts as the default. */
  get subject(): Subject {
    const { of, contactMatch } = this.#host;
    if (of !== 'contact') return { of: 'conversation' };
    return { of, contactMatch: contactMatch === 'latest' ? 'latest' : 'any' };
  }

  /** Says what to write instead of what cannot be read. */
  checkSubject(): void {
    const { of, contactMatch } = this.#host;
    if (of !== 'conversation' && of !== 'contact')
      warnOnce(`<pipeline-filter of="${of}">: write "conversation" or "contact".`);
    if (contactMatch !== 'any' && contactMatch !== 'latest')
      warnOnce(`<pipeline-filter contact-match="${contactMatch}">: write "any" or "latest".`);
  }

  /** Whether the adapter has no contacts to filter: then nothing is shown, and nothing is hidden. */
  get isUnavailable(): boolean {
    const store = this.#store();
    return store !== undefined && !canLookUp(this.subject, store);
  }

  /** Whether there is anything to filter by. */
  get isActive(): boolean {
    return !isEmptyFilter(this.#host.filter) && !this.isUnavailable;
  }

  passes(held: Held): boolean {
    return this.isUnavailable || contactMatchesFilter(this.#host.filter, held);
  }

  /** By what is loaded; `undefined` where nothing is. */
  passesLoaded(id: Id): boolean | undefined {
    const store = this.#store();
    const held = store && loadedStatuses(store, this.subject, id);
    return held && this.passes(held);
  }

  /** Those that a filter lets through, in order; what is not loaded is looked up. Rejects with a `PipelineError`. */
  async select(ids: readonly Id[], filter: Filter, store: PipelineStore): Promise<Id[]> {
    if (this.isUnavailable) return [...ids];
    const statusesOf = await lookUpStatuses(store, this.subject, ids);
    return ids.filter((id) => contactMatchesFilter(filter, statusesOf(id)));
  }
}
