import type { Id } from './id.js';

/** One step of the pipeline. */
export interface Status {
  id: Id;
  /** 1–64 graphemes, trimmed, NFC, unique in the pipeline without regard to case. */
  name: string;
  /** `#rrggbb`, lower case. */
  color: `#${string}`;
  /** Place in the order: compare by code units, then by id. Opaque otherwise. */
  rank: string;
  /** Only grows. A record with a lower or equal version than the one held is old news. */
  version: number;
  /** Present on the record of a deleted status, which keeps its place for those who move something after it. */
  deleted?: true;
}

/** The most statuses that a pipeline can have. */
export const MAX_STATUSES = 200;

export function compareStatuses(a: Status, b: Status): number {
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Two names with the same key are the same name: case is folded, also where a letter has two lower-case forms (ß, ς). */
export function nameKey(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * The name of a status as it stands in `--pipeline-status-{slug}` and in the part `status-{slug}`: `[a-z0-9-]`.
 * A name that has none of these characters gives an empty slug, and no override.
 */
export function statusSlug(name: string): string {
  let slug = slugs.get(name);
  if (slug === undefined) {
    if (slugs.size > MAX_SLUGS) slugs.clear();
    slugs.set(name, (slug = makeSlug(name)));
  }
  return slug;
}

/** Asked for anew with every render of every chip. */
const slugs = new Map<string, string>();
const MAX_SLUGS = 1000;

function makeSlug(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
