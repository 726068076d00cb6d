/** What elements ask for beyond statuses and entries: counts, contacts, and pages of the ids that pass a filter. */
import type { CountQuery, Counts, FindPage, FindQuery } from '../adapters/adapter.js';
import { type ContactSummary, type Entry, parseContactSummary } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { parseId } from '../model/validate.js';
import type { PipelineStore } from './pipeline.js';
import { type CacheContext, RecordCache, type StoreCache } from './record-cache.js';
import { type Watchable, type Watcher, Watchers } from './watchers.js';

/** One page of the ids that pass a filter, newest activity first. Rejects with a `PipelineError`. */
export function find(store: PipelineStore, query: FindQuery): Promise<FindPage> {
  return store.read(async (adapter, readable) => {
    if (!adapter.find) {
      throw new PipelineError('unknown', 'This adapter cannot find conversations: it has no find().');
    }
    const { ids, nextPageToken } = await adapter.find(query);
    const page = { ids: readable.parse(ids, (id) => parseId(id)) };
    return nextPageToken ? { ...page, nextPageToken } : page;
  });
}

/** Looks contacts up; those the adapter does not know are missing. Rejects with a `PipelineError`. */
export function getContacts(
  store: PipelineStore,
  ids: readonly Id[],
  keep?: (late: ReadonlyMap<Id, ContactSummary>) => void,
): Promise<ReadonlyMap<Id, ContactSummary>> {
  return store.read(async (adapter, readable) => {
    const contacts = (await adapter.getContacts?.(ids)) ?? [];
    return new Map(readable.parse(contacts, ([id, contact]) => [id, parseContactSummary(contact)] as const));
  }, keep);
}

/** The contacts of a store, as `store.cache(ContactCache)`. */
export class ContactCache extends RecordCache<ContactSummary> {
  constructor(store: PipelineStore, context: CacheContext) {
    super(
      {
        fetch: (ids, keep) => getContacts(store, ids, keep),
        unknown: () => ({ statusIds: [], latest: null }),
      },
      context,
    );
  }

  /** Reads a contact again when one of its conversations changed its status, or came from or went to another contact. */
  handleChange(entry?: Entry, before?: Entry): void {
    for (const id of new Set([entry?.contactId, before?.contactId])) if (id) this.refreshRecord(id);
  }
}

/** Least time between two counts of one query, milliseconds: a stream of changes must not become a stream of counts. */
const COUNT_INTERVAL = 250;

const keyOf = ({ of, contactMatch = 'any' }: CountQuery): string => (of === 'contact' ? `${of} ${contactMatch}` : of);

/** The counts of one query, to be watched. */
export interface WatchableCounts extends Watchable {
  /** Missing until they are read. */
  readonly counts?: Counts;
}

interface CachedCounts extends WatchableCounts {
  readonly query: CountQuery;
  counts?: Counts;
  isCounting: boolean;
  hasFailed: boolean;
  isStale: boolean;
}

export class CountCache implements StoreCache {
  readonly #store: PipelineStore;
  readonly #context: CacheContext;
  readonly #watchers = new Watchers();
  readonly #byKey = new Map<string, CachedCounts>();

  constructor(store: PipelineStore, context: CacheContext) {
    this.#store = store;
    this.#context = context;
  }

  /** The counts of a query; the same object for the same query. */
  of(query: CountQuery): WatchableCounts {
    const key = keyOf(query);
    let cached = this.#byKey.get(key);
    if (!cached) {
      cached = {
        query,
        isCounting: false,
        hasFailed: false,
        isStale: true,
        watch: (watcher) => this.#watch(key, watcher),
        unwatch: (watcher) => this.#unwatch(key, watcher),
      };
      this.#byKey.set(key, cached);
    }
    return cached;
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0;
  }

  get hasFailed(): boolean {
    return [...this.#byKey].some(([key, cached]) => cached.hasFailed && this.#watchers.has(key));
  }

  handleChange(): void {
    this.refresh();
  }

  refresh(): void {
    this.forget();
    for (const [key, cached] of this.#byKey) if (this.#watchers.has(key)) void this.#count(key, cached);
  }

  /** The last counts stay shown. */
  forget(): void {
    for (const cached of this.#byKey.values()) cached.isStale = true;
  }

  #watch(key: string, watcher: Watcher): void {
    if (!this.#store.can('count')) return;
    this.#context.handleWatchersChange();
    this.#watchers.add(key, watcher);
    const cached = this.#byKey.get(key)!;
    if (cached.isStale) void this.#count(key, cached);
  }

  #unwatch(key: string, watcher: Watcher): void {
    this.#watchers.delete(key, watcher);
    this.#context.handleWatchersChange();
  }

  async #count(key: string, cached: CachedCounts): Promise<void> {
    if (cached.isCounting) return;
    cached.isCounting = true;
    cached.isStale = false;
    try {
      const counts = await this.#store.read((adapter) => adapter.count!(cached.query));
      if (!this.#context.isSameSession()) return;
      cached.counts = counts;
      cached.hasFailed = false;
    } catch (thrown) {
      if (!this.#context.isSameSession()) return;
      // The last counts stay shown; the next change counts again.
      const isRepeat = cached.hasFailed;
      cached.hasFailed = true;
      this.#context.reportFailure(PipelineError.from(thrown), isRepeat);
    }
    this.#watchers.notify(key);
    setTimeout(() => {
      cached.isCounting = false;
      if (cached.isStale && this.#watchers.has(key)) void this.#count(key, cached);
    }, COUNT_INTERVAL);
  }
}
