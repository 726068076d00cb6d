/** The interface of an adapter: where the statuses and the statuses of conversations are kept. */
import type { Change } from '../model/changes.js';
import type { ContactSummary, ConversationRef, Counts, Entry, HistoryItem, SetResult } from '../model/entry.js';
import type { ContactMatch, Filter } from '../model/filter.js';
import type { Id } from '../model/id.js';
import type { NewStatus, Status, StatusPatch } from '../model/status.js';

export type { Counts };

export interface CallOptions {
  /** Aborting stops waiting for the call: a write that was already sent may still happen. */
  signal?: AbortSignal;
  /** Idempotency key: a write that is sent twice with one `opId` happens once. Its change carries the `opId`. */
  opId?: string;
  /** On whose behalf the write is made, for a server that uses an adapter; recorded in histories and changes. */
  by?: string;
}

export interface StatusList {
  /** The statuses in order, without the deleted ones. */
  items: readonly Status[];
  /** The position in the changes that `items` reflects; pass it to `subscribe` as `since`. */
  seq: string;
}

export interface CountQuery {
  of: 'conversation' | 'contact';
  /** For contacts. Default: `any`. */
  contactMatch?: ContactMatch;
}

export interface FindQuery extends CountQuery {
  filter: Filter;
  /** Ids per page, 1–200. Default: 50. */
  pageSize?: number;
  /** The `nextPageToken` of the previous page. */
  pageToken?: string;
}

export interface FindPage {
  /** Newest activity first. */
  ids: readonly Id[];
  /** Opaque. Missing on the last page only. */
  nextPageToken?: string;
}

/** Whether changes arrive: `live`, `retrying` to connect, or `down` until the next call succeeds. */
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

/** What an adapter has in addition if one object can serve one user after another. */
export interface WithSession {
  /**
   * Identifies the signed-in user: another value means that someone else has signed in. A write that was queued with one
   * value is never sent with another.
   */
  readonly session: string;
  /**
   * Identifies the credentials of writes, where they change more often than `session`, for instance a renewed token of a
   * server that does not name its sessions. Shown data stays; a write that was queued with one value is not sent with
   * another.
   */
  readonly credentials?: string;
}

/**
 * Where a pipeline is kept. Seven methods are required; each optional one enables a feature of the elements. Methods
 * reject with a `PipelineError` only: with code `aborted` after `close()`. A rejected write has changed nothing.
 */
export interface PipelineAdapter {
  listStatuses(options?: CallOptions): Promise<StatusList>;

  /**
   * Adds a status after `after` (`null`: first; left out: last). The caller makes the id, so the call can be repeated.
   * Rejects: `invalid` (also a name that is taken: field `name`), `limit`, `conflict` (the id is taken), `not-found` (`after`).
   */
  createStatus(data: NewStatus, options?: CallOptions): Promise<Status>;

  /** Changes the name or the color. Rejects: `conflict` with `current` when `ifVersion` is not its version, `not-found`, `status-deleted`, `invalid`. */
  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status>;

  /** Moves a status after another one (`null`: first) and resolves to all statuses in order. A deleted `after` means its former place. */
  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]>;

  /**
   * Deletes a status and moves its conversations to `moveTo` (`null`: no status), all or nothing.
   * Rejects: `in-use` with `count` when conversations have it and `moveTo` is left out, `conflict`, `not-found`, `status-deleted`.
   */
  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }>;

  /** Looks up conversations. Unknown ones are missing from the map. */
  getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>>;

  /**
   * Sets the status of conversations (`null`: no status) and resolves to one result for each, in order. With `ifVersion`
   * (0: never had a status), a conversation whose version differs is rejected with `conflict`.
   */
  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]>;

  /** Undoes a delete: restores the status, its place, and the conversations whose status was not changed since. */
  restoreStatus?(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }>;

  /** Adds conversations to a local adapter, so that it can count and find those without a status. */
  putConversations?(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void>;

  /** Looks up contacts. Those without a known conversation are missing from the map. */
  getContacts?(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>>;

  count?(query: CountQuery, options?: CallOptions): Promise<Counts>;

  find?(query: FindQuery, options?: CallOptions): Promise<FindPage>;

  /** The status changes of a conversation, oldest first. The adapter decides how far back they go. */
  history?(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]>;

  /** Calls `listener` with every change after `since`, whoever made it. Returns how to unsubscribe. After `close()` it does nothing. */
  subscribe?(listener: (change: Change) => void, options: SubscribeOptions): () => void;

  /** Closes connections. Calls that were made before may finish; later ones reject with `aborted`. Can be called twice. */
  close?(): Promise<void>;
}
