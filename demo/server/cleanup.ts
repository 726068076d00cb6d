/** Deletes what has expired from the database: stored responses, changes, and statuses that were deleted long ago. */
import { ANSWER_LIFETIME_MS } from './idempotency.js';
import { purgeStatuses, UNDO_PERIOD_MS } from './purge.js';
import { withRetries, type Database } from './sql.js';
import { Store } from './store.js';

const EVERY_MS = 60_000;
const CHANGE_LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
/** Rows per step, few enough to not block other queries. */
const STEP = 500;

const ANSWERS = `DELETE FROM pipeline.answers WHERE (tenant_id, owner, idempotency_key) IN
  (SELECT tenant_id, owner, idempotency_key FROM pipeline.answers WHERE at < $1 ORDER BY at LIMIT $2)
  RETURNING 1 AS gone`;

const OLD_CHANGES = `SELECT tenant_id AS tenant, max(seq) AS seq FROM
    (SELECT tenant_id, seq FROM pipeline.changes WHERE at < $1 ORDER BY at LIMIT $2) old GROUP BY tenant_id`;
const LOCK = 'SELECT pruned FROM pipeline.tenants WHERE tenant_id = $1 FOR UPDATE';
const PRUNE = 'DELETE FROM pipeline.changes WHERE tenant_id = $1 AND seq <= $2';
const NOTE = 'UPDATE pipeline.tenants SET pruned = $2 WHERE tenant_id = $1 AND pruned < $2';

/** Deletes expired rows: one step of each kind. Resolves to whether there may be more. */
export async function cleanUp(
  database: Database,
  { now = Date.now(), undoPeriodMs = UNDO_PERIOD_MS, store = new Store(database, () => undefined) } = {},
): Promise<boolean> {
  const answers = await withRetries(() => database.query(ANSWERS, [now - ANSWER_LIFETIME_MS, STEP]));
  const old = await withRetries(() =>
    database.query<{ tenant: string; seq: number }>(OLD_CHANGES, [now - CHANGE_LIFETIME_MS, STEP]),
  );
  for (const { tenant, seq } of old) {
    await withRetries(() =>
      database.transaction(async (tx) => {
        await tx.query(LOCK, [tenant]);
        await tx.query(PRUNE, [tenant, seq]);
        await tx.query(NOTE, [tenant, seq]);
      }),
    );
  }
  const isPurging = await purgeStatuses(database, store, undoPeriodMs);
  return answers.length === STEP || old.length > 0 || isPurging;
}

/**
 * Runs the cleanup about once a minute. Instances need no coordination. Returns a function that stops it.
 *
 * @param onWritten called with each tenant whose change feed has grown.
 */
export function startCleanup(
  database: Database,
  undoPeriodMs: number | undefined,
  onWritten: (tenant: string) => void,
): () => void {
  // Not in the queue of the requests: it uses the connection that is reserved for it.
  const store = new Store(database, onWritten);
  let timer: NodeJS.Timeout;
  const run = async (): Promise<void> => {
    const isMore = await cleanUp(database, { store, ...(undoPeriodMs === undefined ? {} : { undoPeriodMs }) }).catch(
      () => false,
    );
    timer = setTimeout(() => void run(), isMore ? 100 : EVERY_MS * (0.5 + Math.random())).unref();
  };
  timer = setTimeout(() => void run(), EVERY_MS * Math.random()).unref();
  return () => clearTimeout(timer);
}
