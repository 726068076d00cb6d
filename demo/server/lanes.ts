import { PipelineError } from '../../src/model/errors.js';

/** More than this wait only when something is wrong; the client comes back later, with the same key. */
const MAX_WAITING = 500;

/** Runs what has the same name one after the other. */
export class Lanes {
  readonly #lanes = new Map<string, { last: Promise<unknown>; waiting: number }>();

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(name) ?? { last: Promise.resolve(), waiting: 0 };
    if (lane.waiting >= MAX_WAITING) {
      throw new PipelineError('rate-limited', 'Too many writes at once.', { retryAfterMs: 1000 });
    }
    this.#lanes.set(name, lane);
    lane.waiting++;
    const turn = lane.last.then(work);
    lane.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      if (!--lane.waiting) this.#lanes.delete(name);
    }
  }
}
