/** Keeps a summary of each contact's conversations, and the number of contacts of each kind, up to date. */
import type { ContactSummary } from '../../model/contact.js';
import type { Id } from '../../model/id.js';
import { resolveStatusId } from '../../model/reassignment.js';
import { withUnreadable } from '../../model/unreadable.js';
import { checkIds, type Rows } from '../rules.js';
import { readStatuses } from './journal.js';
import type { ContactRow, ConversationRow, CounterRow, ReadTx, StoredStatusId, WriteTx } from './schema.js';
import { isHidden, parseStagedId, writeStagedId } from './staging.js';
import { getContacts, isReadableContact, isReadableConversation, isReadableCounter, rawStore } from './stored.js';

/** Looks up contacts. Invalid ids are in `unreadableIn(…)` of the result. */
export async function readContacts(tx: ReadTx, contactIds: readonly Id[]): Promise<ReadonlyMap<Id, ContactSummary>> {
  const { ids, rejected } = checkIds(contactIds, 'contactId');
  const [{ rows }, contacts] = await Promise.all([readStatuses(tx), readContactRows(tx, ids)]);
  const summaries = new Map<Id, ContactSummary>();
  for (const { contactId, latest: storedLatest, signature } of contacts.values()) {
    // All its conversations are new ones of a write that is not committed.
    if (!resolveSignature(rows, signature).length) continue;
    const latest = resolveStoredId(rows, storedLatest);
    const statusIds = [...new Set([latest, ...resolveSignature(rows, signature)])];
    summaries.set(contactId, { statusIds, latest });
  }
  return withUnreadable(summaries, rejected);
}

/** The records of contacts. One that cannot be read is computed from its conversations. */
async function readContactRows(tx: ReadTx, ids: readonly Id[]): Promise<Map<Id, ContactRow>> {
  const { rows, unreadable } = await getContacts(tx, ids);
  for (const id of unreadable) {
    const row = summarize(id, await readConversationsOf(tx, id));
    if (row) rows.set(id, row);
  }
  return rows;
}

/** The record of a conversation before (missing if it is new) and after a write (missing if it is erased). */
export interface ConversationUpdate {
  before: ConversationRow | undefined;
  after: ConversationRow | undefined;
}

/** Ids have no control characters. */
const SEPARATOR = '\n';

export const signatureOf = (statusIds: Iterable<StoredStatusId>): string => [...statusIds].sort().join(SEPARATOR);

/** The distinct statuses of a signature, each as it counts now. */
export function resolveSignature(rows: Rows, signature: string): (Id | null)[] {
  const visible = signature.split(SEPARATOR).filter((id) => !isHidden(rows, id));
  return [...new Set(visible.map((id) => resolveStoredId(rows, id)))];
}

/** The status that counts now for a stored id. One whose record cannot be read counts as no status. */
export const resolveStoredId = (rows: Rows, stored: StoredStatusId): Id | null =>
  rows.has(stored) ? resolveStatusId(rows, stored) : null;

/** The changes to one contact while its conversations are written. */
class ContactUpdate {
  readonly #contactId: Id;
  readonly #before: ContactRow | undefined;
  readonly #held: Map<StoredStatusId, number>;
  #latest: Pick<ContactRow, 'latest' | 'latestId' | 'order'> | undefined;
  /** Its latest conversation left or became less recent: the next latest has to be looked up. */
  #mustFindLatest = false;

  constructor(contactId: Id, before: ContactRow | undefined) {
    this.#contactId = contactId;
    this.#before = before;
    this.#held = new Map(before?.held);
    this.#latest = before;
  }

  /** `isLater`: whether it stays with this contact and is not less recent than before. */
  remove({ conversationId, statusId }: ConversationRow, isLater: boolean): void {
    const left = (this.#held.get(statusId) ?? 0) - 1;
    if (left > 0) this.#held.set(statusId, left);
    else this.#held.delete(statusId);
    if (!isLater && this.#latest?.latestId === conversationId) this.#mustFindLatest = true;
  }

  add(row: ConversationRow): void {
    this.#held.set(row.statusId, (this.#held.get(row.statusId) ?? 0) + 1);
    const { order, latestId } = this.#latest ?? {};
    const isLatest =
      order === undefined ||
      latestId === undefined ||
      latestId === row.conversationId ||
      row.order < order ||
      (row.order === order && row.conversationId < latestId);
    const before = this.#latest;
    if (isLatest) this.#setLatest(row);
    // A new conversation of a long write does not count before the commit, another one does.
    const [hidden, visible] = isLatest ? [row.statusId, before?.latest] : [before!.latest, row.statusId];
    const staged = parseStagedId(hidden);
    if (staged?.kind !== '+' || visible === undefined || latestId === row.conversationId) return;
    const isStaged = parseStagedId(visible) !== undefined;
    const latest = isStaged ? visible : writeStagedId({ kind: '*', bulk: staged.bulk, origin: visible });
    this.#latest = { ...this.#latest!, latest };
  }

  async save(tx: WriteTx, counters: ContactCounterChanges): Promise<void> {
    const before = this.#before;
    if (before) {
      counters.add('s', before.signature, -1);
      counters.add('l', before.latest, -1);
    }
    if (!this.#held.size) {
      if (before) rawStore(tx, 'contacts').delete(this.#contactId);
      return;
    }
    if (this.#mustFindLatest) {
      const newest = await readNewestOf(tx, this.#contactId);
      if (newest) this.#setLatest(newest);
    }
    const signature = signatureOf(this.#held.keys());
    const { latest, latestId, order } = this.#latest!;
    const after: ContactRow = { contactId: this.#contactId, held: [...this.#held], signature, latest, latestId, order };
    counters.add('s', after.signature, 1);
    counters.add('l', after.latest, 1);
    rawStore(tx, 'contacts').put(after);
  }

  #setLatest({ statusId, conversationId, order }: ConversationRow): void {
    this.#latest = { latest: statusId, latestId: conversationId, order };
  }
}

/** Updates the contacts of conversations that were just written. */
export async function updateContacts(
  tx: WriteTx,
  updates: readonly ConversationUpdate[],
  counters: ContactCounterChanges,
): Promise<void> {
  const relevant = updates.filter(affectsContact);
  const ids = [...new Set(relevant.flatMap(({ before, after }) => [before?.contactId, after?.contactId]))].filter(
    (id) => id !== undefined,
  );
  const stored = await getContacts(tx, ids);
  const contacts = new Map(ids.map((id) => [id, new ContactUpdate(id, stored.rows.get(id))]));
  for (const { before, after } of relevant) {
    if (before?.contactId !== undefined) {
      const isLater = before.contactId === after?.contactId && after.order <= before.order;
      contacts.get(before.contactId)!.remove(before, isLater);
    }
    if (after?.contactId !== undefined) contacts.get(after.contactId)!.add(after);
  }
  await Promise.all(
    [...contacts].map(([id, contact]) =>
      stored.unreadable.has(id) ? replaceContact(tx, id, counters) : contact.save(tx, counters),
    ),
  );
}

/** Replaces a record with one computed from its conversations, which are already written. */
export async function replaceContact(tx: WriteTx, contactId: Id, counters: ContactCounterChanges): Promise<void> {
  const row = summarize(contactId, await readConversationsOf(tx, contactId));
  if (row) rawStore(tx, 'contacts').put(row);
  else rawStore(tx, 'contacts').delete(contactId);
  counters.recountAll();
}

/** The most recently active conversation of a contact. */
async function readNewestOf(tx: ReadTx, contactId: Id): Promise<ConversationRow | undefined> {
  const all = IDBKeyRange.bound([contactId], [contactId, []]);
  const [newest] = await tx.objectStore('conversations').index('byContact').getAll(all, 1);
  if (!newest || isReadableConversation(tx, newest)) return newest;
  return (await readConversationsOf(tx, contactId))[0];
}

/** The conversations of a contact that can be read, newest activity first. */
async function readConversationsOf(tx: ReadTx, contactId: Id): Promise<ConversationRow[]> {
  const all = IDBKeyRange.bound([contactId], [contactId, []]);
  const rows: ConversationRow[] = await tx.objectStore('conversations').index('byContact').getAll(all);
  return rows.filter((row) => isReadableConversation(tx, row));
}

/** The record of a contact with these conversations, newest activity first; `undefined` if there are none. */
function summarize(contactId: Id, [newest, ...others]: readonly ConversationRow[]): ContactRow | undefined {
  if (!newest) return undefined;
  const held = new Map<StoredStatusId, number>();
  for (const { statusId } of [newest, ...others]) held.set(statusId, (held.get(statusId) ?? 0) + 1);
  const { statusId: latest, conversationId: latestId, order } = newest;
  return { contactId, held: [...held], signature: signatureOf(held.keys()), latest, latestId, order };
}

function affectsContact({ before, after }: ConversationUpdate): boolean {
  return (
    before?.contactId !== after?.contactId || before?.statusId !== after?.statusId || before?.order !== after?.order
  );
}

/** Which contacts are counted: by signature, or by latest status. */
export type CounterKind = 's' | 'l';

const keyOf = (kind: CounterKind, of: string): string => `${kind}:${of}`;

/**
 * The changes to the contact counters in one transaction. They are written together with the contacts, so they are always
 * exact. A counter of 0 is not stored.
 */
export class ContactCounterChanges {
  readonly #changes = new Map<string, number>();
  #mustRecount = false;

  add(kind: CounterKind, of: string, change: 1 | -1): void {
    const key = keyOf(kind, of);
    this.#changes.set(key, (this.#changes.get(key) ?? 0) + change);
  }

  /** Counts all contacts again: it is unknown how a replaced contact was counted before. */
  recountAll(): void {
    this.#mustRecount = true;
  }

  async save(tx: WriteTx): Promise<void> {
    const store = tx.objectStore('counters');
    const changes = [...this.#changes].filter(([, change]) => change !== 0);
    const stored = await Promise.all(changes.map(([key]) => store.get(key)));
    const raw = rawStore(tx, 'counters');
    if (this.#mustRecount || stored.some((row) => row && !isReadableCounter(tx, row))) {
      const counted = await countContacts(tx);
      raw.clear();
      for (const [key, n] of counted) raw.put({ key, n });
      return;
    }
    changes.forEach(([key, change], i) => {
      const n = (stored[i]?.n ?? 0) + change;
      if (n > 0) raw.put({ key, n });
      else raw.delete(key);
    });
  }
}

/** All counters of one kind. If one cannot be read, the contacts are counted instead. */
export async function readCounters(tx: ReadTx, kind: CounterKind): Promise<[of: string, n: number][]> {
  // ';' is the character after ':'.
  const range = IDBKeyRange.bound(`${kind}:`, `${kind};`, false, true);
  const rows: CounterRow[] = await tx.objectStore('counters').getAll(range);
  const isReadable = rows.map((row) => isReadableCounter(tx, row)).every(Boolean);
  const counters: [string, number][] = isReadable
    ? rows.map(({ key, n }) => [key, n])
    : [...(await countContacts(tx))].filter(([key]) => key.startsWith(`${kind}:`));
  return counters.map(([key, n]) => [key.slice(2), n]);
}

/** Every counter by key, computed from all contacts. */
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
