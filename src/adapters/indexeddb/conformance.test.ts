/** Runs the adapter suite against `IndexedDBAdapter`. */
import { runAdapterTests } from '../../testing/adapter-tests.js';
import type { IndexedDBAdapter } from './adapter.js';
import { cleanUp, openAdapter } from './test-helpers.js';

describe('IndexedDBAdapter: adapter suite', () => {
  afterEach(cleanUp);
  runAdapterTests({
    describe,
    it,
    create: () => openAdapter(),
    reopen: async (adapter) => {
      await adapter.close?.();
      return openAdapter((adapter as IndexedDBAdapter).database);
    },
    peer: async (adapter) => openAdapter((adapter as IndexedDBAdapter).database),
  });
});
