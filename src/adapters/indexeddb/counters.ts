/** How many contacts there are of each kind, kept beside them so that no count has to walk them. */
import type { ContactRow, CounterRow, ReadTx, WriteTx } from './schema.js';
import { sender } from './requests.js';
import { isReadableContact, isReadableCounter } from './stored.js';

export type CounterKind = 's' | 'l';

const keyOf = (kind: CounterKind, of: string): string => `${kind}:${of}`;

/** Kept in the same transaction as what they count, so they are never a guess; a counter at 0 is not stored. */
export class Tally {
  readonly #changes = new Map<string, number>();
  #mustRecount = false;

  add(kind: CounterKind, of: string, change: 1 | -1): void {
    const key = keyOf(kind, of);
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + change);
  }

  /** It is not known what a contact that was rewritten counted before: all contacts are counted again. */
  recount(): void {
    this.#mustRecount = true;
  }

  async save(tx: WriteTx): Promise<void> {
    const store = tx.objectStore('counters');
    const changes = [...this.#changes].filter(([, change]) => change !== 0);
    const held = await Promise.all(changes.map(([key]) => store.get(key)));
    const sent = sender(tx, 'counters');
    if (this.#mustRecount || held.some((row) => row && !isReadableCounter(tx, row))) {
      const counted = await countContacts(tx);
      sent.clear();
      for (const [key, n] of counted) sent.put({ key, n });
      return;
    }
    changes.forEach(([key, change], i) => {
      const n = (held[i]?.n ?? 0) + change;
      if (n > 0) sent.put({ key, n });
      else sent.delete(key);
    });
  }
}

/** All counters of one kind: what is counted, and how many. Where one cannot be read, the contacts themselves are counted. */
export async function readCounters(tx: ReadTx, kind: CounterKind): Promise<[of: string, n: number][]> {
  // ';' follows ':'.
  const range = IDBKeyRange.bound(`${kind}:`, `${kind};`, false, true);
  const rows: CounterRow[] = await tx.objectStore('counters').getAll(range);
  const isReadable = rows.map((row) => isReadableCounter(tx, row)).every(Boolean);
  const counters: [string, number][] = isReadable
    ? rows.map(({ key, n }) => [key, n])
    : [...(await countContacts(tx))].filter(([key]) => key.startsWith(`${kind}:`));
  return counters.map(([key, n]) => [key.slice(2), n]);
}

/** Every counter, by key, as the contacts give it. Reads all of them. */
async function countContacts(tx: ReadTx): Promise<Map<string, number>> {
  const counters = new Map<string, number>();
  const rows: ContactRow[] = await tx.objectStore('contacts').getAll();
  for (const row of rows) {
    if (!isReadableContact(tx, row)) continue;
    for (const key of [keyOf('s', row.signature), keyOf('l', row.latest)]) {
      counters.set(key, (counters.get(key) ?? 0) + 1);
    }
  }
  return counters;
}
