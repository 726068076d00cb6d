import { warnOnce } from '../../ui/pipeline-element.js';
import type { ContactMatch } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import { parseId } from '../../model/validate.js';
import { ContactCache, getContacts } from '../../store/lookups.js';
import type { PipelineStore } from '../../store/pipeline.js';

/** What is filtered: conversations, or contacts by all or by the latest of theirs. */
export interface Subject {
  of: 'conversation' | 'contact';
  contactMatch?: ContactMatch;
}

/** The statuses that decide over something; empty where there is no conversation, which is like no status. */
export type Held = readonly (Id | null)[];

export const NONE: Held = [null];

/** Whether the adapter can tell the statuses at all. */
export const canLookUp = ({ of }: Subject, store: PipelineStore): boolean =>
  of === 'conversation' || store.can('getContacts');

/** An id that no adapter takes has no status, and must not spoil the look-up of the others. */
export function isReadable(id: unknown): id is Id {
  try {
    parseId(id);
    return true;
  } catch {
    // Without the id: a list may have thousands.
    warnOnce('<pipeline-filter>: an id that is not valid counts as one without a status; write 1 to 256 characters.');
    return false;
  }
}

/** What is loaded; `undefined` where nothing is. */
export function loadedStatuses(store: PipelineStore, { of, contactMatch }: Subject, id: Id): Held | undefined {
  if (of === 'conversation') {
    const entry = store.entry(id);
    return entry && [entry.statusId];
  }
  const contact = store.cache(ContactCache).get(id);
  return contact && (contactMatch === 'latest' ? [contact.latest] : contact.statusIds);
}

/** The statuses of many, from what is loaded and one look-up of the rest. Rejects with a `PipelineError`. */
export async function lookUpStatuses(
  store: PipelineStore,
  subject: Subject,
  ids: readonly Id[],
): Promise<(id: Id) => Held> {
  const missing = ids.filter((id) => !loadedStatuses(store, subject, id) && isReadable(id));
  const found = new Map<Id, Held>();
  if (missing.length && subject.of === 'conversation') {
    for (const [id, { statusId }] of await store.getEntries(missing)) found.set(id, [statusId]);
  } else if (missing.length) {
    for (const [id, { statusIds, latest }] of await getContacts(store, missing))
      found.set(id, subject.contactMatch === 'latest' ? [latest] : statusIds);
  }
  return (id) => loadedStatuses(store, subject, id) ?? found.get(id) ?? NONE;
}
