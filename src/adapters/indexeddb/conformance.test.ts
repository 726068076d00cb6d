/** Runs the adapter suite against `IndexedDBAdapter`. */
import { runAdapterTests } from '../../testing/adapter-tests.js';
import { IndexedDBAdapter } from './adapter.js';
import { cleanUp, freshName, keep, openAdapter } from './test-helpers.js';

describe('IndexedDBAdapter: adapter suite', () => {
  afterEach(cleanUp);
  runAdapterTests({
    describe,
    it,
    create: () => openAdapter(),
    createWithUndoPeriod: (undoPeriodMs) => keep(new IndexedDBAdapter({ database: freshName(), undoPeriodMs })),
    atomicLength: Infinity,
    reopen: async (adapter) => {
      await adapter.close?.();
      return openAdapter((adapter as IndexedDBAdapter).database);
    },
    peer: async (adapter) => openAdapter((adapter as IndexedDBAdapter).database),
  });
});
