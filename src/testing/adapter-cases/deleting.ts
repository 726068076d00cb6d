/** Cases about `deleteStatus`. */
import {
  COLOR,
  allOf,
  changesNothing,
  countsOf,
  entriesOf,
  entryOf,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  remove,
  statusesOf,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';

export const deletingTopic: Topic = (it) => {
  it('an unused status can be deleted without moveTo', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const { moved } = await remove(adapter, 'b');
    equal(moved, 0, 'deleteStatus of an unused status must tell that it moved nothing.');
    equal(await listedIds(adapter), ['a', 'c'], 'A deleted status must not be listed.');
  });

  it('a status in use is rejected with the count, and nothing changes', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2', 'c3');
    const rule = 'deleteStatus without moveTo must reject a status in use with the number of its conversations.';
    await changesNothing(adapter, ['c1', 'c2', 'c3'], async () => {
      equal((await rejects(remove(adapter, 'a'), 'in-use', rule)).count, 3, rule);
    });
  });

  it('a status that was in use before is not in use', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c1');
    await setStatusOf(adapter, null, 'c2');
    equal((await remove(adapter, 'a')).moved, 0, 'Only conversations that have the status now keep it in use.');
  });

  it('moveTo moves its conversations to another status', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'c', 'c3');
    const { moved } = await remove(adapter, 'a', 'b');
    equal(moved, 2, 'deleteStatus must tell how many conversations it moved.');
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['b', 'b', 'c'],
      'deleteStatus must move its conversations and no others.',
    );
  });

  it('moveTo null clears the status of its conversations', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    equal((await remove(adapter, 'a', null)).moved, 2, 'deleteStatus must tell how many conversations it cleared.');
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      [null, null, 'b'],
      'deleteStatus with moveTo: null must clear its conversations.',
    );
  });

  it('moveTo is allowed for an unused status', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    equal((await remove(adapter, 'a', 'b')).moved, 0, 'moveTo must be harmless for an unused status.');
    equal(await listedIds(adapter), ['b'], 'A deleted status must not be listed.');
  });

  it('moveTo the deleted status itself is rejected', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    await changesNothing(adapter, ['c1'], () =>
      rejects(remove(adapter, 'a', 'a'), 'invalid', 'A status cannot inherit from itself.'),
    );
  });

  it('moveTo an unknown status is not-found', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    await changesNothing(adapter, ['c1'], () =>
      rejects(remove(adapter, 'a', 'nowhere'), 'not-found', 'moveTo must name a status.'),
    );
  });

  it('moveTo a deleted status is status-deleted', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'b');
    await changesNothing(adapter, ['c1'], () =>
      rejects(remove(adapter, 'a', 'b'), 'status-deleted', 'moveTo must name a live status.'),
    );
  });

  it('a stale version is a conflict that carries the record as it is', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'A');
    const current = await adapter.updateStatus('a', { name: 'Renamed' }, { ifVersion: status.version });
    const rule =
      'deleteStatus with a version that is not the current one must be rejected, with the record as `current`.';
    await changesNothing(adapter, [], async () => {
      const error = await rejects(
        adapter.deleteStatus('a', { ifVersion: status.version, moveTo: null }),
        'conflict',
        rule,
      );
      equal(error.current, current, rule);
    });
  });

  it('an unknown status is not-found', async ({ adapter }) => {
    await rejects(adapter.deleteStatus('nobody', { ifVersion: 1 }), 'not-found', 'deleteStatus of an unknown status.');
  });

  it('a deleted status cannot be deleted again', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const { version: ifVersion } = await currentStatus(adapter, 'a');
    await adapter.deleteStatus('a', { ifVersion });
    await rejects(adapter.deleteStatus('a', { ifVersion }), 'status-deleted', 'deleteStatus of a deleted status.');
  });

  it('no entry keeps the deleted status', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2', 'c3', 'c4');
    await setStatusOf(adapter, 'b', 'c2');
    await remove(adapter, 'a', 'c');
    const ids = new Set(await listedIds(adapter));
    for (const entry of Object.values(await entriesOf(adapter, 'c1', 'c2', 'c3', 'c4'))) {
      holds(
        entry.statusId === null || ids.has(entry.statusId),
        'No entry may keep the status that was deleted.',
        entry,
      );
    }
  });

  it('counts follow a delete', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    await remove(adapter, 'a', 'b');
    const rule = 'count must count the conversations of a deleted status for its replacement.';
    equal(await countsOf(adapter, { of: 'conversation' }), { none: 0, byStatus: [['b', 3]] }, rule);
    await remove(adapter, 'b', null);
    equal(await countsOf(adapter, { of: 'conversation' }), { none: 3, byStatus: [] }, rule);
  });

  it('find follows a delete', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    await remove(adapter, 'a', 'b');
    const find = async (statusId: string | null) =>
      (await allOf(adapter, { of: 'conversation', filter: { op: 'any-of', statusIds: [statusId] } })).sort();
    equal(await find('b'), ['c1', 'c2', 'c3'], 'find must find the conversations that another status got.');
    equal(await find('a'), [], 'find must find nothing under a deleted status.');
    await remove(adapter, 'b', null);
    equal(await find(null), ['c1', 'c2', 'c3'], 'find must find cleared conversations under "no status".');
  });

  it('entries that move get a higher version', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    const before = await entryOf(adapter, 'c1');
    await remove(adapter, 'a', 'b');
    const after = await entryOf(adapter, 'c1');
    holds(after.version > before.version, 'A conversation that a delete moves must get a higher version.', {
      before,
      after,
    });
  });

  it('a moved conversation keeps its contact', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await remove(adapter, 'a', 'b');
    equal((await entryOf(adapter, 'c1')).contactId, 'p1', 'A delete must not touch the contact of a conversation.');
  });

  it('other statuses and conversations do not change', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'c', 'c2');
    const before = [
      await currentStatus(adapter, 'b'),
      await currentStatus(adapter, 'c'),
      await entriesOf(adapter, 'c2'),
    ];
    await remove(adapter, 'a', 'b');
    equal(
      [await currentStatus(adapter, 'b'), await currentStatus(adapter, 'c'), await entriesOf(adapter, 'c2')],
      before,
      'A delete must change nothing else.',
    );
  });

  it('conversations moved by an earlier delete count as well', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    await remove(adapter, 'a', 'b');
    const rule = 'A status is in use by conversations that an earlier delete moved to it.';
    equal((await rejects(remove(adapter, 'b'), 'in-use', rule)).count, 3, rule);
    equal((await remove(adapter, 'b', 'c')).moved, 3, rule);
    equal(
      await statusesOf(adapter, 'c1', 'c2', 'c3'),
      ['c', 'c', 'c'],
      'A chain of deletes must move every conversation along.',
    );
  });

  it('the status of moved conversations can be set', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await remove(adapter, 'a', 'b');
    await setStatusOf(adapter, 'c', 'c1');
    equal(await statusesOf(adapter, 'c1', 'c2'), ['c', 'b'], 'A pick after a delete must count.');
    equal(
      (await remove(adapter, 'b', null)).moved,
      1,
      'A conversation that no longer has the replacement status must not be moved with it.',
    );
  });

  it('hundreds of conversations move at once', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const ids = Array.from({ length: 250 }, (_, n) => `c${n}`);
    await setStatusOf(adapter, 'a', ...ids);
    equal((await remove(adapter, 'a', 'b')).moved, 250, 'deleteStatus must move every conversation, however many.');
    equal(
      new Set(await statusesOf(adapter, ...ids)),
      new Set(['b']),
      'deleteStatus must move every conversation, however many.',
    );
  });

  it('every status can be deleted, and new ones created', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    await remove(adapter, 'b', null);
    equal(await listed(adapter), [], 'The last status can be deleted too.');
    await adapter.createStatus({ id: 'new', name: 'A', color: COLOR });
    equal(await statusesOf(adapter, 'c1'), [null], 'A new status of the same name must not inherit conversations.');
  });
};
