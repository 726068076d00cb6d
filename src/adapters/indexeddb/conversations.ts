/** Reads and writes the conversations, inside a transaction. */
import type { ConversationRef, Entry, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { resolveEntry } from '../../model/reassignment.js';
import { unreadableRecords } from '../../model/reading.js';
import { withUnreadable } from '../../model/unreadable.js';
import { parseStatusId } from '../../model/validate.js';
import { checkIds, requireLiveStatus, type Rows } from '../rules.js';
import { ContactCounterChanges, updateContacts, type ConversationUpdate } from './contacts.js';
import { MAX_BATCH, readBatch, type Write } from './journal.js';
import type { ConversationRow, ReadTx } from './schema.js';
import { getConversations, getStatuses, rawStore } from './stored.js';

/** Looks up conversations. Invalid ids, and those whose record cannot be read, are in `unreadableIn(…)` of the result. */
export async function readEntries(tx: ReadTx, conversationIds: readonly Id[]): Promise<ReadonlyMap<Id, Entry>> {
  const { ids, rejected } = checkIds(conversationIds, 'conversationId');
  const [{ rows }, conversations] = await Promise.all([getStatuses(tx), getConversations(tx, ids)]);
  const entries = new Map<Id, Entry>();
  for (const id of ids) {
    const row = conversations.rows.get(id);
    if (row) entries.set(id, toEntry(rows, row));
  }
  const unreadable = Array.from(conversations.unreadable, (id) => ({ id, error: unreadableError(id) }));
  return withUnreadable(entries, unreadableRecords([...(rejected?.list ?? []), ...unreadable]));
}

/** Sets the status of the conversations. */
export async function setStatuses(
  write: Write,
  to: Id | null,
  ifVersion: number | undefined,
): Promise<readonly SetResult[]> {
  const { rows, journal } = write;
  if (to !== null) requireLiveStatus(rows, parseStatusId(to, 'statusId'), 'statusId');
  const results: SetResult[] = [];
  await updateConversations(write, (ref, stored) => {
    const { conversationId } = ref;
    if (stored === 'unreadable') {
      results.push({ conversationId, ok: false, error: unreadableError(conversationId) });
      return undefined;
    }
    const current = stored && toEntry(rows, stored);
    if (ifVersion !== undefined && ifVersion !== (current?.version ?? 0)) {
      const message = `The conversation "${conversationId}" has since been changed.`;
      results.push({ conversationId, ok: false, error: new PipelineError('conflict', message, { current }) });
      return undefined;
    }
    const from = current?.statusId ?? null;
    const next = updatedRow(ref, stored);
    next.changedAt = from !== to ? Date.now() : (current?.changedAt ?? 0);
    // Setting the status that it has changes nothing, except that an inherited status becomes the conversation's own.
    const isChanged = from !== to || !stored || next.contactId !== stored.contactId || next.statusId !== (to ?? '');
    if (isChanged) {
      next.statusId = to ?? '';
      next.version = journal.nextVersion();
    }
    const entry = toEntry(rows, next);
    if (isChanged) {
      const before = stored?.statusId ?? '';
      const isMoved = next.statusId !== before;
      const event = { kind: 'set', from: before, to: next.statusId, at: next.changedAt } as const;
      journal.logEntry(entry, isMoved ? event : undefined);
    }
    results.push({ conversationId, ok: true, entry });
    return next;
  });
  return results;
}

const unreadableError = (conversationId: Id): PipelineError =>
  new PipelineError('storage-lost', `The stored record of the conversation "${conversationId}" cannot be read.`, {
    retryable: false,
  });

/** Adds conversations. Subscribers are only notified of new ones and of changed contacts. */
export async function putConversations(write: Write): Promise<void> {
  await updateConversations(write, (ref, stored) => {
    if (stored === 'unreadable') return undefined;
    const next = updatedRow(ref, stored);
    if (!stored || stored.contactId !== next.contactId) {
      next.version = write.journal.nextVersion();
      write.journal.logEntry(toEntry(write.rows, next));
    }
    return next;
  });
}

function toEntry(rows: Rows, { conversationId, contactId, statusId, version, changedAt }: ConversationRow): Entry {
  return resolveEntry(rows, {
    conversationId,
    contactId: contactId ?? null,
    // A status whose record cannot be read counts as no status.
    statusId: rows.has(statusId) ? statusId : null,
    version,
    changedAt,
  });
}

/** The record with the contact and activity that the host passed; `activityAt` never goes back. */
function updatedRow(ref: ConversationRef, stored: ConversationRow | undefined): ConversationRow {
  const contactId = ref.contactId ?? stored?.contactId;
  return {
    conversationId: ref.conversationId,
    ...(contactId === undefined ? {} : { contactId }),
    statusId: stored?.statusId ?? '',
    version: stored?.version ?? 0,
    changedAt: stored?.changedAt ?? 0,
    order: Math.min(0 - (ref.activityAt ?? 0), stored?.order ?? 0),
  };
}

/** What is stored of a conversation. A record that cannot be read is never overwritten. */
type Stored = ConversationRow | 'unreadable' | undefined;

/**
 * Updates the conversations of a write in order: `decide` returns the record to write (`undefined`: none), given what is
 * stored. Contacts and counts are updated too. Requests are sent without awaiting each other.
 */
async function updateConversations(
  { tx, journal, refs, firstBatch }: Write,
  decide: (ref: ConversationRef, stored: Stored) => ConversationRow | undefined,
): Promise<void> {
  const store = rawStore(tx, 'conversations');
  const counters = new ContactCounterChanges();
  for (let start = 0; start < refs.length; start += MAX_BATCH) {
    const { rows: before, unreadable } = start ? await readBatch(tx, refs, start) : firstBatch;
    const after = new Map(before);
    for (const ref of refs.slice(start, start + MAX_BATCH)) {
      const id = ref.conversationId;
      const next = decide(ref, unreadable.has(id) ? 'unreadable' : after.get(id));
      if (next) after.set(id, next);
    }
    const updates: ConversationUpdate[] = [];
    for (const [id, row] of after) {
      const stored = before.get(id);
      if (stored && isSame(stored, row)) continue;
      updates.push({ before: stored, after: row });
      store.put(row);
      if (stored?.statusId !== row.statusId) journal.count(stored?.statusId, row.statusId);
    }
    await updateContacts(tx, updates, counters);
  }
  await counters.save(tx);
}

function isSame(a: ConversationRow, b: ConversationRow): boolean {
  return (
    a.statusId === b.statusId &&
    a.contactId === b.contactId &&
    a.order === b.order &&
    a.version === b.version &&
    a.changedAt === b.changedAt
  );
}
