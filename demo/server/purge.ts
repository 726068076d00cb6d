/** Purges statuses that were deleted so long ago that the delete cannot be undone any more. */
import type { Id } from '../../src/model/id.js';
import { toStatus, type StatusRow } from '../../src/model/reassignment.js';
import { replaceStatus } from './conversations.js';
import { readExpired } from './status-rows.js';
import type { Store, WriteContext } from './store.js';
import { withRetries, type Database } from './sql.js';

/** How long a deleted status can be restored. */
export const UNDO_PERIOD_MS = 30 * 24 * 60 * 60 * 1000;
/** Rows per transaction, few enough to not keep the tenant's other writers waiting. */
const STATUSES = 100;
const CONVERSATIONS = 200;
const TENANTS_AT_ONCE = 200;

const TENANTS = `SELECT DISTINCT tenant_id AS tenant FROM pipeline.statuses WHERE deleted AND deleted_at < $1
  LIMIT $2`;
const HELD = `SELECT given.id FROM unnest($2::text[]) AS given (id)
  WHERE EXISTS (SELECT 1 FROM pipeline.conversations WHERE tenant_id = $1 AND status_key = given.id)`;
/** Those that other deleted statuses, which stay for now, name as their heir. */
const INHERITING = `SELECT DISTINCT heir AS id FROM pipeline.statuses
  WHERE tenant_id = $1 AND heir = ANY ($2::text[]) AND status_id <> ALL ($2::text[])`;
const PURGE = 'DELETE FROM pipeline.statuses WHERE tenant_id = $1 AND status_id = ANY ($2::text[])';
const COUNTERS = 'DELETE FROM pipeline.counters WHERE tenant_id = $1 AND n = 0';

/**
 * Does one step for each tenant with such statuses. Conversations that still store the id of one, because they have not
 * changed since, get the status that they are shown with. Then the status is purged. Nothing that is shown changes.
 * Resolves to whether there may be more.
 *
 * Several instances may do this at once: each step locks its tenant, like any write.
 */
export async function purgeStatuses(database: Database, store: Store, undoPeriodMs: number): Promise<boolean> {
  const values = [Date.now() - undoPeriodMs, TENANTS_AT_ONCE];
  let isMore = false;
  for (const { tenant } of await withRetries(() => database.query<{ tenant: string }>(TENANTS, values))) {
    const isChanged = await store.write(tenant, {}, (write) => purgeSome(write, write.head.now - undoPeriodMs));
    isMore ||= isChanged;
  }
  return isMore;
}

/** Resolves to whether something was done. */
async function purgeSome(write: WriteContext, before: number): Promise<boolean> {
  const { tx, tenant, batch, journal } = write;
  const expired = new Map((await readExpired(tx, tenant, before, STATUSES)).map((row) => [row.id, row]));
  const ids = [...expired.keys()];
  const idsOf = async (query: string): Promise<Set<Id>> =>
    new Set((await tx.query<{ id: Id }>(query, [tenant, ids])).map(({ id }) => id));

  const held = await idsOf(HELD);
  const next = ids.find((id) => held.has(id));
  if (next !== undefined) await replaceStatus(write, next, follow(expired, next), CONVERSATIONS);

  const purged = withoutInherited(expired, new Set([...held, ...(await idsOf(INHERITING))]));
  if (purged.length) {
    batch.addLater(PURGE, [tenant, purged]);
    batch.addLater(COUNTERS, [tenant]);
    journal.logPurge(toStatus(expired.get(purged[0]!)!));
  }
  return next !== undefined || purged.length > 0;
}

/** What the conversations of an expired status have instead: the first status in its chain that has not expired. */
function follow(
  expired: ReadonlyMap<Id, StatusRow>,
  id: Id,
): { statusId: Id | null; version: number; changedAt: number } {
  const found = { statusId: id as Id | null, version: 0, changedAt: 0 };
  for (let left = expired.size; ; left--) {
    const row = expired.get(found.statusId ?? '');
    if (!row) return found;
    found.version = Math.max(found.version, row.movedVersion ?? 0);
    found.changedAt = Math.max(found.changedAt, row.deletedAt ?? 0);
    // Only damaged data has a cycle; its conversations have no status.
    found.statusId = left > 0 ? (row.heir ?? null) : null;
  }
}

/** The expired statuses except the kept ones and those that a kept one names as its heir, and so on. */
function withoutInherited(expired: ReadonlyMap<Id, StatusRow>, kept: Set<Id>): Id[] {
  for (const first of [...kept]) {
    for (let id = expired.get(first)?.heir; id != null && !kept.has(id); id = expired.get(id)?.heir) kept.add(id);
  }
  return [...expired.keys()].filter((id) => !kept.has(id));
}
