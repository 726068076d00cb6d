/** Finds the conversations or contacts that match a filter, page by page. */
import { pageSizeOf } from '../../src/adapters/paging.js';
import type { FindPage } from '../../src/adapters/adapter.js';
import {
  contactMatchesFilter,
  formatFilter,
  isEmptyFilter,
  matchesFilter,
  type Filter,
} from '../../src/model/filter.js';
import { kindOf, readCounters, readResolvedOf, resolveKeys, type CounterKind } from './counters.js';
import type { FindParameters } from './query.js';
import { readToken, writeToken, type PagePosition } from './page-token.js';
import type { ReadContext } from './store.js';

export interface FindRequest extends FindParameters {
  of: 'conversation' | 'contact';
}

/** With more matching groups than this, scanning the whole list may be faster than scanning each group. */
const MANY_GROUPS = 100;

const TABLES: Record<CounterKind, { table: string; id: string; group: string }> = {
  conversation: { table: 'conversations', id: 'conversation_id', group: 'status_key' },
  contact: { table: 'contacts', id: 'contact_id', group: 'signature' },
  latest: { table: 'contacts', id: 'contact_id', group: 'latest_key' },
};

/**
 * Newest activity first. A page starts after the last item of the previous one, so unchanged items are never skipped or
 * repeated.
 */
export async function findPage(read: ReadContext, request: FindRequest, tokenLifetime: number): Promise<FindPage> {
  const { of, filter, contactMatch } = request;
  const kind = kindOf(of, contactMatch);
  const size = pageSizeOf(request.pageSize);
  const scope = { tenant: read.tenant, query: `${kind}?${formatFilter(filter)}` };
  const after = readToken(request.pageToken, scope, tokenLifetime);
  const items = await readPage(read, kind, await groupsOf(read, kind, filter), after, size + 1);
  const ids = items.slice(0, size).map((item) => item.id);
  const last = items[size - 1];
  return items.length <= size || !last ? { ids } : { ids, nextPageToken: writeToken(last, scope) };
}

/** The matching groups; `undefined` if the filter matches everything. */
async function groupsOf(
  read: ReadContext,
  kind: CounterKind,
  filter: Filter,
): Promise<{ keys: string[]; isSparse: boolean } | undefined> {
  if (isEmptyFilter(filter)) return undefined;
  const groups = await readCounters(read, kind);
  const resolve = await readResolvedOf(read, groups);
  const passing = groups.filter(({ statusKeys }) => {
    const statusIds = resolveKeys(resolve, statusKeys);
    return kind === 'contact' ? contactMatchesFilter(filter, statusIds) : matchesFilter(filter, statusIds[0] ?? null);
  });
  const sum = (list: typeof groups): number => list.reduce((total, { n }) => total + n, 0);
  // Scanning the list reads total/matching items per match; scanning the groups reads one item per group.
  const isSparse = passing.length <= MANY_GROUPS || passing.length * sum(passing) < sum(groups);
  return { keys: passing.map(({ key }) => key), isSparse };
}

async function readPage(
  { tx, tenant }: ReadContext,
  kind: CounterKind,
  groups: { keys: string[]; isSparse: boolean } | undefined,
  after: PagePosition | undefined,
  limit: number,
): Promise<PagePosition[]> {
  const { table, id, group } = TABLES[kind];
  const values: unknown[] = [tenant, limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const from = after ? `AND (recency, ${id}) > (${bind(after.recency)}::float8, ${bind(after.id)}::text)` : '';
  const page = (condition: string): string => `SELECT ${id} AS id, recency FROM pipeline.${table}
    WHERE tenant_id = $1 ${condition} ${from} ORDER BY recency, ${id} LIMIT $2`;
  if (!groups) return tx.query<PagePosition>(page(''), values);
  if (!groups.keys.length) return [];
  const keys = `${bind(groups.keys)}::text[]`;
  if (!groups.isSparse) return tx.query<PagePosition>(page(`AND ${group} = ANY (${keys})`), values);
  // Takes the first items of each group from the index and merges them.
  return tx.query<PagePosition>(
    `SELECT item.id, item.recency FROM unnest(${keys}) AS passing (key)
      CROSS JOIN LATERAL (${page(`AND ${group} = passing.key`)}) AS item
      ORDER BY item.recency, item.id LIMIT $2`,
    values,
  );
}
