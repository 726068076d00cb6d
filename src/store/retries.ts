/** When failed reads are retried. */
import type { PipelineError } from '../model/errors.js';

/** Milliseconds until a failed read is retried: doubled each time, up to a limit. */
const FIRST_RETRY = 10_000;
const MAX_RETRY = 300_000;

/** At least the time that the server asked for, different for each page. */
const spread = (retryAfterMs = 0): number => retryAfterMs * (1 + Math.random() / 4);

/** Retries what failed for a temporary reason, after the adapter itself has retried for some seconds and given up. */
export class Retries {
  readonly #retry: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #count = 0;
  /** Whether the current attempt was made by the timer. */
  #isAutomatic = false;

  constructor(retry: () => void) {
    this.#retry = retry;
  }

  /** Returns whether to report the error: not again for a retry that nobody asked for. */
  schedule(error: PipelineError, isRepeat: boolean): boolean {
    if (!isRepeat) this.#count = 0;
    if (error.retryable) {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.#isAutomatic = true;
          this.#retry();
        },
        Math.max(Math.min(FIRST_RETRY * 2 ** this.#count++, MAX_RETRY), spread(error.retryAfterMs)),
      );
    }
    return !isRepeat || !this.#isAutomatic;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#count = 0;
    this.#isAutomatic = false;
  }
}
