// Parses and validates query parameters, and the same query in a body.
import { invalid } from '../../src/model/errors.js';
import { parseFilter, parseFilterQuery, type ContactMatch, type Filter } from '../../src/model/filter.js';

/** Far more than a pipeline has, including deleted statuses. Each one costs a comparison per group. */
const MAX_FILTER_STATUSES = 500;

/** The value of a parameter; `undefined` if missing. Throws `invalid` if it is repeated. */
export function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw invalid(name, 'must be given once.');
  return values[0];
}

/** One of the choices. Throws `invalid` for anything else, including a missing value. */
export function choice<T extends string>(query: URLSearchParams, name: string, choices: readonly T[]): T {
  const value = single(query, name);
  const found = choices.find((each) => each === value);
  if (found === undefined) throw invalid(name, `must be one of: ${choices.join(', ')}.`);
  return found;
}

/** A whole number in digits; `undefined` if missing. Throws `invalid`. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const value = single(query, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw invalid(name, 'must be a whole number.');
  return Number(value);
}

export const contactMatchOf = (query: URLSearchParams): ContactMatch =>
  query.has('contactMatch') ? choice(query, 'contactMatch', ['any', 'latest']) : 'any';

/** What to find. */
export interface FindParameters {
  filter: Filter;
  contactMatch: ContactMatch;
  pageSize: number | undefined;
  pageToken: string | undefined;
}

export const findParametersOf = (query: URLSearchParams): FindParameters => ({
  filter: filterOf(query),
  contactMatch: contactMatchOf(query),
  pageSize: wholeNumber(query, 'pageSize'),
  pageToken: single(query, 'pageToken'),
});

/** The same from a body, `{ op, statusIds, contactMatch?, pageSize?, pageToken? }`. Throws `invalid`. */
export function findParametersOfBody(fields: Readonly<Record<string, unknown>>): FindParameters {
  const { op, statusIds, contactMatch = 'any', pageSize, pageToken, staleOnly = false } = fields;
  if (Array.isArray(statusIds) && statusIds.length > MAX_FILTER_STATUSES) {
    throw invalid('statusIds', `must have at most ${MAX_FILTER_STATUSES} items.`);
  }
  if (contactMatch !== 'any' && contactMatch !== 'latest')
    throw invalid('contactMatch', 'must be one of: any, latest.');
  if (pageSize !== undefined && !Number.isSafeInteger(pageSize)) throw invalid('pageSize', 'must be a whole number.');
  if (pageToken !== undefined && typeof pageToken !== 'string') throw invalid('pageToken', 'must be a string.');
  // Ignoring it would find too much.
  if (staleOnly !== false) throw invalid('staleOnly', 'must be false: this server does not support it yet.');
  return { filter: parseFilter({ op, statusIds }), contactMatch, pageSize: pageSize as number | undefined, pageToken };
}

/** Extracts a filter (`op` and each `status`) from the query. Throws `invalid`. */
export function filterOf(query: URLSearchParams): Filter {
  const statuses = query.getAll('status');
  if (statuses.length > MAX_FILTER_STATUSES) {
    throw invalid('status', `must be given at most ${MAX_FILTER_STATUSES} times.`);
  }
  const op = single(query, 'op');
  const filter = new URLSearchParams(op === undefined ? {} : { op });
  for (const status of statuses) filter.append('status', status);
  return parseFilterQuery(filter.toString());
}
