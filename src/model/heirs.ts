/*
 * Deleting a status does not touch its conversations: the deleted status names its heir, and whoever reads a
 * conversation follows the names. So a delete and its undo cost the same for ten conversations and a million, are
 * atomic, and the undo brings back exactly the conversations that nobody gave another status since.
 */
import type { Entry } from './entry.js';
import type { Id } from './id.js';
import type { Status } from './status.js';

/** A status as a local adapter keeps it. */
export interface StatusRow extends Status {
  /** While deleted: where its conversations are now; `null` for no status. Alive when it was named, so no circle closes. */
  heir?: Id | null;
  /** The version of the last delete or restore: when its conversations last moved all at once. */
  movedVersion?: number;
  /** When it was deleted, milliseconds since the epoch. */
  deletedAt?: number;
}

type Rows = ReadonlyMap<Id, StatusRow>;

/** The status that `statusId` stands for now. */
export function heirOf(rows: Rows, statusId: Id | null): Id | null {
  let id = statusId;
  for (let row = rows.get(id ?? ''); row?.deleted; row = rows.get(id ?? '')) id = row.heir ?? null;
  return id;
}

/** A stored entry as it reads now: its status followed to the heir, its version and time those of the last move. */
export function resolveEntry(rows: Rows, stored: Entry): Entry {
  const entry = { ...stored };
  for (let row = rows.get(entry.statusId ?? ''); row; row = rows.get(entry.statusId ?? '')) {
    entry.version = Math.max(entry.version, row.movedVersion ?? 0);
    if (!row.deleted) break;
    entry.statusId = row.heir ?? null;
    entry.changedAt = Math.max(entry.changedAt, row.deletedAt ?? 0);
  }
  return entry;
}

/** The record that leaves the adapter. */
export function toStatus(row: StatusRow): Status {
  const { id, name, color, rank, version, deleted } = row;
  return deleted ? { id, name, color, rank, version, deleted } : { id, name, color, rank, version };
}
