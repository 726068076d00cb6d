/** Keeps a store in sync with its adapter while anyone watches: loads the list, subscribes to changes, retries reads. */
import type {
  PipelineAdapter,
  SettledWrite,
  StatusList,
  SubscriptionState,
  WithOutbox,
  WithPersistence,
  WithSession,
} from '../adapters/adapter.js';
import { type Change, parseChange } from '../model/changes.js';
import { PipelineError } from '../model/errors.js';
import { ReadableRecords } from '../model/validate.js';
import { parseStatus } from '../model/status.js';
import { withAnswerLimit } from './answer-limit.js';
import { type CacheContext, Clock, ConfirmedStatuses, type StoreCache } from './record-cache.js';

/** Milliseconds until a failed read is retried: doubled each time, up to a limit. */
const FIRST_RETRY = 10_000;
const MAX_RETRY = 300_000;

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
  /** Parses what the adapter sends. */
  readonly readable: ReadableRecords;
  readonly #target: SyncTarget;

  #session: string | undefined;
  #hasEnded = false;

  /** Unsubscribes; `undefined` while nobody watches. */
  #stop: (() => void) | undefined;
  #isScheduled = false;

  /** Whether the list was loaded once. */
  isLoaded = false;
  /** Why the list could not be loaded, until it can. */
  error: PipelineError | undefined;
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

  constructor(target: SyncTarget) {
    this.#target = target;
    this.readable = new ReadableRecords('The adapter', (error) => target.report(error));
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

  /** Reports that a read failed, unless nobody watches, and retries it later. */
  reportFailure(error: PipelineError, isRepeat: boolean): void {
    if (!this.#target.isWatched || !this.#retries.schedule(error, isRepeat)) return;
    // The list and a lookup can fail with the same error.
    if (error === this.#reported) return;
    this.#reported = error;
    this.#target.report(error);
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
        const list = await withAnswerLimit(
          'listStatuses()',
          () => this.#target.adapter.listStatuses(),
          (late) => this.#keepLate(late, requestedAt),
        );
        if (!this.isSameSession()) break;
        this.#keepList(list, requestedAt);
      } catch (thrown) {
        if (!this.isSameSession()) break;
        const isRepeat = this.error !== undefined;
        this.error = PipelineError.from(thrown);
        this.reportFailure(this.error, isRepeat);
      }
      this.#target.notifyStatuses();
    }
    this.#loading = undefined;
  }

  #keepList({ items, seq }: StatusList, requestedAt: number): void {
    const isInDoubt = this.confirmed.replace(this.readable.parse(items, parseStatus), requestedAt);
    this.#mustLoadAgain ||= isInDoubt;
    this.isLoaded = true;
    // Only the first list sets it: the changes received since lead further than a later list.
    this.#seq ??= seq;
    this.error = undefined;
  }

  /** Keeps a list that arrived after it was given up, unless another one was loaded since. */
  #keepLate(list: StatusList, requestedAt: number): void {
    if (!this.isSameSession() || !this.error) return;
    const isFirst = !this.isLoaded;
    this.#keepList(list, requestedAt);
    this.#target.notifyStatuses();
    // Changes made before the subscription, which began without a position, are in no list yet.
    if (isFirst) void this.loadList();
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
        const mustRead = (isFromNow && !this.error) || (!wasLive && this.#hasFailed);
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
    } catch (thrown) {
      this.readable.report(1, thrown);
      return;
    }
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
    const message = 'The browser provides no storage: changes are lost when the page is closed.';
    this.#target.report(new PipelineError('storage-lost', message, { retryable: false }));
  }

  /** Stops at once and for good. */
  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stop?.();
    this.#target.handleSessionEnd();
  }
}

/** At least the time that the server asked for, different for each page. */
const spread = (retryAfterMs = 0): number => retryAfterMs * (1 + Math.random() / 4);

/** Retries what failed for a temporary reason, after the adapter itself has retried for some seconds and given up. */
class Retries {
  readonly #retry: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #count = 0;
  /** Whether the current attempt was made by the timer. */
  #isAutomatic = false;

  constructor(retry: () => void) {
    this.#retry = retry;
  }

  /** Returns whether to report the error: not again for a retry that nobody asked for. */
  schedule(error: PipelineError, isRepeat: boolean): boolean {
    if (!isRepeat) this.#count = 0;
    if (error.retryable) {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.#isAutomatic = true;
          this.#retry();
        },
        Math.max(Math.min(FIRST_RETRY * 2 ** this.#count++, MAX_RETRY), spread(error.retryAfterMs)),
      );
    }
    return !isRepeat || !this.#isAutomatic;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#count = 0;
    this.#isAutomatic = false;
  }
}
