/** Defines the database interface, retries of transactions, and the mapping of database errors. */
import { PipelineError } from '../../src/model/errors.js';

/** A database or a transaction. Placeholders are `$1`, `$2`…; lists of records are passed as JSON. */
export interface Sql {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /**
   * All or nothing, at the database's own isolation level: READ COMMITTED unless it is configured otherwise. Rejects with
   * SQLSTATE 40001 if it conflicts with another (see `withRetries`).
   */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** Read-only, with a consistent view of one point in time (REPEATABLE READ). */
  snapshot<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** How many transactions can run at once; further ones wait for a connection. */
  readonly connections: number;
  /** Notifies other instances about changes, if the engine can. Not reliable: instances also poll. */
  notifier?: ChangeNotifier;
}

export interface ChangeNotifier {
  notify(tenant: string): void;
  listen(listener: (tenant: string) => void): void;
}

/**
 * SQLSTATEs for a schema, table, column or index that another instance created at the same time, despite `IF NOT
 * EXISTS`.
 */
const ALREADY_EXISTS = ['42P06', '42P07', '42701', '42710'] as const;

/** SQLSTATEs after which a retry may succeed: serialization failure, deadlock, concurrent insert of the same row. */
const RETRYABLE: ReadonlySet<unknown> = new Set(['40001', '40P01', '23505', ...ALREADY_EXISTS]);
const ATTEMPTS = 8;

/** SQLSTATE classes and Node error codes that mean that the database is unavailable. */
const UNAVAILABLE = /^(08|53|57P|55P03|58|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)/;
/** Errors of node-postgres that have no code. */
const UNAVAILABLE_MESSAGE = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;
const CANCELLED = '57014';

const codeOf = (thrown: unknown): unknown => (thrown as { code?: unknown } | null)?.code;

/**
 * Retries a transaction that conflicts with another, a limited number of times, with exponential backoff and jitter.
 *
 * @param more further SQLSTATEs to retry after.
 */
export async function withRetries<T>(transaction: () => Promise<T>, more: readonly unknown[] = []): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (thrown) {
      if (!RETRYABLE.has(codeOf(thrown)) && !more.includes(codeOf(thrown))) throw thrown;
      if (attempt === ATTEMPTS) {
        throw new PipelineError('unavailable', 'Too many writes at once.', { retryAfterMs: 1000, cause: thrown });
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
    }
  }
}

/** Converts what was thrown to the error to respond with. Details from the database are for the log only. */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const code = codeOf(thrown);
  if (code === CANCELLED) return new PipelineError('timeout', 'The database took too long.', { cause: thrown });
  const isUnavailable =
    (typeof code === 'string' && UNAVAILABLE.test(code)) ||
    (thrown instanceof Error && UNAVAILABLE_MESSAGE.test(thrown.message));
  if (isUnavailable) {
    return new PipelineError('unavailable', 'The database cannot be reached.', { retryAfterMs: 1000, cause: thrown });
  }
  return new PipelineError('unknown', 'Something went wrong on the server.', { cause: thrown });
}
