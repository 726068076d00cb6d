/** Exports and imports everything that the database has, each in one transaction. */
import type { HistoryItem } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { checkAborted } from '../../model/abort.js';
import type { Rows } from '../rules.js';
import {
  exportStatuses,
  batchesOf,
  planImport,
  type ConversationRecord,
  type Export,
  type Import,
  type StatusRecord,
  type TransferOptions,
} from '../transfer.js';
import { factsOf, settledRow, toEntry, updateConversations, withFacts } from './conversations.js';
import { eraseFromLog } from './forget.js';
import { readHistories } from './history.js';
import { LOG_LENGTH, readStatuses, type Write } from './journal.js';
import type { ConversationRow, ReadTx } from './schema.js';
import { isHidden } from './staging.js';
import { getConversations, getDeletedStatuses, getLiveStatuses, isReadableConversation } from './stored.js';

/** How many conversations are read or written at a time: few enough for the page to respond in between. */
const BATCH = 200;

/** Everything as it is now. All of it is held in memory while it is exported. */
export async function exportAll(tx: ReadTx): Promise<Export> {
  const [{ rows }, all, histories] = await Promise.all([readStatuses(tx), readAllStatuses(tx), readHistories(tx)]);
  const records: ConversationRecord[] = [];
  const index = tx.objectStore('conversations').index('byOrder');
  for (let last: ConversationRow | undefined; ;) {
    const rest = last && IDBKeyRange.lowerBound([last.order, last.conversationId], true);
    const batch: ConversationRow[] = await index.getAll(rest, BATCH);
    for (const row of batch) {
      if (!isReadableConversation(tx, row) || isHidden(rows, row.statusId)) continue;
      records.push(toRecord(row, rows, histories.of(row, all)));
    }
    last = batch.at(-1);
    if (batch.length < BATCH) break;
  }
  const named = new Set(records.flatMap(({ history = [] }) => history.flatMap(({ from, to }) => [from, to])));
  return { statuses: exportStatuses(all, named), total: records.length, conversations: batchesOf(records) };
}

function toRecord(row: ConversationRow, rows: Rows, history: readonly HistoryItem[]): ConversationRecord {
  const { conversationId, contactId, statusId, changedAt } = toEntry(rows, row);
  const record = { conversationId, contactId, statusId, changedAt, activityAt: 0 - row.order };
  return history.length ? { ...record, history } : record;
}

/** The live and the deleted statuses. */
async function readAllStatuses(tx: ReadTx): Promise<Rows> {
  const [live, deleted] = await Promise.all([getLiveStatuses(tx), getDeletedStatuses(tx)]);
  return new Map([...deleted.map((row) => [row.id, row] as const), ...live.rows]);
}

/** Writes everything. When it throws, nothing is written. */
export async function importAll(
  write: Write,
  { statuses, conversations }: Import,
  { signal, onProgress }: TransferOptions = {},
): Promise<void> {
  const { tx, journal } = write;
  const deleted = await importStatuses(write, statuses);
  const replaced = new Set<Id>();
  const items = new NewestItems();
  for (let start = 0; start < conversations.length; start += BATCH) {
    checkAborted(signal);
    const batch = new Map(conversations.slice(start, start + BATCH).map((each) => [each.conversationId, each]));
    const refs = [...batch.keys()].map((conversationId) => ({ conversationId }));
    const firstBatch = await getConversations(tx, [...batch.keys()]);
    await updateConversations({ ...write, refs, firstBatch }, ({ conversationId }, before) => {
      // A record that cannot be read is kept.
      if (before === 'unreadable') return undefined;
      const stored = before && settledRow(journal, before);
      if (stored) replaced.add(conversationId);
      journal.touch(conversationId);
      const record = batch.get(conversationId)!;
      items.add(record);
      return toRow(record, stored, journal.nextVersion());
    });
    const done = Math.min(start + BATCH, conversations.length);
    // In a microtask: a listener that throws does not affect the import.
    if (onProgress) queueMicrotask(() => onProgress(done, conversations.length));
  }
  if (replaced.size) {
    const { removed } = await eraseFromLog(tx, { conversationIds: replaced, contactIds: new Set() });
    journal.logRemoval(removed);
  }
  for (const { conversationId, from, to, at, by } of items.newest()) {
    journal.logEvent(`c${conversationId}`, { kind: 'set', from: from ?? '', to: to ?? '', at }, by);
  }
  for (const id of deleted) journal.logEvent('s', { kind: 'delete', statusId: id, heir: null, at: Date.now() });
  journal.logReset();
}

/** Writes the statuses. Resolves to the deleted ones that are new here. */
async function importStatuses({ tx, journal }: Write, statuses: readonly StatusRecord[]): Promise<Id[]> {
  const stored = await readAllStatuses(tx);
  const rows = planImport(stored, statuses);
  for (const row of rows) journal.putStatus(tx, row);
  return rows.filter((row) => row.deleted && !stored.has(row.id)).map(({ id }) => id);
}

function toRow(
  { conversationId, contactId, statusId, changedAt, activityAt = 0 }: ConversationRecord,
  stored: ConversationRow | undefined,
  version: number,
): ConversationRow {
  const known = stored && factsOf(stored);
  // A contact that the file does not know was removed by whoever made the file, if there was one before.
  const isUnlinked = contactId === null && (known?.isUnlinked === true || (known?.contactId ?? null) !== null);
  const facts = { contactId, isUnlinked, activityAt };
  return { ...withFacts(conversationId, undefined, facts), statusId: statusId ?? '', version, changedAt };
}

/** The newest items of all histories, as many as the log keeps. */
class NewestItems {
  #items: (HistoryItem & { conversationId: Id })[] = [];

  add({ conversationId, history = [] }: ConversationRecord): void {
    for (const item of history) this.#items.push({ ...item, conversationId });
    if (this.#items.length > 2 * LOG_LENGTH) this.#items = this.newest();
  }

  /** Oldest first. */
  newest(): (HistoryItem & { conversationId: Id })[] {
    return this.#items.sort((a, b) => a.at - b.at).slice(-LOG_LENGTH);
  }
}
