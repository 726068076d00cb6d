/** The pages of `find`: their order, their size, and the tokens that say where the next one begins. */
import { invalid } from '../model/errors.js';
import { parseId } from '../model/validate.js';
import type { FindPage } from './adapter.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** Where a page ended: the activity and the id of its last row. */
export interface PagePosition {
  activityAt: number;
  id: string;
}

/** The requested page size, 1–200; larger ones are reduced to 200. Throws `invalid`. */
export function pageSizeOf(value: number | undefined): number {
  if (value === undefined) return DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(value) || value < 1) throw invalid('pageSize', 'must be a whole number, 1 or more.');
  return Math.min(value, MAX_PAGE_SIZE);
}

/** Longer than any token of `writePageToken`: an id has at most 256 characters, each at most 9 when encoded. */
const MAX_TOKEN_LENGTH = 4096;

/** A page token, opaque to callers. */
export function writePageToken({ activityAt, id }: PagePosition): string {
  return encodeURIComponent(JSON.stringify([activityAt, id]));
}

/** The position in a page token. Throws `invalid` for anything that `writePageToken` did not write. */
export function readPageToken(token: string | undefined): PagePosition | undefined {
  if (token === undefined) return undefined;
  try {
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new RangeError();
    const [activityAt, id] = JSON.parse(decodeURIComponent(token)) as unknown[];
    const isTime = typeof activityAt === 'number' && Number.isFinite(activityAt) && activityAt >= 0;
    if (isTime) return { activityAt, id: parseId(id) };
  } catch {
    // Rejected below.
  }
  throw invalid('pageToken', 'is not one that find() returned.');
}

/** Newest activity first, then by id: the order of `find`. */
export function comparePositions(a: PagePosition, b: PagePosition): number {
  return b.activityAt - a.activityAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The page of `size` positions after `after`, out of all that were found, in any order. */
export function pageOf(found: PagePosition[], size: number, after: PagePosition | undefined): FindPage {
  const rest = found.sort(comparePositions).filter((position) => !after || comparePositions(position, after) > 0);
  const page = rest.slice(0, size);
  const ids = page.map((position) => position.id);
  return rest.length > size ? { ids, nextPageToken: writePageToken(page[size - 1]!) } : { ids };
}
