/** Cases about aborted calls. */
import { PipelineError } from '../../model/errors.js';
import {
  CALLS,
  changesNothing,
  entryOf,
  setStatusOf,
  listedIds,
  prepareCalls,
  statusOf,
  versionOf,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { BrokenRule, equal, rejects } from '../check.js';

export const abortingTopic: Topic = (it) => {
  for (const [method, call] of Object.entries(CALLS)) {
    it(`${method} with an aborted signal does nothing`, async ({ adapter }) => {
      if (typeof (adapter as unknown as Record<string, unknown>)[method] !== 'function') return;
      await prepareCalls(adapter);
      const rule = `${method} with an aborted signal must reject with 'aborted' and change nothing.`;
      const ifVersion = await versionOf(adapter, 'a');
      const abortedCall = (): Promise<unknown> =>
        rejects(Promise.resolve(call(adapter, { signal: AbortSignal.abort() }, ifVersion)), 'aborted', rule);
      await changesNothing(adapter, ['c1', 'c9'], abortedCall, rule);
    });
  }

  it('an aborted call can be made again under its opId', async ({ adapter }) => {
    await prepareCalls(adapter);
    const pick = (signal?: AbortSignal) =>
      adapter.setStatus([{ conversationId: 'c1' }], 'b', { opId: 'op-1', ...(signal && { signal }) });
    await rejects(pick(AbortSignal.abort()), 'aborted', 'An aborted signal must reject.');
    await pick();
    equal(await statusOf(adapter, 'c1'), 'b', 'A call that was aborted before it began has not used up its opId.');
  });

  it('a signal that is never aborted changes nothing', async ({ adapter }) => {
    await prepareCalls(adapter);
    const { signal } = new AbortController();
    for (const call of Object.values(CALLS)) await call(adapter, { signal }, await versionOf(adapter, 'a'));
    equal(await statusOf(adapter, 'c1'), 'b', 'A call with a signal must work like one without.');
  });

  it('aborting a pending call stops waiting and breaks nothing', async ({ adapter }) => {
    await prepareCalls(adapter);
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
        throw new BrokenRule(
          'A call aborted while it is pending must resolve or reject with aborted.',
          { before, to },
          error,
        );
      }
    }
    await setStatusOf(adapter, 'b', 'c1');
    equal((await entryOf(adapter, 'c1')).statusId, 'b', 'After an abort the adapter must keep working.');
  });

  it('aborting a finished call changes nothing', async ({ adapter }) => {
    await prepareCalls(adapter);
    const controller = new AbortController();
    await adapter.moveStatus('b', null, { signal: controller.signal });
    controller.abort();
    equal(await listedIds(adapter), ['b', 'a'], 'Aborting a call that has resolved must do nothing.');
  });
};
