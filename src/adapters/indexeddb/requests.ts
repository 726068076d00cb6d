import { unwrap } from 'idb';
import type { Id } from '../../model/id.js';
import type { ContactRow, ConversationRow, ReadTx, Schema, StoreName, WriteTx } from './schema.js';
import { isReadableContact, isReadableConversation } from './stored.js';

/** From this many on, rows are looked for in stretches of this many. */
const STRETCH = 1000;
/** A stretch read as a whole costs as much as this part of its rows read one by one. */
const WORTH = 1 / 4;

interface Sender<Name extends StoreName> {
  put(row: Schema[Name]['value']): unknown;
  delete(key: Schema[Name]['key'] | IDBKeyRange): unknown;
  clear(): unknown;
}

/**
 * A store for requests whose result nobody waits for: a failure aborts the transaction, and that is what rejects. Without
 * a promise for each, which many thousand rows would be slower by.
 */
export function sender<Name extends StoreName>(tx: WriteTx, name: Name): Sender<Name> {
  return unwrap(tx.objectStore(name));
}

/** Rows that were asked for by key. A key in neither has no row. */
export interface Found<Row> {
  rows: Map<Id, Row>;
  /** Keys of rows that are there and cannot be read. */
  unreadable: Set<Id>;
}

const CONVERSATIONS = {
  keyOf: (row: ConversationRow) => row.conversationId,
  isReadable: isReadableConversation,
};
const CONTACTS = { keyOf: (row: ContactRow) => row.contactId, isReadable: isReadableContact };

export const getConversations = (tx: ReadTx, ids: readonly Id[]): Promise<Found<ConversationRow>> =>
  getMany(tx, 'conversations', ids, CONVERSATIONS);

export const getContacts = (tx: ReadTx, ids: readonly Id[]): Promise<Found<ContactRow>> =>
  getMany(tx, 'contacts', ids, CONTACTS);

/** The rows that there are with these keys: in whole stretches where they stand close together, else one by one. */
async function getMany<Name extends 'conversations' | 'contacts', Row extends Schema[Name]['value']>(
  tx: ReadTx,
  name: Name,
  ids: readonly Id[],
  { keyOf, isReadable }: { keyOf(row: Row): Id; isReadable(tx: ReadTx, row: Row): boolean },
): Promise<Found<Row>> {
  const store = tx.objectStore(name);
  const found: Found<Row> = { rows: new Map(), unreadable: new Set() };
  const keep = (row: Row): void => {
    if (isReadable(tx, row)) found.rows.set(keyOf(row), row);
    else found.unreadable.add(keyOf(row));
  };
  const wanted = new Set(ids);
  let rest = [...wanted];
  if (rest.length >= STRETCH) rest.sort();
  while (rest.length >= STRETCH) {
    const rows = (await store.getAll(IDBKeyRange.bound(rest[0], rest.at(-1)), STRETCH)) as Row[];
    for (const row of rows) if (wanted.has(keyOf(row))) keep(row);
    if (rows.length < STRETCH) return found;
    const last = keyOf(rows.at(-1)!);
    const beyond = rest.findIndex((id) => id > last);
    const passed = beyond < 0 ? rest.length : beyond;
    rest = rest.slice(passed);
    if (passed < STRETCH * WORTH) break;
  }
  for (const row of await getEach(unwrap(store) as unknown as Source<Row>, rest)) if (row) keep(row);
  return found;
}

interface Source<Row> {
  get(id: Id): IDBRequest<Row | undefined>;
}

/** Waits for the last of the requests only: they end in order, and when one fails, all that come after it do. */
async function getEach<Row>(store: Source<Row>, ids: readonly Id[]): Promise<(Row | undefined)[]> {
  const requests = ids.map((id) => store.get(id));
  const last = requests.at(-1);
  if (last) await resultOf(last);
  return requests.map((request) => request.result);
}

/** What a request gives. A pick waits for three, and idb's own promises cost it a tenth of its time. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}
