/** Reads and writes what is kept of each conversation. */
import type { ConversationRef, Entry, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import { resolveEntry } from '../../model/reassignment.js';
import type { Id } from '../../model/id.js';
import type { Rows } from '../rules.js';
import { rewriteContacts, type Rewrite } from './contacts.js';
import { Tally } from './counters.js';
import type { Journal } from './journal.js';
import type { ConversationRow, ReadTx, WriteTx } from './schema.js';
import { getConversations, sender, type Found } from './requests.js';

/** Conversations that are read and written together: bounds what is held while a long list is worked off. */
const SLICE = 10_000;

function toEntry(rows: Rows, { conversationId, contactId, statusId, version, changedAt }: ConversationRow): Entry {
  return resolveEntry(rows, {
    conversationId,
    contactId: contactId ?? null,
    // A status whose record cannot be read is no status.
    statusId: rows.has(statusId) ? statusId : null,
    version,
    changedAt,
  });
}

/** Rows as they leave the adapter, in the order that was asked for. */
export function toEntries(rows: Rows, held: ReadonlyMap<Id, ConversationRow>, ids: readonly Id[]): Map<Id, Entry> {
  const entries = new Map<Id, Entry>();
  for (const id of ids) {
    const row = held.get(id);
    if (row) entries.set(id, toEntry(rows, row));
  }
  return entries;
}

/** What the writes of one transaction share. */
export interface Write {
  tx: WriteTx;
  rows: Rows;
  /** Ids of statuses whose records cannot be read. */
  unreadable: ReadonlySet<Id>;
  journal: Journal;
  /** What is stored of the conversations that it is about: of the first `SLICE` of them. */
  held: Found<ConversationRow>;
}

/** Asked for together with what every write reads, so that a pick waits for the database once. */
export function readHeldOf(tx: ReadTx, refs: readonly ConversationRef[]): Promise<Found<ConversationRow>> {
  const ids = refs.slice(0, SLICE).map((ref) => ref.conversationId);
  return getConversations(tx, ids);
}

/** Gives conversations a status; see the interface. `to` is alive. */
export async function setStatuses(
  write: Write,
  refs: readonly ConversationRef[],
  to: Id | null,
  ifVersion: number | undefined,
): Promise<SetResult[]> {
  const { rows, journal } = write;
  const results: SetResult[] = [];
  await rewrite(write, refs, (ref, held) => {
    const { conversationId } = ref;
    if (held === 'unreadable') {
      results.push({ conversationId, ok: false, error: unreadable(conversationId) });
      return undefined;
    }
    const current = held && toEntry(rows, held);
    if (ifVersion !== undefined && ifVersion !== (current?.version ?? 0)) {
      const error = new PipelineError('conflict', `The conversation "${conversationId}" was changed meanwhile.`, {
        current,
      });
      results.push({ conversationId, ok: false, error });
      return undefined;
    }
    const from = current?.statusId ?? null;
    const next = touched(ref, held);
    next.changedAt = from !== to ? Date.now() : (current?.changedAt ?? 0);
    // Picking what it has already changes nothing, but an inherited status becomes the conversation's own.
    const changed = from !== to || !held || next.contactId !== held.contactId || next.statusId !== (to ?? '');
    if (changed) {
      next.statusId = to ?? '';
      next.version = journal.next();
    }
    const entry = toEntry(rows, next);
    if (changed) {
      const isMove = next.statusId !== (held?.statusId ?? '');
      journal.logEntry(
        entry,
        isMove ? { kind: 'set', from: held?.statusId ?? '', to: next.statusId, at: next.changedAt } : undefined,
      );
    }
    results.push({ conversationId, ok: true, entry });
    return next;
  });
  return results;
}

const unreadable = (conversationId: Id): PipelineError =>
  new PipelineError('storage-lost', `The stored record of the conversation "${conversationId}" cannot be read.`, {
    retryable: false,
  });

/** Takes note of conversations; what changed is only what a subscriber can see: that it exists, and whose it is. */
export async function putConversations(write: Write, refs: readonly ConversationRef[]): Promise<void> {
  await rewrite(write, refs, (ref, held) => {
    if (held === 'unreadable') return undefined;
    const next = touched(ref, held);
    if (!held || held.contactId !== next.contactId) {
      next.version = write.journal.next();
      write.journal.logEntry(toEntry(write.rows, next));
    }
    return next;
  });
}

/** The conversation with what the host says of it now; activity never goes back. */
function touched(ref: ConversationRef, held: ConversationRow | undefined): ConversationRow {
  const contactId = ref.contactId ?? held?.contactId;
  return {
    conversationId: ref.conversationId,
    ...(contactId === undefined ? {} : { contactId }),
    statusId: held?.statusId ?? '',
    version: held?.version ?? 0,
    changedAt: held?.changedAt ?? 0,
    order: Math.min(0 - (ref.activityAt ?? 0), held?.order ?? 0),
  };
}

/** What is stored of a conversation; a record that cannot be read is never written over. */
type Held = ConversationRow | 'unreadable' | undefined;

/**
 * Works a list off in order: reads what is held, asks `decide` for the row to write (`undefined`: none), and writes it
 * with all that is summed up from it. Requests are sent without waiting for each other.
 */
async function rewrite(
  { tx, journal, held: first }: Write,
  refs: readonly ConversationRef[],
  decide: (ref: ConversationRef, held: Held) => ConversationRow | undefined,
): Promise<void> {
  const store = sender(tx, 'conversations');
  const tally = new Tally();
  for (let start = 0; start < refs.length; start += SLICE) {
    const slice = refs.slice(start, start + SLICE);
    const { rows: before, unreadable } = start ? await readHeldOf(tx, slice) : first;
    const after = new Map(before);
    for (const ref of slice) {
      const id = ref.conversationId;
      const next = decide(ref, unreadable.has(id) ? 'unreadable' : after.get(id));
      if (next) after.set(ref.conversationId, next);
    }
    const rewrites: Rewrite[] = [];
    for (const [id, row] of after) {
      const held = before.get(id);
      if (held && isSame(held, row)) continue;
      rewrites.push({ before: held, after: row });
      store.put(row);
      if (held?.statusId !== row.statusId) journal.count(held?.statusId, row.statusId);
    }
    await rewriteContacts(tx, rewrites, tally);
  }
  await tally.save(tx);
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
