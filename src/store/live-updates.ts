/** Notices when changes from elsewhere have not been received for a while. */
import type { SubscriptionState } from '../adapters/adapter.js';
import type { PipelineStore } from './pipeline.js';
import type { CacheContext, StoreCache } from './record-cache.js';

/** Milliseconds without changes until users are told. Reconnecting usually takes a few seconds. */
const PAUSED_AFTER = 30_000;
/** A connection that is lost again within this time, in milliseconds, was none. */
const STEADY_AFTER = 2000;

/** The connection for changes of a store, as `store.cache(LiveUpdates)`. Created by elements that show when it is lost. */
export class LiveUpdates implements StoreCache {
  readonly isWatched = false;
  readonly hasFailed = false;
  readonly #store: PipelineStore;
  #isPaused = false;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #steadyTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: PipelineStore, { state }: CacheContext) {
    this.#store = store;
    this.handleState(state);
  }

  /** Whether there have been no changes for 30 s. Those who watch the statuses are notified when this changes. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  handleState(state: SubscriptionState): void {
    if (state !== 'live') {
      clearTimeout(this.#steadyTimer);
      this.#steadyTimer = undefined;
      this.#pauseTimer ??= setTimeout(() => this.#set(true), PAUSED_AFTER);
    } else if (this.#pauseTimer !== undefined) {
      this.#steadyTimer ??= setTimeout(() => this.#reset(), STEADY_AFTER);
    }
  }

  refresh(): void {
    // Nothing is read.
  }

  /** Nobody watches any more. */
  forget(): void {
    this.#reset();
  }

  #reset(): void {
    clearTimeout(this.#pauseTimer);
    clearTimeout(this.#steadyTimer);
    this.#pauseTimer = this.#steadyTimer = undefined;
    this.#set(false);
  }

  #set(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.#store.notifyStatuses();
  }
}
