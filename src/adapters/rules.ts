/*
 * What every storage must refuse, as functions of the rows it holds. An adapter reads the rows and writes the result
 * inside one transaction; what is allowed is decided here, once.
 */
import { PipelineError, invalid } from '../model/errors.js';
import { toStatus, type StatusRow } from '../model/reassignment.js';
import type { Id } from '../model/id.js';
import { planRanks, type Placement } from '../model/rank.js';
import {
  MAX_STATUSES,
  contentOf,
  nameKey,
  parseNewStatus,
  parseStatusPatch,
  patched,
  sameContent,
  sortedLive,
  type Status,
} from '../model/status.js';

export type Rows = ReadonlyMap<Id, StatusRow>;

/** The live statuses in order. */
export function liveStatuses(rows: Rows): Status[] {
  return sortedLive(rows.values()).map(toStatus);
}

/** The row, alive. Rejects: `not-found`, `status-deleted`. */
export function requireLiveStatus(rows: Rows, id: Id, field = 'id'): StatusRow {
  const row = rows.get(id);
  if (!row) throw new PipelineError('not-found', `${field}: there is no status "${id}".`, { field });
  if (row.deleted) {
    throw new PipelineError('status-deleted', `${field}: the status "${row.name}" was deleted.`, { field });
  }
  return row;
}

export function checkVersion(row: StatusRow, ifVersion: number): void {
  if (row.version === ifVersion) return;
  throw new PipelineError('conflict', `The status "${row.name}" was changed meanwhile.`, { current: toStatus(row) });
}

function checkNameIsFree(rows: Rows, name: string, self: Id): void {
  const key = nameKey(name);
  for (const row of rows.values()) {
    if (row.id === self || row.deleted) continue;
    // Rows come from storage, which can be damaged: one without a name must not stop every write.
    if (typeof row.name !== 'string' || nameKey(row.name) !== key) continue;
    throw invalid('name', `there is already a status named "${row.name}".`);
  }
}

function checkRoom(rows: Rows): void {
  if (liveStatuses(rows).length < MAX_STATUSES) return;
  throw new PipelineError('limit', `A pipeline has at most ${MAX_STATUSES} statuses.`, { count: MAX_STATUSES });
}

/** What creating a status writes. `existing` is set instead when this very status is already there: a repeat. */
export function planCreate(
  rows: Rows,
  input: unknown,
): { existing: StatusRow } | { row: StatusRow; moved: Placement[] } {
  const data = parseNewStatus(input);
  const held = rows.get(data.id);
  if (held) {
    requireLiveStatus(rows, data.id);
    if (sameContent(held, data)) return { existing: held };
    throw new PipelineError('conflict', `id: there is already a status "${data.id}".`, {
      field: 'id',
      current: toStatus(held),
    });
  }
  checkNameIsFree(rows, data.name, data.id);
  checkRoom(rows);
  const placements = planRanks([...rows.values()], data.id, data.after);
  const rank = placements.find((placement) => placement.id === data.id)!.rank;
  return {
    row: { id: data.id, ...contentOf(data), rank, version: 0 },
    moved: placements.filter((placement) => placement.id !== data.id),
  };
}

/** The row with the patch applied, or the row itself when nothing changes. */
export function planUpdate(rows: Rows, id: Id, input: unknown, ifVersion: number): StatusRow {
  const patch = parseStatusPatch(input);
  const row = requireLiveStatus(rows, id);
  checkVersion(row, ifVersion);
  if (patch.name !== undefined) checkNameIsFree(rows, patch.name, id);
  const next = patched(row, patch);
  return sameContent(next, row) ? row : next;
}

/** The ranks that a move writes. */
export function planMove(rows: Rows, id: Id, after: Id | null): Placement[] {
  requireLiveStatus(rows, id);
  return planRanks([...rows.values()], id, after);
}

/** Checks a delete; `inUse` is how many conversations have the status now. */
export function checkDelete(
  rows: Rows,
  id: Id,
  options: { ifVersion: number; moveTo?: Id | null },
  inUse: number,
): StatusRow {
  const row = requireLiveStatus(rows, id);
  checkVersion(row, options.ifVersion);
  if (options.moveTo === id) throw invalid('moveTo', 'must be another status than the deleted one.');
  if (options.moveTo != null) requireLiveStatus(rows, options.moveTo, 'moveTo');
  if (options.moveTo === undefined && inUse > 0) {
    throw new PipelineError(
      'in-use',
      `${inUse} conversations have the status "${row.name}": say where they go (moveTo).`,
      {
        count: inUse,
        field: 'moveTo',
      },
    );
  }
  return row;
}

/** The deleted row to bring back. Rejects: `not-found`, `invalid` (its name is taken now), `limit`. */
export function checkRestore(rows: Rows, id: Id): StatusRow {
  const row = rows.get(id);
  if (!row) throw new PipelineError('not-found', `id: there is no status "${id}".`, { field: 'id' });
  if (row.deleted) {
    checkNameIsFree(rows, row.name, id);
    checkRoom(rows);
  }
  return row;
}
