/** Hides the rows of a host's list that a filter excludes, and keeps doing so as the host adds, removes and changes rows. */
import { warnOnce } from '../../ui/warn.js';
import type { Id } from '../../model/id.js';
import { FrameScheduler } from './frame-scheduler.js';

/** Up to this many changed rows are updated at once, before the browser paints them; more wait for a frame. */
const IMMEDIATE = 100;
/** With more adjacent hidden rows than this, list items are written from first to last: see `#inWriteOrder`. */
const LONG_RUN = 500;

export interface RowVisibilityConfig {
  /** Whether an id passes; `undefined` until it is known, and its rows stay as they are. */
  passes(id: Id): boolean | undefined;
  /** Subscribes to whatever decides whether an id passes. Returns a function that unsubscribes. */
  watch(id: Id, onChange: () => void): () => void;
  /** All rows have been checked and written. */
  onSettled(): void;
}

export type RowAttribute = 'data-conversation-id' | 'data-contact-id';

interface Subscription {
  rows: Set<HTMLElement>;
  unsubscribe: () => void;
}

/**
 * Sets the `hidden` attribute of the rows, the descendants of the list with an id. Other descendants are left alone; a
 * row that the host itself hid stays hidden when the filter is cleared.
 */
export class RowVisibility {
  readonly list: HTMLElement;
  readonly attribute: RowAttribute;
  readonly #config: RowVisibilityConfig;
  readonly #ids = new Map<HTMLElement, Id>();
  readonly #subscriptions = new Map<Id, Subscription>();
  /** Rows that are hidden by this filter only, not by the host. */
  readonly #hidden = new Set<HTMLElement>();
  /** Rows of which it is not known whether they pass. */
  readonly #undecided = new Set<HTMLElement>();
  /** Changed rows, to be updated before all others. */
  readonly #changed = new Set<HTMLElement>();
  /** Rows that a refresh still has to check, and those that it then has to write. Both are stacks. */
  #unchecked: HTMLElement[] = [];
  #toWrite: HTMLElement[] = [];
  /** The number of adjacent rows that will be hidden, up to the row being checked; and the largest so far. */
  #run = 0;
  #longestRun = 0;
  readonly #written = new Set<Node>();
  #hasCheckedStyle = false;
  readonly #scheduler: FrameScheduler;
  readonly #observer = new MutationObserver((records) => this.#handleMutations(records));

  constructor(list: HTMLElement, attribute: RowAttribute, config: RowVisibilityConfig) {
    this.list = list;
    this.attribute = attribute;
    this.#config = config;
    this.#scheduler = new FrameScheduler({
      size: () => Math.max(this.#ids.size, this.#unchecked.length),
      step: () => this.#step(),
      around: (slice) => this.#writeUnobserved(slice),
      layOut: () => void list.offsetHeight,
      onDone: () => {
        this.#checkStyle();
        config.onSettled();
      },
    });
    this.#observer.observe(list, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: [attribute, 'hidden'],
    });
    this.refresh();
  }

  /** The number of rows that are shown. */
  get shown(): number {
    let shown = 0;
    for (const row of this.#ids.keys()) if (!row.hidden) shown++;
    return shown;
  }

  /** The ids of which it is not known whether they pass. */
  *undecided(): Iterable<Id> {
    for (const row of this.#undecided) yield this.#ids.get(row)!;
  }

  /** Checks every row: the filter is new or has changed. */
  refresh(): void {
    this.#unchecked = [...this.#rowsIn(this.list)].reverse();
    this.#toWrite = [];
    this.#run = this.#longestRun = 0;
    this.#scheduler.start();
  }

  /** Shows all rows that it hid, and stops. */
  close(): void {
    this.#observer.disconnect();
    this.#scheduler.stop();
    for (const { unsubscribe } of this.#subscriptions.values()) unsubscribe();
    this.#subscriptions.clear();
    for (const row of this.#hidden) row.hidden = false;
    this.#hidden.clear();
    this.#ids.clear();
  }

  *#rowsIn(root: Element): IterableIterator<HTMLElement> {
    if (root !== this.list && root instanceof HTMLElement && root.hasAttribute(this.attribute)) yield root;
    for (const row of root.querySelectorAll(`[${this.attribute}]`)) if (row instanceof HTMLElement) yield row;
  }

  // What the host changes.

  #handleMutations(records: readonly MutationRecord[]): void {
    const touched = new Set<HTMLElement>();
    for (const { type, target, attributeName, addedNodes, removedNodes } of records) {
      if (attributeName === 'hidden') this.#handleHiddenChange(target as HTMLElement);
      else if (type === 'attributes' && target instanceof HTMLElement) touched.add(target);
      for (const node of removedNodes)
        if (node instanceof HTMLElement) for (const row of this.#rowsIn(node)) this.#release(row);
      for (const node of addedNodes)
        if (node instanceof HTMLElement) for (const row of this.#rowsIn(node)) touched.add(row);
    }
    for (const row of touched) {
      this.#readId(row);
      this.#changed.add(row);
    }
    if (touched.size && touched.size <= IMMEDIATE) {
      this.#writeUnobserved(() => {
        for (const row of touched) if (this.#changed.delete(row)) this.#apply(row);
      });
    }
    if (touched.size) this.#scheduler.start();
  }

  /** The host wrote `hidden`. The response waits for a frame: two filters that disagree would otherwise loop forever. */
  #handleHiddenChange(row: HTMLElement): void {
    if (!this.#ids.has(row)) return;
    // Hidden by this filter before, and now by the host too.
    if (row.hidden) this.#hidden.delete(row);
    this.#changed.add(row);
    this.#scheduler.start();
  }

  #handleStatusChange(rows: ReadonlySet<HTMLElement>): void {
    for (const row of rows) this.#changed.add(row);
    this.#scheduler.start();
  }

  #readId(row: HTMLElement): void {
    const id = row !== this.list && this.list.contains(row) ? row.getAttribute(this.attribute) : null;
    if (this.#ids.get(row) === (id ?? undefined)) return;
    this.#forget(row);
    if (!id) return;
    this.#ids.set(row, id);
    const subscription = this.#subscriptions.get(id);
    if (subscription) {
      subscription.rows.add(row);
      return;
    }
    const rows = new Set([row]);
    const unsubscribe = this.#config.watch(id, () => this.#handleStatusChange(rows));
    this.#subscriptions.set(id, { rows, unsubscribe });
  }

  #forget(row: HTMLElement): void {
    const id = this.#ids.get(row);
    if (id === undefined) return;
    this.#ids.delete(row);
    this.#undecided.delete(row);
    const subscription = this.#subscriptions.get(id);
    subscription?.rows.delete(row);
    if (subscription?.rows.size) return;
    subscription?.unsubscribe();
    this.#subscriptions.delete(id);
  }

  /** The row was removed from the list; the host may reuse it elsewhere, so it must not stay hidden. */
  #release(row: HTMLElement): void {
    if (this.list.contains(row)) return;
    this.#forget(row);
    if (this.#hidden.delete(row)) row.hidden = false;
  }

  // Checking and writing rows.

  /** One step for the scheduler: a changed row, else a row to check, else a row to write. */
  #step(): boolean | undefined {
    for (const row of this.#changed) {
      const areMany = this.#changed.size > IMMEDIATE;
      this.#changed.delete(row);
      if (areMany) this.#check(row);
      return areMany ? false : this.#apply(row);
    }
    const unchecked = this.#unchecked.pop();
    if (unchecked) {
      this.#check(unchecked);
      if (!this.#unchecked.length) this.#toWrite = this.#inWriteOrder(this.#toWrite);
      return false;
    }
    const next = this.#toWrite.pop();
    return next && this.#apply(next);
  }

  /** Decides whether a row must be written, which is done later. */
  #check(row: HTMLElement): void {
    // Ids are not all read when the filter starts: that happens in a user's action, which must not wait for it.
    if (!this.#ids.has(row)) this.#readId(row);
    const passes = this.#passes(row);
    if (passes ? this.#hidden.has(row) : passes === false && !row.hidden) this.#toWrite.push(row);
    this.#run = passes && !row.hidden ? 0 : this.#run + 1;
    this.#longestRun = Math.max(this.#longestRun, this.#run);
  }

  /**
   * Rows are hidden from the last to the first and shown from the first to the last, so that few shown rows below the
   * written one move: that is most of the cost. But Chromium, when it hides a list item, searches for the next shown one
   * past all hidden ones: where those are many, all rows are written from the first to the last.
   */
  #inWriteOrder(rows: HTMLElement[]): HTMLElement[] {
    const toHide = rows.filter((row) => !this.#hidden.has(row));
    const isSlow = this.#longestRun > LONG_RUN && toHide[0] && getComputedStyle(toHide[0]).display === 'list-item';
    return isSlow ? rows.reverse() : [...rows.filter((row) => this.#hidden.has(row)).reverse(), ...toHide];
  }

  #passes(row: HTMLElement): boolean | undefined {
    const id = this.#ids.get(row);
    const passes = id === undefined ? true : this.#config.passes(id);
    if (passes === undefined) this.#undecided.add(row);
    else this.#undecided.delete(row);
    return passes;
  }

  /** Shows or hides a row. Returns whether that was necessary. */
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

  /** Runs `write`, and does not mistake its changes of `hidden` for changes by the host. */
  #writeUnobserved(write: () => void): void {
    this.#handleMutations(this.#observer.takeRecords());
    write();
    const byHost = this.#observer
      .takeRecords()
      .filter(({ attributeName, target }) => attributeName !== 'hidden' || !this.#written.has(target));
    this.#written.clear();
    if (byHost.length) this.#handleMutations(byHost);
  }

  /** Warns once when the page's `display` overrides the browser's rule for `hidden`. */
  #checkStyle(): void {
    const [row] = this.#hidden;
    if (this.#hasCheckedStyle || !row?.isConnected) return;
    this.#hasCheckedStyle = true;
    if (getComputedStyle(row).display === 'none') return;
    warnOnce(
      `<pipeline-filter for="${this.list.id}">: the page's style shows items in spite of their hidden attribute; write "[hidden] { display: none !important }".`,
    );
  }
}
