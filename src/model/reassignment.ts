/*
 * Follows the conversations of a deleted status to the status that took its place.
 *
 * Deleting a status does not touch its conversations: the deleted status names its heir, and whoever reads a
 * conversation follows the names. So a delete and its undo cost the same for ten conversations and a million, are
 * atomic, and the undo brings back exactly the conversations that nobody gave another status since.
 */
import type { Entry } from './entry.js';
import type { Id } from './id.js';
import { contentOf, type Status } from './status.js';

/** A status as a local adapter keeps it. */
export interface StatusRow extends Status {
  /** While deleted: where its conversations are now; `null` for no status. It was not deleted when it was named. */
  heir?: Id | null;
  /** The version of the last delete or restore: when its conversations last moved all at once. */
  movedVersion?: number;
  /** When it was deleted, milliseconds since the epoch. */
  deletedAt?: number;
}

type Rows = ReadonlyMap<Id, StatusRow>;

/**
 * The status that `statusId` stands for now; an id that has no row stands for itself. Stored data can be damaged: a cycle
 * of heirs, or an heir that does not exist, means no status. Takes at most one step for each row.
 */
export function resolveStatusId(rows: Rows, statusId: Id | null): Id | null {
  let end = statusId;
  walk(rows, statusId, (row) => (end = row.deleted ? null : row.id));
  return end;
}

/** A stored entry as it reads now: its status followed to the heir, its version and time those of the last move. */
export function resolveEntry(rows: Rows, stored: Entry): Entry {
  const entry = { ...stored };
  walk(rows, stored.statusId, (row) => {
    entry.version = Math.max(entry.version, row.movedVersion ?? 0);
    if (row.deleted) entry.changedAt = Math.max(entry.changedAt, row.deletedAt ?? 0);
    entry.statusId = row.deleted ? null : row.id;
  });
  return entry;
}

/** Visits a status and its heirs in turn, up to the first that is not deleted; each at most once. */
function walk(rows: Rows, statusId: Id | null, visit: (row: StatusRow) => void): void {
  let id = statusId;
  for (let left = rows.size; left > 0 && id !== null; left--) {
    const row = rows.get(id);
    if (!row) return;
    visit(row);
    if (!row.deleted) return;
    id = row.heir ?? null;
  }
}

/** The record as the adapter returns it, without what only a local adapter keeps. */
export function toStatus(row: StatusRow): Status {
  const { id, rank, version, deleted } = row;
  return { id, ...contentOf(row), rank, version, ...(deleted ? { deleted } : {}) };
}
