/** Stores and reads the status history of conversations. */
import type { HistoryItem } from '../../src/model/entry.js';
import type { Id } from '../../src/model/id.js';
import type { StatusKey } from './counters.js';
import type { Move } from './journal.js';
import { readStatuses } from './status-rows.js';
import type { ReadContext, WriteContext } from './store.js';

/** How many events of a conversation are kept; older ones are deleted once per `HISTORY_BATCH` events. */
const HISTORY_LENGTH = 100;
export const HISTORY_BATCH = 32;
/** How many deletes and restores of statuses are considered. */
const MAX_MOVES = 1000;

export interface HistoryRow {
  conversationId: Id;
  seq: number;
  fromKey: StatusKey;
  toKey: StatusKey;
}

type Event = { seq: number; at: number; by: string | null } & (
  { kind: 'set'; fromKey: StatusKey; toKey: StatusKey } | Move
);

const PUT = `INSERT INTO pipeline.history (tenant_id, conversation_id, seq, from_key, to_key, at, by_whom)
  SELECT $1, r."conversationId", r.seq, r."fromKey", r."toKey", $3, $4
  FROM json_to_recordset($2::json) AS r ("conversationId" text, seq bigint, "fromKey" text, "toKey" text)`;

const PRUNE = `DELETE FROM pipeline.history WHERE tenant_id = $1 AND conversation_id = $2 AND seq <=
  (SELECT seq FROM pipeline.history WHERE tenant_id = $1 AND conversation_id = $2
    ORDER BY seq DESC OFFSET $3 LIMIT 1)`;

const REMOVE = 'DELETE FROM pipeline.history WHERE tenant_id = $1 AND conversation_id = ANY ($2::text[])';

const OWN = `SELECT 'set' AS kind, seq, from_key AS "fromKey", to_key AS "toKey", at, by_whom AS by
  FROM pipeline.history WHERE tenant_id = $1 AND conversation_id = $2 ORDER BY seq DESC LIMIT $3`;

const MOVES = `SELECT kind, seq, status_id AS "statusId", heir, at, by_whom AS by
  FROM pipeline.moves WHERE tenant_id = $1 ORDER BY seq DESC LIMIT $2`;

const NOW = `SELECT status_key AS key FROM pipeline.conversations WHERE tenant_id = $1 AND conversation_id = $2`;

export function putHistory({ batch, tenant, head, by }: WriteContext, events: readonly HistoryRow[]): void {
  if (events.length) batch.add(PUT, [tenant, JSON.stringify(events), head.now, by ?? null]);
}

export function pruneHistory({ batch, tenant }: WriteContext, conversationId: Id): void {
  batch.addLater(PRUNE, [tenant, conversationId, HISTORY_LENGTH]);
}

export function removeHistory({ batch, tenant }: WriteContext, conversationIds: readonly Id[]): void {
  batch.addLater(REMOVE, [tenant, conversationIds]);
}

/**
 * The history of a conversation, oldest first, as far back as it is kept. Deleting a status moves conversations without
 * touching their rows, so a conversation's own events are replayed together with the deletes and restores of statuses.
 */
export async function readHistory(read: ReadContext, conversationId: Id): Promise<HistoryItem[]> {
  const { tx, tenant } = read;
  const [conversation] = await tx.query<{ key: StatusKey }>(NOW, [tenant, conversationId]);
  if (!conversation) return [];
  const own = await tx.query<Event>(OWN, [tenant, conversationId, HISTORY_LENGTH]);
  const moves = await tx.query<Event>(MOVES, [tenant, MAX_MOVES]);
  // Both lists are complete only from here on.
  const from = Math.max(
    own.length === HISTORY_LENGTH ? own.at(-1)!.seq : 0,
    moves.length === MAX_MOVES ? moves.at(-1)!.seq : 0,
  );
  const events = [...own, ...moves].filter((event) => event.seq >= from).sort((a, b) => a.seq - b.seq);
  return replay(events, await readHeirs(read, conversation.key, events), conversation.key);
}

/** Deleted statuses, with the status that their conversations have instead. */
type Heirs = Map<Id, Id | null>;

/** The deleted ones among all statuses that the conversation may have had. */
async function readHeirs(read: ReadContext, keyNow: StatusKey, events: readonly Event[]): Promise<Heirs> {
  const idsOf = (event: Event): (Id | null)[] =>
    event.kind === 'set' ? [event.fromKey, event.toKey] : [event.statusId, event.heir];
  const ids = [keyNow, ...events.flatMap(idsOf)];
  const rows = await readStatuses(read, ids);
  const heirs: Heirs = new Map();
  for (const first of ids) {
    for (let row = rows.get(first ?? ''); row?.deleted && !heirs.has(row.id); row = rows.get(row.heir ?? '')) {
      heirs.set(row.id, row.heir ?? null);
    }
  }
  return heirs;
}

function replay(events: readonly Event[], heirs: Heirs, keyNow: StatusKey): HistoryItem[] {
  let key = keyNow;
  // Rewind to the state before the first event…
  for (const event of [...events].reverse()) {
    if (event.kind === 'set') key = event.fromKey;
    else if (event.kind === 'delete') heirs.delete(event.statusId);
    else heirs.set(event.statusId, event.heir);
  }
  // …then replay, recording each change of the visible status.
  const items: HistoryItem[] = [];
  let from = resolve(heirs, key);
  for (const event of events) {
    if (event.kind === 'set') key = event.toKey;
    else if (event.kind === 'delete') heirs.set(event.statusId, event.heir);
    else heirs.delete(event.statusId);
    const to = resolve(heirs, key);
    if (to !== from) items.push({ from, to, at: event.at, ...(event.by === null ? {} : { by: event.by }) });
    from = to;
  }
  return items.slice(-HISTORY_LENGTH);
}

/** The status at the end of the chain. A cycle, in damaged data, is no status. */
function resolve(heirs: Heirs, key: StatusKey): Id | null {
  let id: Id | null = key || null;
  for (let left = heirs.size; id !== null && heirs.has(id); left--) id = left > 0 ? heirs.get(id)! : null;
  return id;
}
