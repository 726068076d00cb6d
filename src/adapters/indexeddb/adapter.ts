/**
 * Keeps a pipeline in an IndexedDB database of the browser, shared by all tabs.
 * Longer than other files because every method of `PipelineAdapter` is here.
 */
import type { Change } from '../../model/changes.js';
import {
  type ConversationRef,
  type Entry,
  type HistoryItem,
  type SetResult,
  parseConversationRef,
} from '../../model/entry.js';
import { type ContactSummary } from '../../model/contact.js';
import type { Id } from '../../model/id.js';
import type { NewStatus, Status, StatusPatch } from '../../model/status.js';
import { RefCheck, checkRefs, parseForgetQuery, parseUndoPeriod, parseUser, type Forgotten } from '../rules.js';
import { closedError } from '../../model/errors.js';
import { checkAborted, unlessAborted } from '../../model/abort.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  ForgetQuery,
  Persistence,
  PipelineAdapter,
  StatusList,
  SubscribeOptions,
  WithPersistence,
} from '../adapter.js';
import { IdempotencyCache } from '../idempotency.js';
import type { Export, Import, TransferOptions, WithTransfer } from '../transfer.js';
import { BulkWrite, MAX_AT_ONCE } from './bulk.js';
import { ChangeFeed } from './change-feed.js';
import { Connection } from './connection.js';
import { readContacts } from './contacts.js';
import { putConversations, readEntries, setStatuses } from './conversations.js';
import { readCounts, readPage } from './find.js';
import { forget } from './forget.js';
import { readHistory } from './history.js';
import { beginWrite, readChanges, readGeneration, type Write, type WriteSettings } from './journal.js';
import { isUnavailable, toPipelineError } from './open.js';
import { Purger } from './purge.js';
import { ReopenTimer } from './reopen-timer.js';
import { parseDatabaseOptions } from './schema.js';
import type { SessionMemory } from './session-memory.js';
import {
  clearAll,
  createStatus,
  deleteStatus,
  moveStatus,
  readStatusList,
  restoreStatus,
  updateStatus,
} from './statuses.js';

/**
 * `strict` waits until the data is on disk: for statuses, which change rarely and are kept nowhere else. `relaxed`
 * survives a crash of the page or the browser, not a power cut: setting a status should not wait for a disk.
 */
type Durability = 'strict' | 'relaxed';

/** How many conversations of a long list are checked in one task. */
const PARSED_AT_ONCE = 5000;

interface Subscription {
  listener(change: Change): void;
  options: SubscribeOptions;
  /** Missing until the database is open. */
  stop?: () => void;
}

/**
 * Keeps a pipeline in an IndexedDB database. All tabs share it and receive each other's changes. The first call opens
 * the database; the constructor has no side effects and works on a server too.
 *
 * In a browser that gives the page no storage (there is none, or it is forbidden in this frame) the pipeline is kept in
 * memory; `persistence` says which it is. The storage is tried again with each call, when the page becomes visible, and
 * while there are subscribers every 30 seconds. Once it works, what was written in memory is copied to it
 * (`SessionMemory.copyTo`), and subscribers receive a `reset`.
 *
 * A storage that fails in another way may hold data: calls then reject, and it is tried again in the same way. Stored data
 * is never deleted to recover from an error.
 */
export class IndexedDBAdapter implements Required<PipelineAdapter>, WithPersistence, WithTransfer {
  /** The name of the database: one for each tenant and user keeps their data apart. */
  readonly database: string;
  readonly #settings: WriteSettings;
  readonly #connection: Connection;
  readonly #feed: ChangeFeed;
  #idempotency = new IdempotencyCache();
  /** Used instead of the database where the browser has no storage. */
  #memory: SessionMemory | undefined;
  #persistence: Persistence = 'unknown';
  #opening: Promise<void> | undefined;
  /** Whether the last try to open the database failed. */
  #hasFailed = false;
  /** Whether calls go on in memory without trying the storage, because it fails slowly; the timer tries it. */
  #isSlow = false;
  readonly #reopenTimer = new ReopenTimer(() => void this.#open().catch(() => undefined));
  #isClosed = false;
  readonly #purger: Purger;
  readonly #calls = new Set<Promise<unknown>>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #persistenceListeners = new Set<(persistence: Persistence) => void>();

  /**
   * `database`: its name; `pipeline-elements` if left out. `user`: who makes the writes, 1–256 characters, recorded as
   * `by` in histories and changes; `CallOptions.by` takes precedence. `undoPeriodMs`: how long `restoreStatus` can bring a
   * deleted status back; later it is purged. Default: 30 days.
   *
   * Throws `invalid` for a name that is `undefined` or blank: a tenant that is not known yet must not get the database
   * that everyone shares. Throws `invalid` (field `user` or `undoPeriodMs`) for another bad option.
   */
  constructor(options: { database?: string; user?: string; undoPeriodMs?: number } = {}) {
    this.database = parseDatabaseOptions(options);
    this.#settings = {
      user: options.user === undefined ? undefined : parseUser(options.user),
      undoPeriodMs: parseUndoPeriod(options.undoPeriodMs),
    };
    this.#connection = new Connection(this.database, {
      lost: () => this.#feed.handleConnectionLost(),
      // Also when nobody waited for it any more, as after `storage-blocked`.
      opened: () => this.#mustOpen && void this.#open().catch(() => undefined),
    });
    this.#feed = new ChangeFeed(this.database, {
      read: (positions) => this.#connection.read((tx) => readChanges(tx, positions)),
      pause: () => this.#connection.release(),
    });
    this.#purger = new Purger(this.#connection, this.#settings);
  }

  get persistence(): Persistence {
    return this.#persistence;
  }

  /** Calls `listener` as soon as it is known where the data is kept, and when that changes. Returns how to unsubscribe. */
  onPersistence(listener: (persistence: Persistence) => void): () => void {
    this.#persistenceListeners.add(listener);
    if (this.#persistence !== 'unknown') this.#notifyPersistence(listener);
    return () => this.#persistenceListeners.delete(listener);
  }

  listStatuses(options?: CallOptions): Promise<StatusList> {
    return this.#run(
      options,
      async () => {
        const read = this.#connection.read((tx) => Promise.all([readStatusList(tx), readGeneration(tx)]));
        const [list, generation] = await read;
        this.#feed.handleRead(Number(list.seq), generation);
        return list;
      },
      (memory) => memory.listStatuses(options),
    );
  }

  createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    return this.#run(
      options,
      () => this.#write('strict', options, (write) => createStatus(write, data)),
      (memory) => memory.createStatus(data, options),
    );
  }

  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    return this.#run(
      options,
      () => this.#write('strict', options, (write) => updateStatus(write, id, patch, options.ifVersion)),
      (memory) => memory.updateStatus(id, patch, options),
    );
  }

  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    return this.#run(
      options,
      () => this.#write('strict', options, (write) => moveStatus(write, id, after)),
      (memory) => memory.moveStatus(id, after, options),
    );
  }

  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#run(
      options,
      () => this.#write('strict', options, (write) => deleteStatus(write, id, options)),
      (memory) => memory.deleteStatus(id, options),
    );
  }

  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#run(
      options,
      () => this.#write('strict', options, (write) => restoreStatus(write, id)),
      (memory) => memory.restoreStatus(id, options),
    );
  }

  getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    return this.#run(
      options,
      () => this.#connection.read((tx) => readEntries(tx, conversationIds)),
      (memory) => memory.getEntries(conversationIds, options),
    );
  }

  /**
   * More than 500 conversations are written in many small transactions, with other calls and tabs in between, which see
   * all of it or nothing. When it is aborted, nothing is stored; it resolves if it was stored already. If the page is left
   * before it is done, nothing is stored either.
   */
  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#run(
      options,
      () => this.#setStatus(conversations, statusId, options),
      (memory) => memory.setStatus(conversations, statusId, options),
      { isAwaited: true },
    );
  }

  async #setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    const { length } = conversations;
    const isLong = length > MAX_AT_ONCE;
    const { refs, complete } = isLong ? await checkRefsInParts(conversations) : checkRefs(conversations);
    if (!isLong) {
      const set = (write: Write): Promise<readonly SetResult[]> => setStatuses(write, statusId, options?.ifVersion);
      const results = await this.#write('relaxed', options, set, refs);
      // In a microtask: a listener that throws does not affect the write.
      if (options?.onProgress && length) queueMicrotask(() => options.onProgress!(length, length));
      return complete(results);
    }
    return this.#idempotency.run(options?.opId, async () => {
      const bulk = new BulkWrite(this.#connection, this.#settings, refs, statusId, options);
      try {
        const results = await bulk.run(({ base, seq, generation, changes }) =>
          this.#feed.handleCommit(base, seq, generation, changes),
        );
        return complete(results);
      } catch (thrown) {
        this.#purger.schedule(0);
        throw thrown;
      }
    });
  }

  /** Everything is written in one transaction: pass many thousands in parts, or other calls wait for them. */
  putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    return this.#run(
      options,
      () => this.#write('relaxed', options, putConversations, conversations),
      (memory) => memory.putConversations(conversations, options),
    );
  }

  getContacts(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>> {
    return this.#run(
      options,
      () => this.#connection.read((tx) => readContacts(tx, contactIds)),
      (memory) => memory.getContacts(contactIds, options),
    );
  }

  count(query: CountQuery, options?: CallOptions): Promise<Counts> {
    return this.#run(
      options,
      () => this.#connection.read((tx) => readCounts(tx, query)),
      (memory) => memory.count(query, options),
    );
  }

  find(query: FindQuery, options?: CallOptions): Promise<FindPage> {
    return this.#run(
      options,
      () => this.#connection.read((tx) => readPage(tx, query)),
      (memory) => memory.find(query, options),
    );
  }

  /** Goes back as far as the newest 10,000 changes of all conversations, and at most 100 of its own. */
  history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    return this.#run(
      options,
      () => this.#connection.read((tx) => readHistory(tx, conversationId)),
      (memory) => memory.history(conversationId, options),
    );
  }

  /** In one transaction, also for a contact with many conversations. */
  forget(query: ForgetQuery, options?: CallOptions): Promise<void> {
    const inDatabase = async (): Promise<void> => {
      const parsed = parseForgetQuery(query);
      let forgotten: Forgotten = parsed;
      await this.#write('strict', options, async (write) => {
        forgotten = await forget(write, parsed);
      });
      this.#idempotency.forget(forgotten);
    };
    return this.#run(options, inDatabase, (memory) => memory.forget(query, options));
  }

  /** Reads everything in one transaction. */
  exportAll(options?: TransferOptions): Promise<Export> {
    return this.#run(
      options,
      async () => {
        const { exportAll } = await import('./transfer.js');
        return this.#connection.read(exportAll);
      },
      (memory) => memory.exportAll(options),
    );
  }

  /** Writes everything in one transaction, which other calls wait for: 100,000 conversations take about ten seconds. */
  importAll(data: Import, options?: TransferOptions): Promise<void> {
    return this.#run(
      options,
      async () => {
        const { importAll } = await import('./transfer.js');
        return this.#write('strict', options, (write) => importAll(write, data, options));
      },
      (memory) => memory.importAll(data, options),
      { isAwaited: true },
    );
  }

  subscribe(listener: (change: Change) => void, options: SubscribeOptions): () => void {
    const subscription: Subscription = { listener, options };
    if (!this.#isClosed) {
      this.#subscriptions.add(subscription);
      if (this.#persistence !== 'unknown') this.#start(subscription);
      // It starts when the database can be opened.
      else {
        const handleFailure = (): unknown => this.#subscriptions.has(subscription) && options.onState?.('down');
        const opening = this.#open();
        if (this.#hasFailed) queueMicrotask(handleFailure);
        else opening.catch(handleFailure);
        opening.catch(() => undefined);
      }
    }
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.stop?.();
      if (!this.#subscriptions.size) this.#reopenTimer.stop();
    };
  }

  /**
   * Deletes all data of this database, as at sign-out: all of it, or nothing if the page is left before it is done.
   * Open tabs receive a `reset`. 10,000 conversations take about a second.
   */
  clear(): Promise<void> {
    return this.#run(
      undefined,
      () => {
        this.#idempotency = new IdempotencyCache();
        return this.#write('strict', undefined, clearAll);
      },
      () => this.#clearMemory(),
    );
  }

  /** Waits for pending calls, then closes the database. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#reopenTimer.stop();
    await this.#purger.stop();
    for (const subscription of this.#subscriptions) subscription.stop?.();
    this.#subscriptions.clear();
    this.#persistenceListeners.clear();
    await Promise.allSettled([...this.#calls, this.#opening]);
    await this.#memory?.close();
    this.#feed.close();
    this.#connection.close();
  }

  /**
   * Runs a call once it is known where the data is kept. Rejects with a `PipelineError`, as soon as it is aborted, unless
   * `isAwaited`: then the call itself decides whether it still can be.
   */
  async #run<T>(
    options: CallOptions | undefined,
    inDatabase: () => Promise<T>,
    inMemory: (memory: SessionMemory) => Promise<T>,
    { isAwaited = false } = {},
  ): Promise<T> {
    if (this.#isClosed) throw closedError();
    checkAborted(options?.signal);
    const start = (): Promise<T> => (this.#memory ? inMemory(this.#memory) : inDatabase());
    try {
      const isOpen = this.#persistence === 'durable' || this.#isSlow;
      const call = isOpen ? start() : unlessAborted(this.#open(), options?.signal).then(start);
      this.#calls.add(call);
      const handleEnd = (): unknown => this.#calls.delete(call);
      call.then(handleEnd, handleEnd);
      return await (isAwaited ? call : unlessAborted(call, options?.signal));
    } catch (thrown) {
      throw toPipelineError(thrown);
    }
  }

  /** Checks and writes in one transaction. Calls with the same `opId` are written once. */
  #write<T>(
    durability: Durability,
    options: CallOptions | undefined,
    work: (write: Write) => Promise<T>,
    conversations: readonly ConversationRef[] = [],
  ): Promise<T> {
    const refs = conversations.map(parseConversationRef);
    return this.#idempotency.run(options?.opId, async () => {
      const { result, journal } = await this.#connection.write(durability, async (tx) => {
        const write = await beginWrite(tx, refs, options, this.#settings);
        const result = await work(write);
        checkAborted(options?.signal);
        await write.journal.save(tx);
        return { result, journal: write.journal };
      });
      if (durability === 'strict') this.#purger.schedule(this.#settings.undoPeriodMs);
      if (journal.seq > journal.base) {
        this.#feed.handleCommit(journal.base, journal.seq, journal.generation, journal.changes);
      }
      return result;
    });
  }

  /**
   * Opens the database. In a browser that gives no storage it resolves too, and the data is kept in memory; the next call
   * tries again.
   */
  #open(): Promise<void> {
    this.#opening ??= this.#openOrFallBack().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #openOrFallBack(): Promise<void> {
    try {
      await this.#connection.open();
      if (this.#memory) await this.#leaveMemory(this.#memory);
      this.#persistence = 'durable';
      this.#purger.schedule();
      this.#hasFailed = false;
      this.#isSlow = false;
      this.#reopenTimer.stop();
    } catch (thrown) {
      this.#hasFailed = true;
      this.#isSlow = !!this.#memory && !isUnavailable(thrown);
      const isWanted = this.#subscriptions.size > 0 || this.#isSlow;
      if (isWanted && toPipelineError(thrown).code !== 'version-skew') this.#reopenTimer.start();
      if (!this.#memory && (!isUnavailable(thrown) || this.#persistence === 'durable')) throw thrown;
      // A service worker cannot load code late.
      this.#memory ??= await newMemory(this.#settings).catch(() => {
        throw toPipelineError(thrown);
      });
      if (this.#persistence === 'session') return;
      this.#persistence = 'session';
    }
    for (const subscription of this.#subscriptions) if (!subscription.stop) this.#start(subscription);
    this.#persistenceListeners.forEach((listener) => this.#notifyPersistence(listener));
  }

  /** Copies to the database what was written in memory. After an error it stays in memory, to be tried again. */
  async #leaveMemory(memory: SessionMemory): Promise<void> {
    // With a connection of its own, because calls of this adapter wait.
    const copy = new IndexedDBAdapter({
      database: this.database,
      ...(this.#settings.user === undefined ? {} : { user: this.#settings.user }),
    });
    try {
      await copy.listStatuses();
      if (copy.persistence !== 'durable') throw new DOMException('The storage is gone again.', 'NotSupportedError');
      for (const refused of await memory.copyTo(copy)) console.warn(`pipeline-elements: ${refused}`);
    } finally {
      await copy.close();
    }
    this.#memory = undefined;
    for (const subscription of this.#subscriptions) {
      subscription.stop?.();
      // A position that no database has: they receive a `reset`.
      subscription.stop = this.#feed.subscribe(subscription.listener, { ...subscription.options, since: 'memory' });
    }
    await memory.close();
  }

  /** Whether someone waits for the database to be opened. */
  get #mustOpen(): boolean {
    return this.#persistence !== 'durable' && this.#subscriptions.size > 0 && !this.#isClosed;
  }

  #start(subscription: Subscription): void {
    subscription.stop = (this.#memory ?? this.#feed).subscribe(subscription.listener, subscription.options);
  }

  async #clearMemory(): Promise<void> {
    this.#memory = await newMemory(this.#settings);
    for (const subscription of this.#subscriptions) {
      subscription.stop?.();
      subscription.stop = this.#memory.subscribe(subscription.listener, {});
      queueMicrotask(() => this.#subscriptions.has(subscription) && subscription.listener({ kind: 'reset', seq: '0' }));
    }
  }

  #notifyPersistence(listener: (persistence: Persistence) => void): void {
    queueMicrotask(() => this.#persistenceListeners.has(listener) && listener(this.#persistence));
  }
}

/** Loaded late: few browsers have no storage. */
async function newMemory({ user, undoPeriodMs }: WriteSettings): Promise<SessionMemory> {
  const { SessionMemory } = await import('./session-memory.js');
  return new SessionMemory({ undoPeriodMs, ...(user === undefined ? {} : { user }) });
}

/** Checks a long list without keeping the page busy for long. */
async function checkRefsInParts(conversations: readonly unknown[]): Promise<ReturnType<RefCheck['end']>> {
  const given = [...conversations];
  const check = new RefCheck();
  for (let start = 0; start < given.length; start += PARSED_AT_ONCE) {
    if (start) await new Promise((resolve) => setTimeout(resolve));
    check.add(given.slice(start, start + PARSED_AT_ONCE));
  }
  return check.end();
}
