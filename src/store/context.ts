/** Where an element without an `adapter` of its own gets one: from a provider around it, or else the default adapter. */
import { createContext } from '@lit/context';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyIndexedDB } from '../adapters/lazy.js';
import { invalid } from '../model/errors.js';
import { isAdapter, isPromise, resolveStores, settle, type AdapterSource } from './source.js';

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
