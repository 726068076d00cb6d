/** Runs the adapter suite against `MemoryAdapter`. */
import { runAdapterTests } from '../testing/index.js';
import { MemoryAdapter } from './memory.js';

describe('MemoryAdapter', () => {
  runAdapterTests({
    describe,
    it,
    create: () => new MemoryAdapter(),
    createWithUndoPeriod: (undoPeriodMs) => new MemoryAdapter({ undoPeriodMs }),
    atomicLength: Infinity,
    // Whoever holds the same instance is a second client of the same data.
    peer: async (adapter) => adapter,
  });
});
