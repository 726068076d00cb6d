import { pageSizeOf } from '../../src/adapters/paging.js';
import type { FindPage } from '../../src/adapters/adapter.js';
import {
  contactMatchesFilter,
  formatFilter,
  isEmptyFilter,
  matchesFilter,
  type ContactMatch,
  type Filter,
} from '../../src/model/filter.js';
import { kindOf, readCounters, resolveKeys, type CounterKind } from './counters.js';
import { readToken, writeToken, type Place } from './page-token.js';
import type { Read } from './store.js';

export interface FindRequest {
  of: 'conversation' | 'contact';
  filter: Filter;
  contactMatch: ContactMatch;
  pageSize: number | undefined;
  pageToken: string | undefined;
}

/** With more groups than this, walking the whole list may be faster than walking each group. */
const MANY_GROUPS = 100;

const TABLES: Record<CounterKind, { table: string; id: string; group: string }> = {
  conversation: { table: 'conversations', id: 'conversation_id', group: 'status_key' },
  contact: { table: 'contacts', id: 'contact_id', group: 'signature' },
  latest: { table: 'contacts', id: 'contact_id', group: 'latest_key' },
};

/** Newest activity first. A place is that of the last item, so pages neither skip nor repeat what stays in its place. */
export async function findPage(read: Read, request: FindRequest, tokenLifetime: number): Promise<FindPage> {
  const { of, filter, contactMatch } = request;
  const kind = kindOf(of, contactMatch);
  const size = pageSizeOf(request.pageSize);
  const scope = { tenant: read.tenant, query: `${kind}?${formatFilter(filter)}` };
  const after = readToken(request.pageToken, scope, tokenLifetime);
  const items = await walk(read, kind, await groupsOf(read, kind, filter), after, size + 1);
  const ids = items.slice(0, size).map((item) => item.id);
  const last = items[size - 1];
  return items.length <= size || !last ? { ids } : { ids, nextPageToken: writeToken(last, scope) };
}

/** The groups that pass; `undefined`: everything does, or so much that the walk may as well pass everything. */
async function groupsOf(
  read: Read,
  kind: CounterKind,
  filter: Filter,
): Promise<{ keys: string[]; isSparse: boolean } | undefined> {
  if (isEmptyFilter(filter)) return undefined;
  const groups = await readCounters(read, kind);
  const passing = groups.filter(({ statusKeys }) => {
    const statusIds = resolveKeys(read.rows, statusKeys);
    return kind === 'contact' ? contactMatchesFilter(filter, statusIds) : matchesFilter(filter, statusIds[0] ?? null);
  });
  const sum = (list: typeof groups): number => list.reduce((total, { n }) => total + n, 0);
  // Walking the list meets total/found items for each that passes; walking the groups, one of each group.
  const isSparse = passing.length <= MANY_GROUPS || passing.length * sum(passing) < sum(groups);
  return { keys: passing.map(({ key }) => key), isSparse };
}

async function walk(
  { tx, tenant }: Read,
  kind: CounterKind,
  groups: { keys: string[]; isSparse: boolean } | undefined,
  after: Place | undefined,
  limit: number,
): Promise<Place[]> {
  const { table, id, group } = TABLES[kind];
  const values: unknown[] = [tenant, limit];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const from = after ? `AND (recency, ${id}) > (${bind(after.recency)}::float8, ${bind(after.id)}::text)` : '';
  const page = (condition: string): string => `SELECT ${id} AS id, recency FROM pipeline.${table}
    WHERE tenant_id = $1 ${condition} ${from} ORDER BY recency, ${id} LIMIT $2`;
  if (!groups) return tx.query<Place>(page(''), values);
  if (!groups.keys.length) return [];
  const keys = `${bind(groups.keys)}::text[]`;
  if (!groups.isSparse) return tx.query<Place>(page(`AND ${group} = ANY (${keys})`), values);
  // The first of each group, straight from the index, and the first of those.
  return tx.query<Place>(
    `SELECT item.id, item.recency FROM unnest(${keys}) AS passing (key)
      CROSS JOIN LATERAL (${page(`AND ${group} = passing.key`)}) AS item
      ORDER BY item.recency, item.id LIMIT $2`,
    values,
  );
}
