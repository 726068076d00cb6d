/** Tests opening the database, and browsers without storage. */
import { expect } from '@open-wc/testing';
import { openDB } from 'idb';
import { PipelineError } from '../../model/errors.js';
import type { Persistence } from '../adapter.js';
import { IndexedDBAdapter } from './adapter.js';
import { holdingTimers } from '../../../test/support.js';
import { SCHEMA_VERSION } from './schema.js';
import {
  LEADS,
  cleanUp,
  codeOf,
  freshName,
  inspect,
  keep,
  listen,
  meddling,
  namesIn,
  openAdapter,
  replacing,
  replacingOpen,
  until,
  type Open,
} from './test-helpers.js';

/** The first `times` opens fail with the error. */
const failing = (name: string, times: number, work: () => Promise<void>): Promise<void> => {
  let opened = 0;
  const open = (real: Open): Open =>
    function (...args) {
      if (opened++ < times) throw new DOMException('No.', name);
      return real(...args);
    };
  return replacingOpen(open, work);
};

describe('IndexedDBAdapter: opening', () => {
  afterEach(cleanUp);

  it('a missing, empty or blank name is rejected: it must not become a database that tenants share', () => {
    for (const database of [undefined, null, '', ' ', '\n', '\t \u00a0', 7, {}, [], true]) {
      expect(() => new IndexedDBAdapter({ database: database as string }))
        .to.throw(PipelineError, 'acme:agent-7')
        .that.includes({ code: 'invalid', field: 'database' });
    }
    for (const options of [null, 'acme', 7]) {
      expect(() => new IndexedDBAdapter(options as unknown as object))
        .to.throw(PipelineError, 'acme:agent-7')
        .that.includes({ code: 'invalid', field: 'database' });
    }
  });

  it('without a name the default database is used', () => {
    for (const adapter of [new IndexedDBAdapter(), new IndexedDBAdapter({}), new IndexedDBAdapter({ user: 'sari' })]) {
      expect(adapter.database).to.equal('pipeline-elements');
    }
  });

  it('nothing is opened before the first call, and only once for many', async () => {
    let opened = 0;
    const counting = (real: Open): Open =>
      function (...args) {
        opened++;
        return real(...args);
      };
    await replacingOpen(counting, async () => {
      const adapter = openAdapter();
      expect(adapter.persistence).to.equal('unknown');
      // A task later, so that anything that the constructor started has begun.
      await new Promise((resolve) => setTimeout(resolve));
      expect(opened).to.equal(0);
      await Promise.all([namesIn(adapter), adapter.count({ of: 'contact' }), adapter.createStatus(LEADS)]);
      expect(opened).to.equal(1);
      expect(adapter.persistence).to.equal('durable');
    });
  });

  for (const [times, name] of [
    [1, 'UnknownError'],
    [3, 'UnknownError'],
    [1, 'AbortError'],
  ] as const) {
    it(`${times} × ${name} when opening is retried`, () =>
      failing(name, times, async () => {
        const adapter = openAdapter();
        await adapter.createStatus(LEADS);
        expect(adapter.persistence).to.equal('durable');
      }));
  }

  it('SecurityError at every open: data is kept for the session, which is reported once, and nothing is deleted', async () => {
    const database = freshName();
    const before = openAdapter(database);
    await before.createStatus(LEADS);
    await before.close();
    await failing('SecurityError', Infinity, async () => {
      const adapter = openAdapter(database);
      const reported: Persistence[] = [];
      adapter.onPersistence((persistence) => reported.push(persistence));
      expect(await namesIn(adapter)).to.deep.equal([]);
      await adapter.createStatus({ ...LEADS, name: 'Here' });
      await adapter.putConversations([{ conversationId: 'c1' }]);
      expect((await adapter.setStatus([{ conversationId: 'c1' }], 'leads'))[0]).to.include({ ok: true });
      expect(await namesIn(adapter)).to.deep.equal(['Here']);
      await until(() => reported.length > 0, 'the report');
      expect(reported).to.deep.equal(['session']);
      expect(adapter.persistence).to.equal('session');
      await adapter.close();
    });
    expect(await namesIn(openAdapter(database))).to.deep.equal(['Leads']);
  });

  for (const name of ['UnknownError', 'InvalidStateError', 'AbortError', 'QuotaExceededError', 'TypeError', 'Error']) {
    it(`${name} at every open never hides what is stored: calls reject, and data is shown as soon as it can be`, async () => {
      const database = freshName();
      const before = openAdapter(database);
      await before.createStatus(LEADS);
      await before.close();
      const adapter = openAdapter(database);
      const states: string[] = [];
      await failing(name, Infinity, async () => {
        adapter.subscribe(() => undefined, { onState: (state) => states.push(state) });
        for (const call of [adapter.listStatuses(), adapter.createStatus({ ...LEADS, id: 'b', name: 'B' })]) {
          expect(await codeOf(call)).to.equal(name === 'QuotaExceededError' ? 'quota' : 'storage-lost');
        }
        expect(adapter.persistence).to.equal('unknown');
        expect(states).to.deep.equal(['down']);
      });
      // By itself, without another call.
      await until(() => states.at(-1) === 'live', 'the subscription');
      expect(await namesIn(adapter)).to.deep.equal(['Leads']);
      expect(adapter.persistence).to.equal('durable');
    });
  }

  it('a subscription after a failed open is told at once that changes do not arrive', async () => {
    const adapter = openAdapter();
    const states: string[] = [];
    await failing('QuotaExceededError', 1, async () => {
      expect(await codeOf(adapter.listStatuses())).to.equal('quota');
      adapter.subscribe(() => undefined, { onState: (state) => states.push(state) });
      await until(() => states.at(-1) === 'live', 'the subscription');
    });
    expect(states).to.deep.equal(['down', 'live']);
  });

  it('a storage that failed is tried as soon as the page is shown again', async () => {
    const adapter = openAdapter();
    const states: string[] = [];
    // Its timer never comes.
    const never = (): typeof setTimeout => (() => 0) as unknown as typeof setTimeout;
    await replacing(globalThis as { setTimeout: typeof setTimeout }, 'setTimeout', never, () =>
      failing('QuotaExceededError', Infinity, async () => {
        adapter.subscribe(() => undefined, { onState: (state) => states.push(state) });
        expect(await codeOf(adapter.listStatuses())).to.equal('quota');
      }),
    );
    document.dispatchEvent(new Event('visibilitychange'));
    await until(() => states.at(-1) === 'live', 'the subscription');
  });

  it('nothing tries a storage that failed when nobody is subscribed any more, or after close()', async () => {
    let opened = 0;
    const counting = (): Open => () => {
      opened++;
      throw new DOMException('No.', 'QuotaExceededError');
    };
    const work = async (fire: () => Promise<void>): Promise<void> => {
      const [one, two] = [openAdapter(), openAdapter()];
      const stop = one.subscribe(() => undefined, {});
      two.subscribe(() => undefined, {});
      await Promise.all([codeOf(one.listStatuses()), codeOf(two.listStatuses())]);
      stop();
      await two.close();
      const before = opened;
      document.dispatchEvent(new Event('visibilitychange'));
      await fire();
      expect(opened).to.equal(before);
    };
    await replacingOpen(counting, () => holdingTimers(work));
  });

  describe('storage that the browser gives later', () => {
    /** An adapter that keeps data in memory while `work` runs; `SecurityError`, as in a frame without storage access. */
    const denied = (work: () => Promise<void>): Promise<void> => failing('SecurityError', Infinity, work);

    it('what was forgotten before is not copied to it', async () => {
      const database = freshName();
      const adapter = openAdapter(database);
      await denied(async () => {
        await adapter.createStatus(LEADS);
        await adapter.setStatus([{ conversationId: 'c1', contactId: 'p1' }, { conversationId: 'c2' }], 'leads');
        await adapter.forget({ contactIds: ['p1'] });
      });
      expect(await namesIn(adapter)).to.deep.equal([LEADS.name]);
      const kept = await inspect(database, (opened) => opened.getAllKeys('conversations'));
      expect(kept).to.deep.equal(['c2']);
    });

    it('stored data is shown with the next call, and what was written meanwhile is added to it', async () => {
      const database = freshName();
      const before = openAdapter(database);
      await before.createStatus(LEADS);
      const gone = await before.createStatus({ ...LEADS, id: 'gone', name: 'Gone' });
      await before.createStatus({ ...LEADS, id: 'won', name: 'Won' });
      await before.deleteStatus('gone', { ifVersion: gone.version });
      await before.setStatus([{ conversationId: 'c1', contactId: 'p1' }, { conversationId: 'c2' }], 'leads');
      await before.close();
      const adapter = keep(new IndexedDBAdapter({ database, user: 'Sari' }));
      const reported: Persistence[] = [];
      adapter.onPersistence((persistence) => reported.push(persistence));
      const received: string[] = [];
      await denied(async () => {
        adapter.subscribe((change) => received.push(change.kind), {});
        // The same name as one that is stored, the id of one that was deleted there, and one that is new.
        for (const [id, name] of [
          ['x', 'LEADS'],
          ['gone', 'Again'],
          ['y', 'Nego'],
        ] as const) {
          await adapter.createStatus({ id, name, color: '#445566' });
        }
        await adapter.setStatus([{ conversationId: 'c1' }, { conversationId: 'c3', contactId: 'p3' }], 'y');
        await adapter.setStatus([{ conversationId: 'c4' }], 'x');
        await adapter.setStatus([{ conversationId: 'c5' }], 'gone');
        await adapter.setStatus([{ conversationId: 'c6' }], 'y');
        await adapter.setStatus([{ conversationId: 'c6' }], null);
        await adapter.putConversations([{ conversationId: 'c7', contactId: 'p7', activityAt: 7 }]);
      });
      received.length = 0;
      expect(await namesIn(adapter)).to.deep.equal(['Leads', 'Won', 'Again', 'Nego']);
      const entries = await adapter.getEntries(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7']);
      const again = (await adapter.listStatuses()).items.find((status) => status.name === 'Again')!;
      expect([...entries.values()].map((entry) => entry.statusId)).to.deep.equal([
        ...['y', 'leads', 'y', 'leads', again.id, null, null],
      ]);
      expect((await adapter.getContacts(['p1', 'p3', 'p7'])).size).to.equal(3);
      expect((await adapter.history('c1')).at(-1)).to.include({ from: 'leads', to: 'y', by: 'Sari' });
      await until(() => received.length > 0 && reported.length > 1, 'the reports');
      expect(received).to.deep.equal(['reset']);
      expect(reported).to.deep.equal(['session', 'durable']);
      await adapter.setStatus([{ conversationId: 'c2' }], 'won');
      await until(() => received.length > 1, 'changes after it');
      expect(await namesIn(openAdapter(database))).to.deep.equal(['Leads', 'Won', 'Again', 'Nego']);
    });

    it('subscribers receive stored data without a call', async () => {
      const database = freshName();
      const before = openAdapter(database);
      await before.createStatus(LEADS);
      await before.close();
      const adapter = openAdapter(database);
      const received: string[] = [];
      await denied(async () => {
        adapter.subscribe((change) => received.push(change.kind), {});
        expect(await namesIn(adapter)).to.deep.equal([]);
      });
      await until(() => received.length > 0, 'the reset');
      expect(adapter.persistence).to.equal('durable');
      expect(await namesIn(adapter)).to.deep.equal(['Leads']);
    });

    it('what was written in memory is kept there until all of it could be copied', async () => {
      const database = freshName();
      const adapter = openAdapter(database);
      await denied(async () => {
        await adapter.createStatus(LEADS);
        await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
      });
      let failed = 0;
      await meddling(
        (transaction) => {
          Object.defineProperty(transaction, 'error', { value: new DOMException('Full.', 'QuotaExceededError') });
          failed++;
          transaction.abort();
        },
        async () => {
          expect(await namesIn(adapter)).to.deep.equal(['Leads']);
          expect(adapter.persistence).to.equal('session');
          const before = failed;
          // Not with every call, because it is slow.
          await adapter.setStatus([{ conversationId: 'c2' }], 'leads');
          expect(failed).to.equal(before);
        },
      );
      document.dispatchEvent(new Event('visibilitychange'));
      await until(() => adapter.persistence === 'durable', 'the storage');
      const other = openAdapter(database);
      expect([...(await other.getEntries(['c1', 'c2'])).values()].map((entry) => entry.statusId)).to.deep.equal([
        'leads',
        'leads',
      ]);
    });

    it('what the stored pipeline refuses is named in the console; everything else is copied', async () => {
      const database = freshName();
      const before = openAdapter(database);
      for (let i = 0; i < 200; i++) await before.createStatus({ ...LEADS, id: `s${i}`, name: `S${i}` });
      await before.close();
      const adapter = openAdapter(database);
      await denied(async () => {
        await adapter.createStatus(LEADS);
        await adapter.createStatus({ ...LEADS, id: 'other', name: 'S7' });
        await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
        await adapter.setStatus([{ conversationId: 'c2' }], 'other');
      });
      const warned: string[] = [];
      await replacing(
        console,
        'warn',
        () => (message: string) => void warned.push(message),
        async () => {
          expect((await adapter.getEntries(['c2'])).get('c2')?.statusId).to.equal('s7');
        },
      );
      expect(warned).to.have.lengthOf(1);
      expect(warned[0])
        .to.contain('pipeline-elements')
        .and.contain('"Leads"')
        .and.contain('200')
        .and.contain('1 conversation');
    });
  });

  it('without IndexedDB data is kept for the session', async () => {
    for (const descriptor of [
      { value: undefined },
      {
        get(): never {
          throw new DOMException('Not in this frame.', 'SecurityError');
        },
      },
    ]) {
      const real = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB')!;
      Object.defineProperty(globalThis, 'indexedDB', { configurable: true, ...descriptor });
      try {
        const adapter = new IndexedDBAdapter({ database: 'nowhere' });
        const { received } = await listen(adapter);
        await adapter.createStatus(LEADS);
        await until(() => received.length > 0, 'a change');
        expect(adapter.persistence).to.equal('session');
        await adapter.clear();
        expect(await namesIn(adapter)).to.deep.equal([]);
        await until(() => received.at(-1)?.kind === 'reset', 'a reset');
        await adapter.createStatus(LEADS);
        await until(() => received.at(-1)?.kind === 'status', 'changes after clear()');
        await adapter.close();
      } finally {
        Object.defineProperty(globalThis, 'indexedDB', real);
      }
    }
  });

  it('time in which the page is busy does not count', async function () {
    this.timeout(120_000);
    const opening = openAdapter(freshName()).listStatuses();
    // The open is asked for; then nothing else gets a turn.
    await Promise.resolve();
    const end = performance.now() + 5500;
    while (performance.now() < end);
    expect((await opening).items).to.deep.equal([]);
  });

  it('an open without an answer times out after 5 s; the next call retries, and a late connection is closed', async function () {
    this.timeout(120_000);
    const database = freshName();
    let answer: () => Promise<IDBDatabase>;
    const silent = (real: Open): Open =>
      function (...args) {
        let tell: () => void;
        const request = Object.create(IDBOpenDBRequest.prototype, {
          addEventListener: { value: (type: string, listener: () => void) => type === 'success' && (tell = listener) },
          removeEventListener: { value: () => undefined },
          result: { writable: true, value: undefined },
        }) as { -readonly [K in keyof IDBOpenDBRequest]: IDBOpenDBRequest[K] };
        answer = () =>
          new Promise((resolve) => {
            const late = real(...args);
            late.onsuccess = () => {
              request.result = late.result;
              tell();
              resolve(late.result);
            };
          });
        return request;
      };
    const adapter = openAdapter(database);
    await replacingOpen(silent, async () => {
      const start = performance.now();
      const error = await adapter.listStatuses().catch((thrown: unknown) => thrown as PipelineError);
      expect(error).to.include({ code: 'timeout', retryable: true });
      expect(performance.now() - start).to.be.within(4900, 9000);
    });
    await adapter.createStatus(LEADS);
    const late = await answer!();
    await until(() => {
      try {
        late.transaction('meta');
        return false;
      } catch {
        return true;
      }
    }, 'the late connection to be closed');
    expect(await namesIn(adapter)).to.deep.equal(['Leads']);
  });

  it('an abort stops waiting for an open', async () => {
    const never = Object.create(IDBOpenDBRequest.prototype, {
      addEventListener: { value: () => undefined },
    }) as IDBOpenDBRequest;
    await replacingOpen(
      () => () => never,
      async () => {
        const adapter = new IndexedDBAdapter({ database: 'never' });
        const controller = new AbortController();
        const call = codeOf(adapter.listStatuses({ signal: controller.signal }));
        controller.abort();
        expect(await call).to.equal('aborted');
      },
    );
  });

  it('an upgrade that other tabs block is reported after 1 s for each call, and continues when they close', async function () {
    this.timeout(120_000);
    const database = freshName();
    const old = openAdapter(database);
    await old.createStatus(LEADS);
    await old.close();
    const held = await openDB(database, SCHEMA_VERSION);
    const newer =
      (real: Open): Open =>
      (name, version) =>
        real(name, version! + 1);
    await replacingOpen(newer, async () => {
      const adapter = openAdapter(database);
      const states: string[] = [];
      const received: string[] = [];
      adapter.subscribe((change) => received.push(change.kind), { since: '0', onState: (state) => states.push(state) });
      for (let tries = 0; tries < 2; tries++) {
        const start = performance.now();
        const error = await adapter.listStatuses().catch((thrown: unknown) => thrown as PipelineError);
        expect(error).to.include({ code: 'storage-blocked', retryable: true });
        expect(performance.now() - start).to.be.within(900, 2000);
      }
      expect(adapter.persistence).to.equal('unknown');
      expect(states).to.deep.equal(['down']);
      held.close();
      expect(await namesIn(adapter)).to.deep.equal(['Leads']);
      await until(() => states.at(-1) === 'live' && received.length > 0, 'the subscription to go on');
      expect(received).to.deep.equal(['status']);
      await adapter.close();
    });
  });

  it('a database of a newer version is not changed', async () => {
    const database = freshName();
    const newer = await openDB(database, SCHEMA_VERSION + 1, { upgrade: (db) => void db.createObjectStore('new') });
    newer.close();
    expect(await codeOf(openAdapter(database).listStatuses())).to.equal('version-skew');
    const again = await openDB(database, SCHEMA_VERSION + 1);
    expect([...again.objectStoreNames]).to.deep.equal(['new']);
    again.close();
  });
});
