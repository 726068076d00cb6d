/** Computes the histories of conversations from the log. */
import type { HistoryItem } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import type { StatusRow } from '../../model/reassignment.js';
import { parseId } from '../../model/validate.js';
import type { Rows } from '../rules.js';
import { resolveStoredId } from './contacts.js';
import { readStatuses } from './journal.js';
import type { BulkRow, ConversationRow, HistoryEvent, LogRow, ReadTx, StoredStatusId } from './schema.js';
import { parseStagedId } from './staging.js';
import { getDeletedStatuses, getLiveStatuses, isReadableConversation, isReadableLog } from './stored.js';

const HISTORY_LENGTH = 100;

type AuthoredEvent = HistoryEvent & { by?: string };

/**
 * The history of a conversation as far back as the log goes, oldest first. A deleted status moved its conversations
 * without writing them, so deletes and restores of statuses are replayed together with the conversation's own events.
 */
export async function readHistory(tx: ReadTx, conversationId: Id): Promise<readonly HistoryItem[]> {
  const id = parseId(conversationId, 'conversationId');
  const index = tx.objectStore('log').index('bySubject');
  const about = (subject: string): Promise<LogRow[]> =>
    index.getAll(IDBKeyRange.bound([subject, 0], [subject, Infinity]));
  const [{ rows: live }, { bulks }, conversation, own, moves] = await Promise.all([
    getLiveStatuses(tx),
    readStatuses(tx),
    tx.objectStore('conversations').get(id),
    about(`c${id}`),
    about('s'),
  ]);
  if (!conversation || !isReadableConversation(tx, conversation)) return [];
  const { statusId, logged } = withoutStaging(conversation.statusId, bulks);
  if (statusId === undefined) return [];
  const events = inOrder(tx, [...own, ...moves, ...logged]);
  return replay(events, await withNamed(tx, live, events, statusId), statusId);
}

/** The events of readable records of the log, oldest first. */
function inOrder(tx: ReadTx, rows: readonly LogRow[]): AuthoredEvent[] {
  return rows
    .filter((row) => isReadableLog(tx, row))
    .sort((a, b) => a.seq - b.seq)
    .flatMap(({ event, by }) => (event ? [by === undefined ? event : { ...event, by }] : []));
}

/** The histories of all conversations. */
export interface Histories {
  /** `rows`: all statuses, deleted ones included. */
  of(conversation: ConversationRow, rows: Rows): readonly HistoryItem[];
}

/** Reads the whole log at once, to compute many histories. */
export async function readHistories(tx: ReadTx): Promise<Histories> {
  const [{ bulks }, log] = await Promise.all([readStatuses(tx), tx.objectStore('log').getAll()]);
  const bySubject = new Map<string, LogRow[]>();
  for (const row of log) {
    if (row.subject === undefined) continue;
    const rows = bySubject.get(row.subject);
    if (rows) rows.push(row);
    else bySubject.set(row.subject, [row]);
  }
  const moves = bySubject.get('s') ?? [];
  return {
    of(conversation, rows) {
      const { statusId, logged } = withoutStaging(conversation.statusId, bulks);
      const own = bySubject.get(`c${conversation.conversationId}`) ?? [];
      if (statusId === undefined || !(own.length || logged.length || moves.length)) return [];
      return replay(inOrder(tx, [...own, ...moves, ...logged]), rows, statusId);
    },
  };
}

/** The stored status of a conversation that may be part of a long write (missing: it is new in it), and what is not logged yet. */
function withoutStaging(
  stored: StoredStatusId,
  bulks: readonly BulkRow[],
): { statusId: StoredStatusId | undefined; logged: LogRow[] } {
  const staged = parseStagedId(stored);
  const bulk = bulks.find(({ id }) => id === staged?.bulk);
  if (!staged) return { statusId: stored, logged: [] };
  const { kind, origin } = staged;
  if (bulk?.state !== 'committed') return { statusId: kind === '+' ? undefined : origin, logged: [] };
  const { seq, to, at, by } = bulk;
  return { statusId: to, logged: [{ seq, event: { kind: 'set', from: origin, to, at }, ...(by ? { by } : {}) }] };
}

/** The statuses with the deleted ones that matter here: those that the events name, and all that replace them. */
async function withNamed(tx: ReadTx, live: Rows, events: readonly HistoryEvent[], statusId: Id): Promise<Rows> {
  const rows = new Map(live);
  const looked = new Set<Id | null | undefined>([null, undefined, '']);
  let wanted: (Id | null | undefined)[] = [
    statusId,
    ...events.flatMap((event) => (event.kind === 'set' ? [event.from, event.to] : [event.statusId, event.heir])),
  ];
  for (;;) {
    const ids = [...new Set(wanted)].filter((id) => !looked.has(id) && !rows.has(id!)) as Id[];
    if (!ids.length) return rows;
    for (const id of ids) looked.add(id);
    const found = await getDeletedStatuses(tx, ids);
    for (const row of found) rows.set(row.id, row);
    wanted = found.map((row) => row.heir);
  }
}

function replay(events: readonly AuthoredEvent[], now: Rows, statusIdNow: string): HistoryItem[] {
  const rows = new Map(now);
  let statusId = statusIdNow;
  // First back to the state before the oldest event…
  for (const event of [...events].reverse()) {
    if (event.kind === 'set') statusId = event.from;
    else setReplacement(rows, event.statusId, event.kind === 'delete' ? undefined : event.heir);
  }
  // …then forward again, recording each change of the status that counts.
  const items: HistoryItem[] = [];
  let from = resolveStoredId(rows, statusId);
  for (const event of events) {
    if (event.kind === 'set') statusId = event.to;
    else setReplacement(rows, event.statusId, event.kind === 'delete' ? event.heir : undefined);
    const to = resolveStoredId(rows, statusId);
    if (to !== from) items.push({ from, to, at: event.at, ...(event.by === undefined ? {} : { by: event.by }) });
    from = to;
  }
  return items.slice(-HISTORY_LENGTH);
}

/** Marks the status as deleted and replaced by another one (`null`: by no status); `undefined`: as not deleted. */
function setReplacement(rows: Map<Id, StatusRow>, id: Id, replacement: Id | null | undefined): void {
  const stored = rows.get(id);
  // The record of the status cannot be read.
  if (!stored) return;
  const { deleted: _, heir: __, ...row } = stored;
  rows.set(id, replacement === undefined ? row : { ...row, deleted: true, heir: replacement });
}
