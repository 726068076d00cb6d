import { FRAME_TIMEOUT } from '../../ui/frame.js';

/** Rows are at least that high, px; names that wrap make them higher. */
const ROW = 32;
/** Rows beyond those that fit on a screen. */
const MORE = 4;
/** So many names, the longest by their letters: one of them decides how wide the list is. */
const WIDEST = 3;

/** Resolves when a frame was painted, and what was waiting for it is done. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, FRAME_TIMEOUT);
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
  });

/**
 * The rows of a long list that are in sight when it opens. They are made first, and the others a frame later: to make,
 * lay out and paint two hundred takes three frames, and whoever opens a list waits for it.
 */
export class FirstRows {
  readonly #showAll: () => void;
  #isAll = true;
  #painting: Promise<void> | undefined;

  constructor(showAll: () => void) {
    this.#showAll = showAll;
  }

  /** The list opens. A hidden page has no frames, and nobody waits for one. */
  open(): void {
    this.#isAll = document.hidden;
  }

  /** Resolves when all rows are wanted. */
  get settled(): Promise<void> | undefined {
    return this.#painting;
  }

  /** Those to make now, of `length`, as the list opens at `start`: from one on, up to another. */
  range(start: number, length: number): [from: number, to: number] {
    const screen = Math.ceil(innerHeight / ROW) + MORE;
    const from = Math.max(0, start - screen);
    const to = Math.max(start + MORE, from + screen);
    if (to - from >= length) this.#isAll = true;
    return this.#isAll ? [0, length] : [from, Math.min(to, length)];
  }

  /** What has to be as wide as the whole list. */
  widest(labels: readonly string[]): readonly string[] {
    if (this.#isAll) return [];
    return [...labels].sort((a, b) => b.length - a.length).slice(0, WIDEST);
  }

  /** The first rows are there: the others follow when they are painted. */
  goOn(): void {
    if (this.#isAll) return;
    this.#painting ??= painted().then(() => {
      this.#painting = undefined;
      if (this.#isAll) return;
      this.#isAll = true;
      this.#showAll();
    });
  }
}
