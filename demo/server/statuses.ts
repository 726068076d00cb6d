/** Reads and writes the statuses of a pipeline. */
import {
  checkDelete,
  checkRestore,
  checkVersion,
  requireLiveStatus,
  liveStatuses,
  planCreate,
  planUpdate,
  type Rows,
} from '../../src/adapters/rules.js';
import { resolveStatusId, toStatus, type StatusRow } from '../../src/model/reassignment.js';
import type { Id } from '../../src/model/id.js';
import type { Placement } from '../../src/model/rank.js';
import { type Status } from '../../src/model/status.js';
import { parseNewStatus } from '../../src/model/status-edits.js';
import { readCounters, type Group } from './counters.js';
import { placeAfter } from './placement.js';
import { readStatuses } from './status-rows.js';
import type { ReadContext, WriteContext } from './store.js';

/** Whether a version is the one that the caller expects. */
export type VersionCheck = (version: number) => boolean;

/** Reads the status and returns its version. Throws `conflict` if the caller expects another. */
async function requireVersion(write: WriteContext, id: Id, matchesVersion: VersionCheck): Promise<number> {
  const row = requireLiveStatus(await readStatuses(write, [id]), id);
  if (!matchesVersion(row.version)) checkVersion(row, NaN);
  return row.version;
}

/** The statuses that are not deleted, and those with these ids. */
async function liveAnd(write: WriteContext, ids: readonly (Id | null)[]): Promise<Rows> {
  const rows = await readStatuses(write, ids);
  const others = ids.flatMap((id) => rows.get(id ?? '') ?? []);
  return new Map([...write.live, ...others.map((row): [Id, StatusRow] => [row.id, row])]);
}

/** Resolves to the status. Idempotent: repeating a create returns the existing status. */
export async function createStatus(write: WriteContext, data: unknown): Promise<Status> {
  const { id, after } = parseNewStatus(data);
  const plan = planCreate(await liveAnd(write, [id, after ?? null]), data);
  if ('existing' in plan) return toStatus(plan.existing);
  const placements = await placeAfter(write, id, after);
  putRanks(
    write,
    placements.filter((placement) => placement.id !== id),
  );
  const { rank } = placements.find((placement) => placement.id === id)!;
  return write.journal.putStatus({ ...plan.row, rank });
}

export async function updateStatus(
  write: WriteContext,
  id: Id,
  patch: unknown,
  matchesVersion: VersionCheck,
): Promise<Status> {
  const { live, journal } = write;
  const next = planUpdate(live, id, patch, await requireVersion(write, id, matchesVersion));
  return next === live.get(id) ? toStatus(next) : journal.putStatus(next);
}

export async function moveStatus(write: WriteContext, id: Id, after: Id | null): Promise<Status[]> {
  requireLiveStatus(await readStatuses(write, [id, after]), id);
  const placed = putRanks(write, await placeAfter(write, id, after)).filter(([, status]) => !status.deleted);
  return liveStatuses(new Map([...write.live, ...placed]));
}

/** Takes the same time for ten conversations as for a million, because their rows stay unchanged. */
export async function deleteStatus(
  write: WriteContext,
  id: Id,
  { matchesVersion, moveTo }: { matchesVersion: VersionCheck; moveTo: Id | null | undefined },
): Promise<{ moved: number }> {
  const { journal, head } = write;
  const ifVersion = await requireVersion(write, id, matchesVersion);
  const moved = countHaving(await readUses(write), await readStatuses(write, [moveTo ?? null]), id);
  const row = checkDelete(write.rows, id, { ifVersion, ...(moveTo === undefined ? {} : { moveTo }) }, moved);
  const heir = moveTo ?? null;
  const deleted = { ...row, deleted: true as const, heir, movedVersion: journal.seq + 1, deletedAt: head.now };
  journal.putStatus(deleted, { kind: 'delete', heir });
  if (moved) journal.logReset();
  return { moved };
}

/** After the undo period, a deleted status is gone, whether it has been purged yet or not. */
export async function restoreStatus(
  write: WriteContext,
  id: Id,
  undoPeriodMs: number,
): Promise<{ status: Status; restored: number }> {
  const { journal, head } = write;
  const rows = await liveAnd(write, [id]);
  const isExpired = (rows.get(id)?.deletedAt ?? Infinity) < head.now - undoPeriodMs;
  const { deleted, heir = null, deletedAt: _, ...row } = checkRestore(isExpired ? write.live : rows, id);
  if (!deleted) return { status: toStatus(row), restored: 0 };
  const next = { ...row, movedVersion: journal.seq + 1 };
  const status = journal.putStatus(next, { kind: 'restore', heir });
  const uses = await readUses(write);
  const restored = countHaving(uses, new Map([...write.rows, [id, next]]), id);
  if (restored) journal.logReset();
  return { status, restored };
}

function putRanks({ rows, journal }: WriteContext, placements: readonly Placement[]): [Id, Status][] {
  return placements.map(({ id, rank }) => [id, journal.putStatus({ ...rows.get(id)!, rank })]);
}

/** How many conversations were given each status, deleted ones included, which are read too. */
async function readUses(read: ReadContext): Promise<Group[]> {
  const groups = await readCounters(read, 'conversation');
  await readStatuses(
    read,
    groups.map(({ key }) => key),
  );
  return groups;
}

/** The number of conversations that currently have the status. */
function countHaving(uses: readonly Group[], rows: Rows, statusId: Id): number {
  return uses.reduce((sum, { key, n }) => (resolveStatusId(rows, key || null) === statusId ? sum + n : sum), 0);
}
