import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { announce } from '../../ui/live-region.js';
import { learn, type Values } from '../../ui/localize.js';
import { inbox } from '../../locales/en/inbox.js';
import type { MessageKey } from '../../locales/en.js';
import type { PipelineError } from '../../model/errors.js';
import type { PipelineStore } from '../../store/pipeline.js';
import type { Held, Subject } from './held-statuses.js';
import { ListFilter, type RowAttribute } from './list-filter.js';
import { ListFinder } from './list-finder.js';
import { loadError, rowStatuses, watchStatuses } from './row-statuses.js';

/** How many are shown is spoken when the user has paused, milliseconds. */
const SHOWN_DELAY = 500;

export interface ListControllerOptions {
  listId(): string | null;
  store(): PipelineStore | undefined;
  subject(): Subject;
  /** Whether there is anything to filter by. */
  isActive(): boolean;
  passes(held: Held): boolean;
  text(key: MessageKey, values?: Values): string;
}

/** Filters the list that an element is `for`, while there is something to filter by. */
export class ListController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: ListControllerOptions;
  readonly #finder = new ListFinder(() => this.#follow());
  #filter: ListFilter | undefined;
  #store: PipelineStore | undefined;
  #isStale = false;
  #announces = false;
  #error: PipelineError | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: ListControllerOptions) {
    this.#host = host;
    this.#options = options;
    learn(inbox);
    host.addController(this);
  }

  hostUpdated(): void {
    this.#follow();
  }

  hostDisconnected(): void {
    this.#finder.stop();
    this.#leave();
  }

  /** Why rows could not be judged, until they can. */
  get error(): PipelineError | undefined {
    return this.#error;
  }

  /** The filter is another one: with the next update all rows are looked at. */
  refresh(): void {
    this.#isStale = true;
  }

  /** Says how many rows are shown, once they are. */
  announceNext(): void {
    this.#announces = true;
  }

  /** The data comes from another source: all rows are shown until that has answered. */
  changeSource(): void {
    this.#announces = false;
    this.#leave();
  }

  #follow(): void {
    const { listId, isActive } = this.#options;
    const store = this.#options.store();
    // Once nothing is filtered any more, what is hidden is still to be shown.
    const isWanted = store && (isActive() || this.#filter);
    const list = isWanted ? this.#finder.find(this.#host, listId()) : null;
    if (!isWanted) this.#finder.stop();
    const attribute = this.#options.subject().of === 'contact' ? 'data-contact-id' : 'data-conversation-id';
    const { list: current, attribute: currentAttribute } = this.#filter ?? {};
    if (current && (current !== list || currentAttribute !== attribute || this.#store !== store)) this.#leave();
    if (list && store && !this.#filter && isActive()) {
      this.#store = store;
      this.#filter = this.#open(list, attribute, store);
    } else if (this.#isStale) {
      this.#filter?.refresh();
    }
    this.#isStale = false;
  }

  #open(list: HTMLElement, attribute: RowAttribute, store: PipelineStore): ListFilter {
    const { subject, passes } = this.#options;
    return new ListFilter(list, attribute, {
      matches: (id) => {
        const held = rowStatuses(store, subject(), id);
        return held && passes(held);
      },
      watch: (id, onChange) => watchStatuses(store, subject(), id, onChange),
      onSettled: () => this.#handleSettled(store),
    });
  }

  #handleSettled(store: PipelineStore): void {
    const filter = this.#filter;
    if (!filter) return;
    const isActive = this.#options.isActive();
    const unknown = [...filter.unknown()];
    const [error] = isActive ? unknown.map((id) => loadError(store, this.#options.subject(), id)).filter(Boolean) : [];
    if (error !== this.#error) {
      this.#error = error;
      this.#host.requestUpdate();
    }
    if (this.#announces && !unknown.length) {
      this.#announces = false;
      this.#announce(filter.shown);
    }
    if (!isActive) this.#leave();
  }

  #announce(n: number): void {
    const words = this.#options.subject().of === 'contact' ? 'contactsShown' : 'conversationsShown';
    announce(this.#options.text(words, { n }), this.#host, SHOWN_DELAY);
  }

  #leave(): void {
    this.#filter?.close();
    this.#filter = undefined;
    this.#error = undefined;
  }
}
