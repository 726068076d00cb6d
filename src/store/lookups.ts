/** What only filters read: contacts, and pages of the ids that pass. Apart from the store, so that pickers do without. */
import type { FindPage, FindQuery } from '../adapters/adapter.js';
import { parseContactSummary, type ContactSummary, type Entry } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { parseId } from '../model/validate.js';
import type { PipelineStore } from './pipeline.js';
import { RecordCache, type CacheContext } from './record-cache.js';

/** One page of the ids that pass a filter, newest activity first. Rejects with a `PipelineError`. */
export function find(store: PipelineStore, query: FindQuery): Promise<FindPage> {
  return store.read(async (adapter, readable) => {
    if (!adapter.find) {
      throw new PipelineError('unknown', 'This adapter cannot find conversations: it has no find().');
    }
    const { ids, nextPageToken } = await adapter.find(query);
    const page = { ids: readable.parse(ids, (id) => parseId(id)) };
    return nextPageToken ? { ...page, nextPageToken } : page;
  });
}

/** Looks contacts up; those the adapter does not know are missing. Rejects with a `PipelineError`. */
export function getContacts(store: PipelineStore, ids: readonly Id[]): Promise<ReadonlyMap<Id, ContactSummary>> {
  return store.read(async (adapter, readable) => {
    const contacts = (await adapter.getContacts?.(ids)) ?? [];
    return new Map(readable.parse(contacts, ([id, contact]) => [id, parseContactSummary(contact)] as const));
  });
}

/** The contacts of a store, as `store.cache(ContactCache)`. */
export class ContactCache extends RecordCache<ContactSummary> {
  constructor(store: PipelineStore, context: CacheContext) {
    super({ fetch: (ids) => getContacts(store, ids), unknown: () => ({ statusIds: [], latest: null }) }, context);
  }

  /** Reads a contact again when one of its conversations changed its status, or came from or went to another contact. */
  handleChange(entry?: Entry, before?: Entry): void {
    for (const id of new Set([entry?.contactId, before?.contactId])) if (id) this.refreshRecord(id);
  }
}
