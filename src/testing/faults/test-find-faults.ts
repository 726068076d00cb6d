/** Planted faults in `find`. */
import { matchesFilter } from '../../model/filter.js';
import { having, type Faults } from './test-fault.js';

export const findFaults: Faults = {
  'a page skips one': {
    caughtBy: 'paging: ten in pages of 3: each once',
    breaks: (good) => ({
      find: async (query, options) => {
        const page = await good.find(query, options);
        return query.pageToken === undefined ? page : { ...page, ids: page.ids.slice(1) };
      },
    }),
  },
  'a page repeats one': {
    caughtBy: 'paging: ten in pages of 3: each once',
    breaks(good) {
      let last: string | undefined;
      return {
        find: async (query, options) => {
          const page = await good.find(query, options);
          const ids =
            query.pageToken === undefined || last === undefined
              ? page.ids
              : [last, ...page.ids.slice(0, -1), ...page.ids.slice(-1)];
          last = page.ids.at(-1);
          return { ...page, ids };
        },
      };
    },
  },
  'pages go by number, so that a change shifts them': {
    caughtBy: 'paging: a record that does not change during a walk is returned once',
    breaks: (good) => ({
      find: async ({ pageToken, pageSize = 50, ...query }, options) => {
        const all = await good.find({ ...query, pageSize: 200 }, options);
        const from = Number(pageToken ?? 0);
        const ids = all.ids.slice(from, from + pageSize);
        return from + pageSize < all.ids.length ? { ids, nextPageToken: String(from + pageSize) } : { ids };
      },
    }),
  },
  'pages never end': {
    caughtBy: 'paging: no results give one page without a token',
    breaks: (good) => ({
      find: async ({ pageToken, ...query }, options) => {
        const { ids, nextPageToken } = await good.find(
          pageToken && pageToken !== 'end' ? { ...query, pageToken } : query,
          options,
        );
        return pageToken === 'end' ? { ids: [], nextPageToken: 'end' } : { ids, nextPageToken: nextPageToken ?? 'end' };
      },
    }),
  },
  'a walk ends after its first page': {
    caughtBy: 'paging: a walk without a page size is complete',
    breaks: (good) => ({ find: async (query, options) => ({ ids: (await good.find(query, options)).ids }) }),
  },
  'the page size is ignored': {
    caughtBy: 'paging: ten in pages of 1: each once',
    breaks: (good) => ({ find: ({ pageSize: _, ...query }, options) => good.find(query, options) }),
  },
  'a foreign token starts from the top': {
    caughtBy: 'paging: a token of another adapter is rejected',
    breaks: (good) => ({
      find: ({ pageToken, ...query }, options) =>
        good
          .find(pageToken === undefined ? query : { ...query, pageToken }, options)
          .catch(() => good.find(query, options)),
    }),
  },
  'the oldest come first': {
    caughtBy: 'finding: conversations come newest activity first',
    breaks: (good) => ({
      find: async (query, options) => {
        const page = await good.find(query, options);
        return { ...page, ids: [...page.ids].reverse() };
      },
    }),
  },
  'ties are broken at random': {
    caughtBy: 'paging: many of the same activity: each once',
    breaks(good) {
      let turn = 0;
      return {
        find: async (query, options) => {
          const page = await good.find(query, options);
          return { ...page, ids: turn++ % 2 ? [...page.ids].reverse() : page.ids };
        },
      };
    },
  },
  'none-of is decided for each conversation alone': {
    caughtBy: 'finding: contacts by none of one status',
    breaks: (good) => ({
      find: async (query, options) => {
        if (query.of === 'conversation' || query.filter.op === 'any-of') return good.find(query, options);
        const all = await good.find({ of: 'contact', filter: { op: 'any-of', statusIds: [] }, pageSize: 200 }, options);
        const contacts = await good.getContacts(all.ids);
        return {
          ids: all.ids.filter((id) =>
            contacts.get(id)!.statusIds.some((statusId) => matchesFilter(query.filter, statusId)),
          ),
        };
      },
    }),
  },
  'no status is left out of a filter': {
    caughtBy: 'finding: conversations by any of a status and no status',
    breaks: (good) => ({
      find: (query, options) => {
        const statusIds = query.filter.statusIds.filter((id) => id !== null);
        return good.find(statusIds.length ? { ...query, filter: { ...query.filter, statusIds } } : query, options);
      },
    }),
  },
  'an empty filter finds nothing': {
    caughtBy: 'finding: conversations by any of nothing, which is everything',
    breaks: (good) => ({
      find: async (query, options) => (query.filter.statusIds.length ? good.find(query, options) : { ids: [] }),
    }),
  },
  'find uses any conversation of a contact also with latest': {
    caughtBy: 'finding: contacts by their latest conversation, by any of one status',
    breaks: (good) => ({ find: ({ contactMatch: _, ...query }, options) => good.find(query, options) }),
  },
  'find forgets a deleted status’s conversations': {
    caughtBy: 'deleting statuses: find follows a delete',
    breaks(good) {
      const lost = new Set<string>();
      return {
        deleteStatus: async (id, options) => {
          const had = await having(good, id);
          const result = await good.deleteStatus(id, options);
          for (const { conversationId } of had) lost.add(conversationId);
          return result;
        },
        find: async (query, options) => {
          const page = await good.find(query, options);
          return { ...page, ids: page.ids.filter((id) => !lost.has(id)) };
        },
      };
    },
  },
};
