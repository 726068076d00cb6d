/** Finds the conversations or contacts that pass a filter, newest activity first, a page at a time. */
import { contactMatchesFilter, isEmptyFilter, matchesFilter, parseFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { FindPage, FindQuery } from '../adapter.js';
import { pageSizeOf, readPageToken, writePageToken } from '../paging.js';
import type { Rows } from '../rules.js';
import { resolveId, resolveSignature } from './contacts.js';
import { readCounters } from './counters.js';
import { readHeld } from './journal.js';
import type { ContactRow, ConversationRow, ReadTx } from './schema.js';
import { isReadableContact, isReadableConversation } from './stored.js';

/** With more groups than this, so much passes that reading the whole list and skipping some is faster, mostly. */
const MAX_STREAMS = 256;
/** The first of so many groups are read before it is known whether they are wanted. */
const MAX_AHEAD = 16;
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

/** What is read of a group at once, and how many items that may be: with fewer, there are no more. */
interface Batch {
  items: Item[];
  limit: number;
}

/** What a page is put together from. */
export interface Groups {
  /** Those that hold anything, to choose from; none when all are wanted. */
  held: readonly string[];
  /** The first of some that are likely to be wanted. */
  ahead: ReadonlyMap<string, Batch>;
}

export async function readGroups(tx: ReadTx, plan: FindPlan): Promise<Groups> {
  const { filter, of } = plan;
  if (isEmptyFilter(filter)) return { held: [], ahead: new Map() };
  const counted = of === 'conversations' ? readHeld(tx) : readCounters(tx, of === 'contacts' ? 's' : 'l');
  const [held, ahead] = await Promise.all([counted, readAhead(tx, plan)]);
  return { held: held.map(([group]) => group), ahead };
}

/** The statuses of a filter are groups themselves, most often all that it lets through: to know so would be one more wait. */
async function readAhead(tx: ReadTx, { filter, of, size, after }: FindPlan): Promise<Groups['ahead']> {
  if (filter.op !== 'any-of' || of === 'contacts' || filter.statusIds.length > MAX_AHEAD) return new Map();
  const source = sourceOf(tx, of);
  const groups = filter.statusIds.map((id) => id ?? '');
  const limit = batchOf(size + 1, groups.length);
  return new Map(
    await Promise.all(
      groups.map(async (group) => [group, { items: await source(group, after, limit), limit }] as const),
    ),
  );
}

export async function findPage(
  tx: ReadTx,
  rows: Rows,
  { held, ahead }: Groups,
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
      const from = scanned?.last ?? after;
      items.push(...(await merge(source, groups, scanned ? undefined : ahead, from, wanted - items.length)));
    }
  }
  const ids = items.slice(0, size).map((item) => item.id);
  const last = items[size - 1];
  if (items.length <= size || !last) return { ids };
  return { ids, nextPageToken: writePageToken({ activityAt: 0 - last.order, id: last.id }) };
}

/** Every index walked here ends in the order and the id, so a page begins right after the last item of the one before. */
function sourceOf(tx: ReadTx, of: FindPlan['of']): Source {
  if (of === 'conversations') {
    const store = tx.objectStore('conversations');
    return (group, after, limit) => {
      const index = store.index(group === undefined ? 'byOrder' : 'byStatus');
      const toItem = (row: ConversationRow): Item => ({
        id: row.conversationId,
        order: row.order,
        group: row.statusId,
      });
      return walk(index, group, after, limit, toItem, (row) => isReadableConversation(tx, row));
    };
  }
  const store = tx.objectStore('contacts');
  const byLatest = of === 'contactsByLatest';
  const toItem = (row: ContactRow): Item => ({
    id: row.contactId,
    order: row.order,
    group: byLatest ? row.latest : row.signature,
  });
  return (group, after, limit) => {
    const index = store.index(group === undefined ? 'byOrder' : byLatest ? 'byLatest' : 'bySignature');
    return walk(index, group, after, limit, toItem, (row) => isReadableContact(tx, row));
  };
}

interface Index<Row> {
  getAll(range: IDBKeyRange, limit: number): Promise<Row[]>;
}

/** The next `limit` items of an index; fewer only when there are no more. Rows that cannot be read are left out. */
async function walk<Row>(
  index: Index<Row>,
  group: string | undefined,
  after: Item | undefined,
  limit: number,
  toItem: (row: Row) => Item,
  isReadable: (row: Row) => boolean,
): Promise<Item[]> {
  const prefix = group === undefined ? [] : [group];
  const items: Item[] = [];
  for (let last = after; ;) {
    // An array is above every number.
    const range = IDBKeyRange.bound(last ? [...prefix, last.order, last.id] : prefix, [...prefix, []], !!last);
    const rows = await index.getAll(range, limit - items.length);
    const isEnd = rows.length < limit - items.length;
    for (const row of rows) if (isReadable(row)) items.push(toItem(row));
    if (isEnd || items.length === limit) return items;
    last = toItem(rows.at(-1)!);
  }
}

const isBefore = (a: Item, b: Item): boolean => a.order < b.order || (a.order === b.order && a.id < b.id);

/** How many items of each of several groups to read at once, for `wanted` of all of them. */
const batchOf = (wanted: number, groups: number): number =>
  Math.min(wanted, Math.max(4, Math.ceil((2 * wanted) / (groups || 1))));

/** The first `wanted` items of several groups, read a few at a time from each. */
async function merge(
  source: Source,
  groups: readonly string[],
  ahead: Groups['ahead'] | undefined,
  after: Item | undefined,
  wanted: number,
): Promise<Item[]> {
  const limit = batchOf(wanted, groups.length);
  const heads = await Promise.all(
    groups.map(async (group) => {
      const batch = ahead?.get(group) ?? { items: await source(group, after, limit), limit };
      return { ...batch, group, next: 0 };
    }),
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
    if (first.next === first.limit) {
      first.items = await source(first.group, item, first.limit);
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
