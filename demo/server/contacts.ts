/** Maintains a summary row for each contact, so that reads need not walk its conversations. */
import type { ContactSummary } from '../../src/model/contact.js';
import type { Id } from '../../src/model/id.js';
import type { ConversationRow } from './conversations.js';
import { resolveKeys, type StatusKey, type CounterChanges } from './counters.js';
import { hash } from './hash.js';
import { readResolved } from './status-rows.js';
import type { ReadContext, WriteContext } from './store.js';

/** A conversation before (`undefined`: new) and after a write (`undefined`: erased). */
export interface ConversationChange {
  before: ConversationRow | undefined;
  after: ConversationRow | undefined;
}

export interface ContactRow {
  contactId: Id;
  /** How many of the contact's conversations have each status. */
  held: [StatusKey, number][];
  signature: string;
  /** The status of its most recently active conversation. */
  latestKey: StatusKey;
  latestId: Id;
  recency: number;
}

const READ = `SELECT contact_id AS "contactId", held, signature, latest_key AS "latestKey", latest_id AS "latestId",
    recency
  FROM pipeline.contacts WHERE tenant_id = $1 AND contact_id = ANY ($2::text[])`;

const NEWEST = `SELECT conversation_id AS "conversationId", status_id AS "statusId", recency FROM pipeline.conversations
  WHERE tenant_id = $1 AND contact_id = $2 AND conversation_id <> ALL ($3::text[])
  ORDER BY recency, conversation_id LIMIT 1`;

const PUT = `INSERT INTO pipeline.contacts (tenant_id, contact_id, held, signature, latest_key, latest_id, recency)
  SELECT $1, r."contactId", r.held, r.signature, r."latestKey", r."latestId", r.recency
  FROM json_to_recordset($2::json) AS r ("contactId" text, held text, signature text, "latestKey" text,
    "latestId" text, recency double precision)
  ON CONFLICT (tenant_id, contact_id) DO UPDATE SET held = excluded.held, signature = excluded.signature,
    latest_key = excluded.latest_key, latest_id = excluded.latest_id, recency = excluded.recency`;

const REMOVE = 'DELETE FROM pipeline.contacts WHERE tenant_id = $1 AND contact_id = ANY ($2::text[])';

const keyOf = ({ statusId }: Pick<ConversationRow, 'statusId'>): StatusKey => statusId ?? '';

/**
 * Equal for all contacts with the same statuses. Ids contain no control characters, so the separator is unambiguous.
 */
export const signatureOf = (keys: readonly StatusKey[]): string => hash(keys.join('\n'));

/** Compares in byte order, like the database. JavaScript's order differs if an id contains an emoji. */
const isBefore = (a: Id, b: Id): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

type Latest = Pick<ContactRow, 'latestKey' | 'latestId' | 'recency'>;

/** Computes a contact's new summary while its conversations change. */
class ContactUpdate {
  readonly #contactId: Id;
  readonly #before: ContactRow | undefined;
  readonly #held: Map<StatusKey, number>;
  #latest: Latest | undefined;
  readonly #added: ConversationRow[] = [];
  /** Set if its latest conversation left or became less recent. */
  #isLatestUnknown = false;

  constructor(contactId: Id, before: ContactRow | undefined) {
    this.#contactId = contactId;
    this.#before = before;
    this.#held = new Map(before?.held);
    this.#latest = before;
  }

  remove(row: ConversationRow): void {
    const key = keyOf(row);
    const left = (this.#held.get(key) ?? 0) - 1;
    if (left > 0) this.#held.set(key, left);
    else this.#held.delete(key);
    if (this.#latest?.latestId !== row.conversationId) return;
    this.#latest = undefined;
    this.#isLatestUnknown = true;
  }

  add(row: ConversationRow): void {
    const key = keyOf(row);
    this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
    this.#added.push(row);
    this.#offer(row);
    // Still the latest, unless it became less recent.
    const { latestId, recency } = this.#before ?? {};
    if (latestId === row.conversationId && row.recency <= recency!) this.#isLatestUnknown = false;
  }

  /** The row to store, or `undefined` if the contact has no conversations left. */
  async finish(
    { tx, tenant }: WriteContext,
    counters: CounterChanges,
    changedIds: readonly Id[],
  ): Promise<ContactRow | undefined> {
    const before = this.#before;
    if (before) {
      const keys = before.held.map(([key]) => key);
      counters.add('contact', before.signature, keys, -1);
      counters.add('latest', before.latestKey, [before.latestKey], -1);
    }
    if (!this.#held.size) return undefined;
    if (this.#isLatestUnknown) {
      const [newest] = await tx.query<ConversationRow>(NEWEST, [tenant, this.#contactId, changedIds]);
      for (const row of newest ? [newest, ...this.#added] : this.#added) this.#offer(row);
    }
    const held = [...this.#held].sort(([a], [b]) => (a < b ? -1 : 1));
    const keys = held.map(([key]) => key);
    const signature = signatureOf(keys);
    const { latestKey, latestId, recency } = this.#latest!;
    counters.add('contact', signature, keys, 1);
    counters.add('latest', latestKey, [latestKey], 1);
    return { contactId: this.#contactId, held, signature, latestKey, latestId, recency };
  }

  /** Makes this conversation the latest unless the current one is newer. */
  #offer(row: Pick<ConversationRow, 'statusId' | 'conversationId' | 'recency'>): void {
    const { conversationId: latestId, recency } = row;
    const latest = this.#latest;
    if (latest && (latest.recency < recency || (latest.recency === recency && isBefore(latest.latestId, latestId))))
      return;
    this.#latest = { latestKey: keyOf(row), latestId, recency };
  }
}

/** Updates the contacts of conversations that were just written, each contact once. */
export async function updateContacts(
  write: WriteContext,
  changes: readonly ConversationChange[],
  counters: CounterChanges,
): Promise<void> {
  const relevant = changes.filter(concernsContact);
  const ids = [...new Set(relevant.flatMap(({ before, after }) => [before?.contactId, after?.contactId]))].filter(
    (id) => id != null,
  );
  if (!ids.length) return;
  const stored = await readRows(write, ids);
  const updates = new Map(ids.map((id) => [id, new ContactUpdate(id, stored.get(id))]));
  for (const { before, after } of relevant) {
    if (before && before.contactId !== null) updates.get(before.contactId)!.remove(before);
    if (after && after.contactId !== null) updates.get(after.contactId)!.add(after);
  }
  const changedIds = changes.map(({ before, after }) => (after ?? before)!.conversationId);
  const kept: ContactRow[] = [];
  const gone: Id[] = [];
  for (const [id, update] of updates) {
    const row = await update.finish(write, counters, changedIds);
    if (row) kept.push(row);
    else if (stored.has(id)) gone.push(id);
  }
  saveContacts(write, kept, gone);
}

export function saveContacts({ batch, tenant }: WriteContext, kept: readonly ContactRow[], gone: readonly Id[]): void {
  if (kept.length) {
    const rows = kept.map((row) => ({ ...row, held: JSON.stringify(row.held) }));
    batch.add(PUT, [tenant, JSON.stringify(rows)]);
  }
  if (gone.length) batch.addLater(REMOVE, [tenant, gone]);
}

/** Deletes the rows of contacts that have no conversations any more, whatever they count. */
export function removeContacts({ batch, tenant }: WriteContext, ids: readonly Id[]): void {
  if (ids.length) batch.addLater(REMOVE, [tenant, ids]);
}

function concernsContact({ before, after }: ConversationChange): boolean {
  return (
    before?.contactId !== after?.contactId || before?.statusId !== after?.statusId || before?.recency !== after?.recency
  );
}

export async function readRows({ tx, tenant }: ReadContext, ids: readonly Id[]): Promise<Map<Id, ContactRow>> {
  if (!ids.length) return new Map();
  const rows = await tx.query<Omit<ContactRow, 'held'> & { held: string }>(READ, [tenant, ids]);
  return new Map(
    rows.map((row) => [row.contactId, { ...row, held: JSON.parse(row.held) as [StatusKey, number][] }] as const),
  );
}

/** The summaries of the known contacts, in the order of `ids`, without duplicates. */
export async function readContacts(
  read: ReadContext,
  ids: readonly Id[],
): Promise<(ContactSummary & { contactId: Id })[]> {
  const stored = await readRows(read, ids);
  const keysOf = ({ held }: ContactRow): StatusKey[] => held.map(([key]) => key);
  const resolve = await readResolved(read, [...stored.values()].flatMap(keysOf));
  return [...new Set(ids)].flatMap((contactId) => {
    const row = stored.get(contactId);
    if (!row) return [];
    const latest = resolve(row.latestKey || null);
    const all = resolveKeys(resolve, keysOf(row));
    return [{ contactId, statusIds: [...new Set([latest, ...all])], latest }];
  });
}
