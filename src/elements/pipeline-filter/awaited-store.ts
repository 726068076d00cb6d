/** The store of a filter for its host's questions, which end when the data comes from another source. */
import { PipelineError } from '../../model/errors.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineStore } from '../../store/pipeline.js';
import type { StoreController } from '../../store/store-controller.js';

export interface AwaitedStoreOptions {
  stores: Pick<StoreController<never>, 'store'>;
  /** Resolves when the element has taken over what its host gave it. */
  rendered(): Promise<unknown>;
}

const aborted = (): PipelineError =>
  new PipelineError('aborted', 'The data comes from another source since this was asked.');

/** Also for a host that asks in the same turn in which it made the element or gave it an adapter. */
export class AwaitedStore {
  readonly #element: Element & { adapter: PipelineAdapter | undefined };
  readonly #options: AwaitedStoreOptions;
  #waiting: ((store: PipelineStore) => void)[] = [];
  readonly #running = new Set<(reason: PipelineError) => void>();

  constructor(element: Element & { adapter: PipelineAdapter | undefined }, options: AwaitedStoreOptions) {
    this.#element = element;
    this.#options = options;
  }

  /** Asks the store something. Rejects with a `PipelineError`: `aborted` when another source came before the answer. */
  async ask<T>(question: (store: PipelineStore) => Promise<T>): Promise<T> {
    const store = await this.#get();
    if (!this.#isStill(store)) throw aborted();
    return new Promise<T>((resolve, reject) => {
      this.#running.add(reject);
      question(store)
        .finally(() => this.#running.delete(reject))
        .then(
          (answer) => (this.#isStill(store) ? resolve(answer) : reject(aborted())),
          (thrown: unknown) => reject(this.#isStill(store) ? PipelineError.from(thrown) : aborted()),
        );
    });
  }

  /** It is here. */
  arrive(store: PipelineStore): void {
    for (const resolve of this.#waiting.splice(0)) resolve(store);
  }

  /** Another source: what was asked of the one before is not answered any more. */
  abort(): void {
    for (const reject of this.#running) reject(aborted());
  }

  #isStill(store: PipelineStore): boolean {
    const { isConnected, adapter } = this.#element;
    return isConnected ? store === this.#options.stores.store : !adapter || adapter === store.adapter;
  }

  async #get(): Promise<PipelineStore> {
    const { isConnected, adapter } = this.#element;
    if (!isConnected) {
      if (adapter) return PipelineStore.of(adapter);
      throw new PipelineError('unavailable', 'The element is not in a page, so it has no adapter.');
    }
    await this.#options.rendered();
    return this.#options.stores.store ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}
