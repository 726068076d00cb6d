/** The measured IndexedDB adapter of this package. */
import { IndexedDBAdapter } from '/dist/cdn/pipeline-elements.js';
import { committed, request } from './requests.js';

export async function open(name) {
  const adapter = new IndexedDBAdapter({ database: name });
  // Like every page that shows statuses.
  adapter.subscribe(() => undefined, {});
  const versionOf = async (id) => (await adapter.listStatuses()).items.find((status) => status.id === id).version;

  return {
    async createStatuses(ids) {
      for (const id of ids) await adapter.createStatus({ id, name: id, color: '#2775f8' });
    },
    async load(rows) {
      for (const [statusId, group] of Map.groupBy(rows, (row) => row.statusId)) {
        const refs = group.map(({ conversationId, activityAt }) => ({ conversationId, activityAt }));
        if (statusId === null) await adapter.putConversations(refs);
        else await adapter.setStatus(refs, statusId);
      }
    },
    /** Bypasses the adapter, which would log each change. The stored data is the same except for the log. */
    async seed(rows) {
      const plain = await request(indexedDB.open(name));
      const tx = plain.transaction(['conversations', 'meta'], 'readwrite', { durability: 'relaxed' });
      const journal = await request(tx.objectStore('meta').get('journal'));
      const held = new Map(journal.held);
      for (const { conversationId, statusId, activityAt } of rows) {
        const stored = statusId ?? '';
        held.set(stored, (held.get(stored) ?? 0) + 1);
        const row = {
          conversationId,
          statusId: stored,
          version: ++journal.seq,
          changedAt: activityAt,
          order: -activityAt,
        };
        tx.objectStore('conversations').put(row);
      }
      tx.objectStore('meta').put({ ...journal, held: [...held] });
      await committed(tx);
      plain.close();
    },
    async count() {
      const { byStatus, none } = await adapter.count({ of: 'conversation' });
      return [...byStatus.values(), none];
    },
    async firstPage(statusIds, pageSize) {
      const filter = { op: 'any-of', statusIds };
      return (await adapter.find({ of: 'conversation', filter, pageSize })).ids;
    },
    lookUp: async (ids) => (await adapter.getEntries(ids)).size,
    async pick(conversationId, statusId) {
      const [{ ok, error }] = await adapter.setStatus([{ conversationId }], statusId);
      if (!ok) throw error;
    },
    versionOf,
    delete: (id, ifVersion, moveTo) => adapter.deleteStatus(id, { ifVersion, moveTo }),
    restore: (id) => adapter.restoreStatus(id),
    close: () => adapter.close(),
  };
}
