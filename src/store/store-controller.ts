/** Gives an element its store, and follows when the source of its data changes. */
import { ContextEvent } from '@lit/context';
import type { PipelineError } from '../model/errors.js';
import {
  adapterContext,
  type AdapterSource,
  awaitsProvider,
  defaultAdapter,
  providerDefined,
  registry,
  settle,
  type SourceConsumer,
} from './context.js';
import { PipelineStore, setWaitingHandler, type Interest } from './pipeline.js';
import type { Watcher } from './watchers.js';

type Host = HTMLElement & {
  readonly adapter: AdapterSource | undefined;
  readonly hasUpdated: boolean;
  requestUpdate(): void;
};

/** How elements use their stores; one object serves all elements. */
export interface StoreUse<H> {
  /** What the element shows; called for each store, and by `rewatch`. */
  interest(host: H, store: PipelineStore): Interest;
  /** Called when something that the element shows may have changed. */
  changed(host: H): void;
  /** Called when the data comes from another source; `isSession`: from the same adapter, which serves someone else now. */
  sourceChanged(host: H, isSession: boolean): void;
  report(host: H, error: PipelineError, action: string, conversationIds?: readonly string[]): void;
}

const NOTHING: Interest = {};

// Loaded when there is something to show. Offline, it is loaded already: a pick has loaded it.
setWaitingHandler((store, settled) => {
  import('./mutations.js').then(
    ({ Mutations }) => Mutations.of(store).handleWaiting(settled),
    () => undefined,
  );
});

/**
 * Finds the store of an element: that of its own `adapter`, else of the nearest provider's, else of the default one. The
 * order in which elements are upgraded and properties set makes no difference. Until it is known, `store` is `undefined`.
 */
export class StoreController<H extends Host> implements Watcher, SourceConsumer {
  readonly #host: H;
  readonly #use: StoreUse<H>;
  #provided: AdapterSource | undefined;
  #store: PipelineStore | undefined;
  /** The store whose data the element shows, or showed when it left the page. */
  #last: PipelineStore | undefined;
  #watched = NOTHING;
  #isConnected = false;

  constructor(host: H, use: StoreUse<H>) {
    this.#host = host;
    this.#use = use;
  }

  get store(): PipelineStore | undefined {
    return this.#store;
  }

  /** Whether the element still shows the data of a store. An element that has left the page keeps its last source. */
  isCurrent(store: PipelineStore): boolean {
    return store === this.#last;
  }

  /** The same; also for a store that ended because someone else signed in, whose losses are still reported. */
  isOfSameAdapter(store: PipelineStore): boolean {
    return store.adapter === this.#last?.adapter;
  }

  connect(): void {
    this.#isConnected = true;
    registry.consumers.add(this);
    this.requestSource();
    if (awaitsProvider(this.#host)) void providerDefined().then(() => this.#isConnected && this.requestSource());
  }

  disconnect(): void {
    this.#isConnected = false;
    registry.consumers.delete(this);
    // The answer of a provider is valid only inside that provider.
    this.#provided = undefined;
    this.#leave();
  }

  /** Requests the source of the nearest provider that has one; it answers synchronously. */
  requestSource(): void {
    this.#provided = undefined;
    // For a thousand pickers the events would take a twentieth of the time.
    if (registry.sources) {
      const handleAnswer = (source: AdapterSource): void => void (this.#provided = source);
      this.#host.dispatchEvent(new ContextEvent(adapterContext, this.#host, handleAnswer));
    }
    this.resolve();
  }

  /** Finds the store again, after the element's `adapter` or another source changed. */
  resolve(): void {
    const own = this.#host.adapter;
    if (!this.#isConnected) {
      // Outside the page, too, answers of the previous source must not reach the next one.
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

  /** Watches what the element shows now: another conversation, for instance. */
  rewatch(): void {
    if (!this.#store) return;
    const before = this.#watched;
    this.#watched = this.#use.interest(this.#host, this.#store);
    this.#store.watch(this.#watched, this);
    // Last: a store without watchers would stop syncing.
    if (before !== NOTHING) this.#store.unwatch(without(before, this.#watched), this);
    this.#host.requestUpdate();
  }

  update(): void {
    this.#use.changed(this.#host);
  }

  report(...[error, action, conversationIds]: Parameters<NonNullable<Watcher['report']>>): void {
    this.#use.report(this.#host, error, action, conversationIds);
  }

  #take(store: PipelineStore | undefined): void {
    const before = this.#last;
    if (store === this.#store && store === before) return;
    this.#leave();
    this.#store = this.#last = store;
    // Before its first update the element shows nothing of a source.
    if (before && before !== store && this.#host.hasUpdated) {
      this.#use.sourceChanged(this.#host, before.adapter === store?.adapter);
    }
    // `sourceChanged` may have caused another change of the source.
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

/** What is no longer watched. */
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
