/** Filters: which statuses to show, how they match, and their form in a URL. */
import type { Id } from './id.js';
import { PipelineError, invalid } from './errors.js';
import { nullableStatusId } from './validate.js';

/** Which statuses to show: a plain value that can be stored, sent and put in a URL. */
export interface Filter {
  op: 'any-of' | 'none-of';
  /** `null` stands for "no status". With an empty list everything is shown. */
  statusIds: readonly (Id | null)[];
}

/** Which conversations of a contact count: any of them, or the most recently active one. */
export type ContactMatch = 'any' | 'latest';

export const EMPTY_FILTER: Filter = Object.freeze({ op: 'any-of', statusIds: Object.freeze([]) });

export const isEmptyFilter = (filter: Filter): boolean => filter.statusIds.length === 0;

/** Whether one conversation passes, by its status. */
export function matchesFilter(filter: Filter, statusId: Id | null): boolean {
  if (isEmptyFilter(filter)) return true;
  return filter.statusIds.includes(statusId) === (filter.op === 'any-of');
}

/**
 * Whether a contact passes, by the statuses of its conversations; a contact without conversations has no status.
 * Any-of passes if at least one of its statuses is in the filter, none-of if none of them is.
 */
export function contactMatchesFilter(filter: Filter, statusIds: readonly (Id | null)[]): boolean {
  if (isEmptyFilter(filter)) return true;
  const held = statusIds.length ? statusIds : [null];
  return held.some((id) => filter.statusIds.includes(id)) === (filter.op === 'any-of');
}

export function sameFilter(a: Filter, b: Filter): boolean {
  return formatFilter(a) === formatFilter(b);
}

/** Checks an unknown value and copies it into a `Filter`. Throws `invalid`, naming the field. */
export function parseFilter(value: unknown): Filter {
  const { op, statusIds } = (value ?? {}) as { op?: unknown; statusIds?: unknown };
  if (op !== 'any-of' && op !== 'none-of') throw invalid('op', 'must be "any-of" or "none-of".');
  if (!Array.isArray(statusIds))
    throw invalid('statusIds', 'must be a list of status ids; null stands for "no status".');
  const ids = statusIds.map((id: unknown) => nullableStatusId(id, 'statusIds'));
  return { op, statusIds: [...new Set(ids)] };
}

/** The URL form: `op=any-of&status=ID&status=` (an empty `status` is "no status"). A filter that shows everything is `''`. */
export function formatFilter(filter: Filter): string {
  if (isEmptyFilter(filter)) return '';
  const query = new URLSearchParams({ op: filter.op });
  for (const id of filter.statusIds) query.append('status', id ?? '');
  return query.toString();
}

/** Parses the URL form; `''` is the empty filter. Throws `invalid`, naming the field. */
export function parseFilterQuery(text: string): Filter {
  const query = new URLSearchParams(text);
  const ids = query.getAll('status');
  if (!ids.length && !query.has('op')) {
    if ([...query].length) throw invalid('value', 'must look like "op=any-of&status=ID".');
    return EMPTY_FILTER;
  }
  try {
    return parseFilter({ op: query.get('op') ?? 'any-of', statusIds: ids.map((id) => id || null) });
  } catch (error) {
    throw PipelineError.from(error);
  }
}
