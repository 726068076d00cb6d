import {
  checkDelete,
  checkRestore,
  checkVersion,
  requireLiveStatus,
  liveStatuses,
  planCreate,
  planMove,
  planUpdate,
  type Rows,
} from '../../src/adapters/rules.js';
import { resolveStatusId, toStatus } from '../../src/model/reassignment.js';
import type { Id } from '../../src/model/id.js';
import type { Placement } from '../../src/model/rank.js';
import type { Status } from '../../src/model/status.js';
import { readCounters } from './counters.js';
import type { Read, Write } from './store.js';

/** Whether a record of this version is the one that the caller has seen. */
export type VersionCheck = (version: number) => boolean;

/** Throws `conflict`, as for any version that is not the current one. */
function checkSeen(rows: Rows, id: Id, isSeen: VersionCheck): number {
  const row = requireLiveStatus(rows, id);
  if (!isSeen(row.version)) checkVersion(row, NaN);
  return row.version;
}

/** Resolves to the status, and whether it is new: the same create again finds it there. */
export async function createStatus(write: Write, data: unknown): Promise<Status> {
  const plan = planCreate(write.rows, data);
  if ('existing' in plan) return toStatus(plan.existing);
  placeRows(write, plan.moved);
  return write.journal.putStatus(plan.row);
}

export async function updateStatus(
  { rows, journal }: Write,
  id: Id,
  patch: unknown,
  isSeen: VersionCheck,
): Promise<Status> {
  const next = planUpdate(rows, id, patch, checkSeen(rows, id, isSeen));
  return next === rows.get(id) ? toStatus(next) : journal.putStatus(next);
}

export async function moveStatus(write: Write, id: Id, after: Id | null): Promise<Status[]> {
  const placed = placeRows(write, planMove(write.rows, id, after));
  return liveStatuses(new Map([...write.rows, ...placed]));
}

/** Costs the same for ten conversations and a million: none of them is touched. */
export async function deleteStatus(
  write: Write,
  id: Id,
  { isSeen, moveTo }: { isSeen: VersionCheck; moveTo: Id | null | undefined },
): Promise<{ moved: number }> {
  const { rows, journal, head } = write;
  const ifVersion = checkSeen(rows, id, isSeen);
  const moved = await countHaving(write, rows, id);
  const row = checkDelete(rows, id, { ifVersion, ...(moveTo === undefined ? {} : { moveTo }) }, moved);
  const heir = moveTo ?? null;
  const deleted = { ...row, deleted: true as const, heir, movedVersion: journal.seq + 1, deletedAt: head.now };
  journal.putStatus(deleted, { kind: 'delete', heir });
  if (moved) journal.logReset();
  return { moved };
}

export async function restoreStatus(write: Write, id: Id): Promise<{ status: Status; restored: number }> {
  const { rows, journal } = write;
  const { deleted, heir = null, deletedAt: _, ...row } = checkRestore(rows, id);
  if (!deleted) return { status: toStatus(row), restored: 0 };
  const next = { ...row, movedVersion: journal.seq + 1 };
  const status = journal.putStatus(next, { kind: 'restore', heir });
  const restored = await countHaving(write, new Map([...rows, [id, next]]), id);
  if (restored) journal.logReset();
  return { status, restored };
}

function placeRows({ rows, journal }: Write, placements: readonly Placement[]): [Id, Status][] {
  return placements.map(({ id, rank }) => [id, journal.putStatus({ ...rows.get(id)!, rank })]);
}

/** How many conversations have the status now. */
async function countHaving(read: Read, rows: Rows, statusId: Id): Promise<number> {
  const counters = await readCounters(read, 'conversation');
  return counters.reduce((sum, { key, n }) => (resolveStatusId(rows, key || null) === statusId ? sum + n : sum), 0);
}
