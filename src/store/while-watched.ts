/** Keeps something going while anyone watches. */
export class WhileWatched {
  readonly #isWatched: () => boolean;
  readonly #start: () => () => void;
  #isSettling = false;
  #stop: (() => void) | undefined;
  #hasEnded = false;

  /** `start` returns how to end. */
  constructor(isWatched: () => boolean, start: () => () => void) {
    this.#isWatched = isWatched;
    this.#start = start;
  }

  /** Somebody came or went. Starts or ends later in the turn: an element that is moved in the page leaves and comes back within one. */
  settle(): void {
    // Thousands come and go in one turn: once is enough.
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      if (this.#hasEnded) return;
      if (this.#isWatched()) {
        this.#stop ??= this.#start();
        return;
      }
      this.#stop?.();
      this.#stop = undefined;
    });
  }

  /** Stops at once, and for good. */
  end(): void {
    this.#hasEnded = true;
    this.#stop?.();
  }
}
