/** Work of one go, milliseconds: half a frame is left to the page. */
const SLICE = 8;

/**
 * Works through a set of items a slice at a time, so that no number of them makes a long task. An item added again
 * while it waits is worked on once.
 */
export class Slices<T> {
  readonly #work: (item: T) => void;
  readonly #onDone: () => void;
  #waiting = new Set<T>();
  #isScheduled = false;
  readonly #channel = new MessageChannel();

  constructor(work: (item: T) => void, onDone: () => void) {
    this.#work = work;
    this.#onDone = onDone;
    this.#channel.port1.onmessage = () => this.#run();
  }

  add(items: Iterable<T>): void {
    for (const item of items) this.#waiting.add(item);
    this.#schedule();
  }

  /** Lets go of what waits. */
  clear(): void {
    this.#waiting.clear();
  }

  /** Works off everything at once: the page is leaving, or what waits must be undone now. */
  flush(): void {
    for (const item of this.#waiting) this.#work(item);
    this.#waiting.clear();
  }

  close(): void {
    this.#waiting.clear();
    this.#channel.port1.close();
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#waiting.size) return;
    this.#isScheduled = true;
    // Unlike a timer, a message is not held back to 4 ms after a few rounds.
    this.#channel.port2.postMessage(null);
  }

  #run(): void {
    this.#isScheduled = false;
    if (!this.#waiting.size) return;
    const end = performance.now() + SLICE;
    for (const item of this.#waiting) {
      this.#waiting.delete(item);
      this.#work(item);
      if (performance.now() >= end) break;
    }
    if (this.#waiting.size) this.#schedule();
    else this.#onDone();
  }
}
