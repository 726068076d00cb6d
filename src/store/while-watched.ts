/** Keeps something going while anyone watches: starts it with the first, ends it after the last. */
export class WhileWatched {
  readonly #start: () => () => void;
  #watching = 0;
  #isSettling = false;
  #stop: (() => void) | undefined;

  /** `start` returns how to end. */
  constructor(start: () => () => void) {
    this.#start = start;
  }

  get isWatched(): boolean {
    return this.#watching > 0;
  }

  /** Counts one more; what comes back ends it, once, and calls `leave`. */
  watch(leave: () => void): () => void {
    this.#watching++;
    this.#settle();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      this.#watching--;
      this.#settle();
    };
  }

  /** Later in the turn: an element that is moved in the page leaves and comes back within one. */
  #settle(): void {
    // Thousands are watched and left in one turn: once is enough.
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      if (this.isWatched) {
        this.#stop ??= this.#start();
        return;
      }
      this.#stop?.();
      this.#stop = undefined;
    });
  }
}
