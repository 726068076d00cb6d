/** A clock and helpers with which tests control time. */
import { MemoryOutboxStorage, type OutboxStorage } from './outbox-storage.js';
import type { Environment } from './retry.js';

/** One turn of the event loop. Unlike nested timers, it is not delayed by 4 ms. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Runs everything that is ready to run. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 12; n++) {
    await turn();
    // Hashes are computed by another thread: this one is done after those that were begun before.
    await crypto.subtle.digest('SHA-256', new Uint8Array(1));
  }
}

/** Waits until a condition holds. The limit only ends a test that hangs. */
export async function until(check: () => unknown, what = 'the condition'): Promise<void> {
  const end = performance.now() + 25_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`waited 25 s for ${what}`);
    await turn();
  }
}

interface Timer {
  at: number;
  run(): void;
}

/** A clock that only `advance` moves, and fixed random numbers. */
export class TestEnvironment implements Environment {
  time = 1_700_000_000_000;
  /** What `random` returns. */
  chance = 0.5;
  isConnected = true;
  /** Of its own, so that no test sends the writes of another. */
  outboxStorage: OutboxStorage = new MemoryOutboxStorage();
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.time + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  random(): number {
    return this.chance;
  }

  isOnline(): boolean {
    return this.isConnected;
  }

  /** Milliseconds until each timer, in order. */
  get waits(): number[] {
    return [...this.#timers].map(({ at }) => Math.round(at - this.time)).sort((a, b) => a - b);
  }

  /** Advances by `ms`, and runs every timer on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.time = Math.max(this.time, due.at);
      this.#timers.delete(due);
      due.run();
      await settle();
    }
    this.time = end;
  }
}
