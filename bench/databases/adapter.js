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
    /** Statuses that were deleted just now, each replaced by the next; bypasses the adapter, which would take minutes. */
    async plantDeleted(n) {
      const plain = await request(indexedDB.open(name));
      // Earlier versions kept all statuses in one store.
      const store = plain.objectStoreNames.contains('deletedStatuses') ? 'deletedStatuses' : 'statuses';
      const tx = plain.transaction(store, 'readwrite');
      const deletedAt = Date.now();
      for (let i = 0; i < n; i++) {
        const heir = i + 1 < n ? `d${i + 1}` : null;
        const content = { id: `d${i}`, name: `Deleted ${i}`, color: '#2775f8', rank: String(i).padStart(10, '0') };
        tx.objectStore(store).put({ ...content, version: 1, deleted: true, heir, movedVersion: 1, deletedAt });
      }
      await committed(tx);
      plain.close();
    },
    list: () => adapter.listStatuses(),
    /** Sets one status on many conversations at once. */
    setMany: (conversationIds, statusId) =>
      adapter.setStatus(
        conversationIds.map((conversationId) => ({ conversationId })),
        statusId,
      ),
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
