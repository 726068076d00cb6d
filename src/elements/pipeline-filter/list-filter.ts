import type { Id } from '../../model/id.js';
import { Slices } from './slices.js';

export interface ListFilterOptions {
  /** Whether an id passes; `undefined` while that is not known: the row stays as it is. */
  matches(id: Id): boolean | undefined;
  /** Starts to listen to what decides over an id; returns how to stop. */
  watch(id: Id, onChange: () => void): () => void;
  /** All rows are as they should be; `shown` of them are not hidden by the filter. */
  onSettled(shown: number): void;
}

interface Watched {
  rows: Set<HTMLElement>;
  stop: () => void;
}

/**
 * Hides the rows of a host's list that a filter does not let through, by the `hidden` attribute, and keeps doing so as
 * the host adds, removes and rewrites rows. Rows without an id are left alone; a row that the host hid itself stays
 * hidden when the filter goes.
 */
export class ListFilter {
  readonly list: HTMLElement;
  readonly #attribute: string;
  readonly #options: ListFilterOptions;
  readonly #ids = new Map<HTMLElement, Id>();
  readonly #watched = new Map<Id, Watched>();
  /** The rows that are hidden by this filter, and by nobody else. */
  readonly #hidden = new Set<HTMLElement>();
  readonly #slices: Slices<HTMLElement>;
  readonly #observer = new MutationObserver((records) => this.#handleMutations(records));

  constructor(list: HTMLElement, attribute: 'data-conversation-id' | 'data-contact-id', options: ListFilterOptions) {
    this.list = list;
    this.#attribute = attribute;
    this.#options = options;
    this.#slices = new Slices<HTMLElement>(
      (row) => this.#apply(row),
      () => this.#settle(),
    );
    this.#take(this.#rowsIn(list));
    this.#observe();
  }

  /** The filter is another one: looks at every row again. */
  refresh(): void {
    this.#slices.add(this.#rowsIn(this.list));
  }

  /** Shows what it hid, and lets go of the list. */
  close(): void {
    this.#observer.disconnect();
    this.#slices.close();
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
    for (const row of this.#hidden) row.hidden = false;
    this.#hidden.clear();
    this.#ids.clear();
  }

  #observe(): void {
    this.#observer.observe(this.list, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: [this.#attribute, 'hidden'],
    });
  }

  *#rowsIn(root: Element): Iterable<HTMLElement> {
    if (root !== this.list && root instanceof HTMLElement && root.hasAttribute(this.#attribute)) yield root;
    yield* root.querySelectorAll<HTMLElement>(`[${this.#attribute}]`);
  }

  #handleMutations(records: readonly MutationRecord[]): void {
    for (const { type, target, addedNodes, removedNodes } of records) {
      if (type === 'attributes') this.#take([target as HTMLElement]);
      for (const node of removedNodes)
        if (node instanceof HTMLElement) for (const row of this.#rowsIn(node)) this.#leave(row);
      for (const node of addedNodes) if (node instanceof HTMLElement) this.#take(this.#rowsIn(node));
    }
  }

  /** Listens to the rows' ids at once, so that all are looked up together; what they show is worked off in slices. */
  #take(rows: Iterable<HTMLElement>): void {
    const taken = [...rows];
    for (const row of taken) {
      const id = this.list.contains(row) ? row.getAttribute(this.#attribute) : null;
      if (this.#ids.get(row) === (id ?? undefined)) continue;
      this.#forget(row);
      if (id) this.#remember(row, id);
    }
    this.#slices.add(taken);
  }

  #apply(row: HTMLElement): void {
    const id = this.#ids.get(row);
    const passes = id ? this.#options.matches(id) : true;
    if (passes === undefined) return;
    if (passes) this.#show(row);
    else if (!row.hidden) {
      this.#hidden.add(row);
      this.#silently(() => (row.hidden = true));
    }
  }

  #show(row: HTMLElement): void {
    if (this.#hidden.delete(row)) this.#silently(() => (row.hidden = false));
  }

  /** Writes `hidden` without hearing of it as a change of the host's. */
  #silently(write: () => void): void {
    this.#handleMutations(this.#observer.takeRecords());
    write();
    this.#observer.takeRecords();
  }

  #remember(row: HTMLElement, id: Id): void {
    this.#ids.set(row, id);
    const watched = this.#watched.get(id);
    if (watched) {
      watched.rows.add(row);
      return;
    }
    const rows = new Set([row]);
    const stop = this.#options.watch(id, () => this.#slices.add(rows));
    this.#watched.set(id, { rows, stop });
  }

  #forget(row: HTMLElement): void {
    const id = this.#ids.get(row);
    if (id === undefined) return;
    this.#ids.delete(row);
    const watched = this.#watched.get(id);
    watched?.rows.delete(row);
    if (watched?.rows.size) return;
    watched?.stop();
    this.#watched.delete(id);
  }

  /** A row left the list: the host may keep it and use it elsewhere. */
  #leave(row: HTMLElement): void {
    if (this.list.contains(row)) return;
    this.#forget(row);
    if (this.#hidden.delete(row)) row.hidden = false;
  }

  #settle(): void {
    this.#options.onSettled(this.#ids.size - this.#hidden.size);
  }
}
