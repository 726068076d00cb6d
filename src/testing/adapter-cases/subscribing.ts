/** Cases about how `subscribe` delivers changes. */
import type { Change } from '../../model/changes.js';
import { entryOf, setStatusOf, currentStatus, createStatuses } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal } from '../check.js';
import { ChangeRecorder, ofEntry, ofStatus } from '../change-recorder.js';
import { ignoringUncaught, throwOnPurpose } from '../uncaught.js';

export const subscribingTopic: Topic = (it) => {
  it('nothing is delivered after unsubscribing', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const [stopped, recorder] = [
      await ChangeRecorder.open(context, adapter),
      await ChangeRecorder.open(context, adapter),
    ];
    await stopped.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'subscribe must deliver a new status of a conversation.',
    );
    stopped.stop();
    const mark = stopped.received.length;
    await recorder.receivesAfter(
      () => setStatusOf(adapter, null, 'c1'),
      ofEntry('c1', null),
      'Unsubscribing one listener must leave the others subscribed.',
    );
    equal(stopped.received.slice(mark), [], 'A subscriber must receive nothing after unsubscribing.');
    stopped.stop();
    await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'Unsubscribing twice must be harmless.',
    );
  });

  it('one function can be subscribed twice and unsubscribed once', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const { seq } = await adapter.listStatuses();
    let received = 0;
    const listener = (): void => void received++;
    const stop = adapter.subscribe(listener, { since: seq });
    adapter.subscribe(listener, { since: seq });
    stop();
    await setStatusOf(adapter, 'a', 'c1');
    await context.until(
      () => received > 0,
      'Each subscription ends only by its own unsubscribe function, also with the same listener.',
    );
  });

  it('without `since` later changes are delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const recorder = new ChangeRecorder(context, adapter);
    let on = false;
    await context.until(async () => {
      // Repeatedly: if a connection has to be made first, "from now on" starts when it is made.
      await setStatusOf(adapter, (on = !on) ? 'a' : null, 'c1');
      return recorder.received.some(
        (change) => change.kind === 'reset' || ofEntry('c1', 'a')(change) || ofEntry('c1', null)(change),
      );
    }, 'subscribe without `since` must deliver changes from now on.');
  });

  it('a listener that throws affects nothing else', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    await ignoringUncaught(async () => {
      let thrown = 0;
      const { seq } = await adapter.listStatuses();
      const listener = (): void => {
        thrown++;
        throwOnPurpose();
      };
      adapter.subscribe(listener, { since: seq });
      const recorder = await ChangeRecorder.open(context, adapter);
      const rule = 'A listener that throws must affect neither the write nor the other listeners.';
      await recorder.receivesAfter(() => setStatusOf(adapter, 'a', 'c1'), ofEntry('c1', 'a'), rule);
      await recorder.receivesAfter(() => setStatusOf(adapter, null, 'c1'), ofEntry('c1', null), rule);
      await context.until(
        () => thrown > 1 || recorder.received.some((change) => change.kind === 'reset'),
        rule,
        () => ({ thrown }),
      );
      equal((await entryOf(adapter, 'c1')).statusId, null, rule);
    });
  });

  it('a listener that throws while it catches up receives the rest', ['subscribe'], async (context) => {
    const { adapter } = context;
    const { seq } = await adapter.listStatuses();
    await createStatuses(adapter, 'A', 'B', 'C');
    await ignoringUncaught(async () => {
      const received: Change[] = [];
      const listener = (change: Change): void => {
        received.push(change);
        if (received.length === 1) throwOnPurpose();
      };
      adapter.subscribe(listener, { since: seq });
      const rule = 'A listener that throws at one change must still receive the next.';
      const isLast = (change: Change): boolean => change.kind === 'reset' || ofStatus('c')(change);
      await context.until(
        () => received.some(isLast),
        rule,
        () => received,
      );
    });
  });

  it('a listener may write', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    const { seq } = await adapter.listStatuses();
    let answered: Promise<unknown> | undefined;
    adapter.subscribe(() => void (answered ??= setStatusOf(adapter, 'b', 'c2')), { since: seq });
    await setStatusOf(adapter, 'a', 'c1');
    await context.until(() => answered !== undefined, 'subscribe must deliver a new status of a conversation.');
    await answered;
    equal((await entryOf(adapter, 'c2')).statusId, 'b', 'A listener must be able to write.');
  });

  it('changes between listing and subscribing are delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const { seq } = await adapter.listStatuses();
    await setStatusOf(adapter, 'a', 'c1');
    await createStatuses(adapter, 'B');
    const recorder = new ChangeRecorder(context, adapter, seq);
    const rule = 'subscribe with the seq of a list must deliver the changes since, or a reset.';
    await recorder.receivesSince(0, ofEntry('c1', 'a'), rule);
    await recorder.receivesSince(0, ofStatus('b'), rule);
    await recorder.receivesAfter(
      () => setStatusOf(adapter, null, 'c1'),
      ofEntry('c1', null),
      'A resumed subscription must deliver later changes.',
    );
  });

  it('a subscription can be resumed from any change', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    const recorder = await ChangeRecorder.open(context, adapter);
    const { seq } = await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'subscribe must deliver a new status of a conversation.',
    );
    recorder.stop();
    await setStatusOf(adapter, 'b', 'c1', 'c2');
    await currentStatus(adapter, 'a');
    const resumed = new ChangeRecorder(context, adapter, seq);
    const rule = 'subscribe with the seq of a change must deliver the changes since, or a reset.';
    await resumed.receivesSince(0, ofEntry('c1', 'b'), rule);
    await resumed.receivesSince(0, ofEntry('c2', 'b'), rule);
  });

  it('an unknown `since` gives a reset', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const recorder = new ChangeRecorder(context, adapter, 'foreign');
    const rule =
      'subscribe with an unknown `since` must deliver a reset (or everything) and never fail: changes may have been missed.';
    await recorder.receivesSince(0, ofStatus('a'), rule);
    await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'After a reset the subscription must continue.',
    );
  });

  it('onState reports one of three states', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const states: string[] = [];
    const received: Change[] = [];
    const { seq } = await adapter.listStatuses();
    const stop = adapter.subscribe((change) => void received.push(change), {
      since: seq,
      onState: (state) => void states.push(state),
    });
    await setStatusOf(adapter, 'a', 'c1');
    await context.until(() => received.length > 0, 'A subscriber with onState must receive changes too.');
    stop();
    equal(
      states.filter((state) => !['live', 'retrying', 'down'].includes(state)),
      [],
      'onState must report live, retrying or down.',
    );
  });
};
