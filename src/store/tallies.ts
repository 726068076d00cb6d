import type { Counts, CountQuery } from '../adapters/adapter.js';
import { PipelineError } from '../model/errors.js';
import { Watchers, type Watcher } from './watchers.js';

/** At most one count a query in this time, milliseconds: under a stream of changes a number need not be newer. */
const PAUSE = 250;

const keyOf = ({ of, contactMatch = 'any' }: CountQuery): string => (of === 'contact' ? `${of} ${contactMatch}` : of);

interface Tally {
  query: CountQuery;
  counts?: Counts;
  running: boolean;
  stale: boolean;
}

/** The numbers of conversations and contacts per status, counted anew by the adapter when something changed. */
export class Tallies {
  readonly #watchers = new Watchers();
  readonly #tallies = new Map<string, Tally>();
  readonly #count: (query: CountQuery) => Promise<Counts>;
  readonly #onError: (error: PipelineError) => void;

  constructor(count: (query: CountQuery) => Promise<Counts>, onError: (error: PipelineError) => void) {
    this.#count = count;
    this.#onError = onError;
  }

  get(query: CountQuery): Counts | undefined {
    return this.#tallies.get(keyOf(query))?.counts;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  watch(query: CountQuery, watcher: Watcher): void {
    const key = keyOf(query);
    this.#watchers.add(key, watcher);
    const tally = this.#tallies.get(key) ?? { query, running: false, stale: true };
    this.#tallies.set(key, tally);
    if (tally.stale) void this.#run(key, tally);
  }

  unwatch(query: CountQuery, watcher: Watcher): void {
    this.#watchers.delete(keyOf(query), watcher);
  }

  /** Something changed: counts again what is watched, the rest when it is watched next. */
  refresh(): void {
    for (const [key, tally] of this.#tallies) {
      tally.stale = true;
      if (this.#watchers.has(key)) void this.#run(key, tally);
    }
  }

  async #run(key: string, tally: Tally): Promise<void> {
    if (tally.running) return;
    tally.running = true;
    tally.stale = false;
    try {
      tally.counts = await this.#count(tally.query);
    } catch (thrown) {
      // The last known numbers stay; the next change tries again.
      this.#onError(PipelineError.from(thrown));
    }
    this.#watchers.notify(key);
    setTimeout(() => {
      tally.running = false;
      if (tally.stale && this.#watchers.has(key)) void this.#run(key, tally);
    }, PAUSE);
  }
}
