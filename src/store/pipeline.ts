/**
 * The state of a pipeline, shared by everything that uses one adapter; `mutations.ts` changes it.
 *
 * The rule: what is shown = what the adapter confirmed + the pending mutations, applied in order. A mutation stays
 * pending until the adapter answers. If it is confirmed, its result becomes confirmed state before it stops being pending;
 * if it is refused, it only stops being pending. Nothing is restored from a copy, so rolling a mutation back cannot
 * overwrite what others wrote meanwhile.
 */
import type { PipelineAdapter, SettledWrite, WaitingWrite, WithOutbox, WithPersistence } from '../adapters/adapter.js';
import { isNewer, type Change } from '../model/changes.js';
import { parseEntry, type Entry } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { unreadableIn } from '../model/unreadable.js';
import { parseId } from '../model/validate.js';
import { sortedLive, type Status } from '../model/status.js';
import { withAnswerLimit } from './answer-limit.js';
import type { PickFeedback } from './pick-feedback.js';
import { RecordCache, type CacheContext, type StoreCache } from './record-cache.js';
import { Sync, loadReading, type SyncTarget } from './sync.js';
import { Watchers, type Watchable, type Watcher } from './watchers.js';

/** What a conversation shows. */
export interface EntryView {
  statusId: Id | null;
  /** Whether a new status has been sent to the adapter and is not confirmed yet. */
  pending: boolean;
  /** Milliseconds since the epoch; 0 when it never had a status. */
  changedAt: number;
  /** The confirmed version; 0 while nothing is known. */
  version: number;
}

/** What a watcher shows of a store. */
export interface Interest {
  /** The list of statuses. */
  readonly statuses?: boolean;
  readonly conversationIds?: readonly Id[];
  /** Data of an optional cache. */
  readonly also?: Watchable | undefined;
}

/** The mutations that the adapter has not confirmed yet. */
export interface PendingMutations {
  /** Applies them to the confirmed statuses; returns the live ones, in order. */
  applyToStatuses(confirmed: ReadonlyMap<Id, Status>): readonly Status[];
  /** Applies them to the confirmed status of a conversation. */
  applyToEntry(confirmed: Id | null, conversationId: Id): { statusId: Id | null; pending: boolean };
  /** What is shown about slow and failed picks of a conversation. */
  feedback(conversationId: Id): PickFeedback | undefined;
  /** Called when something more is watched. */
  handleWatch?(): void;
  /** Rejects them, because the session is over. */
  end(): void;
}

const NO_MUTATIONS: PendingMutations = {
  applyToStatuses: (confirmed) => sortedLive(confirmed.values()),
  applyToEntry: (statusId) => ({ statusId, pending: false }),
  feedback: () => undefined,
  end: () => undefined,
};

type OptionalMethod =
  'restoreStatus' | 'putConversations' | 'getContacts' | 'count' | 'find' | 'history' | 'forget' | 'subscribe';

/** A lookup of records by id. */
interface Lookup<T> {
  ids: readonly Id[];
  what: 'entry' | 'contact';
  call(adapter: PipelineAdapter, ids: readonly Id[]): Promise<unknown>;
  parse(record: unknown): T;
  keep?: ((late: ReadonlyMap<Id, T>) => void) | undefined;
}

/** The records of a map; `undefined` if something of it does not have the usual form. */
function parseRecords<T>(answer: unknown, parse: (record: unknown) => T): ReadonlyMap<Id, T> | undefined {
  try {
    if (!(answer instanceof Map) || unreadableIn(answer)) return undefined;
    return new Map(Array.from(answer as Map<Id, unknown>, ([id, record]) => [id, parse(record)]));
  } catch {
    return undefined;
  }
}

const STATUSES = 'statuses';

let handleWaiting: ((store: PipelineStore, settled?: SettledWrite) => void) | undefined;

/** Sets what shows the writes that adapters keep: the code of mutations, which imports this file. */
export function setWaitingHandler(handler: typeof handleWaiting): void {
  handleWaiting = handler;
}

const stores = new WeakMap<PipelineAdapter, PipelineStore>();

/**
 * A store belongs to one session. When someone else signs in, it ends, and the adapter gets a new store: data and
 * answers of the previous session cannot reach the next one.
 */
export class PipelineStore implements SyncTarget {
  readonly adapter: PipelineAdapter;
  readonly sync = new Sync(this);
  readonly #statusWatchers = new Watchers();
  /** The conversations as the adapter confirmed them. */
  readonly entries = new RecordCache<Entry>(
    {
      fetch: (ids, keep) => this.getEntries(ids, keep),
      unknown: (conversationId) => ({ conversationId, contactId: null, statusId: null, version: 0, changedAt: 0 }),
      isNewer,
    },
    this.sync,
  );
  /** Statuses that conversations have and the list does not, and why they are not shown once the list was read again. */
  readonly #missingStatuses = new Map<Id, PipelineError | undefined>();
  readonly #optionalCaches = new Map<unknown, StoreCache>();
  /** The conversations of failed lookups, by their errors. */
  readonly #failedLookups = new WeakMap<PipelineError, readonly Id[]>();
  #pending = NO_MUTATIONS;
  /** The confirmed statuses with the pending mutations applied, until either changes. */
  #statuses: readonly Status[] | undefined;

  /** The one store of an adapter. */
  static of(adapter: PipelineAdapter): PipelineStore {
    let store = stores.get(adapter);
    if (!store || !store.sync.isSameSession()) stores.set(adapter, (store = new PipelineStore(adapter)));
    return store;
  }

  private constructor(adapter: PipelineAdapter) {
    this.adapter = adapter;
  }

  // What is shown.

  /** `loading` until the list is first loaded; `error` when it cannot be and nothing was loaded before. */
  get phase(): 'loading' | 'ready' | 'error' {
    return this.sync.isLoaded ? 'ready' : this.sync.error ? 'error' : 'loading';
  }

  /** Why the list, or some of its statuses, could not be loaded, until they can. What was loaded before stays shown. */
  get error(): PipelineError | undefined {
    return this.sync.error;
  }

  /** How many statuses of the list could not be read; 0 also if the whole list could not. */
  get unreadableCount(): number {
    return this.sync.unreadable?.list.length ?? 0;
  }

  /** The statuses in order, with pending mutations applied. The same array until something changes. */
  get statuses(): readonly Status[] {
    return (this.#statuses ??= this.#pending.applyToStatuses(this.confirmed));
  }

  /** A status by id, including a deleted one whose record is known. */
  status(id: Id | null): Status | undefined {
    if (id === null) return undefined;
    return this.statuses.find((status) => status.id === id) ?? this.confirmed.get(id);
  }

  /** What a conversation shows; `undefined` until it is read. */
  entry(conversationId: Id): EntryView | undefined {
    const confirmed = this.confirmedEntry(conversationId);
    const { statusId, pending } = this.#pending.applyToEntry(confirmed?.statusId ?? null, conversationId);
    if (!confirmed && !pending) return undefined;
    return { statusId, pending, changedAt: confirmed?.changedAt ?? 0, version: confirmed?.version ?? 0 };
  }

  /** What to show about slow and failed picks of a conversation. */
  feedback(conversationId: Id): PickFeedback | undefined {
    return this.#pending.feedback(conversationId);
  }

  /** Why a conversation could not be read, until it can. */
  entryError(conversationId: Id): PipelineError | undefined {
    return this.entries.error(conversationId);
  }

  /**
   * Why the status that a conversation has is not known: its record cannot be read, or the list lacks it, also after it was
   * read again. `undefined` until then.
   */
  statusError(id: Id): PipelineError | undefined {
    const error = this.sync.unreadable?.errorOf(id);
    if (error || this.#missingStatuses.has(id)) return error ?? this.#missingStatuses.get(id);
    this.#missingStatuses.set(id, undefined);
    void this.#findStatus(id);
    return undefined;
  }

  async #findStatus(id: Id): Promise<void> {
    await this.loadList();
    if (!this.status(id)) {
      const reason = loadReading().then(({ missingStatus }) => missingStatus(this, id), PipelineError.from);
      this.#missingStatuses.set(id, await reason);
    }
    this.notifyEntries();
  }

  /** The store's cache of a kind that only some elements use, such as `CountCache`; created when it is first used. */
  cache<C extends StoreCache>(Cache: new (store: PipelineStore, context: CacheContext) => C): C {
    let cache = this.#optionalCaches.get(Cache) as C | undefined;
    if (!cache) this.#optionalCaches.set(Cache, (cache = new Cache(this, this.sync)));
    return cache;
  }

  /** Whether the adapter has an optional method. A feature whose method is missing is not shown. */
  can(method: OptionalMethod): boolean {
    return typeof this.adapter[method] === 'function';
  }

  /** Whether what is written outlives the page: not where the browser provides no storage. */
  get isDurable(): boolean {
    return (this.adapter as Partial<WithPersistence>).persistence !== 'session';
  }

  /** The picks that the adapter keeps until it can send them, also those of earlier pages. */
  get waiting(): readonly WaitingWrite[] {
    return (this.adapter as Partial<WithOutbox>).waiting ?? [];
  }

  // Watching.

  /** Fetches missing data of `interest`, and notifies `watcher` when some of it changes. Idempotent. */
  watch({ statuses, conversationIds = [], also }: Interest, watcher: Watcher): void {
    if (statuses) this.#statusWatchers.add(STATUSES, watcher);
    this.sync.handleWatchersChange();
    for (const id of conversationIds) this.entries.watch(id, watcher);
    this.#pending.handleWatch?.();
    also?.watch(watcher);
  }

  unwatch({ statuses, conversationIds = [], also }: Interest, watcher: Watcher): void {
    if (statuses) this.#statusWatchers.delete(STATUSES, watcher);
    for (const id of conversationIds) this.entries.unwatch(id, watcher);
    also?.unwatch(watcher);
    this.sync.handleWatchersChange();
  }

  get isWatched(): boolean {
    return this.#statusWatchers.size > 0 || this.caches.some((cache) => cache.isWatched);
  }

  /** Reads everything that is watched again, for instance after an error. */
  retry(): Promise<void> {
    this.#missingStatuses.clear();
    return this.sync.retry();
  }

  /** Reports that data could not be read or kept, to one of those that watch the statuses. */
  report(error: PipelineError): void {
    const reporter = this.#statusWatchers.of(STATUSES).find((watcher) => watcher.report);
    if (reporter) reporter.report!(error, 'load', this.#failedLookups.get(error));
    else console.warn(`pipeline-elements: load: ${error.message}`);
  }

  // Reading without keeping the result.

  /**
   * Calls the adapter. Rejects with a `PipelineError`: `session-changed` if someone else is signed in when it answers,
   * `timeout` if it is silent; then an answer that arrives late is passed to `keep`.
   */
  async read<T>(call: (adapter: PipelineAdapter) => Promise<T>, keep?: (late: T) => void): Promise<T> {
    const handleLate = (late: T): void => void (this.sync.isSameSession() && keep?.(late));
    try {
      const answer = await withAnswerLimit('a read', () => call(this.adapter), handleLate);
      if (this.sync.isSameSession()) return answer;
    } catch (thrown) {
      throw PipelineError.from(thrown);
    }
    throw new PipelineError('session-changed', 'Someone else is signed in now.');
  }

  /**
   * Looks conversations up; those the adapter does not know are missing. Those that cannot be read or whose id is not
   * valid are in `unreadableIn(…)` of the result. A result that arrives after a `timeout` is passed to `keep`.
   */
  getEntries(ids: readonly Id[], keep?: (late: ReadonlyMap<Id, Entry>) => void): Promise<ReadonlyMap<Id, Entry>> {
    const call = (adapter: PipelineAdapter, some: readonly Id[]): Promise<unknown> => adapter.getEntries(some);
    const lookup = this.lookUp({ ids, what: 'entry', call, parse: parseEntry, keep });
    lookup.catch((error: PipelineError) => this.#failedLookups.set(error, ids));
    return lookup;
  }

  /** Looks records up by id, as `getEntries` does. */
  async lookUp<T>({ ids, what, call, parse, keep }: Lookup<T>): Promise<ReadonlyMap<Id, T>> {
    const read = async (answer: unknown): Promise<ReadonlyMap<Id, T>> =>
      parseRecords(answer, parse) ?? (await loadReading()).readRecords(answer, what);
    const handleLate = (late: unknown): void => void (keep && read(late).then(keep, () => undefined));
    const fetch = (some: readonly Id[]): Promise<unknown> => this.read((adapter) => call(adapter, some), handleLate);
    let answer: unknown;
    try {
      for (const id of ids) parseId(id);
      answer = await fetch(ids);
    } catch (thrown) {
      const error = thrown as PipelineError;
      if (error.code !== 'invalid') throw error;
      return (await loadReading()).lookUpApart(ids, { what, call: fetch }, error);
    }
    return read(answer);
  }

  // For `Mutations`.

  attach(pending: PendingMutations): void {
    this.#pending = pending;
  }

  /** The statuses as the adapter confirmed them, including deleted ones. */
  get confirmed(): ReadonlyMap<Id, Status> {
    return this.sync.confirmed.byId;
  }

  /** A conversation as the adapter confirmed it; `undefined` until it is read. */
  confirmedEntry(conversationId: Id): Entry | undefined {
    return this.entries.get(conversationId);
  }

  /** Loads the list of statuses again. */
  loadList(): Promise<void> {
    return this.sync.loadList();
  }

  /** Notifies those that watch the statuses. */
  notifyStatuses(): void {
    this.#statuses = undefined;
    this.#statusWatchers.notify(STATUSES);
  }

  /** Notifies those that watch these conversations, or any. */
  notifyEntries(conversationIds?: Iterable<Id>): void {
    const { watchers } = this.entries;
    if (conversationIds) for (const id of conversationIds) watchers.notify(id);
    else watchers.notifyAll();
  }

  // For `Sync`.

  handleWaiting(settled?: SettledWrite): void {
    handleWaiting?.(this, settled);
    // They show how many are waiting.
    this.notifyStatuses();
  }

  get caches(): readonly StoreCache[] {
    return [this.entries, ...this.#optionalCaches.values()];
  }

  handleChange(change: Exclude<Change, { kind: 'reset' }>): void {
    if (change.kind === 'status') {
      if (this.sync.confirmed.receive(change.status)) this.notifyStatuses();
      this.notifyCaches();
    } else {
      const before = this.confirmedEntry(change.entry.conversationId);
      this.receiveEntry(change.entry);
      this.notifyCaches(change.entry, before);
    }
  }

  /** Rejects pending mutations, and sends watchers to the next store. */
  handleSessionEnd(): void {
    this.#pending.end();
    for (const watcher of new Set([...this.#statusWatchers.all(), ...this.entries.watchers.all()])) watcher.renew?.();
  }

  /** Keeps a conversation unless what is known is newer. */
  receiveEntry(entry: Entry): void {
    const { conversationId } = entry;
    if (isNewer(entry, this.confirmedEntry(conversationId))) this.entries.receive(conversationId, entry);
  }

  /** Tells the caches of a change: of an entry, or of anything else. */
  notifyCaches(entry?: Entry, before?: Entry): void {
    for (const cache of this.caches) cache.handleChange?.(entry, before);
  }
}
