/** Planted faults in subscriptions. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { Change } from '../../model/changes.js';
import { pause, type Faults } from './test-fault.js';

/** A subscription that only delivers the changes that `wanted` accepts. */
const delivering = (good: MemoryAdapter, wanted: (change: Change) => boolean): Pick<PipelineAdapter, 'subscribe'> => ({
  subscribe: (listener, options) => good.subscribe((change) => wanted(change) && listener(change), options),
});

export const changeFaults: Faults = {
  'no change is delivered': {
    caughtBy: 'changes: setting and clearing a status are delivered',
    breaks: () => ({ subscribe: () => () => {} }),
  },
  'a change is delivered before it is stored': {
    caughtBy: 'changes: a delivered change can be read',
    breaks(good) {
      const listeners = new Set<(change: Change) => void>();
      return {
        subscribe: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        setStatus: async (refs, statusId, options) => {
          const { seq } = await good.listStatuses();
          for (const { conversationId } of refs) {
            const entry = { conversationId, contactId: null, statusId, version: Number(seq) + 1, changedAt: 1 };
            for (const listener of listeners) listener({ kind: 'entry', seq, entry });
          }
          await pause();
          return good.setStatus(refs, statusId, options);
        },
      };
    },
  },
  'changes of conversations are not delivered': {
    caughtBy: 'changes: setting and clearing a status are delivered',
    breaks: (good) => delivering(good, (change) => change.kind !== 'entry'),
  },
  'conversations that a delete moves are not delivered': {
    caughtBy: 'changes: conversations that a delete moves are delivered',
    breaks(good) {
      let moving = false;
      return {
        ...delivering(good, (change) => !(moving && change.kind === 'entry')),
        deleteStatus: async (id, options) => {
          moving = true;
          const result = await good.deleteStatus(id, options);
          await pause();
          moving = false;
          return result;
        },
      };
    },
  },
  'a deleted status is not delivered': {
    caughtBy: 'changes: a delete is delivered',
    breaks: (good) => delivering(good, (change) => !(change.kind === 'status' && change.status.deleted)),
  },
  'only the moved status is delivered when all ranks are rewritten': {
    caughtBy: 'following the changes: so many moves that all ranks are rewritten',
    breaks(good) {
      let moving: string | undefined;
      return {
        ...delivering(
          good,
          (change) => moving === undefined || change.kind !== 'status' || change.status.id === moving,
        ),
        moveStatus: async (id, after, options) => {
          moving = id;
          const result = await good.moveStatus(id, after, options);
          await pause();
          moving = undefined;
          return result;
        },
      };
    },
  },
  'a change has the opId of another call': {
    caughtBy: 'changes: a change has the opId of the call that caused it',
    breaks: (good) => ({
      subscribe: (listener, options) => good.subscribe((change) => listener({ ...change, opId: 'op-other' }), options),
    }),
  },
  'a change has no opId': {
    caughtBy: 'changes: a change has the opId of the call that caused it',
    breaks: (good) => ({
      subscribe: (listener, options) => good.subscribe(({ opId: _, ...change }) => listener(change), options),
    }),
  },
  'unsubscribing is ignored': {
    caughtBy: 'subscriptions: nothing is delivered after unsubscribing',
    breaks: (good) => ({
      subscribe: (listener, options) => {
        good.subscribe(listener, options);
        return () => {};
      },
    }),
  },
  'unsubscribing one of two equal listeners unsubscribes both': {
    caughtBy: 'subscriptions: one function can be subscribed twice and unsubscribed once',
    breaks(good) {
      const stops = new Map<unknown, () => void>();
      return {
        subscribe: (listener, options) => {
          if (!stops.has(listener)) stops.set(listener, good.subscribe(listener, options));
          return () => stops.get(listener)!();
        },
      };
    },
  },
  'a listener that throws stops the others': {
    caughtBy: 'subscriptions: a listener that throws affects nothing else',
    breaks(good) {
      const listeners = new Set<(change: Change) => void>();
      good.subscribe((change) => listeners.forEach((listener) => listener(change)), {});
      return {
        subscribe: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      };
    },
  },
  'a listener that throws does not receive the rest': {
    caughtBy: 'subscriptions: a listener that throws while it catches up receives the rest',
    breaks: (good) => ({
      subscribe: (listener, options) => {
        let broken = false;
        return good.subscribe((change) => {
          if (broken) return;
          broken = true;
          listener(change);
          broken = false;
        }, options);
      },
    }),
  },
  'missed changes are not delivered': {
    caughtBy: 'subscriptions: changes between listing and subscribing are delivered',
    breaks: (good) => ({ subscribe: (listener, { since: _, ...options }) => good.subscribe(listener, options) }),
  },
  'an unknown since is treated as now': {
    caughtBy: 'subscriptions: an unknown `since` gives a reset',
    breaks: (good) => delivering(good, (change) => change.kind !== 'reset'),
  },
  'a rejected write is delivered': {
    caughtBy: 'changes: a rejected write is not delivered',
    breaks(good) {
      const listeners = new Set<(change: Change) => void>();
      return {
        subscribe: (listener, options) => {
          listeners.add(listener);
          return good.subscribe(listener, options);
        },
        setStatus: (refs, statusId, options) =>
          good.setStatus(refs, statusId, options).catch((error: unknown) => {
            for (const { conversationId } of refs) {
              const entry = { conversationId, contactId: null, statusId, version: 1e6, changedAt: 1 };
              for (const listener of listeners) listener({ kind: 'entry', seq: '1', entry });
            }
            throw error;
          }),
      };
    },
  },
  'a client receives only its own changes': {
    caughtBy: 'two clients: each receives the changes of the other',
    breaks(good) {
      let own = 0;
      const mine = async <T>(call: Promise<T>): Promise<T> => {
        own++;
        const result = await call;
        await pause();
        own--;
        return result;
      };
      return {
        ...delivering(good, () => own > 0),
        createStatus: (data, options) => mine(good.createStatus(data, options)),
        setStatus: (refs, statusId, options) => mine(good.setStatus(refs, statusId, options)),
        deleteStatus: (id, options) => mine(good.deleteStatus(id, options)),
      };
    },
  },
  'seq is missing': {
    caughtBy: 'changes: a delivered change has a valid record',
    breaks: (good) => ({
      subscribe: (listener, options) => good.subscribe((change) => listener({ ...change, seq: '' }), options),
    }),
  },
};
