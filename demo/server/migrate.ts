/** Brings the database's schema up to date, one numbered migration after the other. */
import { MIGRATIONS, type Migration } from './schema.sql.js';
import { withRetries, type Database, type Sql } from './sql.js';

/** Row 0 is only a lock; the others are the applied migrations. */
const CREATE = [
  'CREATE SCHEMA IF NOT EXISTS pipeline',
  `CREATE TABLE IF NOT EXISTS pipeline.migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    compatible_from integer NOT NULL,
    applied_at bigint NOT NULL
  )`,
  `INSERT INTO pipeline.migrations (version, name, compatible_from, applied_at) VALUES (0, 'lock', 0, 0)
    ON CONFLICT DO NOTHING`,
];
// An update, not `FOR UPDATE`: with serializable transactions, an instance that had to wait starts again and sees the
// migrations that the other one has applied.
const LOCK = 'UPDATE pipeline.migrations SET applied_at = applied_at + 1 WHERE version = 0';
const READ = `SELECT version, compatible_from AS "compatibleFrom" FROM pipeline.migrations WHERE version > 0`;
const NOTE = `INSERT INTO pipeline.migrations (version, name, compatible_from, applied_at)
  VALUES ($1, $2, $3, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;
/**
 * Building an index may take longer than any other statement. A change of a table that cannot start soon is canceled and
 * tried again, because everything else would wait behind it.
 */
const LIMITS = ['SET LOCAL statement_timeout = 0', "SET LOCAL lock_timeout = '3s'"];
const LOCK_TIMEOUT = '55P03';
const UNDEFINED_TABLE = '42P01';

type Applied = Pick<Migration, 'version' | 'compatibleFrom'>;

/**
 * Applies the missing migrations, each in one transaction. Several instances may do so at once: they take turns. An
 * up-to-date database is only read, so no rights to change tables are needed.
 *
 * @param log receives a line for each applied migration.
 * @param known the migrations of this release.
 * @throws if a newer release has changed the schema in a way that this one does not understand.
 */
export async function migrate(
  database: Database,
  log: (line: string) => void = () => undefined,
  known: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const applied = await withRetries(() => database.query<Applied>(READ)).catch((thrown: unknown) => {
    if ((thrown as { code?: unknown }).code === UNDEFINED_TABLE) return undefined;
    throw thrown;
  });
  if (applied && !nextOf(applied, known)) return;
  for (const statement of applied ? [] : CREATE) await withRetries(() => database.query(statement));
  for (;;) {
    const start = performance.now();
    const done = await withRetries(() => database.transaction((tx) => applyNext(tx, known)), [LOCK_TIMEOUT]);
    if (!done) return;
    log(
      `Database schema: applied migration ${done.version} (${done.name}), ${Math.round(performance.now() - start)} ms`,
    );
  }
}

/** Applies one migration. Resolves to it, or to `undefined` if there is none left. */
async function applyNext(tx: Sql, known: readonly Migration[]): Promise<Migration | undefined> {
  for (const statement of LIMITS) await tx.query(statement);
  await tx.query(LOCK);
  const next = nextOf(await tx.query<Applied>(READ), known);
  if (!next) return undefined;
  const { version, name, compatibleFrom, statements } = next;
  for (const statement of statements) await tx.query(statement);
  await tx.query(NOTE, [version, name, compatibleFrom]);
  return next;
}

/** The first migration that is missing. Throws if this release cannot work with those that were applied. */
function nextOf(applied: readonly Applied[], known: readonly Migration[]): Migration | undefined {
  const newest = known.at(-1)!.version;
  const needed = Math.max(0, ...applied.map(({ compatibleFrom }) => compatibleFrom));
  if (needed > newest) {
    const found = Math.max(...applied.map(({ version }) => version));
    throw new Error(
      `DATABASE_URL: the database has schema version ${found}, which servers that know version ${needed} or newer can ` +
        `use; this one knows version ${newest}. Update this server, or restore the database from before the update.`,
    );
  }
  return known.find(({ version }) => applied.every((each) => each.version !== version));
}
