/** Work of one frame, milliseconds: half a frame is left to the page. */
const SLICE = 8;
/** Writes in one frame: to begin with, at least, at most. */
const FIRST = 250;
const LEAST = 50;
const MOST = 2000;
/** A frame that has not come by then is not coming: the page is covered, say. Milliseconds. */
const FRAME_TIMEOUT = 100;

export interface SlicesOptions {
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
 * the layout that follows, so that is measured, and decides how much the next frame gets. (In Chromium, to hide n
 * neighbours that are list items takes n² steps when it is done at once: 10,000 took seconds.)
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

  /** There is work: it begins with the next frame. */
  start(): void {
    if (this.#timer !== undefined) return;
    // A hidden page has no frames, and nobody waits for one.
    if (!document.hidden) this.#frame = requestAnimationFrame(this.#run);
    this.#timer = setTimeout(this.#run, document.hidden ? 0 : FRAME_TIMEOUT);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

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
    for (let writes = 0; writes < this.#batch;) {
      const wrote = this.#options.step();
      if (wrote === undefined) return true;
      if (wrote) writes++;
      if (this.#now() - start >= SLICE) break;
    }
    this.#options.layOut();
    const cost = Math.max(1, this.#now() - start);
    const factor = Math.min(1.5, Math.max(0.5, SLICE / cost));
    this.#batch = Math.round(Math.min(MOST, Math.max(LEAST, this.#batch * factor)));
    return false;
  }
}
