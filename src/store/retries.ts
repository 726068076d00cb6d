import type { PipelineError } from '../model/errors.js';

/** After that long what could not be read is tried again: each time twice as long, up to a limit; milliseconds. */
const FIRST = 10_000;
const LIMIT = 300_000;

/** Tries again by itself what failed for a reason that may pass. The adapter has done so too, in seconds, and given up. */
export class Retries {
  readonly #run: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #repeats = 0;
  #isOwn = false;

  constructor(run: () => void) {
    this.#run = run;
  }

  /** `isRepeat`: it had failed before. Returns whether it is worth telling: not what nobody asked to try again. */
  add(error: PipelineError, isRepeat: boolean): boolean {
    if (!isRepeat) this.#repeats = 0;
    if (error.retryable) {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.#isOwn = true;
          this.#run();
        },
        Math.min(FIRST * 2 ** this.#repeats++, LIMIT),
      );
    }
    return !isRepeat || !this.#isOwn;
  }

  /** Someone asks for it to be tried again now, or nobody looks any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#repeats = 0;
    this.#isOwn = false;
  }
}
