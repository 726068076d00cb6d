import { html, nothing, type TemplateResult } from 'lit/html.js';
import { withName } from '../../internal/bidi.js';
import { announce } from '../../internal/live-region.js';
import type { LocalizeController } from '../../internal/localize.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/store.js';
import { without } from './filter-value.js';

interface Departed {
  ids: readonly Id[];
  /** Of those whose name is known. */
  names: readonly string[];
}

/** Statuses of a filter that are deleted leave it, and it says so, lest it turn into another one unseen. */
export class Departures {
  readonly #element: Element;
  readonly #localize: LocalizeController;
  /** The last that left, told until the filter changes. */
  #last: Departed | undefined;

  constructor(element: Element, localize: LocalizeController) {
    this.#element = element;
    this.#localize = localize;
  }

  /** The filter without those that are deleted; `undefined` when there are none. */
  leave(filter: Filter, store: PipelineStore | undefined): Filter | undefined {
    const departed = departedFrom(filter, store);
    if (!departed) return undefined;
    this.#last = departed;
    announce(this.#sentences((say, name) => say(name)).join(' '), this.#element);
    return without(filter, departed.ids);
  }

  /** The filter is another one. */
  forget(): void {
    this.#last = undefined;
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
function departedFrom({ statusIds }: Filter, store: PipelineStore | undefined): Departed | undefined {
  if (store?.phase !== 'ready') return undefined;
  const ids = statusIds.filter((id): id is Id => id !== null && (store.status(id)?.deleted ?? !store.status(id)));
  if (!ids.length) return undefined;
  return { ids, names: ids.map((id) => store.status(id)?.name).filter((name) => name !== undefined) };
}
