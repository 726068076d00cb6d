/** Tests a database that is deleted, emptied or created again while pages use it. */
import { expect } from '@open-wc/testing';
import { deleteDB } from 'idb';
import type { IndexedDBAdapter } from './adapter.js';
import {
  LEADS,
  cleanUp,
  codeOf,
  inspect,
  listen,
  namesIn,
  openAdapter,
  replacingOpen,
  until,
  type Open,
} from './test-helpers.js';

/** Closes the connections that are open, as Safari does: without an event. */
let connections: IDBDatabase[] = [];
const watching = (real: Open): Open =>
  function (...args) {
    const request = real(...args);
    request.addEventListener('success', () => connections.push(request.result));
    return request;
  };
const loseConnections = (): void => connections.splice(0).forEach((each) => each.close());

/** Writes as often as the former database was written to: the same counter, other content. */
async function createAgain(database: string, writes: number): Promise<void> {
  await deleteDB(database);
  const adapter = openAdapter(database);
  await adapter.createStatus({ ...LEADS, name: 'Anew' });
  for (let i = 1; i < writes; i++) await adapter.setStatus([{ conversationId: `new${i}` }], 'leads');
  expect((await adapter.listStatuses()).seq).to.equal(String(writes));
  await adapter.close();
}

async function prepare(writes: number): Promise<IndexedDBAdapter> {
  const adapter = openAdapter();
  await adapter.createStatus(LEADS);
  for (let i = 1; i < writes; i++) await adapter.setStatus([{ conversationId: `old${i}` }], 'leads');
  return adapter;
}

describe('IndexedDBAdapter: a database that is replaced', () => {
  beforeEach(() => (connections = []));
  afterEach(cleanUp);

  for (const writes of [2, 5, 9]) {
    it(`deleted and written to ${writes} times by another tab: subscribers receive a reset, then its changes`, async () => {
      const adapter = await prepare(5);
      const { received } = await listen(adapter, '5');
      await createAgain(adapter.database, writes);
      await until(() => received.length > 0, 'the reset');
      expect(await namesIn(adapter)).to.deep.equal(['Anew']);
      await openAdapter(adapter.database).setStatus([{ conversationId: 'later' }], 'leads', { opId: 'later' });
      await until(() => received.at(-1)?.opId === 'later', 'what comes after');
      // One for the deletion; another one if the new database was read before it was complete.
      const kinds = received
        .slice(
          0,
          received.findIndex((change) => change.kind !== 'reset'),
        )
        .map(({ kind }) => kind);
      expect(new Set(kinds)).to.deep.equal(new Set(['reset']));
      expect(received.at(-1)!.seq).to.equal(String(writes + 1));
    });

    it(`… while the page has no connection, as in the back/forward cache`, async () => {
      const adapter = await prepare(5);
      const { received } = await listen(adapter, '5');
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      await createAgain(adapter.database, writes);
      expect(received).to.deep.equal([]);
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
      await until(() => received.length > 0, 'the reset');
      expect(received).to.deep.equal([{ kind: 'reset', seq: String(writes) }]);
      expect((await adapter.getEntries(['old1'])).size).to.equal(0);
    });

    it(`… while nobody is subscribed and there is no connection: a position in the former one gives a reset`, async () => {
      const adapter = await prepare(5);
      const { stop } = await listen(adapter);
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      stop();
      await createAgain(adapter.database, writes);
      const { received } = await listen(adapter, '5');
      await until(() => received.length > 0, 'the reset');
      expect(received).to.deep.equal([{ kind: 'reset', seq: String(writes) }]);
    });

    it(`… and this page writes to the new one before it reads: subscribers receive a reset`, async () => {
      const adapter = await prepare(5);
      const { received } = await listen(adapter, '5');
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      await createAgain(adapter.database, writes);
      await adapter.setStatus([{ conversationId: 'mine' }], 'leads');
      await until(() => received.length > 0, 'the reset');
      expect(received[0]!.kind).to.equal('reset');
    });

    it(`… after the connection was lost without an event`, () =>
      replacingOpen(watching, async () => {
        const adapter = await prepare(5);
        const { received } = await listen(adapter, '5');
        loseConnections();
        await createAgain(adapter.database, writes);
        expect(await namesIn(adapter)).to.deep.equal(['Anew']);
        await until(() => received.length > 0, 'the reset');
        expect(received[0]!.kind).to.equal('reset');
      }));
  }

  it('deleted and not created again: it is empty, versions start again, and changes arrive', async () => {
    const adapter = await prepare(5);
    const { received } = await listen(adapter, '5');
    await deleteDB(adapter.database);
    await until(() => received.length > 0, 'the reset');
    expect(await namesIn(adapter)).to.deep.equal([]);
    expect(await codeOf(adapter.setStatus([{ conversationId: 'c1' }], 'leads'))).to.equal('not-found');
    await adapter.createStatus({ ...LEADS, name: 'Anew' });
    await until(() => received.length > 1, 'its change');
    expect(received.map(({ kind, seq }) => [kind, seq])).to.deep.equal([
      ['reset', '0'],
      ['status', '1'],
    ]);
  });

  it('every store emptied by the host, without closing it: noticed with the next look', async () => {
    const adapter = await prepare(5);
    const { received } = await listen(adapter, '5');
    await inspect(adapter.database, async (database) => {
      const tx = database.transaction(database.objectStoreNames, 'readwrite');
      for (const name of database.objectStoreNames) void tx.objectStore(name).clear();
      await tx.done;
    });
    const other = openAdapter(adapter.database);
    for (let i = 0; i < 9; i++) await other.createStatus({ ...LEADS, id: `s${i}`, name: `S${i}` });
    document.dispatchEvent(new Event('visibilitychange'));
    await until(() => received.length > 0, 'the reset');
    expect(received[0]!.kind).to.equal('reset');
    expect(await namesIn(adapter)).to.have.lengthOf(9);
  });

  it('only the record of the counter lost: versions go on growing', async () => {
    const adapter = await prepare(5);
    await inspect(adapter.database, (database) => database.clear('meta'));
    const [result] = await adapter.setStatus([{ conversationId: 'old1' }], null);
    expect(result!.ok && result!.entry.version).to.equal(6);
    expect((await adapter.count({ of: 'conversation' })).byStatus.get('leads')).to.equal(3);
  });
});
