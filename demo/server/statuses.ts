/** Reads and writes the statuses of a pipeline. */
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
import type { ReadContext, WriteContext } from './store.js';

/** Whether a version is the one that the caller expects. */
export type VersionCheck = (version: number) => boolean;

/** Returns the current version. Throws `conflict` if the caller expects another. */
function requireVersion(rows: Rows, id: Id, matchesVersion: VersionCheck): number {
  const row = requireLiveStatus(rows, id);
  if (!matchesVersion(row.version)) checkVersion(row, NaN);
  return row.version;
}

/** Resolves to the status. Idempotent: repeating a create returns the existing status. */
export async function createStatus(write: WriteContext, data: unknown): Promise<Status> {
  const plan = planCreate(write.rows, data);
  if ('existing' in plan) return toStatus(plan.existing);
  placeRows(write, plan.moved);
  return write.journal.putStatus(plan.row);
}

export async function updateStatus(
  { rows, journal }: WriteContext,
  id: Id,
  patch: unknown,
  matchesVersion: VersionCheck,
): Promise<Status> {
  const next = planUpdate(rows, id, patch, requireVersion(rows, id, matchesVersion));
  return next === rows.get(id) ? toStatus(next) : journal.putStatus(next);
}

export async function moveStatus(write: WriteContext, id: Id, after: Id | null): Promise<Status[]> {
  const placed = placeRows(write, planMove(write.rows, id, after));
  return liveStatuses(new Map([...write.rows, ...placed]));
}

/** Takes the same time for ten conversations as for a million, because their rows stay unchanged. */
export async function deleteStatus(
  write: WriteContext,
  id: Id,
  { matchesVersion, moveTo }: { matchesVersion: VersionCheck; moveTo: Id | null | undefined },
): Promise<{ moved: number }> {
  const { rows, journal, head } = write;
  const ifVersion = requireVersion(rows, id, matchesVersion);
  const moved = await countHaving(write, rows, id);
  const row = checkDelete(rows, id, { ifVersion, ...(moveTo === undefined ? {} : { moveTo }) }, moved);
  const heir = moveTo ?? null;
  const deleted = { ...row, deleted: true as const, heir, movedVersion: journal.seq + 1, deletedAt: head.now };
  journal.putStatus(deleted, { kind: 'delete', heir });
  if (moved) journal.logReset();
  return { moved };
}

export async function restoreStatus(write: WriteContext, id: Id): Promise<{ status: Status; restored: number }> {
  const { rows, journal } = write;
  const { deleted, heir = null, deletedAt: _, ...row } = checkRestore(rows, id);
  if (!deleted) return { status: toStatus(row), restored: 0 };
  const next = { ...row, movedVersion: journal.seq + 1 };
  const status = journal.putStatus(next, { kind: 'restore', heir });
  const restored = await countHaving(write, new Map([...rows, [id, next]]), id);
  if (restored) journal.logReset();
  return { status, restored };
}

function placeRows({ rows, journal }: WriteContext, placements: readonly Placement[]): [Id, Status][] {
  return placements.map(({ id, rank }) => [id, journal.putStatus({ ...rows.get(id)!, rank })]);
}

/** The number of conversations that currently have the status. */
async function countHaving(read: ReadContext, rows: Rows, statusId: Id): Promise<number> {
  const counters = await readCounters(read, 'conversation');
  return counters.reduce((sum, { key, n }) => (resolveStatusId(rows, key || null) === statusId ? sum + n : sum), 0);
}
