/**
 * Reads records and checks them. Storage can be damaged, edited by hand or written by other code: a record that this
 * package would not have written is left as it is and reported once in the console; all others stay usable.
 */
import { unwrap } from 'idb';
import { parseChange } from '../../model/changes.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { StatusRow } from '../../model/reassignment.js';
import { parseStatus } from '../../model/status.js';
import { parseUser } from '../rules.js';
import type {
  ContactRow,
  ConversationRow,
  CounterRow,
  DeletedStatusRow,
  HistoryEvent,
  JournalRow,
  LogRow,
  ReadTx,
  Schema,
  StoreName,
  WriteTx,
} from './schema.js';

/** Looking up at least this many keys reads ranges of this many records. */
const RANGE_LENGTH = 1000;
/** Reading a range is worth it when at least this part of its records is wanted. */
const MIN_WANTED = 1 / 4;

/** Records that were looked up by key. A key in neither has no record. */
export interface StoredRows<Row> {
  rows: Map<Id, Row>;
  /** Keys of records that exist and cannot be read. */
  unreadable: Set<Id>;
}

/** The statuses that are not deleted. */
export async function getLiveStatuses(tx: ReadTx): Promise<StoredRows<StatusRow>> {
  const found: StoredRows<StatusRow> = { rows: new Map(), unreadable: new Set() };
  for (const row of await resultOf(unwrap(tx.objectStore('statuses')).getAll() as IDBRequest<StatusRow[]>)) {
    if (passes(tx, 'statuses', row.id, row, checkStatus)) found.rows.set(row.id, row);
    else found.unreadable.add(row.id);
  }
  return found;
}

/** The deleted statuses with these ids; without `ids`, all of them. There may be many thousands. */
export async function getDeletedStatuses(tx: ReadTx, ids?: readonly Id[]): Promise<DeletedStatusRow[]> {
  const store = unwrap(tx.objectStore('deletedStatuses'));
  const rows = ids
    ? await getEach(store as unknown as KeyLookup<DeletedStatusRow>, ids)
    : await resultOf(store.getAll() as IDBRequest<DeletedStatusRow[]>);
  return rows.filter((row) => row !== undefined).filter((row) => isReadableDeletedStatus(tx, row));
}

export const isReadableDeletedStatus = (tx: ReadTx, row: StatusRow): boolean =>
  passes(tx, 'deletedStatuses', row.id, row, (status) =>
    status.deleted ? checkStatus(status) : 'deleted: must be true.',
  );

export const getConversations = (tx: ReadTx, ids: readonly Id[]): Promise<StoredRows<ConversationRow>> =>
  getMany(tx, 'conversations', ids, {
    keyOf: (row: ConversationRow) => row.conversationId,
    isReadable: isReadableConversation,
  });

export const getContacts = (tx: ReadTx, ids: readonly Id[]): Promise<StoredRows<ContactRow>> =>
  getMany(tx, 'contacts', ids, { keyOf: (row: ContactRow) => row.contactId, isReadable: isReadableContact });

/** The records with these keys: read in ranges where the keys are close together, otherwise one by one. */
async function getMany<Name extends 'conversations' | 'contacts', Row extends Schema[Name]['value']>(
  tx: ReadTx,
  name: Name,
  ids: readonly Id[],
  { keyOf, isReadable }: { keyOf(row: Row): Id; isReadable(tx: ReadTx, row: Row): boolean },
): Promise<StoredRows<Row>> {
  const store = tx.objectStore(name);
  const found: StoredRows<Row> = { rows: new Map(), unreadable: new Set() };
  const add = (row: Row): void => {
    if (isReadable(tx, row)) found.rows.set(keyOf(row), row);
    else found.unreadable.add(keyOf(row));
  };
  const wanted = new Set(ids);
  let rest = [...wanted];
  if (rest.length >= RANGE_LENGTH) rest.sort();
  while (rest.length >= RANGE_LENGTH) {
    const rows = (await store.getAll(IDBKeyRange.bound(rest[0], rest.at(-1)), RANGE_LENGTH)) as Row[];
    for (const row of rows) if (wanted.has(keyOf(row))) add(row);
    if (rows.length < RANGE_LENGTH) return found;
    const last = keyOf(rows.at(-1)!);
    const beyond = rest.findIndex((id) => id > last);
    const passed = beyond < 0 ? rest.length : beyond;
    rest = rest.slice(passed);
    if (passed < RANGE_LENGTH * MIN_WANTED) break;
  }
  for (const row of await getEach(unwrap(store) as unknown as KeyLookup<Row>, rest)) if (row) add(row);
  return found;
}

interface KeyLookup<Row> {
  get(id: Id): IDBRequest<Row | undefined>;
}

/** Awaits only the last request: requests finish in order, and when one fails, all later ones do. */
async function getEach<Row>(store: KeyLookup<Row>, ids: readonly Id[]): Promise<(Row | undefined)[]> {
  const requests = ids.map((id) => store.get(id));
  const last = requests.at(-1);
  if (last) await resultOf(last);
  return requests.map((request) => request.result);
}

/** The result of a request. Faster than idb's promises, which take a tenth of the time of setting a status. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

interface WritableStore<Name extends StoreName> {
  put(row: Schema[Name]['value']): unknown;
  delete(key: Schema[Name]['key'] | IDBKeyRange): unknown;
  clear(): unknown;
}

/**
 * A store without idb's promises, which would slow down writing thousands of records. Results need not be awaited: a
 * failed request aborts the transaction, which then rejects.
 */
export function rawStore<Name extends StoreName>(tx: WriteTx, name: Name): WritableStore<Name> {
  return unwrap(tx.objectStore(name));
}

/** How many records of one store are reported one by one: the console should not fill with thousands. */
const MAX_REPORTED = 10;
const reported = new Map<string, Set<string>>();

/** Reports a record that cannot be read, and why, once for the page. */
function reportUnreadable(tx: ReadTx, store: StoreName, key: unknown, why: string): void {
  const place = `${tx.db.name}/${store}`;
  const keys = reported.get(place) ?? new Set();
  reported.set(place, keys);
  const name = JSON.stringify(key) ?? typeof key;
  if (keys.has(name) || keys.size > MAX_REPORTED) return;
  keys.add(name);
  const what = keys.size > MAX_REPORTED ? 'more records that are not reported one by one' : `the record ${name}`;
  console.error(
    `pipeline-elements: in the database "${tx.db.name}", store "${store}", ${what} cannot be read and stays as it is: ${why}`,
  );
}

/** Returns what is wrong with a record, or `undefined`. */
type Check<Row> = (row: Row) => string | undefined;

/** Whether a record passes the check. One that fails it is reported. */
function passes<Row>(tx: ReadTx, store: StoreName, key: unknown, row: Row, check: Check<Row>): boolean {
  const problem = check(row);
  if (problem !== undefined) reportUnreadable(tx, store, key, problem);
  return problem === undefined;
}

const isId = (value: unknown): value is Id => typeof value === 'string' && value !== '';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

/** A list of `[status id, count]`, each count 1 or more. */
const isStatusCounts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && isCount(pair[1]) && pair[1] > 0);

const isHeirs = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (heir) =>
      Array.isArray(heir) &&
      isId(heir[0]) &&
      (heir[1] === null || isId(heir[1])) &&
      isCount(heir[2]) &&
      isTime(heir[3]),
  );

/** The message of the error that a parser throws, if any. */
function messageOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (thrown) {
    return PipelineError.from(thrown).message;
  }
}

function checkStatus(row: StatusRow): string | undefined {
  const { deleted, heir, movedVersion, deletedAt } = row;
  if (deleted !== undefined && deleted !== true) return 'deleted: must be true or missing.';
  if (heir != null && !isId(heir)) return 'heir: must be the id of a status, or null.';
  if (movedVersion !== undefined && !isCount(movedVersion)) return 'movedVersion: must be a whole number.';
  if (deletedAt !== undefined && !isTime(deletedAt)) return 'deletedAt: must be a time in milliseconds.';
  return messageOf(() => parseStatus(row));
}

export const isReadableConversation = (tx: ReadTx, row: ConversationRow): boolean =>
  passes(tx, 'conversations', row.conversationId, row, checkConversation);

function checkConversation(row: ConversationRow): string | undefined {
  if (!isId(row.conversationId)) return 'conversationId: must be a non-empty string.';
  if (row.contactId !== undefined && !isId(row.contactId)) return 'contactId: must be a non-empty string.';
  if (row.isUnlinked !== undefined && row.isUnlinked !== true) return 'isUnlinked: must be true or missing.';
  if (typeof row.statusId !== 'string') return 'statusId: must be a string.';
  if (!isCount(row.version)) return 'version: must be a whole number.';
  if (!isTime(row.changedAt)) return 'changedAt: must be a time in milliseconds.';
  return Number.isFinite(row.order) ? undefined : 'order: must be a number.';
}

export const isReadableContact = (tx: ReadTx, row: ContactRow): boolean =>
  passes(tx, 'contacts', row.contactId, row, checkContact);

function checkContact(row: ContactRow): string | undefined {
  if (!isId(row.contactId)) return 'contactId: must be a non-empty string.';
  if (!isStatusCounts(row.held)) return 'held: must be a list of statuses and how many have each.';
  if (typeof row.signature !== 'string') return 'signature: must be a string.';
  if (typeof row.latest !== 'string') return 'latest: must be a string.';
  if (!isId(row.latestId)) return 'latestId: must be a non-empty string.';
  return Number.isFinite(row.order) ? undefined : 'order: must be a number.';
}

export const isReadableCounter = (tx: ReadTx, row: CounterRow): boolean =>
  passes(tx, 'counters', row.key, row, ({ n }) =>
    isCount(n) && n > 0 ? undefined : 'n: must be a whole number, 1 or more.',
  );

export const isReadableJournal = (tx: ReadTx, row: JournalRow): boolean =>
  passes(tx, 'meta', row.key, row, ({ seq, pruned, logged, held, heirs, bulks, generation }) => {
    if (!isCount(seq)) return 'seq: must be a whole number.';
    if (!isCount(pruned) || pruned > seq) return 'pruned: must be a whole number, at most seq.';
    if (!isCount(logged)) return 'logged: must be a whole number.';
    if (heirs !== undefined && !isHeirs(heirs))
      return 'heirs: must be a list of deleted statuses and what replaces each.';
    if (bulks !== undefined && !Array.isArray(bulks)) return 'bulks: must be a list.';
    if (generation !== undefined && typeof generation !== 'string') return 'generation: must be a string.';
    return isStatusCounts(held) ? undefined : 'held: must be a list of statuses and how many have each.';
  });

export const isReadableLog = (tx: ReadTx, row: LogRow): boolean => passes(tx, 'log', row.seq, row, checkLog);

function checkLog({ seq, opId, by, change, event }: LogRow): string | undefined {
  if (!isCount(seq)) return 'seq: must be a whole number.';
  if (opId !== undefined && typeof opId !== 'string') return 'opId: must be a string.';
  return (
    (by === undefined ? undefined : messageOf(() => parseUser(by, 'by'))) ??
    (change === undefined ? undefined : messageOf(() => parseChange({ ...change, seq }))) ??
    (event === undefined ? undefined : checkEvent(event))
  );
}

function checkEvent(event: HistoryEvent | null): string | undefined {
  if (!isTime(event?.at)) return 'event.at: must be a time in milliseconds.';
  if (event.kind === 'set') {
    const isMove = typeof event.from === 'string' && typeof event.to === 'string';
    return isMove ? undefined : 'event: must have a status in "from" and in "to".';
  }
  if (event.kind !== 'delete' && event.kind !== 'restore') return 'event.kind: must be set, delete or restore.';
  if (!isId(event.statusId)) return 'event.statusId: must be the id of a status.';
  return event.heir === null || isId(event.heir) ? undefined : 'event.heir: must be the id of a status, or null.';
}
