/** What a store shows of conversations that are forgotten, also when answers from before arrive late. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import { MemoryAdapter } from '../adapters/memory.js';
import type { Id } from '../model/id.js';
import { Mutations } from './mutations.js';
import { PipelineStore } from './pipeline.js';
import { CountCache } from './queries.js';
import { watching } from './test-watching.js';

/** A memory adapter whose answers to `method` are made at once, and arrive when the test lets them. */
class LateAdapter extends MemoryAdapter {
  late: 'getEntries' | 'setStatus' | 'forget' | undefined;
  readonly held: (() => void)[] = [];
  readonly calls: string[] = [];

  async #arrive<T>(method: string, answer: Promise<T>): Promise<T> {
    this.calls.push(method);
    const value = await answer;
    if (this.late === method) await new Promise<void>((resolve) => this.held.push(resolve));
    return value;
  }

  override getEntries(...args: Parameters<MemoryAdapter['getEntries']>) {
    return this.#arrive('getEntries', super.getEntries(...args));
  }

  override setStatus(...args: Parameters<MemoryAdapter['setStatus']>) {
    return this.#arrive('setStatus', super.setStatus(...args));
  }

  override forget(...args: Parameters<MemoryAdapter['forget']>) {
    return this.#arrive('forget', super.forget(...args));
  }
}

async function prepare() {
  const adapter = new LateAdapter();
  await adapter.createStatus({ id: 'a', name: 'A', color: '#112233' });
  await adapter.setStatus([{ conversationId: 'c1', contactId: 'p1' }], 'a');
  const store = PipelineStore.of(adapter);
  watching(store, { statuses: true });
  await until(() => store.phase === 'ready');
  const shown = (id: Id = 'c1') => store.entry(id)?.statusId;
  return { adapter, store, shown };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('PipelineStore: forget', () => {
  it('a forgotten conversation has no status at once, and a later pick is shown', async () => {
    const { adapter, store, shown } = await prepare();
    const counts = store.cache(CountCache).of({ of: 'conversation' });
    watching(store, { conversationIds: ['c1'], also: counts });
    await until(() => shown() === 'a' && counts.counts?.byStatus.get('a') === 1);
    await adapter.forget({ contactIds: ['p1'] });
    await until(() => shown() === null && counts.counts?.byStatus.get('a') === undefined);
    await adapter.setStatus([{ conversationId: 'c1' }], 'a');
    await until(() => shown() === 'a' && counts.counts?.byStatus.get('a') === 1);
  });

  it('a conversation that is not shown any more is read again when it is shown next', async () => {
    const { adapter, store, shown } = await prepare();
    const stop = watching(store, { conversationIds: ['c1'] });
    await until(() => shown() === 'a');
    stop();
    await adapter.forget({ conversationIds: ['c1'] });
    await until(() => shown() === undefined);
    watching(store, { conversationIds: ['c1'] });
    await until(() => shown() === null);
  });

  it('a lookup from before that is answered after the next one does not bring it back', async () => {
    const { adapter, store, shown } = await prepare();
    adapter.late = 'getEntries';
    watching(store, { conversationIds: ['c1'] });
    await until(() => adapter.held.length === 1);
    adapter.late = undefined;
    await adapter.forget({ conversationIds: ['c1'] });
    await until(() => shown() === null);
    adapter.held[0]!();
    await turn();
    expect(shown()).to.equal(null);
  });

  it('a lookup from before that is answered before the next one does not bring it back', async () => {
    const { adapter, store, shown } = await prepare();
    adapter.late = 'getEntries';
    watching(store, { conversationIds: ['c1'] });
    await until(() => adapter.held.length === 1);
    await adapter.forget({ conversationIds: ['c1'] });
    await until(() => adapter.held.length === 2);
    adapter.held[0]!();
    await turn();
    adapter.held[1]!();
    await until(() => shown() === null);
  });

  it('the answer to a pick from before does not bring it back', async () => {
    const { adapter, store, shown } = await prepare();
    watching(store, { conversationIds: ['c1', 'c2'] });
    await until(() => shown('c2') === null);
    adapter.late = 'setStatus';
    const pick = Mutations.of(store).setStatus([{ conversationId: 'c2' }], 'a');
    await until(() => adapter.held.length === 1);
    await adapter.forget({ conversationIds: ['c2'] });
    // The pick is shown until it is answered; c1 tells that everything was read again.
    await adapter.forget({ conversationIds: ['c1'] });
    await until(() => shown('c1') === null);
    adapter.held[0]!();
    await pick;
    await until(() => shown('c2') === null);
  });

  it('forgetting waits for picks, later picks wait for it, and it shows at once', async () => {
    const { adapter, store, shown } = await prepare();
    const mutations = Mutations.of(store);
    watching(store, { conversationIds: ['c1', 'c2'] });
    await until(() => shown() === 'a');
    adapter.late = 'setStatus';
    adapter.calls.length = 0;
    const first = mutations.setStatus([{ conversationId: 'c2' }], 'a');
    await until(() => adapter.held.length === 1);
    const forgetting = mutations.forget({ conversationIds: ['c2'], contactIds: ['p1'] });
    expect(store.entry('c2')).to.include({ statusId: null, pending: true });
    const last = mutations.setStatus([{ conversationId: 'c1' }], 'a');
    await turn();
    expect(adapter.calls.filter((call) => call !== 'getEntries')).to.deep.equal(['setStatus']);
    adapter.late = undefined;
    adapter.held[0]!();
    await Promise.all([first, forgetting, last]);
    expect(adapter.calls.filter((call) => call !== 'getEntries')).to.deep.equal(['setStatus', 'forget', 'setStatus']);
    await until(() => shown() === 'a' && shown('c2') === null);
    expect(await adapter.history('c1')).to.have.length(1);
  });

  it('an invalid id is rejected, and nothing is shown as forgotten', async () => {
    const { adapter, store, shown } = await prepare();
    watching(store, { conversationIds: ['c1'] });
    await until(() => shown() === 'a');
    adapter.calls.length = 0;
    const error = await Mutations.of(store)
      .forget({ conversationIds: ['c1', ''] })
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'invalid', field: 'conversationIds' });
    expect([shown(), adapter.calls]).to.deep.equal(['a', []]);
  });
});
