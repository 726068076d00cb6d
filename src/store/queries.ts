/** What elements ask for beyond statuses and entries: counts, contacts, and pages of the ids that pass a filter. */
import type { CountQuery, Counts, FindPage, FindQuery, PipelineAdapter } from '../adapters/adapter.js';
import { type Entry } from '../model/entry.js';
import { type ContactSummary, parseContactSummary } from '../model/contact.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { isSameProblem, unreadableIn } from '../model/unreadable.js';
import type { PipelineStore } from './pipeline.js';
import { type CacheContext, RecordCache, type StoreCache } from './record-cache.js';
import { loadReading } from './sync.js';
import { type Watchable, type Watcher, Watchers } from './watchers.js';

/** One page of the ids that pass a filter, newest activity first. Rejects with a `PipelineError`. */
export function find(store: PipelineStore, query: FindQuery): Promise<FindPage> {
  return store.read(async (adapter) => {
    if (!adapter.find) {
      throw new PipelineError('unknown', 'This adapter cannot find conversations: it has no find().');
    }
    const answer: unknown = await adapter.find(query);
    // Not often called: its code is loaded late.
    const { fieldsOfAnswer, readIds, reportUnreadable } = await loadReading();
    const { ids: list, nextPageToken } = fieldsOfAnswer(answer, 'page');
    const ids = readIds(list);
    const unreadable = unreadableIn(ids) ?? unreadableIn(list as object);
    if (unreadable) reportUnreadable(store, unreadable.summary);
    return nextPageToken ? { ids, nextPageToken: `${nextPageToken as string}` } : { ids };
  });
}

/** Looks contacts up, as `store.getEntries` does conversations. Rejects with a `PipelineError`. */
export function getContacts(
  store: PipelineStore,
  ids: readonly Id[],
  keep?: (late: ReadonlyMap<Id, ContactSummary>) => void,
): Promise<ReadonlyMap<Id, ContactSummary>> {
  const call = async (adapter: PipelineAdapter, valid: readonly Id[]): Promise<unknown> =>
    (await adapter.getContacts?.(valid)) ?? new Map();
  return store.lookUp({ ids, what: 'contact', call, parse: parseContactSummary, keep });
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
  /** Why they could not be read, until they can. The last counts stay shown. */
  readonly error?: PipelineError | undefined;
}

interface CachedCounts extends WatchableCounts {
  readonly query: CountQuery;
  counts?: Counts;
  error?: PipelineError | undefined;
  isCounting: boolean;
  isStale: boolean;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether an answer has the usual form. */
function isCounts(answer: unknown): answer is Counts {
  const { byStatus, none } = (answer ?? {}) as Partial<Counts>;
  return (
    byStatus instanceof Map &&
    isCount(none) &&
    [...(byStatus as Map<unknown, unknown>)].every(([id, count]) => typeof id === 'string' && isCount(count))
  );
}

async function readCounts(answer: unknown): Promise<Counts> {
  const { readRecord, readCounts: read } = await loadReading();
  return readRecord('counts', answer, read);
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
    return [...this.#byKey].some(([key, cached]) => cached.error && this.#watchers.has(key));
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
    if (cached.isCounting || !this.#store.can('count')) return;
    cached.isCounting = true;
    cached.isStale = false;
    try {
      const answer: unknown = await this.#store.read((adapter) => adapter.count!(cached.query));
      const counts = isCounts(answer) ? answer : await readCounts(answer);
      if (!this.#context.isSameSession()) return;
      cached.counts = counts;
      cached.error = undefined;
    } catch (thrown) {
      if (!this.#context.isSameSession()) return;
      // The last counts stay shown; the next change counts again.
      const before = cached.error;
      const error = (cached.error = PipelineError.from(thrown));
      this.#context.reportFailure(error, before !== undefined, isSameProblem(before, error));
    }
    this.#watchers.notify(key);
    setTimeout(() => {
      cached.isCounting = false;
      if (cached.isStale && this.#watchers.has(key)) void this.#count(key, cached);
    }, COUNT_INTERVAL);
  }
}
