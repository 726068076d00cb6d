import { PipelineError } from '../../src/model/errors.js';

/** Runs statements: a database, or a transaction of one. Placeholders are `$1`, `$2`…; lists of records go in as JSON. */
export interface Sql {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Sql {
  /** All or nothing; each statement sees what was committed before it began (READ COMMITTED). */
  transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  /** Reads only, and all of it as it was at one moment (REPEATABLE READ). */
  snapshot<T>(work: (tx: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** How many transactions can run at once; what is above waits for a connection. */
  readonly connections: number;
  /** Tells other instances that tenants have news, where the engine can. Only ever a hint: who misses it polls. */
  hints?: Hints;
}

export interface Hints {
  send(tenant: string): void;
  listen(listener: (tenant: string) => void): void;
}

/** Another instance has created it at this moment, also past `IF NOT EXISTS`: a schema, a table, a column, an index. */
const CREATED = ['42P06', '42P07', '42701', '42710'] as const;

/** SQLSTATEs after which the same transaction may succeed: could not serialise, deadlock, a row inserted at the same time. */
const AGAIN: ReadonlySet<unknown> = new Set(['40001', '40P01', '23505', ...CREATED]);
const ATTEMPTS = 8;

/** SQLSTATE classes and Node's codes that mean that the database is not there, or not now. */
const AWAY = /^(08|53|57P|55P03|58|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)/;
/** node-postgres gives these no code. */
const AWAY_MESSAGE = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;
const CANCELLED = '57014';

const codeOf = (thrown: unknown): unknown => (thrown as { code?: unknown } | null)?.code;

/** Runs a transaction again when it lost to another, a bounded number of times with a growing, random pause. */
export async function retried<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (thrown) {
      if (!AGAIN.has(codeOf(thrown))) throw thrown;
      if (attempt === ATTEMPTS) {
        throw new PipelineError('unavailable', 'Too many writes at once.', { retryAfterMs: 1000, cause: thrown });
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5 * 2 ** attempt));
    }
  }
}

/** What was thrown, as the error to answer with. What a database says is for the log, not for the answer. */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const code = codeOf(thrown);
  if (code === CANCELLED) return new PipelineError('timeout', 'The database took too long.', { cause: thrown });
  const isAway =
    (typeof code === 'string' && AWAY.test(code)) || (thrown instanceof Error && AWAY_MESSAGE.test(thrown.message));
  if (isAway) {
    return new PipelineError('unavailable', 'The database cannot be reached.', { retryAfterMs: 1000, cause: thrown });
  }
  return new PipelineError('unknown', 'Something went wrong on the server.', { cause: thrown });
}
