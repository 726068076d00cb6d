/** When someone else signs in, the adapter gets a new store, and no pending mutation of the old one is sent as them. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { lazyAdapter } from '../adapters/lazy.js';
import { MemoryAdapter } from '../adapters/memory.js';
import type { Change } from '../model/changes.js';
import { PipelineError } from '../model/errors.js';
import { PipelineStore } from './pipeline.js';
import { CountCache } from './queries.js';
import { watching } from './test-watching.js';
import { Mutations } from './mutations.js';

type Call = (...args: unknown[]) => Promise<unknown>;
const METHODS = [
  'listStatuses',
  'getEntries',
  'setStatus',
  'createStatus',
  'updateStatus',
  'deleteStatus',
  'count',
] as const;
type Method = (typeof METHODS)[number];

/** An adapter that serves one user after another. It records its calls with the session in which they were made. */
class Account {
  session: string | undefined;
  readonly calls: string[] = [];
  readonly listeners = new Set<(change: Change) => void>();
  memory = new MemoryAdapter();
  readonly #gates = new Map<Method, Promise<unknown>>();

  constructor(session: string | undefined = 'sari') {
    this.session = session;
    for (const method of METHODS) {
      Object.assign(this, {
        [method]: async (...args: unknown[]) => {
          const { memory } = this;
          this.calls.push(`${method} as ${this.session}`);
          await this.#gates.get(method);
          return (memory[method] as Call).apply(memory, args);
        },
      });
    }
  }

  get adapter(): PipelineAdapter {
    return this as unknown as PipelineAdapter;
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  hold(method: Method): { answer(): void; refuse(error: PipelineError): void } {
    let settle: { answer(): void; refuse(error: PipelineError): void };
    const gate = new Promise<void>((answer, refuse) => (settle = { answer, refuse }));
    gate.catch(() => undefined);
    this.#gates.set(method, gate);
    return settle!;
  }

  letPass(): void {
    this.#gates.clear();
  }

  signIn(session: string, memory: MemoryAdapter, isTold = true): void {
    Object.assign(this, { session, memory });
    this.calls.length = 0;
    if (isTold) for (const listener of [...this.listeners]) listener({ seq: '0', kind: 'reset', forget: true });
  }
}

async function filled(name: string): Promise<MemoryAdapter> {
  const memory = new MemoryAdapter();
  for (const id of ['leads', 'purchase']) await memory.createStatus({ id, name: `${name} ${id}`, color: '#2775f8' });
  await memory.setStatus([{ conversationId: 'c' }], 'leads');
  return memory;
}

/** An account whose first user's data is shown. */
async function shown(session?: string): Promise<{ account: Account; store: PipelineStore; renewed(): number }> {
  const account = new Account(session);
  account.memory = await filled('Sari');
  const store = PipelineStore.of(account.adapter);
  let renewed = 0;
  store.watch({ statuses: true, conversationIds: ['c'] }, { update: () => undefined, renew: () => renewed++ });
  await until(() => store.phase === 'ready' && store.entry('c') && account.listeners.size);
  return { account, store, renewed: () => renewed };
}

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: PipelineError) => error.code,
  );

describe('when someone else signs in', () => {
  it('watchers are sent to a new store without any data of the old one', async () => {
    const { account, store, renewed } = await shown();
    account.signIn('budi', await filled('Budi'));
    expect(renewed()).to.equal(1);
    const next = PipelineStore.of(account.adapter);
    expect(next).to.not.equal(store);
    expect([next.phase, next.statuses, next.status('leads'), next.entry('c'), next.error]).to.deep.equal([
      'loading',
      [],
      undefined,
      undefined,
      undefined,
    ]);
    expect(account.listeners.size, 'listeners of the old store').to.equal(0);
    watching(next, { statuses: true, conversationIds: ['c'] });
    await until(() => next.statuses[0]?.name === 'Budi leads' && next.entry('c')?.statusId === 'leads');
    expect(PipelineStore.of(account.adapter)).to.equal(next);
  });

  it('a mutation in flight is rejected, and its late answer changes nothing', async () => {
    const { account, store } = await shown();
    const held = account.hold('setStatus');
    const writes = Mutations.of(store);
    const pick = codeOf(writes.setStatus([{ conversationId: 'c' }], 'purchase'));
    account.signIn('budi', await filled('Budi'));
    expect(await pick).to.equal('session-changed');
    held.answer();
    const next = PipelineStore.of(account.adapter);
    watching(next, { conversationIds: ['c'] });
    await until(() => next.entry('c'));
    expect(next.entry('c')).to.include({ statusId: 'leads', pending: false });
    expect(
      await codeOf(writes.createStatus({ id: 'x', name: 'X', color: '#000000' })),
      'a write to the old store',
    ).to.equal('session-changed');
    expect(account.calls).to.not.include('createStatus as budi');
  });

  for (const isTold of [true, false]) {
    it(`a waiting mutation is never sent as them${isTold ? '' : ', even if the store is not notified'}`, async () => {
      const { account, store } = await shown();
      const held = account.hold('setStatus');
      const writes = Mutations.of(store);
      const first = codeOf(writes.setStatus([{ conversationId: 'c' }], 'purchase'));
      const second = codeOf(writes.setStatus([{ conversationId: 'c' }], null));
      account.letPass();
      account.signIn('budi', await filled('Budi'), isTold);
      held.answer();
      expect([await first, await second]).to.deep.equal([isTold ? 'session-changed' : 'done', 'session-changed']);
      expect(account.calls.filter((call) => call.startsWith('set'))).to.deep.equal([]);
    });
  }

  it('other credentials in a session without a name reject waiting mutations, and keep what is shown', async () => {
    const { account, store, renewed } = await shown('0');
    Object.assign(account, { credentials: '0' });
    const held = account.hold('setStatus');
    const writes = Mutations.of(store);
    const first = codeOf(writes.setStatus([{ conversationId: 'c' }], 'purchase'));
    const second = codeOf(writes.setStatus([{ conversationId: 'c' }], null));
    account.letPass();
    Object.assign(account, { credentials: '1' });
    held.answer();
    expect([await first, await second]).to.deep.equal(['done', 'session-changed']);
    expect(account.calls.filter((call) => call.startsWith('set'))).to.have.length(1);
    expect(store.entry('c')).to.include({ statusId: 'purchase', pending: false });
    expect(renewed()).to.equal(0);
    expect(PipelineStore.of(account.adapter)).to.equal(store);
  });

  it('the second call of an edit after a conflict is not made as them', async () => {
    const { account, store } = await shown();
    const base = store.status('leads')!;
    const held = account.hold('updateStatus');
    const edit = codeOf(Mutations.of(store).updateStatus(base, { color: '#03a74d' }));
    account.letPass();
    account.signIn('budi', await filled('Budi'), false);
    // Only its place changed: the call would be made again with the current version.
    held.refuse(new PipelineError('conflict', 'moved', { current: { ...base, version: base.version + 1 } }));
    expect(await edit).to.equal('session-changed');
    expect(account.calls.filter((call) => call.startsWith('update'))).to.deep.equal([]);
  });

  it('a waiting lookup is not sent as them', async () => {
    const { account, store } = await shown();
    const held = account.hold('getEntries');
    // More lookups than may be in flight at once: the last one waits.
    for (const id of ['d', 'e', 'f']) {
      watching(store, { conversationIds: [id] });
      await Promise.resolve();
      await Promise.resolve();
    }
    account.letPass();
    account.signIn('budi', await filled('Budi'), false);
    held.answer();
    await until(() => PipelineStore.of(account.adapter) !== store);
    const next = PipelineStore.of(account.adapter);
    watching(next, { statuses: true });
    await until(() => next.phase === 'ready');
    expect(store.entry('d'), 'what was answered to the old store').to.equal(undefined);
  });

  for (const outcome of ['answer', 'refuse'] as const) {
    it(`a list in flight is not shown as theirs, nor its failure: ${outcome}`, async () => {
      const account = new Account();
      account.memory = await filled('Sari');
      const held = account.hold('listStatuses');
      const store = PipelineStore.of(account.adapter);
      let renewed = 0;
      const reports: unknown[] = [];
      store.watch(
        { statuses: true },
        {
          update: () => undefined,
          renew: () => renewed++,
          report: (error) => reports.push(error),
        },
      );
      await until(() => account.calls.length);
      account.letPass();
      account.signIn('budi', await filled('Budi'));
      if (outcome === 'answer') held.answer();
      else held.refuse(new PipelineError('auth', 'Sari is gone'));
      await until(() => renewed === 1);
      expect([store.statuses, reports]).to.deep.equal([[], []]);
    });
  }

  it('counts in flight are not shown as theirs', async () => {
    const { account, store } = await shown();
    const counts = store.cache(CountCache).of({ of: 'conversation' });
    const held = account.hold('count');
    watching(store, { also: counts });
    await until(() => account.calls.some((call) => call.startsWith('count')));
    account.signIn('budi', await filled('Budi'));
    held.answer();
    await codeOf(store.getEntries(['c']));
    expect(counts.counts).to.equal(undefined);
  });

  it('while nobody watches, the next watcher gets the new store', async () => {
    const account = new Account();
    account.memory = await filled('Sari');
    const store = PipelineStore.of(account.adapter);
    const stop = watching(store, { statuses: true });
    await until(() => store.phase === 'ready' && account.listeners.size);
    stop();
    await until(() => !account.listeners.size);
    account.signIn('budi', await filled('Budi'));
    const next = PipelineStore.of(account.adapter);
    expect(next.statuses).to.deep.equal([]);
    watching(next, { statuses: true });
    await until(() => next.statuses[0]?.name === 'Budi leads');
  });

  it('the first session that becomes known ends nothing', async () => {
    const { account, store, renewed } = await shown(undefined);
    const held = account.hold('setStatus');
    const writes = Mutations.of(store);
    const first = codeOf(writes.setStatus([{ conversationId: 'c' }], 'purchase'));
    const second = codeOf(writes.setStatus([{ conversationId: 'c' }], null));
    account.letPass();
    account.session = 'sari';
    held.answer();
    expect([await first, await second, renewed()]).to.deep.equal(['done', 'done', 0]);
    expect(PipelineStore.of(account.adapter)).to.equal(store);
  });

  it('a reset without `forget` loads again, and keeps what is shown and pending', async () => {
    const { account, store, renewed } = await shown();
    const held = account.hold('setStatus');
    const pick = codeOf(Mutations.of(store).setStatus([{ conversationId: 'c' }], 'purchase'));
    account.calls.length = 0;
    for (const listener of account.listeners) listener({ seq: '9', kind: 'reset' });
    expect([store.phase, store.entry('c')?.statusId, renewed()]).to.deep.equal(['ready', 'purchase', 0]);
    await until(() => account.calls.includes('listStatuses as sari'));
    held.answer();
    expect(await pick).to.equal('done');
  });

  it('a lazy adapter has the session of the adapter that it loads', async () => {
    const account = new Account();
    const adapter = lazyAdapter(async () => account.adapter) as PipelineAdapter & { session?: string };
    expect(adapter.session).to.equal(undefined);
    await adapter.listStatuses();
    expect(adapter.session).to.equal('sari');
    account.session = 'budi';
    expect(adapter.session).to.equal('budi');
  });
});
