import type { ConversationRef, Entry, SetResult } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';
import { resolveEntry } from '../../src/model/reassignment.js';
import type { Id } from '../../src/model/id.js';
import { requireLiveStatus, type Rows } from '../../src/adapters/rules.js';
import { rewriteContacts, type Rewrite } from './contacts.js';
import { Tally } from './counters.js';
import { HISTORY_BATCH, pruneHistory, putHistory, type HistoryRow } from './history.js';
import type { VersionCheck } from './statuses.js';
import type { Read, Write } from './store.js';

export interface ConversationRow extends Entry {
  /** Minus the time of the newest message. */
  recency: number;
  /** How many events its history had so far. */
  events: number;
}

const READ = `SELECT conversation_id AS "conversationId", contact_id AS "contactId", status_id AS "statusId",
    version, changed_at AS "changedAt", recency, events
  FROM pipeline.conversations WHERE tenant_id = $1 AND conversation_id = ANY ($2::text[])`;

const PUT = `INSERT INTO pipeline.conversations
    (tenant_id, conversation_id, contact_id, status_id, version, changed_at, recency, events)
  SELECT $1, r."conversationId", r."contactId", r."statusId", r.version, r."changedAt", r.recency, r.events
  FROM json_to_recordset($2::json) AS r ("conversationId" text, "contactId" text, "statusId" text, version bigint,
    "changedAt" bigint, recency double precision, events integer)
  ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET contact_id = excluded.contact_id,
    status_id = excluded.status_id, version = excluded.version, changed_at = excluded.changed_at,
    recency = excluded.recency, events = excluded.events`;

async function readRows({ tx, tenant }: Read, ids: readonly Id[]): Promise<Map<Id, ConversationRow>> {
  if (!ids.length) return new Map();
  const rows = await tx.query<ConversationRow>(READ, [tenant, ids]);
  return new Map(rows.map((row) => [row.conversationId, row]));
}

/** A row as it leaves the server. */
function toEntry(rows: Rows, { conversationId, contactId, statusId, version, changedAt }: ConversationRow): Entry {
  return resolveEntry(rows, { conversationId, contactId, statusId, version, changedAt });
}

/** The entries of those that are known, in the order asked, each once. */
export async function readEntries(read: Read, ids: readonly Id[]): Promise<Entry[]> {
  const held = await readRows(read, ids);
  return [...new Set(ids)].flatMap((id) => {
    const row = held.get(id);
    return row ? [toEntry(read.rows, row)] : [];
  });
}

/** Gives conversations a status. Rejects, all of it, with `not-found` and `status-deleted` for the status. */
export async function setStatus(
  write: Write,
  refs: readonly ConversationRef[],
  to: Id | null,
  isSeen: VersionCheck = () => true,
): Promise<SetResult[]> {
  const { rows, journal, head } = write;
  if (to !== null) requireLiveStatus(rows, to, 'statusId');
  const results: SetResult[] = [];
  const events: HistoryRow[] = [];
  await rewrite(write, refs, (ref, held) => {
    const { conversationId } = ref;
    const current = held && toEntry(rows, held);
    if (!isSeen(current?.version ?? 0)) {
      const message = `The conversation "${conversationId}" was changed meanwhile.`;
      results.push({ conversationId, ok: false, error: new PipelineError('conflict', message, { current }) });
      return undefined;
    }
    const from = current?.statusId ?? null;
    const next = touched(ref, held);
    next.changedAt = from !== to ? head.now : (current?.changedAt ?? 0);
    // Picking what it has already changes nothing, but an inherited status becomes the conversation's own.
    const changed = from !== to || !held || next.contactId !== held.contactId || held.statusId !== to;
    if (changed) {
      next.statusId = to;
      next.version = journal.next();
      const fromKey = held?.statusId ?? '';
      if (fromKey !== (to ?? '')) {
        next.events++;
        events.push({ conversationId, seq: next.version, fromKey, toKey: to ?? '' });
      }
    }
    const entry = toEntry(rows, next);
    if (changed) journal.logEntry(entry);
    results.push({ conversationId, ok: true, entry });
    return next;
  });
  putHistory(write, events);
  return results;
}

/** Takes note of conversations; what changed is only what a client can see: that it exists, and whose it is. */
export async function putConversations(write: Write, refs: readonly ConversationRef[]): Promise<void> {
  await rewrite(write, refs, (ref, held) => {
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
  return {
    conversationId: ref.conversationId,
    contactId: ref.contactId ?? held?.contactId ?? null,
    statusId: held?.statusId ?? null,
    version: held?.version ?? 0,
    changedAt: held?.changedAt ?? 0,
    recency: Math.min(0 - (ref.activityAt ?? 0), held?.recency ?? 0),
    events: held?.events ?? 0,
  };
}

/**
 * Works a list off in order: reads what is held, asks `decide` for the row to write (`undefined`: none), and writes what
 * changed with all that is summed up from it.
 */
async function rewrite(
  write: Write,
  refs: readonly ConversationRef[],
  decide: (ref: ConversationRef, held: ConversationRow | undefined) => ConversationRow | undefined,
): Promise<void> {
  const before = await readRows(write, [...new Set(refs.map((ref) => ref.conversationId))]);
  const after = new Map(before);
  for (const ref of refs) {
    const next = decide(ref, after.get(ref.conversationId));
    if (next) after.set(ref.conversationId, next);
  }
  const rewrites: Rewrite[] = [];
  const tally = new Tally();
  for (const [id, row] of after) {
    const held = before.get(id);
    if (held && isSame(held, row)) continue;
    rewrites.push({ before: held, after: row });
    const [from, to] = [held && (held.statusId ?? ''), row.statusId ?? ''];
    if (from === to) continue;
    if (from !== undefined) tally.add('conversation', from, [from], -1);
    tally.add('conversation', to, [to], 1);
  }
  if (!rewrites.length) return;
  write.batch.add(PUT, [write.tenant, JSON.stringify(rewrites.map((each) => each.after))]);
  await rewriteContacts(write, rewrites, tally);
  tally.save(write);
  const long = rewrites.filter(
    (each) => Math.floor(each.after.events / HISTORY_BATCH) > Math.floor((each.before?.events ?? 0) / HISTORY_BATCH),
  );
  for (const each of long) pruneHistory(write, each.after.conversationId);
}

function isSame(a: ConversationRow, b: ConversationRow): boolean {
  return (
    a.statusId === b.statusId &&
    a.contactId === b.contactId &&
    a.recency === b.recency &&
    a.version === b.version &&
    a.changedAt === b.changedAt
  );
}
