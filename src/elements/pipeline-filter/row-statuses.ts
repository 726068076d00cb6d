import type { Id } from '../../model/id.js';
import { ContactCache } from '../../store/lookups.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { NONE, isReadable, loadedStatuses, type Held, type Subject } from './held-statuses.js';

/** The same as `loadedStatuses`, for the rows of a list: an id that will never load is known to have no status. */
export const rowStatuses = (store: PipelineStore, subject: Subject, id: Id): Held | undefined =>
  loadedStatuses(store, subject, id) ?? (isReadable(id) ? undefined : NONE);

/** Loads, and calls when it is there and whenever it changes. Returns how to stop. */
export function watchStatuses(store: PipelineStore, { of }: Subject, id: Id, onChange: () => void): () => void {
  if (!isReadable(id)) return () => undefined;
  const watcher = { update: onChange };
  if (of === 'contact') {
    const contacts = store.cache(ContactCache);
    contacts.watch(id, watcher);
    return () => contacts.unwatch(id, watcher);
  }
  const interest = { conversationIds: [id] };
  store.watch(interest, watcher);
  return () => store.unwatch(interest, watcher);
}

/** Why nothing could be loaded, if so. */
export const loadError = (store: PipelineStore, { of }: Subject, id: Id): PipelineStore['error'] =>
  of === 'conversation' ? store.entryError(id) : store.cache(ContactCache).error(id);
