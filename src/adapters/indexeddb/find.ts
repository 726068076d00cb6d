/** Counts conversations and contacts, and finds those that pass a filter, newest activity first, one page at a time. */
import { contactMatchesFilter, isEmptyFilter, matchesFilter, parseFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { CountQuery, Counts, FindPage, FindQuery } from '../adapter.js';
import { pageSizeOf, readPageToken, writePageToken } from '../paging.js';
import { readCounters, resolveSignature, resolveStoredId } from './contacts.js';
import { readStatuses } from './journal.js';
import type { ContactRow, ConversationRow, ReadTx } from './schema.js';
import { isHidden } from './staging.js';
import { isReadableContact, isReadableConversation } from './stored.js';

/** With more groups, most records pass the filter: reading the whole list and skipping some is usually faster. */
const MAX_MERGED_GROUPS = 256;
/** Up to this many groups are read before it is known which of them exist. */
const MAX_PREFETCHED_GROUPS = 16;
/** The whole list is read in steps of this many records; after the maximum, the groups are merged after all. */
const SCAN_STEP = 1000;
const MAX_SCANNED = 20_000;

/** How many conversations or contacts have each status, from the counts that are kept beside them. */
export async function readCounts(tx: ReadTx, { of, contactMatch }: CountQuery): Promise<Counts> {
  const isBySignature = of !== 'conversation' && contactMatch !== 'latest';
  const counted = of === 'conversation' ? undefined : readCounters(tx, isBySignature ? 's' : 'l');
  const [{ rows, held }, contactCounts] = await Promise.all([readStatuses(tx), counted]);
  const counts = contactCounts ?? held;
  const total = new Map<Id | null, number>();
  for (const [group, n] of counts) {
    if (!isBySignature && isHidden(rows, group)) continue;
    for (const id of isBySignature ? resolveSignature(rows, group) : [resolveStoredId(rows, group)]) {
      total.set(id, (total.get(id) ?? 0) + n);
    }
  }
  const none = total.get(null) ?? 0;
  total.delete(null);
  return { byStatus: total as Map<Id, number>, none };
}

/** What a page needs to know of a conversation or contact. */
interface Item {
  id: Id;
  order: number;
  /** Records with the same status (or signature, for contacts) form a group. */
  group: string;
}

/** Reads the next items in order, after another one; of all groups or of one. */
type ReadItems = (group: string | undefined, after: Item | undefined, limit: number) => Promise<Item[]>;

interface ParsedQuery {
  filter: Filter;
  size: number;
  after: Item | undefined;
  of: 'conversations' | 'contacts' | 'contactsByLatest';
}

/** The checked query. Throws `invalid`. */
function parseQuery(query: FindQuery): ParsedQuery {
  const filter = parseFilter(query.filter);
  const size = pageSizeOf(query.pageSize);
  const from = readPageToken(query.pageToken);
  const of =
    query.of === 'conversation' ? 'conversations' : query.contactMatch === 'latest' ? 'contactsByLatest' : 'contacts';
  return { filter, size, of, after: from && { id: from.id, order: 0 - from.activityAt, group: '' } };
}

/** Items of one group that were read together. If there are fewer than `limit`, the group has no more. */
interface Chunk {
  items: Item[];
  limit: number;
}

/** What is read before the statuses are known. */
interface Prefetched {
  /** The groups of contacts that exist. */
  groups?: readonly string[];
  /** The first items of groups that are likely to be wanted. */
  chunks: ReadonlyMap<string, Chunk>;
}

async function prefetch(tx: ReadTx, query: ParsedQuery): Promise<Prefetched> {
  const { filter, of } = query;
  if (isEmptyFilter(filter)) return { chunks: new Map() };
  const [groups, chunks] = await Promise.all([readGroups(tx, of), prefetchChunks(tx, query)]);
  return { ...(groups && { groups }), chunks };
}

/** The groups of contacts that exist. Those of conversations are read with the statuses. */
async function readGroups(tx: ReadTx, of: ParsedQuery['of']): Promise<string[] | undefined> {
  if (of === 'conversations') return undefined;
  return (await readCounters(tx, of === 'contacts' ? 's' : 'l')).map(([group]) => group);
}

/** Reads the groups that the filter names, most often all that pass it: saves a round trip to the database. */
async function prefetchChunks(tx: ReadTx, { filter, of, size, after }: ParsedQuery): Promise<Prefetched['chunks']> {
  if (filter.op !== 'any-of' || of === 'contacts' || filter.statusIds.length > MAX_PREFETCHED_GROUPS) return new Map();
  const readItems = itemReader(tx, of);
  const groups = filter.statusIds.map((id) => id ?? '');
  const limit = chunkSize(size + 1, groups.length);
  return new Map(
    await Promise.all(
      groups.map(async (group) => [group, { items: await readItems(group, after, limit), limit }] as const),
    ),
  );
}

/** One page of ids. Throws `invalid`. */
export async function readPage(tx: ReadTx, query: FindQuery): Promise<FindPage> {
  const parsed = parseQuery(query);
  const { filter, size, after, of } = parsed;
  const [{ rows, held }, prefetched] = await Promise.all([readStatuses(tx), prefetch(tx, parsed)]);
  const { chunks } = prefetched;
  // New conversations of a write that is not committed are left out, by reading the other groups.
  const isAnyHidden = held.some(([group]) => isHidden(rows, group));
  const readItems = itemReader(tx, of);
  // One more than a page, to know whether there is another one.
  const wanted = size + 1;
  let items: Item[];
  if (isEmptyFilter(filter) && !isAnyHidden) {
    items = await readItems(undefined, after, wanted);
  } else {
    const groups = prefetched.groups ?? (await readGroups(tx, of)) ?? held.map(([group]) => group);
    const passes = (group: string): boolean => {
      if (of !== 'contacts') return !isHidden(rows, group) && matchesFilter(filter, resolveStoredId(rows, group));
      const statusIds = resolveSignature(rows, group);
      return statusIds.length > 0 && contactMatchesFilter(filter, statusIds);
    };
    const passing = groups.filter(passes);
    const scanned =
      passing.length > MAX_MERGED_GROUPS ? await scan(readItems, new Set(passing), after, wanted) : undefined;
    items = scanned?.found ?? [];
    if (!scanned || scanned.isUnfinished) {
      const from = scanned?.last ?? after;
      items.push(...(await merge(readItems, passing, scanned ? undefined : chunks, from, wanted - items.length)));
    }
  }
  const ids = items.slice(0, size).map((item) => item.id);
  const last = items[size - 1];
  if (items.length <= size || !last) return { ids };
  return { ids, nextPageToken: writePageToken({ activityAt: 0 - last.order, id: last.id }) };
}

/** Every index read here ends in the order and the id, so a page begins right after the last item of the previous one. */
function itemReader(tx: ReadTx, of: ParsedQuery['of']): ReadItems {
  if (of === 'conversations') {
    const store = tx.objectStore('conversations');
    return (group, after, limit) => {
      const index = store.index(group === undefined ? 'byOrder' : 'byStatus');
      const toItem = (row: ConversationRow): Item => ({
        id: row.conversationId,
        order: row.order,
        group: row.statusId,
      });
      return readRange(index, group, after, limit, toItem, (row) => isReadableConversation(tx, row));
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
    return readRange(index, group, after, limit, toItem, (row) => isReadableContact(tx, row));
  };
}

interface Index<Row> {
  getAll(range: IDBKeyRange, limit: number): Promise<Row[]>;
}

/** The next `limit` items of an index; fewer only when there are no more. Records that cannot be read are skipped. */
async function readRange<Row>(
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
    // In a key, an array is greater than every number.
    const range = IDBKeyRange.bound(last ? [...prefix, last.order, last.id] : prefix, [...prefix, []], !!last);
    const rows = await index.getAll(range, limit - items.length);
    const isEnd = rows.length < limit - items.length;
    for (const row of rows) if (isReadable(row)) items.push(toItem(row));
    if (isEnd || items.length === limit) return items;
    last = toItem(rows.at(-1)!);
  }
}

const isBefore = (a: Item, b: Item): boolean => a.order < b.order || (a.order === b.order && a.id < b.id);

/** How many items of each group to read at once, for `wanted` items of all groups together. */
const chunkSize = (wanted: number, groups: number): number =>
  Math.min(wanted, Math.max(4, Math.ceil((2 * wanted) / (groups || 1))));

/** The first `wanted` items of several groups, read in chunks from each. */
async function merge(
  readItems: ReadItems,
  groups: readonly string[],
  prefetched: Prefetched['chunks'] | undefined,
  after: Item | undefined,
  wanted: number,
): Promise<Item[]> {
  const limit = chunkSize(wanted, groups.length);
  const heads = await Promise.all(
    groups.map(async (group) => {
      const chunk = prefetched?.get(group) ?? { items: await readItems(group, after, limit), limit };
      return { ...chunk, group, next: 0 };
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
      first.items = await readItems(first.group, item, first.limit);
      first.next = 0;
    }
  }
  return found;
}

/** The first `wanted` items of the whole list whose group is in `groups`; unfinished when that takes too long. */
async function scan(
  readItems: ReadItems,
  groups: ReadonlySet<string>,
  after: Item | undefined,
  wanted: number,
): Promise<{ found: Item[]; last: Item | undefined; isUnfinished: boolean }> {
  const found: Item[] = [];
  let last = after;
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += SCAN_STEP) {
    const items = await readItems(undefined, last, SCAN_STEP);
    for (const item of items) if (groups.has(item.group)) found.push(item);
    if (items.length < SCAN_STEP || found.length >= wanted)
      return { found: found.slice(0, wanted), last, isUnfinished: false };
    last = items.at(-1);
  }
  return { found, last, isUnfinished: true };
}
