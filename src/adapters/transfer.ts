/** What an adapter has in addition if its data can be exported and imported as a whole. */
import type { HistoryItem } from '../model/entry.js';
import type { Id } from '../model/id.js';
import type { StatusContent } from '../model/status.js';

export interface TransferOptions {
  /** Aborts the transfer: nothing is imported then. */
  signal?: AbortSignal;
  /** Called after each batch with the number of conversations so far, and of all of them; 0 where that is not known. */
  onProgress?(done: number, of: number): void;
}

/** A status as it is exported: its place is that in the list. */
export type StatusRecord = { id: Id; deleted?: true } & StatusContent;

/** Everything that is known of a conversation. */
export interface ConversationRecord {
  conversationId: Id;
  contactId: Id | null;
  statusId: Id | null;
  /** When it got this status, milliseconds since the epoch. 0: it never had one. */
  changedAt: number;
  /** Time of its newest message, milliseconds since the epoch; missing where the adapter cannot tell. */
  activityAt?: number;
  /** Oldest first; missing where the adapter keeps none. */
  history?: readonly HistoryItem[];
}

/** What the export of an adapter begins with. */
export interface Export {
  /** In order. Deleted ones that a history names come last. */
  statuses: readonly StatusRecord[];
  /** How many conversations follow; missing where it is not known in advance. */
  total?: number;
  /** All conversations, in batches, newest activity first. */
  conversations: AsyncIterable<readonly ConversationRecord[]>;
}

/** The checked content of a file. */
export interface Import {
  statuses: readonly StatusRecord[];
  conversations: readonly ConversationRecord[];
}

/**
 * An adapter without these is exported and imported with the methods that every adapter has: slower, with the times of
 * the import, and without what those methods cannot write.
 */
export interface WithTransfer {
  /** Everything, as it was at one moment. */
  exportAll(options?: TransferOptions): Promise<Export>;
  /**
   * Adds the statuses and conversations, or replaces those with the same id; all of them or none. `onProgress` counts
   * conversations. Rejects: `invalid` (a name that another status has), `limit`, `status-deleted`.
   */
  importAll(data: Import, options?: TransferOptions): Promise<void>;
}
