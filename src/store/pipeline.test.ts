/** Pending mutations, confirmed state, and who is notified of what. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import type { SetResult } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import type { Status } from '../model/status.js';
import { PipelineStore } from './pipeline.js';
import { CountCache } from './queries.js';
import { watching } from './test-watching.js';
import { Mutations } from './mutations.js';

const counting = (store: PipelineStore): ReturnType<CountCache['of']> =>
  store.cache(CountCache).of({ of: 'conversation' });

/** A memory adapter that counts its calls, and delays those that the test holds. */
function instrumented(): {
  adapter: MemoryAdapter;
  calls: Record<string, number>;
  hold(method: string): { release(error?: PipelineError): Promise<void> };
} {
  const adapter = new MemoryAdapter();
  const calls: Record<string, number> = {};
  const gates = new Map<string, Promise<void>>();
  for (const method of [
    'listStatuses',
    'getEntries',
    'setStatus',
    'updateStatus',
    'moveStatus',
    'deleteStatus',
    'count',
  ] as const) {
    const original = adapter[method].bind(adapter) as (...args: unknown[]) => Promise<unknown>;
    (adapter as unknown as Record<string, unknown>)[method] = async (...args: unknown[]) => {
      calls[method] = (calls[method] ?? 0) + 1;
      await gates.get(method);
      return original(...args);
    };
  }
  return {
    adapter,
    calls,
    hold(method) {
      let open!: (error?: PipelineError) => void;
      const gate = new Promise<void>((resolve, reject) => (open = (error) => (error ? reject(error) : resolve())));
      gate.catch(() => undefined);
      gates.set(method, gate);
      return {
        async release(error) {
          gates.delete(method);
          open(error);
          await new Promise((resolve) => setTimeout(resolve));
        },
      };
    },
  };
}

async function filled(adapter: PipelineAdapter, ...names: string[]): Promise<Status[]> {
  const statuses: Status[] = [];
  for (const name of names) statuses.push(await adapter.createStatus({ id: name, name, color: '#123456' }));
  return statuses;
}

const names = (store: PipelineStore): string[] => store.statuses.map((status) => status.name);

async function awake(adapter: PipelineAdapter): Promise<PipelineStore> {
  const store = PipelineStore.of(adapter);
  watching(store, { statuses: true });
  await until(() => store.phase === 'ready');
  return store;
}

describe('PipelineStore', () => {
  it('is the same for the same adapter', () => {
    const adapter = new MemoryAdapter();
    expect(PipelineStore.of(adapter)).to.equal(PipelineStore.of(adapter));
  });

  it('reads 500 conversations in one turn with one list and one lookup', async () => {
    const { adapter, calls } = instrumented();
    const store = PipelineStore.of(adapter);
    for (let i = 0; i < 500; i++) watching(store, { conversationIds: [`c${i}`] });
    await until(() => store.entry('c499'));
    expect([calls['listStatuses'], calls['getEntries']]).to.deep.equal([1, 1]);
  });

  it('notifies only those that watch the conversation that changed', async () => {
    const adapter = new MemoryAdapter();
    await filled(adapter, 'a');
    const store = await awake(adapter);
    let mine = 0;
    let others = 0;
    watching(store, { conversationIds: ['mine'] }, () => mine++);
    watching(store, { conversationIds: ['other'] }, () => others++);
    await until(() => store.entry('mine') && store.entry('other'));
    [mine, others] = [0, 0];
    await adapter.setStatus([{ conversationId: 'mine' }], 'a');
    await until(() => store.entry('mine')?.statusId === 'a');
    expect([mine, others]).to.deep.equal([1, 0]);
  });

  it('shows a pick at once, and rolls a refused one back to what others wrote meanwhile', async () => {
    const { adapter, hold } = instrumented();
    await filled(adapter, 'a', 'b', 'c');
    const store = await awake(adapter);
    watching(store, { conversationIds: ['x'] });
    await until(() => store.entry('x'));
    const gate = hold('setStatus');
    const mine = Mutations.of(store)
      .setStatus([{ conversationId: 'x' }], 'a')
      .catch((error: PipelineError) => error.code);
    expect(store.entry('x')).to.include({ statusId: 'a', pending: true });
    // By another user, whose call is not held.
    await MemoryAdapter.prototype.setStatus.call(adapter, [{ conversationId: 'x' }], 'b');
    await new Promise((resolve) => setTimeout(resolve));
    expect(store.entry('x')?.statusId).to.equal('a');
    await gate.release(new PipelineError('forbidden', 'no'));
    expect(await mine).to.equal('forbidden');
    expect(store.entry('x')).to.include({ statusId: 'b', pending: false });
  });

  it('sends one pick at a time for a conversation, and only the latest of those that wait', async () => {
    const { adapter, calls, hold } = instrumented();
    await filled(adapter, 'a', 'b', 'c');
    const store = await awake(adapter);
    watching(store, { conversationIds: ['x'] });
    const gate = hold('setStatus');
    const picks = ['a', 'b', 'c'].map((id) => Mutations.of(store).setStatus([{ conversationId: 'x' }], id));
    expect(calls['setStatus']).to.equal(1);
    expect(store.entry('x')?.statusId).to.equal('c');
    await gate.release();
    const results = (await Promise.all(picks)).map(([result]) => result as SetResult);
    expect(results.map((result) => (result.ok ? result.entry.statusId : result.error.code))).to.deep.equal([
      'a',
      'aborted',
      'c',
    ]);
    expect(calls['setStatus']).to.equal(2);
  });

  it('keeps a bulk pick for the conversations that no later pick supersedes', async () => {
    const { adapter, hold } = instrumented();
    await filled(adapter, 'a', 'b', 'c');
    const store = await awake(adapter);
    const gate = hold('setStatus');
    void Mutations.of(store).setStatus([{ conversationId: 'x' }], 'a');
    const bulk = Mutations.of(store).setStatus([{ conversationId: 'x' }, { conversationId: 'y' }], 'b');
    void Mutations.of(store).setStatus([{ conversationId: 'x' }], 'c');
    await gate.release();
    const results = await bulk;
    expect(results.map(({ conversationId, ok }) => [conversationId, ok])).to.deep.equal([
      ['y', true],
      ['x', false],
    ]);
    await until(async () => (await adapter.getEntries(['x'])).get('x')?.statusId === 'c');
    expect((await adapter.getEntries(['y'])).get('y')?.statusId).to.equal('b');
  });

  it('delays a pick until its status has been created', async () => {
    const adapter = new MemoryAdapter();
    const store = await awake(adapter);
    const created = Mutations.of(store).createStatus({ id: 'new', name: 'New', color: '#00ff00' });
    const [result] = await Mutations.of(store).setStatus([{ conversationId: 'x' }], 'new');
    await created;
    expect(result!.ok).to.equal(true);
  });

  it('moves twice in a row without waiting, and keeps a move by someone else in between', async () => {
    const adapter = new MemoryAdapter();
    await filled(adapter, 'a', 'b', 'c', 'd');
    const store = await awake(adapter);
    const moves = [Mutations.of(store).moveStatus('a', 'd'), Mutations.of(store).moveStatus('b', 'a')];
    expect(names(store)).to.deep.equal(['c', 'd', 'a', 'b']);
    await adapter.moveStatus('d', null);
    await Promise.all(moves);
    expect(names(store)).to.deep.equal((await adapter.listStatuses()).items.map((status) => status.name));
    expect(names(store)[0]).to.equal('d');
  });

  it('does not treat a move by someone else as a conflict with an edit, but does so for a rename', async () => {
    const adapter = new MemoryAdapter();
    const [a] = await filled(adapter, 'a', 'b');
    const store = await awake(adapter);
    await adapter.moveStatus('a', 'b');
    expect((await Mutations.of(store).updateStatus(a!, { name: 'a2' })).name).to.equal('a2');
    const base = store.status('b')!;
    await adapter.updateStatus('b', { name: 'theirs' }, { ifVersion: base.version });
    const refused = await Mutations.of(store)
      .updateStatus(base, { name: 'mine' })
      .catch((error: PipelineError) => error);
    expect(refused).to.include({ code: 'conflict' });
    await until(() => names(store).includes('theirs'));
  });

  it('does not treat a move as a conflict if the move was not reported either', async () => {
    const adapter = new MemoryAdapter();
    Object.assign(adapter, { subscribe: undefined });
    const [a] = await filled(adapter, 'a', 'b');
    const store = await awake(adapter);
    const opIds = new Set<string>();
    for (const method of ['updateStatus', 'deleteStatus'] as const) {
      const original = adapter[method].bind(adapter) as (...args: unknown[]) => Promise<never>;
      adapter[method] = (id: string, ...rest: unknown[]) => {
        opIds.add((rest.at(-1) as { opId: string }).opId);
        return original(id, ...rest);
      };
    }
    await adapter.moveStatus('a', 'b');
    const renamed = await Mutations.of(store).updateStatus(a!, { name: 'a2' });
    expect(renamed.name).to.equal('a2');
    await adapter.moveStatus('a', null);
    await Mutations.of(store).deleteStatus(renamed);
    expect(opIds.size, 'a call with another version is another call').to.equal(4);
  });

  it('does not replace a newer record with the late answer to a lookup', async () => {
    const adapter = new MemoryAdapter();
    await filled(adapter, 'a', 'b');
    await adapter.setStatus([{ conversationId: 'x' }], 'a');
    const read = adapter.getEntries.bind(adapter);
    let answer = (): void => undefined;
    const gate = new Promise<void>((resolve) => (answer = resolve));
    adapter.getEntries = async (ids) => {
      const old = await read(ids);
      await gate;
      return old;
    };
    const store = await awake(adapter);
    watching(store, { conversationIds: ['x'] });
    // Requested, and changed before the answer.
    await new Promise((resolve) => setTimeout(resolve));
    await adapter.setStatus([{ conversationId: 'x' }], 'b');
    await until(() => store.entry('x')?.statusId === 'b');
    answer();
    await new Promise((resolve) => setTimeout(resolve));
    expect(store.entry('x')?.statusId).to.equal('b');
  });

  it('shows where conversations move while a delete is pending, and after it', async () => {
    const { adapter, hold } = instrumented();
    const [a] = await filled(adapter, 'a', 'b');
    await adapter.setStatus([{ conversationId: 'x' }], 'a');
    const store = await awake(adapter);
    watching(store, { conversationIds: ['x'] });
    await until(() => store.entry('x')?.statusId === 'a');
    const gate = hold('deleteStatus');
    const deleted = Mutations.of(store).deleteStatus(a!, 'b');
    expect([names(store), store.entry('x')?.statusId]).to.deep.equal([['b'], 'b']);
    await gate.release();
    expect(await deleted).to.deep.equal({ moved: 1 });
    expect(store.entry('x')?.statusId).to.equal('b');
    await Mutations.of(store).restoreStatus('a');
    await until(() => store.entry('x')?.statusId === 'a');
    expect(names(store)).to.deep.equal(['a', 'b']);
  });

  it('leaves out unreadable statuses, shows the others, and reports that once', async () => {
    const adapter = new MemoryAdapter();
    await filled(adapter, 'good');
    const list = adapter.listStatuses.bind(adapter);
    adapter.listStatuses = async () => {
      const { items, seq } = await list();
      return { items: [...items, { id: 'bad', name: '', color: 'red' } as never, null as never], seq };
    };
    const store = PipelineStore.of(adapter);
    const errors: string[] = [];
    watching(store, { statuses: true }, undefined, (error) => errors.push(error.code));
    await until(() => store.phase === 'ready');
    await store.retry();
    expect(names(store)).to.deep.equal(['good']);
    expect(errors).to.deep.equal(['bad-response']);
  });

  it('keeps what is shown when loading again fails, and exposes the error', async () => {
    const adapter = new MemoryAdapter();
    await filled(adapter, 'a');
    const store = await awake(adapter);
    adapter.listStatuses = () => Promise.reject(new PipelineError('offline', 'gone'));
    await store.retry();
    expect([store.phase, names(store), store.error?.code]).to.deep.equal(['ready', ['a'], 'offline']);
  });

  it('unsubscribes when nobody watches, and catches up when someone watches again', async () => {
    const adapter = new MemoryAdapter();
    await filled(adapter, 'a');
    let subscriptions = 0;
    const subscribe = adapter.subscribe.bind(adapter);
    adapter.subscribe = (...args) => {
      subscriptions++;
      const stop = subscribe(...args);
      return () => {
        subscriptions--;
        stop();
      };
    };
    const store = PipelineStore.of(adapter);
    const stop = watching(store, { statuses: true });
    await until(() => subscriptions === 1);
    stop();
    await until(() => subscriptions === 0);
    await filled(adapter, 'b');
    const again = watching(store, { statuses: true });
    await until(() => names(store).includes('b'));
    again();
    // As an element does that is moved in the page: it leaves and comes back within one turn.
    const moved = watching(store, { statuses: true });
    await until(() => subscriptions === 1);
    moved();
    watching(store, { statuses: true });
    await new Promise((resolve) => setTimeout(resolve));
    expect(subscriptions).to.equal(1);
  });

  it('counts again after changes, but not for every one of many', async () => {
    const { adapter, calls } = instrumented();
    await filled(adapter, 'a');
    const store = await awake(adapter);
    watching(store, { also: counting(store) });
    await until(() => counting(store).counts);
    for (let i = 0; i < 50; i++) await adapter.setStatus([{ conversationId: `c${i}` }], 'a');
    await until(() => counting(store).counts?.byStatus.get('a') === 50);
    expect(calls['count']).to.be.below(6);
  });

  it('reports once that nothing is saved on this device', async () => {
    const adapter = Object.assign(new MemoryAdapter(), {
      persistence: 'session' as const,
      onPersistence(listener: (persistence: 'session') => void) {
        queueMicrotask(() => listener('session'));
        return () => undefined;
      },
    });
    const store = PipelineStore.of(adapter);
    const errors: string[] = [];
    const watch = (): (() => void) =>
      watching(store, { statuses: true }, undefined, (error) => errors.push(error.code));
    const stop = watch();
    await until(() => errors.length);
    stop();
    await new Promise((resolve) => setTimeout(resolve));
    watch();
    await until(() => store.phase === 'ready');
    expect([store.isDurable, errors]).to.deep.equal([false, ['storage-lost']]);
  });

  it('works without the optional methods of an adapter', () => {
    const bare = { listStatuses: () => Promise.resolve({ items: [], seq: '0' }) } as unknown as PipelineAdapter;
    const store = PipelineStore.of(bare);
    expect(store.can('count')).to.equal(false);
    expect(counting(store).counts).to.equal(undefined);
    watching(store, { also: counting(store) })();
  });
});
