/** Cases about `close()`. */
import { CALLS, setStatusOf, createStatuses, prepareCalls, versionOf } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, rejects } from '../check.js';

export const closingTopic: Topic = (it) => {
  it('every method rejects with aborted after close()', ['close'], async ({ adapter }) => {
    await prepareCalls(adapter);
    const ifVersion = await versionOf(adapter, 'a');
    await adapter.close();
    for (const [method, call] of Object.entries(CALLS)) {
      if (typeof (adapter as unknown as Record<string, unknown>)[method] !== 'function') continue;
      const rule = `${method} must reject with 'aborted' after close().`;
      await rejects(Promise.resolve(call(adapter, {}, ifVersion)), 'aborted', rule);
    }
  });

  it('a repeated call rejects with aborted after close()', ['close'], async ({ adapter }) => {
    await prepareCalls(adapter);
    const pick = () => adapter.setStatus([{ conversationId: 'c1' }], 'b', { opId: 'op-1' });
    await pick();
    await adapter.close();
    await rejects(pick(), 'aborted', "A call must reject with 'aborted' after close(), also with a known opId.");
  });

  it('close() can be called twice', ['close'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await Promise.all([adapter.close(), adapter.close()]);
    await adapter.close();
  });

  it('close() before any other call works', ['close'], async ({ adapter }) => {
    await adapter.close();
    await rejects(adapter.listStatuses(), 'aborted', "listStatuses must reject with 'aborted' after close().");
  });

  it('subscribe() after close() delivers nothing', ['close', 'subscribe'], async ({ adapter }) => {
    const { seq } = await adapter.listStatuses();
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    await adapter.close();
    const changes: unknown[] = [];
    const states: unknown[] = [];
    const unsubscribe = adapter.subscribe((change) => void changes.push(change), {
      since: seq,
      onState: (state) => void states.push(state),
    });
    await rejects(adapter.listStatuses(), 'aborted', "listStatuses must reject with 'aborted' after close().");
    // Whatever the adapter has at hand would have arrived by the next task.
    await new Promise((resolve) => setTimeout(resolve));
    equal(changes, [], 'subscribe() after close() must deliver no changes.');
    equal(states, [], 'subscribe() after close() must report no state.');
    unsubscribe();
    unsubscribe();
  });

  it('unsubscribing works after close()', ['close', 'subscribe'], async ({ adapter }) => {
    const unsubscribe = adapter.subscribe(() => undefined, {});
    await adapter.close();
    unsubscribe();
  });
};
