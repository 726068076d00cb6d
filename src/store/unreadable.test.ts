/** What cannot be read is neither empty nor "No status": the store says so, once, and shows the rest. */
import { expect } from '@open-wc/testing';
import { until } from '../../test/support.js';
import type { PipelineAdapter } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import { PipelineError } from '../model/errors.js';
import { EMPTY_FILTER } from '../model/filter.js';
import type { Id } from '../model/id.js';
import { Mutations } from './mutations.js';
import { PipelineStore, type Interest } from './pipeline.js';
import { CountCache, find } from './queries.js';
import { watching } from './test-watching.js';

const LEADS = { id: 'leads', name: 'Leads', color: '#2775f8', rank: 'a', version: 1 };
const PURCHASE = { id: 'pur', name: 'Purchase', color: '#11aa55', rank: 'b', version: 2 };
const ENTRY = { conversationId: 'c1', contactId: null, statusId: 'leads', version: 5, changedAt: 1000 };

/** A store on an adapter that answers as the test says, and the messages of the errors that it reports. */
function open(
  answers: Partial<Record<keyof PipelineAdapter, unknown>>,
  interest: (store: PipelineStore) => Interest = () => ({ statuses: true }),
): { store: PipelineStore; adapter: PipelineAdapter; reported: string[]; tell(change: unknown): void } {
  const given = Object.entries(answers).map(([name, answer]) => [
    name,
    typeof answer === 'function' ? answer : async () => answer,
  ]);
  const listeners: ((change: never) => void)[] = [];
  const subscribe = (listener: (change: never) => void): (() => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  const adapter: PipelineAdapter = Object.assign(
    new MemoryAdapter(),
    { subscribe },
    Object.fromEntries(given) as object,
  );
  const store = PipelineStore.of(adapter);
  const reported: string[] = [];
  watching(store, { statuses: true, ...interest(store) }, undefined, (error) => reported.push(error.message));
  return { store, adapter, reported, tell: (change) => listeners.forEach((listener) => listener(change as never)) };
}

const list = (...items: unknown[]): unknown => ({ items, seq: '1' });
const entries = (...pairs: [Id, unknown][]): unknown => new Map(pairs);
const names = (store: PipelineStore): string[] => store.statuses.map(({ name }) => name);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('a list of statuses that cannot be read', () => {
  const answers: [string, unknown, string][] = [
    ['is a list itself', [LEADS], 'list of statuses: it must be an object; found [{'],
    ['is in another envelope', { data: [LEADS] }, 'statuses must be a list; found nothing.'],
    ['is nothing', undefined, 'list of statuses: it must be an object; found nothing.'],
    [
      'has no readable status',
      list({ ...LEADS, version: 'v7' }),
      'statuses[0] "leads": version must be a whole number, 0 or more; found "v7".',
    ],
    [
      'has versions that are too large',
      list({ ...LEADS, version: 1234567890123456800 }, { ...PURCHASE, version: 1234567890123456800 }),
      'statuses[0] "leads": version must be a whole number, 0 or more; found 1234567890123456800. (and 1 more)',
    ],
  ];
  for (const [what, answer, message] of answers) {
    it(`${what}: an error that is reported once, not an empty pipeline`, async () => {
      const { store, reported } = open({ listStatuses: answer });
      await until(() => store.error, 'an error');
      expect([store.phase, store.error!.code]).to.deep.equal(['error', 'bad-response']);
      expect(store.error!.message.startsWith(message), store.error!.message).to.equal(true);
      await store.retry();
      expect(reported).to.deep.equal([store.error!.message]);
    });
  }

  it('keeps the statuses that were read before, and is reported again when it is about another one', async () => {
    let answer = list(LEADS, PURCHASE);
    const { store, reported } = open({ listStatuses: async () => answer });
    await until(() => store.phase === 'ready');
    answer = list(LEADS, { ...PURCHASE, version: -1 });
    await store.retry();
    expect(names(store)).to.deep.equal(['Leads', 'Purchase']);
    expect([store.phase, store.unreadableCount, store.error?.field]).to.deep.equal(['ready', 1, 'version']);
    answer = list({ ...LEADS, color: 'green' }, PURCHASE);
    await store.retry();
    expect(reported).to.deep.equal([
      'statuses[1] "pur": version must be a whole number, 0 or more; found -1.',
      'statuses[0] "leads": color must be a color like "#2775f8"; found "green".',
    ]);
    answer = list(LEADS);
    await store.retry();
    expect([names(store), store.error, store.unreadableCount]).to.deep.equal([['Leads'], undefined, 0]);
  });

  it('keeps all statuses while one record does not even have an id', async () => {
    let answer = list(LEADS, PURCHASE);
    const { store } = open({ listStatuses: async () => answer });
    await until(() => store.phase === 'ready');
    answer = list(LEADS, { version: 2 });
    await store.retry();
    expect(names(store)).to.deep.equal(['Leads', 'Purchase']);
  });

  it('is read where its records only lack colors, ranks and versions', async () => {
    const items = ['Zeta', 'Alpha', 'Mid'].map((name, n) => ({ id: n, name }));
    const { store, reported } = open({ listStatuses: list(...items) });
    await until(() => store.phase === 'ready');
    expect(names(store)).to.deep.equal(['Zeta', 'Alpha', 'Mid']);
    expect(store.statuses.map(({ id, version }) => [id, version])).to.deep.equal([
      ['0', 0],
      ['1', 0],
      ['2', 0],
    ]);
    expect(reported).to.deep.equal([]);
  });
});

describe('a conversation that cannot be read', () => {
  const good = { listStatuses: list(LEADS, PURCHASE) };
  const watched = (): Interest => ({ conversationIds: ['c1', 'c2'] });

  it('is an error of this conversation only, reported once', async () => {
    const answer = entries(
      ['c1', { ...ENTRY, version: 'v7' }],
      ['c2', { ...ENTRY, conversationId: 'c2', version: '6' }],
    );
    const { store, reported } = open({ ...good, getEntries: answer }, watched);
    await until(() => store.entry('c2'));
    expect(store.entry('c1')).to.equal(undefined);
    expect(store.entry('c2')).to.include({ statusId: 'leads', version: 6 });
    const message = 'entry "c1": version must be a whole number, 0 or more; found "v7".';
    expect(store.entryError('c1')).to.include({ code: 'bad-response', field: 'version', message });
    await store.retry();
    await turn();
    expect(reported).to.deep.equal([message]);
  });

  it('is an error where the answer is not a map', async () => {
    const { store, reported } = open({ ...good, getEntries: { items: [ENTRY] } }, watched);
    await until(() => store.entryError('c1'));
    expect(store.entry('c1')).to.equal(undefined);
    expect(reported).to.have.length(1);
    expect(reported[0]).to.match(/^entry must be a Map; found \{/);
  });

  it('has an error for an id that the adapter would refuse, and the others are read', async () => {
    const adapter = new MemoryAdapter();
    await adapter.createStatus({ id: 'leads', name: 'Leads', color: '#2775f8' });
    await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
    const bad = { conversationIds: ['c1', 'a\nb', ''] };
    const { store, reported } = open(
      { listStatuses: () => adapter.listStatuses(), getEntries: (ids: Id[]) => adapter.getEntries(ids) },
      () => bad,
    );
    await until(() => store.entry('c1') && store.entryError(''));
    expect(store.entry('c1')!.statusId).to.equal('leads');
    expect(store.entryError('a\nb')).to.include({ code: 'invalid', field: 'conversationId' });
    expect(reported).to.deep.equal([
      'conversationId: must not contain control characters; found "a\\nb". (and 1 more)',
    ]);
  });

  it('does not keep the others from being read where the adapter refuses the whole lookup', async () => {
    const ids = Array.from({ length: 9 }, (_, n) => `c${n}`);
    const getEntries = async (asked: readonly Id[]): Promise<unknown> => {
      if (asked.includes('c4')) throw new PipelineError('invalid', 'ids: c4 is not one of ours.', { field: 'ids' });
      return new Map(asked.map((id) => [id, { ...ENTRY, conversationId: id }]));
    };
    const { store } = open({ ...good, getEntries }, () => ({ conversationIds: ids }));
    await until(() => store.entryError('c4'));
    expect(ids.filter((id) => store.entry(id))).to.deep.equal(ids.filter((id) => id !== 'c4'));
  });

  it('whose status is not in the list is no conversation without a status: the list is read again', async () => {
    let items: unknown[] = [LEADS];
    const { store, reported } = open(
      { listStatuses: async () => list(...items), getEntries: entries(['c1', { ...ENTRY, statusId: 'pur' }]) },
      () => ({ conversationIds: ['c1'] }),
    );
    await until(() => store.entry('c1'));
    items = [LEADS, PURCHASE];
    expect(store.statusError('pur')).to.equal(undefined);
    await until(() => store.status('pur'), 'the list');
    expect(reported).to.deep.equal([]);
    store.statusError('gone');
    await until(() => store.statusError('gone'));
    expect(reported).to.deep.equal(['statusId must be the id of a status in the list; found "gone".']);
  });

  it('has the error of its status where that cannot be read', async () => {
    const { store } = open(
      {
        listStatuses: list(LEADS, { ...PURCHASE, version: 'x' }),
        getEntries: entries(['c1', { ...ENTRY, statusId: 'pur' }]),
      },
      watched,
    );
    await until(() => store.entry('c1'));
    expect(store.statusError('pur')?.message).to.match(/^statuses\[1\] "pur": version/);
  });
});

describe('other answers that cannot be read', () => {
  const good = { listStatuses: list(LEADS) };

  it('counts are an error, not 0', async () => {
    const counts = (store: PipelineStore): Interest => ({ also: store.cache(CountCache).of({ of: 'conversation' }) });
    const { store, reported } = open({ ...good, count: { byStatus: { leads: 'many' }, none: 1 } }, counts);
    const cached = store.cache(CountCache).of({ of: 'conversation' });
    await until(() => cached.error);
    expect(cached.counts).to.equal(undefined);
    expect(reported).to.deep.equal(['counts: byStatus.leads must be a whole number, 0 or more; found "many".']);
    const text = open({ ...good, count: { byStatus: new Map([[1, '5']]), none: '2' } }, counts);
    await until(() => text.store.cache(CountCache).of({ of: 'conversation' }).counts);
    expect(text.store.cache(CountCache).of({ of: 'conversation' }).counts).to.deep.equal({
      byStatus: new Map([['1', 5]]),
      none: 2,
    });
  });

  it('a page of ids without a readable one is an error, not an empty page', async () => {
    const { store } = open({ ...good, find: { ids: [null, {}] } });
    const error = await find(store, { of: 'conversation', filter: EMPTY_FILTER }).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'bad-response' });
  });

  it('the result of a write costs only its conversation, which is read again', async () => {
    const asked: Id[][] = [];
    const getEntries = async (ids: Id[]): Promise<unknown> => {
      asked.push(ids);
      return new Map(ids.map((id) => [id, { ...ENTRY, conversationId: id, version: 9 }]));
    };
    const setStatus = async (): Promise<unknown> => [
      { conversationId: 'c1', ok: true, entry: { ...ENTRY, version: '7' } },
      { conversationId: 'c2', ok: true, entry: { ...ENTRY, conversationId: 'c2', version: 'v7' } },
    ];
    const { store } = open({ ...good, getEntries, setStatus }, () => ({ conversationIds: ['c1', 'c2'] }));
    await until(() => store.entry('c2'));
    const refs = [{ conversationId: 'c1' }, { conversationId: 'c2' }];
    const results = await Mutations.of(store).setStatus(refs, 'leads');
    expect(results.map((each) => (each.ok ? 'ok' : each.error.code))).to.deep.equal(['ok', 'bad-response']);
    await until(() => asked.length > 1, 'c2 to be read again');
    expect(asked.at(-1)).to.deep.equal(['c2']);
  });

  it('a change has everything read again, and is reported once', async () => {
    let lists = 0;
    const listStatuses = async (): Promise<unknown> => (lists++ ? list(LEADS, PURCHASE) : list(LEADS));
    const { store, reported, tell } = open({ listStatuses });
    await until(() => store.phase === 'ready');
    await turn();
    for (let n = 0; n < 50; n++) tell({ kind: 'status', seq: '2', status: { ...PURCHASE, version: undefined } });
    await until(() => names(store).length === 2, 'the list to be read again');
    expect(lists).to.be.below(4);
    expect(reported).to.have.length(1);
    expect(reported[0]).to.match(/^change: version must be a whole number/);
  });
});
