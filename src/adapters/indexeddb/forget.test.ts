/** Tests that nothing of a forgotten conversation or contact stays in the database, or comes back. */
import { expect } from '@open-wc/testing';
import { cleanUp, freshName, inspect, LEADS, listen, openAdapter, until } from './test-helpers.js';
import { STORES } from './schema.js';

const CONVERSATION = 'gone "c" ü+62@s.whatsapp.net';
const CONTACT = 'gone "p" 🙂';

/** Every record of the database with its key, as text. */
const dump = (name: string): Promise<string[]> =>
  inspect(name, async (database) => {
    const texts: string[] = [];
    for (const store of STORES) {
      const tx = database.transaction(store);
      const [keys, rows] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
      texts.push(...rows.map((row, n) => `${store} ${JSON.stringify([keys[n], row])}`));
    }
    return texts;
  });

const having = (texts: readonly string[], ...ids: string[]): string[] =>
  texts.filter((text) => ids.some((id) => text.includes(JSON.stringify(id).slice(1, -1))));

describe('IndexedDBAdapter: forget', () => {
  afterEach(cleanUp);

  async function fill(name = freshName()) {
    const adapter = openAdapter(name);
    await adapter.createStatus(LEADS);
    await adapter.createStatus({ ...LEADS, id: 'won', name: 'Won' });
    await adapter.setStatus([{ conversationId: CONVERSATION, contactId: CONTACT }, { conversationId: 'c2' }], 'leads');
    await adapter.setStatus([{ conversationId: CONVERSATION }], 'won', { opId: 'op-1' });
    await adapter.putConversations([{ conversationId: 'c3', contactId: CONTACT, activityAt: 1 }]);
    await adapter.putConversations([{ conversationId: 'c3', contactId: 'p3', activityAt: 1 }]);
    const texts = await dump(name);
    for (const id of [CONVERSATION, CONTACT]) {
      const stores = having(texts, id).map((text) => text.split(' ')[0]);
      expect(stores).to.include.members(['conversations', 'contacts', 'log']);
    }
    return { adapter, name };
  }

  for (const [what, query] of Object.entries({
    'a conversation and a contact': { conversationIds: [CONVERSATION], contactIds: [CONTACT] },
    'a contact with its conversations': { contactIds: [CONTACT] },
  })) {
    it(`no record keeps an id of ${what}`, async () => {
      const { adapter, name } = await fill();
      await adapter.forget(query);
      expect(having(await dump(name), CONVERSATION, CONTACT)).to.deep.equal([]);
      expect([...(await adapter.getEntries([CONVERSATION, 'c2', 'c3'])).keys()]).to.deep.equal(['c2', 'c3']);
      expect(await adapter.history('c2')).to.have.length(1);
    });
  }

  it('no record keeps the id of a contact that has no conversation any more', async () => {
    const { adapter, name } = await fill();
    await adapter.putConversations([{ conversationId: CONVERSATION, contactId: null }]);
    await adapter.forget({ contactIds: [CONTACT] });
    expect(having(await dump(name), CONTACT)).to.deep.equal([]);
    expect((await adapter.history(CONVERSATION)).map(({ to }) => to)).to.deep.equal(['leads', 'won']);
  });

  it('records that cannot be read are erased too, and counts stay right', async () => {
    const { adapter, name } = await fill();
    await inspect(name, async (database) => {
      const row = (await database.get('conversations', CONVERSATION))!;
      await database.put('conversations', { ...row, version: NaN });
      await database.put('contacts', { ...(await database.get('contacts', CONTACT))!, signature: 4 as never });
      for (const logged of await database.getAll('log')) {
        if (logged.change?.kind === 'entry') await database.put('log', { ...logged, opId: 4 as never });
      }
    });
    await adapter.forget({ contactIds: [CONTACT] });
    expect(having(await dump(name), CONVERSATION, CONTACT)).to.deep.equal([]);
    const { byStatus, none } = await adapter.count({ of: 'conversation' });
    expect([[...byStatus], none]).to.deep.equal([[['leads', 1]], 1]);
    const contacts = await adapter.count({ of: 'contact' });
    expect([[...contacts.byStatus], contacts.none]).to.deep.equal([[], 1]);
  });

  it('nobody has to read again when nothing was known', async () => {
    const { adapter } = await fill();
    const { seq } = await adapter.listStatuses();
    await adapter.forget({ conversationIds: ['never'], contactIds: ['nobody'] });
    expect((await adapter.listStatuses()).seq).to.equal(seq);
  });

  it('a call that is repeated afterwards does not bring it back', async () => {
    const { adapter } = await fill();
    await adapter.forget({ conversationIds: [CONVERSATION] });
    const repeated = adapter.setStatus([{ conversationId: CONVERSATION }], 'won', { opId: 'op-1' });
    expect(await repeated.catch((error: { code: string }) => error.code)).to.equal('not-found');
    expect((await adapter.getEntries([CONVERSATION])).size).to.equal(0);
  });

  it('the log still knows how long it is, so that it does not grow', async () => {
    const { adapter, name } = await fill();
    for (let n = 0; n < 5; n++) await adapter.setStatus([{ conversationId: `x${n}` }], 'leads');
    await adapter.forget({ conversationIds: ['x1', 'x2', CONVERSATION] });
    const [logged, rows] = await inspect(name, async (database) => [
      (await database.get('meta', 'journal'))!.logged,
      await database.count('log'),
    ]);
    expect(logged).to.equal(rows);
  });

  it('other tabs are told once, also one that resumes from before, and receive a later pick', async () => {
    const { adapter, name } = await fill();
    const { seq } = await adapter.listStatuses();
    const other = openAdapter(name);
    const { received } = await listen(other, seq);
    await adapter.setStatus([{ conversationId: CONVERSATION }], 'leads');
    await adapter.forget({ conversationIds: [CONVERSATION] });
    const late = await listen(openAdapter(name), seq);
    await adapter.setStatus([{ conversationId: CONVERSATION }], 'won');
    for (const changes of [received, late.received]) {
      await until(() => changes.at(-1)?.kind === 'entry' && changes.some(({ kind }) => kind === 'reset'), 'the pick');
      expect(changes.filter(({ kind }) => kind === 'reset')).to.have.length(1);
    }
    expect(late.received.map(({ kind }) => kind)).to.deep.equal(['reset', 'entry']);
  });
});
