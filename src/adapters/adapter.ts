/** The interface of an adapter: where the statuses and the statuses of conversations are kept. */
import type { Change } from '../model/changes.js';
import type { ConversationRef, Counts, Entry, HistoryItem, SetResult } from '../model/entry.js';
import type { ContactSummary } from '../model/contact.js';
import type { ContactMatch, Filter } from '../model/filter.js';
import type { Id } from '../model/id.js';
import type { NewStatus, Status, StatusPatch } from '../model/status.js';

export type { Counts };

/**
 * What a call waits for before it can go on: a network, the user's sign-in, or the time of its next attempt (`at`,
 * milliseconds since the epoch by this device's clock).
 */
export type CallWait = { reason: 'offline' } | { reason: 'sign-in' } | { reason: 'retry'; at: number };

export interface CallOptions {
  /**
   * Aborting stops waiting for the call: a write that was already sent may still happen. A long `setStatus` of an adapter
   * that keeps the data in the browser is either stored and resolves, or rejects and stores nothing.
   */
  signal?: AbortSignal;
  /** Idempotency key: a write that is sent twice with one `opId` happens once. Its change carries the `opId`. */
  opId?: string;
  /**
   * Called while a long write goes on, with how much of it is done, at last with `done === of`. For `setStatus`: the number
   * of conversations. An adapter may call it once, or not at all.
   */
  onProgress?(done: number, of: number): void;
  /** On whose behalf the write is made, for a server that uses an adapter; recorded in histories and changes. */
  by?: string;
  /**
   * Called when the call has to wait, again when it waits for something else, and with `undefined` when it goes on. The
   * elements show it, for instance "Waiting for connection". A write that neither answers nor waits for 30 s counts as
   * failed (`timeout`); while it says that it waits there is no limit.
   */
  onWait?: (wait: CallWait | undefined) => void;
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

/** What to erase. */
export interface ForgetQuery {
  conversationIds?: readonly Id[];
  /** With all their conversations. */
  contactIds?: readonly Id[];
}

/** Whether changes arrive: `live`, `retrying` to connect, or `down` until the next call succeeds. */
export type SubscriptionState = 'live' | 'retrying' | 'down';

/**
 * Whether data outlives the page: `durable`, or kept only for the `session` because the browser gives the page no storage;
 * `unknown` until the storage could be opened. `session` becomes `durable` when the storage can be opened after all.
 */
export type Persistence = 'unknown' | 'durable' | 'session';

/** What an adapter has in addition if it may have to keep data in memory only. */
export interface WithPersistence {
  readonly persistence: Persistence;
  /** Calls `listener` as soon as `persistence` is known, and when it changes. Returns how to unsubscribe. */
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

/** A `setStatus` write that an adapter keeps until it can be sent. */
export interface WaitingWrite {
  /** That of the call, as far as the conversations of one call wait together; of a write of an earlier page, any unique text. */
  readonly opId: string;
  readonly conversations: readonly ConversationRef[];
  readonly statusId: Id | null;
  /** When it was made, milliseconds since the epoch. */
  readonly since: number;
  /** What a write of an earlier page waits for. Calls of this page report it through `onWait`. */
  readonly wait?: CallWait | undefined;
}

/** How a waiting write ended for which no caller waits. */
export interface SettledWrite {
  readonly write: WaitingWrite;
  /** One for each of its conversations. */
  readonly results: readonly SetResult[];
}

/**
 * What an adapter has in addition if it keeps writes that could not be sent, also when the page is closed, and sends them
 * later. A later write to the same conversations supersedes a waiting one, which settles with `aborted`. The elements
 * show waiting writes as pending, with their number, and report those that fail.
 */
export interface WithOutbox {
  /** The waiting writes of the current session, oldest first, those of earlier pages included. The same list until it changes. */
  readonly waiting: readonly WaitingWrite[];
  /**
   * Calls `listener` soon if writes are waiting, then whenever `waiting` changes, and once for each write that settles
   * without a caller, before it is no longer waiting. Returns how to unsubscribe.
   */
  onWaiting(listener: (settled?: SettledWrite) => void): () => void;
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
   * (0: never had a status), a conversation whose version differs is rejected with `conflict`. A `contactId` is only used
   * if none is known and `putConversations` has not said that there is none: a page may be older than a merge of contacts.
   */
  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]>;

  /** Undoes a delete: restores the status, its place, and the conversations whose status was not changed since. */
  restoreStatus?(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }>;

  /**
   * Tells a local adapter which conversations exist, so that it can count and find those without a status. The host's
   * word is final: a `contactId` moves the conversation (`null`: to no contact), and an `activityAt` is taken even if it
   * is earlier. A missing field leaves what is known.
   */
  putConversations?(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void>;

  /** Looks up contacts. Those without a known conversation are missing from the map. */
  getContacts?(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>>;

  count?(query: CountQuery, options?: CallOptions): Promise<Counts>;

  find?(query: FindQuery, options?: CallOptions): Promise<FindPage>;

  /** The status changes of a conversation, oldest first. The adapter decides how far back they go. */
  history?(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]>;

  /**
   * Erases conversations, and contacts with all their conversations: entries, histories, counts, changes and kept results,
   * so that no record has their ids. Subscribers receive a `reset`. A conversation that is given a status later begins
   * anew, with a higher version than it ever had. Can be repeated; unknown ids are no error. Rejects with `invalid`, and
   * erases nothing, if one of the ids is invalid.
   */
  forget?(query: ForgetQuery, options?: CallOptions): Promise<void>;

  /** Calls `listener` with every change after `since`, whoever made it. Returns how to unsubscribe. After `close()` it does nothing. */
  subscribe?(listener: (change: Change) => void, options: SubscribeOptions): () => void;

  /** Closes connections. Calls that were made before may finish; later ones reject with `aborted`. Can be called twice. */
  close?(): Promise<void>;
}
