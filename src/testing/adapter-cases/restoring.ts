import {
  COLOR,
  changesNothing,
  countsOf,
  entryOf,
  give,
  listed,
  listedIds,
  live,
  pipeline,
  remove,
  snapshot,
  statusesOf,
} from '../acts.js';
import type { Topic } from '../bench.js';
import { equal, holds, rejects } from '../check.js';

export const restoringTopic: Topic = (it) => {
  for (const [where, id] of Object.entries({ first: 'a', 'in the middle': 'b', last: 'd' })) {
    it(`a status that was ${where} comes back there`, ['restoreStatus'], async ({ adapter }) => {
      await pipeline(adapter, 'A', 'B', 'C', 'D');
      await remove(adapter, id);
      await adapter.restoreStatus(id);
      equal(await listedIds(adapter), ['a', 'b', 'c', 'd'], 'restoreStatus must bring a status back to its place.');
    });
  }

  it('the name and the colour come back, and the record is told', ['restoreStatus'], async ({ adapter }) => {
    await adapter.createStatus({ id: 'a', name: 'Leads', color: '#fb0547' });
    await remove(adapter, 'a');
    const { status, restored } = await adapter.restoreStatus('a');
    equal(
      [status.name, status.color, status.deleted],
      ['Leads', '#fb0547', undefined],
      'restoreStatus must bring back the record.',
    );
    equal(restored, 0, 'restoreStatus must tell how many conversations it brought back.');
    equal(await listed(adapter), [status], 'listStatuses must list the record that restoreStatus resolved to.');
  });

  it('conversations that another status got come back', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1', 'c2');
    await give(adapter, 'b', 'c3');
    await remove(adapter, 'a', 'b');
    equal(
      (await adapter.restoreStatus('a')).restored,
      2,
      'restoreStatus must tell how many conversations it brought back.',
    );
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['a', 'a', 'b'],
      'restoreStatus must bring back its conversations, and leave those that the other status had before.',
    );
  });

  it('conversations that were cleared come back', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1', 'c2');
    await give(adapter, null, 'c3');
    await remove(adapter, 'a', null);
    equal(
      (await adapter.restoreStatus('a')).restored,
      2,
      'restoreStatus must tell how many conversations it brought back.',
    );
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['a', 'a', null],
      'restoreStatus must bring back cleared conversations.',
    );
  });

  it('conversations picked since stay where they are', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C');
    await give(adapter, 'a', 'c1', 'c2', 'c3');
    await remove(adapter, 'a', 'b');
    await give(adapter, 'c', 'c2');
    await give(adapter, null, 'c3');
    equal((await adapter.restoreStatus('a')).restored, 1, 'restoreStatus must not count conversations picked since.');
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['a', 'c', null],
      'restoreStatus must not take back conversations that somebody gave another status (or none) since.',
    );
  });

  it('a conversation picked away and back to the heir stays there', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C');
    await give(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    await give(adapter, 'c', 'c1');
    await give(adapter, 'b', 'c1');
    await adapter.restoreStatus('a');
    equal(
      await statusesOf(adapter, 'c1'),
      ['b'],
      'A conversation that somebody picked since must stay, wherever it is now.',
    );
  });

  it('counts follow a restore', ['restoreStatus', 'count'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1', 'c2');
    await give(adapter, 'b', 'c3');
    await remove(adapter, 'a', 'b');
    await adapter.restoreStatus('a');
    const expected = {
      none: 0,
      byStatus: [
        ['a', 2],
        ['b', 1],
      ],
    };
    equal(await countsOf(adapter, { of: 'conversation' }), expected, 'count must follow a restore.');
  });

  it('a chain of deletes is undone from its end', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C');
    await give(adapter, 'a', 'c1');
    await give(adapter, 'b', 'c2');
    await remove(adapter, 'a', 'b');
    await remove(adapter, 'b', 'c');
    equal(await statusesOf(adapter, 'c1', 'c2'), ['c', 'c'], 'A chain of deletes must carry every conversation along.');
    equal((await adapter.restoreStatus('b')).restored, 2, 'Undoing the second delete must bring back what it moved.');
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      ['b', 'b'],
      'Undoing the second delete must bring back what it moved.',
    );
    equal((await adapter.restoreStatus('a')).restored, 1, 'Undoing the first delete must bring back what it moved.');
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      ['a', 'b'],
      'Undoing a chain of deletes must bring back what there was.',
    );
  });

  it('the first of a chain of deletes is undone while the second stands', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C');
    await give(adapter, 'a', 'c1');
    await give(adapter, 'b', 'c2');
    await remove(adapter, 'a', 'b');
    await remove(adapter, 'b', 'c');
    await adapter.restoreStatus('a');
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      ['a', 'c'],
      'restoreStatus must bring back its own conversations from wherever they went.',
    );
  });

  it('deleted, restored, deleted elsewhere and restored again', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C');
    await give(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    await adapter.restoreStatus('a');
    await remove(adapter, 'a', 'c');
    equal(await statusesOf(adapter, 'c1'), ['c'], 'A second delete must move the conversations to its own moveTo.');
    await adapter.restoreStatus('a');
    equal(await statusesOf(adapter, 'c1'), ['a'], 'A second restore must bring the conversations back.');
    equal(await listedIds(adapter), ['a', 'b', 'c'], 'A second restore must bring the status back to its place.');
  });

  it('a name that was taken meanwhile is refused', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'Leads', 'B');
    await give(adapter, 'leads', 'c1');
    await remove(adapter, 'leads', 'b');
    await adapter.createStatus({ id: 'new', name: 'LEADS', color: COLOR });
    const rule = 'restoreStatus must refuse a status whose name is taken now, with the field named.';
    await changesNothing(adapter, ['c1'], async () => {
      equal((await rejects(adapter.restoreStatus('leads'), 'invalid', rule)).field, 'name', rule);
    });
    const { version: ifVersion } = await live(adapter, 'new');
    await adapter.updateStatus('new', { name: 'Other' }, { ifVersion });
    await adapter.restoreStatus('leads');
    equal(await statusesOf(adapter, 'c1'), ['leads'], 'A refused restore must be possible later.');
  });

  it('restoring a live status is harmless', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1');
    const before = await snapshot(adapter, ['c1']);
    const { status, restored } = await adapter.restoreStatus('a');
    equal([status.id, restored], ['a', 0], 'restoreStatus of a live status must resolve to it, with nothing restored.');
    equal(await snapshot(adapter, ['c1']), before, 'restoreStatus of a live status must change nothing.');
  });

  it('an unknown status is not-found', ['restoreStatus'], async ({ adapter }) => {
    await rejects(adapter.restoreStatus('nobody'), 'not-found', 'restoreStatus of an unknown status.');
  });

  it('versions grow through delete and restore', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1');
    const versions = async () => [(await live(adapter, 'a')).version, (await entryOf(adapter, 'c1')).version] as const;
    const before = await versions();
    await remove(adapter, 'a', 'b');
    const between = (await entryOf(adapter, 'c1')).version;
    await adapter.restoreStatus('a');
    const after = await versions();
    const rule = 'A restored status and its conversations must get higher versions than they ever had.';
    holds(after[0] > before[0] && between > before[1] && after[1] > between, rule, { before, between, after });
  });

  it('a restored status is as good as any', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await remove(adapter, 'a');
    const { status } = await adapter.restoreStatus('a');
    await adapter.updateStatus('a', { name: 'Renamed' }, { ifVersion: status.version });
    await give(adapter, 'a', 'c1');
    await adapter.moveStatus('a', 'b');
    equal(await statusesOf(adapter, 'c1'), ['a'], 'A restored status can be given to conversations.');
    equal(await listedIds(adapter), ['b', 'a'], 'A restored status can be moved.');
    equal((await live(adapter, 'a')).name, 'Renamed', 'A restored status can be renamed.');
  });

  it('a restore keeps moves made meanwhile', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C', 'D');
    await remove(adapter, 'b');
    await adapter.moveStatus('d', null);
    await adapter.restoreStatus('b');
    equal(
      await listedIds(adapter),
      ['d', 'a', 'b', 'c'],
      'restoreStatus must bring back one status and leave the others’ order.',
    );
  });

  it('a place survives that its neighbours go too', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C', 'D');
    for (const id of ['b', 'c', 'a']) await remove(adapter, id);
    for (const id of ['c', 'a', 'b']) await adapter.restoreStatus(id);
    equal(await listedIds(adapter), ['a', 'b', 'c', 'd'], 'Deleted statuses must keep their places among each other.');
  });

  it('a place survives that all ranks are written anew', ['restoreStatus'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C', 'D');
    await remove(adapter, 'b');
    for (let n = 0; n < 60; n++) await adapter.moveStatus(n % 2 ? 'c' : 'd', 'b');
    await adapter.restoreStatus('b');
    equal(
      await listedIds(adapter),
      ['a', 'b', 'c', 'd'],
      'A deleted status must keep its place, whatever moves around it.',
    );
  });
};
