/** Many deleted statuses: what they cost, and that they are purged when nothing refers to them any more. */
import { expect } from '@open-wc/testing';
import { openDB } from 'idb';
import type { Id } from '../../model/id.js';
import { IndexedDBAdapter } from './adapter.js';
import { Connection } from './connection.js';
import { purge } from './purge.js';
import { cleanUp, codeOf, freshName, inspect, keep, openAdapter, until } from './test-helpers.js';

const DAY = 24 * 60 * 60 * 1000;
const MONTH = { undoPeriodMs: 30 * DAY };

async function createStatuses(adapter: IndexedDBAdapter, ...ids: Id[]): Promise<void> {
  for (const id of ids) await adapter.createStatus({ id, name: id, color: '#112233' });
}

async function remove(adapter: IndexedDBAdapter, id: Id, moveTo: Id | null = null): Promise<void> {
  const { items } = await adapter.listStatuses();
  await adapter.deleteStatus(id, { ifVersion: items.find((status) => status.id === id)!.version, moveTo });
}

/** Makes it a long time since these statuses were deleted. */
const backdate = (name: string, ...ids: Id[]): Promise<void> =>
  inspect(name, async (database) => {
    const journal = (await database.get('meta', 'journal'))!;
    for (const [i, id] of ids.entries()) {
      const row = (await database.get('deletedStatuses', id))!;
      const deletedAt = Date.now() - 40 * DAY + i;
      await database.put('deletedStatuses', { ...row, deletedAt });
      for (const heir of journal.heirs!) if (heir[0] === id) heir[3] = deletedAt;
    }
    await database.put('meta', journal);
  });

const deletedIds = (name: string): Promise<Id[]> => inspect(name, (database) => database.getAllKeys('deletedStatuses'));

async function purgeNow(name: string): Promise<void> {
  const connection = new Connection(name, { lost: () => undefined, opened: () => undefined });
  await purge(connection, MONTH, () => false);
  connection.close();
}

/** How many records `work` reads. */
async function recordsRead(work: () => Promise<unknown>): Promise<number> {
  let read = 0;
  const owners = [IDBObjectStore.prototype, IDBIndex.prototype];
  const restore = owners.flatMap((owner) =>
    (['get', 'getAll'] as const).map((method) => {
      const real = owner[method] as (this: unknown, ...args: unknown[]) => IDBRequest<unknown>;
      owner[method] = function (this: unknown, ...args: unknown[]) {
        const request = real.apply(this, args);
        request.addEventListener('success', () => {
          const { result } = request;
          read += Array.isArray(result) ? result.length : Number(result !== undefined);
        });
        return request;
      } as never;
      return () => (owner[method] = real as never);
    }),
  );
  try {
    await work();
  } finally {
    restore.forEach((undo) => undo());
  }
  return read;
}

const CALLS: Record<string, (adapter: IndexedDBAdapter) => Promise<unknown>> = {
  'a pick': (adapter) => adapter.setStatus([{ conversationId: `c${Math.random()}` }], 'b'),
  'a rejected pick': (adapter) => adapter.setStatus([{ conversationId: 'c1' }], 'nowhere').catch(() => undefined),
  'a list of statuses': (adapter) => adapter.listStatuses(),
  'a look-up': (adapter) => adapter.getEntries(['c1', 'c2']),
  'a look-up of contacts': (adapter) => adapter.getContacts(['p1']),
  'counts of conversations': (adapter) => adapter.count({ of: 'conversation' }),
  'counts of contacts': (adapter) => adapter.count({ of: 'contact', contactMatch: 'latest' }),
  'a page': (adapter) => adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: ['b'] } }),
  'a page of contacts': (adapter) => adapter.find({ of: 'contact', filter: { op: 'none-of', statusIds: ['a'] } }),
  'a new status': (adapter) =>
    adapter.createStatus({ id: `s${Math.random()}`, name: `${Math.random()}`, color: '#000000' }),
  'a rename': async (adapter) => {
    const { version } = (await adapter.listStatuses()).items[0]!;
    await adapter.updateStatus('a', { name: `${Math.random()}` }, { ifVersion: version });
  },
};

describe('IndexedDBAdapter: many deleted statuses', () => {
  afterEach(cleanUp);

  const prepare = async (name: string): Promise<IndexedDBAdapter> => {
    const adapter = openAdapter(name);
    await createStatuses(adapter, 'a', 'b', 'gone');
    await adapter.setStatus([{ conversationId: 'c1', contactId: 'p1' }], 'gone');
    await remove(adapter, 'gone', 'b');
    return adapter;
  };

  for (const [what, call] of Object.entries(CALLS)) {
    it(`${what} reads as few records as without them`, async () => {
      const name = freshName();
      const adapter = await prepare(name);
      const before = await recordsRead(() => call(adapter));
      await inspect(name, async (database) => {
        const row = (await database.get('deletedStatuses', 'gone'))!;
        const tx = database.transaction('deletedStatuses', 'readwrite');
        // Each replaced by the next.
        for (let i = 0; i < 500; i++) void tx.store.put({ ...row, id: `d${i}`, heir: i ? `d${i - 1}` : 'b' });
        await tx.done;
      });
      // A new status was read again, and stands beside a deleted one.
      expect(await recordsRead(() => call(adapter))).to.be.at.most(before + 2);
    });
  }

  it('statuses deleted by an earlier version of the package resolve, and can be restored', async () => {
    const name = freshName();
    const old = await openDB(name, 1, {
      upgrade(database) {
        database.createObjectStore('meta', { keyPath: 'key' });
        database.createObjectStore('statuses', { keyPath: 'id' });
        const conversations = database.createObjectStore('conversations', { keyPath: 'conversationId' });
        conversations.createIndex('byOrder', ['order', 'conversationId']);
        conversations.createIndex('byStatus', ['statusId', 'order', 'conversationId']);
        conversations.createIndex('byContact', ['contactId', 'order', 'conversationId']);
        const contacts = database.createObjectStore('contacts', { keyPath: 'contactId' });
        contacts.createIndex('byOrder', ['order', 'contactId']);
        contacts.createIndex('bySignature', ['signature', 'order', 'contactId']);
        contacts.createIndex('byLatest', ['latest', 'order', 'contactId']);
        database.createObjectStore('counters', { keyPath: 'key' });
        database.createObjectStore('log', { keyPath: 'seq' }).createIndex('bySubject', ['subject', 'seq']);
      },
    });
    const status = { name: 'A', color: '#112233', rank: '0001', version: 1 };
    const deletedAt = Date.now();
    await old.put('statuses', { ...status, id: 'a' });
    await old.put('statuses', { ...status, id: 'x', name: 'X', deleted: true, heir: 'y', movedVersion: 5, deletedAt });
    await old.put('statuses', { ...status, id: 'y', name: 'Y', deleted: true, heir: 'a', movedVersion: 6, deletedAt });
    await old.put('conversations', { conversationId: 'c1', statusId: 'x', version: 2, changedAt: 1, order: 0 });
    await old.put('meta', { key: 'journal', seq: 6, pruned: 6, logged: 0, held: [['x', 1]] });
    old.close();

    const adapter = openAdapter(name);
    expect((await adapter.getEntries(['c1'])).get('c1')).to.include({
      statusId: 'a',
      version: 6,
      changedAt: deletedAt,
    });
    expect((await adapter.count({ of: 'conversation' })).byStatus).to.deep.equal(new Map([['a', 1]]));
    expect(await codeOf(adapter.setStatus([{ conversationId: 'c1' }], 'y'))).to.equal('status-deleted');
    expect((await adapter.restoreStatus('y')).restored).to.equal(1);
    expect((await adapter.getEntries(['c1'])).get('c1')!.statusId).to.equal('y');
    expect((await adapter.restoreStatus('x')).restored).to.equal(1);
    expect((await adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: ['x'] } })).ids).to.deep.equal([
      'c1',
    ]);
  });

  it('a status is purged by itself after the undo period, and never comes back', async () => {
    const name = freshName();
    const adapter = keep(new IndexedDBAdapter({ database: name, undoPeriodMs: 1 }));
    await createStatuses(adapter, 'a', 'b', 'x');
    await remove(adapter, 'x', 'b');
    await until(async () => !(await deletedIds(name)).length, 'the status to be purged');
    expect(await codeOf(adapter.restoreStatus('x'))).to.equal('not-found');
    expect(await codeOf(adapter.moveStatus('a', 'x'))).to.equal('not-found');
    expect(await codeOf(adapter.setStatus([{ conversationId: 'c1' }], 'x'))).to.equal('not-found');
    expect((await adapter.listStatuses()).items.map(({ id }) => id)).to.deep.equal(['a', 'b']);
  });

  it('within the undo period nothing is purged', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    await createStatuses(adapter, 'a', 'x');
    await remove(adapter, 'x');
    await purgeNow(name);
    expect((await adapter.restoreStatus('x')).status.name).to.equal('x');
  });

  it('its conversations get what replaces it, with everything that can be read unchanged', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    await createStatuses(adapter, 'a', 'b', 'x');
    const refs = Array.from({ length: 450 }, (_, i) => ({
      conversationId: `c${i}`,
      contactId: `p${i % 100}`,
      activityAt: i,
    }));
    await adapter.setStatus(refs, 'x');
    await remove(adapter, 'x', 'b');
    await adapter.setStatus([{ conversationId: 'c0' }], 'a');
    const everything = async (): Promise<unknown> => [
      await adapter.getEntries(refs.map((ref) => ref.conversationId)),
      await adapter.getContacts(['p0', 'p1']),
      await adapter.count({ of: 'conversation' }),
      await adapter.count({ of: 'contact' }),
      await adapter.count({ of: 'contact', contactMatch: 'latest' }),
      await adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: ['b'] } }),
      await adapter.history('c0'),
      await adapter.history('c1'),
      await adapter.listStatuses(),
    ];
    await backdate(name, 'x');
    const before = await everything();
    await purgeNow(name);
    expect(await everything()).to.deep.equal(before);
    const rows = await inspect(name, (database) => database.getAll('conversations'));
    expect(rows.filter((row) => row.statusId === 'x')).to.deep.equal([]);
    // Histories still name it, but the delete cannot be undone any more.
    expect(await deletedIds(name)).to.deep.equal(['x']);
    expect(await codeOf(adapter.restoreStatus('x'))).to.equal('not-found');
    // As if 10,000 other changes had been logged since.
    await inspect(name, async (database) => {
      const set = (await database.getAll('log')).filter((row) => row.event?.kind === 'set');
      for (const row of set) await database.delete('log', row.seq);
    });
    await purgeNow(name);
    expect(await deletedIds(name)).to.deep.equal([]);
    expect((await adapter.getEntries(['c1'])).get('c1')!.statusId).to.equal('b');
  });

  it('a replacement that was deleted later can still be restored, with the conversations it took over', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    await createStatuses(adapter, 'a', 'x', 'y', 'z');
    await adapter.setStatus([{ conversationId: 'c1' }], 'x');
    for (const [id, to] of [
      ['x', 'y'],
      ['y', 'z'],
      ['z', 'a'],
    ] as const)
      await remove(adapter, id, to);
    await backdate(name, 'x', 'y');
    await purgeNow(name);
    expect((await adapter.getEntries(['c1'])).get('c1')!.statusId).to.equal('a');
    expect((await adapter.restoreStatus('z')).restored).to.equal(1);
    expect((await adapter.getEntries(['c1'])).get('c1')!.statusId).to.equal('z');
  });

  it('thousands that were deleted long ago are purged while other calls are answered', async function () {
    this.timeout(60_000);
    const name = freshName();
    const adapter = await prepare(name);
    await inspect(name, async (database) => {
      const row = (await database.get('deletedStatuses', 'gone'))!;
      const tx = database.transaction('deletedStatuses', 'readwrite');
      for (let i = 0; i < 3000; i++)
        void tx.store.put({ ...row, id: `d${i}`, heir: i ? `d${i - 1}` : 'b', deletedAt: 3000 - i });
      await tx.done;
    });
    let isDone = false;
    let answered = 0;
    const purging = purgeNow(name).then(() => (isDone = true));
    while (!isDone) {
      await adapter.count({ of: 'conversation' });
      answered++;
    }
    await purging;
    expect(answered).to.be.greaterThan(10);
    expect(await deletedIds(name)).to.deep.equal(['gone']);
  });

  it('undoPeriodMs must be a time', () => {
    expect(() => new IndexedDBAdapter({ database: 'x', undoPeriodMs: -1 })).to.throw(/undoPeriodMs/);
    expect(() => new IndexedDBAdapter({ database: 'x', undoPeriodMs: '30d' as never })).to.throw(/undoPeriodMs/);
  });
});
