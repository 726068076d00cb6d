import { FRAME_TIMEOUT } from '../../ui/dom.js';

/** Work of one frame, milliseconds: our own, and with the layout that it causes. */
const WORK = 10;
const WORK_AND_LAYOUT = 20;
/** Writes in one frame: to begin with, at least, at most. */
const FIRST = 250;
const LEAST = 100;
const MOST = 2000;
/** And in about so many frames all must be done, however slow each is: every one costs the layout of the whole list. */
const FRAMES = 12;
/** With more items than this, the frame that shows the press does not have to wait for the first of them. */
const MANY = 500;

export interface SlicesOptions {
  /** How many items there are. */
  size(): number;
  /** Does one piece of the work; tells whether it wrote to the page, `undefined` when nothing is left to do. */
  step(): boolean | undefined;
  /** Called around each slice, which it runs. */
  around(slice: () => void): void;
  /** Makes the browser work off what was written, so that it counts as part of the slice. */
  layOut(): void;
  onDone(): void;
}

/**
 * Works through any number of items a frame at a time, so that none makes a long task. What costs is not to write but
 * the layout that follows, so that is measured, and decides how much the next frame gets. (Chromium takes n² steps to
 * hide n neighbours that are list items when it is done at once: seconds for 10,000.)
 */
export class Slices {
  readonly #options: SlicesOptions;
  readonly #now: () => number;
  #batch = FIRST;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SlicesOptions, now = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  /** There is work: it begins with the next frame, or right after it. */
  start(): void {
    if (this.#timer !== undefined) return;
    // A hidden page has no frames, and nobody waits for one.
    if (!document.hidden) this.#frame = requestAnimationFrame(this.#handleFrame);
    this.#timer = setTimeout(this.#run, document.hidden ? 0 : FRAME_TIMEOUT);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #handleFrame = (): void => {
    if (this.#options.size() <= MANY) return this.#run();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run);
  };

  readonly #run = (): void => {
    this.stop();
    let isDone = false;
    this.#options.around(() => (isDone = this.#slice()));
    if (isDone) this.#options.onDone();
    else this.start();
  };

  /** Returns whether the work is done. */
  #slice(): boolean {
    const start = this.#now();
    const batch = Math.max(this.#batch, this.#options.size() / FRAMES);
    let writes = 0;
    do {
      const wrote = this.#options.step();
      if (wrote === undefined) return true;
      if (wrote) writes++;
    } while (writes < batch && this.#now() - start < WORK);
    if (!writes) return false;
    this.#options.layOut();
    const factor = WORK_AND_LAYOUT / Math.max(1, this.#now() - start);
    this.#batch = Math.min(MOST, Math.max(LEAST, writes * Math.min(2, factor)));
    return false;
  }
}
