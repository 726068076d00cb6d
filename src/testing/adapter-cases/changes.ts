/** Cases about which changes subscribers receive. */
import { type Change, parseChange } from '../../model/changes.js';
import { setStatusOf, listed, createStatuses, rejectsSetStatus, remove } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds } from '../check.js';
import { ChangeRecorder, ofEntry, ofStatus } from '../change-recorder.js';

export const changesTopic: Topic = (it) => {
  it('a new status is delivered', ['subscribe'], async (context) => {
    const recorder = await ChangeRecorder.open(context, context.adapter);
    await recorder.receivesAfter(
      () => createStatuses(context.adapter, 'A'),
      ofStatus('a'),
      'subscribe must deliver a new status.',
    );
  });

  it('a rename is delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    const [{ version: ifVersion }] = await createStatuses(adapter, 'A');
    const recorder = await ChangeRecorder.open(context, adapter);
    const rule = 'subscribe must deliver a renamed status with its new name.';
    await recorder.receivesAfter(
      () => adapter.updateStatus('a', { name: 'B' }, { ifVersion }),
      ofStatus('a', ({ name }) => name === 'B'),
      rule,
    );
  });

  it('a move is delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    const recorder = await ChangeRecorder.open(context, adapter);
    await recorder.receivesAfter(
      () => adapter.moveStatus('b', null),
      ofStatus('b'),
      'subscribe must deliver a moved status with its new rank.',
    );
  });

  it('a delete is delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    const recorder = await ChangeRecorder.open(context, adapter);
    const rule = 'subscribe must deliver a deleted status with `deleted: true`.';
    await recorder.receivesAfter(
      () => remove(adapter, 'a'),
      ofStatus('a', ({ deleted }) => deleted === true),
      rule,
    );
  });

  it('conversations that a delete moves are delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    const recorder = await ChangeRecorder.open(context, adapter);
    const rule = 'subscribe must deliver a change for every conversation that a delete moves, or one reset for all.';
    await recorder.receivesAfter(() => remove(adapter, 'a', 'b'), ofEntry('c1', 'b'), rule);
    await recorder.receivesSince(0, ofEntry('c2', 'b'), rule);
  });

  it(
    'a restore is delivered, with the conversations that it restores',
    ['subscribe', 'restoreStatus'],
    async (context) => {
      const { adapter } = context;
      await createStatuses(adapter, 'A', 'B');
      await setStatusOf(adapter, 'a', 'c1');
      await remove(adapter, 'a', 'b');
      const recorder = await ChangeRecorder.open(context, adapter);
      const rule = 'subscribe must deliver a restored status and its conversations.';
      await recorder.receivesAfter(
        () => adapter.restoreStatus('a'),
        ofStatus('a', ({ deleted }) => !deleted),
        rule,
      );
      await recorder.receivesSince(0, ofEntry('c1', 'a'), rule);
    },
  );

  it('setting and clearing a status are delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const recorder = await ChangeRecorder.open(context, adapter);
    await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'subscribe must deliver a new status of a conversation.',
    );
    await recorder.receivesAfter(
      () => setStatusOf(adapter, null, 'c1'),
      ofEntry('c1', null),
      'subscribe must deliver a cleared status.',
    );
  });

  it('setting the status of several conversations is delivered for each', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const recorder = await ChangeRecorder.open(context, adapter);
    const ids = ['c1', 'c2', 'c3', 'c4', 'c5'];
    await setStatusOf(adapter, 'a', ...ids);
    for (const id of ids)
      await recorder.receivesSince(
        0,
        ofEntry(id, 'a'),
        'subscribe must deliver each conversation of a call, or one reset.',
      );
  });

  it('a delivered change has a valid record', ['subscribe'], async (context) => {
    const { adapter } = context;
    const recorder = await ChangeRecorder.open(context, adapter);
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await remove(adapter, 'a', 'b');
    await recorder.receivesSince(0, ofEntry('c1', 'b'), 'subscribe must deliver a conversation that a delete moves.');
    for (const change of recorder.received) {
      equal(
        parseChange(change),
        change,
        'A change must be { seq, opId?, kind, … } with a valid record, and nothing else.',
      );
      holds(change.seq !== '', 'A change must have a `seq`, to resume from.', change);
    }
  });

  it('a delivered change can be read', ['subscribe'], async (context) => {
    const { adapter } = context;
    const early: unknown[] = [];
    const reads: Promise<void>[] = [];
    const { seq } = await adapter.listStatuses();
    let last = false;
    const check = async (change: Change): Promise<void> => {
      if (change.kind === 'status') {
        const held = (await listed(adapter)).find((status) => status.id === change.status.id);
        if (!change.status.deleted && (!held || held.version < change.status.version))
          early.push({ change, read: held });
      } else if (change.kind === 'entry') {
        const held = (await adapter.getEntries([change.entry.conversationId])).get(change.entry.conversationId);
        if (!held || held.version < change.entry.version) early.push({ change, read: held });
      }
      last ||= change.kind === 'reset' || (change.kind === 'entry' && change.entry.statusId === null);
    };
    adapter.subscribe((change) => void reads.push(check(change)), { since: seq });
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await adapter.moveStatus('b', null);
    await setStatusOf(adapter, 'b', 'c1');
    await setStatusOf(adapter, null, 'c1');
    await context.until(() => last, 'subscribe must deliver every write.');
    await Promise.all(reads);
    equal(early, [], 'A change must be delivered after it is stored, never before: its receivers read it.');
  });

  it('a change has the opId of the call that caused it', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    const recorder = await ChangeRecorder.open(context, adapter);
    const rule = 'A change must carry the opId of the call that caused it: a caller recognizes its own writes by it.';
    const pick = await recorder.receivesAfter(
      () => adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-pick' }),
      ofEntry('c1', 'a'),
      rule,
    );
    if (pick.kind !== 'reset') equal(pick.opId, 'op-pick', rule);
    const move = await recorder.receivesAfter(
      () => adapter.moveStatus('b', null, { opId: 'op-move' }),
      ofStatus('b'),
      rule,
    );
    if (move.kind !== 'reset') equal(move.opId, 'op-move', rule);
    const plain = await recorder.receivesAfter(() => setStatusOf(adapter, 'b', 'c1'), ofEntry('c1', 'b'), rule);
    holds(
      plain.opId !== 'op-pick' && plain.opId !== 'op-move',
      'A change must not carry the opId of another call.',
      plain,
    );
  });

  it('a rejected write is not delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    const recorder = await ChangeRecorder.open(context, adapter);
    await rejectsSetStatus(
      adapter.setStatus([{ conversationId: 'c1' }], 'nowhere'),
      'not-found',
      'An unknown status must be rejected.',
    );
    await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c2'),
      ofEntry('c2', 'a'),
      'subscribe must deliver a new status of a conversation.',
    );
    const about = recorder.received.filter((change) => change.kind === 'entry' && change.entry.conversationId === 'c1');
    equal(about, [], 'A rejected write must not be delivered.');
  });
};
