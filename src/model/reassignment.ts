/**
 * Resolves the conversations of a deleted status to the status that replaces it.
 *
 * Deleting a status does not change its conversations. The deleted status records its replacement (the field `heir`), and
 * every read of a conversation follows it. A delete and its undo are therefore atomic, cost the same for ten
 * conversations and for a million, and the undo restores exactly the conversations that got no other status since.
 */
import type { Entry } from './entry.js';
import type { Id } from './id.js';
import { contentOf, type Status } from './status.js';

/** A status as a local adapter keeps it. */
export interface StatusRow extends Status {
  /** While deleted: the status that its conversations have now; `null` for no status. It existed when it was recorded. */
  heir?: Id | null;
  /** The version of the last delete or restore, which changed all its conversations at once. */
  movedVersion?: number;
  /** When it was deleted, milliseconds since the epoch. */
  deletedAt?: number;
}

type Rows = ReadonlyMap<Id, StatusRow>;

/**
 * The status that a stored `statusId` resolves to; an id without a row resolves to itself. Stored data can be damaged: a
 * cycle of replacements, or a replacement that does not exist, resolves to no status. Takes at most one step for each row.
 */
export function resolveStatusId(rows: Rows, statusId: Id | null): Id | null {
  let end = statusId;
  walk(rows, statusId, (row) => (end = row.deleted ? null : row.id));
  return end;
}

/** A stored entry with its status resolved, and the version and time of the last delete or restore that moved it. */
export function resolveEntry(rows: Rows, stored: Entry): Entry {
  const entry = { ...stored };
  walk(rows, stored.statusId, (row) => {
    entry.version = Math.max(entry.version, row.movedVersion ?? 0);
    if (row.deleted) entry.changedAt = Math.max(entry.changedAt, row.deletedAt ?? 0);
    entry.statusId = row.deleted ? null : row.id;
  });
  return entry;
}

/** Visits a status and its replacements in turn, up to the first that is not deleted; each at most once. */
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
