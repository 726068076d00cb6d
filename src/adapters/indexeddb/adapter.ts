import type { Change } from '../../model/changes.js';
import type { ContactSummary, ConversationRef, Entry, HistoryItem, SetResult } from '../../model/entry.js';
import { PipelineError, invalid } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { parseUser } from '../../model/validate.js';
import type { NewStatus, Status, StatusPatch } from '../../model/status.js';
import type { CallOptions, CountQuery, Counts, FindPage, FindQuery, PipelineAdapter, StatusList } from '../adapter.js';
import type { MemoryAdapter } from '../memory.js';
import type { DatabaseAdapter } from './database.js';
import { nameOf, toPipelineError } from './errors.js';

export const DEFAULT_DATABASE = 'pipeline-elements';

/**
 * Where the data is kept. `unknown` until the first call has opened the database; `durable`: in IndexedDB; `session`:
 * the browser gives no storage, so it is kept in memory and lost when the page is left.
 */
export type Persistence = 'unknown' | 'durable' | 'session';

/** How an open fails where there is no storage to be had: none, forbidden (private windows, blocked frames), or broken. */
const UNAVAILABLE: ReadonlySet<unknown> = new Set([
  'NotSupportedError',
  'SecurityError',
  'InvalidStateError',
  'UnknownError',
]);

type Target = DatabaseAdapter | MemoryAdapter;
type SubscribeOptions = Parameters<NonNullable<PipelineAdapter['subscribe']>>[1];

interface Subscription {
  listener(change: Change): void;
  options: SubscribeOptions;
  stop?: () => void;
}

/**
 * Keeps a pipeline in the browser, in an IndexedDB database of its own. Tabs on one database share it and hear of each
 * other's writes. It is opened by the first call; making an adapter touches nothing, also on a server.
 *
 * A browser that gives no storage gets a working pipeline for the session instead, which `persistence` tells. What is
 * stored is never deleted to recover from an error.
 */
export class IndexedDBAdapter implements Required<PipelineAdapter> {
  /** The name of the database: one for each tenant and user, to keep them apart. */
  readonly database: string;
  readonly #user: string | undefined;
  #target: Target | undefined;
  #database: DatabaseAdapter | undefined;
  #choosing: Promise<Target> | undefined;
  #closed = false;
  readonly #calls = new Set<Promise<unknown>>();
  readonly #subscriptions = new Set<Subscription>();
  readonly #persistenceListeners = new Set<(persistence: Persistence) => void>();

  /**
   * `database`: its name, `pipeline-elements` where it is left out. `user`: who makes the writes, 1–256 characters,
   * recorded as `by` in histories and changes; `CallOptions.by` takes precedence.
   *
   * Throws `invalid` for a name that is there but `undefined` or blank: a tenant that is not known yet must not become a
   * database that everyone shares. Throws `invalid` (field `user`) for a user that cannot be recorded.
   */
  constructor(options: { database?: string; user?: string } = {}) {
    this.database = databaseOf(options);
    this.#user = options.user === undefined ? undefined : parseUser(options.user);
  }

  get persistence(): Persistence {
    if (!this.#target) return 'unknown';
    return this.#target === this.#database ? 'durable' : 'session';
  }

  /** Calls `listener` once, as soon as it is known where the data is kept. Returns how to stop. */
  onPersistence(listener: (persistence: Persistence) => void): () => void {
    this.#persistenceListeners.add(listener);
    if (this.#target) this.#tellPersistence();
    return () => this.#persistenceListeners.delete(listener);
  }

  listStatuses(options?: CallOptions): Promise<StatusList> {
    return this.#call(options, (target) => target.listStatuses(options));
  }

  createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    return this.#call(options, (target) => target.createStatus(data, options));
  }

  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    return this.#call(options, (target) => target.updateStatus(id, patch, options));
  }

  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    return this.#call(options, (target) => target.moveStatus(id, after, options));
  }

  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#call(options, (target) => target.deleteStatus(id, options));
  }

  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#call(options, (target) => target.restoreStatus(id, options));
  }

  getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    return this.#call(options, (target) => target.getEntries(conversationIds, options));
  }

  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#call(options, (target) => target.setStatus(conversations, statusId, options));
  }

  /** All in one transaction: give many thousands in parts, or other calls wait for them. */
  putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    return this.#call(options, (target) => target.putConversations(conversations, options));
  }

  getContacts(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>> {
    return this.#call(options, (target) => target.getContacts(contactIds, options));
  }

  count(query: CountQuery, options?: CallOptions): Promise<Counts> {
    return this.#call(options, (target) => target.count(query, options));
  }

  find(query: FindQuery, options?: CallOptions): Promise<FindPage> {
    return this.#call(options, (target) => target.find(query, options));
  }

  /** As far back as the newest 10,000 changes of all conversations go, and at most 100 of its own. */
  history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    return this.#call(options, (target) => target.history(conversationId, options));
  }

  subscribe(listener: (change: Change) => void, options: SubscribeOptions): () => void {
    const subscription: Subscription = { listener, options };
    if (!this.#closed) {
      this.#subscriptions.add(subscription);
      if (this.#target) attach(subscription, this.#target);
      // Could not be opened: a later call that does open it attaches too.
      else this.#choose().catch(() => this.#subscriptions.has(subscription) && options.onState?.('down'));
    }
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.stop?.();
    };
  }

  /**
   * Deletes all data of this database, as at sign-out: all or, when the page is left before it is done, nothing. Open
   * tabs hear `reset`, and find it empty. 10,000 conversations take about a second.
   */
  clear(): Promise<void> {
    return this.#call(undefined, async (target) => {
      if (target === this.#database) return this.#database.clear();
      this.#target = await forSession(this.#user);
      for (const subscription of this.#subscriptions) {
        subscription.stop?.();
        subscription.stop = this.#target.subscribe(subscription.listener, {});
        queueMicrotask(
          () => this.#subscriptions.has(subscription) && subscription.listener({ kind: 'reset', seq: '0' }),
        );
      }
    });
  }

  /** Waits for the calls under way, then lets go of everything. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.stop?.();
    this.#subscriptions.clear();
    this.#persistenceListeners.clear();
    await Promise.allSettled([...this.#calls, this.#choosing]);
    await this.#target?.close();
    await this.#database?.close();
  }

  async #call<T>(options: CallOptions | undefined, work: (target: Target) => Promise<T>): Promise<T> {
    if (options?.signal?.aborted) throw aborted(options.signal);
    if (this.#closed) throw new PipelineError('unknown', 'The adapter was closed.');
    const call = this.#target ? work(this.#target) : this.#choose().then(work);
    this.#calls.add(call);
    const forget = (): unknown => this.#calls.delete(call);
    call.then(forget, forget);
    try {
      return await (options?.signal ? untilAborted(call, options.signal) : call);
    } catch (thrown) {
      throw toPipelineError(thrown);
    }
  }

  /** Chooses once, before anything is read or written, where the data is kept. */
  #choose(): Promise<Target> {
    this.#choosing ??= this.#open().then(
      (target) => {
        this.#target = target;
        for (const subscription of this.#subscriptions) attach(subscription, target);
        this.#tellPersistence();
        return target;
      },
      (thrown: unknown) => {
        // Blocked, slow, or of a newer version: it is there, and may open the next time.
        this.#choosing = undefined;
        throw toPipelineError(thrown);
      },
    );
    return this.#choosing;
  }

  async #open(): Promise<Target> {
    const database = (this.#database ??= await newDatabase(this.database, this.#user));
    try {
      await database.open();
      return database;
    } catch (thrown) {
      if (!UNAVAILABLE.has(nameOf(thrown))) throw thrown;
      return forSession(this.#user);
    }
  }

  #tellPersistence(): void {
    for (const listener of this.#persistenceListeners) {
      queueMicrotask(() => this.#persistenceListeners.delete(listener) && listener(this.persistence));
    }
  }
}

function databaseOf(options: { database?: unknown } | null): string {
  if (typeof options !== 'object' || options === null) {
    throw invalid('database', 'must be given in an object, such as { database: "acme:agent-7" }.');
  }
  if (!('database' in options)) return DEFAULT_DATABASE;
  const { database } = options;
  if (typeof database === 'string' && database.trim()) return database;
  throw invalid(
    'database',
    'must be a text that is not blank, such as "acme:agent-7", one for each tenant and user. Make the adapter when the name is known; leave the option out for the database that everyone shares.',
  );
}

/** All that reads and writes is loaded by the first call: a page draws its elements before. */
async function newDatabase(name: string, user: string | undefined): Promise<DatabaseAdapter> {
  try {
    const { DatabaseAdapter } = await import('./database.js');
    return new DatabaseAdapter(name, user);
  } catch (thrown) {
    throw new PipelineError('unavailable', 'The code of the adapter could not be loaded.', { cause: thrown });
  }
}

/** Without storage, which few browsers are: what it takes is loaded then. */
async function forSession(user: string | undefined): Promise<MemoryAdapter> {
  const { MemoryAdapter } = await import('../memory.js');
  return new MemoryAdapter(user === undefined ? {} : { user });
}

function attach(subscription: Subscription, target: Target): void {
  subscription.stop = target.subscribe(subscription.listener, subscription.options);
}

const aborted = (signal: AbortSignal): PipelineError =>
  new PipelineError('aborted', 'The call was aborted.', { cause: signal.reason });

/** Stops waiting when told so; what was sent may still happen. */
function untilAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(aborted(signal));
    signal.addEventListener('abort', abort, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
