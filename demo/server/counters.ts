/** Counts conversations and contacts by status, kept up to date in the transactions that change them. */
import type { Id } from '../../src/model/id.js';
import type { Counts, CountQuery } from '../../src/adapters/adapter.js';
import { readResolved } from './status-rows.js';
import type { ReadContext, WriteContext } from './store.js';

/** The id of the status a conversation was given, or `''` for none. The status may have been deleted since. */
export type StatusKey = Id;

/** Conversations by status, contacts by all their statuses, or contacts by the status of their latest conversation. */
export type CounterKind = 'conversation' | 'contact' | 'latest';

/** Conversations or contacts with the same statuses. */
export interface Group {
  key: string;
  statusKeys: readonly StatusKey[];
  n: number;
}

const READ = `SELECT group_key AS key, status_keys AS "statusKeys", n FROM pipeline.counters
  WHERE tenant_id = $1 AND kind = $2 AND n > 0`;

const ADD = `INSERT INTO pipeline.counters (tenant_id, kind, group_key, status_keys, n)
  SELECT $1, r.kind, r.group_key, r.status_keys, r.n
  FROM json_to_recordset($2::json) AS r (kind text, group_key text, status_keys text, n bigint)
  ON CONFLICT (tenant_id, kind, group_key) DO UPDATE SET n = pipeline.counters.n + excluded.n`;

/** Groups that nothing is in any more, such as deleted statuses, are deleted once per this many writes. */
const CLEAN_EVERY = 64;
const CLEAN = 'DELETE FROM pipeline.counters WHERE tenant_id = $1 AND n = 0';

export async function readCounters({ tx, tenant }: ReadContext, kind: CounterKind): Promise<Group[]> {
  const groups = await tx.query<{ key: string; statusKeys: string; n: number }>(READ, [tenant, kind]);
  return groups.map(({ key, statusKeys, n }) => ({ key, statusKeys: JSON.parse(statusKeys) as StatusKey[], n }));
}

/** The distinct current statuses of a group. */
export function resolveKeys(resolve: (id: Id | null) => Id | null, keys: readonly StatusKey[]): (Id | null)[] {
  return [...new Set(keys.map((key) => resolve(key || null)))];
}

/** Resolves the statuses of all these groups. */
export const readResolvedOf = (
  read: ReadContext,
  groups: readonly Pick<Group, 'statusKeys'>[],
): Promise<(id: Id | null) => Id | null> => {
  const keys = groups.flatMap(({ statusKeys }) => statusKeys);
  return readResolved(
    read,
    keys.map((key) => key || null),
  );
};

export async function count(read: ReadContext, { of, contactMatch }: CountQuery): Promise<Counts> {
  const total = new Map<Id | null, number>();
  const groups = await readCounters(read, kindOf(of, contactMatch));
  const resolve = await readResolvedOf(read, groups);
  for (const { statusKeys, n } of groups) {
    for (const id of resolveKeys(resolve, statusKeys)) total.set(id, (total.get(id) ?? 0) + n);
  }
  const none = total.get(null) ?? 0;
  total.delete(null);
  return { byStatus: total as Map<Id, number>, none };
}

export function kindOf(of: CountQuery['of'], contactMatch: CountQuery['contactMatch']): CounterKind {
  return of === 'conversation' ? 'conversation' : contactMatch === 'latest' ? 'latest' : 'contact';
}

/** Counter changes, stored in the transaction that causes them. */
export class CounterChanges {
  readonly #changes = new Map<string, { kind: CounterKind; group_key: string; status_keys: string; n: number }>();

  add(kind: CounterKind, key: string, statusKeys: readonly StatusKey[], by: 1 | -1): void {
    const name = `${kind}:${key}`;
    const change = this.#changes.get(name);
    if (change) change.n += by;
    else this.#changes.set(name, { kind, group_key: key, status_keys: JSON.stringify(statusKeys), n: by });
  }

  save({ batch, tenant, journal, head }: WriteContext): void {
    const changes = [...this.#changes.values()].filter(({ n }) => n !== 0);
    if (!changes.length) return;
    batch.add(ADD, [tenant, JSON.stringify(changes)]);
    if (Math.floor(journal.seq / CLEAN_EVERY) > Math.floor(head.seq / CLEAN_EVERY)) batch.addLater(CLEAN, [tenant]);
  }
}
