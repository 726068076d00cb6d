import type { Change } from '../model/changes.js';
import { PipelineError } from '../model/errors.js';
import type { Persistence, PipelineAdapter, SubscriptionState, WithSession } from './adapter.js';

type Method = Exclude<keyof PipelineAdapter, 'subscribe' | 'close'>;
type Loaded = PipelineAdapter &
  Partial<WithSession> & {
    persistence?: Persistence;
    onPersistence?(listener: (persistence: Persistence) => void): () => void;
  };

const METHODS: readonly Method[] = [
  'listStatuses',
  'createStatus',
  'updateStatus',
  'moveStatus',
  'deleteStatus',
  'restoreStatus',
  'getEntries',
  'setStatus',
  'putConversations',
  'getContacts',
  'count',
  'find',
  'history',
];

/**
 * An adapter whose code is loaded by its first call, so that a page pays only for the one it uses. `without` names the
 * methods that it will not have.
 */
export function lazyAdapter(load: () => Promise<Loaded>, without: readonly Method[] = []): PipelineAdapter {
  let loading: Promise<Loaded> | undefined;
  let loaded: Loaded | undefined;
  const get = (): Promise<Loaded> => {
    loading ??= load().then(
      (adapter) => (loaded = adapter),
      (thrown: unknown) => {
        if (thrown instanceof PipelineError) throw thrown;
        throw new PipelineError('unavailable', 'The code of the adapter could not be loaded.', { cause: thrown });
      },
    );
    // A chunk that did not arrive may the next time.
    loading.catch(() => (loading = undefined));
    return loading;
  };
  /** Starts something once the adapter is there, unless it was stopped before. */
  const whenLoaded = (start: (adapter: Loaded) => (() => void) | undefined): (() => void) => {
    let stop: (() => void) | undefined;
    let isStopped = false;
    get().then(
      (adapter) => {
        if (!isStopped) stop = start(adapter);
      },
      () => undefined,
    );
    return () => {
      isStopped = true;
      stop?.();
    };
  };

  const adapter = {
    get session(): string | undefined {
      return loaded?.session;
    },
    get credentials(): string | undefined {
      return loaded?.credentials;
    },
    get persistence(): Persistence {
      return loaded?.persistence ?? 'unknown';
    },
    onPersistence: (listener: (persistence: Persistence) => void) =>
      whenLoaded((each) => each.onPersistence?.(listener)),
    subscribe: (
      listener: (change: Change) => void,
      options: { since?: string; onState?(state: SubscriptionState): void },
    ) => whenLoaded((each) => each.subscribe?.(listener, options)),
    close: async () => (await loading)?.close?.(),
  } as Record<string, unknown>;
  for (const method of METHODS) {
    if (without.includes(method)) continue;
    adapter[method] = async (...args: unknown[]) => {
      const target = (await get()) as unknown as Record<Method, (...args: unknown[]) => unknown>;
      return target[method](...args);
    };
  }
  return adapter as unknown as PipelineAdapter;
}

/** The adapter of an IndexedDB database, its code loaded with the first call. */
export const lazyIndexedDB = (database?: string): PipelineAdapter =>
  lazyAdapter(async () => {
    // The second is what the first loads with its first call, which is at once.
    const [{ IndexedDBAdapter }] = await Promise.all([
      import('./indexeddb/adapter.js'),
      import('./indexeddb/database.js'),
    ]);
    return new IndexedDBAdapter(database === undefined ? {} : { database });
  });
