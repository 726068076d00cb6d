import type { ContactSummary } from '../../model/entry.js';
import { heirOf } from '../../model/heirs.js';
import type { Id } from '../../model/id.js';
import type { Rows } from '../rules.js';
import type { Tally } from './counters.js';
import type { ContactRow, ConversationRow, StoredStatusId, WriteTx } from './schema.js';
import { getMany, sender } from './requests.js';

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

export const resolveId = (rows: Rows, stored: StoredStatusId): Id | null => heirOf(rows, stored || null);

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
      const all = IDBKeyRange.bound([this.#contactId], [this.#contactId, []]);
      const [newest] = await tx.objectStore('conversations').index('byContact').getAll(all, 1);
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
  const held = await getMany(tx, 'contacts', ids);
  const drafts = new Map(ids.map((id) => [id, new Draft(id, held.get(id))]));
  for (const { before, after } of relevant) {
    if (before?.contactId !== undefined) {
      drafts.get(before.contactId)!.remove(before, before.contactId !== after.contactId);
    }
    if (after.contactId !== undefined) drafts.get(after.contactId)!.add(after);
  }
  await Promise.all([...drafts.values()].map((draft) => draft.save(tx, tally)));
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
