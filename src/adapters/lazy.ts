/** Adapters whose code is loaded by their first call, so that a page only loads the one it uses. */
import { closedError, PipelineError } from '../model/errors.js';
import type { PipelineAdapter, WithOutbox, WithPersistence, WithSession } from './adapter.js';

/** A method that can wait for the code; `subscribe` and `close` return or do something before it is loaded. */
type CallMethod = Exclude<keyof PipelineAdapter, 'subscribe' | 'close'>;
type LoadedAdapter = PipelineAdapter & Partial<WithSession & WithPersistence & WithOutbox>;

const NOTHING: readonly never[] = [];

/** Every such method of `PipelineAdapter`. One that is missing here is a type error. */
const CALL_METHODS = Object.keys({
  listStatuses: true,
  createStatus: true,
  updateStatus: true,
  moveStatus: true,
  deleteStatus: true,
  restoreStatus: true,
  getEntries: true,
  setStatus: true,
  putConversations: true,
  getContacts: true,
  count: true,
  find: true,
  history: true,
  forget: true,
} satisfies Record<CallMethod, true>) as CallMethod[];

/**
 * An adapter that is loaded by its first call. A load that failed is retried by the next call.
 *
 * @param missing the optional methods that the loaded adapter does not have.
 */
export function lazyAdapter(
  load: () => Promise<LoadedAdapter>,
  missing: readonly CallMethod[] = [],
): PipelineAdapter & WithPersistence & WithOutbox {
  let loading: Promise<LoadedAdapter> | undefined;
  let loaded: LoadedAdapter | undefined;
  let isClosed = false;
  /** Subscriptions that wait for the adapter. */
  const waiting = new Set<(adapter: LoadedAdapter) => void>();

  const getLoaded = (): Promise<LoadedAdapter> => {
    loading ??= load().then(
      (adapter) => {
        loaded = adapter;
        for (const start of waiting) start(adapter);
        waiting.clear();
        return adapter;
      },
      (thrown: unknown) => {
        loading = undefined;
        if (thrown instanceof PipelineError) throw thrown;
        throw new PipelineError('unavailable', 'The code of the adapter could not be loaded.', { cause: thrown });
      },
    );
    return loading;
  };

  /**
   * Subscribes once the adapter is loaded, unless unsubscribed or closed before. `onFailed`: it could not be loaded; the
   * next call that succeeds in that subscribes.
   */
  const subscribeWhenLoaded = (
    start: (adapter: LoadedAdapter) => (() => void) | undefined,
    onFailed?: () => void,
  ): (() => void) => {
    if (isClosed) return () => undefined;
    let stop: (() => void) | undefined;
    const subscribe = (adapter: LoadedAdapter): void => {
      if (!isClosed) stop = start(adapter);
    };
    if (loaded) subscribe(loaded);
    else {
      waiting.add(subscribe);
      getLoaded().catch(() => waiting.has(subscribe) && onFailed?.());
    }
    return () => {
      waiting.delete(subscribe);
      stop?.();
    };
  };

  const call =
    (method: CallMethod) =>
    async (...args: unknown[]) => {
      if (isClosed) throw closedError();
      const adapter = (await getLoaded()) as unknown as Record<CallMethod, (...args: unknown[]) => unknown>;
      return adapter[method](...args);
    };
  const methods = CALL_METHODS.filter((method) => !missing.includes(method));

  return {
    ...(Object.fromEntries(methods.map((method) => [method, call(method)])) as unknown as Pick<
      PipelineAdapter,
      CallMethod
    >),
    get session() {
      return loaded?.session;
    },
    get credentials() {
      return loaded?.credentials;
    },
    get persistence() {
      return loaded?.persistence ?? 'unknown';
    },
    get waiting() {
      return loaded?.waiting ?? NOTHING;
    },
    onWaiting: (listener) => subscribeWhenLoaded((adapter) => adapter.onWaiting?.(listener)),
    onPersistence: (listener) => subscribeWhenLoaded((adapter) => adapter.onPersistence?.(listener)),
    subscribe: (listener, options) =>
      subscribeWhenLoaded(
        (adapter) => adapter.subscribe?.(listener, options),
        () => options.onState?.('down'),
      ),
    close: async () => {
      isClosed = true;
      waiting.clear();
      const adapter = await loading?.catch(() => undefined);
      await adapter?.close?.();
    },
  };
}

/** The adapter of an IndexedDB database, loaded by its first call. */
export const lazyIndexedDB = (database?: string): PipelineAdapter =>
  lazyAdapter(async () => {
    const { IndexedDBAdapter } = await import('./indexeddb/adapter.js');
    return new IndexedDBAdapter(database === undefined ? {} : { database });
  });
