import { createContext } from '@lit/context';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyIndexedDB } from '../adapters/lazy.js';

/** The key is global, so that two copies of the package on one page still hear each other's providers. */
export const adapterContext = createContext<PipelineAdapter | undefined>(Symbol.for('pipeline-elements/adapter/1'));

/** How many providers are in the page, of any copy of the package: where there are none, nobody has to be asked. */
export const providers = ((globalThis as Record<symbol, unknown>)[Symbol.for('pipeline-elements/providers/1')] ??= {
  connected: 0,
}) as { connected: number };

const PROVIDER = 'pipeline-provider';
/** Those whose data may come from the default adapter. */
export const defaultFollowers = new Set<{ resolve(): void }>();
let chosen: PipelineAdapter | undefined;
let fallback: PipelineAdapter | undefined;

/** The adapter of elements that have none of their own and no provider around them. `null` goes back to IndexedDB. */
export function setDefaultAdapter(adapter: PipelineAdapter | null): void {
  chosen = adapter ?? undefined;
  for (const follower of [...defaultFollowers]) follower.resolve();
}

export function defaultAdapter(): PipelineAdapter {
  return chosen ?? (fallback ??= lazyIndexedDB());
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
