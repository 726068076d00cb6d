/**
 * Keeps a pipeline in memory, with every optional method: the example to read before writing an adapter.
 *
 * `rules.ts` decides what is allowed; an adapter reads the records, asks the rules, and writes the result. Here nothing
 * is awaited between a check and its write. Storage that other clients share needs a transaction for that.
 */
import type { Change } from '../model/changes.js';
import {
  type ConversationRef,
  type Entry,
  type HistoryItem,
  type SetResult,
  parseConversationRef,
} from '../model/entry.js';
import { type ContactSummary } from '../model/contact.js';
import { closedError, PipelineError } from '../model/errors.js';
import { checkAborted } from '../model/abort.js';
import type { Id } from '../model/id.js';
import type { Placement } from '../model/rank.js';
import { resolveEntry, resolveStatusId, toStatus, type StatusRow } from '../model/reassignment.js';
import type { NewStatus, Status, StatusPatch } from '../model/status.js';
import { withUnreadable } from '../model/unreadable.js';
import { nullableStatusId, parseId } from '../model/validate.js';
import {
  checkDelete,
  checkIds,
  checkRefs,
  checkRestore,
  factsFromHost,
  factsFromPage,
  isExpired,
  liveStatuses,
  parseForgetQuery,
  parseUndoPeriod,
  parseUser,
  planCreate,
  planMove,
  planUpdate,
  requireLiveStatus,
} from './rules.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  ForgetQuery,
  PipelineAdapter,
  StatusList,
  SubscribeOptions,
} from './adapter.js';
import { ChangeLog } from './change-log.js';
import { IdempotencyCache } from './idempotency.js';
import { contactsOf, countIn, findIn, type StoredConversation } from './paging.js';
import type { Export, Import, TransferOptions, WithTransfer } from './transfer.js';

/** How many items of a conversation's history are kept. */
const HISTORY_LENGTH = 100;

/** Keeps a pipeline in memory, until the page is left. For tests, demos, and data that must not be stored. */
export class MemoryAdapter implements Required<PipelineAdapter>, WithTransfer {
  /** Every status that ever existed: deleted ones keep their place, and can be restored. */
  readonly #rows = new Map<Id, StatusRow>();
  readonly #conversations = new Map<Id, StoredConversation>();
  readonly #histories = new Map<Id, HistoryItem[]>();
  readonly #log = new ChangeLog();
  readonly #idempotency = new IdempotencyCache();
  readonly #user: string | undefined;
  readonly #undoPeriodMs: number;
  /** When the next deleted status can no longer be restored. */
  #purgeAt = Infinity;
  #isClosed = false;

  /**
   * `user`: who makes the writes, 1–256 characters, recorded as `by` in histories and changes; `CallOptions.by` takes
   * precedence. `undoPeriodMs`: how long `restoreStatus` can bring a deleted status back; later it is purged. Default: 30
   * days. Throws `invalid` (field `user` or `undoPeriodMs`).
   */
  constructor({ user, undoPeriodMs }: { user?: string; undoPeriodMs?: number } = {}) {
    this.#user = user === undefined ? undefined : parseUser(user);
    this.#undoPeriodMs = parseUndoPeriod(undoPeriodMs);
  }

  async listStatuses(options?: CallOptions): Promise<StatusList> {
    this.#checkCall(options);
    return { items: liveStatuses(this.#rows), seq: String(this.#log.seq) };
  }

  createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    return this.#write(options, () => {
      const plan = planCreate(this.#rowsWithout(data?.after), data);
      if ('existing' in plan) return toStatus(plan.existing);
      this.#putRanks(plan.moved, options);
      return this.#putRow(plan.row, options);
    });
  }

  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    return this.#write(options, () => {
      const next = planUpdate(this.#rows, id, patch, options.ifVersion);
      return next === this.#rows.get(id) ? toStatus(next) : this.#putRow(next, options);
    });
  }

  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    return this.#write(options, () => {
      this.#putRanks(planMove(this.#rowsWithout(after), id, after), options);
      return liveStatuses(this.#rows);
    });
  }

  /**
   * Writes the status only. It is stored with the status that replaces it (`heir`), and whoever reads a conversation
   * follows that: see `model/reassignment.ts`.
   */
  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#write(options, () => {
      const moved = this.#conversationsWith(id);
      const row = checkDelete(this.#rows, id, options, moved.length);
      const movedVersion = this.#log.seq + 1;
      const heir = options.moveTo ?? null;
      const deletedAt = Date.now();
      this.#putRow({ ...row, deleted: true, heir, movedVersion, deletedAt }, options);
      this.#purgeAt = Math.min(this.#purgeAt, deletedAt + this.#undoPeriodMs);
      for (const conversation of moved) this.#recordMove(conversation, id, options);
      return { moved: moved.length };
    });
  }

  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#write(options, () => {
      const { deleted, heir, deletedAt: _, ...row } = checkRestore(this.#rowsWithout(id), id);
      if (!deleted) return { status: toStatus(row), restored: 0 };
      const from = resolveStatusId(this.#rows, heir ?? null);
      const status = this.#putRow({ ...row, movedVersion: this.#log.seq + 1 }, options);
      const restored = this.#conversationsWith(id);
      for (const conversation of restored) this.#recordMove(conversation, from, options);
      return { status, restored: restored.length };
    });
  }

  async getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    this.#checkCall(options);
    const entries = new Map<Id, Entry>();
    const { ids, rejected } = checkIds(conversationIds, 'conversationId');
    for (const id of ids) {
      const conversation = this.#conversations.get(id);
      if (conversation) entries.set(id, this.#entryOf(conversation));
    }
    return withUnreadable(entries, rejected);
  }

  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#write(options, () => {
      const { refs, complete } = checkRefs(conversations);
      const to = nullableStatusId(statusId, 'statusId');
      if (to !== null) requireLiveStatus(this.#rows, to, 'statusId');
      const results = complete(refs.map((ref) => this.#setOne(ref, to, options)));
      const { length } = results;
      // In a microtask: a listener that throws does not affect the write.
      if (options?.onProgress && length) queueMicrotask(() => options.onProgress!(length, length));
      return results;
    });
  }

  putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    return this.#write(options, () => {
      for (const ref of conversations.map(parseConversationRef)) {
        const stored = this.#conversations.get(ref.conversationId);
        const next = { ...(stored ?? newConversation(ref.conversationId)), ...factsFromHost(ref, stored) };
        // Newer activity is not reported: every message would be.
        const isChanged = !stored || stored.contactId !== next.contactId || next.activityAt < stored.activityAt;
        if (isChanged) next.version = this.#log.nextVersion();
        this.#conversations.set(ref.conversationId, next);
        if (isChanged) this.#log.add({ kind: 'entry', entry: this.#entryOf(next) }, this.#authorOf(options));
      }
    });
  }

  async getContacts(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>> {
    this.#checkCall(options);
    const { ids, rejected } = checkIds(contactIds, 'contactId');
    const wanted = new Set(ids);
    const found = new Map<Id, ContactSummary>();
    for (const [id, { statusIds, latest }] of contactsOf(this.#rows, this.#conversations.values())) {
      if (wanted.has(id)) found.set(id, { statusIds, latest });
    }
    return withUnreadable(found, rejected);
  }

  async count(query: CountQuery, options?: CallOptions): Promise<Counts> {
    this.#checkCall(options);
    return countIn(this.#rows, this.#conversations.values(), query);
  }

  async find(query: FindQuery, options?: CallOptions): Promise<FindPage> {
    this.#checkCall(options);
    return findIn(this.#rows, this.#conversations.values(), query);
  }

  async history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    this.#checkCall(options);
    return (this.#histories.get(parseId(conversationId, 'conversationId')) ?? []).map((item) => ({ ...item }));
  }

  forget(query: ForgetQuery, options?: CallOptions): Promise<void> {
    return this.#write(options, () => {
      const { contactIds, conversationIds: listed } = parseForgetQuery(query);
      const conversationIds = new Set(listed);
      for (const { conversationId, contactId } of this.#conversations.values()) {
        if (contactId !== null && contactIds.has(contactId)) conversationIds.add(conversationId);
      }
      const forgotten = { conversationIds, contactIds };
      const known = [...conversationIds].filter((id) => this.#conversations.delete(id));
      for (const id of known) this.#histories.delete(id);
      this.#idempotency.forget(forgotten);
      // A contact can be unknown and still be in changes: of conversations that were moved away from it.
      if (known.length || this.#log.mentions(forgotten)) this.#log.startOver(this.#authorOf(options));
    });
  }

  async exportAll(options?: TransferOptions): Promise<Export> {
    const { exportState } = await import('./transfer.js');
    this.#checkCall(options);
    return exportState({ rows: this.#rows, conversations: this.#conversations, histories: this.#histories });
  }

  async importAll({ statuses, conversations }: Import, options: TransferOptions = {}): Promise<void> {
    const { importedConversation, planImport } = await import('./transfer.js');
    await this.#write(options, () => {
      for (const row of planImport(this.#rows, statuses)) this.#putRow(row);
      for (const each of conversations) {
        const { conversationId: id, history = [] } = each;
        const next = importedConversation(each, this.#conversations.get(id), this.#log.nextVersion());
        this.#conversations.set(id, next);
        this.#histories.set(id, history.slice(-HISTORY_LENGTH));
      }
      this.#log.startOver({});
    });
    options.onProgress?.(conversations.length, conversations.length);
  }

  subscribe(listener: (change: Change) => void, options: SubscribeOptions): () => void {
    return this.#isClosed ? () => undefined : this.#log.subscribe(listener, options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#log.close();
  }

  /** Throws `aborted` for a call that is aborted already, or made after `close()`. */
  #checkCall(options: CallOptions | undefined): void {
    if (this.#isClosed) throw closedError();
    checkAborted(options?.signal);
  }

  /** Checks and writes. Calls with the same `opId` are written once. */
  async #write<T>(options: CallOptions | undefined, work: () => T): Promise<T> {
    this.#checkCall(options);
    if (options?.by !== undefined) parseUser(options.by, 'by');
    return this.#idempotency.run(options?.opId, async () => {
      if (Date.now() >= this.#purgeAt) this.#purge();
      return work();
    });
  }

  /** The statuses without this one if it was deleted so long ago that it can no longer be restored or named. */
  #rowsWithout(id: Id | null | undefined): ReadonlyMap<Id, StatusRow> {
    const row = id == null ? undefined : this.#rows.get(id);
    if (!row || !isExpired(row, this.#undoPeriodMs)) return this.#rows;
    return new Map([...this.#rows].filter(([each]) => each !== id));
  }

  /** Removes deleted statuses that can no longer be restored, unless a history names them. */
  #purge(): void {
    const isGone = (row: StatusRow): boolean => isExpired(row, this.#undoPeriodMs);
    const goneRow = (id: Id | null): StatusRow | undefined => {
      const row = id === null ? undefined : this.#rows.get(id);
      return row && isGone(row) ? row : undefined;
    };
    for (const conversation of this.#conversations.values()) {
      // What everyone sees already becomes what is stored.
      for (let row = goneRow(conversation.statusId); row; row = goneRow(conversation.statusId)) {
        conversation.statusId = row.heir ?? null;
        conversation.version = Math.max(conversation.version, row.movedVersion ?? 0);
        conversation.changedAt = Math.max(conversation.changedAt, row.deletedAt ?? 0);
      }
    }
    const named = new Set([...this.#histories.values()].flat().flatMap(({ from, to }) => [from, to]));
    this.#purgeAt = Infinity;
    for (const row of this.#rows.values()) {
      if (!row.deleted) continue;
      if (!isGone(row)) this.#purgeAt = Math.min(this.#purgeAt, row.deletedAt! + this.#undoPeriodMs);
      else if (!named.has(row.id)) this.#rows.delete(row.id);
    }
  }

  #putRow(row: StatusRow, options?: CallOptions): Status {
    const next = { ...row, version: this.#log.nextVersion() };
    this.#rows.set(row.id, next);
    const status = toStatus(next);
    this.#log.add({ kind: 'status', status }, this.#authorOf(options));
    return status;
  }

  #putRanks(placements: readonly Placement[], options?: CallOptions): void {
    for (const { id, rank } of placements) this.#putRow({ ...this.#rows.get(id)!, rank }, options);
  }

  #setOne(ref: ConversationRef, to: Id | null, options?: CallOptions & { ifVersion?: number }): SetResult {
    const { conversationId } = ref;
    const stored = this.#conversations.get(conversationId);
    const current = stored && this.#entryOf(stored);
    if (options?.ifVersion !== undefined && options.ifVersion !== (current?.version ?? 0)) {
      const message = `The conversation "${conversationId}" has since been changed.`;
      return { conversationId, ok: false, error: new PipelineError('conflict', message, { current }) };
    }
    const from = current?.statusId ?? null;
    const next = { ...(stored ?? newConversation(conversationId)), ...factsFromPage(ref, stored) };
    // Setting the status that it has changes nothing, except that an inherited status becomes the conversation's own.
    const isChanged = from !== to || !stored || next.contactId !== stored.contactId || stored.statusId !== to;
    if (isChanged) Object.assign(next, { statusId: to, version: this.#log.nextVersion() });
    if (from !== to) {
      next.changedAt = Date.now();
      this.#addHistory(conversationId, { from, to, at: next.changedAt }, options);
    } else if (current) {
      next.changedAt = current.changedAt;
    }
    this.#conversations.set(conversationId, next);
    const entry = this.#entryOf(next);
    if (isChanged) this.#log.add({ kind: 'entry', entry }, this.#authorOf(options));
    return { conversationId, ok: true, entry };
  }

  /** The entry to return: with the status that counts now. */
  #entryOf({ activityAt: _, isUnlinked: __, ...entry }: StoredConversation): Entry {
    return resolveEntry(this.#rows, entry);
  }

  #conversationsWith(statusId: Id): StoredConversation[] {
    return [...this.#conversations.values()].filter((each) => resolveStatusId(this.#rows, each.statusId) === statusId);
  }

  /** Reports and records that deleting or restoring a status gave the conversation another status. */
  #recordMove(conversation: StoredConversation, from: Id | null, options?: CallOptions): void {
    const entry = this.#entryOf(conversation);
    this.#addHistory(entry.conversationId, { from, to: entry.statusId, at: Date.now() }, options);
    this.#log.nextVersion();
    this.#log.add({ kind: 'entry', entry }, this.#authorOf(options));
  }

  #addHistory(conversationId: Id, item: HistoryItem, options?: CallOptions): void {
    const { by } = this.#authorOf(options);
    const items = [...(this.#histories.get(conversationId) ?? []), by === undefined ? item : { ...item, by }];
    this.#histories.set(conversationId, items.slice(-HISTORY_LENGTH));
  }

  /** What changes and histories record about the call, where it is known. */
  #authorOf(options: CallOptions | undefined): { opId?: string; by?: string } {
    const by = options?.by ?? this.#user;
    return {
      ...(options?.opId === undefined ? {} : { opId: options.opId }),
      ...(by === undefined ? {} : { by }),
    };
  }
}

const newConversation = (conversationId: Id): StoredConversation => ({
  conversationId,
  contactId: null,
  isUnlinked: false,
  statusId: null,
  version: 0,
  changedAt: 0,
  activityAt: 0,
});
