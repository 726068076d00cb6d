/** Tests a storage that does not answer: every call ends, and says what did not answer. */
import { expect } from '@open-wc/testing';
import type { PipelineError } from '../../model/errors.js';
import { LEADS, cleanUp, codeOf, listen, meddling, namesIn, openAdapter, replacing, until } from './test-helpers.js';

type Timers = { setTimeout: typeof setTimeout };

/** Lets timers come 50 times sooner: the limits count them. */
const hurrying = (work: () => Promise<void>): Promise<void> =>
  replacing(
    globalThis as Timers,
    'setTimeout',
    (real) => ((run: () => void, delay = 0) => real(run, delay / 50)) as typeof setTimeout,
    work,
  );

/** Transactions of this mode get no answers: their requests stay silent. */
const silent = (mode: 'readonly' | 'readwrite', work: () => Promise<void>): Promise<void> => {
  const never = (): never => new EventTarget() as never;
  const begin = (real: IDBDatabase['transaction']): IDBDatabase['transaction'] =>
    function (this: IDBDatabase, ...args) {
      const transaction = real.apply(this, args);
      if (args[1] !== mode) return transaction;
      const { objectStore } = transaction;
      transaction.objectStore = function (name) {
        const store = objectStore.call(this, name);
        for (const method of ['get', 'getAll', 'getAllKeys'] as const) store[method] = never;
        return store;
      };
      return transaction;
    };
  return replacing(IDBDatabase.prototype, 'transaction', begin, work);
};

const errorOf = (call: Promise<unknown>): Promise<PipelineError> =>
  call.then(
    () => expect.fail('The call was not rejected.'),
    (thrown: unknown) => thrown as PipelineError,
  );

describe('IndexedDBAdapter: a storage that does not answer', () => {
  afterEach(cleanUp);

  for (const mode of ['readonly', 'readwrite'] as const) {
    it(`a ${mode} transaction without answers ends, names the storage of this device, and the next call succeeds`, async () => {
      const adapter = openAdapter();
      await adapter.createStatus(LEADS);
      await silent(mode, () =>
        hurrying(async () => {
          const call =
            mode === 'readonly' ? adapter.listStatuses() : adapter.setStatus([{ conversationId: 'c1' }], 'leads');
          const error = await errorOf(call);
          expect(error).to.include({ code: 'timeout', retryable: true });
          expect(error.message).to.contain('storage of this device').and.not.contain('server');
        }),
      );
      expect(await namesIn(adapter)).to.deep.equal(['Leads']);
      expect((await adapter.getEntries(['c1'])).size).to.equal(0);
    });
  }

  it('a transaction that waits for one of another tab ends, and writes nothing later', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    let isHeld = true;
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(adapter.database);
      request.onsuccess = () => resolve(request.result);
    });
    const other = database.transaction('meta', 'readwrite');
    const hold = (): void => {
      if (isHeld) other.objectStore('meta').get('journal').onsuccess = hold;
    };
    hold();
    await hurrying(async () => {
      expect(await codeOf(adapter.setStatus([{ conversationId: 'c1' }], 'leads', { opId: 'once' }))).to.equal(
        'timeout',
      );
    });
    isHeld = false;
    database.close();
    expect((await adapter.getEntries(['c1'])).size).to.equal(0);
    // The same write may be repeated.
    await adapter.setStatus([{ conversationId: 'c1' }], 'leads', { opId: 'once' });
    await until(() => received.length > 0, 'its change');
    expect((await adapter.history('c1')).length).to.equal(1);
  });

  it('a commit without an answer ends; when it was done after all, subscribers read again', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    let release: () => void;
    const begin = (real: IDBDatabase['transaction']): IDBDatabase['transaction'] =>
      function (this: IDBDatabase, ...args) {
        const transaction = real.apply(this, args);
        if (args[1] !== 'readwrite') return transaction;
        const { addEventListener } = transaction;
        transaction.addEventListener = function (type: string, listener: EventListener, ...more: []) {
          if (type !== 'complete') return addEventListener.call(this, type, listener, ...more);
          addEventListener.call(this, type, (event) => (release = () => listener(event)));
        };
        return transaction;
      };
    await replacing(IDBDatabase.prototype, 'transaction', begin, () =>
      hurrying(async () => {
        expect(await codeOf(adapter.setStatus([{ conversationId: 'c1' }], 'leads'))).to.equal('timeout');
      }),
    );
    expect(received).to.deep.equal([]);
    release!();
    await until(() => received.length > 0, 'the reset');
    expect((await adapter.getEntries(['c1'])).get('c1')?.statusId).to.equal('leads');
  });

  it('time in which the page is busy does not count', async function () {
    this.timeout(120_000);
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    await hurrying(async () => {
      const call = adapter.setStatus([{ conversationId: 'c1' }], 'leads');
      for (let round = 0; round < 5; round++) {
        await Promise.resolve();
        // The limit is half a second here.
        const end = performance.now() + 800;
        while (performance.now() < end);
      }
      expect((await call)[0]).to.include({ ok: true });
    });
  });

  it('a long write that gets answers is not ended', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    await meddling(
      (transaction) => {
        const end = performance.now() + 1500;
        const ask = (): void => {
          if (performance.now() < end) transaction.objectStore('meta').get('journal').onsuccess = ask;
        };
        ask();
      },
      () =>
        hurrying(async () => {
          expect((await adapter.setStatus([{ conversationId: 'c1' }], 'leads'))[0]).to.include({ ok: true });
        }),
    );
  });
});
