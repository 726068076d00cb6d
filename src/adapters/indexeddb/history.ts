/** Tells what happened to one conversation, out of the log. */
import type { HistoryItem } from '../../model/entry.js';
import type { StatusRow } from '../../model/reassignment.js';
import type { Id } from '../../model/id.js';
import type { Rows } from '../rules.js';
import { resolveId } from './contacts.js';
import type { ConversationRow, HistoryEvent, LogRow, ReadTx } from './schema.js';
import { isReadableConversation, isReadableLog } from './stored.js';

const HISTORY_LENGTH = 100;

/** What is known of a conversation and of the statuses it was given, oldest first. */
interface Story {
  conversation: ConversationRow | undefined;
  events: (HistoryEvent & { by?: string })[];
}

/** As far back as the log goes. */
export async function readStory(tx: ReadTx, conversationId: Id): Promise<Story> {
  const index = tx.objectStore('log').index('bySubject');
  const about = (subject: string): Promise<LogRow[]> =>
    index.getAll(IDBKeyRange.bound([subject, 0], [subject, Infinity]));
  const [conversation, own, moves] = await Promise.all([
    tx.objectStore('conversations').get(conversationId),
    about(`c${conversationId}`),
    about('s'),
  ]);
  const events = [...own, ...moves]
    .filter((row) => isReadableLog(tx, row))
    .sort((a, b) => a.seq - b.seq)
    .flatMap(({ event, by }) => (event ? [by === undefined ? event : { ...event, by }] : []));
  return { conversation: conversation && isReadableConversation(tx, conversation) ? conversation : undefined, events };
}

/**
 * What happened to a conversation. A deleted status moved its conversations without touching them, so the conversation's
 * own events are replayed together with the deletes and restores of statuses.
 */
export function toHistory(rows: Rows, { conversation, events }: Story): HistoryItem[] {
  return conversation ? replay(events, rows, conversation.statusId) : [];
}

function replay(events: Story['events'], now: Rows, statusIdNow: string): HistoryItem[] {
  const rows = new Map(now);
  let statusId = statusIdNow;
  // Back to where the log begins…
  for (const event of [...events].reverse()) {
    if (event.kind === 'set') statusId = event.from;
    else setHeir(rows, event.statusId, event.kind === 'delete' ? undefined : event.heir);
  }
  // …and forth again, noting where it read differently than before.
  const items: HistoryItem[] = [];
  let from = resolveId(rows, statusId);
  for (const event of events) {
    if (event.kind === 'set') statusId = event.to;
    else setHeir(rows, event.statusId, event.kind === 'delete' ? event.heir : undefined);
    const to = resolveId(rows, statusId);
    if (to !== from) items.push({ from, to, at: event.at, ...(event.by === undefined ? {} : { by: event.by }) });
    from = to;
  }
  return items.slice(-HISTORY_LENGTH);
}

/** Makes the status deleted in favour of `heir`; `undefined`: alive. */
function setHeir(rows: Map<Id, StatusRow>, id: Id, heir: Id | null | undefined): void {
  const held = rows.get(id);
  // Its record cannot be read.
  if (!held) return;
  const { deleted: _, heir: __, ...row } = held;
  rows.set(id, heir === undefined ? row : { ...row, deleted: true, heir });
}
