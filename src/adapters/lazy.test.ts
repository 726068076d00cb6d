/** Tests adapters that are loaded by their first call. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import { runAdapterTests } from '../testing/index.js';
import type { Change } from '../model/changes.js';
import { lazyAdapter } from './lazy.js';
import { MemoryAdapter } from './memory.js';

runAdapterTests({ describe, it, create: () => lazyAdapter(async () => new MemoryAdapter()) });

describe('lazyAdapter', () => {
  it('loads the adapter with the first call, once', async () => {
    let loads = 0;
    const adapter = lazyAdapter(async () => (loads++, new MemoryAdapter()));
    expect(loads).to.equal(0);
    await Promise.all([adapter.listStatuses(), adapter.getEntries(['a'])]);
    expect(loads).to.equal(1);
  });

  it('rejects calls after close() without loading the adapter', async () => {
    let loads = 0;
    const adapter = lazyAdapter(async () => (loads++, new MemoryAdapter()));
    await adapter.close?.();
    const error = await adapter.listStatuses().catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'aborted' });
    adapter.subscribe!(() => expect.fail('a change was delivered'), {})();
    await adapter.close?.();
    expect(loads).to.equal(0);
  });

  it('finishes a call that was made before close()', async () => {
    const adapter = lazyAdapter(async () => new MemoryAdapter());
    const call = adapter.listStatuses();
    await adapter.close?.();
    expect((await call).items).to.deep.equal([]);
  });

  it('retries a load that failed', async () => {
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

  it('does not subscribe a listener that unsubscribed before it was loaded', async () => {
    const memory = new MemoryAdapter();
    const adapter = lazyAdapter(async () => memory);
    const unsubscribed: Change[] = [];
    const kept: Change[] = [];
    adapter.subscribe!((change) => unsubscribed.push(change), {})();
    adapter.subscribe!((change) => kept.push(change), {});
    await adapter.listStatuses();
    await memory.createStatus({ id: 'a', name: 'A', color: '#000000' });
    await until(() => kept.length === 1);
    expect(unsubscribed).to.deep.equal([]);
  });

  it('subscribes with the next load when the first one failed, and says that changes do not arrive until then', async () => {
    let fails = true;
    const memory = new MemoryAdapter();
    const adapter = lazyAdapter(async () => {
      if (fails) throw new Error('the chunk did not arrive');
      return memory;
    });
    const received: Change[] = [];
    const states: string[] = [];
    const stop = adapter.subscribe!((change) => received.push(change), { onState: (state) => states.push(state) });
    const gone = adapter.subscribe!(() => expect.fail('a change was delivered'), {});
    gone();
    await until(() => states.length === 1);
    fails = false;
    await adapter.listStatuses();
    await memory.createStatus({ id: 'a', name: 'A', color: '#000000' });
    await until(() => received.length === 1);
    expect(states).to.deep.equal(['down', 'live']);
    stop();
  });

  it('does not have the methods that the loaded adapter lacks', () => {
    const adapter = lazyAdapter(async () => new MemoryAdapter(), ['putConversations']);
    expect([typeof adapter.putConversations, typeof adapter.count]).to.deep.equal(['undefined', 'function']);
  });
});
