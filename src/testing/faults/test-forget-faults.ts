/** Faults in forgetting, and in what the host says of conversations. */
import type { FindQuery, ForgetQuery, PipelineAdapter } from '../../adapters/adapter.js';
import type { MemoryAdapter } from '../../adapters/memory.js';
import type { Change } from '../../model/changes.js';
import type { ConversationRef, Entry, HistoryItem, SetResult } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import type { Faults } from './test-fault.js';

const everything: FindQuery = { of: 'conversation', filter: { op: 'any-of', statusIds: [] }, pageSize: 200 };

/** The entries of all conversations, of at most 200. */
async function allEntries(good: MemoryAdapter): Promise<Entry[]> {
  return [...(await good.getEntries((await good.find(everything)).ids)).values()];
}

/** `putConversations` with each conversation as `heard` returns it; `undefined`: not at all. */
const hearing =
  (heard: (ref: ConversationRef, good: MemoryAdapter) => Promise<ConversationRef | undefined>) =>
  (good: MemoryAdapter): Partial<PipelineAdapter> => ({
    putConversations: async (refs, options) => {
      const all = await Promise.all(refs.map((ref) => heard(ref, good)));
      return good.putConversations(
        all.filter((ref) => ref !== undefined),
        options,
      );
    },
  });

/** `setStatus` that takes the contact of a page for the word of the host, where `isTaken`. */
const believing =
  (isTaken: (known: Entry | undefined) => boolean) =>
  (good: MemoryAdapter): Partial<PipelineAdapter> => ({
    setStatus: async (refs, statusId, options) => {
      const known = await good.getEntries(refs.map((ref) => ref.conversationId)).catch(() => new Map<Id, Entry>());
      const told = refs.filter(({ conversationId, contactId }) => contactId && isTaken(known.get(conversationId)));
      if (told.length) await good.putConversations(told.map(({ activityAt: _, ...ref }) => ref)).catch(() => undefined);
      return good.setStatus(refs, statusId, options);
    },
  });

export const forgetFaults: Faults = {
  'the history stays': {
    caughtBy: 'forgetting: its history is gone',
    breaks(good) {
      const kept = new Map<Id, readonly HistoryItem[]>();
      return {
        forget: async (query, options) => {
          for (const id of query.conversationIds ?? []) kept.set(id, await good.history(id).catch(() => []));
          await good.forget(query, options);
        },
        history: async (id, options) => {
          const items = await good.history(id, options);
          return items.length ? [...(kept.get(id) ?? []), ...items] : items;
        },
      };
    },
  },
  'the status is only taken off': {
    caughtBy: 'forgetting: a conversation is gone, and no other',
    breaks: (good) => ({
      forget: async (query, options) => {
        await good.forget({ ...query, conversationIds: [], contactIds: [] }, options);
        await good.setStatus(
          (query.conversationIds ?? []).map((conversationId) => ({ conversationId })),
          null,
        );
      },
    }),
  },
  'the conversations of a contact stay': {
    caughtBy: 'forgetting: a contact is gone with its conversations',
    breaks: (good) => ({
      forget: async ({ contactIds = [], ...query }, options) => {
        const theirs = (await allEntries(good)).filter(({ contactId }) => contactIds.includes(contactId!));
        const refs = theirs.map(({ conversationId }) => ({ conversationId, contactId: null }));
        await good.forget({ ...query, contactIds: [] }, options);
        await good.putConversations(refs);
      },
    }),
  },
  'the contact is still counted': {
    caughtBy: 'forgetting: a contact is gone with its conversations',
    breaks(good) {
      let missing = 0;
      return {
        forget: async (query, options) => {
          await good.forget(query, options);
          missing += query.contactIds?.length ?? 0;
        },
        count: async (query, options) => {
          const { byStatus, none } = await good.count(query, options);
          return { byStatus, none: query.of === 'contact' ? none + missing : none };
        },
      };
    },
  },
  'the contact of a forgotten conversation keeps its status': {
    caughtBy: 'forgetting: a contact follows when one of its conversations is gone',
    breaks(good) {
      let before = new Map<Id, Id | null>();
      return {
        forget: async (query, options) => {
          const ids = (await allEntries(good)).map(({ contactId }) => contactId).filter((id) => id !== null);
          const contacts = await good.getContacts(ids);
          before = new Map([...contacts].map(([id, { latest }]) => [id, latest]));
          await good.forget(query, options);
        },
        getContacts: async (ids, options) => {
          const contacts = await good.getContacts(ids, options);
          return new Map(
            [...contacts].map(([id, contact]) => [id, { ...contact, latest: before.get(id) ?? contact.latest }]),
          );
        },
      };
    },
  },
  'the counts of conversations stay': {
    caughtBy: 'forgetting: counts and finds leave it out',
    breaks(good) {
      let missing = 0;
      return {
        forget: async (query, options) => {
          const before = (await good.find(everything)).ids.length;
          await good.forget(query, options);
          missing += before - (await good.find(everything)).ids.length;
        },
        count: async (query, options) => {
          const { byStatus, none } = await good.count(query, options);
          return { byStatus, none: query.of === 'conversation' ? none + missing : none };
        },
      };
    },
  },
  'the changes stay': {
    caughtBy: 'forgetting: changes from before do not tell of it',
    breaks(good) {
      const log: Change[] = [];
      good.subscribe((change) => log.push(change), {});
      return {
        subscribe: (listener, { since, ...options }) => {
          if (since !== undefined) {
            const missed = log.filter((change) => Number(change.seq) > Number(since));
            queueMicrotask(() => missed.forEach(listener));
          }
          return good.subscribe(listener, options);
        },
      };
    },
  },
  'nobody is told': {
    caughtBy: 'forgetting: subscribers are told',
    breaks: (good) => ({
      subscribe: (listener, options) =>
        good.subscribe((change) => (change.kind === 'reset' ? undefined : listener(change)), options),
    }),
  },
  'a repeated write has its earlier result': {
    caughtBy: 'forgetting: a repeated write does not bring back the earlier record',
    breaks(good) {
      const results = new Map<string, readonly SetResult[]>();
      return {
        setStatus: async (refs, statusId, options) => {
          const key = options?.signal?.aborted ? undefined : options?.opId;
          const kept = key === undefined ? undefined : results.get(key);
          if (kept) return kept;
          const result = await good.setStatus(refs, statusId, options);
          if (key !== undefined) results.set(key, result);
          return result;
        },
      };
    },
  },
  'versions begin again': {
    caughtBy: 'forgetting: a later pick begins anew, with a higher version',
    breaks(good) {
      const base = new Map<Id, number>();
      const look = (entry: Entry): Entry => ({
        ...entry,
        version: entry.version - (base.get(entry.conversationId) ?? 0),
      });
      return {
        forget: async (query, options) => {
          await good.forget(query, options);
          const { seq } = await good.listStatuses();
          for (const id of query.conversationIds ?? []) base.set(id, Number(seq));
        },
        getEntries: async (ids, options) =>
          new Map([...(await good.getEntries(ids, options))].map(([id, entry]) => [id, look(entry)])),
        setStatus: async (refs, statusId, options) =>
          (await good.setStatus(refs, statusId, options)).map((result) =>
            result.ok ? { ...result, entry: look(result.entry) } : result,
          ),
      };
    },
  },
  'the valid ids before an invalid one are forgotten': {
    caughtBy: 'forgetting: an empty id of a conversation is invalid, and nothing is forgotten',
    breaks: (good) => ({
      forget: async ({ conversationIds = [], ...query }: ForgetQuery, options) => {
        for (const id of conversationIds) await good.forget({ conversationIds: [id] }, options);
        await good.forget(query, options);
      },
    }),
  },
  'an unknown id is an error': {
    caughtBy: 'forgetting: can be repeated, also for what was never known',
    breaks: (good) => ({
      forget: async (query, options) => {
        const entries = await good.getEntries(query.conversationIds ?? []);
        if (query.conversationIds?.some((id) => !entries.has(id))) await good.moveStatus('unknown', null);
        await good.forget(query, options);
      },
    }),
  },
  'the statuses with the same ids are deleted': {
    caughtBy: 'forgetting: a status with the same id stays, and what is known of repeated writes to it',
    breaks: (good) => ({
      forget: async (query, options) => {
        await good.forget(query, options);
        const { items } = await good.listStatuses();
        for (const { id, version } of items) {
          if (query.conversationIds?.includes(id)) await good.deleteStatus(id, { ifVersion: version, moveTo: null });
        }
      },
    }),
  },
  'it is back after a restart': {
    caughtBy: 'forgetting, after a restart: it stays forgotten',
    breaks: (good) => ({
      forget: async (query, options) => {
        const gone = (await allEntries(good)).filter(({ contactId }) => query.contactIds?.includes(contactId!));
        await good.forget(query, options);
        if (gone.length) forgotten.set(good, gone);
      },
    }),
    restarts: async (good) => {
      for (const { conversationId, contactId, statusId } of forgotten.get(good) ?? []) {
        await good.setStatus([{ conversationId, contactId }], statusId);
      }
      return good;
    },
  },
  'the other client keeps its own copy': {
    caughtBy: 'forgetting, with two clients: another client reads nothing of it',
    breaks(good) {
      const copy = new Map<Id, Entry>();
      return {
        setStatus: async (refs, statusId, options) => {
          const results = await good.setStatus(refs, statusId, options);
          for (const result of results) if (result.ok) copy.set(result.conversationId, result.entry);
          return results;
        },
        forget: async (query, options) => {
          await good.forget(query, options);
          copy.clear();
        },
        getEntries: async (ids, options) => {
          const entries = await good.getEntries(ids, options);
          return new Map(
            ids.flatMap((id) => {
              const entry = entries.get(id) ?? copy.get(id);
              return entry ? [[id, entry] as const] : [];
            }),
          );
        },
      };
    },
  },

  'a page moves a conversation': {
    caughtBy: 'the word of the host: a page does not move a conversation to another contact',
    breaks: believing((known) => known?.contactId != null),
  },
  'a page undoes a merge': {
    caughtBy: 'the word of the host: contacts follow a merge',
    breaks: believing((known) => known?.contactId === 'p2'),
  },
  'a page links a conversation again': {
    caughtBy: 'the word of the host: the host takes the contact off',
    breaks: believing((known) => known !== undefined && known.contactId === null && known.statusId !== null),
  },
  'a page cannot fill in a contact': {
    caughtBy: 'the word of the host: a page fills in a contact that is not known',
    breaks: (good) => ({
      setStatus: async (refs, statusId, options) => {
        const known = await good.getEntries(refs.map((ref) => ref.conversationId)).catch(() => new Map<Id, Entry>());
        const heard = refs.map((ref) => {
          const { contactId: _, ...rest } = ref;
          return known.has(ref.conversationId) ? rest : ref;
        });
        return good.setStatus(heard, statusId, options);
      },
    }),
  },
  'the host cannot take a contact off': {
    caughtBy: 'the word of the host: the host takes the contact off',
    breaks: hearing(async ({ contactId, ...ref }) =>
      contactId === null ? ref : { ...ref, ...(contactId && { contactId }) },
    ),
  },
  'that there is no contact is only heard where there was one': {
    caughtBy: 'the word of the host: the host says at once that there is no contact',
    breaks: hearing(async ({ contactId, ...ref }, good) => {
      const isKnown = (await good.getEntries([ref.conversationId]).catch(() => new Map())).has(ref.conversationId);
      return contactId === undefined || (contactId === null && !isKnown) ? ref : { ...ref, contactId };
    }),
  },
  'earlier activity is ignored': {
    caughtBy: 'the word of the host: earlier activity is taken',
    breaks(good) {
      const newest = new Map<Id, number>();
      return hearing(async ({ activityAt, ...ref }) => {
        if (activityAt === undefined) return ref;
        newest.set(ref.conversationId, Math.max(activityAt, newest.get(ref.conversationId) ?? 0));
        return { ...ref, activityAt: newest.get(ref.conversationId)! };
      })(good);
    },
  },
  'the latest conversation of a contact stays the latest': {
    caughtBy: 'the word of the host: earlier activity makes another conversation the latest',
    breaks(good) {
      const latest = new Map<Id, Id | null>();
      return {
        getContacts: async (ids, options) => {
          const contacts = await good.getContacts(ids, options);
          return new Map(
            [...contacts].map(([id, contact]) => {
              if (!latest.has(id)) latest.set(id, contact.latest);
              return [id, { ...contact, latest: latest.get(id)! }];
            }),
          );
        },
      };
    },
  },
  'nobody is told of another contact': {
    caughtBy: 'the word of the host: subscribers are told',
    breaks: (good) => ({
      subscribe: (listener, options) =>
        good.subscribe(
          (change) =>
            change.kind === 'entry' && change.entry.contactId === null && change.opId === undefined
              ? undefined
              : listener(change),
          options,
        ),
    }),
  },
  'the word of the host is lost in a restart': {
    caughtBy: 'the word of the host after a restart: it is kept',
    breaks: (good) => ({
      putConversations: async (refs, options) => {
        await good.putConversations(refs, options);
        unlinked.set(good, [
          ...(unlinked.get(good) ?? []),
          ...refs.filter(({ contactId }) => contactId === null).map(({ conversationId }) => conversationId),
        ]);
      },
    }),
    restarts: async (good) => {
      const refs = (unlinked.get(good) ?? []).map((conversationId) => ({ conversationId, contactId: 'p1' }));
      await good.putConversations(refs);
      return good;
    },
  },
};

const forgotten = new WeakMap<MemoryAdapter, Entry[]>();
const unlinked = new WeakMap<MemoryAdapter, Id[]>();
