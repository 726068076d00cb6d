/**
 * Writes to the adapter, shown before they are confirmed. From top to bottom, a mutation is enqueued, sent, and confirmed or
 * rolled back. Loaded on first use: a page that only shows statuses does without.
 */
import type { CallOptions, CallWait, ForgetQuery, SettledWrite, WithSession } from '../adapters/adapter.js';
import { parseConversationRef, type ConversationRef, type SetResult } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import { sessionChanged } from '../model/abort.js';
import { newId, type Id } from '../model/id.js';
import { readList, readRecord, readSetResults, readStatus } from '../model/reading.js';
import { unreadableIn } from '../model/unreadable.js';
import { parseId } from '../model/validate.js';
import { contentOf, type NewStatus, type Status, type StatusPatch } from '../model/status.js';
import { parseNewStatus, parseStatusPatch, sameContent } from '../model/status-edits.js';
import { withAnswerLimit } from './answer-limit.js';
import { FailedPicks, SLOW_PICK, shownWait, waitOf, type PickFeedback } from './pick-feedback.js';
import { applyToEntry, applyToStatuses, mustWait, supersede, type Intent, type Mutation } from './optimistic.js';
import { confirm, readAgain, type Confirmation } from './confirm.js';
import type { PendingMutations, PipelineStore } from './pipeline.js';
import { RestoredFailures, parseSettled, withRestored } from './restored-picks.js';
import { isOtherSession, sessionOf } from './sync.js';

/** Failures which mean that the statuses shown are stale, or may be. */
const STALE_CODES: readonly string[] = ['conflict', 'status-deleted', 'not-found', 'in-use', 'bad-response'];

/** Failures after which the write may have been done nevertheless. */
const UNCERTAIN_CODES: readonly string[] = ['offline', 'timeout', 'unavailable', 'bad-response', 'unknown'];

const mutations = new WeakMap<PipelineStore, Mutations>();

/** The answer of the adapter, parsed; `result` is for the caller. */
interface Answer extends Confirmation {
  result: unknown;
}

/** Each method settles when the adapter has confirmed or refused the write. It rejects with a `PipelineError`. */
export class Mutations implements PendingMutations {
  readonly #store: PipelineStore;
  /** In the order in which they were made. */
  #pending: readonly Mutation[] = [];
  readonly #failed: FailedPicks;
  readonly #restoredFailures: RestoredFailures;
  #hasEnded = false;

  /** The mutations of a store. */
  static of(store: PipelineStore): Mutations {
    let own = mutations.get(store);
    if (!own) mutations.set(store, (own = new Mutations(store)));
    return own;
  }

  private constructor(store: PipelineStore) {
    this.#store = store;
    this.#failed = new FailedPicks((id) => store.confirmedEntry(id));
    this.#restoredFailures = new RestoredFailures((id) => store.entries.watchers.of(id));
    store.attach(this);
  }

  async createStatus(data: NewStatus): Promise<Status> {
    return (await this.#enqueue({ kind: 'create', ...parseNewStatus(data) })) as Status;
  }

  /** `base` is the status as it was when the edit began: what others changed since then is a `conflict`. */
  async updateStatus(base: Status, patch: StatusPatch): Promise<Status> {
    return (await this.#enqueue({ kind: 'update', id: base.id, patch: parseStatusPatch(patch), base })) as Status;
  }

  async moveStatus(id: Id, after: Id | null): Promise<void> {
    await this.#enqueue({ kind: 'move', id, after });
  }

  async deleteStatus(base: Status, moveTo?: Id | null): Promise<{ moved: number }> {
    const intent: Intent = { kind: 'delete', id: base.id, base };
    return (await this.#enqueue(moveTo === undefined ? intent : { ...intent, moveTo })) as { moved: number };
  }

  async restoreStatus(id: Id): Promise<{ status: Status; restored: number }> {
    return (await this.#enqueue({ kind: 'restore', id })) as { status: Status; restored: number };
  }

  /**
   * Gives conversations a status. Each conversation has one write in flight; of those that wait, the latest supersedes
   * the others, which settle with `aborted` for that conversation.
   */
  async setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options: { ifVersion?: number } = {},
  ): Promise<readonly SetResult[]> {
    const refs = conversations.map(parseConversationRef);
    if (!refs.length) return [];
    return (await this.#enqueue({ kind: 'set', conversations: refs, statusId, ...options })) as readonly SetResult[];
  }

  /** Erases conversations, and contacts with their conversations. */
  async forget({ conversationIds = [], contactIds = [] }: ForgetQuery): Promise<void> {
    await this.#enqueue({
      kind: 'forget',
      conversationIds: conversationIds.map((id) => parseId(id, 'conversationIds')),
      contactIds: contactIds.map((id) => parseId(id, 'contactIds')),
    });
  }

  applyToStatuses(confirmed: ReadonlyMap<Id, Status>): readonly Status[] {
    return applyToStatuses(confirmed, this.#pending);
  }

  applyToEntry(confirmed: Id | null, conversationId: Id): { statusId: Id | null; pending: boolean } {
    return applyToEntry(confirmed, conversationId, this.#pending);
  }

  feedback(conversationId: Id): PickFeedback | undefined {
    const wait = waitOf(conversationId, this.#pending);
    const failure = this.#failed.get(conversationId);
    return wait || failure ? { wait, failure } : undefined;
  }

  /** Stops showing that picks of these conversations failed. Returns whether some did. */
  dismissFailures(conversationIds: Iterable<Id>): boolean {
    const dismissed = [...conversationIds].filter((id) => this.#failed.delete(id));
    this.#store.notifyEntries(dismissed);
    return dismissed.length > 0;
  }

  /** The adapter keeps other picks than before until it can send them; `settled` is one of an earlier page that has ended. */
  handleWaiting(settled?: SettledWrite): void {
    if (this.#hasEnded) return;
    const store = this.#store;
    if (settled) {
      const { results, failures } = parseSettled(settled);
      confirm(store, { results });
      const { statusId: to } = settled.write;
      for (const failure of failures) {
        const { error, conversationIds } = failure;
        if (STALE_CODES.includes(error.code)) void store.loadList();
        for (const conversationId of conversationIds) this.#failed.add({ conversationId, to, error });
        this.#restoredFailures.add(failure);
      }
    }
    const before = this.#pending;
    this.#pending = withRestored(before, store.waiting);
    const restored = [...before, ...this.#pending].filter((mutation) => mutation.isRestored);
    store.notifyEntries(new Set(restored.flatMap(({ conversations }) => [...conversations.keys()])));
    this.#sendNext();
  }

  handleWatch(): void {
    queueMicrotask(() => this.#restoredFailures.report());
  }

  /** Rejects the pending mutations and all later ones. */
  end(): void {
    this.#hasEnded = true;
    this.#restoredFailures.clear();
    this.#failed.clear();
    this.#cancel(this.#pending);
  }

  // 1. Enqueue: shown from now on.

  #enqueue(intent: Intent): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(sessionChanged());
    return new Promise((resolve, reject) => {
      const refs = intent.kind === 'set' ? intent.conversations : [];
      const mutation: Mutation = {
        opId: newId(),
        intent,
        session: this.#session,
        isSent: false,
        isSlow: false,
        wait: undefined,
        conversations: new Map(refs.map((ref) => [ref.conversationId, ref])),
        superseded: [],
        resolve,
        reject,
      };
      for (const { conversationId } of refs) this.#failed.delete(conversationId);
      if (refs.length) setTimeout(() => this.#markSlow(mutation), SLOW_PICK);
      const emptied = this.#pending.filter((earlier) => supersede(earlier, mutation));
      for (const { resolve, superseded } of emptied) resolve(superseded);
      this.#pending = [...this.#pending.filter((earlier) => !emptied.includes(earlier)), mutation];
      this.#notify(mutation);
      this.#sendNext();
    });
  }

  // 2. Send, when nothing before it is in the way; then confirm or roll back.

  #sendNext(): void {
    this.#cancel(this.#pending.filter((mutation) => !mutation.isSent && this.#isOver(mutation)));
    // A pick that the adapter keeps until it has a network is superseded by a later one: that one must be kept as well.
    const kept = new Set(this.#store.waiting.map(({ opId }) => opId));
    const isInTheWay = (mutation: Mutation, earlier: Mutation): boolean =>
      mustWait(mutation, earlier) && !(mutation.intent.kind === 'set' && kept.has(earlier.opId));
    this.#pending.forEach((mutation, index) => {
      if (mutation.isSent || this.#pending.slice(0, index).some((earlier) => isInTheWay(mutation, earlier))) return;
      mutation.isSent = true;
      void this.#send(mutation);
    });
  }

  async #send(mutation: Mutation): Promise<void> {
    const store = this.#store;
    const ids = [...mutation.conversations.keys()];
    const versions = new Map(ids.map((id) => [id, store.confirmedEntry(id)?.version ?? 0]));
    let settle: () => void;
    let failed: readonly (readonly [Id, PipelineError])[] = [];
    const { refreshedAt } = store.entries;
    try {
      const { result, ...confirmation } = await withAnswerLimit(
        mutation.intent.kind === 'forget' ? 'forget()' : `${mutation.intent.kind}Status()`,
        (setWaiting) => this.#call(mutation, { onWait: (wait) => this.#handleWait(mutation, wait, setWaiting) }),
        (late) => confirm(store, late),
        // A bulk write takes a request for every 200 conversations.
        Math.ceil(ids.length / 200) || 1,
      );
      confirm(store, confirmation);
      // The conversations may have been forgotten after the write, which the answer does not tell.
      if (store.entries.refreshedAt !== refreshedAt) readAgain(store, ids);
      failed = failuresOf(confirmation.results);
      settle = () => mutation.resolve(result);
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      if (STALE_CODES.includes(error.code)) void store.loadList();
      if (error.code === 'bad-response') readAgain(store, ids);
      const results = UNCERTAIN_CODES.includes(error.code) ? this.#receivedResults(mutation, versions, error) : [];
      failed = results.length ? failuresOf(results) : ids.map((id) => [id, error]);
      settle = () => (results.some(({ ok }) => ok) ? mutation.resolve(results) : mutation.reject(error));
    }
    // What it changed is confirmed by now; or it was refused, and is rolled back by no longer being pending.
    this.#pending = this.#pending.filter((each) => each !== mutation);
    this.#keepFailures(mutation, failed);
    this.#notify(mutation);
    settle();
    this.#sendNext();
  }

  /** Shows why picks failed, unless a later one of the same conversation will report its own result. */
  #keepFailures({ intent }: Mutation, failed: readonly (readonly [Id, PipelineError])[]): void {
    if (intent.kind !== 'set') return;
    for (const [conversationId, error] of failed) {
      if (error.code === 'aborted' || error.code === 'session-changed') continue;
      if (this.#pending.some(({ conversations }) => conversations.has(conversationId))) continue;
      this.#failed.add({ conversationId, to: intent.statusId, error });
    }
  }

  #markSlow(mutation: Mutation): void {
    mutation.isSlow = true;
    if (this.#pending.includes(mutation)) this.#notify(mutation);
  }

  #handleWait(mutation: Mutation, wait: CallWait | undefined, setWaiting: (isWaiting: boolean) => void): void {
    if (!this.#pending.includes(mutation)) return;
    setWaiting(wait !== undefined);
    mutation.wait = shownWait(wait);
    if (mutation.isSlow) this.#notify(mutation);
  }

  /** Calls the adapter and parses its answer. */
  async #call(mutation: Mutation, report: Pick<CallOptions, 'onWait'>): Promise<Answer> {
    const { intent, conversations, superseded } = mutation;
    const options = { ...report, opId: mutation.opId };
    const { adapter } = this.#store;
    switch (intent.kind) {
      case 'create': {
        const { id, after } = intent;
        const data = { id, ...contentOf(intent), ...(after === undefined ? {} : { after }) };
        const status = readRecord('status', await adapter.createStatus(data, options), readStatus);
        return { result: status, statuses: [status] };
      }
      case 'update': {
        const { id, patch, base } = intent;
        const update = (version: Versioned): Promise<Status> =>
          adapter.updateStatus(id, patch, { ...options, ...version });
        const status = readRecord('status', await this.#callWithVersion(mutation, base, update), readStatus);
        return { result: status, statuses: [status] };
      }
      case 'move': {
        const answer = await adapter.moveStatus(intent.id, intent.after, options);
        const statuses = readList(answer, { what: 'statuses', parse: readStatus });
        // The list has what is missing here.
        if (unreadableIn(statuses)) void this.#store.loadList();
        return { result: undefined, statuses };
      }
      case 'delete': {
        const { id, moveTo, base } = intent;
        const destination = moveTo === undefined ? {} : { moveTo };
        const result = await this.#callWithVersion(mutation, base, (version) =>
          adapter.deleteStatus(id, { ...destination, ...options, ...version }),
        );
        return { result, deleted: { id, moveTo: moveTo ?? null }, hasUnlistedChanges: true };
      }
      case 'restore': {
        if (!adapter.restoreStatus) {
          throw new PipelineError('unknown', 'This adapter cannot undo a delete: it has no restoreStatus().');
        }
        const answer = await adapter.restoreStatus(intent.id, options);
        const status = readRecord('status', answer.status, readStatus);
        return { result: { status, restored: answer.restored }, statuses: [status], hasUnlistedChanges: true };
      }
      case 'forget': {
        const { conversationIds, contactIds } = intent;
        if (!adapter.forget) {
          throw new PipelineError('unknown', 'This adapter cannot forget conversations: it has no forget().');
        }
        await adapter.forget({ conversationIds, contactIds }, options);
        return { result: undefined, hasUnlistedChanges: true };
      }
      case 'set': {
        const { statusId, ifVersion } = intent;
        const condition = ifVersion === undefined ? {} : { ifVersion };
        const answer = await adapter.setStatus([...conversations.values()], statusId, { ...options, ...condition });
        const results = readSetResults(answer, [...conversations.keys()]);
        return { result: [...results, ...superseded], results };
      }
    }
  }

  /**
   * Calls with the version from which the edit began. If since then only the place in the order changed, or only this
   * client changed the status, there is no conflict: the call is made with the current version. A second call has an
   * `opId` of its own, because a server may repeat its refusal of the first.
   */
  async #callWithVersion<T>(mutation: Mutation, base: Status, call: (options: Versioned) => Promise<T>): Promise<T> {
    const isUnchanged = (status: Status | undefined): status is Status =>
      !!status && !status.deleted && sameContent(status, base);
    const confirmed = this.#store.confirmed.get(base.id);
    // Version 0: the status was still pending when the edit began.
    const isOwn = confirmed && base.version === 0;
    try {
      const { version } = isOwn || isUnchanged(confirmed) ? confirmed : base;
      return await call({ opId: mutation.opId, ifVersion: version });
    } catch (thrown) {
      const current = thrown instanceof PipelineError && thrown.code === 'conflict' ? thrown.current : undefined;
      if (!isUnchanged(current as Status | undefined)) throw thrown;
      if (this.#isOver(mutation)) throw sessionChanged();
      return call({ opId: newId(), ifVersion: (current as Status).version });
    }
  }

  /** The results of a pick whose answer was lost: it succeeded where a change to its status was received since it was sent. */
  #receivedResults(
    { intent, conversations, superseded }: Mutation,
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

  // The end of a session.

  #cancel(canceled: readonly Mutation[]): void {
    if (!canceled.length) return;
    this.#pending = this.#pending.filter((mutation) => !canceled.includes(mutation));
    for (const mutation of canceled) {
      this.#notify(mutation);
      mutation.reject(sessionChanged());
    }
  }

  /** Notifies those that show what a mutation changes. */
  #notify({ intent, conversations }: Mutation): void {
    if (intent.kind === 'set') this.#store.notifyEntries(conversations.keys());
    else this.#store.notifyStatuses();
    if (intent.kind === 'delete' || intent.kind === 'forget') this.#store.notifyEntries();
  }

  #isOver({ session }: Mutation): boolean {
    return this.#hasEnded || isOtherSession(session, this.#session);
  }

  /** In whose name a mutation made now is sent; `undefined` where that is not known. */
  get #session(): string | undefined {
    const { adapter } = this.#store;
    const session = sessionOf(adapter);
    return session && `${session} ${(adapter as Partial<WithSession>).credentials ?? ''}`;
  }
}

/** The conversations that a write did not change, with the reason. */
const failuresOf = (results: readonly SetResult[] = []): (readonly [Id, PipelineError])[] =>
  results.flatMap((each) => (each.ok ? [] : [[each.conversationId, each.error] as const]));

interface Versioned {
  opId: string;
  ifVersion: number;
}
