import type { CallOptions, PipelineAdapter } from '../../adapters/adapter.js';
import { PipelineError } from '../../model/errors.js';
import { COLOR, changesNothing, entryOf, give, listedIds, live, pipeline, remove, statusOf } from '../acts.js';
import type { Topic } from '../bench.js';
import { BrokenRule, equal, rejects } from '../check.js';

type Call = (adapter: PipelineAdapter, options: CallOptions) => Promise<unknown> | undefined;

/** One call of every method, on the statuses a, b and the deleted d; c1 has a. A missing method calls nothing. */
const CALLS: Readonly<Record<string, Call>> = {
  listStatuses: (adapter, options) => adapter.listStatuses(options),
  createStatus: (adapter, options) => adapter.createStatus({ id: 'new', name: 'New', color: COLOR }, options),
  updateStatus: async (adapter, options) =>
    adapter.updateStatus('a', { name: 'Renamed' }, { ...options, ifVersion: (await live(adapter, 'a')).version }),
  moveStatus: (adapter, options) => adapter.moveStatus('b', null, options),
  deleteStatus: async (adapter, options) =>
    adapter.deleteStatus('a', { ...options, ifVersion: (await live(adapter, 'a')).version, moveTo: 'b' }),
  restoreStatus: (adapter, options) => adapter.restoreStatus?.('d', options),
  getEntries: (adapter, options) => adapter.getEntries(['c1'], options),
  setStatus: (adapter, options) => adapter.setStatus([{ conversationId: 'c1' }], 'b', options),
  putConversations: (adapter, options) => adapter.putConversations?.([{ conversationId: 'c9' }], options),
  getContacts: (adapter, options) => adapter.getContacts?.(['p1'], options),
  count: (adapter, options) => adapter.count?.({ of: 'conversation' }, options),
  find: (adapter, options) => adapter.find?.({ of: 'conversation', filter: { op: 'any-of', statusIds: [] } }, options),
  history: (adapter, options) => adapter.history?.('c1', options),
};

async function prepare(adapter: PipelineAdapter): Promise<void> {
  await pipeline(adapter, 'A', 'B', 'D');
  await give(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
  await remove(adapter, 'd');
}

export const abortingTopic: Topic = (it) => {
  for (const [method, call] of Object.entries(CALLS)) {
    it(`${method} with a signal that is aborted already does nothing`, async ({ adapter }) => {
      if (typeof (adapter as unknown as Record<string, unknown>)[method] !== 'function') return;
      await prepare(adapter);
      const rule = `${method} with an aborted signal must reject with 'aborted' and change nothing.`;
      await changesNothing(
        adapter,
        ['c1', 'c9'],
        async () =>
          void (await rejects(Promise.resolve(call(adapter, { signal: AbortSignal.abort() })), 'aborted', rule)),
        rule,
      );
    });
  }

  it('an aborted call can be made again under its opId', async ({ adapter }) => {
    await prepare(adapter);
    const pick = (signal?: AbortSignal) =>
      adapter.setStatus([{ conversationId: 'c1' }], 'b', { opId: 'op-1', ...(signal && { signal }) });
    await rejects(pick(AbortSignal.abort()), 'aborted', 'An aborted signal must reject.');
    await pick();
    equal(await statusOf(adapter, 'c1'), 'b', 'A call that was aborted before it began has not used up its opId.');
  });

  it('a signal that is never aborted changes nothing', async ({ adapter }) => {
    await prepare(adapter);
    const { signal } = new AbortController();
    for (const call of Object.values(CALLS)) await call(adapter, { signal });
    equal(await statusOf(adapter, 'c1'), 'b', 'A call with a signal must work like one without.');
  });

  it('aborting on the way stops the waiting and breaks nothing', async ({ adapter }) => {
    await prepare(adapter);
    for (let n = 0; n < 5; n++) {
      const controller = new AbortController();
      const to = n % 2 ? 'a' : 'b';
      const call = adapter.setStatus([{ conversationId: 'c1' }], to, { signal: controller.signal });
      const before = await statusOf(adapter, 'c1');
      controller.abort();
      try {
        await call;
        equal(await statusOf(adapter, 'c1'), to, 'A call that resolves has happened, aborted or not.');
      } catch (error) {
        // A write that was sent may still happen.
        if (error instanceof PipelineError && error.code === 'aborted') continue;
        throw new BrokenRule('A call aborted on the way must resolve or reject with aborted.', { before, to }, error);
      }
    }
    await give(adapter, 'b', 'c1');
    equal((await entryOf(adapter, 'c1')).statusId, 'b', 'After an abort the adapter must go on working.');
  });

  it('aborting afterwards changes nothing', async ({ adapter }) => {
    await prepare(adapter);
    const controller = new AbortController();
    await adapter.moveStatus('b', null, { signal: controller.signal });
    controller.abort();
    equal(await listedIds(adapter), ['b', 'a'], 'Aborting a call that has resolved must do nothing.');
  });
};
