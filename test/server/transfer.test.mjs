// Copies a pipeline from one adapter into another through the whole server.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadLibrary, newTenant, onBothDatabases } from './support.mjs';

const { HostAdapter, MemoryAdapter, RestAdapter, exportPipeline, importPipeline } = await loadLibrary();

const CONVERSATIONS = Array.from({ length: 450 }, (_, n) => ({
  conversationId: `c-${n}`,
  ...(n % 3 ? { contactId: `p-${n % 90}` } : {}),
  activityAt: 1_700_000_000_000 + n,
}));

async function filled() {
  const adapter = new MemoryAdapter({ user: 'ani' });
  await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
  await adapter.createStatus({ id: 'won', name: 'Größe 👩‍👩‍👧', color: '#11aa55', after: null });
  await adapter.putConversations(CONVERSATIONS);
  await adapter.setStatus(CONVERSATIONS.slice(0, 300), 'leads');
  await adapter.setStatus(CONVERSATIONS.slice(200, 400), 'won');
  return adapter;
}

/** What another adapter must have after a copy. */
async function contentOf(adapter) {
  const { items } = await adapter.listStatuses();
  const ids = CONVERSATIONS.map(({ conversationId }) => conversationId);
  const entries = new Map();
  for (let start = 0; start < ids.length; start += 200) {
    for (const [id, entry] of await adapter.getEntries(ids.slice(start, start + 200))) entries.set(id, entry);
  }
  const { ids: newest } = await adapter.find({
    of: 'conversation',
    filter: { op: 'any-of', statusIds: ['won'] },
    pageSize: 50,
  });
  const { byStatus, none } = await adapter.count({ of: 'contact' });
  return {
    statuses: items.map(({ id, name, color }) => ({ id, name, color })),
    entries: ids.map((id) => [id, entries.get(id).contactId, entries.get(id).statusId]),
    newest,
    contacts: [...byStatus].filter(([, n]) => n > 0).sort(),
    none,
  };
}

onBothDatabases((world) => {
  it('a copy into the server and back has the same content', async () => {
    const source = await filled();
    const host = new HostAdapter({ baseUrl: `${world.origin}/api/${newTenant()}` });
    const progress = [];
    const result = await importPipeline(host, exportPipeline(source), { onProgress: (...at) => progress.push(at) });
    assert.deepEqual(result, { statuses: 2, conversations: 450 });
    assert.deepEqual(progress, [
      [200, 450],
      [400, 450],
      [450, 450],
    ]);
    assert.deepEqual(await contentOf(host), await contentOf(source));
    const copy = new MemoryAdapter();
    await importPipeline(copy, exportPipeline(host));
    assert.deepEqual(await contentOf(copy), await contentOf(source));
    const [moved] = CONVERSATIONS.slice(200);
    assert.deepEqual(
      (await host.history(moved.conversationId)).map(({ from, to }) => [from, to]),
      [[null, 'won']],
    );
    await host.close();
  });

  it('nothing is left of an import that the server refuses in the middle', async () => {
    const baseUrl = `${world.origin}/api/${newTenant()}`;
    let sets = 0;
    const host = new HostAdapter({
      baseUrl,
      fetch: (url, init) =>
        /batch-set/.test(String(url)) && ++sets === 3
          ? Promise.resolve(Response.json({ type: '/problems/forbidden', status: 403 }, { status: 403 }))
          : fetch(url, init),
    });
    await assert.rejects(importPipeline(host, exportPipeline(await filled())), { code: 'forbidden' });
    const reader = new RestAdapter({ baseUrl });
    assert.deepEqual((await reader.listStatuses()).items, []);
    const entries = await reader.getEntries(CONVERSATIONS.slice(0, 200).map(({ conversationId }) => conversationId));
    assert.ok([...entries.values()].every(({ statusId }) => statusId === null));
    await Promise.all([host.close(), reader.close()]);
  });
});
