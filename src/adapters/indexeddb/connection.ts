import { openDB } from 'idb';
import { PipelineError } from '../../model/errors.js';
import { nameOf, toPipelineError } from './errors.js';
import { SCHEMA_VERSION, STORES, upgrade, type Database, type ReadTx, type Schema, type WriteTx } from './schema.js';
import { transact } from './transact.js';

/** How long an open may wait for other tabs to let go of an older version, and for any answer at all (milliseconds). */
const BLOCKED_AFTER = 1000;
const HANGS_AFTER = 5000;
const STEP = 250;
/** Browsers fail opens so for passing troubles too, such as other data being deleted just now: then it is tried again. */
const PASSING: ReadonlySet<unknown> = new Set(['UnknownError', 'AbortError']);
const OPEN_RETRIES = 3;
const RETRY_PAUSE = 50;

/** How a transaction fails when its connection is gone. It has written nothing then, so it may run again. */
const LOST: ReadonlySet<unknown> = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

interface OpenRequest {
  opened: Promise<Database>;
  /** Once it is open. */
  database?: Database;
  /** Resolves when another tab holds an older version open. */
  blocked: Promise<void>;
}

/**
 * The one owner of the connection to a database: opens it when it is first needed and again after it was lost, lets go
 * of it when another tab upgrades or deletes the database, and never deletes anything to recover.
 */
export class Connection {
  readonly #name: string;
  readonly #onLost: () => void;
  /** The request whose connection is in use, or waited for. */
  #request: OpenRequest | undefined;
  #closed = false;

  /** `onLost`: the browser ended the connection, maybe because the data is gone. */
  constructor(name: string, onLost: () => void) {
    this.#name = name;
    this.#onLost = onLost;
  }

  /** The open connection. Rejects with what the browser threw, or with `storage-blocked` or `timeout`. */
  async open(): Promise<Database> {
    for (let tries = 0; ; tries++) {
      if (this.#closed) throw new PipelineError('unknown', 'The adapter was closed.');
      const request = (this.#request ??= this.#newRequest());
      try {
        return request.database ?? (await patiently(request));
      } catch (thrown) {
        // A blocked request stays in the browser's queue, before any that is made after it: the next call waits for it.
        if (!(thrown instanceof PipelineError && thrown.code === 'storage-blocked')) this.#drop(request);
        if (!PASSING.has(nameOf(thrown)) || tries === OPEN_RETRIES) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE * 2 ** tries));
      }
    }
  }

  /** Runs `work` in a transaction over all stores. Rejects with a `PipelineError`. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T> {
    return this.#twice((database) => transact(database.transaction(STORES, 'readonly'), work));
  }

  /** As `read`, to write: resolves once it is committed, and when `work` throws nothing is written. */
  write<T>(durability: 'strict' | 'relaxed', work: (tx: WriteTx) => Promise<T>): Promise<T> {
    return this.#twice((database) => transact(database.transaction(STORES, 'readwrite', { durability }), work));
  }

  /** Lets go of the connection; transactions under way finish, and the next one opens it again. */
  release(): void {
    const request = this.#request;
    this.#request = undefined;
    request?.opened.then(
      (database) => database.close(),
      () => undefined,
    );
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.release();
  }

  /** Once more, on a new connection, when the connection turns out to be lost. */
  async #twice<T>(run: (database: Database) => Promise<T>): Promise<T> {
    try {
      for (let first = true; ; first = false) {
        const database = await this.open();
        const request = this.#request;
        try {
          return await run(database);
        } catch (thrown) {
          if (!LOST.has(nameOf(thrown))) throw thrown;
          database.close();
          if (request && this.#drop(request)) this.#onLost();
          if (!first) throw thrown;
        }
      }
    } catch (thrown) {
      throw toPipelineError(thrown);
    }
  }

  #newRequest(): OpenRequest {
    let tellBlocked: () => void;
    const blocked = new Promise<void>((resolve) => (tellBlocked = resolve));
    const close = (): boolean => {
      void opened.then((database) => database.close());
      return this.#drop(request);
    };
    const opened = openDatabase(this.#name, {
      blocked: () => tellBlocked(),
      blocking: () => void close(),
      terminated: () => void (close() && this.#onLost()),
    });
    const request: OpenRequest = { opened, blocked };
    opened.then(
      (database) => {
        request.database = database;
        // Nobody waits any more: an open connection would only be in the way of others.
        if (this.#request !== request) database.close();
      },
      () => undefined,
    );
    return request;
  }

  #drop(request: OpenRequest): boolean {
    if (this.#request !== request) return false;
    this.#request = undefined;
    return true;
  }
}

type Callbacks = { blocked(): void; blocking(): void; terminated(): void };

async function openDatabase(name: string, callbacks: Callbacks): Promise<Database> {
  // Reading the property throws SecurityError in some blocked frames; elsewhere there is none.
  if (typeof indexedDB === 'undefined') throw new DOMException('There is no IndexedDB here.', 'NotSupportedError');
  return openDB<Schema>(name, SCHEMA_VERSION, { upgrade, ...callbacks });
}

/** The connection, or an error when it takes longer than a person waits. */
async function patiently({ opened, blocked }: OpenRequest): Promise<Database> {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const fail = (delay: number, error: PipelineError): Promise<never> =>
    new Promise((_, reject) => {
      // In steps: while the page itself is busy nothing can answer, and however long that takes it counts as one.
      const step = (left: number): void => {
        if (left <= 0) return reject(error);
        const timer = setTimeout(() => {
          timers.delete(timer);
          step(left - STEP);
        }, STEP);
        timers.add(timer);
      };
      step(delay);
    });
  const other = 'Another tab holds an older version of the database open: close the other tabs of this page.';
  try {
    return await Promise.race([
      opened,
      blocked.then(() => fail(BLOCKED_AFTER, new PipelineError('storage-blocked', other))),
      fail(HANGS_AFTER, new PipelineError('timeout', 'The browser does not open its storage.')),
    ]);
  } finally {
    timers.forEach(clearTimeout);
  }
}
