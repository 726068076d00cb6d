/** Opens PostgreSQL inside this process (PGlite). */
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { types } from '@electric-sql/pglite';
import type { Database, Sql } from './sql.js';

/**
 * For the demo and tests. There is one connection, so transactions run one after the other.
 *
 * @param folder where the data is stored; without it, in memory.
 */
export async function openPglite(folder?: string): Promise<Database> {
  const { PGlite } = await import('@electric-sql/pglite');
  const pglite = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    // All integers in the schema are far below 2^53.
    parsers: { [types.INT8]: Number },
  });
  return {
    ...sqlOf(pglite),
    transaction: (work) => pglite.transaction((tx) => work(sqlOf(tx))),
    snapshot: (work) =>
      pglite.transaction(async (tx) => {
        await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
        return work(sqlOf(tx));
      }),
    close: () => pglite.close(),
    connections: 1,
  };
}

function sqlOf(target: PGlite | Transaction): Sql {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await target.query<Row>(text, [...values])).rows,
  };
}
