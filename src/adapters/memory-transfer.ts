/** Exports and imports everything that an adapter in memory has. */
import type { HistoryItem } from '../model/entry.js';
import type { Id } from '../model/id.js';
import { resolveEntry, type StatusRow } from '../model/reassignment.js';
import { contentOf, sortedLive } from '../model/status.js';
import type { StoredConversation } from './paging.js';
import type { ConversationRecord, Export, Import, StatusRecord } from './transfer.js';

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
    conversations: inBatches(records),
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

async function* inBatches(records: readonly ConversationRecord[]): AsyncGenerator<readonly ConversationRecord[]> {
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
