import type { Change } from '../model/changes.js';
import {
  type ContactSummary,
  type ConversationRef,
  type Entry,
  type HistoryItem,
  type SetResult,
  parseConversationRef,
} from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import { contactMatchesFilter, matchesFilter, parseFilter } from '../model/filter.js';
import { resolveStatusId, resolveEntry, toStatus, type StatusRow } from '../model/reassignment.js';
import type { Id } from '../model/id.js';
import type { Placement } from '../model/rank.js';
import { parseId, parseUser } from '../model/validate.js';
import type { NewStatus, Status, StatusPatch } from '../model/status.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  PipelineAdapter,
  StatusList,
  SubscriptionState,
} from './adapter.js';
import { IdempotencyCache } from './idempotency.js';
import { comparePositions, pageSizeOf, readPageToken, writePageToken, type PagePosition } from './paging.js';
import {
  checkDelete,
  checkRestore,
  requireLiveStatus,
  liveStatuses,
  planCreate,
  planMove,
  planUpdate,
} from './rules.js';

interface Conversation extends Entry {
  activityAt: number;
}

/** How many changes are kept for those who resume, and how many events of one conversation for its history. */
const LOG_LENGTH = 1000;
const HISTORY_LENGTH = 100;

type Body = { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset' };

/**
 * Keeps a pipeline in memory, complete and with every optional method: the example to read before writing an adapter.
 * Nothing is awaited between a check and its write, which is what a transaction is elsewhere. One counter, `seq`,
 * numbers every write: it is the version of what was written, and the place to resume from.
 */
export class MemoryAdapter implements PipelineAdapter {
  #seq = 0;
  readonly #rows = new Map<Id, StatusRow>();
  readonly #conversations = new Map<Id, Conversation>();
  readonly #history = new Map<Id, HistoryItem[]>();
  readonly #log: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #once = new IdempotencyCache();
  readonly #user: string | undefined;

  /**
   * `user`: who makes the writes, 1–256 characters, recorded as `by` in histories and changes; `CallOptions.by` takes
   * precedence. Throws `invalid` (field `user`).
   */
  constructor({ user }: { user?: string } = {}) {
    this.#user = user === undefined ? undefined : parseUser(user);
  }

  async listStatuses(options?: CallOptions): Promise<StatusList> {
    checkAborted(options);
    return { items: liveStatuses(this.#rows), seq: String(this.#seq) };
  }

  createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    return this.#write(options, () => {
      const plan = planCreate(this.#rows, data);
      if ('existing' in plan) return toStatus(plan.existing);
      this.#placeRows(plan.moved, options);
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
      this.#placeRows(planMove(this.#rows, id, after), options);
      return liveStatuses(this.#rows);
    });
  }

  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#write(options, () => {
      const moved = this.#having(id);
      const row = checkDelete(this.#rows, id, options, moved.length);
      const heir = options.moveTo ?? null;
      const movedVersion = this.#seq + 1;
      this.#putRow({ ...row, deleted: true, heir, movedVersion, deletedAt: Date.now() }, options);
      for (const conversation of moved) this.#announceMove(conversation, id, options);
      return { moved: moved.length };
    });
  }

  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#write(options, () => {
      const { deleted, heir, deletedAt: _, ...row } = checkRestore(this.#rows, id);
      if (!deleted) return { status: toStatus(row), restored: 0 };
      const from = resolveStatusId(this.#rows, heir ?? null);
      const status = this.#putRow({ ...row, movedVersion: this.#seq + 1 }, options);
      const restored = this.#having(id);
      for (const conversation of restored) this.#announceMove(conversation, from, options);
      return { status, restored: restored.length };
    });
  }

  async getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    checkAborted(options);
    const entries = new Map<Id, Entry>();
    for (const id of conversationIds) {
      const conversation = this.#conversations.get(parseId(id, 'conversationId'));
      if (conversation) entries.set(id, this.#entry(conversation));
    }
    return entries;
  }

  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#write(options, () => {
      const refs = conversations.map(parseConversationRef);
      if (statusId !== null) requireLiveStatus(this.#rows, parseId(statusId, 'statusId'), 'statusId');
      return refs.map((ref) => this.#setOne(ref, statusId, options));
    });
  }

  putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    return this.#write(options, () => {
      for (const ref of conversations.map(parseConversationRef)) {
        const held = this.#conversations.get(ref.conversationId);
        const next = this.#touched(ref);
        const changed = !held || held.contactId !== next.contactId;
        if (changed) next.version = ++this.#seq;
        this.#conversations.set(ref.conversationId, next);
        if (changed) this.#announce({ kind: 'entry', entry: this.#entry(next) }, options);
      }
    });
  }

  async getContacts(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>> {
    checkAborted(options);
    const wanted = new Set(contactIds.map((id) => parseId(id, 'contactId')));
    const contacts = new Map<Id, ContactSummary>();
    for (const [id, { statusIds, latest }] of this.#contacts()) {
      if (wanted.has(id)) contacts.set(id, { statusIds, latest });
    }
    return contacts;
  }

  async count({ of, contactMatch }: CountQuery, options?: CallOptions): Promise<Counts> {
    checkAborted(options);
    const byStatus = new Map<Id, number>();
    let none = 0;
    const add = (statusId: Id | null): void => {
      if (statusId === null) none++;
      else byStatus.set(statusId, (byStatus.get(statusId) ?? 0) + 1);
    };
    if (of === 'conversation') {
      for (const conversation of this.#conversations.values()) add(resolveStatusId(this.#rows, conversation.statusId));
    } else {
      for (const contact of this.#contacts().values()) {
        (contactMatch === 'latest' ? [contact.latest] : contact.statusIds).forEach(add);
      }
    }
    return { byStatus, none };
  }

  async find(query: FindQuery, options?: CallOptions): Promise<FindPage> {
    checkAborted(options);
    const filter = parseFilter(query.filter);
    const size = pageSizeOf(query.pageSize);
    const from = readPageToken(query.pageToken);
    const rows: PagePosition[] =
      query.of === 'conversation'
        ? [...this.#conversations.values()]
            .filter((each) => matchesFilter(filter, resolveStatusId(this.#rows, each.statusId)))
            .map(({ conversationId, activityAt }) => ({ id: conversationId, activityAt }))
        : [...this.#contacts()]
            .filter(([, each]) =>
              contactMatchesFilter(filter, query.contactMatch === 'latest' ? [each.latest] : each.statusIds),
            )
            .map(([id, { activityAt }]) => ({ id, activityAt }));
    const rest = rows.sort(comparePositions).filter((row) => !from || comparePositions(row, from) > 0);
    const page = rest.slice(0, size);
    const ids = page.map((row) => row.id);
    return rest.length > size ? { ids, nextPageToken: writePageToken(page[size - 1]!) } : { ids };
  }

  async history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    checkAborted(options);
    return (this.#history.get(parseId(conversationId, 'conversationId')) ?? []).map((item) => ({ ...item }));
  }

  subscribe(
    listener: (change: Change) => void,
    { since, onState }: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    // A wrapper of its own, so that one function can listen twice and stop once.
    const deliver = (change: Change): void => listener(change);
    if (since !== undefined) {
      const missed = this.#log.filter((change) => Number(change.seq) > Number(since));
      const complete = Number(since) >= this.#seq || Number(this.#log[0]?.seq) <= Number(since) + 1;
      const replay: Change[] = complete ? missed : [{ kind: 'reset', seq: String(this.#seq) }];
      for (const change of replay) queueMicrotask(() => this.#listeners.has(deliver) && deliver(change));
    }
    this.#listeners.add(deliver);
    onState?.('live');
    return () => this.#listeners.delete(deliver);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  /** Checks and writes in one go; the same `opId` twice happens once. */
  #write<T>(options: CallOptions | undefined, work: () => T): Promise<T> {
    return this.#once.run(options?.opId, async () => {
      checkAborted(options);
      if (options?.by !== undefined) parseUser(options.by, 'by');
      return work();
    });
  }

  #putRow(row: StatusRow, options?: CallOptions): Status {
    const next = { ...row, version: ++this.#seq };
    this.#rows.set(row.id, next);
    const status = toStatus(next);
    this.#announce({ kind: 'status', status }, options);
    return status;
  }

  #placeRows(placements: readonly Placement[], options?: CallOptions): void {
    for (const { id, rank } of placements) this.#putRow({ ...this.#rows.get(id)!, rank }, options);
  }

  /** The conversation with what the host says of it now; activity never goes back. */
  #touched(ref: ConversationRef): Conversation {
    const held = this.#conversations.get(ref.conversationId);
    return {
      conversationId: ref.conversationId,
      contactId: ref.contactId ?? held?.contactId ?? null,
      statusId: held?.statusId ?? null,
      version: held?.version ?? 0,
      changedAt: held?.changedAt ?? 0,
      activityAt: Math.max(ref.activityAt ?? 0, held?.activityAt ?? 0),
    };
  }

  #setOne(ref: ConversationRef, to: Id | null, options?: CallOptions & { ifVersion?: number }): SetResult {
    const { conversationId } = ref;
    const held = this.#conversations.get(conversationId);
    const current = held && this.#entry(held);
    if (options?.ifVersion !== undefined && options.ifVersion !== (current?.version ?? 0)) {
      const error = new PipelineError('conflict', `The conversation "${conversationId}" was changed meanwhile.`, {
        current,
      });
      return { conversationId, ok: false, error };
    }
    const from = current?.statusId ?? null;
    const next = this.#touched(ref);
    // Picking what it has already changes nothing, but an inherited status becomes the conversation's own.
    const changed = from !== to || !held || next.contactId !== held.contactId || held.statusId !== to;
    if (changed) Object.assign(next, { statusId: to, version: ++this.#seq });
    if (from !== to) {
      next.changedAt = Date.now();
      this.#remember(conversationId, { from, to, at: next.changedAt, ...this.#authorOf(options) });
    } else if (current) {
      next.changedAt = current.changedAt;
    }
    this.#conversations.set(conversationId, next);
    const entry = this.#entry(next);
    if (changed) this.#announce({ kind: 'entry', entry }, options);
    return { conversationId, ok: true, entry };
  }

  #entry({ conversationId, contactId, statusId, version, changedAt }: Conversation): Entry {
    return resolveEntry(this.#rows, { conversationId, contactId, statusId, version, changedAt });
  }

  #having(statusId: Id): Conversation[] {
    return [...this.#conversations.values()].filter((each) => resolveStatusId(this.#rows, each.statusId) === statusId);
  }

  #announceMove(conversation: Conversation, from: Id | null, options?: CallOptions): void {
    const entry = this.#entry(conversation);
    this.#remember(entry.conversationId, { from, to: entry.statusId, at: Date.now(), ...this.#authorOf(options) });
    ++this.#seq;
    this.#announce({ kind: 'entry', entry }, options);
  }

  /** Every contact that has a conversation: its statuses, the latest one, its newest activity. */
  #contacts(): Map<Id, { statusIds: (Id | null)[]; latest: Id | null; activityAt: number }> {
    const contacts = new Map<Id, { statusIds: (Id | null)[]; latest: Id | null; activityAt: number }>();
    const positions = [...this.#conversations.values()].map((each) => ({ ...each, id: each.conversationId }));
    for (const { contactId, statusId: stored, activityAt } of positions.sort(comparePositions)) {
      if (contactId === null) continue;
      const statusId = resolveStatusId(this.#rows, stored);
      const contact = contacts.get(contactId);
      if (!contact) contacts.set(contactId, { statusIds: [statusId], latest: statusId, activityAt });
      else if (!contact.statusIds.includes(statusId)) contact.statusIds.push(statusId);
    }
    return contacts;
  }

  #remember(conversationId: Id, item: HistoryItem): void {
    const items = this.#history.get(conversationId) ?? [];
    this.#history.set(conversationId, [...items, item].slice(-HISTORY_LENGTH));
  }

  /** Who makes the write, where that is known. */
  #authorOf(options: CallOptions | undefined): { by?: string } {
    const by = options?.by ?? this.#user;
    return by === undefined ? {} : { by };
  }

  /** Called after the write, never before: a listener can read what it is told of. */
  #announce(body: Body, options?: CallOptions): void {
    const change: Change = {
      ...body,
      seq: String(this.#seq),
      ...(options?.opId === undefined ? {} : { opId: options.opId }),
      ...this.#authorOf(options),
    };
    this.#log.push(change);
    if (this.#log.length > LOG_LENGTH) this.#log.shift();
    // Later and one by one: a listener that throws hurts neither the write nor the other listeners.
    for (const listener of this.#listeners) queueMicrotask(() => this.#listeners.has(listener) && listener(change));
  }
}

function checkAborted(options: CallOptions | undefined): void {
  if (options?.signal?.aborted)
    throw new PipelineError('aborted', 'The call was aborted.', { cause: options.signal.reason });
}
