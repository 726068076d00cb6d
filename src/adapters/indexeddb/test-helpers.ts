/** What the tests of this folder share. */
import { deleteDB, openDB } from 'idb';
import type { Change } from '../../model/changes.js';
import type { PipelineErrorCode } from '../../model/errors.js';
import { PipelineError } from '../../model/errors.js';
import { IndexedDBAdapter } from './adapter.js';
import { SCHEMA_VERSION, type Database, type Schema } from './schema.js';

let used = 0;
const open: IndexedDBAdapter[] = [];
const names = new Set<string>();

export const LEADS = { id: 'leads', name: 'Leads', color: '#112233' };

/** A database name that no other test has; `cleanUp` deletes it. */
export function freshName(): string {
  const name = `test-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${++used}`;
  names.add(name);
  return name;
}

export const openAdapter = (database = freshName()): IndexedDBAdapter => keep(new IndexedDBAdapter({ database }));

/** Closes the adapter after the test. */
export function keep(adapter: IndexedDBAdapter): IndexedDBAdapter {
  open.push(adapter);
  return adapter;
}

export async function cleanUp(): Promise<void> {
  await Promise.all(open.splice(0).map((adapter) => adapter.close()));
  await Promise.all([...names].map((name) => deleteDB(name)));
  names.clear();
}

/** Opens the database without the adapter. */
export async function inspect<T>(name: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDB<Schema>(name, SCHEMA_VERSION);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

export const namesIn = async (adapter: IndexedDBAdapter): Promise<string[]> =>
  (await adapter.listStatuses()).items.map((status) => status.name);

/** The code that a call rejects with; fails when it resolves. */
export async function codeOf(call: Promise<unknown>): Promise<PipelineErrorCode> {
  try {
    await call;
  } catch (thrown) {
    if (thrown instanceof PipelineError) return thrown.code;
    throw thrown;
  }
  throw new Error('The call was not rejected.');
}

export async function until(isTrue: () => boolean | Promise<boolean>, what: string, within = 30_000): Promise<void> {
  for (const start = performance.now(); !(await isTrue());) {
    if (performance.now() - start > within) throw new Error(`Timed out waiting for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Subscribes and collects changes; resolves once the subscription is live. */
export async function listen(
  adapter: IndexedDBAdapter,
  since?: string,
): Promise<{ received: Change[]; stop: () => void }> {
  const received: Change[] = [];
  let live = false;
  const stop = adapter.subscribe((change) => received.push(change), {
    ...(since === undefined ? {} : { since }),
    onState: (state) => (live = state === 'live'),
  });
  await until(() => live, 'the subscription to be live');
  return { received, stop };
}

/** Replaces a method for as long as `work` runs; `replacement` gets the real one. */
export async function replacing<T, K extends string & keyof T>(
  owner: T,
  name: K,
  replacement: (real: T[K]) => T[K],
  work: () => Promise<void>,
): Promise<void> {
  const own = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, writable: true, value: replacement(owner[name]) });
  try {
    await work();
  } finally {
    if (own) Object.defineProperty(owner, name, own);
    else delete (owner as Partial<T>)[name];
  }
}

export type Open = IDBFactory['open'];

export const replacingOpen = (replacement: (real: Open) => Open, work: () => Promise<void>): Promise<void> =>
  replacing(indexedDB, 'open', (real: Open) => replacement(real.bind(indexedDB)), work);

/**
 * Calls `meddle` with every transaction that writes, right after it begins. The transaction then commits by itself, so that
 * there is time to meddle until the last request is done.
 */
export function meddling(meddle: (transaction: IDBTransaction) => void, work: () => Promise<void>): Promise<void> {
  const begin = (real: IDBDatabase['transaction']): IDBDatabase['transaction'] =>
    function (this: IDBDatabase, ...args) {
      const transaction = real.apply(this, args);
      if (args[1] !== 'readwrite') return transaction;
      transaction.commit = () => undefined;
      meddle(transaction);
      return transaction;
    };
  return replacing(IDBDatabase.prototype, 'transaction', begin, work);
}

/** Keeps a transaction from committing for a while by making requests. */
export function holdOpen(transaction: IDBTransaction, milliseconds: number, atEnd: () => void = () => undefined): void {
  const end = performance.now() + milliseconds;
  const ask = (): void => {
    if (performance.now() >= end) return atEnd();
    transaction.objectStore('meta').get('journal').onsuccess = ask;
  };
  ask();
}
