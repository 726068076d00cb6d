/** A conversation's entry in the pipeline, and what adapters say about conversations and contacts. */
import type { Id } from './id.js';
import { invalid, PipelineError } from './errors.js';
import { readRecord } from './reading.js';
import {
  MAX_BY_LENGTH,
  fieldsOf,
  idText,
  isMap,
  nullableStatusId,
  parseId,
  parseStatusId,
  parseTime,
  readCount,
  readTime,
} from './validate.js';

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

/** A conversation as a host describes it to an adapter. */
export interface ConversationRef {
  conversationId: Id;
  contactId?: Id;
  /** Time of the newest message, milliseconds since the epoch. It orders `find` and decides a contact's latest conversation. */
  activityAt?: number;
}

/** The result of `setStatus` for one conversation. */
export type SetResult =
  { conversationId: Id; ok: true; entry: Entry } | { conversationId: Id; ok: false; error: PipelineError };

/** A contact, summarized from its conversations. */
export interface ContactSummary {
  /** The distinct statuses of the contact's conversations; `null` where one has none. */
  statusIds: readonly (Id | null)[];
  /** The status of its most recently active conversation. */
  latest: Id | null;
}

/** One status change of a conversation. A history lists the oldest first. */
export interface HistoryItem {
  from: Id | null;
  to: Id | null;
  /** Milliseconds since the epoch, by the storage's clock. */
  at: number;
  by?: string;
}

/** The id of a contact from an adapter; `null`, `''` and a missing one mean that there is none. */
const readContactId = (value: unknown): Id | null =>
  value == null || value === '' ? null : parseId(value, 'contactId');

/** An entry from an adapter. Numbers can be text, and `changedAt` a timestamp with a time zone. Throws `invalid`. */
export function parseEntry(value: unknown): Entry {
  const row = fieldsOf(value, 'entry');
  return {
    conversationId: parseId(row['conversationId'], 'conversationId'),
    contactId: readContactId(row['contactId']),
    statusId: nullableStatusId(row['statusId'], 'statusId'),
    version: readCount(row['version'], 'version'),
    changedAt: readTime(row['changedAt'] ?? 0, 'changedAt'),
  };
}

/**
 * The results of `setStatus` from an adapter, one for each conversation in order. One that is missing or cannot be read is
 * a `bad-response` of that conversation, which may have been changed nevertheless.
 */
export function parseSetResults(answer: unknown, conversationIds: readonly Id[]): SetResult[] {
  const results = Array.isArray(answer) ? (answer as unknown[]) : [];
  return conversationIds.map((conversationId, index): SetResult => {
    try {
      return readRecord(`results[${index}]`, results[index], (result): SetResult => {
        const { ok, entry, error } = fieldsOf(result, 'result');
        if (ok !== true) return { conversationId, ok: false, error: PipelineError.from(error) };
        return { conversationId, ok, entry: readRecord(`results[${index}] entry`, entry, parseEntry) };
      });
    } catch (thrown) {
      return { conversationId, ok: false, error: PipelineError.from(thrown) };
    }
  });
}

/** A contact from an adapter. Throws `invalid`. */
export function parseContactSummary(value: unknown): ContactSummary {
  const row = fieldsOf(value, 'contact');
  const statusIds = row['statusIds'];
  if (!Array.isArray(statusIds)) throw invalid('statusIds', 'must be a list.');
  return {
    statusIds: [...new Set(statusIds.map((id: unknown) => nullableStatusId(id, 'statusIds')))],
    latest: nullableStatusId(row['latest'] ?? null, 'latest'),
  };
}

/** How many conversations or contacts have each status. */
export interface Counts {
  /** By status. A status with a count of 0 may be missing. */
  byStatus: ReadonlyMap<Id, number>;
  /** Conversations without a status, or contacts with a conversation without one, among those the adapter knows. */
  none: number;
}

/** Counts from an adapter; `byStatus` is a `Map`, or an object as in JSON. Throws `invalid` if any of them is not a count. */
export function parseCounts(value: unknown): Counts {
  const { byStatus, none } = fieldsOf(value, 'counts');
  const counts = isMap(byStatus) ? [...byStatus] : Object.entries(fieldsOf(byStatus, 'byStatus'));
  const read = ([id, count]: readonly [unknown, unknown]): [Id, number] => [
    parseStatusId(id),
    readCount(count, `byStatus.${idText(id)}`),
  ];
  return { byStatus: new Map(counts.map(read)), none: readCount(none, 'none') };
}

/** An item of a history from an adapter. Throws `invalid`. */
export function parseHistoryItem(value: unknown): HistoryItem {
  const { from, to, at, by } = fieldsOf(value, 'item');
  const item: HistoryItem = {
    from: nullableStatusId(from ?? null, 'from'),
    to: nullableStatusId(to, 'to'),
    at: readTime(at, 'at'),
  };
  if (typeof by === 'string' && by) item.by = by.slice(0, MAX_BY_LENGTH);
  return item;
}

/** A host's conversation. Throws `invalid`. */
export function parseConversationRef(value: unknown): ConversationRef {
  const row = fieldsOf(value, 'conversation');
  const ref: ConversationRef = { conversationId: parseId(row['conversationId'], 'conversationId') };
  if (row['contactId'] != null) ref.contactId = parseId(row['contactId'], 'contactId');
  if (row['activityAt'] !== undefined) ref.activityAt = parseTime(row['activityAt'], 'activityAt');
  return ref;
}
