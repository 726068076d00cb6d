// The same data in plain IndexedDB, for comparison: only the indexes that the queries need, and no counts, change log,
// version checks or notifications.
import { committed, request } from './requests.js';

const STORE = 'conversations';
const rowOf = ({ conversationId, statusId, activityAt }) => ({
  conversationId,
  statusId: statusId ?? '',
  version: 1,
  changedAt: activityAt,
  order: -activityAt,
});

export async function open(name) {
  const asked = indexedDB.open(name, 1);
  asked.onupgradeneeded = () => {
    const store = asked.result.createObjectStore(STORE, { keyPath: 'conversationId' });
    store.createIndex('byOrder', ['order', 'conversationId']);
    store.createIndex('byStatus', ['statusId', 'order', 'conversationId']);
  };
  const database = await request(asked);
  const read = () => database.transaction(STORE).objectStore(STORE);
  const having = (statusId) => IDBKeyRange.bound([statusId], [statusId, []]);
  let statusIds = [];

  return {
    async createStatuses(ids) {
      statusIds = ids;
    },
    async load(rows) {
      const tx = database.transaction(STORE, 'readwrite');
      for (const row of rows) tx.objectStore(STORE).put(rowOf(row));
      await committed(tx);
    },
    async count() {
      const index = read().index('byStatus');
      return Promise.all([...statusIds, ''].map((id) => request(index.count(having(id)))));
    },
    async firstPage(statusIds, size) {
      const index = read().index('byStatus');
      const pages = await Promise.all(statusIds.map((id) => request(index.getAll(having(id), size))));
      const items = pages.flat().sort((a, b) => a.order - b.order);
      return items.slice(0, size).map((row) => row.conversationId);
    },
    async lookUp(ids) {
      const store = read();
      return (await Promise.all(ids.map((id) => request(store.get(id))))).length;
    },
    async pick(conversationId, statusId) {
      const tx = database.transaction(STORE, 'readwrite');
      tx.objectStore(STORE).put(rowOf({ conversationId, statusId, activityAt: Date.now() }));
      await committed(tx);
    },
    close: async () => database.close(),
  };
}
