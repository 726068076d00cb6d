import type { Counts, CountQuery } from '../adapters/adapter.js';
import { PipelineError } from '../model/errors.js';
import type { Shared, StorePart, Watchable } from './part.js';
import type { PipelineStore } from './store.js';
import { Watchers, type Watcher } from './watchers.js';

/** At most one count a query in this time, milliseconds: under a stream of changes a number need not be newer. */
const PAUSE = 250;

const keyOf = ({ of, contactMatch = 'any' }: CountQuery): string => (of === 'contact' ? `${of} ${contactMatch}` : of);

interface Tally extends Watchable {
  query: CountQuery;
  counts?: Counts;
  running: boolean;
  failed: boolean;
  stale: boolean;
}

/** The numbers of conversations and contacts per status, counted anew by the adapter when something changed. */
export class Tallies implements StorePart {
  readonly #store: PipelineStore;
  readonly #shared: Shared;
  readonly #watchers = new Watchers();
  readonly #tallies = new Map<string, Tally>();

  constructor(store: PipelineStore, shared: Shared) {
    this.#store = store;
    this.#shared = shared;
  }

  /** The numbers, to be watched; the same for the same query. `counts` is missing until they are there. */
  of(query: CountQuery): Watchable & { readonly counts?: Counts } {
    const key = keyOf(query);
    let tally = this.#tallies.get(key);
    if (!tally) {
      const watch = (watcher: Watcher): void => this.#watch(key, watcher);
      const unwatch = (watcher: Watcher): void => this.#unwatch(key, watcher);
      this.#tallies.set(key, (tally = { query, running: false, failed: false, stale: true, watch, unwatch }));
    }
    return tally;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  get hasFailed(): boolean {
    return [...this.#tallies].some(([key, tally]) => tally.failed && this.#watchers.has(key));
  }

  hear(): void {
    this.refresh();
  }

  /** Counts again what is watched, the rest when it is watched next. */
  refresh(): void {
    for (const [key, tally] of this.#tallies) {
      tally.stale = true;
      if (this.#watchers.has(key)) void this.#run(key, tally);
    }
  }

  /** The last numbers stay shown. */
  forget(): void {
    for (const tally of this.#tallies.values()) tally.stale = true;
  }

  #watch(key: string, watcher: Watcher): void {
    // Nobody can count.
    if (!this.#store.can('count')) return;
    this.#shared.settle();
    this.#watchers.add(key, watcher);
    const tally = this.#tallies.get(key)!;
    if (tally.stale) void this.#run(key, tally);
  }

  #unwatch(key: string, watcher: Watcher): void {
    this.#watchers.delete(key, watcher);
    this.#shared.settle();
  }

  async #run(key: string, tally: Tally): Promise<void> {
    if (tally.running) return;
    tally.running = true;
    tally.stale = false;
    try {
      const counts = await this.#store.adapter.count!(tally.query);
      if (!this.#shared.isSameSession()) return;
      tally.counts = counts;
      tally.failed = false;
    } catch (thrown) {
      if (!this.#shared.isSameSession()) return;
      // The last known numbers stay; the next change tries again.
      const isRepeat = tally.failed;
      tally.failed = true;
      this.#shared.report(PipelineError.from(thrown), isRepeat);
    }
    this.#watchers.notify(key);
    setTimeout(() => {
      tally.running = false;
      if (tally.stale && this.#watchers.has(key)) void this.#run(key, tally);
    }, PAUSE);
  }
}
