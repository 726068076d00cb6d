/** Spreads work on many items over animation frames, so that no frame becomes a long task. */
import { FRAME_TIMEOUT } from '../../ui/dom.js';

/** Time per frame, milliseconds: for the work alone, and including the layout that it causes. */
const WORK_TIME = 10;
const WORK_AND_LAYOUT_TIME = 20;
/** Writes per frame: in the first one, and the bounds after that. */
const FIRST_WRITES = 250;
const MIN_WRITES = 100;
const MAX_WRITES = 2000;
/** All work is done in about this many frames, however slow each one is: every frame costs a layout of the whole list. */
const MAX_FRAMES = 12;
/** With more items than this, work starts after the frame that shows the user's action, not in it. */
const LARGE = 500;

export interface FrameWork {
  /** The number of items. */
  size(): number;
  /** Does one piece of work. Returns whether it wrote to the page; `undefined` when nothing is left to do. */
  step(): boolean | undefined;
  /** Must call `slice`, which runs the work of one frame. */
  around(slice: () => void): void;
  /** Forces the layout of what was written, so that its time counts. */
  layOut(): void;
  onDone(): void;
}

/**
 * The cost is not in the writes but in the layout after them, so that is measured: it decides how much the next frame
 * gets. (Chromium takes n² steps to hide n adjacent list items in one go: seconds for 10,000.)
 */
export class FrameScheduler {
  readonly #work: FrameWork;
  readonly #now: () => number;
  #maxWrites = FIRST_WRITES;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(work: FrameWork, now = () => performance.now()) {
    this.#work = work;
    this.#now = now;
  }

  /** Schedules the work for the next frame, or right after it. Idempotent. */
  start(): void {
    if (this.#timer !== undefined) return;
    // A hidden page has no frames.
    if (!document.hidden) this.#frame = requestAnimationFrame(this.#handleFrame);
    this.#timer = setTimeout(this.#run, document.hidden ? 0 : FRAME_TIMEOUT);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #handleFrame = (): void => {
    if (this.#work.size() <= LARGE) return this.#run();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run);
  };

  readonly #run = (): void => {
    this.stop();
    let isDone = false;
    this.#work.around(() => (isDone = this.#runSlice()));
    if (isDone) this.#work.onDone();
    else this.start();
  };

  /** Returns whether all work is done. */
  #runSlice(): boolean {
    const start = this.#now();
    const maxWrites = Math.max(this.#maxWrites, this.#work.size() / MAX_FRAMES);
    let writes = 0;
    do {
      const hasWritten = this.#work.step();
      if (hasWritten === undefined) return true;
      if (hasWritten) writes++;
    } while (writes < maxWrites && this.#now() - start < WORK_TIME);
    if (!writes) return false;
    this.#work.layOut();
    const factor = WORK_AND_LAYOUT_TIME / Math.max(1, this.#now() - start);
    this.#maxWrites = Math.min(MAX_WRITES, Math.max(MIN_WRITES, writes * Math.min(2, factor)));
    return false;
  }
}
