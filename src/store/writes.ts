import { type ConversationRef, type SetResult, parseConversationRef } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { type NewStatus, type Status, type StatusPatch, parseNewStatus, parseStatusPatch } from '../model/status.js';
import { foldEntry, foldStatuses, type Intent, type Operation } from './operations.js';
import { OperationQueue } from './queue.js';
import { send } from './send.js';
import { sessionChanged } from '../model/session-changed.js';
import { writerOf } from './session.js';
import type { PipelineStore } from './store.js';

const writes = new WeakMap<PipelineStore, Writes>();

/** The refusals which say that the list here is behind. */
const OUTDATED: readonly string[] = ['conflict', 'status-deleted', 'not-found', 'in-use'];

/** The failures after which the write may have been done all the same. */
const UNSURE: readonly string[] = ['offline', 'timeout', 'unavailable', 'bad-response', 'unknown'];

/**
 * What is written to a store's adapter. Each write shows at once, and settles when the adapter has confirmed or refused
 * it. Apart from the store, so that a page that only shows statuses does not load it.
 */
export class Writes {
  readonly #store: PipelineStore;
  readonly #queue: OperationQueue;

  /** Those of a store. */
  static of(store: PipelineStore): Writes {
    let own = writes.get(store);
    if (!own) writes.set(store, (own = new Writes(store)));
    return own;
  }

  private constructor(store: PipelineStore) {
    this.#store = store;
    this.#queue = new OperationQueue({
      perform: (operation) => this.#perform(operation),
      onChange: (operation) => this.#show(operation),
      session: () => writerOf(store.adapter),
    });
    store.attach({
      foldStatuses: (rows) => foldStatuses(rows, this.#queue.pending),
      foldEntry: (confirmed, id) => foldEntry(confirmed, id, this.#queue.pending),
      end: () => this.#queue.end(),
    });
  }

  async createStatus(data: NewStatus): Promise<Status> {
    return (await this.#queue.add({ kind: 'create', ...parseNewStatus(data) })) as Status;
  }

  /** `base` is the status as it was when the edit began: others' changes to it since then are a `conflict`. */
  async updateStatus(base: Status, patch: StatusPatch): Promise<Status> {
    return (await this.#queue.add({ kind: 'update', id: base.id, patch: parseStatusPatch(patch), base })) as Status;
  }

  async moveStatus(id: Id, after: Id | null): Promise<void> {
    await this.#queue.add({ kind: 'move', id, after });
  }

  async deleteStatus(base: Status, moveTo?: Id | null): Promise<{ moved: number }> {
    const intent: Intent = { kind: 'delete', id: base.id, base };
    return (await this.#queue.add(moveTo === undefined ? intent : { ...intent, moveTo })) as { moved: number };
  }

  async restoreStatus(id: Id): Promise<{ status: Status; restored: number }> {
    return (await this.#queue.add({ kind: 'restore', id })) as { status: Status; restored: number };
  }

  /**
   * Gives conversations a status. One write at a time for each conversation; of the picks that wait, the latest counts:
   * an earlier one that was never sent settles with `aborted` for that conversation.
   */
  async setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options: { ifVersion?: number } = {},
  ): Promise<readonly SetResult[]> {
    const refs = conversations.map(parseConversationRef);
    if (!refs.length) return [];
    return (await this.#queue.add({ kind: 'set', conversations: refs, statusId, ...options })) as readonly SetResult[];
  }

  async #perform(operation: Operation): Promise<unknown> {
    const store = this.#store;
    const checkSession = (): void => {
      if (this.#queue.isOver(operation)) throw sessionChanged();
    };
    const versions = new Map([...operation.conversations.keys()].map((id) => [id, store.entry(id)?.version ?? 0]));
    try {
      const outcome = await send(store.adapter, operation, store.confirmed, checkSession);
      store.confirm(outcome);
      return outcome.result;
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      if (OUTDATED.includes(error.code)) void store.list();
      const results = UNSURE.includes(error.code) ? this.#heard(operation, versions, error) : [];
      if (results.some(({ ok }) => ok)) return results;
      throw error;
    }
  }

  /** The results of a pick whose answer was lost: done where it was heard since it was sent, else the error. */
  #heard(
    { intent, conversations, superseded }: Operation,
    versions: ReadonlyMap<Id, number>,
    error: PipelineError,
  ): SetResult[] {
    if (intent.kind !== 'set') return [];
    const results = [...conversations.keys()].map((conversationId): SetResult => {
      const entry = this.#store.confirmedEntry(conversationId);
      const isDone = entry && entry.version > versions.get(conversationId)! && entry.statusId === intent.statusId;
      return isDone ? { conversationId, ok: true, entry } : { conversationId, ok: false, error };
    });
    return [...results, ...superseded];
  }

  /** Calls whoever shows what an operation is about. */
  #show({ intent, conversations }: Operation): void {
    if (intent.kind === 'set') this.#store.showEntries(conversations.keys());
    else this.#store.showStatuses();
    if (intent.kind === 'delete') this.#store.showEntries();
  }
}
