/** Where adapters come from: sources that may still be loading, and the elements that use them. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyAdapter } from '../adapters/lazy.js';
import { PipelineError, invalid } from '../model/errors.js';

/** An adapter, or a promise of one. */
export type AdapterSource = PipelineAdapter | PromiseLike<PipelineAdapter>;

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Whether a value has what every adapter has. Allocates nothing: each of a thousand elements calls it. */
export function isAdapter(value: unknown): value is PipelineAdapter {
  const adapter = value as Partial<PipelineAdapter> | null | undefined;
  return isFunction(adapter?.listStatuses) && isFunction(adapter?.getEntries) && isFunction(adapter?.setStatus);
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  isFunction((value as Partial<PromiseLike<unknown>> | null | undefined)?.then);

/** An adapter whose methods all reject with the same error. It has no `count`, so that the error is reported once. */
export const failingAdapter = (error: PipelineError): PipelineAdapter =>
  lazyAdapter(() => Promise.reject(error), ['count', 'putConversations']);

const invalidAdapter = (): PipelineAdapter =>
  failingAdapter(invalid('adapter', 'has no listStatuses(), getEntries() and setStatus().'));

/** The adapters of sources that are not adapters themselves; `undefined` for a promise until it settles. */
const adapters = new WeakMap<object, PipelineAdapter | undefined>();

/**
 * The adapter of a source; `undefined` until a promise settles, which makes every element resolve its store again. A
 * rejection, or a value that is not an adapter, becomes an adapter that fails.
 */
export function settle(source: unknown): PipelineAdapter | undefined {
  if (isAdapter(source)) return source;
  const key = Object(source) as object;
  if (!adapters.has(key)) {
    adapters.set(key, isPromise(source) ? undefined : invalidAdapter());
    const keep = (adapter: PipelineAdapter): void => {
      adapters.set(key, adapter);
      resolveStores();
    };
    if (isPromise(source)) {
      source.then(
        (value) => keep(isAdapter(value) ? value : invalidAdapter()),
        (thrown: unknown) => keep(failingAdapter(PipelineError.from(thrown))),
      );
    }
  }
  return adapters.get(key);
}

/** An element in the page whose adapter may come from a provider or be the default one. */
export interface SourceConsumer {
  /** Requests the source from the providers around it again. */
  requestSource(): void;
  /** Finds its store again, from the sources that it knows. */
  resolve(): void;
}

interface Registry {
  /** How many providers in the page have a source: without any, elements need not request one. */
  sources: number;
  readonly consumers: Set<SourceConsumer>;
}

const KEY = Symbol.for('pipeline-elements/registry/1');

/** Shared by all copies of the package in a page. */
export const registry = ((globalThis as Record<symbol, unknown>)[KEY] ??= {
  sources: 0,
  consumers: new Set(),
} satisfies Registry) as Registry;

/** To be called when a provider has another source than before, or none. */
export function requestSources(): void {
  for (const consumer of [...registry.consumers]) consumer.requestSource();
}

let isRequestScheduled = false;

/** The same, once at the end of the turn, however many providers come and go in it. */
export function requestSourcesSoon(): void {
  if (isRequestScheduled) return;
  isRequestScheduled = true;
  queueMicrotask(() => {
    isRequestScheduled = false;
    requestSources();
  });
}

/** To be called when a source that elements may wait for is known. */
export function resolveStores(): void {
  for (const consumer of [...registry.consumers]) consumer.resolve();
}
