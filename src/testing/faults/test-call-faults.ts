/** Planted faults in aborting, closing, counting, histories and contacts. */
import type { CallOptions, PipelineAdapter } from '../../adapters/adapter.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { Change } from '../../model/changes.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { having, type Faults } from './test-fault.js';

/** The adapter with the options of each write changed by `strip`. */
function without(
  good: MemoryAdapter,
  strip: <O extends CallOptions>(options: O | undefined) => O | undefined,
): Partial<PipelineAdapter> {
  return {
    createStatus: (data, options) => good.createStatus(data, strip(options)),
    updateStatus: (id, patch, options) => good.updateStatus(id, patch, strip(options)!),
    moveStatus: (id, after, options) => good.moveStatus(id, after, strip(options)),
    deleteStatus: (id, options) => good.deleteStatus(id, strip(options)!),
    setStatus: (refs, statusId, options) => good.setStatus(refs, statusId, strip(options)),
    restoreStatus: (id, options) => good.restoreStatus(id, strip(options)),
  };
}

export const callFaults: Faults = {
  'a call is applied again under its opId': {
    caughtBy: 'repeated calls: a repeated setStatus does not undo a newer one',
    breaks: (good) => without(good, (options) => options && { ...options, opId: undefined as never }),
  },
  'an aborted signal is ignored': {
    caughtBy: 'aborted calls: setStatus with an aborted signal does nothing',
    breaks: (good) => without(good, (options) => options && { ...options, signal: undefined as never }),
  },
  'an aborted call is written': {
    caughtBy: 'aborted calls: setStatus with an aborted signal does nothing',
    breaks: (good) => ({
      setStatus: async (refs, statusId, { signal, ...options } = {}) => {
        const results = await good.setStatus(refs, statusId, options);
        if (signal?.aborted) throw new PipelineError('aborted', 'too late');
        return results;
      },
    }),
  },
  'an aborted call uses up its opId': {
    caughtBy: 'aborted calls: an aborted call can be made again under its opId',
    breaks(good) {
      const used = new Set<string>();
      return {
        setStatus: async (refs, statusId, options) => {
          if (options?.opId && used.has(options.opId)) return good.setStatus([], statusId);
          if (options?.opId && options.signal?.aborted) used.add(options.opId);
          return good.setStatus(refs, statusId, options);
        },
      };
    },
  },
  'a call is answered after close()': {
    caughtBy: 'close(): every method rejects with aborted after close()',
    breaks: () => ({ close: async () => undefined }),
  },
  'a call after close() rejects with another code': {
    caughtBy: 'close(): every method rejects with aborted after close()',
    breaks(good) {
      let isClosed = false;
      return {
        history: async (id, options) => {
          if (isClosed) throw new PipelineError('unknown', 'closed');
          return good.history(id, options);
        },
        close: async () => {
          isClosed = true;
          await good.close();
        },
      };
    },
  },
  'a repeated call is answered from memory after close()': {
    caughtBy: 'close(): a repeated call rejects with aborted after close()',
    breaks(good) {
      const results = new Map<string, Awaited<ReturnType<MemoryAdapter['setStatus']>>>();
      return {
        setStatus: async (refs, statusId, options) => {
          const known = options?.opId !== undefined && results.get(options.opId);
          if (known) return known;
          const result = await good.setStatus(refs, statusId, options);
          if (options?.opId !== undefined) results.set(options.opId, result);
          return result;
        },
      };
    },
  },
  'close() fails when it is called twice': {
    caughtBy: 'close(): close() can be called twice',
    breaks(good) {
      let isClosed = false;
      return {
        close: async () => {
          if (isClosed) throw new PipelineError('unknown', 'closed');
          isClosed = true;
          await good.close();
        },
      };
    },
  },
  'a subscription after close() delivers what was missed': {
    caughtBy: 'close(): subscribe() after close() delivers nothing',
    breaks(good) {
      let isClosed = false;
      return {
        subscribe: (listener, options) => {
          if (isClosed) queueMicrotask(() => listener({ kind: 'reset', seq: '1' }));
          return good.subscribe(listener, options);
        },
        close: async () => {
          isClosed = true;
          await good.close();
        },
      };
    },
  },
  'listStatuses returns the stored objects': {
    caughtBy: 'creating statuses: returned records are copies',
    breaks(good) {
      let kept: Awaited<ReturnType<MemoryAdapter['listStatuses']>> | undefined;
      return {
        listStatuses: async (options) => {
          const list = await good.listStatuses(options);
          return kept?.seq === list.seq ? kept : (kept = list);
        },
      };
    },
  },
  'history comes newest first': {
    caughtBy: 'history: changes are listed oldest first',
    breaks: (good) => ({ history: async (id, options) => [...(await good.history(id, options))].reverse() }),
  },
  'history gives every change the author of the first': {
    caughtBy: 'history: each change has its author, also those made by deletes',
    breaks: (good) => ({
      history: async (id, options) => {
        const items = await good.history(id, options);
        return items.map((item) => ({ ...item, ...(items[0]?.by ? { by: items[0].by } : {}) }));
      },
    }),
  },
  'history does not give the author of a delete': {
    caughtBy: 'history: each change has its author, also those made by deletes',
    breaks: (good) => ({
      deleteStatus: (id, options) => good.deleteStatus(id, { ...options, by: undefined as never }),
    }),
  },
  'a change has the author of the previous one': {
    caughtBy: 'history: a delivered change has its author',
    breaks(good) {
      let last: string | undefined;
      const late = (change: Change): Change => {
        const { by, ...rest } = change;
        const before = last;
        last = by;
        return { ...rest, ...(before === undefined ? {} : { by: before }) };
      };
      return { subscribe: (listener, options) => good.subscribe((change) => listener(late(change)), options) };
    },
  },
  'history has rejected writes': {
    caughtBy: 'history: a rejected setStatus leaves no trace',
    breaks(good) {
      const rejected = new Map<Id, { from: null; to: null; at: number }[]>();
      return {
        setStatus: async (refs, statusId, options) => {
          const results = await good.setStatus(refs, statusId, options);
          for (const { conversationId, ok } of results) {
            if (!ok)
              rejected.set(conversationId, [
                ...(rejected.get(conversationId) ?? []),
                { from: null, to: null, at: Date.now() },
              ]);
          }
          return results;
        },
        history: async (id, options) => [...(await good.history(id, options)), ...(rejected.get(id) ?? [])],
      };
    },
  },
  'conversations without a status are not counted': {
    caughtBy: 'counting: known conversations without a status',
    breaks: (good) => ({ count: async (query, options) => ({ ...(await good.count(query, options)), none: 0 }) }),
  },
  'looking up a conversation adds it': {
    caughtBy: 'counting: known conversations without a status',
    breaks: (good) => ({
      getEntries: async (ids, options) => {
        const entries = await good.getEntries(ids, options);
        await good.putConversations(ids.filter((id) => !entries.has(id)).map((conversationId) => ({ conversationId })));
        return entries;
      },
    }),
  },
  'a contact counts once for each conversation': {
    caughtBy: 'counting: a contact counts once for each of its statuses',
    breaks: (good) => ({ count: (_query, options) => good.count({ of: 'conversation' }, options) }),
  },
  'latest is treated as any': {
    caughtBy: 'counting: with latest a contact counts once',
    breaks: (good) => ({ count: ({ of }, options) => good.count({ of }, options) }),
  },
  'a contact’s latest is the first status it has': {
    caughtBy: 'contacts: the latest is the most recently active conversation',
    breaks: (good) => ({
      getContacts: async (ids, options) =>
        new Map(
          [...(await good.getContacts(ids, options))].map(([id, { statusIds }]) => [
            id,
            { statusIds, latest: [...statusIds].sort()[0] ?? null },
          ]),
        ),
    }),
  },
  'a contact keeps a deleted status': {
    caughtBy: 'contacts: contacts follow a delete',
    breaks(good) {
      const gone: Id[] = [];
      return {
        deleteStatus: async (id, options) => {
          const used = (await having(good, id)).length > 0;
          const result = await good.deleteStatus(id, options);
          if (used) gone.push(id);
          return result;
        },
        getContacts: async (ids, options) =>
          new Map(
            [...(await good.getContacts(ids, options))].map(([id, each]) => [
              id,
              { ...each, statusIds: [...each.statusIds, ...gone] },
            ]),
          ),
      };
    },
  },
};
