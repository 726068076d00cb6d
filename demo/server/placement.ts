/** Places a status in the order without reading all statuses, of which a tenant may have deleted many thousands. */
import { PipelineError } from '../../src/model/errors.js';
import type { Id } from '../../src/model/id.js';
import { MAX_RANK, RANK_STEP, readRank, writeRank, type Placement } from '../../src/model/rank.js';
import type { StatusRow } from '../../src/model/reassignment.js';
import { readNeighbors, readStatuses } from './status-rows.js';
import type { ReadContext } from './store.js';

const FIRST = { rank: '', id: '' };
/** Sorts behind every rank and every id. */
const LAST = { rank: '\u{10ffff}', id: '' };
/** Statuses on each side that get new ranks when a gap is used up: more until they are this far apart. */
const STEPS = [0, 4, 32, 256, 2048, Infinity];
const ROOMY = 2 ** 16;

/**
 * The ranks to write so that `id` stands right after `after` (`null`: first; `undefined`: last), like `planRanks`
 * (src/model/rank.ts): the status that moves, and a few of its neighbors if there is no gap left between them.
 */
export async function placeAfter(read: ReadContext, id: Id, after: Id | null | undefined): Promise<Placement[]> {
  if (after === id && read.live.has(id)) return [];
  const place = after === undefined ? LAST : after === null ? FIRST : (await readStatuses(read, [after])).get(after);
  if (!place) {
    throw new PipelineError('not-found', `after: there is no status "${after}" to move after.`, { field: 'after' });
  }
  for (const reach of STEPS) {
    const { before, after: next } = await readNeighbors(read, id, place, Math.min(reach + 1, 1_000_000));
    if (reach === 0 && isBetween(read.live.get(id), before[0], next[0])) return [];
    const moved = [...before.slice(0, reach).reverse(), undefined, ...next.slice(0, reach)];
    const low = before[reach] ? readRank(before[reach].rank) : 0;
    const high = next[reach] ? readRank(next[reach].rank) : low + (moved.length + 1) * RANK_STEP;
    const step = Math.floor((high - low) / (moved.length + 1));
    const isRoomy = reach === 0 ? step > 0 : step >= ROOMY;
    if (high > MAX_RANK || (!isRoomy && reach !== Infinity)) continue;
    for (const row of moved) if (row) read.statuses.rows.set(row.id, row);
    return moved
      .map((row, index) => ({ id: row?.id ?? id, rank: writeRank(low + step * (index + 1)), now: row?.rank }))
      .filter(({ rank, now }) => rank !== now)
      .map(({ id: each, rank }) => ({ id: each, rank }));
  }
  throw new PipelineError('limit', 'There is no place left for another status.');
}

const isBetween = (row: StatusRow | undefined, before: StatusRow | undefined, after: StatusRow | undefined): boolean =>
  row !== undefined && (!before || before.rank < row.rank) && (!after || row.rank < after.rank);
