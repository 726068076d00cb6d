/** Connects to a PostgreSQL server. */
import type { ClientBase, Pool } from 'pg';
import { openNotifier } from './listen-notify.js';
import type { Database, Sql } from './sql.js';

const INT8 = 20;

/** Time limits in milliseconds. Anything slower is a fault, and must not block what waits for it. */
const CONNECTING = 5000;
const STATEMENT = 10_000;
const IDLE_IN_TRANSACTION = 15_000;

/** Connects to a PostgreSQL server, or to any engine that speaks its protocol. */
export async function openPostgres(connectionString: string, connections = 10): Promise<Database> {
  const { default: pg } = await import('pg');
  const config = {
    connectionString,
    application_name: 'pipeline-elements',
    // All integers in the schema are far below 2^53.
    types: {
      getTypeParser: ((oid: number): unknown => (oid === INT8 ? Number : pg.types.getTypeParser(oid))) as never,
    },
  };
  const pool: Pool = new pg.Pool({
    ...config,
    max: connections,
    connectionTimeoutMillis: CONNECTING,
    statement_timeout: STATEMENT,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
  });
  // The next query replaces an idle connection that breaks; without a listener, its error would end the process.
  pool.on('error', () => undefined);
  const notifier = openNotifier(() => new pg.Client(config), pool);
  return {
    ...sqlOf(pool),
    transaction: (work) => run(pool, 'BEGIN', work),
    snapshot: (work) => run(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    notifier,
    connections,
    close: async () => {
      await notifier.close();
      await pool.end();
    },
  };
}

async function run<T>(pool: Pool, begin: string, work: (tx: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // The connection may also break between two queries.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  let broken = false;
  try {
    await client.query(begin);
    const result = await work(sqlOf(client));
    await client.query('COMMIT');
    return result;
  } catch (thrown) {
    await client.query('ROLLBACK').catch(() => (broken = true));
    throw thrown;
  } finally {
    client.off('error', ignore);
    client.release(broken);
  }
}

function sqlOf(target: Pool | ClientBase): Sql {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await target.query<Row>(text, [...values])).rows,
  };
}
