import type { Id } from '../model/id.js';

/** Reads under way at once; what is asked for meanwhile waits and goes together. */
const MAX_READS = 2;

/**
 * Joins look-ups: all ids asked for in one turn become one call, however many elements ask. `load` settles when its
 * ids are answered; it handles its own failures.
 */
export class Batch {
  readonly #load: (ids: readonly Id[]) => Promise<void>;
  #waiting = new Set<Id>();
  #reads = 0;
  #scheduled = false;

  constructor(load: (ids: readonly Id[]) => Promise<void>) {
    this.#load = load;
  }

  add(id: Id): void {
    this.#waiting.add(id);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (!this.#waiting.size || this.#reads >= MAX_READS) return;
    const ids = [...this.#waiting];
    this.#waiting = new Set();
    this.#reads++;
    void this.#load(ids).finally(() => {
      this.#reads--;
      this.#pump();
    });
  }
}
