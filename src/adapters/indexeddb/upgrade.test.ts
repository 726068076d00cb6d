/** Tests upgrades of the database from its first version on, with data that the releases of that time wrote. */
import { expect } from '@open-wc/testing';
import { openDB } from 'idb';
import type { PipelineError } from '../../model/errors.js';
import type { IndexedDBAdapter } from './adapter.js';
import { SCHEMA_VERSION } from './schema.js';
import { LEADS, cleanUp, codeOf, freshName, listen, namesIn, openAdapter, replacing, until } from './test-helpers.js';

type Raw = Record<string, unknown>;

/** A database as an earlier release left it, and what that release answered about it. */
interface Fixture {
  version: number;
  stores: Record<string, { keyPath: string; indexes: Record<string, string[]>; records: Raw[] }>;
  answers: Raw;
}

/** One for each version before this one. */
const FIXTURES = ['version-1.json'];

const fetchFixture = async (file: string): Promise<Fixture> =>
  (await (await fetch(new URL(`./fixtures/${file}`, import.meta.url))).json()) as Fixture;

/** Creates exactly the database of the fixture, and returns an open connection to it. */
async function restore(name: string, { version, stores }: Fixture): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => {
    for (const [store, { keyPath, indexes, records }] of Object.entries(stores)) {
      const created = request.result.createObjectStore(store, { keyPath });
      for (const [index, path] of Object.entries(indexes)) created.createIndex(index, path);
      for (const record of records) created.put(record);
    }
  };
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error!);
  });
}

/** Everything that a database consists of. */
async function dump(name: string): Promise<Omit<Fixture, 'answers'>> {
  const database = await openDB(name);
  const stores: Fixture['stores'] = {};
  for (const store of database.objectStoreNames) {
    const tx = database.transaction(store);
    const indexes = [...tx.store.indexNames].map((index) => [index, tx.store.index(index).keyPath] as const);
    const records = (await tx.store.getAll()) as Raw[];
    stores[store] = { keyPath: tx.store.keyPath as string, indexes: Object.fromEntries(indexes) as never, records };
  }
  const { version } = database;
  database.close();
  return { version, stores };
}

const IDS = ['c-1', 'c-2', 'c-3', 'c-4', '+62812@s.whatsapp.net', 'c-6', 'c-7'];

/** What the adapter answers about the data of the fixtures. */
async function ask(adapter: IndexedDBAdapter): Promise<Raw> {
  const counts = ({ byStatus, none }: Awaited<ReturnType<IndexedDBAdapter['count']>>): Raw => ({
    byStatus: [...byStatus].filter(([, n]) => n > 0).sort(),
    none,
  });
  const filter = { op: 'any-of', statusIds: ['leads', null] } as const;
  const histories: unknown[] = [];
  for (const id of IDS) histories.push([id, await adapter.history(id)]);
  return {
    list: await adapter.listStatuses(),
    entries: [...(await adapter.getEntries(IDS))],
    contacts: [...(await adapter.getContacts(['budi', 'dewi', 'eko', 'fitri']))],
    conversationCounts: counts(await adapter.count({ of: 'conversation' })),
    contactCounts: counts(await adapter.count({ of: 'contact' })),
    latestCounts: counts(await adapter.count({ of: 'contact', contactMatch: 'latest' })),
    conversationsFound: (await adapter.find({ of: 'conversation', filter })).ids,
    contactsFound: (await adapter.find({ of: 'contact', filter })).ids,
    latestFound: (await adapter.find({ of: 'contact', filter, contactMatch: 'latest' })).ids,
    histories,
  };
}

const errorOf = (call: Promise<unknown>): Promise<PipelineError> =>
  call.then(
    () => expect.fail('The call was not rejected.'),
    (thrown: unknown) => thrown as PipelineError,
  );

describe('IndexedDBAdapter: upgrades', () => {
  afterEach(cleanUp);

  it('there is data of every version before this one', async () => {
    const versions = await Promise.all(FIXTURES.map(async (file) => (await fetchFixture(file)).version));
    expect(versions).to.deep.equal(Array.from({ length: SCHEMA_VERSION - 1 }, (_, i) => i + 1));
  });

  for (const file of FIXTURES) {
    describe(file, () => {
      let fixture: Fixture;
      beforeEach(async () => {
        fixture = await fetchFixture(file);
        // The undo period of what was deleted then must not be over now.
        for (const record of fixture.stores['statuses']!.records)
          if (record['deletedAt']) record['deletedAt'] = Date.now();
      });

      it('all data of it is kept: list, entries, contacts, counts, finds and histories', async () => {
        const name = freshName();
        (await restore(name, fixture)).close();
        const adapter = openAdapter(name);
        const answers = await ask(adapter);
        for (const [what, answer] of Object.entries(fixture.answers)) {
          if (what !== 'entries') expect(answers[what], what).to.deep.equal(answer);
        }
        // The time of a delete was moved above.
        const withoutTime = (entries: unknown): unknown =>
          (entries as [string, Raw][]).map(([id, { changedAt: _, ...entry }]) => [id, entry]);
        expect(withoutTime(answers['entries'])).to.deep.equal(withoutTime(fixture.answers['entries']));
      });

      it('it can be written to: versions and changes go on, a delete of that time can be undone', async () => {
        const name = freshName();
        (await restore(name, fixture)).close();
        const adapter = openAdapter(name);
        const { seq } = fixture.answers['list'] as { seq: string };
        const { received } = await listen(adapter, seq);
        const [result] = await adapter.setStatus([{ conversationId: 'c-1' }], 'nego');
        expect(result!.ok && result!.entry.version).to.equal(Number(seq) + 1);
        expect(await adapter.restoreStatus('old')).to.have.property('restored', 2);
        expect((await adapter.getEntries(['c-2'])).get('c-2')?.statusId).to.equal('old');
        expect((await adapter.history('c-2')).at(-1)).to.include({ from: 'leads', to: 'old' });
        await until(() => received.length >= 3, 'the changes');
        expect(received.map((change) => change.kind)).to.deep.equal(['entry', 'status', 'reset']);
        const { version } = (await adapter.listStatuses()).items.find(({ id }) => id === 'gone')!;
        expect(await adapter.deleteStatus('gone', { ifVersion: version, moveTo: 'purchase' })).to.deep.equal({
          moved: 1,
        });
        expect((await adapter.count({ of: 'contact' })).byStatus.get('purchase')).to.equal(1);
      });

      it('it becomes the same as a new database: stores and indexes', async () => {
        const [old, fresh] = [freshName(), freshName()];
        (await restore(old, fixture)).close();
        await openAdapter(old).listStatuses();
        await openAdapter(fresh).listStatuses();
        const shapeOf = async (name: string): Promise<unknown> => {
          const { version, stores } = await dump(name);
          return [version, Object.entries(stores).map(([store, { keyPath, indexes }]) => [store, keyPath, indexes])];
        };
        expect(await shapeOf(old)).to.deep.equal(await shapeOf(fresh));
      });

      it('an upgrade that fails half-way changes nothing, and the next call upgrades', async () => {
        const name = freshName();
        (await restore(name, fixture)).close();
        const before = await dump(name);
        const failing = (real: IDBObjectStore['put']): IDBObjectStore['put'] =>
          function (this: IDBObjectStore, ...args) {
            if (this.transaction.mode === 'versionchange') throw new DOMException('Full.', 'QuotaExceededError');
            return real.apply(this, args);
          };
        const adapter = openAdapter(name);
        await replacing(IDBObjectStore.prototype, 'put', failing, async () => {
          expect(await codeOf(adapter.listStatuses())).to.equal('quota');
        });
        expect(await dump(name)).to.deep.equal(before);
        // Or at its end, when the browser writes it.
        const aborting = (real: IDBObjectStore['put']): IDBObjectStore['put'] =>
          function (this: IDBObjectStore, ...args) {
            const request = real.apply(this, args);
            const { transaction } = this;
            if (transaction.mode === 'versionchange') request.addEventListener('success', () => transaction.abort());
            return request;
          };
        await replacing(IDBObjectStore.prototype, 'put', aborting, async () => {
          expect(await codeOf(adapter.listStatuses())).to.equal('storage-lost');
        });
        expect(await dump(name)).to.deep.equal(before);
        expect((await adapter.listStatuses()).items).to.have.lengthOf(4);
      });

      it('the upgrade is logged once, with the name of the database', async () => {
        const name = freshName();
        (await restore(name, fixture)).close();
        const logged: string[] = [];
        await replacing(
          console,
          'info',
          () => (message: string) => void logged.push(message),
          async () => {
            await openAdapter(name).listStatuses();
            await openAdapter(name).listStatuses();
            await openAdapter().listStatuses();
          },
        );
        expect(logged).to.deep.equal([
          `pipeline-elements: upgraded the database "${name}" from version ${fixture.version} to ${SCHEMA_VERSION}.`,
        ]);
      });

      it('an open page of the release of that time gives way, and is told to reload', async () => {
        const name = freshName();
        const old = await restore(name, fixture);
        // What that release does.
        old.onversionchange = () => old.close();
        expect(await namesIn(openAdapter(name))).to.have.lengthOf(4);
        const request = indexedDB.open(name, fixture.version);
        const error = await new Promise<DOMException | null>(
          (resolve) => (request.onerror = () => resolve(request.error)),
        );
        expect(error?.name).to.equal('VersionError');
      });

      it('a page that does not give way is named, and the upgrade goes on as soon as it does', async () => {
        const name = freshName();
        const old = await restore(name, fixture);
        const adapter = openAdapter(name);
        const states: string[] = [];
        adapter.subscribe(() => undefined, { onState: (state) => states.push(state) });
        const error = await errorOf(adapter.listStatuses());
        expect(error).to.include({ code: 'storage-blocked', retryable: true });
        expect(error.message).to.contain('close the other tabs');
        old.close();
        // Without another call.
        await until(() => states.at(-1) === 'live', 'the subscription');
        expect(await namesIn(adapter)).to.have.lengthOf(4);
      });
    });
  }

  it('two pages of this release upgrade at the same time: it happens once', async () => {
    const name = freshName();
    (await restore(name, await fetchFixture('version-1.json'))).close();
    const lists = await Promise.all([1, 2, 3, 4].map(() => namesIn(openAdapter(name))));
    for (const names of lists) expect(names).to.deep.equal(['Purchase', 'Leads', 'Negotiation', 'Gone']);
  });

  it('a newer release upgrades while this page is open: it gives way at once, and subscribers are told', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    await adapter.createStatus(LEADS);
    const received: string[] = [];
    const states: string[] = [];
    adapter.subscribe((change) => received.push(change.kind), { onState: (state) => states.push(state) });
    await until(() => states.at(-1) === 'live', 'the subscription');
    let isBlocked = false;
    const newer = await openDB(name, SCHEMA_VERSION + 1, { blocked: () => (isBlocked = true) });
    expect(isBlocked).to.equal(false);
    await until(() => states.at(-1) === 'down', 'the end of the subscription');
    // Whoever shows the data reads again, and gets the reason.
    await until(() => received.length > 0, 'a reset');
    expect(received).to.deep.equal(['reset']);
    const error = await errorOf(adapter.setStatus([{ conversationId: 'c1' }], 'leads'));
    expect(error).to.include({ code: 'version-skew', retryable: false, field: undefined });
    expect(error.message)
      .to.contain(name)
      .and.contain(`version ${SCHEMA_VERSION + 1}`)
      .and.contain('Reload');
    newer.close();
  });
});

describe('IndexedDBAdapter: databases that are not its own', () => {
  afterEach(cleanUp);

  for (const version of [1, SCHEMA_VERSION, SCHEMA_VERSION + 5]) {
    for (const isOpen of [false, true]) {
      const where = isOpen ? ', which its app has open' : '';
      it(`another app's database, version ${version}${where}: an error that names it and says what to do; it is not touched`, async () => {
        const name = freshName();
        const theirs = await restore(name, {
          version,
          stores: {
            messages: { keyPath: 'id', indexes: { byDate: ['date'] }, records: [{ id: 1, date: 5, text: 'Hi' }] },
            contacts: { keyPath: 'contactId', indexes: {}, records: [{ contactId: 'p1', phone: '123' }] },
          },
          answers: {},
        });
        let wasAsked = false;
        theirs.onversionchange = () => (wasAsked = true);
        if (!isOpen) theirs.close();
        const before = isOpen ? undefined : await dump(name);
        const adapter = openAdapter(name);
        for (const call of [adapter.listStatuses(), adapter.createStatus(LEADS)]) {
          const error = await errorOf(call);
          expect(error).to.include({ code: 'version-skew', field: 'database', retryable: false });
          for (const part of [`"${name}"`, 'another app', 'contacts, messages', 'Choose another name']) {
            expect(error.message).to.contain(part);
          }
        }
        expect(adapter.persistence).to.equal('unknown');
        expect(wasAsked, 'to give way').to.equal(false);
        if (!isOpen) return expect(await dump(name)).to.deep.equal(before);
        const tx = theirs.transaction('messages', 'readwrite');
        await new Promise((resolve) => (tx.objectStore('messages').put({ id: 2 }).onsuccess = resolve));
        theirs.close();
      });
    }
  }

  it('where the browser does not list databases, it is not touched either', async () => {
    const name = freshName();
    for (const version of [1, SCHEMA_VERSION + 1]) {
      const theirs = await restore(name, {
        version,
        stores: version === 1 ? { notes: { keyPath: 'id', indexes: {}, records: [{ id: 1 }] } } : {},
        answers: {},
      });
      theirs.close();
      const before = await dump(name);
      await replacing(
        indexedDB,
        'databases',
        () => () => Promise.reject(new DOMException('No.', 'NotSupportedError')),
        async () => {
          const error = await errorOf(openAdapter(name).listStatuses());
          expect(error).to.include({ code: 'version-skew', field: 'database' });
          expect(error.message).to.contain('has the object stores notes');
        },
      );
      expect(await dump(name)).to.deep.equal(before);
    }
  });

  it('an empty database, as a page leaves that only looked whether it exists, is used', async () => {
    const name = freshName();
    (await openDB(name)).close();
    const adapter = openAdapter(name);
    await adapter.createStatus(LEADS);
    expect(await namesIn(adapter)).to.deep.equal(['Leads']);
  });

  it('a database of a newer release is not changed, and the error says what to do', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    await adapter.createStatus(LEADS);
    await adapter.close();
    (await openDB(name, SCHEMA_VERSION + 1)).close();
    const before = await dump(name);
    const error = await errorOf(openAdapter(name).listStatuses());
    expect(error).to.include({ code: 'version-skew', field: undefined });
    expect(error.message).to.contain(`"${name}"`).and.contain('newer release').and.contain('Reload the page');
    expect(await dump(name)).to.deep.equal(before);
  });
});
