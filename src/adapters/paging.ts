/** Contacts, counts and the pages of `find`, for adapters that have all conversations in memory; page tokens for all. */
import type { CountQuery, Counts, FindPage, FindQuery } from './adapter.js';
import type { ConversationFacts, Rows } from './rules.js';
import type { Entry } from '../model/entry.js';
import type { ContactSummary } from '../model/contact.js';
import { invalid } from '../model/errors.js';
import { contactMatchesFilter, matchesFilter, parseFilter } from '../model/filter.js';
import type { Id } from '../model/id.js';
import { resolveStatusId } from '../model/reassignment.js';
import { parseId } from '../model/validate.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** Where a page ended: the activity and the id of its last row. */
export interface PagePosition {
  activityAt: number;
  id: string;
}

/** The requested page size, 1–200; larger ones are reduced to 200. Throws `invalid`. */
export function pageSizeOf(value: number | undefined): number {
  if (value === undefined) return DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(value) || value < 1) throw invalid('pageSize', 'must be a whole number, 1 or more.');
  return Math.min(value, MAX_PAGE_SIZE);
}

/** Longer than any token of `writePageToken`: an id has at most 256 characters, each at most 9 when encoded. */
const MAX_TOKEN_LENGTH = 4096;

/** A page token, opaque to callers. */
export function writePageToken({ activityAt, id }: PagePosition): string {
  return encodeURIComponent(JSON.stringify([activityAt, id]));
}

/** The position in a page token. Throws `invalid` for anything that `writePageToken` did not write. */
export function readPageToken(token: string | undefined): PagePosition | undefined {
  if (token === undefined) return undefined;
  try {
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new RangeError();
    const [activityAt, id] = JSON.parse(decodeURIComponent(token)) as unknown[];
    const isTime = typeof activityAt === 'number' && Number.isFinite(activityAt) && activityAt >= 0;
    if (isTime && typeof id === 'string') return { activityAt, id: parseId(id) };
  } catch {
    // Rejected below.
  }
  throw invalid('pageToken', 'is not one that find() returned.');
}

/** Newest activity first, then by id: the order of `find`. */
export function comparePositions(a: PagePosition, b: PagePosition): number {
  return b.activityAt - a.activityAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The page of `size` positions after `after`, out of all that were found, in any order. */
export function pageOf(found: PagePosition[], size: number, after: PagePosition | undefined): FindPage {
  const rest = found.sort(comparePositions).filter((position) => !after || comparePositions(position, after) > 0);
  const page = rest.slice(0, size);
  const ids = page.map((position) => position.id);
  return rest.length > size ? { ids, nextPageToken: writePageToken(page[size - 1]!) } : { ids };
}

/** A conversation as it is stored: `statusId` may be a status that was deleted since. */
export type StoredConversation = Entry & ConversationFacts;

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
