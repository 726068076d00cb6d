/** Keeps what the adapter confirmed by its answers to mutations. Loaded with them. */
import type { SetResult } from '../model/entry.js';
import type { Id } from '../model/id.js';
import type { Status } from '../model/status.js';
import type { PipelineStore } from './pipeline.js';

/** What the adapter confirmed by its answer to a mutation. */
export interface Confirmation {
  statuses?: readonly Status[];
  deleted?: { id: Id; moveTo: Id | null };
  results?: readonly SetResult[];
  /** Whether conversations have changed that the answer does not list. */
  hasUnlistedChanges?: boolean;
}

/** Keeps what the adapter confirmed. */
export function confirm(
  store: PipelineStore,
  { statuses = [], deleted, results, hasUnlistedChanges }: Confirmation,
): void {
  const { entries, sync } = store;
  const { confirmed } = sync;
  const isRestored = statuses.some((status) => !status.deleted && confirmed.byId.get(status.id)?.deleted);
  for (const status of statuses) confirmed.receive(status);
  // The record can be the late answer to an older mutation that others have undone since: the list decides.
  if (isRestored) void store.loadList();
  if (deleted) {
    const { id, moveTo } = deleted;
    // The adapter confirms a delete without sending a record.
    const status = confirmed.byId.get(id);
    if (status && !status.deleted) confirmed.keep({ ...status, deleted: true });
    entries.amend((entry) => (entry.statusId === id ? { ...entry, statusId: moveTo } : entry));
  }
  for (const result of results ?? []) {
    if (result.ok) store.receiveEntry(result.entry);
    else if (result.error.code === 'bad-response') readAgain(store, [result.conversationId]);
  }
  if (results) store.notifyCaches();
  if (hasUnlistedChanges) sync.refreshCaches();
}

/** Reads conversations again that may have changed, because the answer to a write could not be read. */
export function readAgain({ entries }: PipelineStore, conversationIds: Iterable<Id>): void {
  for (const id of conversationIds) entries.refreshRecord(id);
}
