import type { Change } from '../../model/changes.js';
import { entryOf, give, live, pipeline } from '../acts.js';
import type { Topic } from '../bench.js';
import { equal } from '../check.js';
import { Ear, ofEntry, ofStatus } from '../ear.js';
import { ignoringUncaught, throwOnPurpose } from '../uncaught.js';

export const subscribingTopic: Topic = (it) => {
  it('nothing is heard after unsubscribing', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const [stopped, ear] = [await Ear.open(bench, adapter), await Ear.open(bench, adapter)];
    await stopped.hears(() => give(adapter, 'a', 'c1'), ofEntry('c1', 'a'), 'A subscriber must hear of a pick.');
    stopped.stop();
    const mark = stopped.heard.length;
    await ear.hears(
      () => give(adapter, null, 'c1'),
      ofEntry('c1', null),
      'Unsubscribing one must leave the others subscribed.',
    );
    equal(stopped.heard.slice(mark), [], 'A subscriber must hear nothing after unsubscribing.');
    stopped.stop();
    await ear.hears(() => give(adapter, 'a', 'c1'), ofEntry('c1', 'a'), 'Unsubscribing twice must be harmless.');
  });

  it('one function can listen twice and stop once', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const { seq } = await adapter.listStatuses();
    let heard = 0;
    const listener = (): void => void heard++;
    const stop = adapter.subscribe(listener, { since: seq });
    adapter.subscribe(listener, { since: seq });
    stop();
    await give(adapter, 'a', 'c1');
    await bench.until(
      () => heard > 0,
      'Each subscription ends by its own unsubscribe only, also with the same function.',
    );
  });

  it('without `since` what comes is heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const ear = new Ear(bench, adapter);
    let on = false;
    await bench.until(async () => {
      // Again and again: where a connection has to be made first, "from now on" starts when it stands.
      await give(adapter, (on = !on) ? 'a' : null, 'c1');
      return ear.heard.some(
        (change) => change.kind === 'reset' || ofEntry('c1', 'a')(change) || ofEntry('c1', null)(change),
      );
    }, 'subscribe without `since` must tell what happens from now on.');
  });

  it('a listener that throws hurts nobody', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    await ignoringUncaught(async () => {
      let thrown = 0;
      const { seq } = await adapter.listStatuses();
      const listener = (): void => {
        thrown++;
        throwOnPurpose();
      };
      adapter.subscribe(listener, { since: seq });
      const ear = await Ear.open(bench, adapter);
      const rule = 'A listener that throws must hurt neither the write nor the other listeners.';
      await ear.hears(() => give(adapter, 'a', 'c1'), ofEntry('c1', 'a'), rule);
      await ear.hears(() => give(adapter, null, 'c1'), ofEntry('c1', null), rule);
      await bench.until(
        () => thrown > 1 || ear.heard.some((change) => change.kind === 'reset'),
        rule,
        () => ({ thrown }),
      );
      equal((await entryOf(adapter, 'c1')).statusId, null, rule);
    });
  });

  it('a listener that throws while it catches up misses nothing', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const { seq } = await adapter.listStatuses();
    await pipeline(adapter, 'A', 'B', 'C');
    await ignoringUncaught(async () => {
      const heard: Change[] = [];
      const listener = (change: Change): void => {
        heard.push(change);
        if (heard.length === 1) throwOnPurpose();
      };
      adapter.subscribe(listener, { since: seq });
      const rule = 'A listener that throws at one change must still be told the next.';
      const isLast = (change: Change): boolean => change.kind === 'reset' || ofStatus('c')(change);
      await bench.until(
        () => heard.some(isLast),
        rule,
        () => heard,
      );
    });
  });

  it('a listener may write', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    const { seq } = await adapter.listStatuses();
    let answered: Promise<unknown> | undefined;
    adapter.subscribe(() => void (answered ??= give(adapter, 'b', 'c2')), { since: seq });
    await give(adapter, 'a', 'c1');
    await bench.until(() => answered !== undefined, 'A subscriber must hear of a pick.');
    await answered;
    equal((await entryOf(adapter, 'c2')).statusId, 'b', 'A listener must be able to write.');
  });

  it('what was missed between listing and subscribing is heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const { seq } = await adapter.listStatuses();
    await give(adapter, 'a', 'c1');
    await pipeline(adapter, 'B');
    const ear = new Ear(bench, adapter, seq);
    const rule = 'subscribe with the seq of a list must tell what happened since, or a reset.';
    await ear.heardSince(0, ofEntry('c1', 'a'), rule);
    await ear.heardSince(0, ofStatus('b'), rule);
    await ear.hears(
      () => give(adapter, null, 'c1'),
      ofEntry('c1', null),
      'A resumed subscription must go on with what comes.',
    );
  });

  it('a subscription can be resumed from any change', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    const ear = await Ear.open(bench, adapter);
    const { seq } = await ear.hears(
      () => give(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'A subscriber must hear of a pick.',
    );
    ear.stop();
    await give(adapter, 'b', 'c1', 'c2');
    await live(adapter, 'a');
    const resumed = new Ear(bench, adapter, seq);
    const rule = 'subscribe with the seq of a change must tell what happened since, or a reset.';
    await resumed.heardSince(0, ofEntry('c1', 'b'), rule);
    await resumed.heardSince(0, ofEntry('c2', 'b'), rule);
  });

  it('a place to resume from that nobody knows gives a reset', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const ear = new Ear(bench, adapter, 'foreign');
    const rule =
      'subscribe with an unknown `since` must tell a reset (or everything), never fail: something may have been missed.';
    await ear.heardSince(0, ofStatus('a'), rule);
    await ear.hears(() => give(adapter, 'a', 'c1'), ofEntry('c1', 'a'), 'After a reset the subscription must go on.');
  });

  it('onState tells one of three states', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const states: string[] = [];
    const heard: Change[] = [];
    const { seq } = await adapter.listStatuses();
    const stop = adapter.subscribe((change) => void heard.push(change), {
      since: seq,
      onState: (state) => void states.push(state),
    });
    await give(adapter, 'a', 'c1');
    await bench.until(() => heard.length > 0, 'A subscriber with onState must hear of changes too.');
    stop();
    equal(
      states.filter((state) => !['live', 'retrying', 'down'].includes(state)),
      [],
      'onState must tell live, retrying or down.',
    );
  });
};
