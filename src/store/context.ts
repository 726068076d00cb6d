/** Where an element's data comes from when it has no adapter of its own: a provider around it, else the default. */
import { createContext } from '@lit/context';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyIndexedDB } from '../adapters/lazy.js';
import { invalid } from '../model/errors.js';
import { hasPageRun } from './page-run.js';
import { resolveAgain } from './registry.js';
import { isAdapter, isPromise, settle, type AdapterSource } from './source.js';

/** The key is global, so that elements find a provider of another copy of the package on the page. */
export const adapterContext = createContext<AdapterSource>(Symbol.for('pipeline-elements/adapter/1'));

const PROVIDER = 'pipeline-provider';
let chosen: AdapterSource | undefined;
let fallback: PipelineAdapter | undefined;

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
  chosen = adapter ?? undefined;
  // Also where no element needs it yet: a rejection must not count as unhandled.
  if (chosen) settle(chosen);
  resolveAgain();
}

/** The adapter of elements without another source; `undefined` while that is not known. */
export function defaultAdapter(): PipelineAdapter | undefined {
  if (chosen) return settle(chosen);
  return hasPageRun(resolveAgain) ? (fallback ??= lazyIndexedDB()) : undefined;
}

/** Whether a provider stands around the element that has not been upgraded yet, so cannot answer for itself. */
export function awaitsProvider(element: Element): boolean {
  if (customElements.get(PROVIDER)) return false;
  for (let node: Node | null = element; node; node = node.parentNode ?? (node as Partial<ShadowRoot>).host ?? null) {
    if ((node as Element).localName === PROVIDER) return true;
  }
  return false;
}

export const providerDefined = (): Promise<unknown> => customElements.whenDefined(PROVIDER);
