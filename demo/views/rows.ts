/** A list of thousands of rows that renders lazily. */
import { h } from '../app/h.js';

/** Small enough to lay out a group quickly, and large enough to have few groups for thousands of rows. */
const GROUP_SIZE = 25;
/** The first rows are rendered immediately. */
const GROUPS_AT_ONCE = 2;

export interface Row {
  /** Initially contains only a link with a name, so that find-in-page and the keyboard can reach it. */
  element: HTMLLIElement;
  /** Called once when the row first comes near the viewport, to render its content. */
  fill(): void;
  /** The searchable text, in lower case. */
  searchText(): string;
}

export interface Rows {
  element: HTMLUListElement;
  readonly size: number;
  /** The number of rows that match both the filter and the search. */
  readonly shown: number;
  /** Shows only rows with this text, in addition to the filter. */
  search(text: string): void;
  toTop(row: HTMLLIElement): void;
  /** Sets the listener for changes of the visible rows. */
  onShown(listener: () => void): void;
}

const isShown = ({ hidden, classList }: HTMLElement): boolean => !hidden && !classList.contains('search-miss');

/**
 * A list of rows in groups that the browser can skip as a whole while they are out of view; otherwise each interaction
 * would process every row. The filter hides rows with `hidden`, and the search with a class, so that they are
 * independent.
 */
export function createRows(
  attributes: { id: string; class: string; 'aria-label': string },
  rows: readonly Row[],
): Rows {
  const unfilled = new Map(rows.map(({ element, fill }) => [element, fill]));
  const groups = new Map<Element | null, Group>();
  const element = h('ul', { ...attributes, role: 'list' });
  for (let at = 0; at < rows.length; at += GROUP_SIZE) {
    const group = new Group(rows.slice(at, at + GROUP_SIZE), unfilled, groups.size < GROUPS_AT_ONCE);
    groups.set(group.list, group);
  }
  element.append(...[...groups.values()].map((group) => group.element));

  let listener = () => {};
  const groupOf = (row: Node) => groups.get(row.parentElement);
  const update = (changed: Iterable<Group | undefined>) => {
    for (const group of changed) group?.update();
    listener();
  };
  const observer = new MutationObserver((records) => {
    const changed = new Set(records.map(({ target }) => groupOf(target)));
    changed.delete(undefined);
    if (changed.size) update(changed);
  });
  observer.observe(element, { subtree: true, attributeFilter: ['hidden'] });

  return {
    element,
    size: rows.length,
    get shown() {
      return [...groups.values()].reduce((sum, { shown }) => sum + shown, 0);
    },
    search(text) {
      for (const { element, searchText } of rows)
        element.classList.toggle('search-miss', text !== '' && !searchText().includes(text));
      update(groups.values());
    },
    toTop(row) {
      const [first] = groups.values();
      const before = groupOf(row);
      if (row === first?.list.firstElementChild) return;
      first?.list.prepend(row);
      update([before, first]);
    },
    onShown(handle) {
      listener = handle;
    },
  };
}

class Group {
  readonly list: HTMLUListElement;
  readonly element: HTMLLIElement;
  shown = 0;
  readonly #unfilled: Map<Element, () => void>;
  #isNear: boolean;

  constructor(rows: readonly Row[], unfilled: Map<Element, () => void>, isNear: boolean) {
    this.#unfilled = unfilled;
    this.#isNear = isNear || !('ContentVisibilityAutoStateChangeEvent' in window);
    this.list = h('ul', { role: 'presentation' }, ...rows.map(({ element }) => element));
    this.element = h('li', { class: 'row-group', role: 'presentation' }, this.list);
    this.element.addEventListener('contentvisibilityautostatechange', (event) => {
      this.#isNear = !(event as ContentVisibilityAutoStateChangeEvent).skipped;
      this.update();
    });
    this.update();
  }

  update(): void {
    const shown = [...this.list.children].filter((row) => isShown(row as HTMLElement));
    this.shown = shown.length;
    this.element.hidden = !this.shown;
    this.element.classList.toggle('is-near', this.#isNear);
    this.element.style.setProperty('--shown', String(this.shown));
    if (this.#isNear) for (const row of shown) this.#fill(row);
  }

  #fill(row: Element): void {
    const fill = this.#unfilled.get(row);
    this.#unfilled.delete(row);
    fill?.();
  }
}
