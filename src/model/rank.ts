/**
 * Ranks, which keep statuses in order.
 *
 * A rank is a whole number in base 36 with a fixed number of digits, so that ordering by code units is ordering by number.
 * Ranks are far apart: a move writes only the status that moves, until a gap is used up and all ranks are spread again.
 * Adapters assign ranks inside a transaction, so two clients never give two statuses the same rank.
 */
import { PipelineError } from './errors.js';
import type { Id } from './id.js';
import { compareStatuses, type Status } from './status.js';

const DIGITS = 10;
/** The distance between the ranks of two new statuses. */
export const RANK_STEP = 2 ** 30;
export const MAX_RANK = 36 ** DIGITS - 1;

export const writeRank = (value: number): string => value.toString(36).padStart(DIGITS, '0');
export const readRank = (rank: string): number => parseInt(rank, 36);

/** The new rank of a status. */
export interface Placement {
  id: Id;
  rank: string;
}

/**
 * The ranks to write so that `id` stands right after `after` (`null`: first; `undefined`: last).
 *
 * @param rows every status, deleted ones included (they keep their places), in any order.
 * @returns only the ranks that change: one, all of them when the gap was used up, or none when it is there already.
 * @throws {PipelineError} `not-found` for an `after` that never existed.
 */
export function planRanks(rows: readonly Status[], id: Id, after: Id | null | undefined): Placement[] {
  const sorted = [...rows].sort(compareStatuses);
  const self = sorted.findIndex((row) => row.id === id);
  if (after === id && self >= 0) return [];
  const others = sorted.filter((row) => row.id !== id);
  const anchor = after == null ? -1 : others.findIndex((row) => row.id === after);
  if (after != null && anchor < 0) {
    throw new PipelineError('not-found', `after: there is no status "${after}" to move after.`, { field: 'after' });
  }
  const index = after === undefined ? others.length : anchor + 1;
  if (self === index) return [];

  const before = others[index - 1];
  const next = others[index];
  const low = before ? readRank(before.rank) : 0;
  const high = next ? readRank(next.rank) : low + 2 * RANK_STEP;
  const middle = Math.floor((low + high) / 2);
  if (middle > low && middle < high && high <= MAX_RANK) return [{ id, rank: writeRank(middle) }];

  const order = others.map((row) => row.id);
  order.splice(index, 0, id);
  const held = new Map(rows.map((row) => [row.id, row.rank]));
  return order
    .map((each, i) => ({ id: each, rank: writeRank((i + 1) * RANK_STEP) }))
    .filter(({ id: each, rank }) => held.get(each) !== rank);
}

/** The id of the status right before `id`; `null` when it is the first. */
export function precedingId(statuses: readonly Status[], id: Id): Id | null {
  const index = statuses.findIndex((status) => status.id === id);
  return statuses[index - 1]?.id ?? null;
}
