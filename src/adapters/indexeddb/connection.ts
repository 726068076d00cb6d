/** Opens a database when it is needed, runs transactions on it, and reopens it after the browser closed the connection. */
import { unwrap } from 'idb';
import { closedError, PipelineError } from '../../model/errors.js';
import { nameOf, openDatabase, toOpenError } from './open.js';
import { STORES, type Database, type ReadTx, type WriteTx } from './schema.js';

/** How long opening may be blocked by other tabs, and how long it may take without and with an upgrade (milliseconds). */
const BLOCKED_TIMEOUT = 1000;
const OPEN_TIMEOUT = 5000;
const UPGRADE_TIMEOUT = 25_000;
/** How long a transaction may take until its first request is answered, and between two answers (milliseconds). */
const TRANSACTION_TIMEOUT = 25_000;

const OPEN_RETRIES = 3;
const TRANSACTION_RETRIES = 3;
/** The delay before another try, doubled each time (milliseconds). */
const RETRY_DELAY = 50;

/** Errors of an open that may succeed when retried, for instance because other data is being deleted right now. */
const TRANSIENT: ReadonlySet<unknown> = new Set(['UnknownError', 'AbortError', 'InvalidStateError']);

/** Errors of a transaction whose connection was closed. It has written nothing, so it may run again. */
const CONNECTION_LOST: ReadonlySet<unknown> = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const noAnswerError = (): PipelineError =>
  new PipelineError('timeout', 'The storage of this device did not answer in time.');

interface OpenRequest {
  opened: Promise<Database>;
  /** Set once it is open. */
  database?: Database;
  /** Resolves when another tab keeps an older version open. */
  blocked: Promise<void>;
  isUpgrading: boolean;
}

type OpenedRequest = OpenRequest & { database: Database };

export interface ConnectionEvents {
  /** The connection was closed by the browser or for another tab: the data may have been deleted or replaced. */
  lost(): void;
  /** A connection is open. */
  opened(): void;
}

/**
 * The connection to one database: opened when it is first needed, and again after it was lost. It is closed when another
 * tab upgrades or deletes the database. Nothing is ever deleted to recover from an error. Errors are passed on as the
 * browser throws them.
 */
export class Connection {
  readonly #name: string;
  readonly #events: ConnectionEvents;
  /** The request whose connection is in use or awaited. */
  #request: OpenRequest | undefined;
  #isClosed = false;

  constructor(name: string, events: ConnectionEvents) {
    this.#name = name;
    this.#events = events;
  }

  /** Resolves when the database is open. Also rejects with `storage-blocked`, `timeout`, or `aborted` after `close()`. */
  async open(): Promise<void> {
    await this.#open();
  }

  async #open(): Promise<OpenedRequest> {
    for (let tries = 0; ; tries++) {
      if (this.#isClosed) throw closedError();
      const request = (this.#request ??= this.#newRequest());
      try {
        request.database ??= await openWithTimeout(request);
        return request as OpenedRequest;
      } catch (thrown) {
        // A blocked request stays in the browser's queue, ahead of any new one: the next call waits for it again.
        if (!(thrown instanceof PipelineError && thrown.code === 'storage-blocked')) this.#drop(request);
        if (!TRANSIENT.has(nameOf(thrown)) || tries === OPEN_RETRIES) throw toOpenError(thrown);
        await pause(RETRY_DELAY * 2 ** tries);
      }
    }
  }

  /** Runs `work` in a transaction that reads all stores. Rejects with `timeout` when the storage does not answer. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#run((database): ReadTx => database.transaction(STORES, 'readonly'), work);
  }

  /**
   * Runs `work` in a transaction that writes: resolves once it is committed; when `work` throws, nothing is written.
   * After a `timeout` it may still be written, if the storage stopped answering while it was being committed.
   */
  write<T>(durability: 'strict' | 'relaxed', work: (tx: WriteTx) => Promise<T>): Promise<T> {
    return this.#run((database): WriteTx => database.transaction(STORES, 'readwrite', { durability }), work);
  }

  /** Closes the connection once running transactions are done; the next transaction opens it again. */
  release(): void {
    const request = this.#request;
    this.#request = undefined;
    request?.opened.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  /** Closes the connection for good. */
  close(): void {
    this.#isClosed = true;
    this.release();
  }

  /** Runs a transaction, and again on a new connection if the connection was lost. */
  async #run<Tx extends ReadTx, T>(begin: (database: Database) => Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      const request = await this.#open();
      let tx: Tx | undefined;
      try {
        tx = begin(request.database);
        return await runTransaction(tx, work, () => this.#events.lost());
      } catch (thrown) {
        const isTimeout = thrown instanceof PipelineError && thrown.code === 'timeout';
        if (!isTimeout && !CONNECTION_LOST.has(nameOf(thrown))) throw thrown;
        // Only this connection: of several calls that lost it, another one may have opened a new one already.
        request.database.close();
        const wasInUse = this.#drop(request);
        if (wasInUse && !tx) this.#events.lost();
        if (isTimeout || tries === TRANSACTION_RETRIES) throw thrown;
        if (tries > 0) await pause(RETRY_DELAY * 2 ** tries);
      }
    }
  }

  #newRequest(): OpenRequest {
    let resolveBlocked: () => void;
    const blocked = new Promise<void>((resolve) => (resolveBlocked = resolve));
    const handleClose = (): void => {
      void opened.then((database) => database.close());
      if (this.#drop(request)) this.#events.lost();
    };
    const opened = openDatabase(this.#name, {
      blocked: () => resolveBlocked(),
      upgrading: () => (request.isUpgrading = true),
      blocking: handleClose,
      terminated: handleClose,
    });
    const request: OpenRequest = { opened, blocked, isUpgrading: false };
    opened.then(
      (database) => {
        // No longer awaited: an unused open connection would block other tabs.
        if (this.#request !== request) return database.close();
        request.database = database;
        this.#events.opened();
      },
      () => undefined,
    );
    return request;
  }

  /** Forgets a request; `false` if it was no longer in use. */
  #drop(request: OpenRequest): boolean {
    if (this.#request !== request) return false;
    this.#request = undefined;
    return true;
  }
}

/**
 * A time limit that counts in steps: while the page itself is busy nothing can answer, and that time counts as one step
 * only.
 */
class TimeLimit {
  readonly #step: number;
  #left = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number, onExpired: () => void) {
    this.#step = milliseconds / TimeLimit.STEPS;
    this.restart();
    const wait = (): void => {
      this.#timer = setTimeout(() => (--this.#left > 0 ? wait() : onExpired()), this.#step);
    };
    wait();
  }

  static readonly STEPS = 20;

  restart(): void {
    this.#left = TimeLimit.STEPS;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** The connection, or an error when opening takes too long. */
async function openWithTimeout(request: OpenRequest): Promise<Database> {
  const { opened, blocked } = request;
  const limits = new Set<TimeLimit>();
  const rejectAfter = (milliseconds: number, error: () => PipelineError): Promise<never> =>
    new Promise((_, reject) => limits.add(new TimeLimit(milliseconds, () => reject(error()))));
  const blockedError = (): PipelineError =>
    new PipelineError(
      'storage-blocked',
      'Another tab holds an older version of the database open: close the other tabs of this page.',
    );
  const unlessUpgrading = async (): Promise<never> => {
    try {
      return await rejectAfter(OPEN_TIMEOUT, noAnswerError);
    } catch (thrown) {
      if (!request.isUpgrading) throw thrown;
      return rejectAfter(UPGRADE_TIMEOUT - OPEN_TIMEOUT, noAnswerError);
    }
  };
  try {
    return await Promise.race([
      opened,
      blocked.then(() => rejectAfter(BLOCKED_TIMEOUT, blockedError)),
      unlessUpgrading(),
    ]);
  } finally {
    limits.forEach((limit) => limit.stop());
  }
}

/**
 * Runs `work` in a new transaction and resolves to its result once everything it wrote is committed. When `work` throws,
 * the transaction is aborted. `work` may only await requests of the transaction, or the browser would commit it early.
 * `onLateCommit` is called if it is committed after a timeout all the same.
 */
async function runTransaction<Tx extends ReadTx, T>(
  tx: Tx,
  work: (tx: Tx) => Promise<T>,
  onLateCommit: () => void,
): Promise<T> {
  const completed = completion(tx);
  completed.catch(() => undefined);
  let limit: TimeLimit;
  const expired = new Promise<never>((_, reject) => {
    limit = new TimeLimit(TRANSACTION_TIMEOUT, () => {
      reject(noAnswerError());
      if (tx.mode !== 'readonly') completed.then(onLateCommit, () => undefined);
      ignoringErrors(() => tx.abort());
    });
  });
  // Events of requests do not bubble, but they are captured by the transaction.
  unwrap(tx as WriteTx).addEventListener('success', () => limit.restart(), { capture: true });
  try {
    return await Promise.race([expired, commitAfter(tx, work, completed)]);
  } finally {
    limit!.stop();
  }
}

/** Runs `work` in a transaction and commits it, or aborts it when `work` throws. */
async function commitAfter<Tx extends ReadTx, T>(
  tx: Tx,
  work: (tx: Tx) => Promise<T>,
  completed: Promise<void>,
): Promise<T> {
  try {
    const result = await work(tx);
    ignoringErrors(() => tx.commit());
    // What was read can be used now; what was written only when it is committed.
    if (tx.mode !== 'readonly') await completed;
    return result;
  } catch (thrown) {
    ignoringErrors(() => tx.abort());
    const reason = await completed.catch((error: unknown) => error);
    // A request only reports that it was aborted; the transaction knows why.
    throw nameOf(thrown) === 'AbortError' && reason ? reason : thrown;
  }
}

/**
 * Resolves when the transaction is committed. A full disk may only show when committing, after every request succeeded,
 * with nothing but an `abort` event. idb's `tx.done` also settles at the first failed request, too early for the reason.
 */
function completion(tx: ReadTx): Promise<void> {
  tx.done.catch(() => undefined);
  const transaction = unwrap(tx as WriteTx);
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError')),
    );
  });
}

/** Commits or aborts a transaction that may already be finished; `completion` reports how it ended. */
function ignoringErrors(finish: () => void): void {
  try {
    finish();
  } catch {
    // Finished already.
  }
}
