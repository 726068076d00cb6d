import { expect } from '@open-wc/testing';
import { exportPipeline, importPipeline } from '../../transfer/index.js';
import { MemoryAdapter } from '../memory.js';
import type { PipelineAdapter } from '../adapter.js';
import { cleanUp, listen, openAdapter, until } from './test-helpers.js';

const read = (adapter: PipelineAdapter): Promise<string> => new Response(exportPipeline(adapter)).text();

/** Fills an adapter with every kind of record: contacts, histories, deletes with and without a move, an undo. */
async function fill(adapter: PipelineAdapter): Promise<void> {
  const leads = await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
  const old = await adapter.createStatus({ id: 'old', name: 'Old', color: '#777777' });
  const won = await adapter.createStatus({ id: 'won', name: 'Größe', color: '#11aa55', after: null });
  const refs = Array.from({ length: 1200 }, (_, n) => ({
    conversationId: `c-${n}`,
    ...(n % 3 ? { contactId: `p-${n % 100}` } : {}),
    activityAt: 1_700_000_000_000 + n,
  }));
  await adapter.putConversations!(refs);
  await adapter.setStatus(refs.slice(0, 700), 'leads', { by: 'ani' });
  await adapter.setStatus(refs.slice(600, 900), 'old', { by: 'budi' });
  await adapter.setStatus(refs.slice(0, 5), 'won');
  await adapter.deleteStatus('old', { ifVersion: old.version, moveTo: 'leads' });
  await adapter.deleteStatus('won', { ifVersion: won.version, moveTo: null });
  await adapter.restoreStatus!('won');
  await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: leads.version });
}

describe('export and import of IndexedDBAdapter', () => {
  afterEach(cleanUp);

  it('a copy of a database has everything, histories included', async () => {
    const [from, to] = [openAdapter(), openAdapter()];
    await fill(from);
    const text = await read(from);
    await importPipeline(to, text);
    expect(await read(to)).to.equal(text);
    for (const of of ['conversation', 'contact'] as const) {
      const [a, b] = await Promise.all([from.count({ of }), to.count({ of })]);
      expect([[...b.byStatus].filter(([, n]) => n).sort(), b.none]).to.deep.equal([
        [...a.byStatus].filter(([, n]) => n).sort(),
        a.none,
      ]);
    }
    expect(await to.history('c-650')).to.deep.equal(await from.history('c-650'));
    expect(await to.getContacts(['p-1', 'p-50'])).to.deep.equal(await from.getContacts(['p-1', 'p-50']));
  });

  it('a copy goes through memory and back without a loss', async () => {
    const [from, through, to] = [openAdapter(), new MemoryAdapter(), openAdapter()];
    await fill(from);
    await importPipeline(through, exportPipeline(from));
    await importPipeline(to, exportPipeline(through));
    expect(await read(to)).to.equal(await read(from));
  });

  it('replaces conversations with their histories, and leaves others alone', async () => {
    const adapter = openAdapter();
    await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
    const refs = ['kept', 'c-1', 'c-2'].map((conversationId) => ({ conversationId, contactId: 'p' }));
    await adapter.setStatus(refs, 'leads');
    const before = await adapter.history('kept');
    const other = new MemoryAdapter();
    await other.createStatus({ id: 'won', name: 'Won', color: '#11aa55' });
    await other.setStatus([{ conversationId: 'c-1' }], 'won');
    await other.putConversations([{ conversationId: 'c-2', contactId: 'q' }]);
    await importPipeline(adapter, exportPipeline(other));
    expect(await adapter.history('kept')).to.deep.equal(before);
    expect((await adapter.history('c-1')).map(({ from, to }) => [from, to])).to.deep.equal([[null, 'won']]);
    expect(await adapter.history('c-2')).to.deep.equal([]);
    const entries = await adapter.getEntries(['c-1', 'c-2']);
    expect([...entries.values()].map(({ contactId, statusId }) => [contactId, statusId])).to.deep.equal([
      [null, 'won'],
      ['q', null],
    ]);
    const { byStatus, none } = await adapter.count({ of: 'contact' });
    expect([byStatus.get('leads'), none]).to.deep.equal([1, 1]);
  });

  it('reports progress, and subscribers read again', async () => {
    const [from, to] = [openAdapter(), openAdapter()];
    await fill(from);
    const { received } = await listen(to);
    const progress: number[] = [];
    await importPipeline(to, exportPipeline(from), { onProgress: (done) => progress.push(done) });
    expect(progress).to.deep.equal([200, 400, 600, 800, 1000, 1200]);
    await until(() => received.some(({ kind }) => kind === 'reset'), 'a reset');
  });

  it('an import that is aborted, or fails in the middle, leaves nothing behind', async () => {
    const [from, to] = [openAdapter(), openAdapter()];
    await fill(from);
    const text = await read(from);
    const empty = await read(to);
    const controller = new AbortController();
    const aborted = importPipeline(to, text, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(await aborted.catch(({ code }: { code: string }) => code)).to.equal('aborted');
    expect(await read(to)).to.equal(empty);
    await to.createStatus({ id: 'x', name: 'Größe', color: '#2775f8' });
    const refused = importPipeline(to, text);
    expect(await refused.catch(({ field }: { field: string }) => field)).to.equal('name');
    expect((await to.listStatuses()).items.map(({ id }) => id)).to.deep.equal(['x']);
    expect((await to.getEntries(['c-1'])).size).to.equal(0);
  });
});
