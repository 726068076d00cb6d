import type { Id } from '../../model/id.js';

/**
 * One write at a time for each conversation, in the order of asking: an answer that is late cannot let an older pick
 * land after a newer one.
 */
export class Lanes {
  readonly #last = new Map<Id, Promise<unknown>>();

  /** Runs `work` when everything asked for before about any of these conversations has ended. */
  async run<T>(ids: readonly Id[], work: () => Promise<T>): Promise<T> {
    const earlier = ids.flatMap((id) => this.#last.get(id) ?? []);
    const turn = Promise.allSettled(earlier).then(work);
    for (const id of ids) this.#last.set(id, turn);
    try {
      return await turn;
    } finally {
      for (const id of ids) if (this.#last.get(id) === turn) this.#last.delete(id);
    }
  }
}
