/** What filters read from an adapter that misbehaves. */
import { expect } from '@open-wc/testing';
import type { FindPage, PipelineAdapter } from '../adapters/adapter.js';
import { MemoryAdapter } from '../adapters/memory.js';
import { EMPTY_FILTER } from '../model/filter.js';
import { PipelineError } from '../model/errors.js';
import { find, getContacts } from './queries.js';
import { PipelineStore } from './pipeline.js';
import { watching } from './test-watching.js';

const EVERYTHING = { of: 'conversation', filter: EMPTY_FILTER } as const;

/** A store on an adapter of which some members are replaced, and the codes of the errors that it reports. */
function storeWith(members: object): { store: PipelineStore; adapter: PipelineAdapter; reported: string[] } {
  const adapter: PipelineAdapter = Object.assign(new MemoryAdapter(), members);
  const store = PipelineStore.of(adapter);
  const reported: string[] = [];
  watching(store, { statuses: true }, undefined, (error) => reported.push(error.code));
  return { store, adapter, reported };
}

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );

describe('lookups', () => {
  it('leave out ids and contacts that cannot be read, and report that once', async () => {
    const { store, reported } = storeWith({
      find: async () => ({ ids: ['a', '', null, 'b'], nextPageToken: 'next' }),
      getContacts: async () =>
        new Map<string, unknown>([
          ['good', { statusIds: ['leads', null], latest: null }],
          ['bad', { statusIds: 'leads' }],
        ]),
    });
    expect(await find(store, EVERYTHING)).to.deep.equal({ ids: ['a', 'b'], nextPageToken: 'next' });
    expect([...(await getContacts(store, ['good', 'bad']))]).to.deep.equal([
      ['good', { statusIds: ['leads', null], latest: null }],
    ]);
    expect(reported).to.deep.equal(['bad-response']);
  });

  it('have no token after the last page, whatever the adapter sends for it', async () => {
    for (const nextPageToken of [undefined, null, '']) {
      const { store } = storeWith({ find: async () => ({ ids: [], nextPageToken }) });
      expect(await find(store, EVERYTHING)).to.deep.equal({ ids: [] });
    }
  });

  it('reject with a PipelineError when the adapter answers nonsense or cannot find', async () => {
    for (const method of [async () => undefined, async () => ({}), undefined]) {
      const { store } = storeWith({ find: method });
      expect(await errorOf(find(store, EVERYTHING))).to.be.instanceOf(PipelineError);
    }
  });

  it('find no contacts where the adapter has none', async () => {
    const { store } = storeWith({ getContacts: undefined });
    expect((await getContacts(store, ['a'])).size).to.equal(0);
  });

  it('never give the answer for one user to the next', async () => {
    let answer!: (page: FindPage) => void;
    const { store, adapter } = storeWith({
      session: 'sari',
      find: () => new Promise((resolve) => (answer = resolve)),
      getContacts: async () => {
        Object.assign(adapter, { session: 'budi' });
        return new Map();
      },
    });
    await store.getEntries([]);
    const finding = errorOf(find(store, EVERYTHING));
    expect(await errorOf(getContacts(store, ['a']))).to.include({ code: 'session-changed' });
    answer({ ids: ['of-sari'] });
    expect(await finding).to.include({ code: 'session-changed' });
  });
});
