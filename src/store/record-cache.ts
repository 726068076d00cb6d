/** Caches of confirmed records: entries and contacts, which are fetched in batches while watched, and statuses. */
import type { SubscriptionState } from '../adapters/adapter.js';
import { isNewer } from '../model/changes.js';
import type { Entry } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import type { Status } from '../model/status.js';
import { isSameProblem, unreadableIn, type UnreadableRecords } from '../model/unreadable.js';
import { type Watcher, Watchers } from './watchers.js';

/** Above this number of records, those that nobody watches are dropped. */
export const MAX_CACHED = 10_000;

/** Lookups in flight at once; ids requested meanwhile wait and are looked up together. */
const MAX_LOOKUPS = 2;

/** A logical clock: every request sent and every record received takes the next tick. */
export class Clock {
  #now = 0;

  tick(): number {
    return ++this.#now;
  }
}

/** Data read from the adapter, kept up to date while it is watched. */
export interface StoreCache {
  readonly isWatched: boolean;
  /** Whether watched data could not be read. */
  readonly hasFailed: boolean;
  /** Called for every change: of an entry, from `before` as far as that is known, or of anything else. */
  handleChange?(entry?: Entry, before?: Entry): void;
  /** Called when changes are received again, or no longer; `live` also when nobody subscribes any more. */
  handleState?(state: SubscriptionState): void;
  /** Reads watched data again and drops the rest: all of it may be stale. */
  refresh(): void;
  /** Called when no changes will be received from now on. */
  forget(): void;
}

/** What keeps caches in sync with the adapter. */
export interface CacheContext {
  /** Whether changes are received. */
  readonly state: SubscriptionState;
  readonly clock: Clock;
  /** To be awaited before a lookup. */
  readonly ready: Promise<void> | undefined;
  /** `isRepeat`: the same read failed before and has not succeeded since; `isKnown`: because of the same records. */
  reportFailure(error: PipelineError, isRepeat: boolean, isKnown?: boolean): void;
  /** Whether the session is still the one of the request; to be checked before an answer is kept. */
  isSameSession(): boolean;
  /** To be called before something is watched, and after it is no longer watched. */
  handleWatchersChange(): void;
}

/** Where the records of a cache come from. */
export interface RecordSource<T> {
  /**
   * Looks records up; those the adapter does not know are missing from the result, and those that cannot be read are in
   * `unreadableIn(…)` of it. A result that arrives after the rejection with `timeout` is passed to `keep`.
   */
  fetch(ids: readonly Id[], keep: (late: ReadonlyMap<Id, T>) => void): Promise<ReadonlyMap<Id, T>>;
  /** The record of something that the adapter does not know. */
  unknown(id: Id): T;
  /** Whether an answer replaces a record that was received after the lookup was sent; by default it never does. */
  isNewer?(answer: T, cached: T): boolean;
}

interface CachedRecord<T> {
  value: T;
  receivedAt: number;
}

export class RecordCache<T> implements StoreCache {
  readonly watchers = new Watchers();
  readonly #source: RecordSource<T>;
  readonly #context: CacheContext;
  readonly #records = new Map<Id, CachedRecord<T>>();
  readonly #errors = new Map<Id, PipelineError>();
  #requested = new Set<Id>();
  #isScheduled = false;
  #lookups = 0;
  #refreshedAt = 0;

  constructor(source: RecordSource<T>, context: CacheContext) {
    this.#source = source;
    this.#context = context;
  }

  get(id: Id): T | undefined {
    return this.#records.get(id)?.value;
  }

  /** Why the record could not be read, until it can. */
  error(id: Id): PipelineError | undefined {
    return this.#errors.get(id);
  }

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  get hasFailed(): boolean {
    return [...this.#errors.keys()].some((id) => this.watchers.has(id));
  }

  /** Fetches the record unless it is cached. Idempotent. */
  watch(id: Id, watcher: Watcher): void {
    // First: syncing must start before the lookup is sent.
    this.#context.handleWatchersChange();
    if (!this.#records.has(id) && !this.watchers.has(id)) this.#request(id);
    this.watchers.add(id, watcher);
  }

  unwatch(id: Id, watcher: Watcher): void {
    this.watchers.delete(id, watcher);
    this.#context.handleWatchersChange();
    const { size } = this.#records;
    if (size > MAX_CACHED && size > 2 * this.watchers.size) this.#dropUnwatched();
  }

  /** When everything was last read again, by the clock. */
  get refreshedAt(): number {
    return this.#refreshedAt;
  }

  /** Keeps a record if it is watched or cached, and notifies its watchers. */
  receive(id: Id, value: T, receivedAt = this.#context.clock.tick()): void {
    if (!this.#records.has(id) && !this.watchers.has(id)) return;
    this.#records.set(id, { value, receivedAt });
    this.watchers.notify(id);
  }

  /** Changes every cached record in place, without marking it as received. */
  amend(change: (value: T) => T): void {
    for (const record of this.#records.values()) record.value = change(record.value);
  }

  refresh(): void {
    this.#refreshedAt = this.#context.clock.tick();
    this.#dropUnwatched();
    for (const id of this.watchers.keys()) this.#request(id);
  }

  /** The same for one record. */
  refreshRecord(id: Id): void {
    if (this.watchers.has(id)) this.#request(id);
    else this.#records.delete(id);
  }

  forget(): void {
    this.#records.clear();
    this.#errors.clear();
  }

  /** All ids requested in one turn are looked up with one call, however many elements request them. */
  #request(id: Id): void {
    this.#requested.add(id);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#fetchRequested();
    });
  }

  #fetchRequested(): void {
    if (!this.#requested.size || this.#lookups >= MAX_LOOKUPS) return;
    const ids = [...this.#requested];
    this.#requested = new Set();
    this.#lookups++;
    void this.#fetch(ids).finally(() => {
      this.#lookups--;
      this.#fetchRequested();
    });
  }

  async #fetch(requested: readonly Id[]): Promise<void> {
    const context = this.#context;
    await context.ready;
    // Elements that switched to another source meanwhile must not cause a request to this one.
    const ids = requested.filter((id) => this.watchers.has(id));
    if (!ids.length) return;
    const requestedAt = context.clock.tick();
    const keep = (found: ReadonlyMap<Id, T>): void => {
      const unreadable = unreadableIn(found);
      const errors = new Map<Id, PipelineError>();
      for (const id of ids) {
        const value = found.get(id);
        const error = value === undefined ? unreadable?.errorOf(id) : undefined;
        if (error) errors.set(id, error);
        else this.#keepAnswer(id, value ?? this.#source.unknown(id), requestedAt);
      }
      if (unreadable && errors.size) this.#fail(errors, unreadable.summary);
    };
    try {
      const found = await this.#source.fetch(ids, keep);
      if (context.isSameSession()) keep(found);
    } catch (thrown) {
      if (!context.isSameSession()) return;
      const error = PipelineError.from(thrown);
      this.#fail(new Map(ids.map((id) => [id, error])), error);
    }
  }

  /** Notes why these could not be read, and reports it once, as `summary`. */
  #fail(errors: ReadonlyMap<Id, PipelineError>, summary: PipelineError): void {
    const all = [...errors];
    const isRepeat = all.every(([id]) => this.#errors.has(id));
    const isKnown = all.every(([id, error]) => isSameProblem(this.#errors.get(id), error));
    for (const [id, error] of all) this.#errors.set(id, error);
    this.#context.reportFailure(summary, isRepeat, isKnown);
    for (const [id] of all) this.watchers.notify(id);
  }

  #keepAnswer(id: Id, value: T, requestedAt: number): void {
    this.#errors.delete(id);
    const cached = this.#records.get(id);
    // Versions only tell what is newer among records that were not forgotten in between.
    const isFromBefore = requestedAt < this.#refreshedAt;
    const isNewer = !isFromBefore && this.#source.isNewer?.(value, cached?.value ?? value);
    if (cached && cached.receivedAt > requestedAt && !isNewer) return;
    this.receive(id, value, isFromBefore ? requestedAt : undefined);
  }

  #dropUnwatched(): void {
    for (const id of this.#records.keys()) if (!this.watchers.has(id)) this.#records.delete(id);
  }
}

/** The statuses as the adapter confirmed them, including deleted ones, whose names may still be shown. */
export class ConfirmedStatuses {
  readonly byId = new Map<Id, Status>();
  readonly #receivedAt = new Map<Id, number>();
  readonly #clock: Clock;
  /** When the last `reset` was received, until a list that was requested later arrives. */
  #resetAt: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * What is known may belong to a database that was deleted and created again, where versions start at 1: a status that is
   * missing from the next list has no version any more that a later record would have to exceed.
   */
  handleReset(): void {
    this.#resetAt = this.#clock.tick();
  }

  /** Keeps a record unless it is stale. Returns whether it was kept. */
  receive(status: Status): boolean {
    if (!isNewer(status, this.byId.get(status.id))) return false;
    this.keep(status);
    return true;
  }

  /**
   * Replaces the statuses with a list that was requested at `requestedAt`, except for what was received since, and for
   * those of its records that cannot be read. Returns whether the list must be loaded again: a status received since but
   * missing from the list is either newer than the list or the late answer to an older write.
   */
  replace(list: readonly Status[], requestedAt: number, unreadable?: UnreadableRecords): boolean {
    const listed = new Set(list.map((status) => status.id));
    const isOlder = (id: Id): boolean => (this.#receivedAt.get(id) ?? 0) < requestedAt;
    const isAfterReset = this.#resetAt !== undefined && this.#resetAt < requestedAt;
    if (isAfterReset) this.#resetAt = undefined;
    let isInDoubt = false;
    for (const [id, status] of this.byId) {
      if (listed.has(id) || unreadable?.errorOf(id) || (status.deleted && !isAfterReset)) continue;
      if (isOlder(id)) this.byId.set(id, { ...status, deleted: true, ...(isAfterReset ? { version: 0 } : {}) });
      else isInDoubt ||= !status.deleted;
    }
    for (const status of list) {
      if (isOlder(status.id) || isNewer(status, this.byId.get(status.id))) this.byId.set(status.id, status);
    }
    return isInDoubt;
  }

  /** Keeps a record as the newest one. */
  keep(status: Status): void {
    this.byId.set(status.id, status);
    this.#receivedAt.set(status.id, this.#clock.tick());
  }
}
