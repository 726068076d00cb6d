import { unwrap } from 'idb';
import type { Id } from '../../model/id.js';
import type { ContactRow, ConversationRow, ReadTx, Schema, StoreName, WriteTx } from './schema.js';

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

/** The rows that there are with these keys: in whole stretches where they stand close together, else one by one. */
export async function getMany<Name extends 'conversations' | 'contacts'>(
  tx: ReadTx,
  name: Name,
  ids: readonly Id[],
): Promise<Map<Id, Schema[Name]['value']>> {
  const store = tx.objectStore(name);
  const found = new Map<Id, Schema[Name]['value']>();
  const keyOf = (row: ConversationRow | ContactRow): Id => ('latest' in row ? row.contactId : row.conversationId);
  const wanted = new Set(ids);
  let rest = [...wanted];
  if (rest.length >= STRETCH) rest.sort();
  while (rest.length >= STRETCH) {
    const rows = await store.getAll(IDBKeyRange.bound(rest[0], rest.at(-1)), STRETCH);
    for (const row of rows) if (wanted.has(keyOf(row))) found.set(keyOf(row), row);
    if (rows.length < STRETCH) return found;
    const last = keyOf(rows.at(-1)!);
    const beyond = rest.findIndex((id) => id > last);
    const passed = beyond < 0 ? rest.length : beyond;
    rest = rest.slice(passed);
    if (passed < STRETCH * WORTH) break;
  }
  const rows = await getEach<Schema[Name]['value']>(unwrap(store), rest);
  for (const row of rows) if (row) found.set(keyOf(row), row);
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
