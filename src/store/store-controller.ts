import { ContextConsumer } from '@lit/context';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { adapterContext, awaitsProvider, defaultAdapter, onDefaultAdapterChange, providerDefined } from './context.js';
import { PipelineStore, type ErrorListener } from './store.js';

type Host = ReactiveControllerHost & HTMLElement & { adapter: PipelineAdapter | undefined };

/** What an element wants to be called for; called again for each store, returns how to stop. */
export type Watch = (store: PipelineStore, update: () => void) => (() => void)[];

/**
 * Finds the store of an element: its own `adapter`, else the nearest provider's, else the default's. Whatever was
 * upgraded or set first, the element ends at the same store; while it is not known yet, `store` is `undefined`.
 */
export class StoreController implements ReactiveController {
  readonly #host: Host;
  readonly #watch: Watch;
  readonly #onError: ErrorListener;
  readonly #provided: ContextConsumer<typeof adapterContext, Host>;
  #stops: (() => void)[] = [];
  #store: PipelineStore | undefined;
  #connected = false;

  constructor(host: Host, watch: Watch, onError: ErrorListener) {
    this.#host = host;
    this.#watch = watch;
    this.#onError = onError;
    this.#provided = new ContextConsumer(host, {
      context: adapterContext,
      subscribe: true,
      callback: () => this.resolve(),
    });
    // After the consumer: when this connects, the nearest provider has been asked already.
    host.addController(this);
  }

  get store(): PipelineStore | undefined {
    return this.#store;
  }

  hostConnected(): void {
    this.#connected = true;
    this.#stops = [onDefaultAdapterChange(() => this.resolve())];
    if (awaitsProvider(this.#host)) {
      // The consumer's question went unheard: connecting it again asks anew.
      void providerDefined().then(() => {
        if (!this.#connected) return;
        this.#provided.hostDisconnected();
        this.#provided.hostConnected();
        this.resolve();
      });
    } else {
      this.resolve();
    }
  }

  hostDisconnected(): void {
    this.#connected = false;
    for (const stop of this.#stops) stop();
    this.#stops = [];
    // What a provider said holds for its own descendants only.
    (this.#provided as { value?: PipelineAdapter | undefined }).value = undefined;
    this.#leave();
  }

  /** Finds the store again: the element's `adapter` changed, or who provides it. */
  resolve(): void {
    if (!this.#connected || (!this.#host.adapter && awaitsProvider(this.#host))) return;
    const store = PipelineStore.of(this.#host.adapter ?? this.#provided.value ?? defaultAdapter());
    if (store === this.#store) return;
    this.#leave();
    this.#store = store;
    this.rewatch();
  }

  #watching: (() => void)[] = [];

  /** Asks the element again what it wants to be called for: it shows another conversation, for instance. */
  rewatch(): void {
    if (!this.#store) return;
    const before = this.#watching;
    const update = (): void => this.#host.requestUpdate();
    // A function of its own each time: what stops below must not be what was just begun.
    const report: ErrorListener = (error, action) => this.#onError(error, action);
    this.#watching = [this.#store.addReporter(report), ...this.#watch(this.#store, update)];
    // Only now: what is still watched stays awake.
    for (const stop of before) stop();
    update();
  }

  #leave(): void {
    for (const stop of this.#watching) stop();
    this.#watching = [];
    this.#store = undefined;
  }
}
