/** Adapters that use what the contract leaves open. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { Change } from '../../model/changes.js';
import type { Entry, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Status } from '../../model/status.js';
import { relabelled, type Fault } from './test-fault.js';

/** Adapters that each use something the contract leaves open: the suite must accept all of them. */
export type Variants = Readonly<Record<string, Fault['breaks']>>;

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !(value instanceof Map)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
};

/** Changes the `current` of a conflict as all other records of this adapter. */
const withCurrent =
  <T>(look: (current: T) => T) =>
  (error: unknown): never => {
    if (!(error instanceof PipelineError) || error.code !== 'conflict') throw error;
    throw new PipelineError('conflict', error.message, { current: error.current && look(error.current as T) });
  };

/** Every method through which entries leave the adapter, with `look` applied to each. */
function redrawn(
  good: MemoryAdapter,
  look: (entry: Entry) => Entry,
): Required<Pick<PipelineAdapter, 'getEntries' | 'setStatus' | 'subscribe'>> {
  const redraw = (result: SetResult): SetResult => {
    if (result.ok) return { ...result, entry: look(result.entry) };
    const { code, message, current } = result.error;
    return { ...result, error: new PipelineError(code, message, { current: current && look(current as Entry) }) };
  };
  return {
    getEntries: async (ids, options) =>
      new Map([...(await good.getEntries(ids, options))].map(([id, entry]) => [id, look(entry)])),
    setStatus: async (refs, statusId, options) => (await good.setStatus(refs, statusId, options)).map(redraw),
    subscribe: (listener, options) =>
      good.subscribe(
        (change) => listener(change.kind === 'entry' ? { ...change, entry: look(change.entry) } : change),
        options,
      ),
  };
}

export const variants: Variants = {
  'an adapter with the seven methods only': () =>
    ({
      restoreStatus: undefined,
      putConversations: undefined,
      getContacts: undefined,
      count: undefined,
      find: undefined,
      history: undefined,
      forget: undefined,
      subscribe: undefined,
    }) as unknown as Partial<PipelineAdapter>,

  'an adapter without putConversations': () => ({ putConversations: undefined }) as unknown as Partial<PipelineAdapter>,

  'every change is one reset': (good) => ({
    subscribe: (listener, options) => good.subscribe(({ seq }) => listener({ kind: 'reset', seq }), options),
  }),

  'a resumed subscription starts with a reset': (good) => ({
    subscribe: (listener, { since, ...options }) => {
      let on = true;
      const deliver = (change: Change): void => void (on && listener(change));
      const stop = good.subscribe(deliver, options);
      // Not inside the promise: what the listener throws is no rejection of ours.
      const begin = (seq: string): void => queueMicrotask(() => deliver({ kind: 'reset', seq }));
      if (since !== undefined) void good.listStatuses().then(({ seq }) => begin(seq));
      return () => {
        on = false;
        stop();
      };
    },
  }),

  'changes arrive late, twice and out of order': (good) => ({
    subscribe: (listener, options) => {
      let on = true;
      let n = 0;
      const stop = good.subscribe((change) => {
        for (const delay of [(n++ % 3) * 4, 12]) setTimeout(() => on && listener(change), delay);
      }, options);
      return () => {
        on = false;
        stop();
      };
    },
  }),

  'the changes of others carry no opId': (good) => {
    const own = new Set<string>();
    return {
      setStatus: (refs, statusId, options) => {
        if (options?.opId !== undefined) own.add(options.opId);
        return good.setStatus(refs, statusId, options);
      },
      moveStatus: (id, after, options) => {
        if (options?.opId !== undefined) own.add(options.opId);
        return good.moveStatus(id, after, options);
      },
      subscribe: (listener, options) =>
        good.subscribe(
          ({ opId, ...change }) => listener(opId !== undefined && own.has(opId) ? { ...change, opId } : change),
          options,
        ),
    };
  },

  'an unknown conversation has an entry of version 0': (good) => ({
    getEntries: async (ids, options) => {
      const entries = await good.getEntries(ids, options);
      const none = { contactId: null, statusId: null, version: 0, changedAt: 0 };
      return new Map<string, Entry>(
        [...new Set(ids)].map((id) => [id, entries.get(id) ?? { conversationId: id, ...none }]),
      );
    },
  }),

  'an unknown contact has an empty summary': (good) => ({
    getContacts: async (ids, options) => {
      const contacts = await good.getContacts(ids, options);
      return new Map([...new Set(ids)].map((id) => [id, contacts.get(id) ?? { statusIds: [], latest: null }]));
    },
  }),

  'counts have zeroes': (good) => ({
    count: async (query, options) => {
      const { byStatus, none } = await good.count(query, options);
      const { items } = await good.listStatuses();
      return { none, byStatus: new Map([...items.map(({ id }): [string, number] => [id, 0]), ...byStatus]) };
    },
  }),

  'a rejected setStatus is reported in the results': (good) => ({
    setStatus: async (refs, statusId, options) => {
      try {
        return await good.setStatus(refs, statusId, options);
      } catch (error) {
        if (!(error instanceof PipelineError) || error.code === 'aborted') throw error;
        return refs.map(({ conversationId }): SetResult => ({ conversationId, ok: false, error }));
      }
    },
  }),

  'a rejected version rejects the call': (good) => ({
    setStatus: async (refs, statusId, options) => {
      const results = await good.setStatus(refs, statusId, options);
      for (const result of results) if (!result.ok) throw result.error;
      return results;
    },
  }),

  'versions grow in large steps': (good) => {
    const leap = <T extends { version: number }>(record: T): T => ({ ...record, version: record.version * 1000 });
    const inner = <O extends { ifVersion?: number }>(options: O): O =>
      options.ifVersion === undefined ? options : { ...options, ifVersion: options.ifVersion / 1000 };
    const labelled = relabelled(good, leap);
    const drawn = redrawn(good, leap);
    return {
      ...labelled,
      ...drawn,
      createStatus: (data, options) => labelled.createStatus!(data, options).catch(withCurrent(leap<Status>)),
      updateStatus: (id, patch, options) =>
        good.updateStatus(id, patch, inner(options)).then(leap, withCurrent(leap<Status>)),
      deleteStatus: (id, options) => good.deleteStatus(id, inner(options)).catch(withCurrent(leap<Status>)),
      setStatus: (refs, statusId, options) => drawn.setStatus(refs, statusId, options && inner(options)),
      subscribe: (listener, options) =>
        drawn.subscribe(
          (change) => listener(change.kind === 'status' ? { ...change, status: leap(change.status) } : change),
          options,
        ),
    };
  },

  'ranks look different': (good) => {
    const look = (status: Status): Status => ({ ...status, rank: `0|${status.rank}:` });
    return {
      ...relabelled(good, look),
      updateStatus: (id, patch, options) => good.updateStatus(id, patch, options).then(look, withCurrent(look)),
      deleteStatus: (id, options) => good.deleteStatus(id, options).catch(withCurrent(look)),
    };
  },

  'pages are short, and some are empty': (good) => ({
    find: async ({ pageToken, pageSize = 50, ...query }, options) => {
      const inner = pageToken?.startsWith('page:') ? pageToken.slice(5) : pageToken;
      const page = await good.find(
        { ...query, pageSize: Math.min(pageSize, 40), ...(inner !== undefined && { pageToken: inner }) },
        options,
      );
      // Before each page but the first comes an empty one.
      return inner === undefined || inner !== pageToken ? page : { ids: [], nextPageToken: `page:${inner}` };
    },
  }),

  'an invalid page size is coerced': (good) => ({
    find: ({ pageSize, ...query }, options) =>
      good.find(pageSize === undefined ? query : { ...query, pageSize: Math.max(1, Math.floor(pageSize)) }, options),
  }),

  'the author of changes is known to the server, whatever the call says': (good) => ({
    history: async (id, options) => (await good.history(id, options)).map((item) => ({ ...item, by: 'agent-7' })),
    subscribe: (listener, options) => good.subscribe((change) => listener({ ...change, by: 'agent-7' }), options),
  }),
  'changes have no author': (good) => ({
    history: async (id, options) => (await good.history(id, options)).map(({ by: _, ...item }) => item),
    subscribe: (listener, options) =>
      good.subscribe((change) => {
        const { by: _, ...rest } = change;
        listener(rest);
      }, options),
  }),
  'only the last step of a history is kept': (good) => ({
    history: async (id, options) => (await good.history(id, options)).slice(-1),
  }),

  'the clock of the storage is a year slow': (good) =>
    redrawn(good, (entry) => (entry.changedAt ? { ...entry, changedAt: entry.changedAt - 3e10 } : entry)),

  'every record is frozen': (good) => ({
    listStatuses: async (options) => deepFreeze(await good.listStatuses(options)),
    createStatus: async (data, options) => deepFreeze(await good.createStatus(data, options)),
    setStatus: async (refs, statusId, options) => {
      const results = await good.setStatus(refs, statusId, options);
      for (const result of results) if (result.ok) deepFreeze(result.entry);
      return Object.freeze(results);
    },
    getEntries: async (ids, options) => {
      const entries = await good.getEntries(ids, options);
      entries.forEach(deepFreeze);
      return entries;
    },
    history: async (id, options) => deepFreeze(await good.history(id, options)),
    subscribe: (listener, options) =>
      good.subscribe((change) => listener(deepFreeze(structuredClone(change))), options),
  }),

  'every call is slow': (good) => {
    const later = async <T>(call: () => Promise<T>): Promise<T> => {
      const result = await call();
      await new Promise((resolve) => setTimeout(resolve));
      return result;
    };
    return {
      listStatuses: (options) => later(() => good.listStatuses(options)),
      moveStatus: (id, after, options) => later(() => good.moveStatus(id, after, options)),
      setStatus: (refs, statusId, options) => later(() => good.setStatus(refs, statusId, options)),
      getEntries: (ids, options) => later(() => good.getEntries(ids, options)),
    };
  },
};
