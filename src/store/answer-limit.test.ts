/** An adapter that never answers ends in an error that can be retried, and its late answers still count. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import type { CallOptions } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import type { PipelineError } from '../model/errors.js';
import { ANSWER_LIMIT } from './answer-limit.js';
import { Mutations } from './mutations.js';
import { PipelineStore } from './pipeline.js';
import { CountCache, find } from './queries.js';
import { watching } from './test-watching.js';

type Method = 'listStatuses' | 'getEntries' | 'setStatus' | 'createStatus' | 'count' | 'find';

/** Holds the answers of one method back until the test lets them pass. */
function silent(adapter: MemoryAdapter, method: Method): { calls: (() => void)[]; options(): CallOptions } {
  const calls: (() => void)[] = [];
  const call = adapter[method].bind(adapter) as (...args: unknown[]) => Promise<unknown>;
  let last: CallOptions = {};
  const held = (...args: unknown[]): Promise<unknown> => {
    last = args.at(-1) as CallOptions;
    return new Promise((resolve) => calls.push(() => resolve(call(...args))));
  };
  Object.assign(adapter, { [method]: held });
  return { calls, options: () => last };
}

const code = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'done',
    (error: PipelineError) => `${error.code}: ${error.message}`,
  );

describe('a silent adapter', () => {
  /** The limits that are running, with their durations. */
  const limits = new Map<number, { ms: number; run(): void }>();
  const original = { setTimeout: window.setTimeout, clearTimeout: window.clearTimeout };
  const real = { setTimeout: setTimeout.bind(window), clearTimeout: clearTimeout.bind(window) };

  before(() => {
    let last = 0;
    const fake = (run: () => void, ms = 0, ...args: unknown[]): number => {
      if (ms < ANSWER_LIMIT) return real.setTimeout(run, ms, ...args);
      limits.set(--last, { ms, run });
      return last;
    };
    window.setTimeout = fake as typeof window.setTimeout;
    window.clearTimeout = (id) => void (limits.delete(Number(id)) || real.clearTimeout(id));
  });
  after(() => Object.assign(window, original));
  beforeEach(() => limits.clear());

  /** The time of everything that waits is over. */
  function expire(): void {
    const due = [...limits.values()];
    limits.clear();
    for (const { run } of due) run();
  }

  async function scene(): Promise<{ adapter: MemoryAdapter; store: PipelineStore }> {
    const adapter = new MemoryAdapter();
    await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
    return { adapter, store: PipelineStore.of(adapter) };
  }

  it('makes the list an error after 30 s, and a late list is shown', async () => {
    const { adapter, store } = await scene();
    const { calls } = silent(adapter, 'listStatuses');
    const reported: string[] = [];
    const stop = watching(store, { statuses: true }, undefined, ({ message }) => reported.push(message));
    await until(() => calls.length);
    expect([...limits.values()].map(({ ms }) => ms)).to.deep.equal([30_000]);
    expire();
    await until(() => store.phase === 'error');
    expect([store.error!.code, store.error!.retryable]).to.deep.equal(['timeout', true]);
    expect(reported).to.deep.equal(['The adapter did not answer listStatuses() within 30 s.']);
    calls[0]!();
    await until(() => store.phase === 'ready');
    expect(store.statuses.map(({ name }) => name)).to.deep.equal(['Leads']);
    stop();
  });

  it('makes a conversation an error after 30 s, which is read again on demand, and a late answer is shown', async () => {
    const { adapter, store } = await scene();
    await adapter.setStatus([{ conversationId: 'c-1' }], 'leads');
    const { calls } = silent(adapter, 'getEntries');
    const reported: (readonly string[] | undefined)[] = [];
    const interest = { statuses: true, conversationIds: ['c-1'] };
    const stop = watching(store, interest, undefined, (_error, _action, ids) => reported.push(ids));
    await until(() => calls.length === 1);
    expire();
    await until(() => store.entryError('c-1')?.code === 'timeout');
    expect(reported).to.deep.equal([['c-1']]);
    void store.retry();
    await until(() => calls.length === 2);
    calls[0]!();
    await until(() => store.entry('c-1')?.statusId === 'leads');
    expect(store.entryError('c-1')).to.equal(undefined);
    stop();
  });

  it('fails a pick after 30 s, so that the next one is sent, and a late confirmation withdraws the failure', async () => {
    const { adapter, store } = await scene();
    const stop = watching(store, { statuses: true, conversationIds: ['c-1'] });
    await until(() => store.entry('c-1'));
    const { calls } = silent(adapter, 'setStatus');
    const mutations = Mutations.of(store);
    const first = code(mutations.setStatus([{ conversationId: 'c-1' }], 'leads'));
    await until(() => calls.length === 1);
    expect([...limits.values()].map(({ ms }) => ms)).to.deep.equal([30_000]);
    expire();
    expect(await first).to.equal('timeout: The adapter did not answer setStatus() within 30 s.');
    expect(store.entry('c-1')!.pending).to.equal(false);
    expect(store.feedback('c-1')?.failure?.error.code).to.equal('timeout');
    calls[0]!();
    await until(() => store.entry('c-1')!.statusId === 'leads');
    expect(store.feedback('c-1')).to.equal(undefined);
    const second = code(mutations.setStatus([{ conversationId: 'c-1' }], null));
    await until(() => calls.length === 2);
    calls[1]!();
    expect(await second).to.equal('done');
    stop();
  });

  it('is given more time for a bulk write, and no limit while it says that it waits', async () => {
    const { adapter, store } = await scene();
    const { calls, options } = silent(adapter, 'setStatus');
    const refs = Array.from({ length: 401 }, (_, i) => ({ conversationId: `c-${i}` }));
    const result = code(Mutations.of(store).setStatus(refs, 'leads'));
    await until(() => calls.length === 1);
    const running = (): number[] => [...limits.values()].map(({ ms }) => ms);
    expect(running()).to.deep.equal([90_000]);
    options().onWait!({ reason: 'offline' });
    expect(running()).to.deep.equal([]);
    options().onWait!(undefined);
    expect(running()).to.deep.equal([90_000]);
    calls[0]!();
    expect(await result).to.equal('done');
    expect(running()).to.deep.equal([]);
    options().onWait!(undefined);
    expect(running(), 'an adapter that reports too late').to.deep.equal([]);
  });

  it('fails changes of statuses, searches and counts as well', async () => {
    const { adapter, store } = await scene();
    const created = silent(adapter, 'createStatus');
    const creating = code(Mutations.of(store).createStatus({ id: 'b', name: 'B', color: '#123456' }));
    await until(() => created.calls.length);
    expire();
    expect(await creating).to.equal('timeout: The adapter did not answer createStatus() within 30 s.');
    silent(adapter, 'find');
    const finding = code(find(store, { of: 'conversation', filter: { op: 'any-of', statusIds: [] } }));
    await until(() => limits.size);
    expire();
    expect(await finding).to.equal('timeout: The adapter did not answer a read within 30 s.');
    const counted = silent(adapter, 'count');
    const counts = store.cache(CountCache).of({ of: 'conversation' });
    const reported: string[] = [];
    const stop = watching(store, { statuses: true, also: counts }, undefined, (error) => reported.push(error.code));
    await until(() => counted.calls.length === 1);
    expire();
    await until(() => reported.length);
    await adapter.setStatus([{ conversationId: 'c-1' }], 'leads');
    await until(() => counted.calls.length > 1, 'another count');
    stop();
  });
});
