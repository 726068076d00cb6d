import type { Environment } from '../../src/adapters/rest/retry.js';
import { randomNumbers } from '../../src/testing/plain-model.js';

/** Timers from here on, in milliseconds, are there to end what takes too long. */
const LIMIT = 10_000;
/** Of real time: how long such a timer waits for a machine that is slow. */
const GRACE = 20;

/**
 * A clock that runs many times as fast as the real one: pauses of seconds pass in milliseconds. What takes too long does
 * so because the network keeps it, never because the machine is slow: no limit is over before the requests are answered
 * that were under way at its end.
 */
export class FastClock implements Environment {
  readonly #scale: number;
  readonly #begun = performance.now();
  readonly #underway: () => readonly string[];
  readonly random: () => number;

  /** `underway`: the requests that wait for an answer which will come. */
  constructor(scale: number, seed: number, underway: () => readonly string[]) {
    this.#scale = scale;
    this.#underway = underway;
    this.random = randomNumbers(seed);
  }

  now(): number {
    return 1_700_000_000_000 + (performance.now() - this.#begun) * this.#scale;
  }

  after(ms: number, run: () => void): () => void {
    let awaited: readonly string[] | undefined;
    const end = (): void => {
      const underway = ms < LIMIT ? [] : this.#underway();
      // Not those that came since: there may always be some.
      awaited = awaited?.filter((id) => underway.includes(id)) ?? underway;
      if (awaited.length) timer = setTimeout(end, GRACE);
      else run();
    };
    let timer = setTimeout(end, ms / this.#scale);
    return () => clearTimeout(timer);
  }

  isOnline(): boolean {
    return true;
  }
}
