/** The first worked example of docs/write-an-adapter.md. */
import { expect } from '@open-wc/testing';
import { runAdapterTests } from 'pipeline-elements/testing';
import { LocalStorageAdapter } from '../../demo/adapters/local-storage.js';

let names = 0;
const namesOf = new WeakMap<object, string>();

function open(name: string): LocalStorageAdapter {
  const adapter = new LocalStorageAdapter({ name });
  namesOf.set(adapter, name);
  return adapter;
}

describe('LocalStorageAdapter', () => {
  beforeEach(() => localStorage.clear());
  after(() => localStorage.clear());

  runAdapterTests({
    describe,
    it,
    create: () => open(`test-${++names}`),
    reopen: async (adapter) => {
      await adapter.close?.();
      return open(namesOf.get(adapter)!);
    },
    peer: async (adapter) => open(namesOf.get(adapter)!),
  });
});
