/** What can be done to statuses: the data of a new one and of a change, checked; comparing; the limits of a pipeline. */
import type { Id } from './id.js';
import {
  CONTENT,
  STATUS_FIELDS,
  parseContent,
  type CheckedStatusPatch,
  type StatusContent,
  type StatusPatch,
} from './status.js';
import { fieldsOf, nullableStatusId, parseStatusId } from './validate.js';

/** The most statuses that a pipeline can have. */
export const MAX_STATUSES = 200;

/** The data of a new status, checked. Throws `invalid`. */
export function parseNewStatus(value: unknown): { id: Id; after?: Id | null } & StatusContent {
  const row = fieldsOf(value, 'status');
  const after = row['after'];
  return {
    id: parseStatusId(row['id']),
    ...parseContent(row),
    ...(after === undefined ? {} : { after: nullableStatusId(after, 'after') }),
  };
}

/** The fields to change, checked. Throws `invalid`. */
export function parseStatusPatch(value: unknown): CheckedStatusPatch {
  const row = fieldsOf(value, 'status');
  const given = STATUS_FIELDS.filter((field) => row[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, CONTENT[field](row[field], field) ?? null]));
}

/** The record with the patch applied. */
export function patched<S extends StatusContent>(status: S, patch: StatusPatch | CheckedStatusPatch): S {
  const next = { ...status } as Record<string, unknown>;
  for (const [field, value] of Object.entries(patch)) {
    if (value == null) delete next[field];
    else next[field] = value;
  }
  return next as unknown as S;
}

/** Whether two statuses have the same content. */
export function sameContent(a: StatusContent, b: StatusContent): boolean {
  return STATUS_FIELDS.every((field) => a[field] === b[field]);
}

/** Equal for names that count as the same: case is folded, also for letters with two lower-case forms (ß, ς). */
export function nameKey(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}
