/** Cases about `restoreStatus`. */
import {
  COLOR,
  changesNothing,
  countsOf,
  entryOf,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  remove,
  snapshot,
  statusesOf,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';

export const restoringTopic: Topic = (it) => {
  for (const [where, id] of Object.entries({ first: 'a', 'in the middle': 'b', last: 'd' })) {
    it(`a status that was ${where} comes back there`, ['restoreStatus'], async ({ adapter }) => {
      await createStatuses(adapter, 'A', 'B', 'C', 'D');
      await remove(adapter, id);
      await adapter.restoreStatus(id);
      equal(await listedIds(adapter), ['a', 'b', 'c', 'd'], 'restoreStatus must bring a status back to its place.');
    });
  }

  it('the name and the color come back in the returned record', ['restoreStatus'], async ({ adapter }) => {
    await adapter.createStatus({ id: 'a', name: 'Leads', color: '#fb0547' });
    await remove(adapter, 'a');
    const { status, restored } = await adapter.restoreStatus('a');
    equal(
      [status.name, status.color, status.deleted],
      ['Leads', '#fb0547', undefined],
      'restoreStatus must restore the record.',
    );
    equal(restored, 0, 'restoreStatus must return how many conversations it restored.');
    equal(await listed(adapter), [status], 'listStatuses must list the record that restoreStatus resolved to.');
  });

  it('conversations that were moved come back', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    await remove(adapter, 'a', 'b');
    equal(
      (await adapter.restoreStatus('a')).restored,
      2,
      'restoreStatus must return how many conversations it restored.',
    );
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['a', 'a', 'b'],
      'restoreStatus must restore its conversations, and leave those that the other status had before.',
    );
  });

  it('conversations that were cleared come back', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, null, 'c3');
    await remove(adapter, 'a', null);
    equal(
      (await adapter.restoreStatus('a')).restored,
      2,
      'restoreStatus must return how many conversations it restored.',
    );
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['a', 'a', null],
      'restoreStatus must restore cleared conversations.',
    );
  });

  it('conversations that were set since keep their status', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2', 'c3');
    await remove(adapter, 'a', 'b');
    await setStatusOf(adapter, 'c', 'c2');
    await setStatusOf(adapter, null, 'c3');
    equal((await adapter.restoreStatus('a')).restored, 1, 'restoreStatus must not count conversations picked since.');
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['a', 'c', null],
      'restoreStatus must not restore conversations whose status was set (or cleared) since.',
    );
  });

  it(
    'a conversation that was set away from the replacement and back keeps it',
    ['restoreStatus'],
    async ({ adapter }) => {
      await createStatuses(adapter, 'A', 'B', 'C');
      await setStatusOf(adapter, 'a', 'c1');
      await remove(adapter, 'a', 'b');
      await setStatusOf(adapter, 'c', 'c1');
      await setStatusOf(adapter, 'b', 'c1');
      await adapter.restoreStatus('a');
      equal(await statusesOf(adapter, 'c1'), ['b'], 'A conversation that was set since must keep its status.');
    },
  );

  it('counts follow a restore', ['restoreStatus', 'count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
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

  it('a chain of deletes is undone in reverse order', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    await remove(adapter, 'a', 'b');
    await remove(adapter, 'b', 'c');
    equal(await statusesOf(adapter, 'c1', 'c2'), ['c', 'c'], 'A chain of deletes must move every conversation along.');
    equal(
      (await adapter.restoreStatus('b')).restored,
      2,
      'Undoing the second delete must restore the conversations that it moved.',
    );
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      ['b', 'b'],
      'Undoing the second delete must restore the conversations that it moved.',
    );
    equal((await adapter.restoreStatus('a')).restored, 1, 'Undoing the first delete must bring back what it moved.');
    equal(await statusesOf(adapter, 'c1', 'c2'), ['a', 'b'], 'Undoing a chain of deletes must restore everything.');
  });

  it('the first of a chain of deletes is undone, the second is not', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    await remove(adapter, 'a', 'b');
    await remove(adapter, 'b', 'c');
    await adapter.restoreStatus('a');
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      ['a', 'c'],
      'restoreStatus must restore its own conversations, whatever status they have.',
    );
  });

  it('deleted, restored, deleted elsewhere and restored again', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    await adapter.restoreStatus('a');
    await remove(adapter, 'a', 'c');
    equal(await statusesOf(adapter, 'c1'), ['c'], 'A second delete must move the conversations to its own moveTo.');
    await adapter.restoreStatus('a');
    equal(await statusesOf(adapter, 'c1'), ['a'], 'A second restore must bring the conversations back.');
    equal(await listedIds(adapter), ['a', 'b', 'c'], 'A second restore must bring the status back to its place.');
  });

  it('a name that was taken in the meantime is rejected', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'B');
    await setStatusOf(adapter, 'leads', 'c1');
    await remove(adapter, 'leads', 'b');
    await adapter.createStatus({ id: 'new', name: 'LEADS', color: COLOR });
    const rule = 'restoreStatus must reject a status whose name is taken, with the field named.';
    await changesNothing(adapter, ['c1'], async () => {
      equal((await rejects(adapter.restoreStatus('leads'), 'invalid', rule)).field, 'name', rule);
    });
    const { version: ifVersion } = await currentStatus(adapter, 'new');
    await adapter.updateStatus('new', { name: 'Other' }, { ifVersion });
    await adapter.restoreStatus('leads');
    equal(await statusesOf(adapter, 'c1'), ['leads'], 'A rejected restore must be possible later.');
  });

  it('restoring a live status is harmless', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    const before = await snapshot(adapter, ['c1']);
    const { status, restored } = await adapter.restoreStatus('a');
    equal([status.id, restored], ['a', 0], 'restoreStatus of a live status must resolve to it, with nothing restored.');
    equal(await snapshot(adapter, ['c1']), before, 'restoreStatus of a live status must change nothing.');
  });

  it('an unknown status is not-found', ['restoreStatus'], async ({ adapter }) => {
    await rejects(adapter.restoreStatus('nobody'), 'not-found', 'restoreStatus of an unknown status.');
  });

  it('versions grow through delete and restore', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    const versions = async () =>
      [(await currentStatus(adapter, 'a')).version, (await entryOf(adapter, 'c1')).version] as const;
    const before = await versions();
    await remove(adapter, 'a', 'b');
    const between = (await entryOf(adapter, 'c1')).version;
    await adapter.restoreStatus('a');
    const after = await versions();
    const rule = 'A restored status and its conversations must get higher versions than they ever had.';
    holds(after[0] > before[0] && between > before[1] && after[1] > between, rule, { before, between, after });
  });

  it('a restored status can be used like any other', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await remove(adapter, 'a');
    const { status } = await adapter.restoreStatus('a');
    await adapter.updateStatus('a', { name: 'Renamed' }, { ifVersion: status.version });
    await setStatusOf(adapter, 'a', 'c1');
    await adapter.moveStatus('a', 'b');
    equal(await statusesOf(adapter, 'c1'), ['a'], 'A restored status can be given to conversations.');
    equal(await listedIds(adapter), ['b', 'a'], 'A restored status can be moved.');
    equal((await currentStatus(adapter, 'a')).name, 'Renamed', 'A restored status can be renamed.');
  });

  it('a restore keeps moves made in the meantime', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    await remove(adapter, 'b');
    await adapter.moveStatus('d', null);
    await adapter.restoreStatus('b');
    equal(
      await listedIds(adapter),
      ['d', 'a', 'b', 'c'],
      'restoreStatus must restore one status and keep the order of the others.',
    );
  });

  it('a place survives the deletion of its neighbors', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    for (const id of ['b', 'c', 'a']) await remove(adapter, id);
    for (const id of ['c', 'a', 'b']) await adapter.restoreStatus(id);
    equal(await listedIds(adapter), ['a', 'b', 'c', 'd'], 'Deleted statuses must keep their places among each other.');
  });

  it('a place survives a rewrite of all ranks', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
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
