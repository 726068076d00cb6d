import { ContextEvent } from '@lit/context';
import type { PipelineError } from '../model/errors.js';
import { adapterContext, awaitsProvider, defaultAdapter, providerDefined } from './context.js';
import { registry, type Follower } from './registry.js';
import { settle, type AdapterSource } from './source.js';
import { PipelineStore, type Interest } from './store.js';
import type { Watcher } from './watchers.js';

type Host = HTMLElement & {
  readonly adapter: AdapterSource | undefined;
  readonly hasUpdated: boolean;
  requestUpdate(): void;
};

/** How an element uses its store; one for all elements. */
export interface StoreUse<H> {
  /** What the element shows; asked again for each store. */
  interest(host: H, store: PipelineStore): Interest;
  /** Something of it may have changed. */
  changed(host: H): void;
  /** The data comes from another source from now on. `isSession`: of the same adapter, which serves someone else now. */
  sourceChanged(host: H, isSession: boolean): void;
  report(host: H, error: PipelineError, action: string): void;
}

const NOTHING: Interest = {};

/**
 * Finds the store of an element: its own `adapter`, else the nearest provider's, else the default's. Whatever was
 * upgraded or set first, the element ends at the same store; while it is not known yet, `store` is `undefined`.
 */
export class StoreController<H extends Host> implements Watcher, Follower {
  readonly #host: H;
  readonly #use: StoreUse<H>;
  #provided: AdapterSource | undefined;
  #store: PipelineStore | undefined;
  /** The store whose data the element shows, or showed when it left the page. */
  #last: PipelineStore | undefined;
  #watched = NOTHING;
  #connected = false;

  constructor(host: H, use: StoreUse<H>) {
    this.#host = host;
    this.#use = use;
  }

  get store(): PipelineStore | undefined {
    return this.#store;
  }

  /** Whether what a store answers still concerns the element. One that has left the page has no other source yet. */
  isCurrent(store: PipelineStore): boolean {
    return store === this.#last;
  }

  /** The same, or the store has ended because someone else signed in: what was lost then is still told. */
  isOfSameAdapter(store: PipelineStore): boolean {
    return store.adapter === this.#last?.adapter;
  }

  connect(): void {
    this.#connected = true;
    registry.followers.add(this);
    this.ask();
    if (awaitsProvider(this.#host)) void providerDefined().then(() => this.#connected && this.ask());
  }

  disconnect(): void {
    this.#connected = false;
    registry.followers.delete(this);
    // What a provider said holds for its own descendants only.
    this.#provided = undefined;
    this.#leave();
  }

  /** Asks the nearest provider that has a source, if there is one, which answers at once. */
  ask(): void {
    this.#provided = undefined;
    // A thousand events up the whole page are a twentieth of what a thousand pickers cost.
    if (registry.sources) {
      const answer = (source: AdapterSource): void => void (this.#provided = source);
      this.#host.dispatchEvent(new ContextEvent(adapterContext, this.#host, answer));
    }
    this.resolve();
  }

  /** Finds the store again: the element's `adapter` changed, or what is known of the other sources. */
  resolve(): void {
    const own = this.#host.adapter;
    if (!this.#connected) {
      // Late answers to an element outside the page are not for its next source either.
      if (own !== undefined && this.#last && settle(own) !== this.#last.adapter) this.#take(undefined);
      return;
    }
    const source = own ?? this.#provided;
    const isAwaited = own === undefined && awaitsProvider(this.#host);
    const adapter = isAwaited ? undefined : source === undefined ? defaultAdapter() : settle(source);
    this.#take(adapter && PipelineStore.of(adapter));
  }

  renew(): void {
    this.resolve();
  }

  /** Asks the element again what it shows: another conversation, for instance. */
  rewatch(): void {
    if (!this.#store) return;
    const before = this.#watched;
    this.#watched = this.#use.interest(this.#host, this.#store);
    this.#store.watch(this.#watched, this);
    // Only now: what is still watched stays awake.
    if (before !== NOTHING) this.#store.unwatch(without(before, this.#watched), this);
    this.#host.requestUpdate();
  }

  update(): void {
    this.#use.changed(this.#host);
  }

  report(error: PipelineError, action: string): void {
    this.#use.report(this.#host, error, action);
  }

  #take(store: PipelineStore | undefined): void {
    const before = this.#last;
    if (store === this.#store && store === before) return;
    this.#leave();
    this.#store = this.#last = store;
    // Before its first update there is nothing that the element could have begun.
    if (before && before !== store && this.#host.hasUpdated) {
      this.#use.sourceChanged(this.#host, before.adapter === store?.adapter);
    }
    // The element may have been given yet another source by whoever heard of this one.
    if (this.#store !== store) return;
    if (store) this.rewatch();
    else this.#host.requestUpdate();
  }

  #leave(): void {
    this.#store?.unwatch(this.#watched, this);
    this.#watched = NOTHING;
    this.#store = undefined;
  }
}

/** What was watched and is not any more. */
function without(before: Interest, now: Interest): Interest {
  const left = (ids: readonly string[] = [], kept: readonly string[] = []): string[] => {
    const stay = new Set(kept);
    return ids.filter((id) => !stay.has(id));
  };
  return {
    statuses: before.statuses === true && !now.statuses,
    conversationIds: left(before.conversationIds, now.conversationIds),
    ...(before.also === now.also ? {} : { also: before.also }),
  };
}
