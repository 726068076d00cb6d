/** The selected statuses of a filter: their chips, and the removal of those that were deleted. */
import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { without } from './filter-subject.js';
import { type Filter, isEmptyFilter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { announce } from '../../ui/live-region.js';
import type { LocalizeController } from '../../ui/localize.js';
import { chip, closeIcon, withName } from '../../ui/templates.js';

export class RemovedStatuses {
  readonly #host: Element;
  readonly #localize: LocalizeController;
  /** The names of those removed last, as far as they are known, until the filter changes; and how many had none. */
  #last: { names: readonly string[]; unnamed: number } | undefined;
  /** Selected under a previous data source. Unknown to the current one is not deleted: the host may be about to replace them. */
  #carriedOver: ReadonlySet<Id | null> = new Set();

  constructor(host: Element, localize: LocalizeController) {
    this.#host = host;
    this.#localize = localize;
  }

  /** The filter without deleted statuses; `undefined` when it has none. A pending delete does not count: it may fail. */
  removeDeleted(filter: Filter, store: PipelineStore | undefined): Filter | undefined {
    if (store?.phase !== 'ready') return undefined;
    const isDeleted = (id: Id): boolean =>
      store.status(id)?.deleted ?? (!store.status(id) && !this.#carriedOver.has(id));
    const ids = filter.statusIds.filter((id): id is Id => id !== null && isDeleted(id));
    if (!ids.length) return undefined;
    const names = ids.map((id) => store.status(id)?.name).filter((name) => name !== undefined);
    this.#last = { names, unnamed: ids.length - names.length };
    announce(this.#sentences((sentence, name) => sentence(name)).join(' '), this.#host);
    return without(filter, ids);
  }

  /** Drops the message: the filter has changed since. */
  clearMessage(): void {
    this.#last = undefined;
  }

  /** Keeps the selection when the data source changes, including statuses that the new source does not know. */
  carryOver({ statusIds }: Filter): void {
    this.clearMessage();
    this.#carriedOver = new Set(statusIds);
  }

  /** Ends that: the host has set a filter for the new source. */
  dropCarriedOver(): void {
    this.#carriedOver = new Set();
  }

  /** The filter without what was carried over and the current source does not know: a user's change is about this source. */
  withoutUnknown(filter: Filter, store: PipelineStore | undefined): Filter {
    const isKnown = (id: Id): boolean => store?.phase === 'ready' && store.status(id) !== undefined;
    const isUnknown = (id: Id | null): boolean => id !== null && this.#carriedOver.has(id) && !isKnown(id);
    return without(filter, filter.statusIds.filter(isUnknown));
  }

  render(): TemplateResult | typeof nothing {
    if (!this.#last) return nothing;
    const sentences = this.#sentences(withName).map((each, i) => [i ? ' ' : '', each]);
    return html`<p class="message" part="message">${sentences}</p>`;
  }

  /** One sentence for each known name and one for all others. `insert` puts a name into its sentence. */
  #sentences<T>(insert: (sentence: (name: string) => string, name: string) => T): (T | string)[] {
    const { names, unnamed } = this.#last!;
    const named = names.map((each) => insert((name) => this.#localize.text('statusLeftFilter', { name }), each));
    return unnamed ? [...named, this.#localize.text('unknownLeftFilter', { n: unnamed })] : named;
  }
}

export interface SelectedChips {
  filter: Filter;
  store: PipelineStore | undefined;
  localize: LocalizeController;
  isDisabled: boolean;
  /** Whether the popup is open, which has a button to clear of its own. */
  isOpen: boolean;
  onRemove(id: Id | null): void;
  onClear(): void;
}

export function renderSelectedChips(selected: SelectedChips): TemplateResult | typeof nothing {
  const { filter, localize, isDisabled, isOpen, onClear } = selected;
  if (isEmptyFilter(filter)) return nothing;
  const isNoneOf = filter.op === 'none-of';
  return html`<span class="chosen" role="group" aria-label=${localize.text(isNoneOf ? 'noneOf' : 'anyOf')}>
    ${isNoneOf ? html`<span class="not" aria-hidden="true">${localize.text('notPrefix')}</span>` : nothing}
    ${repeat(
      inPipelineOrder(selected),
      (id) => id ?? '',
      (id) => renderChip(selected, id),
    )}
    <button
      class="link-button clear"
      part="clear"
      type="button"
      ?data-away=${isOpen}
      ?disabled=${isDisabled}
      @click=${onClear}
    >
      ${localize.text('clearFilter')}
    </button>
  </span>`;
}

/** The selected ids in the order of the pipeline, "No status" last. */
function inPipelineOrder({ filter, store }: SelectedChips): (Id | null)[] {
  const places = new Map(store?.statuses.map(({ id }, index) => [id, index]));
  const placeOf = (id: Id | null): number => (id === null ? Infinity : (places.get(id) ?? places.size));
  return [...filter.statusIds].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0));
}

function renderChip({ store, localize, isDisabled, onRemove }: SelectedChips, id: Id | null): TemplateResult {
  const status = store?.status(id);
  if (id !== null && !status && store?.phase !== 'ready') {
    return html`<span class=${store?.error ? 'unknown' : 'skeleton'} part="skeleton"></span>`;
  }
  // A status can be unknown when it was selected under another data source.
  const name = status?.name ?? localize.text(id === null ? 'noStatus' : 'unknownStatus');
  return html`<button
    class="remove"
    part="clear"
    type="button"
    aria-label=${localize.text('removeFromFilter', { name })}
    ?disabled=${isDisabled}
    @click=${() => onRemove(id)}
  >
    ${chip(status, name, html`<span class="cross">${closeIcon}</span>`)}
  </button>`;
}
