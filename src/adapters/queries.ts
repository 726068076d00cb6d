/** Looks up contacts, counts and finds, for adapters that have all conversations in memory. */
import type { ContactSummary, Entry } from '../model/entry.js';
import { contactMatchesFilter, matchesFilter, parseFilter } from '../model/filter.js';
import type { Id } from '../model/id.js';
import { resolveStatusId } from '../model/reassignment.js';
import type { CountQuery, Counts, FindPage, FindQuery } from './adapter.js';
import { comparePositions, pageOf, pageSizeOf, readPageToken, type PagePosition } from './paging.js';
import type { Rows } from './rules.js';

/** A conversation as it is stored: `statusId` may be a status that was deleted since. */
export interface StoredConversation extends Entry {
  activityAt: number;
}

/** A contact, computed from its conversations. */
interface Contact extends ContactSummary {
  statusIds: (Id | null)[];
  activityAt: number;
}

/** Every contact that has a conversation. */
export function contactsOf(rows: Rows, conversations: Iterable<StoredConversation>): Map<Id, Contact> {
  const newestFirst = Array.from(conversations, (each) => ({ ...each, id: each.conversationId })).sort(
    comparePositions,
  );
  const contacts = new Map<Id, Contact>();
  for (const { contactId, statusId: storedStatusId, activityAt } of newestFirst) {
    if (contactId === null) continue;
    const statusId = resolveStatusId(rows, storedStatusId);
    const contact = contacts.get(contactId);
    if (!contact) contacts.set(contactId, { statusIds: [statusId], latest: statusId, activityAt });
    else if (!contact.statusIds.includes(statusId)) contact.statusIds.push(statusId);
  }
  return contacts;
}

export function countIn(
  rows: Rows,
  conversations: Iterable<StoredConversation>,
  { of, contactMatch }: CountQuery,
): Counts {
  const byStatus = new Map<Id, number>();
  let none = 0;
  const add = (statusId: Id | null): void => {
    if (statusId === null) none++;
    else byStatus.set(statusId, (byStatus.get(statusId) ?? 0) + 1);
  };
  if (of === 'conversation') {
    for (const { statusId } of conversations) add(resolveStatusId(rows, statusId));
  } else {
    for (const { statusIds, latest } of contactsOf(rows, conversations).values()) {
      (contactMatch === 'latest' ? [latest] : statusIds).forEach(add);
    }
  }
  return { byStatus, none };
}

/** One page of what passes the filter. Throws `invalid`. */
export function findIn(rows: Rows, conversations: Iterable<StoredConversation>, query: FindQuery): FindPage {
  const filter = parseFilter(query.filter);
  const size = pageSizeOf(query.pageSize);
  const after = readPageToken(query.pageToken);
  const found: PagePosition[] = [];
  if (query.of === 'conversation') {
    for (const { conversationId: id, statusId, activityAt } of conversations) {
      if (matchesFilter(filter, resolveStatusId(rows, statusId))) found.push({ id, activityAt });
    }
  } else {
    for (const [id, { statusIds, latest, activityAt }] of contactsOf(rows, conversations)) {
      const considered = query.contactMatch === 'latest' ? [latest] : statusIds;
      if (contactMatchesFilter(filter, considered)) found.push({ id, activityAt });
    }
  }
  return pageOf(found, size, after);
}
