/** Checks what only a write brings: the data of a status, and who makes the write. */
import { invalid } from './errors.js';
import type { Id } from './id.js';
import { MAX_BY_LENGTH, fieldsOf, nullableId, parseColor, parseId, parseName } from './parse.js';

/** The data of a new status. Throws `invalid`. */
export function parseNewStatus(value: unknown): { id: Id; name: string; color: `#${string}`; after?: Id | null } {
  const row = fieldsOf(value, 'status');
  const after = row['after'];
  return {
    id: parseId(row['id']),
    name: parseName(row['name']),
    color: parseColor(row['color']),
    ...(after === undefined ? {} : { after: nullableId(after, 'after') }),
  };
}

/** The changed fields of a status. Throws `invalid`. */
export function parseStatusPatch(value: unknown): { name?: string; color?: `#${string}` } {
  const row = fieldsOf(value, 'status');
  return {
    ...(row['name'] === undefined ? {} : { name: parseName(row['name']) }),
    ...(row['color'] === undefined ? {} : { color: parseColor(row['color']) }),
  };
}

/** The name of whoever makes a write, as histories show it: 1–256 characters without control characters. Throws `invalid`. */
export function parseUser(value: unknown, field: 'user' | 'by' = 'user'): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_BY_LENGTH || /[\p{Cc}\p{Cs}]/u.test(value)) {
    throw invalid(field, `must be a text of 1 to ${MAX_BY_LENGTH} characters without control characters.`);
  }
  return value;
}
