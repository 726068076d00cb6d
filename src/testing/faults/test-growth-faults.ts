/** Planted faults in purging and in long writes. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineError } from '../../model/errors.js';
import { pause, type Faults } from './test-fault.js';

/** How many conversations make a write long. */
const LONG = 1000;

export const growthFaults: Faults = {
  'a purged status can be restored': {
    caughtBy: 'purging deleted statuses: a deleted status cannot be restored after the undo period',
    breaks(good) {
      const deleted = new Map<string, { name: string; color: string }>();
      return {
        deleteStatus: async (id, options) => {
          const { name, color } = (await good.listStatuses()).items.find((status) => status.id === id)!;
          const result = await good.deleteStatus(id, options);
          deleted.set(id, { name, color });
          return result;
        },
        restoreStatus: async (id, options) => {
          try {
            return await good.restoreStatus(id, options);
          } catch (error) {
            const kept = deleted.get(id);
            if (!kept || !(error instanceof PipelineError) || error.code !== 'not-found') throw error;
            return { status: await good.createStatus({ id, ...kept }), restored: 0 };
          }
        },
      };
    },
  },
  'a late write brings a purged status back': {
    caughtBy: 'purging deleted statuses: late writes do not bring a purged status back',
    breaks(good) {
      const names = new Map<string, string>();
      return {
        createStatus: async (data, options) => {
          const status = await good.createStatus(data, options);
          names.set(status.id, status.name);
          return status;
        },
        setStatus: async (refs, statusId, options) => {
          try {
            return await good.setStatus(refs, statusId, options);
          } catch (error) {
            const name = names.get(statusId ?? '');
            if (name === undefined || !(error instanceof PipelineError) || error.code !== 'not-found') throw error;
            await good.createStatus({ id: statusId!, name, color: '#000000' });
            return good.setStatus(refs, statusId, options);
          }
        },
      };
    },
  },
  'purging a status takes it from its conversations': {
    caughtBy: 'purging deleted statuses: the conversations of a purged status keep what replaced it',
    breaks(good) {
      const moved = new Map<string, string[]>();
      return {
        deleteStatus: async (id, options) => {
          const { ids } = await good.find({ of: 'conversation', filter: { op: 'any-of', statusIds: [id] } });
          moved.set(id, [...ids]);
          return good.deleteStatus(id, options);
        },
        moveStatus: async (id, after, options) => {
          try {
            return await good.moveStatus(id, after, options);
          } catch (error) {
            const refs = moved.get(after ?? '')?.map((conversationId) => ({ conversationId }));
            if (refs) await good.setStatus(refs, null);
            throw error;
          }
        },
      };
    },
  },
  'a long write forgets the last part': {
    caughtBy: 'long writes: setStatus of 2,000 conversations sets all of them, in order',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) => {
        if (refs.length <= LONG) return good.setStatus(refs, statusId, options);
        await good.setStatus(refs.slice(0, -7), statusId, options);
        const entries = await good.getEntries(refs.map((ref) => ref.conversationId));
        return refs.map(({ conversationId }) => {
          const entry = { contactId: null, version: 1, changedAt: 1, ...entries.get(conversationId), statusId };
          return { conversationId, ok: true, entry: { ...entry, conversationId } };
        });
      },
    }),
  },
  'progress starts again': {
    caughtBy: 'long writes: progress only grows, and ends with all conversations',
    breaks: (good) => reporting(good, [500, 1500, 200, 2000]),
  },
  'progress never ends': {
    caughtBy: 'long writes: progress only grows, and ends with all conversations',
    breaks: (good) => reporting(good, [500, 1500]),
  },
  'an aborted long write has stored a part': {
    caughtBy: 'long writes: a long setStatus that is aborted at once stores all or nothing',
    breaks: (good) => ({
      setStatus: async (refs, statusId, { signal, ...options } = {}) => {
        if (refs.length <= LONG || !signal)
          return good.setStatus(refs, statusId, { ...options, ...(signal && { signal }) });
        const results = [];
        for (let start = 0; start < refs.length; start += LONG) {
          results.push(...(await good.setStatus(refs.slice(start, start + LONG), statusId, options)));
          await pause();
          if (signal.aborted && start + LONG < refs.length) throw new PipelineError('aborted', 'in between');
        }
        return results;
      },
    }),
  },
};

function reporting(good: PipelineAdapter, progress: readonly number[]): Partial<PipelineAdapter> {
  return {
    setStatus: async (refs, statusId, options) => {
      for (const done of progress) options?.onProgress?.(done, refs.length);
      return good.setStatus(refs, statusId, { ...options, onProgress: undefined as never });
    },
  };
}
