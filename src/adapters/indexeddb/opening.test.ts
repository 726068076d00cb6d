/** Tests opening the database, and browsers without storage. */
import { expect } from '@open-wc/testing';
import { openDB } from 'idb';
import { PipelineError } from '../../model/errors.js';
import type { Persistence } from '../adapter.js';
import { IndexedDBAdapter } from './adapter.js';
import { SCHEMA_VERSION } from './schema.js';
import {
  LEADS,
  cleanUp,
  codeOf,
  freshName,
  listen,
  namesIn,
  openAdapter,
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

  for (const name of ['UnknownError', 'SecurityError', 'InvalidStateError']) {
    it(`${name} at every open: data is kept for the session, which is reported once, and nothing is deleted`, async () => {
      const database = freshName();
      const before = openAdapter(database);
      await before.createStatus(LEADS);
      await before.close();
      await failing(name, Infinity, async () => {
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
      });
      expect(await namesIn(openAdapter(database))).to.deep.equal(['Leads']);
    });
  }

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
