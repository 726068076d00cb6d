/** Who makes a change: the `user` of a local adapter, or `by` of a call. */
import { expect } from '@open-wc/testing';
import { PipelineError } from '../model/errors.js';
import type { Change } from '../model/changes.js';
import { IndexedDBAdapter } from './indexeddb/adapter.js';
import { cleanUp, freshName, inspect, keep, listen, openAdapter, until } from './indexeddb/test-helpers.js';
import { MemoryAdapter } from './memory.js';

type Local = MemoryAdapter | IndexedDBAdapter;

const BAD_USERS = ['', 7, null, {}, 'a\0b', 'line\nbreak', '\u0085', '\ud800', 'x'.repeat(257)];
const GOOD_USERS = ['s', 'Sari Dewi', 'agent-7@acme.example', '😀', 'x'.repeat(256), '<b>'];

const makers: Record<string, (user?: string) => Local> = {
  MemoryAdapter: (user) => new MemoryAdapter(user === undefined ? {} : { user }),
  IndexedDBAdapter: (user) =>
    keep(new IndexedDBAdapter({ database: freshName(), ...(user === undefined ? {} : { user }) })),
};

async function changesOf(adapter: Local, act: () => Promise<unknown>, count: number): Promise<Change[]> {
  const received: Change[] = [];
  const { seq } = await adapter.listStatuses();
  const stop = adapter.subscribe((change) => received.push(change), { since: seq });
  await act();
  await until(() => received.length >= count, `${count} changes`);
  stop();
  return received;
}

for (const [name, make] of Object.entries(makers)) {
  describe(`${name}: author of changes`, () => {
    afterEach(cleanUp);

    it('is the user in histories and changes, also of deletes and restores', async () => {
      const adapter = make('sari');
      const { version } = await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
      await adapter.setStatus([{ conversationId: 'c1' }], 'a');
      await adapter.deleteStatus('a', { ifVersion: version, moveTo: null });
      await adapter.restoreStatus('a');
      await adapter.putConversations([{ conversationId: 'c1', contactId: 'p1' }]);
      expect((await adapter.history('c1')).map(({ to, by }) => [to, by])).to.deep.equal([
        ['a', 'sari'],
        [null, 'sari'],
        ['a', 'sari'],
      ]);
      const act = async (): Promise<void> => {
        await adapter.createStatus({ id: 'b', name: 'B', color: '#112233' });
        await adapter.setStatus([{ conversationId: 'c2' }], 'b');
        await adapter.moveStatus('b', null);
      };
      const received = await changesOf(adapter, act, 3);
      expect(received.map(({ kind, by }) => [kind, by])).to.deep.equal([
        ['status', 'sari'],
        ['entry', 'sari'],
        ['status', 'sari'],
      ]);
    });

    it('is `by` of the call rather than the user', async () => {
      for (const adapter of [make('sari'), make()]) {
        await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' }, { by: 'budi' });
        const act = (): Promise<unknown> => adapter.setStatus([{ conversationId: 'c1' }], 'a', { by: 'budi' });
        expect((await changesOf(adapter, act, 1))[0]).to.include({ kind: 'entry', by: 'budi' });
        expect((await adapter.history('c1'))[0]).to.include({ to: 'a', by: 'budi' });
      }
    });

    it('is missing if it is unknown', async () => {
      const adapter = make();
      await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
      const act = (): Promise<unknown> => adapter.setStatus([{ conversationId: 'c1' }], 'a');
      expect((await changesOf(adapter, act, 1))[0]).not.to.have.property('by');
      expect((await adapter.history('c1'))[0]).not.to.have.property('by');
    });

    it('is a text of 1 to 256 characters without control characters', async () => {
      for (const user of BAD_USERS) {
        expect(() => make(user as string))
          .to.throw(PipelineError)
          .that.includes({ code: 'invalid', field: 'user' });
      }
      for (const user of GOOD_USERS) make(user);
      const adapter = make();
      await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
      for (const by of BAD_USERS) {
        let error: unknown;
        const call = adapter.setStatus([{ conversationId: 'c1' }], 'a', { by: by as string });
        await call.catch((thrown: unknown) => (error = thrown));
        expect(error).to.be.instanceOf(PipelineError).that.includes({ code: 'invalid', field: 'by' });
      }
      expect((await adapter.getEntries(['c1'])).size).to.equal(0);
    });
  });
}

describe('IndexedDBAdapter: author of changes', () => {
  afterEach(cleanUp);

  it('is delivered to other tabs, also later ones', async () => {
    const database = freshName();
    const mine = keep(new IndexedDBAdapter({ database, user: 'sari' }));
    const other = openAdapter(database);
    const { received, stop } = await listen(other);
    await mine.createStatus({ id: 'a', name: 'A', color: '#112233' });
    await mine.setStatus([{ conversationId: 'c1' }], 'a');
    await until(() => received.length === 2, 'both changes');
    expect(received.map(({ kind, by }) => [kind, by])).to.deep.equal([
      ['status', 'sari'],
      ['entry', 'sari'],
    ]);
    stop();
    expect((await openAdapter(database).history('c1'))[0]).to.include({ by: 'sari' });
  });

  it('is missing in databases written before it was recorded, which keep working', async () => {
    const database = freshName();
    const adapter = keep(new IndexedDBAdapter({ database, user: 'sari' }));
    await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
    await adapter.setStatus([{ conversationId: 'c1' }], 'a');
    await inspect(database, async (opened) => {
      for (const { by: _, ...row } of await opened.getAll('log')) await opened.put('log', row);
    });
    await adapter.setStatus([{ conversationId: 'c1' }], null);
    expect((await adapter.history('c1')).map(({ to, by }) => [to, by])).to.deep.equal([
      ['a', undefined],
      [null, 'sari'],
    ]);
  });

  it('is recorded also in a browser without storage', async () => {
    const { open } = indexedDB;
    Object.defineProperty(indexedDB, 'open', {
      configurable: true,
      value: () => {
        throw new DOMException('No.', 'SecurityError');
      },
    });
    try {
      const adapter = keep(new IndexedDBAdapter({ database: freshName(), user: 'sari' }));
      await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
      await adapter.setStatus([{ conversationId: 'c1' }], 'a');
      expect((await adapter.history('c1'))[0]).to.include({ by: 'sari' });
      await adapter.clear();
      await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
      await adapter.setStatus([{ conversationId: 'c1' }], 'a');
      expect((await adapter.history('c1'))[0]).to.include({ by: 'sari' });
    } finally {
      Object.defineProperty(indexedDB, 'open', { configurable: true, writable: true, value: open });
      delete (indexedDB as Partial<IDBFactory>).open;
    }
  });
});
