import { PipelineError } from '../../model/errors.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineStore } from '../../store/store.js';

export interface AwaitedStoreOptions {
  store(): PipelineStore | undefined;
  /** Resolves when the element has taken over what its host gave it. */
  rendered(): Promise<unknown>;
}

/** The store, also for a host that asks in the same turn in which it made the element or gave it an adapter. */
export class AwaitedStore {
  readonly #element: Element & { adapter: PipelineAdapter | undefined };
  readonly #options: AwaitedStoreOptions;
  #waiting: ((store: PipelineStore) => void)[] = [];

  constructor(element: Element & { adapter: PipelineAdapter | undefined }, options: AwaitedStoreOptions) {
    this.#element = element;
    this.#options = options;
  }

  /** Rejects with a `PipelineError`. */
  async get(): Promise<PipelineStore> {
    const { isConnected, adapter } = this.#element;
    if (!isConnected) {
      if (adapter) return PipelineStore.of(adapter);
      throw new PipelineError('unavailable', 'The element is not in a page, so it has no adapter.');
    }
    await this.#options.rendered();
    return this.#options.store() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** It is here. */
  arrive(store: PipelineStore): void {
    for (const resolve of this.#waiting.splice(0)) resolve(store);
  }
}
