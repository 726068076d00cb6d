/** Opens a database, runs transactions on it, and reopens it after the browser closed the connection. */
import { openDB, unwrap } from 'idb';
import { closedError, PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import { SCHEMA_VERSION, STORES, upgrade, type Database, type ReadTx, type Schema, type WriteTx } from './schema.js';

/** How long opening may be blocked by other tabs, and how long it may take altogether (milliseconds). */
const BLOCKED_TIMEOUT = 1000;
const OPEN_TIMEOUT = 5000;
/** Timeouts are counted in steps of this length (milliseconds): see `openWithTimeout`. */
const TIMEOUT_STEP = 250;

const OPEN_RETRIES = 3;
const RETRY_DELAY = 50;

/** Errors of an open that may succeed when retried, for instance because other data is being deleted right now. */
const TRANSIENT: ReadonlySet<unknown> = new Set(['UnknownError', 'AbortError']);

/** Errors of an open where the browser has no storage: none at all, forbidden (private windows, frames), or broken. */
const UNAVAILABLE: ReadonlySet<unknown> = new Set([
  'NotSupportedError',
  'SecurityError',
  'InvalidStateError',
  'UnknownError',
]);

/** Errors of a transaction whose connection was closed. It has written nothing, so it may run again. */
const CONNECTION_LOST: ReadonlySet<unknown> = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

/**
 * By name, not by class: QuotaExceededError is a DOMException in some browsers and a class of its own in others.
 * AbortError is a transaction that the browser aborted, mostly because it closed the connection.
 */
const ERRORS = new Map<string, [PipelineErrorCode, string]>([
  ['QuotaExceededError', ['quota', 'Nothing was saved: the storage of this device is full.']],
  ['VersionError', ['version-skew', 'A newer version of this page has changed the database: reload the page.']],
  ['UnknownError', ['storage-lost', 'The browser could not read or write its storage.']],
  ['InvalidStateError', ['storage-lost', 'The connection to the storage of this browser was lost.']],
  ['AbortError', ['storage-lost', 'The browser aborted the write: nothing was saved.']],
]);

const nameOf = (thrown: unknown): unknown => (thrown as { name?: unknown } | null | undefined)?.name;

/** Whether opening failed because the browser has no storage. */
export const isUnavailable = (thrown: unknown): boolean => UNAVAILABLE.has(nameOf(thrown));

/** Any error of IndexedDB as a `PipelineError` with the original as its cause. */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const [code, message] = ERRORS.get(String(nameOf(thrown))) ?? [
    'unknown',
    thrown instanceof Error ? thrown.message : String(thrown),
  ];
  return new PipelineError(code, message, { cause: thrown });
}

interface OpenRequest {
  opened: Promise<Database>;
  /** Set once it is open. */
  database?: Database;
  /** Resolves when another tab keeps an older version open. */
  blocked: Promise<void>;
}

/**
 * The connection to one database: opened when it is first needed, and again after it was lost. It is closed when another
 * tab upgrades or deletes the database. Nothing is ever deleted to recover from an error. Errors are passed on as the
 * browser throws them.
 */
export class Connection {
  readonly #name: string;
  readonly #onLost: () => void;
  /** The request whose connection is in use or awaited. */
  #request: OpenRequest | undefined;
  #isClosed = false;

  /** `onLost`: called when the browser closed the connection, maybe because the data was deleted. */
  constructor(name: string, onLost: () => void) {
    this.#name = name;
    this.#onLost = onLost;
  }

  /** The open connection. Also rejects with `storage-blocked`, `timeout`, or `aborted` after `close()`. */
  async open(): Promise<Database> {
    for (let tries = 0; ; tries++) {
      if (this.#isClosed) throw closedError();
      const request = (this.#request ??= this.#newRequest());
      try {
        return request.database ?? (await openWithTimeout(request));
      } catch (thrown) {
        // A blocked request stays in the browser's queue, ahead of any new one: the next call waits for it again.
        if (!(thrown instanceof PipelineError && thrown.code === 'storage-blocked')) this.#drop(request);
        if (!TRANSIENT.has(nameOf(thrown)) || tries === OPEN_RETRIES) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY * 2 ** tries));
      }
    }
  }

  /** Runs `work` in a transaction that reads all stores. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#run((database): ReadTx => database.transaction(STORES, 'readonly'), work);
  }

  /** Runs `work` in a transaction that writes: resolves once it is committed; when `work` throws, nothing is written. */
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

  /** Runs a transaction, and once more on a new connection if the connection was lost. */
  async #run<Tx extends ReadTx, T>(begin: (database: Database) => Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let isFirst = true; ; isFirst = false) {
      const database = await this.open();
      const request = this.#request;
      try {
        return await runTransaction(begin(database), work);
      } catch (thrown) {
        if (!CONNECTION_LOST.has(nameOf(thrown))) throw thrown;
        database.close();
        if (request && this.#drop(request)) this.#onLost();
        if (!isFirst) throw thrown;
      }
    }
  }

  #newRequest(): OpenRequest {
    let resolveBlocked: () => void;
    const blocked = new Promise<void>((resolve) => (resolveBlocked = resolve));
    const close = (): boolean => {
      void opened.then((database) => database.close());
      return this.#drop(request);
    };
    const opened = openDatabase(this.#name, {
      blocked: () => resolveBlocked(),
      blocking: () => void close(),
      terminated: () => void (close() && this.#onLost()),
    });
    const request: OpenRequest = { opened, blocked };
    opened.then(
      (database) => {
        request.database = database;
        // No longer awaited: an unused open connection would block other tabs.
        if (this.#request !== request) database.close();
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

type OpenCallbacks = { blocked(): void; blocking(): void; terminated(): void };

async function openDatabase(name: string, callbacks: OpenCallbacks): Promise<Database> {
  // Reading the property throws a SecurityError in some blocked frames; other environments do not have it.
  if (typeof indexedDB === 'undefined') throw new DOMException('There is no IndexedDB here.', 'NotSupportedError');
  return openDB<Schema>(name, SCHEMA_VERSION, { upgrade, ...callbacks });
}

/** The connection, or an error when opening takes too long. */
async function openWithTimeout({ opened, blocked }: OpenRequest): Promise<Database> {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const rejectAfter = (delay: number, error: PipelineError): Promise<never> =>
    new Promise((_, reject) => {
      // In steps: while the page itself is busy nothing can answer, and that time counts as one step only.
      const wait = (left: number): void => {
        if (left <= 0) return reject(error);
        const timer = setTimeout(() => {
          timers.delete(timer);
          wait(left - TIMEOUT_STEP);
        }, TIMEOUT_STEP);
        timers.add(timer);
      };
      wait(delay);
    });
  const blockedMessage = 'Another tab holds an older version of the database open: close the other tabs of this page.';
  try {
    return await Promise.race([
      opened,
      blocked.then(() => rejectAfter(BLOCKED_TIMEOUT, new PipelineError('storage-blocked', blockedMessage))),
      rejectAfter(OPEN_TIMEOUT, new PipelineError('timeout', 'The browser does not open its storage.')),
    ]);
  } finally {
    timers.forEach(clearTimeout);
  }
}

/**
 * Runs `work` in a new transaction and resolves to its result once everything it wrote is committed. When `work` throws,
 * the transaction is aborted. `work` may only await requests of the transaction, or the browser would commit it early.
 */
async function runTransaction<Tx extends ReadTx, T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const completed = completion(tx);
  completed.catch(() => undefined);
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
