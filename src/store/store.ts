import type { Persistence, PipelineAdapter, SubscriptionState } from '../adapters/adapter.js';
import { isNewer, type Change } from '../model/changes.js';
import { type Entry, type HistoryItem, parseEntry } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { type Status, parseStatus, sortedLive } from '../model/status.js';
import { ConfirmedStatuses } from './confirmed.js';
import { Feed } from './feed.js';
import type { Shared, StorePart, Watchable } from './part.js';
import { Readable } from './readable.js';
import { Reads, Ticks } from './reads.js';
import { Retries } from './retries.js';
import type { Outcome } from './send.js';
import { isOtherSession, sessionOf } from './session.js';
import { Watchers, type Watcher } from './watchers.js';
import { WhileWatched } from './while-watched.js';

/** What a conversation shows. */
export interface EntryView {
  statusId: Id | null;
  /** A pick is on its way to the adapter. */
  pending: boolean;
  /** Milliseconds since the epoch; 0 when it never had a status. */
  changedAt: number;
  /** Of what is confirmed; 0 while nothing is known. */
  version: number;
}

type OptionalMethod = 'restoreStatus' | 'putConversations' | 'getContacts' | 'count' | 'find' | 'history' | 'subscribe';

/** What someone shows of a store, and wants to be called for. */
export interface Interest {
  /** The list of statuses. */
  readonly statuses?: boolean;
  readonly conversationIds?: readonly Id[];
  /** Something of a `StorePart`. */
  readonly also?: Watchable | undefined;
}

/** Writes that the adapter has not confirmed yet, as they change what is shown. */
export interface Pending {
  /** The live statuses, in order. */
  foldStatuses(confirmed: ReadonlyMap<Id, Status>): readonly Status[];
  foldEntry(confirmed: Id | null, conversationId: Id): { statusId: Id | null; pending: boolean };
  /** The session is over: rejects them. */
  end(): void;
}

const NONE_PENDING: Pending = {
  foldStatuses: (confirmed) => sortedLive(confirmed.values()),
  foldEntry: (statusId) => ({ statusId, pending: false }),
  end: () => undefined,
};

/** What an adapter that may have to do without storage tells besides. */
interface MaybePersistent {
  persistence?: Persistence;
  onPersistence?(listener: (persistence: Persistence) => void): () => void;
}

const STATUSES = 'statuses';
const stores = new WeakMap<PipelineAdapter, PipelineStore>();

/**
 * The state of one adapter, shared by every element that uses it. `Writes` changes it.
 *
 * The rule: what is shown = what the adapter confirmed + the pending operations, applied in order. A confirmed
 * operation leaves the list after its result is kept; a refused one just leaves the list. Nothing is ever put back
 * from a copy, so a refusal cannot overwrite what others wrote meanwhile.
 *
 * A store belongs to one session. When someone else signs in it ends, and the adapter has a new store from then on:
 * nothing that this one knew, and nothing that is still on its way to it, can be taken for theirs.
 */
export class PipelineStore {
  readonly adapter: PipelineAdapter;
  readonly #ticks = new Ticks();
  readonly #confirmed = new ConfirmedStatuses(this.#ticks);
  #pending = NONE_PENDING;
  readonly #listWatchers = new Watchers();
  readonly #entries: Reads<Entry>;
  readonly #parts = new Map<unknown, StorePart>();
  readonly #shared: Shared;
  #folded: readonly Status[] | undefined;
  #listed = false;
  #error: PipelineError | undefined;
  readonly #readable = new Readable((error) => this.report(error, 'load'));
  readonly #feed = new Feed({
    handleChange: (change) => this.#hear(change),
    handleUnreadable: (reason) => this.#readable.complain(1, reason),
    handleLive: (isFirst, isBack) => {
      // What was read before the changes were followed may have changed since; what could not be read may be there now.
      if ((isFirst && !this.#error) || (isBack && this.#hasFailed)) void this.retry();
    },
    handleState: () => this.#listWatchers.notify(STATUSES),
  });
  readonly #following = new WhileWatched(
    () => this.isWatched,
    () => this.#follow(),
  );
  readonly #retries = new Retries(() => void (this.#hasFailed && this.#readAgain()));
  #listing: Promise<void> | undefined;
  /** While the place in the changes is not known yet: what was read before it could miss a change that nobody tells. */
  #placing: Promise<void> | undefined;
  #listAgain = false;
  #told: PipelineError | undefined;
  #toldNotDurable = false;
  /** Whose session it is, once the adapter tells. */
  #session: string | undefined;
  #hasEnded = false;

  /** The one store of an adapter. */
  static of(adapter: PipelineAdapter): PipelineStore {
    let store = stores.get(adapter);
    if (!store || !store.#isSameSession()) stores.set(adapter, (store = new PipelineStore(adapter)));
    return store;
  }

  private constructor(adapter: PipelineAdapter) {
    this.adapter = adapter;
    this.#shared = {
      ticks: this.#ticks,
      ready: () => this.#placing,
      report: (error, isRepeat) => this.#fail(error, isRepeat),
      settle: () => this.#following.settle(),
      isSameSession: () => this.#isSameSession(),
    };
    this.#entries = new Reads<Entry>(
      async (ids) => this.#readable.all(await adapter.getEntries(ids), parseEntry),
      (conversationId) => ({ conversationId, contactId: null, statusId: null, version: 0, changedAt: 0 }),
      this.#shared,
      isNewer,
    );
  }

  /** The store's own one of a kind, made when it is first wanted. */
  part<P extends StorePart>(Part: new (store: PipelineStore, shared: Shared) => P): P {
    let part = this.#parts.get(Part) as P | undefined;
    if (!part) this.#parts.set(Part, (part = new Part(this, this.#shared)));
    return part;
  }

  /** Whether the adapter has an optional method: what it lacks is not shown. */
  can(method: OptionalMethod): boolean {
    return typeof this.adapter[method] === 'function';
  }

  /** `loading` until the first list is there; `error` when there is no list to show at all. */
  get phase(): 'loading' | 'ready' | 'error' {
    return this.#listed ? 'ready' : this.#error ? 'error' : 'loading';
  }

  /** Why the list could not be read, until it can. What was read before stays shown. */
  get error(): PipelineError | undefined {
    return this.#error;
  }

  get live(): SubscriptionState {
    return this.#feed.state;
  }

  /** Whether what is written outlives the page: not where the browser gives no storage. */
  get isDurable(): boolean {
    return (this.adapter as MaybePersistent).persistence !== 'session';
  }

  /** The statuses in order, pending changes included. The same array until something changes. */
  get statuses(): readonly Status[] {
    return (this.#folded ??= this.#pending.foldStatuses(this.#confirmed.rows));
  }

  /** A status by id; also one that was deleted, while a record of it is known. */
  status(id: Id | null): Status | undefined {
    if (id === null) return undefined;
    return this.statuses.find((status) => status.id === id) ?? this.#confirmed.rows.get(id);
  }

  /** What a conversation shows; `undefined` until it is read. */
  entry(conversationId: Id): EntryView | undefined {
    const confirmed = this.#entries.get(conversationId);
    const { statusId, pending } = this.#pending.foldEntry(confirmed?.statusId ?? null, conversationId);
    if (!confirmed && !pending) return undefined;
    return { statusId, pending, changedAt: confirmed?.changedAt ?? 0, version: confirmed?.version ?? 0 };
  }

  entryError(conversationId: Id): PipelineError | undefined {
    return this.#entries.error(conversationId);
  }

  /** Calls `watcher` when something of `interest` changes, and reads what has not been read. Twice is once. */
  watch({ statuses, conversationIds = [], also }: Interest, watcher: Watcher): void {
    // First: what following finds out must be known when a read begins.
    this.#following.settle();
    if (statuses) this.#listWatchers.add(STATUSES, watcher);
    for (const id of conversationIds) this.#entries.watch(id, watcher);
    also?.watch(watcher);
  }

  unwatch({ statuses, conversationIds = [], also }: Interest, watcher: Watcher): void {
    if (statuses) this.#listWatchers.delete(STATUSES, watcher);
    for (const id of conversationIds) this.#entries.unwatch(id, watcher);
    also?.unwatch(watcher);
    this.#following.settle();
  }

  get isWatched(): boolean {
    return this.#listWatchers.size > 0 || this.#records.some((each) => each.isWatched);
  }

  /** Tells one of those who show the statuses of a failure that nobody's call would tell. */
  report(error: PipelineError, action: string): void {
    const reporter = this.#listWatchers.of(STATUSES).find((watcher) => watcher.report);
    if (reporter) reporter.report!(error, action);
    else console.warn(`pipeline-elements: ${action}: ${error.message}`);
  }

  /** Reads everything that is shown again, for instance after an error. */
  retry(): Promise<void> {
    this.#retries.stop();
    return this.#readAgain();
  }

  // Reads that are nobody's state.

  async history(conversationId: Id): Promise<readonly HistoryItem[]> {
    return (await this.adapter.history?.(conversationId)) ?? [];
  }

  async getEntries(ids: readonly Id[]): Promise<ReadonlyMap<Id, Entry>> {
    return this.#readable.all(await this.adapter.getEntries(ids), parseEntry);
  }

  // For `Writes`.

  attach(pending: Pending): void {
    this.#pending = pending;
  }

  /** The statuses as the adapter confirmed them, deleted ones included. */
  get confirmed(): ReadonlyMap<Id, Status> {
    return this.#confirmed.rows;
  }

  /** A conversation as the adapter confirmed it; `undefined` until it is read. */
  confirmedEntry(conversationId: Id): Entry | undefined {
    return this.#entries.get(conversationId);
  }

  /** Keeps what the adapter answered to a write. */
  confirm({ statuses, deleted, results, others }: Outcome): void {
    const isBack = statuses?.some((status) => !status.deleted && this.confirmed.get(status.id)?.deleted);
    for (const status of statuses ?? []) this.#confirmed.hear(status);
    // Or only the late answer of a write that others have undone since.
    if (isBack) void this.list();
    if (deleted) {
      const { id, moveTo } = deleted;
      this.#confirmed.markDeleted(id);
      this.#entries.amend((entry) => (entry.statusId === id ? { ...entry, statusId: moveTo } : entry));
    }
    for (const each of results ?? []) if (each.ok) this.#hearEntry(each.entry);
    if (results) this.#tellParts();
    if (others) this.#refreshRecords();
  }

  showStatuses(): void {
    this.#folded = undefined;
    this.#listWatchers.notify(STATUSES);
  }

  /** Calls whoever shows these conversations, or any. */
  showEntries(conversationIds?: Iterable<Id>): void {
    const { watchers } = this.#entries;
    if (conversationIds) for (const id of conversationIds) watchers.notify(id);
    else watchers.notifyAll();
  }

  // What is confirmed.

  #hearStatus(status: Status): void {
    if (this.#confirmed.hear(status)) this.showStatuses();
  }

  #hearEntry(entry: Entry): void {
    if (isNewer(entry, this.#entries.get(entry.conversationId))) this.#entries.hear(entry.conversationId, entry);
  }

  #hear(change: Change): void {
    if (change.kind === 'reset') {
      if (change.forget) this.#end();
      else void this.retry();
      return;
    }
    if (change.kind === 'status') {
      this.#hearStatus(change.status);
      this.#tellParts();
    } else {
      const before = this.#entries.get(change.entry.conversationId);
      this.#hearEntry(change.entry);
      this.#tellParts(change.entry, before);
    }
  }

  /**
   * Whether the adapter still serves the one whose data this is; if not, the store ends. An answer that comes later is not
   * theirs, and what a list of someone else's lacks was not deleted.
   */
  #isSameSession(): boolean {
    const now = sessionOf(this.adapter);
    if (isOtherSession(this.#session, now)) this.#end();
    this.#session ??= now;
    return !this.#hasEnded;
  }

  /** Someone else uses the adapter now: whoever watches goes on with its next store. */
  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#following.end();
    this.#pending.end();
    for (const watcher of new Set([...this.#listWatchers.all(), ...this.#entries.watchers.all()])) watcher.renew?.();
  }

  /** Reads the list. Changes heard while it was on its way are newer than what it says. */
  list(): Promise<void> {
    this.#listAgain = true;
    this.#listing ??= (async () => {
      while (this.#listAgain && !this.#hasEnded) {
        this.#listAgain = false;
        const askedAt = this.#ticks.next();
        try {
          const { items, seq } = await this.adapter.listStatuses();
          if (!this.#isSameSession()) break;
          const isInDoubt = this.#confirmed.replace(
            [...this.#readable.all(items.entries(), parseStatus).values()],
            askedAt,
          );
          this.#listAgain ||= isInDoubt;
          this.#listed = true;
          this.#feed.begin(seq);
          this.#error = undefined;
        } catch (thrown) {
          if (!this.#isSameSession()) break;
          const isRepeat = this.#error !== undefined;
          this.#error = PipelineError.from(thrown);
          this.#fail(this.#error, isRepeat);
        }
        this.showStatuses();
      }
      this.#listing = undefined;
    })();
    return this.#listing;
  }

  /** All that is looked up. */
  get #records(): (Reads<Entry> | StorePart)[] {
    return [this.#entries, ...this.#parts.values()];
  }

  #refreshRecords(): void {
    for (const each of this.#records) each.refresh();
  }

  #tellParts(entry?: Entry, before?: Entry): void {
    for (const part of this.#parts.values()) part.hear(entry, before);
  }

  /** Reads and follows the adapter; returns how to stop. Called while anyone watches. */
  #follow(): () => void {
    // Nothing was heard while nobody watched.
    if (!this.#isSameSession()) return () => undefined;
    let isFollowing = true;
    let unsubscribe = (): void => undefined;
    const forgetPersistence = (this.adapter as MaybePersistent).onPersistence?.((persistence) => {
      if (persistence === 'session') this.#tellNotDurable();
    });
    const subscribe = (): void => {
      if (isFollowing && this.can('subscribe'))
        unsubscribe = this.#feed.follow(this.adapter.subscribe!.bind(this.adapter));
    };
    if (this.#listed && this.#feed.hasPlace && this.can('subscribe')) {
      subscribe();
      this.#tellParts();
      if (this.#error) void this.list();
    } else {
      if (this.#listed) this.#refreshRecords();
      const listing = this.list();
      if (this.can('subscribe')) this.#placing = listing;
      void listing.then(() => {
        this.#placing = undefined;
        subscribe();
      });
    }
    return () => {
      isFollowing = false;
      unsubscribe();
      forgetPersistence?.();
      this.#retries.stop();
      // Nothing is heard from now on, and not every adapter can tell later what was missed.
      if (this.can('subscribe')) return;
      for (const each of this.#records) each.forget();
    };
  }

  get #hasFailed(): boolean {
    return !!this.#error || this.#records.some((each) => each.hasFailed);
  }

  async #readAgain(): Promise<void> {
    await this.list();
    this.#refreshRecords();
  }

  /** What fails when nobody shows it any more (its adapter was closed, say) is nobody's concern. */
  #fail(error: PipelineError, isRepeat: boolean): void {
    if (!this.isWatched || !this.#retries.add(error, isRepeat) || error === this.#told) return;
    // The list and a conversation may fail with one and the same.
    this.#told = error;
    this.report(error, 'load');
  }

  #tellNotDurable(): void {
    this.#listWatchers.notify(STATUSES);
    if (this.#toldNotDurable) return;
    this.#toldNotDurable = true;
    const message =
      'Not saved on this device: this browser gives no storage, so changes last until the page is closed.';
    this.report(new PipelineError('storage-lost', message, { retryable: false }), 'load');
  }
}
