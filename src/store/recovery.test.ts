/** After changes that were not reported, the store ends up with what the adapter has. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import type { PipelineAdapter, StatusList, SubscriptionState } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import type { Change } from '../model/changes.js';
import { PipelineError } from '../model/errors.js';
import type { Status } from '../model/status.js';
import { PipelineStore, type Interest } from './pipeline.js';
import { CountCache } from './queries.js';
import { watching } from './test-watching.js';
import { Mutations } from './mutations.js';

type Restored = { status: Status; restored: number };

/** A memory adapter whose answers and changes are sent by the test. */
class HeldAdapter extends MemoryAdapter {
  readonly lists: ((list: StatusList | PipelineError) => void)[] = [];
  readonly restores: ((answer: Restored) => void)[] = [];
  tell!: (change: Change) => void;
  setState!: (state: SubscriptionState) => void;

  override listStatuses(): Promise<StatusList> {
    return new Promise((resolve, reject) => {
      this.lists.push((list) => (list instanceof PipelineError ? reject(list) : resolve(list)));
    });
  }

  override restoreStatus(): Promise<Restored> {
    return new Promise((resolve) => this.restores.push(resolve));
  }

  override subscribe(
    listener: (change: Change) => void,
    { onState }: { onState?(state: SubscriptionState): void },
  ): () => void {
    this.tell = listener;
    this.setState = (state) => onState?.(state);
    return () => undefined;
  }

  /** Answers the pending request for the list. */
  async answer(list: StatusList | PipelineError): Promise<void> {
    await until(() => this.lists.length, 'a list');
    this.lists.shift()!(list);
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const away = (): PipelineError => new PipelineError('unavailable', 'away');
const status = (version: number): Status => ({ id: 'a', name: 'Leads', color: '#123456', rank: 'a0', version });

async function awake(list: StatusList): Promise<{ adapter: HeldAdapter; store: PipelineStore; leave(): void }> {
  const adapter = new HeldAdapter();
  const store = PipelineStore.of(adapter);
  const leave = watching(store, { statuses: true }, undefined, () => undefined);
  await adapter.answer(list);
  return { adapter, store, leave };
}

describe('PipelineStore, after changes that were not reported', () => {
  it('shows a change made between the lookup of a conversation and the list', async () => {
    const adapter = new MemoryAdapter();
    await adapter.createStatus({ id: 'a', name: 'Leads', color: '#123456' });
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const original = adapter.listStatuses.bind(adapter);
    adapter.listStatuses = () => gate.then(() => original());
    const store = PipelineStore.of(adapter);
    watching(store, { conversationIds: ['x'] });
    await turn();
    await adapter.setStatus([{ conversationId: 'x' }], 'a');
    open();
    await until(() => store.entry('x'));
    expect(store.entry('x')!.statusId).to.equal('a');
  });

  it('looks conversations up even if the list cannot be loaded', async () => {
    const adapter = new HeldAdapter();
    const store = PipelineStore.of(adapter);
    watching(store, { statuses: true, conversationIds: ['x'] }, undefined, () => undefined);
    await adapter.answer(away());
    await until(() => store.entry('x'));
  });

  it('does not keep a status restored by the late answer to an old restore while the list was loading', async () => {
    const { adapter, store } = await awake({ items: [status(1)], seq: '1' });
    adapter.tell({ seq: '2', kind: 'status', status: { ...status(2), deleted: true } });
    const restored = Mutations.of(store).restoreStatus('a');
    // Restored as version 3, and deleted by someone else as version 4, which is not reported.
    adapter.tell({ seq: '9', kind: 'reset' });
    await until(() => adapter.lists.length);
    adapter.restores[0]!({ status: status(3), restored: 0 });
    await restored;
    await adapter.answer({ items: [], seq: '9' });
    await adapter.answer({ items: [], seq: '9' });
    expect(store.statuses).to.deep.equal([]);
  });

  it('does not keep a status restored by the late answer to an old restore after the list was loaded', async () => {
    const { adapter, store } = await awake({ items: [status(1)], seq: '1' });
    const restored = Mutations.of(store).restoreStatus('a');
    adapter.tell({ seq: '9', kind: 'reset' });
    await adapter.answer({ items: [], seq: '9' });
    adapter.restores[0]!({ status: status(3), restored: 0 });
    await restored;
    await adapter.answer({ items: [], seq: '9' });
    expect(store.statuses).to.deep.equal([]);
  });

  it('does not keep a status that was created and deleted while the list was loading', async () => {
    const { adapter, store } = await awake({ items: [], seq: '1' });
    adapter.tell({ seq: '9', kind: 'reset' });
    await until(() => adapter.lists.length);
    // Deleted by someone else right after, which is never reported.
    adapter.tell({ seq: '10', kind: 'status', status: status(1) });
    await adapter.answer({ items: [], seq: '11' });
    await adapter.answer({ items: [], seq: '11' });
    expect(store.statuses).to.deep.equal([]);
  });

  it('shows a status with a lower version if the database was deleted and created again', async () => {
    const { adapter, store } = await awake({ items: [status(7), { ...status(8), id: 'b' }], seq: '9' });
    adapter.tell({ seq: '9', kind: 'status', status: { ...status(9), id: 'c', deleted: true } });
    adapter.tell({ seq: '0', kind: 'reset' });
    await adapter.answer({ items: [], seq: '0' });
    expect(store.statuses).to.deep.equal([]);
    for (const [i, id] of ['a', 'b', 'c'].entries()) {
      adapter.tell({ seq: String(i + 1), kind: 'status', status: { ...status(i + 1), id } });
    }
    expect(store.statuses.map(({ id }) => id)).to.deep.equal(['a', 'b', 'c']);
  });

  it('takes a newer entry from a lookup although an older one was received meanwhile', async () => {
    const adapter = new HeldAdapter();
    const entry = { conversationId: 'x', contactId: null, statusId: 'a', changedAt: 0 };
    let answer!: () => void;
    const gate = new Promise<void>((resolve) => (answer = resolve));
    adapter.getEntries = async () => {
      await gate;
      return new Map([['x', { ...entry, statusId: 'b', version: 5 }]]);
    };
    const store = PipelineStore.of(adapter);
    watching(store, { conversationIds: ['x'] });
    await adapter.answer({ items: [], seq: '1' });
    adapter.tell({ seq: '4', kind: 'entry', entry: { ...entry, version: 4 } });
    answer();
    await until(() => store.entry('x')?.statusId === 'b');
  });

  it('retries failed reads as soon as the subscription is live again', async () => {
    const { adapter, store } = await awake({ items: [], seq: '1' });
    adapter.setState('retrying');
    void store.retry();
    await adapter.answer(away());
    expect(store.error?.code).to.equal('unavailable');
    adapter.setState('live');
    await adapter.answer({ items: [status(2)], seq: '2' });
    expect(store.error).to.equal(undefined);
    expect(store.statuses).to.have.length(1);
  });

  it('loads again once live if the position in the changes was unknown when it subscribed', async () => {
    const adapter = new HeldAdapter();
    const store = PipelineStore.of(adapter);
    watching(store, { statuses: true }, undefined, () => undefined);
    await adapter.answer(away());
    void store.retry();
    await adapter.answer({ items: [], seq: '1' });
    adapter.setState('live');
    await adapter.answer({ items: [status(2)], seq: '2' });
    expect(store.statuses).to.have.length(1);
    adapter.setState('live');
    await turn();
    expect(adapter.lists).to.have.length(0);
  });

  describe('retries failed reads', () => {
    const { setTimeout, clearTimeout } = globalThis;
    /** The long timers that are set, with their milliseconds; the test makes them fire. */
    let waiting: { ms: number; run: () => void }[];
    beforeEach(() => {
      waiting = [];
      Object.assign(globalThis, {
        setTimeout(run: () => void, ms = 0): unknown {
          if (ms < 5000) return setTimeout.call(globalThis, run, ms);
          const timer = { ms, run };
          waiting.push(timer);
          return timer;
        },
        clearTimeout(timer: never): void {
          waiting = waiting.filter((each) => each !== timer);
          if (typeof timer === 'number') clearTimeout.call(globalThis, timer);
        },
      });
    });
    afterEach(() => Object.assign(globalThis, { setTimeout, clearTimeout }));

    /** Makes the one timer fire; returns its milliseconds. */
    function wait(): number {
      expect(waiting).to.have.length(1);
      const { ms, run } = waiting.shift()!;
      run();
      return ms;
    }

    function watched(interest: Interest, adapter: PipelineAdapter): { told: string[]; stop(): void } {
      const told: string[] = [];
      const stop = watching(PipelineStore.of(adapter), interest, undefined, (error) => told.push(error.code));
      return { told, stop };
    }

    it('at growing intervals up to a limit, and reports the error once', async () => {
      const adapter = new HeldAdapter();
      const { told } = watched({ statuses: true }, adapter);
      await adapter.answer(away());
      const waits: number[] = [];
      for (let n = 0; n < 7; n++) {
        waits.push(wait());
        await adapter.answer(away());
      }
      expect(waits, 'the intervals').to.deep.equal([...waits].sort((a, b) => a - b));
      expect(waits[1], 'the second interval').to.equal(2 * waits[0]!);
      expect(waits.at(-1), 'the limit').to.equal(waits.at(-2));
      expect(told).to.deep.equal(['unavailable']);
      wait();
      await adapter.answer({ items: [status(1)], seq: '1' });
      expect([PipelineStore.of(adapter).statuses.length, waiting.length]).to.deep.equal([1, 0]);
      // A new error, and one after a retry that someone asked for, is reported again.
      for (let n = 0; n < 2; n++) {
        void PipelineStore.of(adapter).retry();
        await adapter.answer(away());
      }
      expect(told).to.deep.equal(['unavailable', 'unavailable', 'unavailable']);
      expect(wait()).to.equal(waits[0]);
    });

    it('of conversations and counts, too', async () => {
      const adapter = new MemoryAdapter();
      let isAway = true;
      const getEntries = adapter.getEntries.bind(adapter);
      const count = adapter.count.bind(adapter);
      adapter.getEntries = (ids) => (isAway ? Promise.reject(away()) : getEntries(ids));
      adapter.count = (query) => (isAway ? Promise.reject(away()) : count(query));
      const store = PipelineStore.of(adapter);
      const tally = store.cache(CountCache).of({ of: 'conversation' });
      const { told } = watched({ statuses: true, conversationIds: ['x'], also: tally }, adapter);
      await until(() => told.length === 2);
      isAway = false;
      wait();
      await until(() => store.entry('x') && tally.counts);
      expect(waiting).to.have.length(0);
    });

    it('but not permanent errors, and not when nobody watches any more', async () => {
      const adapter = new HeldAdapter();
      const { stop } = watched({ statuses: true }, adapter);
      await adapter.answer(new PipelineError('forbidden', 'no'));
      expect(waiting).to.have.length(0);
      void PipelineStore.of(adapter).retry();
      await adapter.answer(away());
      expect(waiting).to.have.length(1);
      stop();
      await turn();
      expect(waiting).to.have.length(0);
    });

    it('at once when someone watches again', async () => {
      const { adapter, store, leave } = await awake({ items: [], seq: '1' });
      const { stop } = watched({ statuses: true }, adapter);
      void store.retry();
      await adapter.answer(away());
      leave();
      stop();
      await turn();
      watched({ statuses: true }, adapter);
      await adapter.answer({ items: [status(2)], seq: '2' });
      expect(store.statuses).to.have.length(1);
    });
  });
});
