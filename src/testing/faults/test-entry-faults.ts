/** Planted faults in the statuses of conversations. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { Change } from '../../model/changes.js';
import { parseConversationRef, type Entry } from '../../model/entry.js';
import { invalid, type PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { parseId } from '../../model/validate.js';
import { pause, versionOf, type Faults } from './test-fault.js';

/** Every method through which entries leave the adapter, with `look` applied to each. */
function redrawn(good: MemoryAdapter, look: (entry: Entry) => Entry): Partial<PipelineAdapter> {
  const redraw = (change: Change): Change =>
    change.kind === 'entry' ? { ...change, entry: look(change.entry) } : change;
  return {
    getEntries: async (ids, options) =>
      new Map([...(await good.getEntries(ids, options))].map(([id, entry]) => [id, look(entry)])),
    setStatus: async (refs, statusId, options) =>
      (await good.setStatus(refs, statusId, options)).map((result) =>
        result.ok ? { ...result, entry: look(result.entry) } : result,
      ),
    subscribe: (listener, options) => good.subscribe((change) => listener(redraw(change)), options),
  };
}

/** Ids of conversations as they are after `change`, in whatever is stored. */
function stripped(good: MemoryAdapter, change: (id: Id) => Id): Partial<PipelineAdapter> {
  const changed = (id: Id): Id => (typeof id === 'string' ? change(id) : id);
  return {
    setStatus: async (refs, statusId, options) => {
      const stored = refs.map((ref) => ({ ...ref, conversationId: changed(ref.conversationId) }));
      const results = await good.setStatus(stored, statusId, options);
      return results.map((result, n) => ({ ...result, conversationId: refs[n]!.conversationId }));
    },
    getEntries: async (ids, options) => {
      const entries = await good.getEntries(ids.map(changed), options);
      return new Map(ids.flatMap((id) => (entries.has(changed(id)) ? [[id, entries.get(changed(id))!]] : [])));
    },
  };
}

export const entryFaults: Faults = {
  'a lost write': {
    caughtBy: 'calls at once: twenty conversations set at once all keep their status',
    breaks(good) {
      let calls = 0;
      return {
        setStatus: async (refs, statusId, options) => {
          const results = await good.setStatus(refs, statusId, options);
          if (++calls % 7 === 0) await good.setStatus(refs, null);
          return results;
        },
      };
    },
  },
  'a bulk write stops at 200': {
    caughtBy: 'statuses of conversations: hundreds in one call',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) => {
        const results = [...(await good.setStatus(refs.slice(0, 200), statusId, options))];
        for (const { conversationId } of refs.slice(200)) {
          const entry = { conversationId, contactId: null, statusId, version: 1, changedAt: 1 };
          results.push({ conversationId, ok: true, entry });
        }
        return results;
      },
    }),
  },
  'results are in another order': {
    caughtBy: 'statuses of conversations: many in one call, results in their order',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) =>
        [...(await good.setStatus(refs, statusId, options))].sort((a, b) =>
          a.conversationId < b.conversationId ? -1 : 1,
        ),
    }),
  },
  'a conversation has two statuses': {
    caughtBy: 'statuses of conversations: a conversation never has two statuses',
    breaks(good) {
      const ever = new Map<Id, Set<Id>>();
      return {
        setStatus: async (refs, statusId, options) => {
          const results = await good.setStatus(refs, statusId, options);
          if (statusId !== null)
            for (const { conversationId } of refs)
              ever.set(statusId, (ever.get(statusId) ?? new Set()).add(conversationId));
          return results;
        },
        // As with one row for each conversation and status, and none deleted.
        count: async (query, options) => {
          const { none, byStatus } = await good.count(query, options);
          return { none, byStatus: new Map([...byStatus].map(([id]) => [id, ever.get(id)?.size ?? 0])) };
        },
      };
    },
  },
  'setStatus accepts a stale version': {
    caughtBy: 'versions of conversations: a stale version is a conflict that carries the entry as it is',
    breaks: (good) => ({
      setStatus: (refs, statusId, { ifVersion: _, ...options } = {}) => good.setStatus(refs, statusId, options),
    }),
  },
  'the version of an entry does not grow': {
    caughtBy: 'versions of conversations: every change of status raises the version',
    breaks: (good) => redrawn(good, (entry) => ({ ...entry, version: 1 })),
  },
  'a cleared entry is forgotten': {
    caughtBy: 'versions of conversations: a cleared conversation keeps its version',
    breaks: (good) => ({
      getEntries: async (ids, options) =>
        new Map([...(await good.getEntries(ids, options))].filter(([, entry]) => entry.statusId !== null)),
    }),
  },
  'the contact is lost if it is left out': {
    caughtBy: 'versions of conversations: the contact is kept if it is left out',
    breaks(good) {
      const passed = new Map<Id, Id | null>();
      const look = (entry: Entry): Entry => ({ ...entry, contactId: passed.get(entry.conversationId) ?? null });
      const drawn = redrawn(good, look);
      return {
        ...drawn,
        setStatus: (refs, statusId, options) => {
          for (const { conversationId, contactId } of refs) passed.set(conversationId, contactId ?? null);
          return drawn.setStatus!(refs, statusId, options);
        },
      };
    },
  },
  'setting an unknown status clears': {
    caughtBy: 'statuses of conversations: an unknown status is not-found, and nothing is stored',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) =>
        good.setStatus(refs, statusId && ((await versionOf(good, statusId)) ? statusId : null), options),
    }),
  },
  'setStatus restores a deleted status': {
    caughtBy: 'statuses of conversations: a deleted status is status-deleted, and nothing is stored',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) => {
        try {
          return await good.setStatus(refs, statusId, options);
        } catch (error) {
          if ((error as PipelineError).code !== 'status-deleted') throw error;
          await good.restoreStatus(statusId!);
          return good.setStatus(refs, statusId, options);
        }
      },
    }),
  },
  'a status is checked, then set, with a delete in between': {
    caughtBy: 'deletes at once: a delete and setStatus with the same status at once',
    breaks(good) {
      const dangling = new Map<Id, Id>();
      return {
        setStatus: async (refs, statusId, options) => {
          const alive = statusId === null || (await versionOf(good, statusId)) > 0;
          await pause();
          try {
            const results = await good.setStatus(refs, statusId, options);
            for (const { conversationId } of refs) dangling.delete(conversationId);
            return results;
          } catch (error) {
            if (!alive || (error as PipelineError).code !== 'status-deleted') throw error;
            for (const { conversationId } of refs) dangling.set(conversationId, statusId!);
            return good.setStatus(refs, null, options);
          }
        },
        getEntries: async (ids, options) =>
          new Map(
            [...(await good.getEntries(ids, options))].map(([id, entry]) => [
              id,
              { ...entry, statusId: dangling.get(id) ?? entry.statusId },
            ]),
          ),
      };
    },
  },
  'ids are folded to lower case': {
    caughtBy: 'ids: ids that differ in case, accents or spaces are different',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) => {
        const folded = refs.map((ref) => ({ ...ref, conversationId: String(ref.conversationId).toLowerCase() }));
        return (await good.setStatus(folded, statusId, options)).map((result, n) => ({
          ...result,
          conversationId: refs[n]!.conversationId,
        }));
      },
      getEntries: async (ids, options) => {
        const entries = await good.getEntries(
          ids.map((id) => id.toLowerCase()),
          options,
        );
        return new Map(
          ids
            .filter((id) => entries.has(id.toLowerCase()))
            .map((id) => [id, { ...entries.get(id.toLowerCase())!, conversationId: id }]),
        );
      },
    }),
  },
  'any id of a contact is accepted': {
    caughtBy: 'ids: an id with a line break is rejected for conversations and contacts',
    breaks: (good) => ({
      setStatus: (refs, statusId, options) =>
        good.setStatus(
          refs.map(({ contactId, ...ref }) =>
            contactId?.includes?.('\n') ? ref : { ...ref, ...(contactId !== undefined && { contactId }) },
          ),
          statusId,
          options,
        ),
    }),
  },
  'one bad id rejects the whole call': {
    caughtBy: 'ids: an empty id among others costs only itself',
    breaks: (good) => ({
      setStatus: (refs, statusId, options) => {
        refs.forEach(parseConversationRef);
        return good.setStatus(refs, statusId, options);
      },
    }),
  },
  'one bad id fails a lookup of others': {
    caughtBy: 'ids: the id "." among others costs only itself',
    breaks: (good) => ({
      getEntries: async (ids, options) => {
        ids.forEach((id) => parseId(id));
        return good.getEntries(ids, options);
      },
    }),
  },
  'ids with a slash are refused': {
    caughtBy: 'ids: any well-formed text is the id of a conversation',
    breaks: (good) => ({
      setStatus: (refs, statusId, options) =>
        good.setStatus(
          refs.map((ref) => (String(ref.conversationId).includes('/') ? { ...ref, conversationId: '' } : ref)),
          statusId,
          options,
        ),
    }),
  },
  'a byte order mark is dropped': {
    caughtBy: 'ids: ids that look alike are different',
    breaks: (good) => stripped(good, (id) => id.replace(/^\ufeff/, '')),
  },
  'a backslash becomes a slash': {
    caughtBy: 'ids: ids that look alike are different',
    breaks: (good) => stripped(good, (id) => id.replaceAll('\\', '/')),
  },
  'an encoded slash is decoded': {
    caughtBy: 'ids: ids that look alike are different',
    breaks: (good) => stripped(good, (id) => id.replaceAll('%2F', '/')),
  },
  'a number is no id': {
    caughtBy: 'ids: a whole number is the id that is its text',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) => {
        if (refs.some((ref) => typeof ref.conversationId === 'number'))
          throw invalid('conversationId', 'must be text.');
        return good.setStatus(refs, statusId, options);
      },
    }),
  },
  'a history ends at a slash': {
    caughtBy: 'ids: a conversation with any id has a history',
    breaks: (good) => ({ history: (id, options) => good.history(id.split('/')[0] || id, options) }),
  },
  'no version is checked for ids with a slash': {
    caughtBy: 'ids: a version is checked for a conversation with any id',
    breaks: (good) => ({
      setStatus: (refs, statusId, { ifVersion, ...options } = {}) =>
        refs.some((ref) => String(ref.conversationId).includes('/')) || ifVersion === undefined
          ? good.setStatus(refs, statusId, options)
          : good.setStatus(refs, statusId, { ...options, ifVersion }),
    }),
  },
  'ids with a slash are not found': {
    caughtBy: 'ids: conversations and contacts with any id are found',
    breaks: (good) => ({
      find: async (query, options) => {
        const page = await good.find(query, options);
        return { ...page, ids: page.ids.filter((id) => !id.includes('/')) };
      },
    }),
  },
  'an invalid list of conversations is stored up to the invalid one': {
    caughtBy: 'ids: putConversations rejects such ids too',
    breaks: (good) => ({
      putConversations: async (refs, options) => {
        for (const ref of refs) await good.putConversations([ref], options);
      },
    }),
  },
};
