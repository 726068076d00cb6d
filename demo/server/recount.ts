/** Recounts what is derived from the conversations, for after a host has deleted or changed rows with its own SQL. */
import type { Id } from '../../src/model/id.js';
import { readRows, saveContacts, signatureOf, type ContactRow } from './contacts.js';
import type { CounterKind, StatusKey } from './counters.js';
import { withRetries, type Database } from './sql.js';
import { Store, type WriteContext } from './store.js';

/** Contacts per transaction, few enough to not keep the tenant's other writers waiting. */
const CONTACTS = 200;

const TENANTS = 'SELECT tenant_id AS tenant FROM pipeline.tenants ORDER BY tenant_id';
const NEXT = `(SELECT contact_id AS id FROM pipeline.contacts
    WHERE tenant_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT $3)
  UNION (SELECT DISTINCT contact_id FROM pipeline.conversations
    WHERE tenant_id = $1 AND contact_id > $2 ORDER BY contact_id LIMIT $3)
  ORDER BY id LIMIT $3`;
const HELD = `SELECT contact_id AS id, status_key AS key, count(*) AS n FROM pipeline.conversations
  WHERE tenant_id = $1 AND contact_id = ANY ($2::text[]) GROUP BY contact_id, status_key`;
const NEWEST = `SELECT given.id AS "contactId", newest.* FROM unnest($2::text[]) AS given (id)
  CROSS JOIN LATERAL (SELECT status_key AS "latestKey", conversation_id AS "latestId", recency
    FROM pipeline.conversations WHERE tenant_id = $1 AND contact_id = given.id
    ORDER BY recency, conversation_id LIMIT 1) AS newest`;

/** Counting all conversations of a tenant may take longer than any other statement. */
const NO_LIMIT = 'SET LOCAL statement_timeout = 0';
const COUNTS = `SELECT 'conversation' AS kind, status_key AS key, NULL AS held, count(*) AS n
    FROM pipeline.conversations WHERE tenant_id = $1 GROUP BY status_key
  UNION ALL SELECT 'latest', latest_key, NULL, count(*) FROM pipeline.contacts WHERE tenant_id = $1 GROUP BY latest_key
  UNION ALL SELECT 'contact', signature, min(held), count(*) FROM pipeline.contacts WHERE tenant_id = $1 GROUP BY signature`;
const STORED = 'SELECT kind, group_key AS key, n FROM pipeline.counters WHERE tenant_id = $1 AND n <> 0';
const CLEAR = 'DELETE FROM pipeline.counters WHERE tenant_id = $1';
const PUT = `INSERT INTO pipeline.counters (tenant_id, kind, group_key, status_keys, n)
  SELECT $1, r.kind, r.key, r.keys, r.n FROM json_to_recordset($2::json) AS r (kind text, key text, keys text, n bigint)`;

const ORPHANS = `DELETE FROM pipeline.history WHERE tenant_id = $1 AND conversation_id IN
  (SELECT DISTINCT conversation_id FROM pipeline.history WHERE tenant_id = $1 AND NOT EXISTS (
    SELECT 1 FROM pipeline.conversations WHERE tenant_id = $1 AND conversation_id = history.conversation_id) LIMIT 500)
  RETURNING 1 AS gone`;

/**
 * Recounts the contacts and counters of these tenants, or of all, and deletes the histories of conversations that are
 * gone. Servers may keep running: each step locks its tenant, like any write. Clients of a tenant whose counts were
 * wrong are told to read everything again. Resolves to the tenants that were wrong.
 */
export async function recount(database: Database, tenants?: readonly string[]): Promise<string[]> {
  const all = (await withRetries(() => database.query<{ tenant: string }>(TENANTS))).map(({ tenant }) => tenant);
  const unknown = tenants?.find((tenant) => !all.includes(tenant));
  if (unknown !== undefined) throw new Error(`TENANT: the database has no data of "${unknown}".`);
  const store = new Store(database, (tenant) => database.notifier?.notify(tenant));
  const wrong: string[] = [];
  for (const tenant of tenants ?? all) {
    let differs = false;
    for (let after: Id | undefined = ''; after !== undefined;) {
      const from: Id = after;
      const step: { differs: boolean; last: Id | undefined } = await store.write(tenant, {}, (write) =>
        recountContacts(write, from),
      );
      differs ||= step.differs;
      after = step.last;
    }
    differs = await store.write(tenant, {}, (write) => recountAll(write, differs));
    const deleteOrphans = (): Promise<object[]> => database.query(ORPHANS, [tenant]);
    while ((await withRetries(deleteOrphans)).length) differs = true;
    if (differs) wrong.push(tenant);
  }
  return wrong;
}

/** Recounts the contacts that follow an id; `last`: the last of them, or `undefined` if there are no more. */
async function recountContacts(write: WriteContext, after: Id): Promise<{ differs: boolean; last: Id | undefined }> {
  const { tx, tenant } = write;
  const ids = (await tx.query<{ id: Id }>(NEXT, [tenant, after, CONTACTS])).map(({ id }) => id);
  if (!ids.length) return { differs: false, last: undefined };
  const held = new Map<Id, [StatusKey, number][]>();
  for (const { id, key, n } of await tx.query<{ id: Id; key: StatusKey; n: number }>(HELD, [tenant, ids])) {
    held.set(id, [...(held.get(id) ?? []), [key, n]]);
  }
  const newest = await tx.query<Omit<ContactRow, 'held' | 'signature'>>(NEWEST, [tenant, ids]);
  const counted = newest.map((row): ContactRow => {
    const own = held.get(row.contactId)!.sort(([a], [b]) => (a < b ? -1 : 1));
    return { ...row, held: own, signature: signatureOf(own.map(([key]) => key)) };
  });
  const stored = await readRows(write, ids);
  const kept = counted.filter((row) => !isSame(row, stored.get(row.contactId)));
  const known = new Set(counted.map((row) => row.contactId));
  const gone = [...stored.keys()].filter((id) => !known.has(id));
  saveContacts(write, kept, gone);
  return { differs: kept.length + gone.length > 0, last: ids.at(-1) };
}

function isSame(a: ContactRow, b: ContactRow | undefined): boolean {
  const values = (row: ContactRow): unknown[] => [row.held, row.signature, row.latestKey, row.latestId, row.recency];
  return b !== undefined && JSON.stringify(values(a)) === JSON.stringify(values(b));
}

/** Recounts all counters of the tenant. Resolves to whether they, or its contacts, were wrong. */
async function recountAll({ tx, tenant, journal }: WriteContext, differs: boolean): Promise<boolean> {
  await tx.query(NO_LIMIT);
  const counts = await tx.query<{ kind: CounterKind; key: string; held: string | null; n: number }>(COUNTS, [tenant]);
  const stored = await tx.query<{ kind: CounterKind; key: string; n: number }>(STORED, [tenant]);
  const textOf = (rows: typeof stored): string =>
    JSON.stringify(rows.map(({ kind, key, n }) => JSON.stringify([kind, key, n])).sort());
  const isWrong = textOf(counts) !== textOf(stored);
  if (isWrong) {
    const rows = counts.map(({ kind, key, held, n }) => {
      const keys = held === null ? [key] : (JSON.parse(held) as [StatusKey, number][]).map(([each]) => each);
      return { kind, key, keys: JSON.stringify(keys), n };
    });
    await tx.query(CLEAR, [tenant]);
    await tx.query(PUT, [tenant, JSON.stringify(rows)]);
  }
  if (isWrong || differs) journal.logReset();
  return isWrong || differs;
}
