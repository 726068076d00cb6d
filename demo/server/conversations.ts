/** Reads and writes conversations: their entries, statuses and contacts. */
import type { ConversationRef, Entry, SetResult } from '../../src/model/entry.js';
import { PipelineError } from '../../src/model/errors.js';
import { resolveEntry } from '../../src/model/reassignment.js';
import type { Id } from '../../src/model/id.js';
import {
  factsFromHost,
  factsFromPage,
  requireLiveStatus,
  type ConversationFacts,
  type Rows,
} from '../../src/adapters/rules.js';
import { updateContacts, type ConversationChange } from './contacts.js';
import { CounterChanges } from './counters.js';
import { HISTORY_BATCH, pruneHistory, putHistory, type HistoryRow } from './history.js';
import { readStatuses } from './status-rows.js';
import type { VersionCheck } from './statuses.js';
import type { ReadContext, WriteContext } from './store.js';

export interface ConversationRow extends Entry {
  /** Whether the host said that it has no contact. */
  isUnlinked: boolean;
  /** The negated time of the newest message. */
  recency: number;
  /** How many history events the conversation has had so far. */
  events: number;
}

const READ = `SELECT conversation_id AS "conversationId", contact_id AS "contactId", status_id AS "statusId",
    version, changed_at AS "changedAt", recency, events, is_unlinked AS "isUnlinked"
  FROM pipeline.conversations WHERE tenant_id = $1 AND conversation_id = ANY ($2::text[])`;

const HAVING = `SELECT conversation_id AS "conversationId" FROM pipeline.conversations
  WHERE tenant_id = $1 AND status_key = $2 LIMIT $3`;

const PUT = `INSERT INTO pipeline.conversations
    (tenant_id, conversation_id, contact_id, status_id, version, changed_at, recency, events, is_unlinked)
  SELECT $1, r."conversationId", r."contactId", r."statusId", r.version, r."changedAt", r.recency, r.events,
    r."isUnlinked"
  FROM json_to_recordset($2::json) AS r ("conversationId" text, "contactId" text, "statusId" text, version bigint,
    "changedAt" bigint, recency double precision, events integer, "isUnlinked" boolean)
  ON CONFLICT (tenant_id, conversation_id) DO UPDATE SET contact_id = excluded.contact_id,
    status_id = excluded.status_id, version = excluded.version, changed_at = excluded.changed_at,
    recency = excluded.recency, events = excluded.events, is_unlinked = excluded.is_unlinked`;

/** The rows of the known conversations, by id. Also reads the statuses that the rows have. */
export async function readRows(read: ReadContext, ids: readonly Id[]): Promise<Map<Id, ConversationRow>> {
  if (!ids.length) return new Map();
  const rows = await read.tx.query<ConversationRow>(READ, [read.tenant, ids]);
  await readStatuses(
    read,
    rows.map((row) => row.statusId),
  );
  return new Map(rows.map((row) => [row.conversationId, row]));
}

/** The public form of a row. */
function toEntry(rows: Rows, { conversationId, contactId, statusId, version, changedAt }: ConversationRow): Entry {
  return resolveEntry(rows, { conversationId, contactId, statusId, version, changedAt });
}

/** The entries of the known conversations, in the order of `ids`, without duplicates. */
export async function readEntries(read: ReadContext, ids: readonly Id[]): Promise<Entry[]> {
  const stored = await readRows(read, ids);
  return [...new Set(ids)].flatMap((id) => {
    const row = stored.get(id);
    return row ? [toEntry(read.rows, row)] : [];
  });
}

/** Sets the status of conversations. Rejects as a whole with `not-found` or `status-deleted` for the status. */
export async function setStatus(
  write: WriteContext,
  refs: readonly ConversationRef[],
  to: Id | null,
  matchesVersion: VersionCheck = () => true,
): Promise<SetResult[]> {
  const { rows, journal, head } = write;
  if (to !== null) requireLiveStatus(await readStatuses(write, [to]), to, 'statusId');
  const results: SetResult[] = [];
  const events: HistoryRow[] = [];
  await updateRows(write, refs, (ref, stored) => {
    const { conversationId } = ref;
    const current = stored && toEntry(rows, stored);
    if (!matchesVersion(current?.version ?? 0)) {
      const message = `The conversation "${conversationId}" has been changed in the meantime.`;
      results.push({ conversationId, ok: false, error: new PipelineError('conflict', message, { current }) });
      return undefined;
    }
    const from = current?.statusId ?? null;
    const next = withFacts(conversationId, stored, factsFromPage(ref, stored && factsOf(stored)));
    next.changedAt = from !== to ? head.now : (current?.changedAt ?? 0);
    // Picking the current status changes nothing, unless it was inherited from a deleted status: it is then stored.
    const changed = from !== to || !stored || next.contactId !== stored.contactId || stored.statusId !== to;
    if (changed) {
      next.statusId = to;
      next.version = journal.next();
      const fromKey = stored?.statusId ?? '';
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

/**
 * Registers conversations: what the host says is so. Reports new ones, another contact, and activity that goes back;
 * newer activity is not reported, because every message would be.
 */
export async function putConversations(write: WriteContext, refs: readonly ConversationRef[]): Promise<void> {
  await updateRows(write, refs, (ref, stored) => {
    const next = withFacts(ref.conversationId, stored, factsFromHost(ref, stored && factsOf(stored)));
    if (!stored || stored.contactId !== next.contactId || stored.recency < next.recency) {
      next.version = write.journal.next();
      write.journal.logEntry(toEntry(write.rows, next));
    }
    return next;
  });
}

/**
 * Gives some conversations that store a deleted status what they are shown with instead (see purge.ts). No change is
 * reported, because clients know these versions.
 */
export async function replaceStatus(
  write: WriteContext,
  from: Id,
  to: { statusId: Id | null; version: number; changedAt: number },
  limit: number,
): Promise<void> {
  const refs = await write.tx.query<ConversationRef>(HAVING, [write.tenant, from, limit]);
  await updateRows(write, refs, (_, stored) => ({
    ...stored!,
    statusId: to.statusId,
    version: Math.max(stored!.version, to.version),
    changedAt: Math.max(stored!.changedAt, to.changedAt),
  }));
}

const factsOf = ({ contactId, isUnlinked, recency }: ConversationRow): ConversationFacts => ({
  contactId,
  isUnlinked,
  activityAt: 0 - recency,
});

/** The row with what is known of the conversation now. */
function withFacts(
  conversationId: Id,
  stored: ConversationRow | undefined,
  { contactId, isUnlinked, activityAt }: ConversationFacts,
): ConversationRow {
  return {
    conversationId,
    contactId,
    isUnlinked,
    statusId: stored?.statusId ?? null,
    version: stored?.version ?? 0,
    changedAt: stored?.changedAt ?? 0,
    recency: 0 - activityAt,
    events: stored?.events ?? 0,
  };
}

/**
 * Processes a list in order: reads the current rows, calls `decide` for each new row (`undefined`: unchanged), and
 * writes the changed rows together with the data derived from them.
 */
async function updateRows(
  write: WriteContext,
  refs: readonly ConversationRef[],
  decide: (ref: ConversationRef, stored: ConversationRow | undefined) => ConversationRow | undefined,
): Promise<void> {
  const before = await readRows(write, [...new Set(refs.map((ref) => ref.conversationId))]);
  const after = new Map(before);
  for (const ref of refs) {
    const next = decide(ref, after.get(ref.conversationId));
    if (next) after.set(ref.conversationId, next);
  }
  const changes: (ConversationChange & { after: ConversationRow })[] = [];
  const counters = new CounterChanges();
  for (const [id, row] of after) {
    const stored = before.get(id);
    if (stored && isSame(stored, row)) continue;
    changes.push({ before: stored, after: row });
    const [from, to] = [stored && (stored.statusId ?? ''), row.statusId ?? ''];
    if (from === to) continue;
    if (from !== undefined) counters.add('conversation', from, [from], -1);
    counters.add('conversation', to, [to], 1);
  }
  if (!changes.length) return;
  write.batch.add(PUT, [write.tenant, JSON.stringify(changes.map((each) => each.after))]);
  await updateContacts(write, changes, counters);
  counters.save(write);
  const overflowing = changes.filter(
    (each) => Math.floor(each.after.events / HISTORY_BATCH) > Math.floor((each.before?.events ?? 0) / HISTORY_BATCH),
  );
  for (const each of overflowing) pruneHistory(write, each.after.conversationId);
}

function isSame(a: ConversationRow, b: ConversationRow): boolean {
  return (
    a.statusId === b.statusId &&
    a.contactId === b.contactId &&
    a.isUnlinked === b.isUnlinked &&
    a.recency === b.recency &&
    a.version === b.version &&
    a.changedAt === b.changedAt
  );
}
