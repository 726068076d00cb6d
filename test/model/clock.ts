/** A clock for the model tests that runs faster than real time. */
import { MemoryOutboxStorage } from '../../src/adapters/rest/outbox-storage.js';
import type { Environment } from '../../src/adapters/rest/retry.js';
import { randomNumbers } from '../../src/testing/plain-model.js';

/** Timers from this duration on, in milliseconds, are timeouts. */
const LIMIT = 10_000;
/** How long a timeout waits in real time, so that a slow machine does not trigger it. */
const GRACE = 20;

/**
 * A clock that runs many times faster than real time: pauses of seconds pass in milliseconds. A timeout only fires
 * because the network held something back, never because the machine is slow: it waits for the requests that were
 * pending when it was due.
 */
export class FastClock implements Environment {
  readonly #scale: number;
  readonly #begun = performance.now();
  readonly #pending: () => readonly string[];
  readonly random: () => number;
  /** What is left of a user's page when it is reloaded. */
  readonly outboxStorage = new MemoryOutboxStorage();

  /** `pending`: pending requests that will be answered. */
  constructor(scale: number, seed: number, pending: () => readonly string[]) {
    this.#scale = scale;
    this.#pending = pending;
    this.random = randomNumbers(seed);
  }

  now(): number {
    return 1_700_000_000_000 + (performance.now() - this.#begun) * this.#scale;
  }

  after(ms: number, run: () => void): () => void {
    let awaited: readonly string[] | undefined;
    const end = (): void => {
      const pending = ms < LIMIT ? [] : this.#pending();
      // Not those that were added since, or it might never end.
      awaited = awaited?.filter((id) => pending.includes(id)) ?? pending;
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
