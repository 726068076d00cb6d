/** Adapters that may be still to come, and what stands in for one that never will. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyAdapter } from '../adapters/lazy.js';
import { PipelineError, invalid } from '../model/errors.js';
import { resolveAgain } from './registry.js';

/** An adapter, or a promise of one. */
export type AdapterSource = PipelineAdapter | PromiseLike<PipelineAdapter>;

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Whether it has what every adapter has. Asked by each of a thousand elements: nothing is made on the way. */
export function isAdapter(value: unknown): value is PipelineAdapter {
  const it = value as Partial<PipelineAdapter> | null | undefined;
  return isFunction(it?.listStatuses) && isFunction(it?.getEntries) && isFunction(it?.setStatus);
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  isFunction((value as Partial<PromiseLike<unknown>> | null | undefined)?.then);

/** An adapter whose every method rejects with the same error. It cannot count, so that the error is reported once. */
export const failingAdapter = (error: PipelineError): PipelineAdapter =>
  lazyAdapter(() => Promise.reject(error), ['count', 'putConversations']);

const noAdapter = (): PipelineAdapter =>
  failingAdapter(invalid('adapter', 'has no listStatuses(), getEntries() and setStatus().'));

/** By the object that was given as an adapter and is none; `undefined` for a promise until it settles. */
const standIns = new WeakMap<object, PipelineAdapter | undefined>();

/**
 * The adapter that a source stands for; `undefined` while a promise has not settled, and then every element asks again.
 * A rejection becomes an adapter that fails with it. Whoever holds another source by then never sees the outcome.
 */
export function settle(source: unknown): PipelineAdapter | undefined {
  if (isAdapter(source)) return source;
  const key = Object(source) as object;
  if (!standIns.has(key)) {
    standIns.set(key, isPromise(source) ? undefined : noAdapter());
    const keep = (adapter: PipelineAdapter): void => {
      standIns.set(key, adapter);
      resolveAgain();
    };
    if (isPromise(source)) {
      source.then(
        (value) => keep(isAdapter(value) ? value : noAdapter()),
        (thrown: unknown) => keep(failingAdapter(PipelineError.from(thrown))),
      );
    }
  }
  return standIns.get(key);
}
