import type { Change } from '../model/changes.js';
import type { ContactSummary, ConversationRef, Entry, HistoryItem, SetResult } from '../model/entry.js';
import type { ContactMatch, Filter } from '../model/filter.js';
import type { Id } from '../model/id.js';
import type { NewStatus, Status, StatusPatch } from '../model/status.js';

export interface CallOptions {
  /** Aborting means "stop waiting": a write that was sent may still happen. */
  signal?: AbortSignal;
  /** Names this write: the same write sent twice under one `opId` happens once, and its change carries the `opId`. */
  opId?: string;
  /** On whose behalf the write is made, for a server that serves an adapter; recorded in histories and changes. */
  by?: string;
}

export interface StatusList {
  /** The statuses in order, without the deleted ones. */
  items: readonly Status[];
  /** The place in the changes up to which `items` is true; pass it to `subscribe` as `since`. */
  seq: string;
}

export interface Counts {
  /** Per status; a status that nothing has may be missing. */
  byStatus: ReadonlyMap<Id, number>;
  /** Conversations without a status, or contacts with a conversation without one, among those the adapter knows. */
  none: number;
}

export interface CountQuery {
  of: 'conversation' | 'contact';
  /** For contacts; `any` unless told. */
  contactMatch?: ContactMatch;
}

export interface FindQuery extends CountQuery {
  filter: Filter;
  /** Ids a page, 1–200; 50 unless told. */
  pageSize?: number;
  /** As the page before gave it; opaque. */
  pageToken?: string;
}

export interface FindPage {
  /** Newest activity first. */
  ids: readonly Id[];
  /** Missing on the last page, and only there. */
  nextPageToken?: string;
}

/** How fresh a subscription is: `live`, trying again, or given up for now. */
export type SubscriptionState = 'live' | 'retrying' | 'down';

/**
 * Whether data outlives the page: `durable`, or kept only for the `session` because the browser has no storage; `unknown`
 * until the first call.
 */
export type Persistence = 'unknown' | 'durable' | 'session';

/** What an adapter has in addition if it may have to keep data in memory only. */
export interface WithPersistence {
  readonly persistence: Persistence;
  /** Calls `listener` once, as soon as `persistence` is known. Returns how to unsubscribe. */
  onPersistence(listener: (persistence: Persistence) => void): () => void;
}

export interface SubscribeOptions {
  /** The `seq` of a list or a change: changes after it are delivered. If left out: changes from now on. */
  since?: string;
  onState?(state: SubscriptionState): void;
}

/** What an adapter may have besides, when the same object can serve one user after another. */
export interface WithSession {
  /**
   * Whose data the adapter gives: another value means that someone else has signed in. A write that was queued under one
   * value is never sent under another.
   */
  readonly session: string;
  /**
   * What shows by whom writes are made, where that changes more often than `session`: with a renewed token, say, of a
   * server that does not name its sessions. What is shown stays; a write that was queued under one value is not sent
   * under another.
   */
  readonly credentials?: string;
}

/**
 * Where a pipeline is kept. Seven methods make one; a method that is left out is a feature that the elements do not
 * show. Every method rejects with a `PipelineError` and nothing else; a rejected write has changed nothing.
 */
export interface PipelineAdapter {
  listStatuses(options?: CallOptions): Promise<StatusList>;

  /**
   * Adds a status after `after` (`null`: first; left out: last). The caller makes the id, so a repeat is harmless.
   * Rejects: `invalid` (also a name that is taken: field `name`), `limit`, `conflict` (the id is taken), `not-found` (`after`).
   */
  createStatus(data: NewStatus, options?: CallOptions): Promise<Status>;

  /** Renames or recolours. Rejects: `conflict` with `current` when `ifVersion` is not its version, `not-found`, `status-deleted`, `invalid`. */
  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status>;

  /** Puts a status right after another (`null`: first) and resolves to the whole order. A deleted `after` means its old place. */
  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]>;

  /**
   * Deletes a status and gives its conversations to `moveTo` (`null`: no status), all or nothing.
   * Rejects: `in-use` with `count` when conversations have it and `moveTo` is left out, `conflict`, `not-found`, `status-deleted`.
   */
  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }>;

  /** Looks conversations up; those the adapter knows nothing of are missing from the map. */
  getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>>;

  /**
   * Gives conversations a status (`null`: none) and resolves to one result for each, in order.
   * `ifVersion` (0: never had one) refuses with `conflict` what someone else changed meanwhile.
   */
  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]>;

  /** Undoes a delete: the status, its place, and the conversations that nobody gave another status since. */
  restoreStatus?(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }>;

  /** Tells a local adapter which conversations exist, so that it can count and find those without a status. */
  putConversations?(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void>;

  /** Looks contacts up; those without a known conversation are missing from the map. */
  getContacts?(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>>;

  count?(query: CountQuery, options?: CallOptions): Promise<Counts>;

  find?(query: FindQuery, options?: CallOptions): Promise<FindPage>;

  /** What happened to a conversation, oldest first; how far back is the adapter's choice. */
  history?(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]>;

  /** Calls `listener` with every change after `since` (left out: from now on), whoever made it. Returns how to stop. */
  subscribe?(listener: (change: Change) => void, options: SubscribeOptions): () => void;

  /** Lets go of connections; the adapter is not used afterwards. */
  close?(): Promise<void>;
}
