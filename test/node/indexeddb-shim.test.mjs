// The IndexedDB adapter in Node, with an implementation of IndexedDB in JavaScript: no page, no window, no document.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { runAdapterTests } from 'pipeline-elements/testing';
import { IndexedDBAdapter } from 'pipeline-elements/adapters/indexeddb';

// Before the shim is loaded: importing the adapter needs none.
const withoutStorage = new IndexedDBAdapter({ database: 'nowhere' });
await import('fake-indexeddb/auto');

let used = 0;
const create = () => new IndexedDBAdapter({ database: `shim-${++used}` });

runAdapterTests({
  describe,
  it,
  create,
  reopen: async (adapter) => {
    await adapter.close();
    return new IndexedDBAdapter({ database: adapter.database });
  },
  peer: async (adapter) => new IndexedDBAdapter({ database: adapter.database }),
});

describe('IndexedDBAdapter in Node', () => {
  it('data of version 1 is upgraded', async () => {
    const file = new URL('../../src/adapters/indexeddb/fixtures/version-1.json', import.meta.url);
    const { version, stores, answers } = JSON.parse(await readFile(file, 'utf8'));
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open('shim-old', version);
      request.onupgradeneeded = () => {
        for (const [name, { keyPath, indexes, records }] of Object.entries(stores)) {
          const store = request.result.createObjectStore(name, { keyPath });
          for (const [index, path] of Object.entries(indexes)) store.createIndex(index, path);
          for (const record of records) store.put(record);
        }
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.close();
    const adapter = new IndexedDBAdapter({ database: 'shim-old' });
    assert.deepEqual(await adapter.listStatuses(), answers.list);
    assert.equal(adapter.persistence, 'durable');
    await adapter.close();
  });

  it('another app is named, and its database is left as it is', async () => {
    await new Promise((resolve) => {
      const request = indexedDB.open('shim-theirs', 3);
      request.onupgradeneeded = () => request.result.createObjectStore('notes');
      request.onsuccess = () => resolve(request.result.close());
    });
    const adapter = new IndexedDBAdapter({ database: 'shim-theirs' });
    await assert.rejects(adapter.listStatuses(), {
      code: 'version-skew',
      message: /"shim-theirs".*another app.*notes/,
    });
    await adapter.close();
  });

  it('without a shim, data is kept in memory until there is one', async () => {
    assert.equal(withoutStorage.persistence, 'unknown');
    const shim = globalThis.indexedDB;
    delete globalThis.indexedDB;
    try {
      await withoutStorage.createStatus({ id: 'a', name: 'A', color: '#112233' });
      assert.equal(withoutStorage.persistence, 'session');
    } finally {
      globalThis.indexedDB = shim;
    }
    assert.equal((await withoutStorage.listStatuses()).items.length, 1);
    assert.equal(withoutStorage.persistence, 'durable');
    await withoutStorage.close();
  });

  it('a process ends by itself after close()', async () => {
    const script = `
      import 'fake-indexeddb/auto';
      import { IndexedDBAdapter } from 'pipeline-elements/adapters/indexeddb';
      const adapter = new IndexedDBAdapter({ database: 'job' });
      let received = 0;
      adapter.subscribe(() => received++, { since: '0' });
      await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
      await adapter.setStatus([{ conversationId: 'c1' }], 'a');
      await new Promise((resolve) => setImmediate(resolve));
      await adapter.close();
      console.log('written', (await indexedDB.databases()).length, received);`;
    const options = { cwd: new URL('../..', import.meta.url), timeout: 60_000 };
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options);
    assert.match(stdout, /^written 1 2/);
  });
});
