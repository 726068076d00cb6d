/** Erases conversations and contacts, inside a transaction: afterwards no record has their ids. */
import type { Id } from '../../model/id.js';
import type { Forgotten } from '../rules.js';
import { ContactCounterChanges, replaceContact, updateContacts } from './contacts.js';
import type { Write } from './journal.js';
import type { ConversationRow, LogRow, WriteTx } from './schema.js';
import { getContacts, getConversations, rawStore } from './stored.js';

/** How many records of the log are read at a time. */
const LOG_STEP = 1000;

/** Erases them, contacts with all their conversations. Resolves to everything that was erased. */
export async function forget({ tx, journal }: Write, query: Forgotten): Promise<Forgotten> {
  const { contactIds } = query;
  const conversationIds = new Set([...query.conversationIds, ...(await readConversationIdsOf(tx, contactIds))]);
  const counters = new ContactCounterChanges();
  const stored = await getConversations(tx, [...conversationIds]);
  const unreadable = await readRaw(tx, stored.unreadable);
  for (const row of [...stored.rows.values(), ...unreadable]) {
    if (typeof row.statusId === 'string') journal.count(row.statusId, undefined);
  }
  const conversations = rawStore(tx, 'conversations');
  for (const id of conversationIds) conversations.delete(id);
  await updateContacts(
    tx,
    [...stored.rows.values()].map((before) => ({ before, after: undefined })),
    counters,
  );
  // Contacts whose record is damaged, or counts a conversation that is, are computed again.
  const left = await getContacts(tx, [...contactIds]);
  const damaged = new Set([...left.rows.keys(), ...left.unreadable, ...unreadable.map((row) => row.contactId)]);
  for (const id of damaged) if (typeof id === 'string') await replaceContact(tx, id, counters);
  await counters.save(tx);

  const forgotten = { conversationIds, contactIds };
  const { removed, changed } = await eraseFromLog(tx, forgotten);
  if (stored.rows.size || stored.unreadable.size || damaged.size || removed || changed) journal.logRemoval(removed);
  return forgotten;
}

async function readConversationIdsOf(tx: WriteTx, contactIds: ReadonlySet<Id>): Promise<Id[]> {
  const index = tx.objectStore('conversations').index('byContact');
  const keys = [...contactIds].map((id) => index.getAllKeys(IDBKeyRange.bound([id], [id, []])));
  return (await Promise.all(keys)).flat();
}

/** Records that cannot be read, as they are. */
async function readRaw(tx: WriteTx, ids: ReadonlySet<Id>): Promise<Partial<ConversationRow>[]> {
  const rows = await Promise.all([...ids].map((id) => tx.objectStore('conversations').get(id)));
  return rows.filter((row) => row !== undefined);
}

/**
 * Removes the records about the conversations, and the contacts from those about others. Resolves to how many records were
 * removed, and how many were changed.
 */
export async function eraseFromLog(
  tx: WriteTx,
  { conversationIds, contactIds }: Forgotten,
): Promise<{ removed: number; changed: number }> {
  const log = rawStore(tx, 'log');
  let [removed, changed] = [0, 0];
  const isAbout = ({ subject, change }: LogRow): boolean =>
    (subject?.startsWith('c') && conversationIds.has(subject.slice(1))) ||
    (change?.kind === 'entry' && conversationIds.has(change.entry?.conversationId));
  for (let last: number | undefined; ;) {
    const rest = last === undefined ? undefined : IDBKeyRange.lowerBound(last, true);
    const rows = await tx.objectStore('log').getAll(rest, LOG_STEP);
    for (const row of rows) {
      const { change, ...withoutChange } = row;
      const namesContact = change?.kind === 'entry' && contactIds.has(change.entry?.contactId ?? '');
      if (isAbout(row) || (namesContact && !row.event)) {
        log.delete(row.seq);
        removed++;
      } else if (namesContact) {
        log.put(withoutChange);
        changed++;
      }
    }
    if (rows.length < LOG_STEP) return { removed, changed };
    last = rows.at(-1)!.seq;
  }
}
