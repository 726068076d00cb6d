/** Tries a storage that failed again: after a delay that doubles, and when the page becomes visible. */

/** The first and the longest delay (milliseconds). */
const FIRST_DELAY = 1000;
const MAX_DELAY = 30_000;

export class ReopenTimer {
  readonly #reopen: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  constructor(reopen: () => void) {
    this.#reopen = reopen;
  }

  /** Calls `reopen` once, after the next delay or earlier. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#run(), Math.min(FIRST_DELAY * 2 ** this.#tries++, MAX_DELAY));
    // Workers and servers have no document.
    globalThis.document?.addEventListener('visibilitychange', this.#handleVisibilityChange);
  }

  stop(): void {
    this.#cancel();
    this.#tries = 0;
  }

  readonly #handleVisibilityChange = (): void => {
    if (document.visibilityState === 'visible') this.#run();
  };

  #run(): void {
    this.#cancel();
    this.#reopen();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    globalThis.document?.removeEventListener('visibilitychange', this.#handleVisibilityChange);
  }
}
