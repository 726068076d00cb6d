/** Reads and writes the statuses, inside a transaction. */
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Placement } from '../../model/rank.js';
import { unreadableRecords } from '../../model/reading.js';
import { withUnreadable } from '../../model/unreadable.js';
import { toStatus } from '../../model/reassignment.js';
import type { NewStatus, Status, StatusPatch } from '../../model/status.js';
import type { StatusList } from '../adapter.js';
import { checkDelete, checkRestore, liveStatuses, planCreate, planMove, planUpdate, type Rows } from '../rules.js';
import { resolveStoredId } from './contacts.js';
import { readSeq, type Write } from './journal.js';
import { STORES, type JournalRow, type ReadTx } from './schema.js';
import { getStatuses, rawStore } from './stored.js';

export async function readStatusList(tx: ReadTx): Promise<StatusList> {
  const [{ rows, unreadable }, seq] = await Promise.all([getStatuses(tx), readSeq(tx)]);
  const errors = Array.from(unreadable, (id) => {
    const message = `The stored record of the status "${id}" cannot be read.`;
    return { id, error: new PipelineError('storage-lost', message, { retryable: false }) };
  });
  return { items: withUnreadable(liveStatuses(rows), unreadableRecords(errors)), seq: String(seq) };
}

export async function createStatus(write: Write, data: NewStatus): Promise<Status> {
  const plan = planCreate(write.rows, data);
  if ('existing' in plan) return toStatus(plan.existing);
  const { id } = plan.row;
  if (write.unreadable.has(id)) {
    const message = `id: there is already a status "${id}", whose stored record cannot be read.`;
    throw new PipelineError('conflict', message, { field: 'id' });
  }
  putRanks(write, plan.moved);
  return write.journal.putStatus(write.tx, plan.row);
}

export async function updateStatus(
  { tx, rows, journal }: Write,
  id: Id,
  patch: StatusPatch,
  ifVersion: number,
): Promise<Status> {
  const next = planUpdate(rows, id, patch, ifVersion);
  return next === rows.get(id) ? toStatus(next) : journal.putStatus(tx, next);
}

export async function moveStatus(write: Write, id: Id, after: Id | null): Promise<readonly Status[]> {
  const moved = putRanks(write, planMove(write.rows, id, after));
  return liveStatuses(new Map([...write.rows, ...moved]));
}

/** Marks the status as deleted. Its conversations are not touched: see model/reassignment.ts. */
export async function deleteStatus(
  { tx, rows, journal }: Write,
  id: Id,
  options: { ifVersion: number; moveTo?: Id | null },
): Promise<{ moved: number }> {
  const moved = countConversations(journal.held, rows, id);
  const row = checkDelete(rows, id, options, moved);
  const heir = options.moveTo ?? null;
  const at = Date.now();
  const deleted = { ...row, deleted: true as const, heir, movedVersion: journal.seq + 1, deletedAt: at };
  journal.putStatus(tx, deleted, { kind: 'delete', statusId: id, heir, at });
  if (moved) journal.logReset();
  return { moved };
}

export async function restoreStatus(
  { tx, rows, journal }: Write,
  id: Id,
): Promise<{ status: Status; restored: number }> {
  const { deleted, heir = null, deletedAt: _, ...row } = checkRestore(rows, id);
  if (!deleted) return { status: toStatus(row), restored: 0 };
  const live = { ...row, movedVersion: journal.seq + 1 };
  const status = journal.putStatus(tx, live, { kind: 'restore', statusId: id, heir, at: Date.now() });
  const restored = countConversations(journal.held, new Map([...rows, [id, live]]), id);
  if (restored) journal.logReset();
  return { status, restored };
}

/**
 * Deletes all records. The database itself is kept, because deleting it would wait for every other tab to close it. The
 * counter goes on, so that other tabs do not mistake new changes for old ones.
 */
export async function clearAll({ tx, journal }: Write): Promise<void> {
  for (const name of STORES) rawStore(tx, name).clear();
  journal.startOver();
}

function putRanks({ tx, rows, journal }: Write, placements: readonly Placement[]): [Id, Status][] {
  return placements.map(({ id, rank }) => [id, journal.putStatus(tx, { ...rows.get(id)!, rank })]);
}

/** How many conversations have the status now, including those of deleted statuses that it replaces. */
function countConversations(held: JournalRow['held'], rows: Rows, statusId: Id): number {
  return held.reduce((sum, [stored, n]) => (resolveStoredId(rows, stored) === statusId ? sum + n : sum), 0);
}
