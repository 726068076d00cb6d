import { warnOnce } from '../../ui/pipeline-element.js';
import type { Id } from '../../model/id.js';
import { Slices } from './slices.js';

/** So many rows are looked at as soon as the host has changed them, before they are painted; the others wait for a frame. */
const AT_ONCE = 100;
/** So many neighbours that are list items are not hidden from the end on: see `#ordered`. */
const LONG_RUN = 500;

export interface ListFilterOptions {
  /** Whether an id passes; `undefined` while that is not known: its rows stay as they are. */
  matches(id: Id): boolean | undefined;
  /** Starts to listen to what decides over an id; returns how to stop. */
  watch(id: Id, onChange: () => void): () => void;
  /** There is nothing left to do, until something changes. */
  onSettled(): void;
}

export type RowAttribute = 'data-conversation-id' | 'data-contact-id';

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
  readonly attribute: RowAttribute;
  readonly #options: ListFilterOptions;
  readonly #ids = new Map<HTMLElement, Id>();
  readonly #watched = new Map<Id, Watched>();
  /** The rows that are hidden by this filter, and by nobody else. */
  readonly #hidden = new Set<HTMLElement>();
  /** The rows of which it is not known whether they pass. */
  readonly #unknown = new Set<HTMLElement>();
  /** The rows to look at before all others. */
  readonly #changed = new Set<HTMLElement>();
  /** All rows, as far as they are still to be looked at, and those of them to be written then: the next one is the last. */
  #unseen: HTMLElement[] = [];
  #due: HTMLElement[] = [];
  /** How many rows before the one that is looked at will stand hidden one after the other, and the most so far. */
  #run = 0;
  #longestRun = 0;
  readonly #written = new Set<Node>();
  #isChecked = false;
  readonly #slices: Slices;
  readonly #observer = new MutationObserver((records) => this.#handleMutations(records));

  constructor(list: HTMLElement, attribute: RowAttribute, options: ListFilterOptions) {
    this.list = list;
    this.attribute = attribute;
    this.#options = options;
    this.#slices = new Slices({
      size: () => Math.max(this.#ids.size, this.#unseen.length),
      step: () => this.#step(),
      around: (slice) => this.#quietly(slice),
      layOut: () => void list.offsetHeight,
      onDone: () => this.#settle(),
    });
    this.#observer.observe(list, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: [attribute, 'hidden'],
    });
    this.refresh();
  }

  /** How many rows with an id are shown. */
  get shown(): number {
    let shown = 0;
    for (const row of this.#ids.keys()) if (!row.hidden) shown++;
    return shown;
  }

  /** The ids of which it is not known whether they pass. */
  *unknown(): Iterable<Id> {
    for (const row of this.#unknown) yield this.#ids.get(row)!;
  }

  /** The filter is another one: looks at every row again, or for the first time. */
  refresh(): void {
    this.#unseen = [...this.#rowsIn(this.list)].reverse();
    this.#due = [];
    this.#run = this.#longestRun = 0;
    this.#slices.start();
  }

  /** Shows what it hid, and lets go of the list. */
  close(): void {
    this.#observer.disconnect();
    this.#slices.stop();
    for (const { stop } of this.#watched.values()) stop();
    this.#watched.clear();
    for (const row of this.#hidden) row.hidden = false;
    this.#hidden.clear();
    this.#ids.clear();
  }

  *#rowsIn(root: Element): IterableIterator<HTMLElement> {
    if (root !== this.list && root instanceof HTMLElement && root.hasAttribute(this.attribute)) yield root;
    for (const row of root.querySelectorAll(`[${this.attribute}]`)) if (row instanceof HTMLElement) yield row;
  }

  // Reading rows.

  #handleMutations(records: readonly MutationRecord[]): void {
    const touched = new Set<HTMLElement>();
    for (const { type, target, attributeName, addedNodes, removedNodes } of records) {
      if (attributeName === 'hidden') this.#hearHidden(target as HTMLElement);
      else if (type === 'attributes' && target instanceof HTMLElement) touched.add(target);
      for (const node of removedNodes)
        if (node instanceof HTMLElement) for (const row of this.#rowsIn(node)) this.#leave(row);
      for (const node of addedNodes)
        if (node instanceof HTMLElement) for (const row of this.#rowsIn(node)) touched.add(row);
    }
    for (const row of touched) {
      this.#read(row);
      this.#changed.add(row);
    }
    if (touched.size && touched.size <= AT_ONCE) {
      this.#quietly(() => {
        for (const row of touched) if (this.#changed.delete(row)) this.#apply(row);
      });
    }
    if (touched.size) this.#slices.start();
  }

  /** The host wrote `hidden`. Not answered at once: with two who disagree that would never end. */
  #hearHidden(row: HTMLElement): void {
    if (!this.#ids.has(row)) return;
    // Hidden by the filter, and now by the host too.
    if (row.hidden) this.#hidden.delete(row);
    this.#changed.add(row);
    this.#slices.start();
  }

  #read(row: HTMLElement): void {
    const id = row !== this.list && this.list.contains(row) ? row.getAttribute(this.attribute) : null;
    if (this.#ids.get(row) === (id ?? undefined)) return;
    this.#forget(row);
    if (!id) return;
    this.#ids.set(row, id);
    const watched = this.#watched.get(id);
    if (watched) {
      watched.rows.add(row);
      return;
    }
    const rows = new Set([row]);
    this.#watched.set(id, { rows, stop: this.#options.watch(id, () => this.#handleChange(rows)) });
  }

  readonly #handleChange = (rows: ReadonlySet<HTMLElement>): void => {
    for (const row of rows) this.#changed.add(row);
    this.#slices.start();
  };

  #forget(row: HTMLElement): void {
    const id = this.#ids.get(row);
    if (id === undefined) return;
    this.#ids.delete(row);
    this.#unknown.delete(row);
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

  // Writing rows.

  #step(): boolean | undefined {
    for (const row of this.#changed) {
      const isOneOfMany = this.#changed.size > AT_ONCE;
      this.#changed.delete(row);
      return isOneOfMany ? this.#sortIn(row) : this.#apply(row);
    }
    const unseen = this.#unseen.pop();
    if (unseen) {
      this.#sortIn(unseen);
      if (!this.#unseen.length) this.#due = this.#ordered(this.#due);
      return false;
    }
    const next = this.#due.pop();
    return next && this.#apply(next);
  }

  /** Finds out what is to be done with a row, and leaves it to be done later. */
  #sortIn(row: HTMLElement): false {
    // Not all in the turn in which the filter begins: that is a person's press, which waits for it.
    if (!this.#ids.has(row)) this.#read(row);
    const passes = this.#passes(row);
    if (passes ? this.#hidden.has(row) : passes === false && !row.hidden) this.#due.push(row);
    this.#run = passes && !row.hidden ? 0 : this.#run + 1;
    this.#longestRun = Math.max(this.#longestRun, this.#run);
    return false;
  }

  /**
   * Rows go from the end of the list on and come from its beginning on: then few that are shown stand below the one that
   * is written, and to move those is most of what it costs. But in Chromium a list item that goes looks for the next one
   * that is there, past all that are hidden: where these are many, all rows are written from the beginning on.
   */
  #ordered(rows: HTMLElement[]): HTMLElement[] {
    const goes = rows.filter((row) => !this.#hidden.has(row));
    const isSlow = this.#longestRun > LONG_RUN && goes[0] && getComputedStyle(goes[0]).display === 'list-item';
    return isSlow ? rows.reverse() : [...rows.filter((row) => this.#hidden.has(row)).reverse(), ...goes];
  }

  /** Whether a row passes; `undefined` while that is not known, which is kept. */
  #passes(row: HTMLElement): boolean | undefined {
    const id = this.#ids.get(row);
    const passes = id === undefined ? true : this.#options.matches(id);
    if (passes === undefined) this.#unknown.add(row);
    else this.#unknown.delete(row);
    return passes;
  }

  /** Shows or hides a row; tells whether it had to. */
  #apply(row: HTMLElement): boolean {
    const passes = this.#passes(row);
    if (passes === undefined) return false;
    if (passes) {
      if (!this.#hidden.delete(row)) return false;
    } else {
      if (row.hidden) return false;
      this.#hidden.add(row);
    }
    row.hidden = !passes;
    this.#written.add(row);
    return true;
  }

  /** Writes `hidden` without hearing of it as a change of the host's. */
  #quietly(write: () => void): void {
    this.#handleMutations(this.#observer.takeRecords());
    write();
    const others = this.#observer
      .takeRecords()
      .filter(({ attributeName, target }) => attributeName !== 'hidden' || !this.#written.has(target));
    this.#written.clear();
    if (others.length) this.#handleMutations(others);
  }

  #settle(): void {
    this.#check();
    this.#options.onSettled();
  }

  /** A style sheet's `display` is stronger than the browser's rule for `hidden`. */
  #check(): void {
    const [row] = this.#hidden;
    if (this.#isChecked || !row?.isConnected) return;
    this.#isChecked = true;
    if (getComputedStyle(row).display === 'none') return;
    warnOnce(
      `<pipeline-filter for="${this.list.id}">: the page's style shows items in spite of their hidden attribute; write "[hidden] { display: none !important }".`,
    );
  }
}
