/** Renders the visible rows of a long list first and the others a frame later, so that the list opens sooner. */
import { FRAME_TIMEOUT } from '../../ui/dom.js';

/** The least height of a row, px; names that wrap make it higher. */
const ROW_HEIGHT = 32;
/** Rows rendered beyond those that fit on the screen. */
const EXTRA_ROWS = 4;
/** How many of the longest names are measured: one of them decides the width of the list. */
const WIDEST_NAMES = 3;

/** Resolves after the next paint. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, FRAME_TIMEOUT);
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
  });

/** Creating, laying out and painting two hundred rows at once takes about three frames. */
export class InitialRows {
  readonly #renderAll: () => void;
  #isComplete = true;
  #painting: Promise<void> | undefined;

  /** `renderAll` is called when the other rows are due. */
  constructor(renderAll: () => void) {
    this.#renderAll = renderAll;
  }

  /** Starts over, as the list opens. A hidden page has no frames to wait for. */
  open(): void {
    this.#isComplete = document.hidden;
  }

  /** Resolves when all rows are due; `undefined` if they are already. */
  get settled(): Promise<void> | undefined {
    return this.#painting;
  }

  /** The range of rows to render now, of `length`, in a list that opens at the row `start`. */
  range(start: number, length: number): [from: number, to: number] {
    const screen = Math.ceil(innerHeight / ROW_HEIGHT) + EXTRA_ROWS;
    const from = Math.max(0, start - screen);
    const to = Math.max(start + EXTRA_ROWS, from + screen);
    if (to - from >= length) this.#isComplete = true;
    return this.#isComplete ? [0, length] : [from, Math.min(to, length)];
  }

  /** The longest of the names that may not be rendered yet: the list is as wide as they are from the start. */
  widest(labels: readonly string[]): readonly string[] {
    if (this.#isComplete) return [];
    return [...labels].sort((a, b) => b.length - a.length).slice(0, WIDEST_NAMES);
  }

  /** The initial rows are in the page: has the others rendered after the next paint. */
  continue(): void {
    if (this.#isComplete) return;
    this.#painting ??= painted().then(() => {
      this.#painting = undefined;
      if (this.#isComplete) return;
      this.#isComplete = true;
      this.#renderAll();
    });
  }
}
