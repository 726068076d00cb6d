/* What a write to the statuses brings. */
import type { Id } from './id.js';
import { fieldsOf, nullableId, parseColor, parseId, parseName } from './parse.js';

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
