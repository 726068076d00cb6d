/** What each contact comes to as the sum of its conversations: kept up to date by every write to one of them. */
import type { ContactSummary } from '../../model/entry.js';
import { resolveStatusId } from '../../model/reassignment.js';
import type { Id } from '../../model/id.js';
import type { Rows } from '../rules.js';
import type { Tally } from './counters.js';
import type { ContactRow, ConversationRow, ReadTx, StoredStatusId, WriteTx } from './schema.js';
import { getContacts, sender, type Found } from './requests.js';
import { isReadableConversation } from './stored.js';

/** A conversation as it was (missing: new) and as it is now. */
export interface Rewrite {
  before: ConversationRow | undefined;
  after: ConversationRow;
}

/** Ids hold no control characters. */
const SEPARATOR = '\n';

export const signatureOf = (statusIds: Iterable<StoredStatusId>): string => [...statusIds].sort().join(SEPARATOR);

/** The distinct statuses of a signature, as they read now. */
export function resolveSignature(rows: Rows, signature: string): (Id | null)[] {
  return [...new Set(signature.split(SEPARATOR).map((id) => resolveId(rows, id)))];
}

/** The status that a stored id stands for now; one whose record cannot be read is no status. */
export const resolveId = (rows: Rows, stored: StoredStatusId): Id | null =>
  rows.has(stored) ? resolveStatusId(rows, stored) : null;

/** A contact while its conversations are rewritten. */
class Draft {
  readonly #contactId: Id;
  readonly #before: ContactRow | undefined;
  readonly #held: Map<StoredStatusId, number>;
  #latest: Pick<ContactRow, 'latest' | 'latestId' | 'order'> | undefined;
  /** Its latest conversation went to another contact: which one is latest now, only the index knows. */
  #lostLatest = false;

  constructor(contactId: Id, before: ContactRow | undefined) {
    this.#contactId = contactId;
    this.#before = before;
    this.#held = new Map(before?.held);
    this.#latest = before;
  }

  remove({ conversationId, statusId }: ConversationRow, forGood: boolean): void {
    const left = (this.#held.get(statusId) ?? 0) - 1;
    if (left > 0) this.#held.set(statusId, left);
    else this.#held.delete(statusId);
    if (forGood && this.#latest?.latestId === conversationId) this.#lostLatest = true;
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
    if (isLatest) this.#setLatest(row);
  }

  async save(tx: WriteTx, tally: Tally): Promise<void> {
    const before = this.#before;
    if (before) {
      tally.add('s', before.signature, -1);
      tally.add('l', before.latest, -1);
    }
    if (!this.#held.size) {
      if (before) sender(tx, 'contacts').delete(this.#contactId);
      return;
    }
    if (this.#lostLatest) {
      const newest = await readNewestOf(tx, this.#contactId);
      if (newest) this.#setLatest(newest);
    }
    const signature = signatureOf(this.#held.keys());
    const { latest, latestId, order } = this.#latest!;
    const after: ContactRow = { contactId: this.#contactId, held: [...this.#held], signature, latest, latestId, order };
    tally.add('s', after.signature, 1);
    tally.add('l', after.latest, 1);
    sender(tx, 'contacts').put(after);
  }

  #setLatest({ statusId, conversationId, order }: ConversationRow): void {
    this.#latest = { latest: statusId, latestId: conversationId, order };
  }
}

/** Brings the contacts up to date with conversations that were just written, each contact once. */
export async function rewriteContacts(tx: WriteTx, rewrites: readonly Rewrite[], tally: Tally): Promise<void> {
  const relevant = rewrites.filter(concernsContact);
  const ids = [...new Set(relevant.flatMap(({ before, after }) => [before?.contactId, after.contactId]))].filter(
    (id) => id !== undefined,
  );
  const held = await getContacts(tx, ids);
  const drafts = new Map(ids.map((id) => [id, new Draft(id, held.rows.get(id))]));
  for (const { before, after } of relevant) {
    if (before?.contactId !== undefined) {
      drafts.get(before.contactId)!.remove(before, before.contactId !== after.contactId);
    }
    if (after.contactId !== undefined) drafts.get(after.contactId)!.add(after);
  }
  await Promise.all(
    [...drafts].map(([id, draft]) => (held.unreadable.has(id) ? replace(tx, id, tally) : draft.save(tx, tally))),
  );
}

/** A contact that cannot be read is made anew out of its conversations, which were written before. */
async function replace(tx: WriteTx, contactId: Id, tally: Tally): Promise<void> {
  const row = sumOf(contactId, await readConversationsOf(tx, contactId));
  if (row) sender(tx, 'contacts').put(row);
  tally.recount();
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

/** What its conversations, newest activity first, come to; `undefined` without any. */
function sumOf(contactId: Id, [newest, ...others]: readonly ConversationRow[]): ContactRow | undefined {
  if (!newest) return undefined;
  const held = new Map<StoredStatusId, number>();
  for (const { statusId } of [newest, ...others]) held.set(statusId, (held.get(statusId) ?? 0) + 1);
  const { statusId: latest, conversationId: latestId, order } = newest;
  return { contactId, held: [...held], signature: signatureOf(held.keys()), latest, latestId, order };
}

/** Contacts by id; those whose own record cannot be read as the sum of their conversations. */
export async function readContacts(tx: ReadTx, ids: readonly Id[]): Promise<Map<Id, ContactRow>> {
  const { rows, unreadable }: Found<ContactRow> = await getContacts(tx, ids);
  for (const id of unreadable) {
    const row = sumOf(id, await readConversationsOf(tx, id));
    if (row) rows.set(id, row);
  }
  return rows;
}

function concernsContact({ before, after }: Rewrite): boolean {
  return before?.contactId !== after.contactId || before?.statusId !== after.statusId || before?.order !== after.order;
}

/** Contacts as they leave the adapter. */
export function toContacts(rows: Rows, held: ReadonlyMap<Id, ContactRow>): Map<Id, ContactSummary> {
  const contacts = new Map<Id, ContactSummary>();
  for (const row of held.values()) {
    const latest = resolveId(rows, row.latest);
    const statusIds = [...new Set([latest, ...resolveSignature(rows, row.signature)])];
    contacts.set(row.contactId, { statusIds, latest });
  }
  return contacts;
}
