/** Planted faults in creating, updating, moving, deleting and restoring statuses. */
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { type Status } from '../../model/status.js';
import { nameKey } from '../../model/status-edits.js';
import { pause, relabelled, versionOf, having, type Faults } from './test-fault.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { PipelineAdapter } from '../../adapters/adapter.js';

/** Keeps what the caller gave, as it was given: `field` decides what of it. */
function unchanged(good: MemoryAdapter, field: 'name' | 'color'): Partial<PipelineAdapter> {
  const given = new Map<Id, string>();
  const look = (status: Status): Status => ({ ...status, [field]: given.get(status.id) ?? status[field] });
  const labelled = relabelled(good, look);
  return {
    ...labelled,
    createStatus: async (data, options) => {
      const status = await good.createStatus(data, options);
      given.set(data.id, data[field]);
      return look(status);
    },
  };
}

export const statusFaults: Faults = {
  'the id of a status can have a slash': {
    caughtBy: 'ids: an id with a slash is rejected for statuses',
    breaks: (good) => ({
      createStatus: (data, options) => good.createStatus({ ...data, id: String(data.id).replace('/', '-') }, options),
    }),
  },
  'a name that differs in case is accepted': {
    caughtBy: 'names and colors: a name that differs in case is rejected for a second status',
    breaks(good) {
      const given = new Map<Id, string>();
      const look = (status: Status): Status => ({ ...status, name: given.get(status.id) ?? status.name });
      return {
        ...relabelled(good, look),
        createStatus: async (data, options) => {
          const taken = (await good.listStatuses()).items.some((status) => look(status).name === data.name.trim());
          // The good adapter would refuse the name: it gets one that is free.
          const status = await good.createStatus(
            taken ? data : { ...data, name: `${data.name} (${data.id})` },
            options,
          );
          if (!taken) given.set(data.id, data.name);
          return look(status);
        },
      };
    },
  },
  'a name is checked, then stored, with time in between': {
    caughtBy: 'calls at once: of two creates of one name at once, one wins',
    breaks(good) {
      const given = new Map<Id, string>();
      const look = (status: Status): Status => ({ ...status, name: given.get(status.id) ?? status.name });
      return {
        ...relabelled(good, look),
        createStatus: async (data, options) => {
          const name = data.name.trim();
          if ([...given.values()].some((held) => nameKey(held) === nameKey(name)))
            throw new PipelineError('invalid', 'taken', { field: 'name' });
          await pause();
          const status = await good.createStatus({ ...data, name: `${name} (${data.id})` }, options);
          given.set(data.id, name);
          return look(status);
        },
      };
    },
  },
  'names are stored untrimmed': {
    caughtBy: 'names and colors: names are stored trimmed',
    breaks: (good) => unchanged(good, 'name'),
  },
  'names are stored in whatever normal form': {
    caughtBy: 'names and colors: names are stored in normal form C',
    breaks: (good) => unchanged(good, 'name'),
  },
  'colors are stored in upper case': {
    caughtBy: 'names and colors: colors are stored in lower case',
    breaks: (good) => unchanged(good, 'color'),
  },
  'invalid data is rejected after it was stored': {
    caughtBy: 'names and colors: an empty name is rejected',
    breaks: (good) => ({
      createStatus: (data, options) =>
        good.createStatus(data, options).catch(async (error: unknown) => {
          await good.createStatus({ ...data, id: 'stored', name: 'Stored', color: '#000000' });
          throw error;
        }),
    }),
  },
  'any color is accepted': {
    caughtBy: 'names and colors: a color by name is rejected',
    breaks: (good) => ({
      createStatus: (data, options) =>
        good.createStatus({ ...data, color: /^#/.test(data.color ?? '#') ? data.color : '#000000' }, options),
    }),
  },
  'errors are not PipelineErrors': {
    caughtBy: 'updating statuses: an unknown status is not-found',
    breaks: (good) => ({
      updateStatus: (id, patch, options) =>
        good.updateStatus(id, patch, options).catch((error: unknown) => {
          throw Object.assign(new Error('not ours'), { code: (error as PipelineError).code });
        }),
    }),
  },
  'too many statuses are accepted': {
    caughtBy: 'creating statuses: 200 statuses fit, one more is rejected',
    breaks: (good) => ({
      createStatus: (data, options) =>
        good.createStatus(data, options).catch(async (error: unknown) => {
          if ((error as PipelineError).code !== 'limit') throw error;
          return (await good.listStatuses()).items[0]!;
        }),
    }),
  },
  'a repeated create is a conflict': {
    caughtBy: 'creating statuses: the same create again is harmless',
    breaks: (good) => ({
      createStatus: async (data, options) => {
        if (await versionOf(good, data.id)) throw new PipelineError('conflict', 'taken');
        return good.createStatus(data, options);
      },
    }),
  },
  'updateStatus accepts a stale version': {
    caughtBy: 'updating statuses: a stale version is a conflict that carries the record as it is',
    breaks: (good) => ({
      updateStatus: async (id, patch, options) =>
        good.updateStatus(id, patch, { ...options, ifVersion: await versionOf(good, id) }),
    }),
  },
  'a version is checked, then written, with time in between': {
    caughtBy: 'calls at once: updates from one version: one wins',
    breaks: (good) => ({
      updateStatus: async (id, patch, options) => {
        if ((await versionOf(good, id)) !== options.ifVersion) return good.updateStatus(id, patch, options);
        await pause();
        return good.updateStatus(id, patch, { ...options, ifVersion: await versionOf(good, id) });
      },
    }),
  },
  'a conflict does not carry the record': {
    caughtBy: 'updating statuses: a stale version is a conflict that carries the record as it is',
    breaks: (good) => ({
      updateStatus: (id, patch, options) =>
        good.updateStatus(id, patch, options).catch((error: unknown) => {
          throw new PipelineError((error as PipelineError).code, 'without current', { field: 'name' });
        }),
    }),
  },
  'the version of a status does not grow': {
    caughtBy: 'updating statuses: every update raises the version',
    breaks(good) {
      const labelled = relabelled(good, (status) => ({ ...status, version: 1 }));
      return {
        ...labelled,
        updateStatus: async (id, patch, options) => ({
          ...(await good.updateStatus(id, patch, { ...options, ifVersion: await versionOf(good, id) })),
          version: 1,
        }),
      };
    },
  },
  'a move does nothing': {
    caughtBy: 'order of statuses: a move to the front',
    breaks: (good) => ({ moveStatus: async () => (await good.listStatuses()).items }),
  },
  'a move writes the whole order and overwrites another move': {
    caughtBy: 'order of statuses: two moves from the same state both take effect',
    breaks: (good) => ({
      moveStatus: async (id, after, options) => {
        const order = (await good.listStatuses()).items.map((status) => status.id).filter((each) => each !== id);
        order.splice(after === null ? 0 : order.indexOf(after) + 1, 0, id);
        await pause();
        for (const [n, each] of order.entries()) await good.moveStatus(each, order[n - 1] ?? null, options);
        return (await good.listStatuses()).items;
      },
    }),
  },
  'a move uses the order that this client saw last': {
    caughtBy: 'two clients: one moves after a status that the other has just moved',
    breaks(good) {
      let seen: Id[] = [];
      return {
        listStatuses: async (options) => {
          const list = await good.listStatuses(options);
          seen = list.items.map((status) => status.id);
          return list;
        },
        moveStatus: async (id, after, options) => {
          const index = seen.filter((each) => each !== id).indexOf(after ?? '') + 1;
          if (after === null || index === 0) return good.moveStatus(id, after, options);
          const others = (await good.listStatuses()).items.map((status) => status.id).filter((each) => each !== id);
          return good.moveStatus(id, others[index - 1] ?? after, options);
        },
      };
    },
  },
  'a deleted place counts as the end': {
    caughtBy: 'order of statuses: a move after a deleted status means its former place',
    breaks: (good) => ({
      moveStatus: async (id, after, options) => {
        const { items } = await good.listStatuses();
        if (after === null || items.some((status) => status.id === after)) return good.moveStatus(id, after, options);
        await good.moveStatus(id, after, options);
        return good.moveStatus(id, items.filter((status) => status.id !== id).at(-1)?.id ?? null, options);
      },
    }),
  },
  'a delete does not check what is in use': {
    caughtBy: 'deleting statuses: a status in use is rejected with the count, and nothing changes',
    breaks: (good) => ({ deleteStatus: (id, options) => good.deleteStatus(id, { moveTo: null, ...options }) }),
  },
  'in-use has no count': {
    caughtBy: 'deleting statuses: a status in use is rejected with the count, and nothing changes',
    breaks: (good) => ({
      deleteStatus: (id, options) =>
        good.deleteStatus(id, options).catch((error: unknown) => {
          throw new PipelineError((error as PipelineError).code, 'no count', {
            current: (error as PipelineError).current,
          });
        }),
    }),
  },
  'a delete clears the conversations that it should move': {
    caughtBy: 'deleting statuses: moveTo moves its conversations to another status',
    breaks: (good) => ({
      deleteStatus: (id, { moveTo, ...options }) =>
        good.deleteStatus(id, moveTo === undefined ? options : { ...options, moveTo: null }),
    }),
  },
  'a delete accepts a stale version': {
    caughtBy: 'deleting statuses: a stale version is a conflict that carries the record as it is',
    breaks: (good) => ({
      deleteStatus: async (id, options) =>
        good.deleteStatus(id, { ...options, ifVersion: (await versionOf(good, id)) || options.ifVersion }),
    }),
  },
  'entries keep a deleted status': {
    caughtBy: 'deleting statuses: no entry keeps the deleted status',
    breaks(good) {
      const left = new Map<Id, Id>();
      return {
        deleteStatus: async (id, options) => {
          const had = await having(good, id);
          const result = await good.deleteStatus(id, options);
          for (const { conversationId } of had) left.set(conversationId, id);
          return result;
        },
        getEntries: async (ids, options) =>
          new Map(
            [...(await good.getEntries(ids, options))].map(([id, entry]) => [
              id,
              { ...entry, statusId: left.get(id) ?? entry.statusId },
            ]),
          ),
      };
    },
  },
  'a delete moves conversations one by one': {
    caughtBy: 'deletes at once: a read during writes sees complete writes',
    breaks: (good) => ({
      deleteStatus: async (id, options) => {
        const had = await having(good, id);
        if (!had.length || options.moveTo === undefined) return good.deleteStatus(id, options);
        for (const ref of had) {
          await good.setStatus([ref], options.moveTo);
          await pause();
        }
        await good.deleteStatus(id, options);
        return { moved: had.length };
      },
    }),
  },
  'a restore loses the place': {
    caughtBy: 'restoring statuses: a status that was first comes back there',
    breaks: (good) => ({
      restoreStatus: async (id, options) => {
        const result = await good.restoreStatus(id, options);
        await good.moveStatus(id, (await good.listStatuses()).items.at(-1)!.id);
        return result;
      },
    }),
  },
  'a restore loses the conversations': {
    caughtBy: 'restoring statuses: conversations that were moved come back',
    breaks: (good) => ({
      restoreStatus: async (id, options) => {
        const result = await good.restoreStatus(id, options);
        await good.setStatus(await having(good, id), null);
        return result;
      },
    }),
  },
  'a restore takes back conversations that were set since': {
    caughtBy: 'restoring statuses: conversations that were set since keep their status',
    breaks(good) {
      const had = new Map<Id, Awaited<ReturnType<typeof having>>>();
      return {
        deleteStatus: async (id, options) => {
          had.set(id, await having(good, id));
          return good.deleteStatus(id, options);
        },
        restoreStatus: async (id, options) => {
          const result = await good.restoreStatus(id, options);
          await good.setStatus(had.get(id) ?? [], id);
          return result;
        },
      };
    },
  },
  'a restore accepts a name that is taken': {
    caughtBy: 'restoring statuses: a name that was taken in the meantime is rejected',
    breaks: (good) => ({
      restoreStatus: (id, options) =>
        good.restoreStatus(id, options).catch(async (error: unknown) => {
          if ((error as PipelineError).code !== 'invalid') throw error;
          return { status: (await good.listStatuses()).items[0]!, restored: 0 };
        }),
    }),
  },
  'a restart keeps the statuses but not their order': {
    caughtBy: 'after a restart: statuses and their order are kept',
    breaks: () => ({}),
    async restarts(good) {
      const { items } = await good.listStatuses();
      for (const { id } of [...items].sort((a, b) => (a.name < b.name ? 1 : -1))) await good.moveStatus(id, null);
      return good;
    },
  },
};
