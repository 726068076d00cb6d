/** The changes that an adapter reports to its subscribers. */
import { parseEntry, type Entry } from './entry.js';
import { invalid } from './errors.js';
import { parseStatus, type Status } from './status.js';
import { MAX_BY_LENGTH, fieldsOf } from './validate.js';

/**
 * What a subscriber receives, always after it is stored. `seq` is the position to resume from; `opId` identifies the call
 * that caused it and `by` its author, where known. `reset`: too much changed to list it, changes were missed, or something
 * was forgotten, so read again what you show. With `forget`, all data read so far belongs to another session: stop showing
 * it at once.
 */
export type Change = { seq: string; opId?: string; by?: string } & (
  { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset'; forget?: true }
);

/** Whether a record replaces the one that is held: only one with a higher version does. */
export function isNewer(next: { version: number }, held: { version: number } | undefined): boolean {
  return held === undefined || next.version > held.version;
}

/** A change from an adapter. Throws `invalid`. */
export function parseChange(value: unknown): Change {
  const row = fieldsOf(value, 'change');
  const seq = row['seq'];
  const head = {
    // Not String(seq) for every value: an object can make that throw.
    seq: typeof seq === 'string' || typeof seq === 'number' ? String(seq) : '',
    ...(typeof row['opId'] === 'string' ? { opId: row['opId'] } : {}),
    ...(typeof row['by'] === 'string' && row['by'] ? { by: row['by'].slice(0, MAX_BY_LENGTH) } : {}),
  };
  if (row['kind'] === 'status') return { ...head, kind: 'status', status: parseStatus(row['status']) };
  if (row['kind'] === 'entry') return { ...head, kind: 'entry', entry: parseEntry(row['entry']) };
  if (row['kind'] === 'reset') return { ...head, kind: 'reset', ...(row['forget'] === true ? { forget: true } : {}) };
  throw invalid('kind', 'must be "status", "entry" or "reset".');
}
