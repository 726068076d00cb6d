import { type Change, parseChange } from '../../model/changes.js';
import { give, listed, pipeline, refusesToSet, remove } from '../acts.js';
import type { Topic } from '../bench.js';
import { equal, holds } from '../check.js';
import { Ear, ofEntry, ofStatus } from '../ear.js';

export const changesTopic: Topic = (it) => {
  it('a new status is heard', ['subscribe'], async (bench) => {
    const ear = await Ear.open(bench, bench.adapter);
    await ear.hears(() => pipeline(bench.adapter, 'A'), ofStatus('a'), 'A subscriber must hear of a new status.');
  });

  it('a rename is heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const [{ version: ifVersion }] = await pipeline(adapter, 'A');
    const ear = await Ear.open(bench, adapter);
    const rule = 'A subscriber must hear of a renamed status, as it is now.';
    await ear.hears(
      () => adapter.updateStatus('a', { name: 'B' }, { ifVersion }),
      ofStatus('a', ({ name }) => name === 'B'),
      rule,
    );
  });

  it('a move is heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    const ear = await Ear.open(bench, adapter);
    await ear.hears(
      () => adapter.moveStatus('b', null),
      ofStatus('b'),
      'A subscriber must hear of a moved status, with its new rank.',
    );
  });

  it('a delete is heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    const ear = await Ear.open(bench, adapter);
    const rule = 'A subscriber must hear of a deleted status, marked `deleted: true`.';
    await ear.hears(
      () => remove(adapter, 'a'),
      ofStatus('a', ({ deleted }) => deleted === true),
      rule,
    );
  });

  it('conversations that a delete moves are heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1', 'c2');
    const ear = await Ear.open(bench, adapter);
    const rule = 'A subscriber must hear of every conversation that a delete moves: each, or one reset for all.';
    await ear.hears(() => remove(adapter, 'a', 'b'), ofEntry('c1', 'b'), rule);
    await ear.heardSince(0, ofEntry('c2', 'b'), rule);
  });

  it('a restore is heard, and what it brings back', ['subscribe', 'restoreStatus'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    const ear = await Ear.open(bench, adapter);
    const rule = 'A subscriber must hear of a restored status and its conversations.';
    await ear.hears(
      () => adapter.restoreStatus('a'),
      ofStatus('a', ({ deleted }) => !deleted),
      rule,
    );
    await ear.heardSince(0, ofEntry('c1', 'a'), rule);
  });

  it('a pick is heard, and taking it off', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const ear = await Ear.open(bench, adapter);
    await ear.hears(() => give(adapter, 'a', 'c1'), ofEntry('c1', 'a'), 'A subscriber must hear of a pick.');
    await ear.hears(
      () => give(adapter, null, 'c1'),
      ofEntry('c1', null),
      'A subscriber must hear of a status taken off.',
    );
  });

  it('a pick for many is heard for each', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const ear = await Ear.open(bench, adapter);
    const ids = ['c1', 'c2', 'c3', 'c4', 'c5'];
    await give(adapter, 'a', ...ids);
    for (const id of ids)
      await ear.heardSince(0, ofEntry(id, 'a'), 'A subscriber must hear of each conversation of a call, or one reset.');
  });

  it('what is heard is a valid record', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const ear = await Ear.open(bench, adapter);
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await remove(adapter, 'a', 'b');
    await ear.heardSince(0, ofEntry('c1', 'b'), 'A subscriber must hear of a conversation that a delete moves.');
    for (const change of ear.heard) {
      equal(
        parseChange(change),
        change,
        'A change must be { seq, opId?, kind, … } with a valid record, and nothing else.',
      );
      holds(change.seq !== '', 'A change must tell `seq`, to resume from.', change);
    }
  });

  it('what is heard can be read', ['subscribe'], async (bench) => {
    const { adapter } = bench;
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
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1');
    await adapter.moveStatus('b', null);
    await give(adapter, 'b', 'c1');
    await give(adapter, null, 'c1');
    await bench.until(() => last, 'A subscriber must hear of every write.');
    await Promise.all(reads);
    equal(early, [], 'A change must be told after it is stored, never before: whoever hears of it reads it.');
  });

  it('a change names the call that caused it', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A', 'B');
    const ear = await Ear.open(bench, adapter);
    const rule = 'A change must carry the opId of the call that caused it: that is how a caller knows its own echo.';
    const pick = await ear.hears(
      () => adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-pick' }),
      ofEntry('c1', 'a'),
      rule,
    );
    if (pick.kind !== 'reset') equal(pick.opId, 'op-pick', rule);
    const move = await ear.hears(() => adapter.moveStatus('b', null, { opId: 'op-move' }), ofStatus('b'), rule);
    if (move.kind !== 'reset') equal(move.opId, 'op-move', rule);
    const plain = await ear.hears(() => give(adapter, 'b', 'c1'), ofEntry('c1', 'b'), rule);
    holds(
      plain.opId !== 'op-pick' && plain.opId !== 'op-move',
      'A change must not carry the opId of another call.',
      plain,
    );
  });

  it('a refused write is not heard', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    await pipeline(adapter, 'A');
    const ear = await Ear.open(bench, adapter);
    await refusesToSet(
      adapter.setStatus([{ conversationId: 'c1' }], 'nowhere'),
      'not-found',
      'An unknown status must be refused.',
    );
    await ear.hears(() => give(adapter, 'a', 'c2'), ofEntry('c2', 'a'), 'A subscriber must hear of a pick.');
    const about = ear.heard.filter((change) => change.kind === 'entry' && change.entry.conversationId === 'c1');
    equal(about, [], 'A refused write must not be told to anybody.');
  });
};
