/** The same data in Dexie, for comparison. */
import { Dexie } from 'dexie';

const rowOf = ({ conversationId, statusId, activityAt }) => ({
  conversationId,
  statusId: statusId ?? '',
  version: 1,
  changedAt: activityAt,
  order: -activityAt,
});

export async function open(name) {
  const database = new Dexie(name);
  database.version(1).stores({ conversations: 'conversationId, [order+conversationId], [statusId+order]' });
  await database.open();
  const { conversations } = database;
  const having = (statusId) =>
    conversations.where('[statusId+order]').between([statusId, Dexie.minKey], [statusId, Dexie.maxKey]);
  let statusIds = [];

  return {
    async createStatuses(ids) {
      statusIds = ids;
    },
    load: (rows) => conversations.bulkPut(rows.map(rowOf)),
    count: () =>
      database.transaction('r', conversations, () => Promise.all([...statusIds, ''].map((id) => having(id).count()))),
    async firstPage(statusIds, size) {
      const pages = await database.transaction('r', conversations, () =>
        Promise.all(statusIds.map((id) => having(id).limit(size).toArray())),
      );
      const items = pages.flat().sort((a, b) => a.order - b.order);
      return items.slice(0, size).map((row) => row.conversationId);
    },
    lookUp: async (ids) => (await conversations.bulkGet(ids)).length,
    pick: (conversationId, statusId) => conversations.put(rowOf({ conversationId, statusId, activityAt: Date.now() })),
    close: async () => database.close(),
  };
}
