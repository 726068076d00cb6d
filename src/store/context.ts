/** Where an element gets its adapter: from a provider around it, or else the default adapter; either may still be loading. */
import { createContext } from '@lit/context';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyAdapter, lazyIndexedDB } from '../adapters/lazy.js';
import { invalid, PipelineError } from '../model/errors.js';

/** The key is global, so that elements find a provider from another copy of the package. */
export const adapterContext = createContext<AdapterSource>(Symbol.for('pipeline-elements/adapter/1'));

const PROVIDER = 'pipeline-provider';

/** Whether there is a provider around the element that is not upgraded yet, and so cannot answer. */
export function awaitsProvider(element: Element): boolean {
  if (customElements.get(PROVIDER)) return false;
  for (let node: Node | null = element; node; node = node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null) {
    if ((node as Element).localName === PROVIDER) return true;
  }
  return false;
}

export const providerDefined = (): Promise<unknown> => customElements.whenDefined(PROVIDER);

let defaultSource: AdapterSource | undefined;
let defaultDatabase: PipelineAdapter | undefined;

/**
 * Sets the adapter of elements that have none of their own and no provider around them. Until a promise settles they
 * wait; its rejection is their error. `null` goes back to the IndexedDB database `pipeline-elements`.
 *
 * @throws {PipelineError} `invalid` for `undefined` and whatever is no adapter: a tenant that is not known yet must not
 * get the database that everyone shares.
 */
export function setDefaultAdapter(adapter: AdapterSource | null): void {
  if (adapter !== null && !isAdapter(adapter) && !isPromise(adapter)) {
    throw invalid('adapter', 'must be an adapter, a promise of one, or null for the default database.');
  }
  defaultSource = adapter ?? undefined;
  // Even if no element needs it yet: a rejection must not count as unhandled.
  if (defaultSource) settle(defaultSource);
  resolveStores();
}

/** The adapter of elements without another source; `undefined` while that is not known. */
export function defaultAdapter(): PipelineAdapter | undefined {
  if (defaultSource) return settle(defaultSource);
  return havePageModulesRun(resolveStores) ? (defaultDatabase ??= lazyIndexedDB()) : undefined;
}

let haveModulesRun = typeof document === 'undefined';
let isWaiting = false;

/**
 * Whether the page's own modules, which may set another source, have run since this was first called; if not, calls
 * `onRun` when they have. Modules in script tags run before DOMContentLoaded; a module that is imported later runs in one task.
 */
function havePageModulesRun(onRun: () => void): boolean {
  if (haveModulesRun || isWaiting) return haveModulesRun;
  isWaiting = true;
  const handleRun = (): unknown =>
    setTimeout(() => {
      haveModulesRun = true;
      onRun();
    });
  if (isContentLoaded()) handleRun();
  else {
    document.addEventListener('DOMContentLoaded', handleRun, { once: true });
    // For browsers where `isContentLoaded` cannot tell that the event has passed.
    globalThis.addEventListener('load', handleRun, { once: true });
  }
  return haveModulesRun;
}

/** Whether DOMContentLoaded was fired. Modules run before it, but while `readyState` is "interactive" already. */
function isContentLoaded(): boolean {
  if (document.readyState !== 'interactive') return document.readyState === 'complete';
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return (navigation?.domContentLoadedEventStart ?? 0) > 0;
}

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
