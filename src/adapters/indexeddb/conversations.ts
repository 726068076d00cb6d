/** Reads and writes the conversations, inside a transaction. */
import type { ConversationRef, Entry, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { resolveEntry } from '../../model/reassignment.js';
import { parseId } from '../../model/validate.js';
import { factsFromHost, factsFromPage, type ConversationFacts, type Rows } from '../rules.js';
import { ContactCounterChanges, updateContacts, type ConversationUpdate } from './contacts.js';
import { MAX_BATCH, readBatch, readStatuses, type Journal, type Write } from './journal.js';
import type { ConversationRow, ReadTx } from './schema.js';
import { getConversations, rawStore } from './stored.js';
import { isCommitted, isHidden, parseStagedId } from './staging.js';
import { requireLive } from './statuses.js';

/** Looks up conversations. Throws `invalid`. */
export async function readEntries(tx: ReadTx, conversationIds: readonly Id[]): Promise<ReadonlyMap<Id, Entry>> {
  const ids = conversationIds.map((id) => parseId(id, 'conversationId'));
  const [{ rows }, conversations] = await Promise.all([readStatuses(tx), getConversations(tx, ids)]);
  const entries = new Map<Id, Entry>();
  for (const id of ids) {
    const row = conversations.rows.get(id);
    if (row && !isHidden(rows, row.statusId)) entries.set(id, toEntry(rows, row));
  }
  return entries;
}

/** Sets the status of the conversations. */
export async function setStatuses(
  write: Write,
  to: Id | null,
  ifVersion: number | undefined,
): Promise<readonly SetResult[]> {
  const { rows, journal } = write;
  if (to !== null) await requireLive(write, parseId(to, 'statusId'), 'statusId');
  const results: SetResult[] = [];
  await updateConversations(write, (ref, before) => {
    const { conversationId } = ref;
    if (before === 'unreadable') {
      results.push({ conversationId, ok: false, error: unreadableError(conversationId) });
      return undefined;
    }
    const current = before && !isHidden(rows, before.statusId) ? toEntry(rows, before) : undefined;
    if (ifVersion !== undefined && ifVersion !== (current?.version ?? 0)) {
      results.push({ conversationId, ok: false, error: conflictError(conversationId, current) });
      return undefined;
    }
    const stored = before && settledRow(journal, before);
    const from = current?.statusId ?? null;
    const next = withFacts(ref.conversationId, stored, factsFromPage(ref, stored && factsOf(stored)));
    next.changedAt = from !== to ? Date.now() : (current?.changedAt ?? 0);
    // Setting the status that it has changes nothing, except that an inherited status becomes the conversation's own.
    const isChanged = from !== to || !stored || next.contactId !== stored.contactId || next.statusId !== (to ?? '');
    if (isChanged) {
      next.statusId = to ?? '';
      next.version = journal.nextVersion();
    }
    if (isChanged || stored !== before) journal.touch(conversationId);
    const entry = toEntry(rows, next);
    if (isChanged) {
      const storedId = stored?.statusId ?? '';
      const isMoved = next.statusId !== storedId;
      const event = { kind: 'set', from: storedId, to: next.statusId, at: next.changedAt } as const;
      journal.logEntry(entry, isMoved ? event : undefined);
    }
    results.push({ conversationId, ok: true, entry });
    return next;
  });
  return results;
}

export const conflictError = (conversationId: Id, current: Entry | undefined): PipelineError =>
  new PipelineError('conflict', `The conversation "${conversationId}" has since been changed.`, { current });

export const unreadableError = (conversationId: Id): PipelineError =>
  new PipelineError('storage-lost', `The stored record of the conversation "${conversationId}" cannot be read.`, {
    retryable: false,
  });

/**
 * Adds and changes conversations. Subscribers are notified of new ones, of changed contacts, and of activity that goes
 * back; newer activity is not reported, because every message would be.
 */
export async function putConversations(write: Write): Promise<void> {
  await updateConversations(write, (ref, before) => {
    if (before === 'unreadable') return undefined;
    const isNew = !before || isHidden(write.rows, before.statusId);
    const stored = isNew ? undefined : before;
    if (before && isNew) write.journal.touch(ref.conversationId);
    const next = withFacts(ref.conversationId, stored, factsFromHost(ref, stored && factsOf(stored)));
    if (!stored || stored.contactId !== next.contactId || stored.order < next.order) {
      next.version = write.journal.nextVersion();
      write.journal.logEntry(toEntry(write.rows, next));
    }
    return next;
  });
}

/** The record of a conversation without its part in a long write: committed, or as before; `undefined`: it is new in it. */
export function settledRow(journal: Journal, row: ConversationRow): ConversationRow | undefined {
  const staged = parseStagedId(row.statusId);
  const bulk = staged && journal.bulks.find(({ id }) => id === staged.bulk);
  if (!staged) return row;
  const { kind, origin } = staged;
  const { pending, ...before } = row;
  if (bulk?.state !== 'committed') return kind === '+' ? undefined : { ...before, statusId: origin };
  const { conversationId } = row;
  const { to, seq, at } = bulk;
  const facts = pending ? factsFromPage({ conversationId, ...pending }, factsOf(row)) : factsOf(row);
  const isMoved = kind === '*' || (kind === '+' && to !== '');
  const after = {
    ...withFacts(conversationId, before, facts),
    statusId: to,
    version: Math.max(row.version, seq),
    changedAt: isMoved ? Math.max(row.changedAt, at) : row.changedAt,
  };
  if (origin !== to) journal.logBulkEvent(bulk, conversationId, { kind: 'set', from: origin, to, at: after.changedAt });
  return after;
}

export function toEntry(rows: Rows, row: ConversationRow): Entry {
  const { conversationId, statusId, version, changedAt, pending } = row;
  const { contactId } = pending && isCommitted(rows, statusId) ? pending : row;
  return resolveEntry(rows, {
    conversationId,
    contactId: contactId ?? null,
    // A status whose record cannot be read counts as no status.
    statusId: rows.has(statusId) ? statusId : null,
    version,
    changedAt,
  });
}

export const factsOf = ({ contactId, isUnlinked, order }: ConversationRow): ConversationFacts => ({
  contactId: contactId ?? null,
  isUnlinked: isUnlinked ?? false,
  activityAt: 0 - order,
});

/** The record with what is known of the conversation now. */
export function withFacts(
  conversationId: Id,
  stored: ConversationRow | undefined,
  { contactId, isUnlinked, activityAt }: ConversationFacts,
): ConversationRow {
  return {
    conversationId,
    ...(contactId === null ? {} : { contactId }),
    ...(isUnlinked ? { isUnlinked } : {}),
    ...(stored?.pending ? { pending: stored.pending } : {}),
    statusId: stored?.statusId ?? '',
    version: stored?.version ?? 0,
    changedAt: stored?.changedAt ?? 0,
    order: 0 - activityAt,
  };
}

/** What is stored of a conversation. A record that cannot be read is never overwritten. */
type Stored = ConversationRow | 'unreadable' | undefined;

/**
 * Updates the conversations of a write in order: `decide` returns the record to write (`undefined`: none; `erase`: there is
 * none any more), given what is stored. Contacts and counts are updated too. Requests are sent without awaiting each other.
 */
export async function updateConversations(
  { tx, journal, refs, firstBatch }: Write,
  decide: (ref: ConversationRef, stored: Stored) => ConversationRow | 'erase' | undefined,
): Promise<void> {
  const store = rawStore(tx, 'conversations');
  const counters = new ContactCounterChanges();
  for (let start = 0; start < refs.length; start += MAX_BATCH) {
    const { rows: before, unreadable } = start ? await readBatch(tx, refs, start) : firstBatch;
    const after = new Map<Id, ConversationRow | undefined>(before);
    for (const ref of refs.slice(start, start + MAX_BATCH)) {
      const id = ref.conversationId;
      const next = decide(ref, unreadable.has(id) ? 'unreadable' : after.get(id));
      if (next) after.set(id, next === 'erase' ? undefined : next);
    }
    const updates: ConversationUpdate[] = [];
    for (const [id, row] of after) {
      const stored = before.get(id);
      if (stored && row && isSame(stored, row)) continue;
      updates.push({ before: stored, after: row });
      if (row) store.put(row);
      else store.delete(id);
      if (stored?.statusId !== row?.statusId) journal.count(stored?.statusId, row?.statusId);
    }
    await updateContacts(tx, updates, counters);
  }
  await counters.save(tx);
}

function isSame(a: ConversationRow, b: ConversationRow): boolean {
  return (
    a.statusId === b.statusId &&
    a.contactId === b.contactId &&
    a.isUnlinked === b.isUnlinked &&
    a.order === b.order &&
    a.pending === b.pending &&
    a.version === b.version &&
    a.changedAt === b.changedAt
  );
}
