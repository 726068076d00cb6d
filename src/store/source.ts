/** Adapters that may be still to come, and what stands in for one that never will. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyAdapter } from '../adapters/lazy.js';
import { PipelineError, invalid } from '../model/errors.js';
import { resolveAgain } from './registry.js';

/** An adapter, or a promise of one. */
export type AdapterSource = PipelineAdapter | PromiseLike<PipelineAdapter>;

const METHODS = ['listStatuses', 'getEntries', 'setStatus'] as const satisfies readonly (keyof PipelineAdapter)[];

export const isAdapter = (value: unknown): value is PipelineAdapter =>
  METHODS.every((method) => typeof (value as Partial<PipelineAdapter> | null | undefined)?.[method] === 'function');

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';

/** An adapter whose every method rejects with the same error. It cannot count, so that the error is reported once. */
export const failingAdapter = (error: PipelineError): PipelineAdapter =>
  lazyAdapter(() => Promise.reject(error), ['count', 'putConversations']);

/** By the promise that was given; `undefined` until it settles. */
const settled = new WeakMap<PromiseLike<unknown>, PipelineAdapter | undefined>();
let noAdapter: PipelineAdapter | undefined;

const adapterOf = (value: unknown): PipelineAdapter =>
  isAdapter(value)
    ? value
    : (noAdapter ??= failingAdapter(invalid('adapter', 'has no listStatuses(), getEntries() and setStatus().')));

/**
 * The adapter that a source stands for; `undefined` while a promise has not settled, and then every element asks again.
 * A rejection becomes an adapter that fails with it. Whoever holds another source by then never sees the outcome.
 */
export function settle(source: unknown): PipelineAdapter | undefined {
  if (!isPromise(source)) return adapterOf(source);
  if (!settled.has(source)) {
    settled.set(source, undefined);
    const keep = (adapter: PipelineAdapter): void => {
      settled.set(source, adapter);
      resolveAgain();
    };
    source.then(
      (value) => keep(adapterOf(value)),
      (thrown: unknown) => keep(failingAdapter(PipelineError.from(thrown))),
    );
  }
  return settled.get(source);
}
