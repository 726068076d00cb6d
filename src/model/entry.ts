/** A conversation's entry in the pipeline, and what adapters say about conversations and contacts. */
import type { Id } from './id.js';
import type { PipelineError } from './errors.js';
import { fieldsOf, nullableId, nullableStatusId, parseCount, parseId, parseTime } from './validate.js';

/** A conversation's place in the pipeline. */
export interface Entry {
  conversationId: Id;
  contactId: Id | null;
  /** `null`: no status. Never the id of a deleted status. */
  statusId: Id | null;
  /** Only grows. */
  version: number;
  /** When it got this status, milliseconds since the epoch, by the storage's clock. 0: it never had one. */
  changedAt: number;
}

/**
 * A conversation as a host describes it to an adapter. A missing field says nothing. `putConversations` takes every other
 * value as it is; `setStatus` only uses one where nothing is known yet.
 */
export interface ConversationRef {
  conversationId: Id;
  /** `null` in `putConversations`: the conversation has no contact, whatever a picker says later. */
  contactId?: Id | null;
  /** Time of the newest message, milliseconds since the epoch. It orders `find` and decides a contact's latest conversation. */
  activityAt?: number;
}

/** The result of `setStatus` for one conversation. */
export type SetResult =
  { conversationId: Id; ok: true; entry: Entry } | { conversationId: Id; ok: false; error: PipelineError };

/** One status change of a conversation. A history lists the oldest first. */
export interface HistoryItem {
  from: Id | null;
  to: Id | null;
  /** Milliseconds since the epoch, by the storage's clock. */
  at: number;
  by?: string;
}

/** An entry from an adapter. Throws `invalid`; `reading.ts` reads other forms. */
export function parseEntry(value: unknown): Entry {
  const row = fieldsOf(value, 'entry');
  const contactId = row['contactId'] ?? null;
  return {
    conversationId: parseId(row['conversationId'], 'conversationId'),
    contactId: contactId === null ? null : parseId(contactId, 'contactId'),
    statusId: nullableStatusId(row['statusId'], 'statusId'),
    version: parseCount(row['version'], 'version'),
    changedAt: parseTime(row['changedAt'] ?? 0, 'changedAt'),
  };
}

/** How many conversations or contacts have each status. */
export interface Counts {
  /** By status. A status with a count of 0 may be missing. */
  byStatus: ReadonlyMap<Id, number>;
  /** Conversations without a status, or contacts with a conversation without one, among those the adapter knows. */
  none: number;
}

/** A host's conversation. Throws `invalid`. */
export function parseConversationRef(value: unknown): ConversationRef {
  const row = fieldsOf(value, 'conversation');
  const ref: ConversationRef = { conversationId: parseId(row['conversationId'], 'conversationId') };
  if (row['contactId'] !== undefined) ref.contactId = nullableId(row['contactId'], 'contactId');
  if (row['activityAt'] !== undefined) ref.activityAt = parseTime(row['activityAt'], 'activityAt');
  return ref;
}
