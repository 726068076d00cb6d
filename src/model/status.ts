/**
 * A status, and everything that depends on which fields it has. To add a field, add it to `StatusContent` and to
 * `CONTENT`: reading, writing, comparing and copying follow.
 */
import type { Id } from './id.js';
import { fieldsOf, parseColor, parseCount, parseName, parseRank, parseStatusId, type Fields } from './validate.js';

/** What users decide about a status. */
export interface StatusContent {
  /** 1–64 graphemes, trimmed, NFC, unique in the pipeline without regard to case. */
  name: string;
  /** `#rrggbb`, lower case. */
  color: `#${string}`;
}

/** One step of the pipeline. */
export interface Status extends StatusContent {
  id: Id;
  /** Place in the order: compare by code units, then by id. Opaque otherwise. */
  rank: string;
  /** Only grows. A record with a version that is lower or equal is stale. */
  version: number;
  /** Present on the record of a deleted status, which keeps its place so that others can be moved after it. */
  deleted?: true;
}

type Field = keyof StatusContent;
type OptionalField = { [F in Field]-?: undefined extends StatusContent[F] ? F : never }[Field];
type RequiredField = Exclude<Field, OptionalField>;
/** The type of a field before it is checked: any text where the record has a template literal type. */
type Unchecked<T> = T extends string ? string : T;

/** The data of a new status. `after`: the status it stands after; `null`: first; left out: last. */
export type NewStatus = { id: Id; after?: Id | null } & { [F in RequiredField]: Unchecked<StatusContent[F]> } & {
  [F in OptionalField]?: Unchecked<StatusContent[F]>;
};

/** The fields to change. `null` clears an optional field. */
export type StatusPatch = { [F in RequiredField]?: Unchecked<StatusContent[F]> } & {
  [F in OptionalField]?: Unchecked<StatusContent[F]> | null;
};

/** A patch whose values have been checked. */
export type CheckedStatusPatch = { [F in Field]?: StatusContent[F] | (F extends OptionalField ? null : never) };

/** Checks one field; for an optional field, `undefined` means that it is missing. */
type Parse<T> = (value: unknown, field: string) => T;

/** Makes a check for an optional field: `null` and `undefined` mean that it is missing. */
export const optional =
  <T>(parse: Parse<T>): Parse<T | undefined> =>
  (value, field) =>
    value == null ? undefined : parse(value, field);

/** How to check each field. The order is that of columns and of the wire. */
export const CONTENT: { readonly [F in Field]-?: Parse<StatusContent[F]> } = {
  name: parseName,
  color: parseColor,
};

/** The names of the fields in `StatusContent`. */
export const STATUS_FIELDS = Object.keys(CONTENT) as readonly Field[];

/** The content of a record that has been checked, without its other fields. */
export function contentOf(status: StatusContent): StatusContent {
  const given = STATUS_FIELDS.filter((field) => status[field] != null);
  return Object.fromEntries(given.map((field) => [field, status[field]])) as object as StatusContent;
}

/** The content of an unchecked record. Throws `invalid`, naming the field. */
export function parseContent(row: Fields): StatusContent {
  return contentOf(
    Object.fromEntries(
      STATUS_FIELDS.map((field) => [field, CONTENT[field](row[field], field)]),
    ) as unknown as StatusContent,
  );
}

/** A status from an adapter. Throws `invalid`; `reading.ts` reads other forms. */
export function parseStatus(value: unknown): Status {
  const row = fieldsOf(value, 'status');
  const status: Status = {
    id: parseStatusId(row['id']),
    ...parseContent(row),
    rank: parseRank(row['rank']),
    version: parseCount(row['version'], 'version'),
  };
  if (row['deleted'] === true) status.deleted = true;
  return status;
}

/** The color of what has none. */
export const DEFAULT_COLOR = '#8b91a5';

export function compareStatuses(a: Status, b: Status): number {
  return a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The statuses that are not deleted, in order. */
export function sortedLive<S extends Status>(rows: Iterable<S>): S[] {
  return [...rows].filter((row) => !row.deleted).sort(compareStatuses);
}

/**
 * The name of a status as it appears in `--pipeline-status-{slug}` and in the part `status-{slug}`: `[a-z0-9-]`.
 * A name without any of these characters has an empty slug, and no override.
 */
export function statusSlug(name: string): string {
  let slug = slugs.get(name);
  if (slug === undefined) {
    if (slugs.size > MAX_SLUGS) slugs.clear();
    slugs.set(name, (slug = makeSlug(name)));
  }
  return slug;
}

/** Cached: every render of every chip needs the slug. */
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
