/**
 * What an adapter has in addition if its data can be exported and imported as a whole, and what such adapters have in
 * common. Loaded when it is first used.
 */
import type { HistoryItem } from '../model/entry.js';
import type { Id } from '../model/id.js';
import { planRanks } from '../model/rank.js';
import { resolveEntry, type StatusRow } from '../model/reassignment.js';
import { contentOf, sortedLive, type StatusContent } from '../model/status.js';
import { MAX_STATUSES, sameContent } from '../model/status-edits.js';
import type { StoredConversation } from './paging.js';
import { checkLimit, checkNameIsFree, liveStatuses, requireLiveStatus, type Rows } from './rules.js';

export interface TransferOptions {
  /** Aborts the transfer: nothing is imported then. */
  signal?: AbortSignal;
  /** Called after each batch with the number of conversations so far, and of all of them; 0 where that is not known. */
  onProgress?(done: number, of: number): void;
}

/** A status as it is exported: its place is that in the list. */
export type StatusRecord = { id: Id; deleted?: true } & StatusContent;

/** Everything that is known of a conversation. */
export interface ConversationRecord {
  conversationId: Id;
  contactId: Id | null;
  statusId: Id | null;
  /** When it got this status, milliseconds since the epoch. 0: it never had one. */
  changedAt: number;
  /** Time of its newest message, milliseconds since the epoch; missing where the adapter cannot tell. */
  activityAt?: number;
  /** Oldest first; missing where the adapter keeps none. */
  history?: readonly HistoryItem[];
}

/** What the export of an adapter begins with. */
export interface Export {
  /** In order. Deleted ones that a history names come last. */
  statuses: readonly StatusRecord[];
  /** How many conversations follow; missing where it is not known in advance. */
  total?: number;
  /** All conversations, in batches, newest activity first. */
  conversations: AsyncIterable<readonly ConversationRecord[]>;
}

/** The checked content of a file. */
export interface Import {
  statuses: readonly StatusRecord[];
  conversations: readonly ConversationRecord[];
}

/**
 * An adapter without these is exported and imported with the methods that every adapter has: slower, with the times of
 * the import, and without what those methods cannot write.
 */
export interface WithTransfer {
  /** Everything, as it was at one moment. */
  exportAll(options?: TransferOptions): Promise<Export>;
  /**
   * Adds the statuses and conversations, or replaces those with the same id; all of them or none. `onProgress` counts
   * conversations. Rejects: `invalid` (a name that another status has), `limit`, `status-deleted`.
   */
  importAll(data: Import, options?: TransferOptions): Promise<void>;
}

/**
 * The rows that importing statuses writes: those with the ids of stored ones replace them, and all stand in the order of
 * the file after the others. A deleted one is only added if it is not stored. Throws `status-deleted`, `invalid`, `limit`.
 */
export function planImport(rows: Rows, records: readonly StatusRecord[]): StatusRow[] {
  const next = new Map(rows);
  const imported = new Set(records.map(({ id }) => id));
  let after =
    liveStatuses(rows)
      .filter(({ id }) => !imported.has(id))
      .at(-1)?.id ?? null;
  for (const { id, deleted, ...content } of records) {
    const stored = next.get(id);
    if (deleted && stored) continue;
    if (stored) requireLiveStatus(next, id);
    const placements = planRanks([...next.values()], id, deleted ? undefined : after);
    const deletion = deleted ? { deleted, heir: null, deletedAt: 0 } : {};
    next.set(id, { ...(stored ?? { id, rank: '', version: 0 }), ...content, ...deletion });
    for (const placement of placements) next.set(placement.id, { ...next.get(placement.id)!, rank: placement.rank });
    if (!deleted) after = id;
  }
  for (const { id, name, deleted } of records) if (!deleted) checkNameIsFree(next, name, id);
  if (liveStatuses(next).length > MAX_STATUSES) checkLimit(next);
  return [...next.values()].filter((row) => {
    const stored = rows.get(row.id);
    return !stored || stored.rank !== row.rank || !sameContent(stored, row);
  });
}

/** What an adapter in memory keeps. */
export interface MemoryState {
  rows: Map<Id, StatusRow>;
  conversations: Map<Id, StoredConversation>;
  histories: Map<Id, HistoryItem[]>;
}

/** How many conversations are exported at a time. */
const BATCH = 500;

/** Everything, as it is now. */
export function exportState({ rows, conversations, histories }: MemoryState): Export {
  const records = [...conversations.values()]
    .sort((a, b) => b.activityAt - a.activityAt || (a.conversationId < b.conversationId ? -1 : 1))
    .map((conversation): ConversationRecord => {
      const { conversationId, contactId, statusId, changedAt } = resolveEntry(rows, conversation);
      const history = histories.get(conversationId) ?? [];
      const { activityAt } = conversation;
      return { conversationId, contactId, statusId, changedAt, activityAt, ...(history.length ? { history } : {}) };
    });
  return {
    statuses: exportStatuses(rows, new Set(records.flatMap(({ history = [] }) => history.flatMap(namesOf)))),
    total: records.length,
    conversations: batchesOf(records),
  };
}

const namesOf = ({ from, to }: HistoryItem): (Id | null)[] => [from, to];

/** The statuses in order, and after them the deleted ones whose ids are in `named`. */
export function exportStatuses(rows: ReadonlyMap<Id, StatusRow>, named: ReadonlySet<Id | null>): StatusRecord[] {
  const deleted = [...rows.values()].filter((row) => row.deleted && named.has(row.id));
  return [
    ...sortedLive(rows.values()).map((row) => ({ id: row.id, ...contentOf(row) })),
    ...deleted.map((row) => ({ id: row.id, ...contentOf(row), deleted: true as const })),
  ];
}

/** The records, some at a time. */
export async function* batchesOf(
  records: readonly ConversationRecord[],
): AsyncGenerator<readonly ConversationRecord[]> {
  for (let start = 0; start < records.length; start += BATCH) yield records.slice(start, start + BATCH);
}

/** The conversation as it is stored after the import, with the next version. */
export function importedConversation(
  { conversationId, contactId, statusId, changedAt, activityAt = 0 }: Import['conversations'][number],
  stored: StoredConversation | undefined,
  version: number,
): StoredConversation {
  // A contact that the file does not know was removed by whoever made the file, if there was one before.
  const isUnlinked = contactId === null && (stored?.isUnlinked === true || (stored?.contactId ?? null) !== null);
  return { conversationId, contactId, isUnlinked, statusId, version, changedAt, activityAt };
}
