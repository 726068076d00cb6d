/** Reads and writes the statuses, inside a transaction. */
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Placement } from '../../model/rank.js';
import { toStatus, type StatusRow } from '../../model/reassignment.js';
import type { NewStatus, Status, StatusPatch } from '../../model/status.js';
import type { StatusList } from '../adapter.js';
import {
  checkDelete,
  checkRestore,
  isExpired as isOver,
  liveStatuses,
  planCreate,
  planMove,
  planUpdate,
  requireLiveStatus,
  type Rows,
} from '../rules.js';
import { resolveStoredId } from './contacts.js';
import { readStatusesAndSeq, type Write } from './journal.js';
import { STORES, type DeletedStatusRow, type JournalRow, type ReadTx } from './schema.js';
import { getDeletedStatuses, isReadableDeletedStatus, rawStore } from './stored.js';

export async function readStatusList(tx: ReadTx): Promise<StatusList> {
  const { live, seq } = await readStatusesAndSeq(tx);
  return { items: liveStatuses(live), seq: String(seq) };
}

/** The status, which must not be deleted. Throws `not-found`, `status-deleted`. */
export async function requireLive({ tx, live }: Write, id: Id, field: string): Promise<void> {
  if (live.has(id) && !live.get(id)!.deleted) return;
  requireLiveStatus(withRows(live, await getDeletedStatuses(tx, [id])), id, field);
}

export async function createStatus(write: Write, data: NewStatus): Promise<Status> {
  const known = withRows(write.live, await findDeleted(write, [data?.after], [data?.id]));
  const place = await withNeighbor(write, known, data?.after);
  let plan = planCreate(place, data);
  if ('moved' in plan && plan.moved.length) plan = planCreate(await withAllDeleted(write), data);
  if ('existing' in plan) return toStatus(plan.existing);
  const { id } = plan.row;
  if (write.unreadable.has(id)) {
    const message = `id: there is already a status "${id}", whose stored record cannot be read.`;
    throw new PipelineError('conflict', message, { field: 'id' });
  }
  if (plan.moved.length) putRanks(write, await withAllDeleted(write), plan.moved);
  return write.journal.putStatus(write.tx, plan.row);
}

export async function updateStatus(write: Write, id: Id, patch: StatusPatch, ifVersion: number): Promise<Status> {
  const rows = withRows(write.live, await findDeleted(write, [], [id]));
  const next = planUpdate(rows, id, patch, ifVersion);
  return next === rows.get(id) ? toStatus(next) : write.journal.putStatus(write.tx, next);
}

export async function moveStatus(write: Write, id: Id, after: Id | null): Promise<readonly Status[]> {
  let rows = await withNeighbor(write, withRows(write.live, await findDeleted(write, [after], [id])), after);
  let placements = planMove(rows, id, after);
  if (placements.length > 1) {
    rows = await withAllDeleted(write);
    placements = planMove(rows, id, after);
  }
  const moved = putRanks(write, rows, placements);
  return liveStatuses(new Map([...write.live, ...moved]));
}

/** Marks the status as deleted. Its conversations are not touched: see model/reassignment.ts. */
export async function deleteStatus(
  write: Write,
  id: Id,
  options: { ifVersion: number; moveTo?: Id | null },
): Promise<{ moved: number }> {
  const { tx, rows, live, journal } = write;
  const moved = countConversations(journal.held, rows, id);
  const row = checkDelete(withRows(live, await findDeleted(write, [], [id, options.moveTo])), id, options, moved);
  const heir = options.moveTo ?? null;
  const at = Date.now();
  const deleted = { ...row, deleted: true as const, heir, movedVersion: journal.seq + 1, deletedAt: at };
  journal.putStatus(tx, deleted, { kind: 'delete', statusId: id, heir, at });
  journal.addHeir(id, heir, deleted.movedVersion, at);
  if (moved) journal.logReset();
  return { moved };
}

/** Undoes a delete, within the undo period. */
export async function restoreStatus(write: Write, id: Id): Promise<{ status: Status; restored: number }> {
  const { tx, live, journal } = write;
  const known = withRows(live, await findDeleted(write, [id]));
  const { deleted, heir = null, deletedAt: _, ...row } = checkRestore(known, id);
  if (!deleted) return { status: toStatus(row), restored: 0 };
  const restored = { ...row, movedVersion: journal.seq + 1 };
  const status = journal.putStatus(tx, restored, { kind: 'restore', statusId: id, heir, at: Date.now() });
  // Other deleted statuses may be replaced by this one, directly or not.
  const isAlone = journal.heirs.every(([stored]) => stored === id);
  const rows = new Map([...(isAlone ? live : await withAllDeleted(write)), [id, restored]]);
  journal.recomputeHeirs(rows);
  const count = countConversations(journal.held, rows, id);
  if (count) journal.logReset();
  return { status, restored: count };
}

/**
 * Deletes all records. The database itself is kept, because deleting it would wait for every other tab to close it. The
 * counter goes on, so that other tabs do not mistake new changes for old ones.
 */
export async function clearAll({ tx, journal }: Write): Promise<void> {
  for (const name of STORES) rawStore(tx, name).clear();
  journal.startOver();
}

function putRanks({ tx, journal }: Write, rows: Rows, placements: readonly Placement[]): [Id, Status][] {
  return placements.map(({ id, rank }) => [id, journal.putStatus(tx, { ...rows.get(id)!, rank })]);
}

/** How many conversations have the status now, including those of deleted statuses that it replaces. */
function countConversations(held: JournalRow['held'], rows: Rows, statusId: Id): number {
  return held.reduce((sum, [stored, n]) => (resolveStoredId(rows, stored) === statusId ? sum + n : sum), 0);
}

const withRows = (rows: Rows, more: readonly StatusRow[]): Rows =>
  more.length ? new Map([...more.map((row) => [row.id, row] as const), ...rows]) : rows;

const withAllDeleted = async ({ tx, live }: Write): Promise<Rows> => withRows(live, await getDeletedStatuses(tx));

/**
 * The deleted statuses with these ids, where a call names them: those that can be restored, and, for `always`, also those
 * whose undo period is over and that are still stored.
 */
async function findDeleted(
  { tx, live, undoPeriodMs }: Write,
  ids: readonly unknown[],
  always: readonly unknown[] = [],
): Promise<StatusRow[]> {
  const isDeletable = (id: unknown): id is Id => typeof id === 'string' && !live.has(id);
  const wanted = [...ids, ...always].filter(isDeletable);
  if (!wanted.length) return [];
  const found = await getDeletedStatuses(tx, [...new Set(wanted)]);
  return found.filter((row) => always.includes(row.id) || !isExpired(row, undoPeriodMs));
}

/** Whether a delete can no longer be undone. */
export const isExpired = (row: DeletedStatusRow, undoPeriodMs: number): boolean =>
  row.isExpired === true || isOver(row, undoPeriodMs);

/** The rows with the deleted status that stands right after `after`: deleted statuses keep their places. */
async function withNeighbor({ tx }: Write, rows: Rows, after: Id | null | undefined): Promise<Rows> {
  const index = tx.objectStore('deletedStatuses').index('byRank');
  const anchor = after == null ? undefined : rows.get(after);
  if (after != null && !anchor) return rows;
  const range = anchor && IDBKeyRange.lowerBound([anchor.rank, anchor.id], true);
  const cursor = await index.openCursor(range, after === undefined ? 'prev' : 'next');
  return cursor && isReadableDeletedStatus(tx, cursor.value) ? withRows(rows, [cursor.value]) : rows;
}
