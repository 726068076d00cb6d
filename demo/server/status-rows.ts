/** Reads statuses from the database: those that are not deleted, and single deleted ones where they are needed. */
import type { Rows } from '../../src/adapters/rules.js';
import type { Id } from '../../src/model/id.js';
import { resolveStatusId, type StatusRow } from '../../src/model/reassignment.js';
import { contentOf, type StatusContent } from '../../src/model/status.js';
import { CONTENT_COLUMNS } from './status-columns.js';
import type { ReadContext } from './store.js';
import type { Sql } from './sql.js';

/**
 * A tenant's statuses at one version. A tenant may have deleted many thousands, so they are read only when a call meets
 * one of their ids, together with the statuses that replace them.
 */
export interface KnownStatuses {
  readonly version: number;
  readonly live: Rows;
  /** The live ones and the deleted ones that were read so far. */
  readonly rows: Map<Id, StatusRow>;
  /** What ids of deleted statuses resolve to. */
  readonly resolved: Map<Id, Id | null>;
}

interface StoredStatus extends StatusContent {
  id: Id;
  rank: string;
  version: number;
  deleted: boolean;
  heir: Id | null;
  movedVersion: number | null;
  deletedAt: number | null;
}

const CONTENT = CONTENT_COLUMNS.map(({ field, column }) => `${column} AS "${field}"`).join(', ');
const COLUMNS = `status_id AS id, ${CONTENT}, rank, version, deleted, heir, moved_version AS "movedVersion",
  deleted_at AS "deletedAt"`;

const LIVE = `SELECT ${COLUMNS} FROM pipeline.statuses WHERE tenant_id = $1 AND NOT deleted`;

const EXPIRED = `SELECT ${COLUMNS} FROM pipeline.statuses
  WHERE tenant_id = $1 AND deleted AND deleted_at < $2 ORDER BY moved_version LIMIT $3`;

/** The statuses with these ids, and all that replace them. `UNION` ends at a cycle. */
const CHAINS = `WITH RECURSIVE chain (status_id) AS (
    SELECT id COLLATE "C" FROM unnest($2::text[]) AS given (id)
    UNION
    SELECT heir FROM chain JOIN pipeline.statuses USING (status_id)
      WHERE tenant_id = $1 AND deleted AND heir IS NOT NULL
  )
  SELECT ${COLUMNS} FROM chain JOIN pipeline.statuses USING (status_id) WHERE tenant_id = $1`;

const BEFORE = `SELECT ${COLUMNS} FROM pipeline.statuses WHERE tenant_id = $1 AND status_id <> $2
  AND (rank, status_id) <= ($3, $4) ORDER BY rank DESC, status_id DESC LIMIT $5`;
const AFTER = `SELECT ${COLUMNS} FROM pipeline.statuses WHERE tenant_id = $1 AND status_id <> $2
  AND (rank, status_id) > ($3, $4) ORDER BY rank, status_id LIMIT $5`;

const query = async (tx: Sql, text: string, values: readonly unknown[]): Promise<StatusRow[]> =>
  (await tx.query<StoredStatus>(text, values)).map(toRow);

/** Statuses that were deleted before a point in time, in order: each before the one that replaces it. */
export const readExpired = (tx: Sql, tenant: string, before: number, limit: number): Promise<StatusRow[]> =>
  query(tx, EXPIRED, [tenant, before, limit]);

export async function readLive(tx: Sql, tenant: string, version: number): Promise<KnownStatuses> {
  const live = new Map((await query(tx, LIVE, [tenant])).map((row) => [row.id, row]));
  return { version, live, rows: new Map(live), resolved: new Map() };
}

/** Adds the statuses with these ids to `read.rows`, deleted ones with all that replace them. Returns `read.rows`. */
export async function readStatuses(read: ReadContext, ids: Iterable<Id | null>): Promise<Rows> {
  const { tx, tenant, statuses } = read;
  const missing = [...new Set(ids)].filter((id) => id && !statuses.rows.has(id));
  if (!missing.length) return read.rows;
  for (const row of await query(tx, CHAINS, [tenant, missing])) {
    if (!statuses.rows.has(row.id)) statuses.rows.set(row.id, row);
  }
  return read.rows;
}

/** The status that each of these ids resolves to. Each deleted status is followed only once, however long its chain. */
export async function readResolved(read: ReadContext, ids: Iterable<Id | null>): Promise<(id: Id | null) => Id | null> {
  const all = [...ids];
  await readStatuses(read, all);
  const { rows, resolved } = read.statuses;
  return (id) => {
    if (id === null || !rows.get(id)?.deleted) return id;
    if (!resolved.has(id)) resolved.set(id, resolveStatusId(rows, id));
    return resolved.get(id)!;
  };
}

/** The statuses next to a place in the order, deleted ones included, the nearest first; without `self`. */
export async function readNeighbors(
  { tx, tenant }: ReadContext,
  self: Id,
  place: { rank: string; id: Id },
  limit: number,
): Promise<{ before: StatusRow[]; after: StatusRow[] }> {
  const values = [tenant, self, place.rank, place.id, limit];
  return { before: await query(tx, BEFORE, values), after: await query(tx, AFTER, values) };
}

function toRow(stored: StoredStatus): StatusRow {
  const { id, rank, version, deleted, heir, movedVersion, deletedAt } = stored;
  return {
    ...{ id, ...contentOf(stored), rank, version },
    ...(deleted ? { deleted, heir } : {}),
    ...(movedVersion === null ? {} : { movedVersion }),
    ...(deletedAt === null ? {} : { deletedAt }),
  };
}
