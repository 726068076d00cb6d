import { invalid } from '../model/errors.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** Where a page ended: the activity and the id of its last row. */
export interface PagePosition {
  activityAt: number;
  id: string;
}

/** The asked page size, 1–200; larger ones are cut. Throws `invalid`. */
export function pageSizeOf(value: number | undefined): number {
  if (value === undefined) return DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(value) || value < 1) throw invalid('pageSize', 'must be a whole number, 1 or more.');
  return Math.min(value, MAX_PAGE_SIZE);
}

/** A page token: opaque to callers, and refused when it is not one of ours. */
export function writePageToken({ activityAt, id }: PagePosition): string {
  return encodeURIComponent(JSON.stringify([activityAt, id]));
}

export function readPageToken(token: string | undefined): PagePosition | undefined {
  if (token === undefined) return undefined;
  try {
    const [activityAt, id] = JSON.parse(decodeURIComponent(token)) as unknown[];
    if (typeof activityAt === 'number' && Number.isFinite(activityAt) && typeof id === 'string')
      return { activityAt, id };
  } catch {
    // Not ours: refused below.
  }
  throw invalid('pageToken', 'is not one that find() returned.');
}

/** Newest activity first, then by id: the order of `find`. */
export function comparePositions(a: PagePosition, b: PagePosition): number {
  return b.activityAt - a.activityAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
