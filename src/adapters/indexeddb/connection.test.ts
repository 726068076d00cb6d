/** Tests what happens when the connection is lost or closed. */
import { expect } from '@open-wc/testing';
import { deleteDB, openDB } from 'idb';
import type { PipelineError } from '../../model/errors.js';
import { SCHEMA_VERSION } from './schema.js';
import {
  LEADS,
  cleanUp,
  codeOf,
  freshName,
  listen,
  meddling,
  namesIn,
  inspect,
  openAdapter,
  replacing,
  replacingOpen,
  until,
  type Open,
} from './test-helpers.js';

describe('IndexedDBAdapter: losing the connection', () => {
  afterEach(cleanUp);

  /** Every write ends with a put to `meta`. */
  const atLastPut = (transaction: IDBTransaction, then: (request: IDBRequest) => unknown): void => {
    const meta = transaction.objectStore('meta');
    const { put } = meta;
    meta.put = function (...args) {
      const request = put.apply(this, args);
      then(request);
      return request;
    };
  };

  /** The first `times` transactions that write cannot begin. */
  const broken = (times: number, work: () => Promise<void>): Promise<void> => {
    let failed = 0;
    return meddling(() => {
      if (failed++ < times) throw new DOMException('The database connection is closing.', 'InvalidStateError');
    }, work);
  };

  it('once: it is reopened, and the write succeeds', async () => {
    const adapter = openAdapter();
    await adapter.listStatuses();
    await broken(1, async () => void (await adapter.createStatus(LEADS)));
    expect(await namesIn(adapter)).to.deep.equal(['Leads']);
  });

  it('without an event: the next call reopens it and succeeds', async () => {
    const adapter = openAdapter();
    let connection: IDBDatabase | undefined;
    await meddling(
      (transaction) => (connection = transaction.db),
      async () => void (await adapter.createStatus(LEADS)),
    );
    connection!.close();
    expect(await namesIn(adapter)).to.deep.equal(['Leads']);
  });

  /** Collects the connections that are opened meanwhile; `lose` closes them as Safari does, without an event. */
  async function losing(work: (lose: () => number) => Promise<void>): Promise<void> {
    const connections = new Set<IDBDatabase>();
    const watching = (real: Open): Open =>
      function (...args) {
        const request = real(...args);
        request.addEventListener('success', () => connections.add(request.result));
        return request;
      };
    const lose = (): number => {
      const { size } = connections;
      for (const each of connections) each.close();
      connections.clear();
      return size;
    };
    await replacingOpen(watching, () => work(lose));
  }

  for (const count of [1, 2, 3, 7, 20]) {
    it(`without an event, then ${count} calls at once: all succeed, on one new connection`, () =>
      losing(async (lose) => {
        const adapter = openAdapter();
        await adapter.createStatus(LEADS);
        for (let round = 0; round < 5; round++) {
          expect(lose(), 'connections').to.equal(1);
          const calls = Array.from({ length: count }, (_, i) =>
            [
              () => adapter.listStatuses(),
              () => adapter.setStatus([{ conversationId: `c${i}` }], round % 2 ? null : 'leads'),
              () => adapter.count({ of: 'conversation' }),
            ][(i + round) % 3]!(),
          );
          await Promise.all(calls);
        }
        expect(lose()).to.equal(1);
      }));
  }

  it('without an event, again and again while calls are running: each write happens once', () =>
    losing(async (lose) => {
      const adapter = openAdapter();
      await adapter.createStatus(LEADS);
      const { received } = await listen(adapter);
      const writes = Array.from({ length: 30 }, (_, i) =>
        (async () => {
          for (let turn = 0; turn < i; turn++) await Promise.resolve();
          if (i % 3 === 0) lose();
          return adapter.setStatus([{ conversationId: `c${i}` }], 'leads');
        })(),
      );
      for (const [result] of await Promise.all(writes)) expect(result).to.include({ ok: true });
      expect((await adapter.count({ of: 'conversation' })).byStatus.get('leads')).to.equal(30);
      for (let i = 0; i < 30; i++) expect((await adapter.history(`c${i}`)).length).to.equal(1);
      lose();
      await adapter.setStatus([{ conversationId: 'last' }], 'leads', { opId: 'last' });
      await until(() => received.some((change) => change.opId === 'last' || change.kind === 'reset'), 'the change');
    }));

  it('without an event, in several tabs at once: each goes on, and they still receive changes of each other', () =>
    losing(async (lose) => {
      const database = freshName();
      const tabs = [openAdapter(database), openAdapter(database), openAdapter(database)];
      await tabs[0]!.createStatus(LEADS);
      const listeners = await Promise.all(tabs.map((tab) => listen(tab)));
      for (let round = 0; round < 3; round++) {
        expect(lose()).to.equal(3);
        listeners.forEach(({ received }) => (received.length = 0));
        const calls = tabs.flatMap((tab, i) => [
          tab.setStatus([{ conversationId: `r${round}t${i}` }], 'leads'),
          tab.listStatuses(),
        ]);
        await Promise.all(calls);
        await until(() => listeners.every(({ received }) => received.length > 0), 'news in every tab');
      }
      expect((await tabs[1]!.count({ of: 'conversation' })).byStatus.get('leads')).to.equal(9);
    }));

  it('repeatedly during transactions: the write is repeated up to three times', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    let aborted = 0;
    await meddling(
      (transaction) => {
        if (aborted++ < 3) transaction.objectStore('meta').get('journal').onsuccess = () => transaction.abort();
      },
      async () => {
        const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
        expect(result).to.include({ ok: true });
      },
    );
    expect((await adapter.history('c1')).length).to.equal(1);
  });

  it('a record that the browser cannot read does not make subscribers read again and again', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    const failing = (): IDBObjectStore['getAll'] => () => {
      throw new DOMException('The value cannot be read.', 'UnknownError');
    };
    await replacing(IDBObjectStore.prototype, 'getAll', failing, async () => {
      expect(await codeOf(adapter.listStatuses())).to.equal('storage-lost');
    });
    await adapter.createStatus({ ...LEADS, id: 'b', name: 'B' });
    await until(() => received.length > 0, 'the next change');
    expect(received.map((change) => change.kind)).to.deep.equal(['status']);
  });

  it('repeatedly: a retryable error, and nothing is written', async () => {
    const adapter = openAdapter();
    await adapter.listStatuses();
    await broken(Infinity, async () => {
      const error = await adapter.createStatus(LEADS).catch((thrown: unknown) => thrown as PipelineError);
      expect(error).to.include({ code: 'storage-lost', retryable: true });
    });
    expect(await namesIn(adapter)).to.deep.equal([]);
    await adapter.createStatus(LEADS);
    expect(adapter.persistence).to.equal('durable');
  });

  it('during a write: the write is repeated once', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    let aborted = 0;
    await meddling(
      (transaction) => {
        if (aborted++ < 1) transaction.objectStore('meta').get('journal').onsuccess = () => transaction.abort();
      },
      async () => {
        const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
        expect(result).to.include({ ok: true });
      },
    );
    expect(aborted).to.equal(2);
    expect((await adapter.history('c1')).length).to.equal(1);
    expect((await adapter.count({ of: 'conversation' })).byStatus.get('leads')).to.equal(1);
  });

  it('a full disk fails at the commit: nothing is written, and the code is quota', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    let tries = 0;
    await meddling(
      (transaction) => {
        tries++;
        // What the browser does: every request succeeds, then only `abort` is fired.
        Object.defineProperty(transaction, 'error', { value: new DOMException('Full.', 'QuotaExceededError') });
        atLastPut(transaction, (request) => (request.onsuccess = () => transaction.abort()));
      },
      async () => {
        const error = await adapter
          .setStatus([{ conversationId: 'c1', contactId: 'p1' }], 'leads')
          .catch((thrown: unknown) => thrown as PipelineError);
        expect(error).to.include({ code: 'quota', retryable: false });
      },
    );
    expect(tries).to.equal(1);
    // Or earlier, while it is still reading.
    await meddling(
      (transaction) => {
        Object.defineProperty(transaction, 'error', { value: new DOMException('Full.', 'QuotaExceededError') });
        transaction.objectStore('meta').get('journal').onsuccess = () => transaction.abort();
      },
      async () => {
        expect(await codeOf(adapter.setStatus([{ conversationId: 'c1' }], 'leads'))).to.equal('quota');
      },
    );
    expect(await adapter.getEntries(['c1'])).to.have.property('size', 0);
    expect(await adapter.getContacts(['p1'])).to.have.property('size', 0);
    await adapter.setStatus([{ conversationId: 'c2' }], 'leads');
    await until(() => received.length > 0, 'the next write');
    expect(received.map((change) => change.kind === 'entry' && change.entry.conversationId)).to.deep.equal(['c2']);
  });

  it('another tab that upgrades or deletes the database is not blocked', async () => {
    const database = freshName();
    const adapter = openAdapter(database);
    await adapter.createStatus(LEADS);
    await adapter.createStatus({ ...LEADS, id: 'b', name: 'B' });
    const { received } = await listen(adapter);
    let blocked = false;
    await deleteDB(database, { blocked: () => (blocked = true) });
    expect(blocked).to.equal(false);
    // The new database has a new counter: earlier changes no longer count.
    await adapter.createStatus(LEADS);
    await until(() => received.some((change) => change.kind === 'reset'), 'a reset');
    await adapter.createStatus({ ...LEADS, id: 'c', name: 'C' });
    await until(() => received.at(-1)?.kind === 'status', 'what comes after');
    const upgraded = await openDB(database, SCHEMA_VERSION + 1, { blocked: () => (blocked = true) });
    expect(blocked).to.equal(false);
    upgraded.close();
    expect(await codeOf(adapter.listStatuses())).to.equal('version-skew');
  });

  it('the browser closes the connection and deletes the data: subscribers receive a reset', async () => {
    const database = freshName();
    const adapter = openAdapter(database);
    let connection: IDBDatabase | undefined;
    await meddling(
      (transaction) => (connection = transaction.db),
      async () => void (await adapter.createStatus(LEADS)),
    );
    const { received } = await listen(adapter);
    connection!.dispatchEvent(new Event('close'));
    connection!.close();
    await until(() => received.length > 0, 'a reset');
    expect(received.map((change) => change.kind)).to.deep.equal(['reset']);
    await adapter.createStatus({ ...LEADS, id: 'b', name: 'B' });
    await until(() => received.length > 1, 'changes after it');
  });

  it('a write that fails half-way writes nothing', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    await meddling(
      (transaction) =>
        atLastPut(transaction, () => {
          throw new DOMException('No.', 'DataError');
        }),
      async () => {
        expect(await codeOf(adapter.setStatus([{ conversationId: 'c1', contactId: 'p1' }], 'leads'))).to.equal(
          'unknown',
        );
      },
    );
    expect(await adapter.getEntries(['c1'])).to.have.property('size', 0);
    expect(await adapter.count({ of: 'contact' })).to.deep.equal({ byStatus: new Map(), none: 0 });
  });

  it('no rejection is unhandled when a transaction fails', async () => {
    const unhandled: unknown[] = [];
    const handle = (event: PromiseRejectionEvent): void => void unhandled.push(event.reason);
    addEventListener('unhandledrejection', handle);
    try {
      const adapter = openAdapter();
      await adapter.createStatus(LEADS);
      const list = Array.from({ length: 50 }, (_, i) => ({ conversationId: `c${i}`, contactId: `p${i}` }));
      await meddling(
        (transaction) => atLastPut(transaction, () => transaction.abort()),
        async () => {
          await Promise.allSettled([adapter.setStatus(list, 'leads'), adapter.putConversations(list)]);
        },
      );
      expect(await codeOf(adapter.setStatus(list, 'nowhere'))).to.equal('not-found');
      // Unhandled rejections are reported in the next task.
      await new Promise((resolve) => setTimeout(resolve));
      expect(unhandled).to.deep.equal([]);
    } finally {
      removeEventListener('unhandledrejection', handle);
    }
  });

  it('close() waits for earlier calls, then closes the connection and rejects later calls', async () => {
    const database = freshName();
    const adapter = openAdapter(database);
    const written = adapter.createStatus(LEADS);
    await adapter.close();
    await written;
    expect(await codeOf(adapter.listStatuses())).to.equal('aborted');
    let blocked = false;
    const after = openAdapter(database);
    expect(await namesIn(after)).to.deep.equal(['Leads']);
    await after.close();
    await deleteDB(database, { blocked: () => (blocked = true) });
    expect(blocked).to.equal(false);
  });

  it('close() right after subscribe() leaves no connection behind', async () => {
    const opened: IDBDatabase[] = [];
    const watching = (real: Open): Open =>
      function (...args) {
        const request = real(...args);
        request.addEventListener('success', () => opened.push(request.result));
        return request;
      };
    const database = freshName();
    await replacingOpen(watching, async () => {
      const adapter = openAdapter(database);
      adapter.subscribe(() => undefined, {});
      await adapter.close();
    });
    // The browser opens a database in the order of the requests: by now the adapter's are done.
    await inspect(database, () => Promise.resolve());
    expect(opened).to.have.lengthOf(1);
    expect(() => opened[0]!.transaction('meta')).to.throw();
  });

  it('close() while it reopens leaves no connection behind', async () => {
    const database = freshName();
    const adapter = openAdapter(database);
    let connection: IDBDatabase | undefined;
    await meddling(
      (transaction) => (connection = transaction.db),
      async () => void (await adapter.createStatus(LEADS)),
    );
    await listen(adapter);
    const opened: IDBDatabase[] = [];
    const watching = (real: Open): Open =>
      function (...args) {
        const request = real(...args);
        request.addEventListener('success', () => opened.push(request.result));
        return request;
      };
    await replacingOpen(watching, async () => {
      connection!.dispatchEvent(new Event('close'));
      await adapter.close();
    });
    await inspect(database, () => Promise.resolve());
    for (const each of opened) expect(() => each.transaction('meta')).to.throw();
  });

  it('many adapters opened and closed leave no connection behind', async () => {
    let open = 0;
    const watching = (real: Open): Open =>
      function (...args) {
        const request = real(...args);
        request.addEventListener('success', () => {
          open++;
          const { close } = request.result;
          let closed = false;
          request.result.close = function () {
            if (!closed) open--;
            closed = true;
            close.call(this);
          };
        });
        return request;
      };
    await replacingOpen(watching, async () => {
      const database = freshName();
      for (let round = 0; round < 20; round++) {
        const adapter = openAdapter(database);
        const { stop } = await listen(adapter);
        await adapter.setStatus([{ conversationId: `c${round}` }], null);
        stop();
        await adapter.close();
      }
      expect(open).to.equal(0);
    });
  });
});
