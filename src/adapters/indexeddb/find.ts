import { contactMatchesFilter, isEmptyFilter, matchesFilter, parseFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { FindPage, FindQuery } from '../adapter.js';
import { pageSizeOf, readPageToken, writePageToken } from '../paging.js';
import type { Rows } from '../rules.js';
import { resolveId, resolveSignature } from './contacts.js';
import { readCounters } from './counters.js';
import { readHeld } from './journal.js';
import type { ReadTx } from './schema.js';

/** With more groups than this, so much passes that reading the whole list and skipping some is faster, mostly. */
const MAX_STREAMS = 256;
const SCAN_BATCH = 1000;
/** After so many items in vain, the groups are merged after all. */
const MAX_SCANNED = 20_000;

/** One conversation or contact, as far as a page needs it. */
interface Item {
  id: Id;
  order: number;
  /** The group it stands in: its status, or its contact's signature. */
  group: string;
}

/** Reads the next items in order after a place; `group`: only of that group. */
type Source = (group: string | undefined, after: Item | undefined, limit: number) => Promise<Item[]>;

export interface FindPlan {
  filter: Filter;
  size: number;
  after: Item | undefined;
  of: 'conversations' | 'contacts' | 'contactsByLatest';
}

/** Checks a query. Throws `invalid`. */
export function planFind(query: FindQuery): FindPlan {
  const filter = parseFilter(query.filter);
  const size = pageSizeOf(query.pageSize);
  const from = readPageToken(query.pageToken);
  const of =
    query.of === 'conversation' ? 'conversations' : query.contactMatch === 'latest' ? 'contactsByLatest' : 'contacts';
  return { filter, size, of, after: from && { id: from.id, order: 0 - from.activityAt, group: '' } };
}

/** The groups that hold anything, to choose from; none when all are wanted. */
export async function readGroups(tx: ReadTx, { filter, of }: FindPlan): Promise<string[]> {
  if (isEmptyFilter(filter)) return [];
  const counted = of === 'conversations' ? readHeld(tx) : readCounters(tx, of === 'contacts' ? 's' : 'l');
  return (await counted).map(([group]) => group);
}

export async function findPage(
  tx: ReadTx,
  rows: Rows,
  held: readonly string[],
  { filter, size, after, of }: FindPlan,
): Promise<FindPage> {
  const source = sourceOf(tx, of);
  const wanted = size + 1;
  let items: Item[];
  if (isEmptyFilter(filter)) {
    items = await source(undefined, after, wanted);
  } else {
    const passes =
      of === 'contacts'
        ? (group: string): boolean => contactMatchesFilter(filter, resolveSignature(rows, group))
        : (group: string): boolean => matchesFilter(filter, resolveId(rows, group));
    const groups = held.filter(passes);
    const scanned = groups.length > MAX_STREAMS ? await scan(source, new Set(groups), after, wanted) : undefined;
    items = scanned?.found ?? [];
    if (!scanned || scanned.unfinished) {
      items.push(...(await merge(source, groups, scanned?.last ?? after, wanted - items.length)));
    }
  }
  const ids = items.slice(0, size).map((item) => item.id);
  const last = items[size - 1];
  if (items.length <= size || !last) return { ids };
  return { ids, nextPageToken: writePageToken({ activityAt: 0 - last.order, id: last.id }) };
}

/** Every index walked here ends in the order and the id, so a page begins right after the last item of the one before. */
function sourceOf(tx: ReadTx, of: FindPlan['of']): Source {
  const range = (group: string | undefined, after: Item | undefined): IDBKeyRange => {
    const prefix = group === undefined ? [] : [group];
    // An array is above every number.
    return IDBKeyRange.bound(after ? [...prefix, after.order, after.id] : prefix, [...prefix, []], !!after);
  };
  if (of === 'conversations') {
    const store = tx.objectStore('conversations');
    return async (group, after, limit) => {
      const rows = await store.index(group === undefined ? 'byOrder' : 'byStatus').getAll(range(group, after), limit);
      return rows.map((row) => ({ id: row.conversationId, order: row.order, group: row.statusId }));
    };
  }
  const store = tx.objectStore('contacts');
  const byLatest = of === 'contactsByLatest';
  return async (group, after, limit) => {
    const index = group === undefined ? 'byOrder' : byLatest ? 'byLatest' : 'bySignature';
    const rows = await store.index(index).getAll(range(group, after), limit);
    return rows.map((row) => ({ id: row.contactId, order: row.order, group: byLatest ? row.latest : row.signature }));
  };
}

const isBefore = (a: Item, b: Item): boolean => a.order < b.order || (a.order === b.order && a.id < b.id);

/** The first `wanted` items of several groups, read a few at a time from each. */
async function merge(
  source: Source,
  groups: readonly string[],
  after: Item | undefined,
  wanted: number,
): Promise<Item[]> {
  const batch = Math.min(wanted, Math.max(4, Math.ceil((2 * wanted) / (groups.length || 1))));
  const heads = await Promise.all(
    groups.map(async (group) => ({ group, items: await source(group, after, batch), next: 0 })),
  );
  const found: Item[] = [];
  while (found.length < wanted) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      const item = head.items[head.next];
      if (item && (!first || isBefore(item, first.items[first.next]!))) first = head;
    }
    if (!first) break;
    const item = first.items[first.next++]!;
    found.push(item);
    if (first.next === batch) {
      first.items = await source(first.group, item, batch);
      first.next = 0;
    }
  }
  return found;
}

/** The first `wanted` items of the whole list whose group is among `groups`, unless that takes too long. */
async function scan(
  source: Source,
  groups: ReadonlySet<string>,
  after: Item | undefined,
  wanted: number,
): Promise<{ found: Item[]; last: Item | undefined; unfinished: boolean }> {
  const found: Item[] = [];
  let last = after;
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += SCAN_BATCH) {
    const items = await source(undefined, last, SCAN_BATCH);
    for (const item of items) if (groups.has(item.group)) found.push(item);
    if (items.length < SCAN_BATCH || found.length >= wanted)
      return { found: found.slice(0, wanted), last, unfinished: false };
    last = items.at(-1);
  }
  return { found, last, unfinished: true };
}
