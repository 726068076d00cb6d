import { ContextEvent } from '@lit/context';
import type { PipelineAdapter } from '../adapters/adapter.js';
import type { PipelineError } from '../model/errors.js';
import {
  adapterContext,
  awaitsProvider,
  defaultAdapter,
  defaultFollowers,
  providerDefined,
  providers,
} from './context.js';
import { PipelineStore, type Interest } from './store.js';
import type { Watcher } from './watchers.js';

type Host = HTMLElement & { adapter: PipelineAdapter | undefined; requestUpdate(): void };

/** How an element uses its store; one for all elements. */
export interface StoreUse<H> {
  /** What the element shows; asked again for each store. */
  interest(host: H, store: PipelineStore): Interest;
  /** Something of it may have changed. */
  changed(host: H): void;
  report(host: H, error: PipelineError, action: string): void;
}

const NOTHING: Interest = {};

/**
 * Finds the store of an element: its own `adapter`, else the nearest provider's, else the default's. Whatever was
 * upgraded or set first, the element ends at the same store; while it is not known yet, `store` is `undefined`.
 */
export class StoreController<H extends Host> implements Watcher {
  readonly #host: H;
  readonly #use: StoreUse<H>;
  #provided: PipelineAdapter | undefined;
  #leaveProvider: (() => void) | undefined;
  #store: PipelineStore | undefined;
  #watched = NOTHING;
  #connected = false;

  constructor(host: H, use: StoreUse<H>) {
    this.#host = host;
    this.#use = use;
  }

  get store(): PipelineStore | undefined {
    return this.#store;
  }

  connect(): void {
    this.#connected = true;
    defaultFollowers.add(this);
    this.#ask();
    if (!awaitsProvider(this.#host)) return this.resolve();
    void providerDefined().then(() => {
      if (!this.#connected) return;
      // The question went unheard.
      this.#ask();
      this.resolve();
    });
  }

  disconnect(): void {
    this.#connected = false;
    defaultFollowers.delete(this);
    this.#leaveProvider?.();
    // What a provider said holds for its own descendants only.
    this.#leaveProvider = this.#provided = undefined;
    this.#leave();
  }

  /** Finds the store again: the element's `adapter` changed, or who provides it. */
  resolve(): void {
    if (!this.#connected || (!this.#host.adapter && awaitsProvider(this.#host))) return;
    const store = PipelineStore.of(this.#host.adapter ?? this.#provided ?? defaultAdapter());
    if (store === this.#store) return;
    this.#leave();
    this.#store = store;
    this.rewatch();
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

  /** Asks the nearest provider, if there is one, which answers at once and whenever it changes. */
  #ask(): void {
    // A thousand events up the whole page are a twentieth of what a thousand pickers cost.
    if (!providers.connected) return;
    const answer = (adapter: PipelineAdapter | undefined, leave?: () => void): void => {
      if (leave !== this.#leaveProvider) this.#leaveProvider?.();
      this.#leaveProvider = leave;
      // One that was left may still be on its way through its listeners.
      if (!this.#connected) return;
      this.#provided = adapter;
      this.resolve();
    };
    this.#host.dispatchEvent(new ContextEvent(adapterContext, this.#host, answer, true));
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
