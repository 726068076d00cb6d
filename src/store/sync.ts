/** Keeps a store in sync with its adapter while anyone watches: loads the list, subscribes to changes, retries reads. */
import type {
  PipelineAdapter,
  SettledWrite,
  SubscriptionState,
  WithOutbox,
  WithPersistence,
  WithSession,
} from '../adapters/adapter.js';
import { type Change, parseChange } from '../model/changes.js';
import { PipelineError } from '../model/errors.js';
import type { ReadStatuses } from '../model/reading.js';
import { parseStatus } from '../model/status.js';
import { withAnswerLimit } from './answer-limit.js';
import { isSameProblem, unreadableIn, type UnreadableRecords } from '../model/unreadable.js';
import { type CacheContext, Clock, ConfirmedStatuses, type StoreCache } from './record-cache.js';
import { Retries } from './retries.js';
import type * as Unusual from './unusual.js';
import type { UnusualChanges } from './unusual.js';

/** The store that is kept in sync. */
export interface SyncTarget {
  readonly adapter: PipelineAdapter;
  readonly isWatched: boolean;
  readonly caches: readonly StoreCache[];
  handleChange(change: Exclude<Change, { kind: 'reset' }>): void;
  /** Called when the adapter keeps other writes than before, or one of an earlier page has settled. */
  handleWaiting(settled?: SettledWrite): void;
  /** Called once, when someone else is signed in. */
  handleSessionEnd(): void;
  /** Notifies those that watch the statuses. */
  notifyStatuses(): void;
  /** Reports that data could not be read or kept. */
  report(error: PipelineError): void;
}

/** The session of an adapter that serves one user after another; `undefined` where there is none, or none is known yet. */
export const sessionOf = (adapter: PipelineAdapter): string | undefined =>
  (adapter as Partial<WithSession>).session || undefined;

/** Whether two sessions differ. While the first one is unknown, it may be the same. */
export const isOtherSession = (before: string | undefined, now: string | undefined): boolean =>
  before !== undefined && before !== now;

export class Sync implements CacheContext {
  readonly clock = new Clock();
  readonly confirmed = new ConfirmedStatuses(this.clock);
  readonly #target: SyncTarget;

  #session: string | undefined;
  #hasEnded = false;

  /** Unsubscribes; `undefined` while nobody watches. */
  #stop: (() => void) | undefined;
  #isScheduled = false;

  /** Whether the list was loaded once. */
  isLoaded = false;
  /** Why the list, or some of its statuses (`unreadable`), could not be loaded, until they can. */
  error: PipelineError | undefined;
  unreadable: UnreadableRecords | undefined;
  #loading: Promise<void> | undefined;
  #mustLoadAgain = false;
  /** Set until the position in the changes is known: a record read before could miss a change that is never reported. */
  ready: Promise<void> | undefined;

  /** The position in the changes: where the first list ended, then that of the last change received. */
  #seq: string | undefined;
  state: SubscriptionState = 'live';

  readonly #retries = new Retries(() => void (this.#hasFailed && this.#readAgain()));
  #reported: PipelineError | undefined;
  #hasReportedNotDurable = false;
  #unusual: UnusualChanges | undefined;

  constructor(target: SyncTarget) {
    this.#target = target;
  }

  /** Whether the adapter still serves the session of the store; if not, syncing ends. */
  isSameSession(): boolean {
    const now = sessionOf(this.#target.adapter);
    if (isOtherSession(this.#session, now)) this.#end();
    this.#session ??= now;
    return !this.#hasEnded;
  }

  /**
   * Starts or stops syncing when there are watchers or none, at the end of the turn: an element that is moved in the page
   * leaves and comes back within one turn.
   */
  handleWatchersChange(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.#hasEnded) return;
      if (this.#target.isWatched) {
        this.#stop ??= this.#start();
        return;
      }
      this.#stop?.();
      this.#stop = undefined;
    });
  }

  /** Loads the list; a change received meanwhile is newer than the list. */
  loadList(): Promise<void> {
    this.#mustLoadAgain = true;
    this.#loading ??= this.#loadLists();
    return this.#loading;
  }

  /** Reads everything that is watched again. */
  retry(): Promise<void> {
    this.#retries.cancel();
    return this.#readAgain();
  }

  /** Reads everything that is watched again, except for the list. */
  refreshCaches(): void {
    for (const cache of this.#target.caches) cache.refresh();
  }

  /** Reports that a read failed, unless nobody watches or it is known, and retries it later. */
  reportFailure(error: PipelineError, isRepeat: boolean, isKnown = false): void {
    if (!this.#target.isWatched || !this.#retries.schedule(error, isRepeat)) return;
    // The list and a lookup can fail with the same error.
    if (error === this.#reported) return;
    this.#reported = error;
    if (!isKnown) this.#target.report(error);
  }

  /** Returns how to stop. */
  #start(): () => void {
    // The session may have changed while nobody was subscribed.
    if (!this.isSameSession()) return () => undefined;
    const target = this.#target;
    const { adapter } = target;
    let isActive = true;
    let unsubscribe = (): void => undefined;
    const subscribe = (): void => {
      if (isActive && adapter.subscribe) unsubscribe = this.#subscribe();
    };
    const stopPersistence = (adapter as Partial<WithPersistence>).onPersistence?.((persistence) => {
      if (persistence === 'session') this.#reportNotDurable();
      else if (this.#hasReportedNotDurable) target.notifyStatuses();
    });
    const stopWaiting = (adapter as Partial<WithOutbox>).onWaiting?.((settled) => {
      if (this.isSameSession()) target.handleWaiting(settled);
    });
    if (this.isLoaded && this.#seq !== undefined && adapter.subscribe) {
      subscribe();
      for (const cache of target.caches) cache.handleChange?.();
      if (this.error) void this.loadList();
    } else {
      if (this.isLoaded) this.refreshCaches();
      const loading = this.loadList();
      if (adapter.subscribe) this.ready = loading;
      void loading.then(() => {
        this.ready = undefined;
        subscribe();
      });
    }
    return () => {
      isActive = false;
      unsubscribe();
      for (const cache of target.caches) cache.handleState?.('live');
      stopPersistence?.();
      stopWaiting?.();
      this.#retries.cancel();
      // An adapter without changes cannot report later what was missed.
      if (!adapter.subscribe) for (const cache of target.caches) cache.forget();
    };
  }

  async #loadLists(): Promise<void> {
    while (this.#mustLoadAgain && !this.#hasEnded) {
      this.#mustLoadAgain = false;
      const requestedAt = this.clock.tick();
      try {
        const answer = await withAnswerLimit(
          'listStatuses()',
          () => this.#target.adapter.listStatuses(),
          (late) => void this.#keepLate(late, requestedAt).catch(() => undefined),
        );
        const list = await readStatuses(answer);
        if (!this.isSameSession()) break;
        this.#keepList(list, requestedAt);
      } catch (thrown) {
        if (!this.isSameSession()) break;
        this.unreadable = undefined;
        this.#setError(PipelineError.from(thrown));
      }
      this.#target.notifyStatuses();
    }
    this.#loading = undefined;
  }

  #keepList({ statuses, seq, unreadable }: ReadStatuses, requestedAt: number): void {
    const isInDoubt = this.confirmed.replace(statuses, requestedAt, unreadable);
    this.#mustLoadAgain ||= isInDoubt;
    this.isLoaded = true;
    this.unreadable = unreadable;
    // Only the first list sets it: the changes received since lead further than a later list.
    this.#seq ??= seq;
    this.#setError(unreadable?.summary);
  }

  /** Keeps a list that arrived after it was given up, unless another one was loaded since. */
  async #keepLate(answer: unknown, requestedAt: number): Promise<void> {
    const list = await readStatuses(answer);
    if (!this.isSameSession() || !this.error) return;
    const isFirst = !this.isLoaded;
    this.#keepList(list, requestedAt);
    this.#target.notifyStatuses();
    // Changes made before the subscription, which began without a position, are in no list yet.
    if (isFirst) void this.loadList();
  }

  #setError(error: PipelineError | undefined): void {
    const before = this.error;
    this.error = error;
    if (error) this.reportFailure(error, before !== undefined, isSameProblem(before, error));
  }

  #subscribe(): () => void {
    let isActive = true;
    /** Whether changes between the first read and the subscription were missed, because the position was unknown. */
    let isFromNow = this.#seq === undefined;
    const stop = this.#target.adapter.subscribe!((change) => isActive && this.#receive(change), {
      ...(this.#seq === undefined ? {} : { since: this.#seq }),
      onState: (state) => {
        if (!isActive) return;
        const wasLive = this.state === 'live';
        this.#setState(state);
        if (state !== 'live') return;
        const mustRead = (isFromNow && this.isLoaded) || (!wasLive && this.#hasFailed);
        isFromNow = false;
        if (mustRead) void this.retry();
      },
    });
    return () => {
      isActive = false;
      stop();
    };
  }

  #setState(state: SubscriptionState): void {
    this.state = state;
    for (const cache of this.#target.caches) cache.handleState?.(state);
  }

  #receive(value: unknown): void {
    let change: Change;
    try {
      change = parseChange(value);
    } catch {
      void this.#receiveUnusual(value);
      return;
    }
    this.#handleChange(change);
  }

  async #receiveUnusual(value: unknown): Promise<void> {
    try {
      const { UnusualChanges } = await loadReading();
      this.#unusual ??= new UnusualChanges({
        isWatched: () => this.#target.isWatched,
        // The subscription may have ended meanwhile.
        handle: (change) => this.#stop && this.#handleChange(change),
        readAgain: () => this.#readAgain(),
        report: (error) => this.#target.report(error),
      });
      this.#unusual.receive(value);
    } catch (thrown) {
      // Everything is read again, which includes what changed.
      this.#setError(PipelineError.from(thrown));
    }
  }

  #handleChange(change: Change): void {
    this.#seq = change.seq;
    if (change.kind !== 'reset') this.#target.handleChange(change);
    else if (change.forget) this.#end();
    else {
      this.confirmed.handleReset();
      void this.retry();
    }
  }

  get #hasFailed(): boolean {
    return !!this.error || this.#target.caches.some((cache) => cache.hasFailed);
  }

  async #readAgain(): Promise<void> {
    await this.loadList();
    this.refreshCaches();
  }

  #reportNotDurable(): void {
    this.#target.notifyStatuses();
    if (this.#hasReportedNotDurable) return;
    this.#hasReportedNotDurable = true;
    loadReading().then(
      ({ notDurable }) => this.#target.report(notDurable()),
      () => undefined,
    );
  }

  /** Stops at once and for good. */
  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stop?.();
    this.#target.handleSessionEnd();
  }
}

/** The code for answers in other forms, which also says what is wrong with the rest; most pages never need it. */
export const loadReading = (): Promise<typeof Unusual> =>
  import('./unusual.js').catch((cause: unknown) => {
    throw new PipelineError('unavailable', 'The code that reads unusual answers could not be loaded.', { cause });
  });

/** A list of statuses; `undefined` if something of it does not have the usual form. */
function parseList(answer: unknown): ReadStatuses | undefined {
  try {
    const { items, seq } = answer as { items: readonly unknown[]; seq: string };
    if (!Array.isArray(items) || unreadableIn(items)) return undefined;
    const statuses = items.map(parseStatus).filter((status) => !status.deleted);
    return { statuses, seq, unreadable: undefined };
  } catch {
    return undefined;
  }
}

const readStatuses = async (answer: unknown): Promise<ReadStatuses> =>
  parseList(answer) ?? (await loadReading()).readStatusList(answer);
