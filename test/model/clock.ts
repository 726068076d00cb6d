import type { Environment } from '../../src/adapters/rest/environment.js';
import { randomNumbers } from '../../src/testing/plain-model.js';

/** Timers from here on, in milliseconds, are there to end what takes too long. */
const LIMIT = 10_000;
/** Of real time: how long such a timer waits for a machine that is slow. */
const GRACE = 20;

/**
 * A clock that runs many times as fast as the real one: pauses of seconds pass in milliseconds. What takes too long does
 * so because the network keeps it, never because the machine is slow: while anything is under way, no limit is over.
 */
export class FastClock implements Environment {
  readonly #scale: number;
  readonly #begun = performance.now();
  readonly random: () => number;

  readonly #isUnderway: () => boolean;

  constructor(scale: number, seed: number, isUnderway: () => boolean) {
    this.#scale = scale;
    this.#isUnderway = isUnderway;
    this.random = randomNumbers(seed);
  }

  now(): number {
    return 1_700_000_000_000 + (performance.now() - this.#begun) * this.#scale;
  }

  after(ms: number, run: () => void): () => void {
    const end = (): void => {
      if (ms >= LIMIT && this.#isUnderway()) timer = setTimeout(end, GRACE);
      else run();
    };
    let timer = setTimeout(end, ms / this.#scale);
    return () => clearTimeout(timer);
  }

  isOnline(): boolean {
    return true;
  }
}
