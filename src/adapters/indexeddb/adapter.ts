/**
 * Keeps a pipeline in an IndexedDB database of the browser, shared by all tabs.
 * Longer than other files because every method of `PipelineAdapter` is here.
 */
import type { Change } from '../../model/changes.js';
import {
  type ContactSummary,
  type ConversationRef,
  type Entry,
  type HistoryItem,
  type SetResult,
  parseConversationRef,
} from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import type { NewStatus, Status, StatusPatch } from '../../model/status.js';
import { checkRefs, parseUser } from '../rules.js';
import { checkAborted, closedError, unlessAborted } from '../../model/errors.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  Persistence,
  PipelineAdapter,
  StatusList,
  SubscribeOptions,
  WithPersistence,
} from '../adapter.js';
import { IdempotencyCache } from '../idempotency.js';
import type { MemoryAdapter } from '../memory.js';
import { ChangeFeed } from './change-feed.js';
import { Connection, isUnavailable, toPipelineError } from './connection.js';
import { readContacts } from './contacts.js';
import { putConversations, readEntries, setStatuses } from './conversations.js';
import { readCounts, readPage } from './find.js';
import { readHistory } from './history.js';
import { beginWrite, readChanges, type Write } from './journal.js';
import { parseDatabaseOptions } from './schema.js';
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
 * In a browser without storage the pipeline is kept in memory until the page is left; `persistence` says which it is.
 * Stored data is never deleted to recover from an error.
 */
export class IndexedDBAdapter implements Required<PipelineAdapter>, WithPersistence {
  /** The name of the database: one for each tenant and user keeps their data apart. */
  readonly database: string;
  readonly #user: string | undefined;
  readonly #connection: Connection;
  readonly #feed: ChangeFeed;
  #idempotency = new IdempotencyCache();
  /** Used instead of the database where the browser has no storage. */
  #memory: MemoryAdapter | undefined;
  #persistence: Persistence = 'unknown';
  #opening: Promise<void> | undefined;
  #isClosed = false;
  readonly #calls = new Set<Promise<unknown>>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #persistenceListeners = new Set<(persistence: Persistence) => void>();

  /**
   * `database`: its name; `pipeline-elements` if left out. `user`: who makes the writes, 1–256 characters, recorded as
   * `by` in histories and changes; `CallOptions.by` takes precedence.
   *
   * Throws `invalid` for a name that is `undefined` or blank: a tenant that is not known yet must not get the database
   * that everyone shares. Throws `invalid` (field `user`) for a user that cannot be recorded.
   */
  constructor(options: { database?: string; user?: string } = {}) {
    this.database = parseDatabaseOptions(options);
    this.#user = options.user === undefined ? undefined : parseUser(options.user);
    this.#connection = new Connection(this.database, () => this.#feed.handleConnectionLost());
    this.#feed = new ChangeFeed(this.database, {
      read: (positions) => this.#connection.read((tx) => readChanges(tx, positions)),
      pause: () => this.#connection.release(),
    });
  }

  get persistence(): Persistence {
    return this.#persistence;
  }

  /** Calls `listener` once, as soon as it is known where the data is kept. Returns how to unsubscribe. */
  onPersistence(listener: (persistence: Persistence) => void): () => void {
    this.#persistenceListeners.add(listener);
    if (this.#persistence !== 'unknown') this.#notifyPersistence();
    return () => this.#persistenceListeners.delete(listener);
  }

  listStatuses(options?: CallOptions): Promise<StatusList> {
    return this.#run(
      options,
      () => this.#connection.read(readStatusList),
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

  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#run(
      options,
      async () => {
        const { refs, complete } = checkRefs(conversations);
        const work = (write: Write): Promise<readonly SetResult[]> => setStatuses(write, statusId, options?.ifVersion);
        return complete(await this.#write('relaxed', options, work, refs));
      },
      (memory) => memory.setStatus(conversations, statusId, options),
    );
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

  subscribe(listener: (change: Change) => void, options: SubscribeOptions): () => void {
    const subscription: Subscription = { listener, options };
    if (!this.#isClosed) {
      this.#subscriptions.add(subscription);
      if (this.#persistence !== 'unknown') this.#start(subscription);
      // A later call that succeeds in opening the database starts the subscription.
      else this.#open().catch(() => this.#subscriptions.has(subscription) && options.onState?.('down'));
    }
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.stop?.();
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
    for (const subscription of this.#subscriptions) subscription.stop?.();
    this.#subscriptions.clear();
    this.#persistenceListeners.clear();
    await Promise.allSettled([...this.#calls, this.#opening]);
    await this.#memory?.close();
    this.#feed.close();
    this.#connection.close();
  }

  /** Runs a call once it is known where the data is kept. Rejects with a `PipelineError`. */
  async #run<T>(
    options: CallOptions | undefined,
    inDatabase: () => Promise<T>,
    inMemory: (memory: MemoryAdapter) => Promise<T>,
  ): Promise<T> {
    if (this.#isClosed) throw closedError();
    checkAborted(options?.signal);
    const start = (): Promise<T> => (this.#memory ? inMemory(this.#memory) : inDatabase());
    try {
      const call = this.#persistence === 'unknown' ? this.#open().then(start) : start();
      this.#calls.add(call);
      const forget = (): unknown => this.#calls.delete(call);
      call.then(forget, forget);
      return await unlessAborted(call, options?.signal);
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
        const write = await beginWrite(tx, refs, options, this.#user);
        const result = await work(write);
        await write.journal.save(tx);
        return { result, journal: write.journal };
      });
      if (journal.seq > journal.base) this.#feed.handleCommit(journal.base, journal.seq, journal.changes);
      return result;
    });
  }

  /** Opens the database, or falls back to memory in a browser without storage. After a failure the next call retries. */
  #open(): Promise<void> {
    this.#opening ??= this.#connection
      .open()
      .catch(async (thrown: unknown) => {
        if (!isUnavailable(thrown)) throw thrown;
        this.#memory = await newMemory(this.#user);
      })
      .then(
        () => {
          this.#persistence = this.#memory ? 'session' : 'durable';
          for (const subscription of this.#subscriptions) this.#start(subscription);
          this.#notifyPersistence();
        },
        (thrown: unknown) => {
          this.#opening = undefined;
          throw thrown;
        },
      );
    return this.#opening;
  }

  #start(subscription: Subscription): void {
    subscription.stop = (this.#memory ?? this.#feed).subscribe(subscription.listener, subscription.options);
  }

  async #clearMemory(): Promise<void> {
    this.#memory = await newMemory(this.#user);
    for (const subscription of this.#subscriptions) {
      subscription.stop?.();
      subscription.stop = this.#memory.subscribe(subscription.listener, {});
      queueMicrotask(() => this.#subscriptions.has(subscription) && subscription.listener({ kind: 'reset', seq: '0' }));
    }
  }

  #notifyPersistence(): void {
    for (const listener of this.#persistenceListeners) {
      queueMicrotask(() => this.#persistenceListeners.delete(listener) && listener(this.#persistence));
    }
  }
}

/** Loaded late: few browsers have no storage. */
async function newMemory(user: string | undefined): Promise<MemoryAdapter> {
  const { MemoryAdapter } = await import('../memory.js');
  return new MemoryAdapter(user === undefined ? {} : { user });
}
