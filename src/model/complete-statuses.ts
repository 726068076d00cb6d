/** Adds to the statuses of a list what services without colors, ranks or versions leave out. */
import { DEFAULT_PALETTE } from './color.js';
import { rankAt } from './rank.js';

/**
 * The records of a list in order, with a color from the palette by place where it is missing, and version 0. If one has
 * no rank, or a number for it, all of them get their rank by their place.
 */
export function completeStatuses(items: readonly unknown[]): unknown[] {
  const isPlaced = items.every((item) => !isStatus(item) || (item['rank'] != null && typeof item['rank'] !== 'number'));
  return items.map((item, place) => {
    if (!isRecord(item)) return item;
    const { color, version, rank } = item;
    return {
      ...item,
      color: color ?? DEFAULT_PALETTE[place % DEFAULT_PALETTE.length]!.color,
      version: version ?? 0,
      rank: isPlaced ? rank : rankAt(place),
    };
  });
}

/** Whether a record may be a status; another one must not cost the others their ranks. */
const isStatus = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && value['id'] != null && value['name'] != null;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
