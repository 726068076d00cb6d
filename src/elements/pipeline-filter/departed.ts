import { html, nothing, type TemplateResult } from 'lit/html.js';
import { withName } from '../../ui/bidi.js';
import { announce } from '../../ui/live-region.js';
import type { LocalizeController } from '../../ui/localize.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { without } from './filter-value.js';

interface Departed {
  ids: readonly Id[];
  /** Of those whose name is known. */
  names: readonly string[];
}

/** Removes deleted statuses from a filter and notifies the user: it must not turn into another one unnoticed. */
export class Departures {
  readonly #element: Element;
  readonly #localize: LocalizeController;
  /** The last that left, told until the filter changes. */
  #last: Departed | undefined;
  /** Chosen for another source: unknown here is not deleted, and the host may be about to say what it wants instead. */
  #carried: ReadonlySet<Id | null> = new Set();

  constructor(element: Element, localize: LocalizeController) {
    this.#element = element;
    this.#localize = localize;
  }

  /** The filter without those that are deleted; `undefined` when there are none. */
  leave(filter: Filter, store: PipelineStore | undefined): Filter | undefined {
    const departed = departedFrom(filter, store, this.#carried);
    if (!departed) return undefined;
    this.#last = departed;
    announce(this.#sentences((say, name) => say(name)).join(' '), this.#element);
    return without(filter, departed.ids);
  }

  /** The filter is another one. */
  forget(): void {
    this.#last = undefined;
  }

  /** The data comes from another source: what is chosen stays, also where that source does not know it. */
  carry({ statusIds }: Filter): void {
    this.forget();
    this.#carried = new Set(statusIds);
  }

  /** What a user chooses is about this source: what was chosen for another one, and is unknown here, leaves without a word. */
  chosenHere(filter: Filter, store: PipelineStore | undefined): Filter {
    const isKnown = (id: Id): boolean => store?.phase === 'ready' && store.status(id) !== undefined;
    const isForeign = (id: Id | null): boolean => id !== null && this.#carried.has(id) && !isKnown(id);
    return without(filter, filter.statusIds.filter(isForeign));
  }

  /** The host has said anew what it wants. */
  release(): void {
    this.#carried = new Set();
  }

  render(): TemplateResult | typeof nothing {
    if (!this.#last) return nothing;
    const words = this.#sentences(withName).map((each, i) => [i ? ' ' : '', each]);
    return html`<p class="message" part="message">${words}</p>`;
  }

  /** A sentence for each that had a name, and one for all others; `put` puts the name into its sentence. */
  #sentences<T>(put: (say: (name: string) => string, name: string) => T): (T | string)[] {
    const { ids, names } = this.#last!;
    const named = names.map((each) => put((name) => this.#localize.text('statusLeftFilter', { name }), each));
    const n = ids.length - names.length;
    return n ? [...named, this.#localize.text('unknownLeftFilter', { n })] : named;
  }
}

/**
 * Those that are deleted, or that the store, once it has the list, does not know; `undefined` when there are none. A
 * delete that is on its way may yet be refused.
 */
function departedFrom(
  { statusIds }: Filter,
  store: PipelineStore | undefined,
  carried: ReadonlySet<Id | null>,
): Departed | undefined {
  if (store?.phase !== 'ready') return undefined;
  const hasLeft = (id: Id): boolean => store.status(id)?.deleted ?? (!store.status(id) && !carried.has(id));
  const ids = statusIds.filter((id): id is Id => id !== null && hasLeft(id));
  if (!ids.length) return undefined;
  return { ids, names: ids.map((id) => store.status(id)?.name).filter((name) => name !== undefined) };
}
