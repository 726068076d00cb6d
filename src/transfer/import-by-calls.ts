/** Imports into an adapter with the methods that every adapter has, and takes back what was written when one fails. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import type { ConversationRecord, Import, TransferOptions } from '../adapters/transfer.js';
import type { ConversationRef, Entry } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import { checkAborted } from '../model/abort.js';
import type { Id } from '../model/id.js';
import { contentOf, type Status } from '../model/status.js';
import { sameContent } from '../model/status-edits.js';
import { BATCH } from './export.js';

/** Returns how to undo a write. */
type Undo = () => Promise<unknown>;

/**
 * Writes the statuses, then tells the adapter of the conversations, then sets their statuses. If a call fails, what was
 * written before is undone in reverse order, and the error says if that failed too.
 */
export async function importByCalls(adapter: PipelineAdapter, data: Import, options: TransferOptions): Promise<void> {
  const undos: Undo[] = [];
  try {
    await importStatuses(adapter, data, undos, options.signal);
    await importConversations(adapter, data.conversations, undos, options);
    checkAborted(options.signal);
  } catch (thrown) {
    const error = PipelineError.from(thrown);
    for (const undo of undos.reverse()) {
      await undo().catch((cause: unknown) => {
        const message = `${error.message} What had been imported before could not be removed completely: import the file again, or remove it by hand.`;
        throw new PipelineError(error.code, message, { cause });
      });
    }
    throw error;
  }
}

async function importStatuses(
  adapter: PipelineAdapter,
  { statuses }: Import,
  undos: Undo[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { items } = await adapter.listStatuses();
  const stored = new Map(items.map((status) => [status.id, status]));
  const imported = new Set(statuses.map(({ id }) => id));
  // After those that the file does not have.
  let after = items.filter(({ id }) => !imported.has(id)).at(-1)?.id ?? null;
  for (const status of statuses) {
    if (status.deleted) continue;
    checkAborted(signal);
    const before = stored.get(status.id);
    if (!before) {
      const created = await adapter.createStatus({ id: status.id, ...contentOf(status), after });
      undos.push(() => remove(adapter, created));
    } else {
      if (!sameContent(before, status)) await update(adapter, before.id, contentOf(status));
      await adapter.moveStatus(status.id, after);
      const previous = items[items.indexOf(before) - 1]?.id ?? null;
      undos.push(async () => {
        if (!sameContent(before, status)) await update(adapter, before.id, contentOf(before));
        await adapter.moveStatus(before.id, previous);
      });
    }
    after = status.id;
  }
}

async function remove(adapter: PipelineAdapter, { id }: Status): Promise<void> {
  const current = (await adapter.listStatuses()).items.find((status) => status.id === id);
  if (current) await adapter.deleteStatus(id, { ifVersion: current.version, moveTo: null });
}

async function update(adapter: PipelineAdapter, id: Id, patch: ReturnType<typeof contentOf>): Promise<void> {
  const { version = 0 } = (await adapter.listStatuses()).items.find((status) => status.id === id) ?? {};
  await adapter.updateStatus(id, patch, { ifVersion: version });
}

async function importConversations(
  adapter: PipelineAdapter,
  conversations: readonly ConversationRecord[],
  undos: Undo[],
  { signal, onProgress }: TransferOptions,
): Promise<void> {
  for (let start = 0; start < conversations.length; start += BATCH) {
    checkAborted(signal);
    const batch = conversations.slice(start, start + BATCH);
    const before = await adapter.getEntries(batch.map(({ conversationId }) => conversationId));
    const refs = batch.map((record) => {
      const isUnlinked = record.contactId === null && (before.get(record.conversationId)?.contactId ?? null) !== null;
      return isUnlinked ? { ...toRef(record), contactId: null } : toRef(record);
    });
    await adapter.putConversations?.(refs);
    for (const [statusId, records] of groupByStatus(batch)) {
      // A conversation that is new and has no status needs no write.
      const changed = records.filter((each) => (before.get(each.conversationId)?.statusId ?? null) !== statusId);
      if (!changed.length) continue;
      await setStatus(adapter, changed.map(toRef), statusId);
      undos.push(() => restore(adapter, changed, before));
    }
    onProgress?.(Math.min(start + BATCH, conversations.length), conversations.length);
  }
}

async function setStatus(
  adapter: PipelineAdapter,
  refs: readonly ConversationRef[],
  statusId: Id | null,
): Promise<void> {
  for (const result of await adapter.setStatus(refs, statusId)) if (!result.ok) throw result.error;
}

/** Gives the conversations the statuses that they had before. */
async function restore(
  adapter: PipelineAdapter,
  conversations: readonly ConversationRecord[],
  before: ReadonlyMap<Id, Entry>,
): Promise<void> {
  const earlier = conversations.map((each) => ({
    ...each,
    statusId: before.get(each.conversationId)?.statusId ?? null,
  }));
  for (const [statusId, records] of groupByStatus(earlier)) await setStatus(adapter, records.map(toRef), statusId);
}

function groupByStatus(records: readonly ConversationRecord[]): Map<Id | null, ConversationRecord[]> {
  const groups = new Map<Id | null, ConversationRecord[]>();
  for (const record of records) groups.set(record.statusId, [...(groups.get(record.statusId) ?? []), record]);
  return groups;
}

const toRef = ({ conversationId, contactId, activityAt }: ConversationRecord): ConversationRef => ({
  conversationId,
  ...(contactId === null ? {} : { contactId }),
  ...(activityAt === undefined ? {} : { activityAt }),
});
