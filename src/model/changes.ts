import type { Entry } from './entry.js';
import type { Status } from './status.js';

/**
 * What a subscriber hears, always after it is stored. `seq` is the place to resume from; `opId` names the call that
 * caused it, where known. `reset`: more changed than is worth listing (or was missed), read again what you show.
 */
export type Change = { seq: string; opId?: string } & (
  { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset' }
);

/** Old news is ignored: a record replaces the one held only with a higher version. */
export function isNewer(next: { version: number }, held: { version: number } | undefined): boolean {
  return held === undefined || next.version > held.version;
}
