import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import { runAdapterTests } from '../testing/index.js';
import type { Change } from '../model/changes.js';
import { lazyAdapter } from './lazy.js';
import { MemoryAdapter } from './memory.js';

runAdapterTests({ describe, it, create: () => lazyAdapter(async () => new MemoryAdapter()) });

describe('an adapter that is loaded when first used', () => {
  it('is not loaded before', async () => {
    let loads = 0;
    const adapter = lazyAdapter(async () => (loads++, new MemoryAdapter()));
    await adapter.close?.();
    expect(loads).to.equal(0);
    await Promise.all([adapter.listStatuses(), adapter.getEntries(['a'])]);
    expect(loads).to.equal(1);
  });

  it('is loaded again when that failed', async () => {
    let fails = true;
    const adapter = lazyAdapter(async () => {
      if (fails) throw new Error('the chunk did not arrive');
      return new MemoryAdapter();
    });
    const error = await adapter.listStatuses().catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'unavailable', retryable: true });
    fails = false;
    expect((await adapter.listStatuses()).items).to.deep.equal([]);
  });

  it('does not listen when the listener left before it was loaded', async () => {
    const memory = new MemoryAdapter();
    const adapter = lazyAdapter(async () => memory);
    const heard: Change[] = [];
    const kept: Change[] = [];
    adapter.subscribe!((change) => heard.push(change), {})();
    adapter.subscribe!((change) => kept.push(change), {});
    await adapter.listStatuses();
    await memory.createStatus({ id: 'a', name: 'A', color: '#000000' });
    await until(() => kept.length === 1);
    expect(heard).to.deep.equal([]);
  });

  it('has no method that the adapter will not have', () => {
    const adapter = lazyAdapter(async () => new MemoryAdapter(), ['putConversations']);
    expect([typeof adapter.putConversations, typeof adapter.count]).to.deep.equal(['undefined', 'function']);
  });
});
