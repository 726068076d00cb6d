/** Tests several tabs that write at once. */
import { expect } from '@open-wc/testing';
import type { IndexedDBAdapter } from './adapter.js';
import { cleanUp, freshName, inspect, openAdapter } from './test-helpers.js';

type Frame = Window & { adapter: IndexedDBAdapter };

/** An adapter of another page: a frame with a module graph, a connection and a channel of its own. */
async function openFrame(database: string): Promise<IndexedDBAdapter> {
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const { contentWindow, contentDocument } = frame as unknown as { contentWindow: Frame; contentDocument: Document };
  const script = contentDocument.createElement('script');
  script.type = 'module';
  const url = new URL('./adapter.ts', import.meta.url).href;
  script.textContent = `import { IndexedDBAdapter } from ${JSON.stringify(url)};
    window.adapter = new IndexedDBAdapter({ database: ${JSON.stringify(database)} });
    window.dispatchEvent(new Event('ready'));`;
  await new Promise((resolve) => {
    contentWindow.addEventListener('ready', resolve, { once: true });
    contentDocument.head.append(script);
  });
  return contentWindow.adapter;
}

describe('IndexedDBAdapter: several tabs at once', () => {
  afterEach(async () => {
    document.querySelectorAll('iframe').forEach((frame) => frame.remove());
    await cleanUp();
  });

  it('no write is lost, no version is given twice, and a conversation never has two statuses', async function () {
    this.timeout(120_000);
    const database = freshName();
    const tabs = [openAdapter(database), openAdapter(database), await openFrame(database), await openFrame(database)];
    const ids = ['a', 'b', 'c', 'd'];
    for (const id of ids) await tabs[0]!.createStatus({ id, name: id, color: '#112233' });
    const base = Number((await tabs[0]!.listStatuses()).seq);
    const EACH = 100;
    const versions: number[] = [];
    await Promise.all(
      tabs.map(async (tab, t) => {
        for (let i = 0; i < EACH; i++) {
          // Half of them all fight over one conversation, the others are about one contact.
          const own = i % 2 ? `own-${t}-${i}` : 'shared';
          const [result] = await tab.setStatus([{ conversationId: own, contactId: 'p' }], ids[(t + (i >> 1)) % 4]!);
          if (result!.ok) versions.push(result!.entry.version);
        }
      }),
    );
    const { byStatus, none } = await tabs[1]!.count({ of: 'conversation' });
    expect([...byStatus.values()].reduce((sum, n) => sum + n, none)).to.equal(1 + (tabs.length * EACH) / 2);
    const stored = await inspect(database, async (db) => ({
      journal: await db.get('meta', 'journal'),
      rows: await db.getAllFromIndex('conversations', 'byStatus'),
      contact: await db.get('contacts', 'p'),
      log: await db.getAll('log'),
    }));
    expect(stored.rows.filter((row) => row.conversationId === 'shared')).to.have.lengthOf(1);
    for (const id of ids) expect(stored.rows.filter((row) => row.statusId === id)).to.have.lengthOf(byStatus.get(id)!);
    expect(stored.contact!.held.reduce((sum, [, n]) => sum + n, 0)).to.equal(stored.rows.length);
    // Every pick that changed something took the next number, and none took another's.
    const written = stored.log.filter((row) => row.change?.kind === 'entry').map((row) => row.seq);
    expect(new Set(written).size).to.equal(written.length);
    expect(stored.journal!.seq - base).to.equal(written.length);
    expect(new Set(versions).size).to.equal(written.length);
  });

  it('of two calls of setStatus with one version, one wins and the other is a conflict', async () => {
    const database = freshName();
    const [here, there] = [openAdapter(database), await openFrame(database)];
    for (const id of ['a', 'b']) await here.createStatus({ id, name: id, color: '#112233' });
    for (let round = 0; round < 20; round++) {
      const held = (await here.getEntries(['c1'])).get('c1');
      const ifVersion = held?.version ?? 0;
      const to = held?.statusId === 'a' ? 'b' : 'a';
      const results = await Promise.all([
        here.setStatus([{ conversationId: 'c1' }], to, { ifVersion }),
        there.setStatus([{ conversationId: 'c1' }], to, { ifVersion }),
      ]);
      expect(results.map(([result]) => result!.ok).sort()).to.deep.equal([false, true]);
    }
  });

  it('setStatus never sets a status that another tab deletes at the same time', async () => {
    const database = freshName();
    const [here, there] = [openAdapter(database), await openFrame(database)];
    for (let round = 0; round < 20; round++) {
      const id = `s${round}`;
      const { version } = await here.createStatus({ id, name: id, color: '#112233' });
      const [pick] = await Promise.allSettled([
        there.setStatus([{ conversationId: id }], id),
        here.deleteStatus(id, { ifVersion: version, moveTo: null }),
      ]);
      if (pick.status === 'rejected') expect((pick.reason as { code: string }).code).to.equal('status-deleted');
      expect((await here.getEntries([id])).get(id)?.statusId ?? null).to.equal(null);
      expect((await here.count({ of: 'conversation' })).byStatus.size).to.equal(0);
    }
  });

  it('two moves at once in two tabs both take effect', async () => {
    const database = freshName();
    const [here, there] = [openAdapter(database), await openFrame(database)];
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await here.createStatus({ id, name: id, color: '#112233' });
    await Promise.all([here.moveStatus('e', null), there.moveStatus('a', 'd')]);
    const order = (await here.listStatuses()).items.map((status) => status.id);
    expect(order).to.deep.equal(['e', 'b', 'c', 'd', 'a']);
  });
});
