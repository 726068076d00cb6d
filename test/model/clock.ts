/** A clock that runs faster than real time. */
import type { Environment } from '../../src/adapters/rest/retry.js';
import { randomNumbers } from '../../src/testing/plain-model.js';

/** Timers of at least this time, in milliseconds, are time limits. */
const LIMIT = 10_000;
/** How long a time limit is extended at a time on a slow machine, in real milliseconds. */
const GRACE = 20;

/**
 * Turns delays of seconds into milliseconds. Only the network makes requests time out, never a slow machine: a time
 * limit is extended until the requests in flight at its end have a response.
 */
export class FastClock implements Environment {
  readonly #scale: number;
  readonly #begun = performance.now();
  readonly #underway: () => readonly string[];
  readonly random: () => number;

  /** `underway`: the requests in flight that will get a response. */
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
      // Without later requests: there may always be some.
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
