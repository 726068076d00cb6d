import type { Entry } from './entry.js';
import type { Status } from './status.js';

/**
 * What a subscriber receives, always after it is stored. `seq` is the place to resume from; `opId` names the call that
 * caused it and `by` who made it, where known. `reset`: more changed than is worth listing (or was missed), so read
 * again what you show. With `forget`, everything read so far belongs to another session: stop showing it at once.
 */
export type Change = { seq: string; opId?: string; by?: string } & (
  { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset'; forget?: true }
);

/** Whether a record replaces the one that is held: only a higher version does. */
export function isNewer(next: { version: number }, held: { version: number } | undefined): boolean {
  return held === undefined || next.version > held.version;
}
