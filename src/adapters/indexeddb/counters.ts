import type { CounterRow, ReadTx, WriteTx } from './schema.js';
import { sender } from './requests.js';

export type CounterKind = 's' | 'l';

/** Kept in the same transaction as what they count, so they are never a guess; a counter at 0 is not stored. */
export class Tally {
  readonly #changes = new Map<string, number>();

  add(kind: CounterKind, of: string, change: 1 | -1): void {
    const key = `${kind}:${of}`;
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + change);
  }

  async save(tx: WriteTx): Promise<void> {
    const store = tx.objectStore('counters');
    const changes = [...this.#changes].filter(([, change]) => change !== 0);
    const held = await Promise.all(changes.map(([key]) => store.get(key)));
    const sent = sender(tx, 'counters');
    changes.forEach(([key, change], i) => {
      const n = (held[i]?.n ?? 0) + change;
      if (n > 0) sent.put({ key, n });
      else sent.delete(key);
    });
  }
}

/** All counters of one kind: what is counted, and how many. */
export async function readCounters(tx: ReadTx, kind: CounterKind): Promise<[of: string, n: number][]> {
  // ';' follows ':'.
  const range = IDBKeyRange.bound(`${kind}:`, `${kind};`, false, true);
  const rows: CounterRow[] = await tx.objectStore('counters').getAll(range);
  return rows.map(({ key, n }) => [key.slice(2), n]);
}
