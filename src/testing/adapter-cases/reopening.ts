/** Cases about what is kept after a restart. */
import {
  COLOR,
  allOf,
  countsOf,
  entriesOf,
  entryOf,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  rejectsSetStatus,
  remove,
  snapshot,
  statusesOf,
  addConversations,
} from '../actions.js';
import type { Topic, With } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';
import { ChangeRecorder, ofEntry } from '../change-recorder.js';

export const reopeningTopic: Topic = (it) => {
  it('an empty adapter stays empty', async ({ adapter, reopen }) => {
    equal((await (await reopen(adapter)).listStatuses()).items, [], 'A restart must not add anything.');
  });

  it('statuses and their order are kept', async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await adapter.moveStatus('c', 'a');
    const { version: ifVersion } = await currentStatus(adapter, 'b');
    await adapter.updateStatus('b', { name: 'Renamed', color: '#fb0547' }, { ifVersion });
    const before = await listed(adapter);
    equal(await listed(await reopen(adapter)), before, 'A restart must keep the statuses as they were acknowledged.');
  });

  it('the statuses of conversations are kept', async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' }, 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    await setStatusOf(adapter, null, 'c2');
    const before = await entriesOf(adapter, 'c1', 'c2', 'c3');
    equal(
      await entriesOf(await reopen(adapter), 'c1', 'c2', 'c3'),
      before,
      'A restart must keep the entries as they were acknowledged.',
    );
  });

  it('everything is kept through two restarts', async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    const second = await reopen(adapter);
    await setStatusOf(second, 'b', 'c2');
    const before = await snapshot(second, ['c1', 'c2']);
    equal(await snapshot(await reopen(second), ['c1', 'c2']), before, 'A second restart must keep everything too.');
  });

  it('counts are kept', ['count'], async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await addConversations(
      adapter,
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p1' },
    );
    await setStatusOf(adapter, 'a', 'c1', 'c3');
    const counts = async (each: With<'count'>) => [
      await countsOf(each, { of: 'conversation' }),
      await countsOf(each, { of: 'contact' }),
    ];
    const before = await counts(adapter);
    equal(await counts(await reopen(adapter)), before, 'A restart must keep the counts.');
  });

  it('find gives the same results in the same order', ['find', 'putConversations'], async ({ adapter, reopen }) => {
    await adapter.putConversations(
      [3, 1, 2].map((n) => ({ conversationId: `c${n}`, contactId: `p${n}`, activityAt: n })),
    );
    const again = await reopen(adapter);
    const filter = { op: 'any-of', statusIds: [null] } as const;
    equal(
      await allOf(again, { of: 'conversation', filter, pageSize: 2 }),
      ['c3', 'c2', 'c1'],
      'A restart must keep the activity.',
    );
    equal(
      await allOf(again, { of: 'contact', filter, pageSize: 2 }),
      ['p3', 'p2', 'p1'],
      'A restart must keep the contacts.',
    );
  });

  it('the contacts are kept', ['getContacts'], async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    const contact = (await (await reopen(adapter)).getContacts(['p1'])).get('p1');
    equal([contact?.statusIds, contact?.latest], [['a'], 'a'], 'A restart must keep the contacts.');
  });

  it('a deleted status stays deleted', async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    const again = await reopen(adapter);
    equal(await listedIds(again), ['b'], 'A restart must not bring back a deleted status.');
    equal(await statusesOf(again, 'c1'), ['b'], 'A restart must keep the effects of a delete.');
    await rejectsSetStatus(
      again.setStatus([{ conversationId: 'c1' }], 'a'),
      'status-deleted',
      'A deleted status must still be status-deleted after a restart.',
    );
  });

  it('a deleted status can be restored', ['restoreStatus'], async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'b', 'c1', 'c2');
    await remove(adapter, 'b', 'c');
    await setStatusOf(adapter, 'a', 'c2');
    const again = await reopen(adapter);
    equal((await again.restoreStatus('b')).restored, 1, 'A restart must keep everything that a restore needs.');
    equal(await listedIds(again), ['a', 'b', 'c'], 'A restart must keep the place of a deleted status.');
    equal(await statusesOf(again, 'c1', 'c2'), ['b', 'a'], 'A restart must keep everything that a restore needs.');
  });

  it('versions keep growing', async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    const [status, entry] = [await currentStatus(adapter, 'a'), await entryOf(adapter, 'c1')];
    const again = await reopen(adapter);
    const renamed = await again.updateStatus('a', { name: 'Renamed' }, { ifVersion: status.version });
    const [picked] = await setStatusOf(again, 'b', 'c1');
    const rule = 'Versions must keep growing after a restart: other clients still have the old ones.';
    holds(renamed.version > status.version && picked.version > entry.version, rule, { status, renamed, entry, picked });
  });

  it('the rules still apply', async ({ adapter, reopen }) => {
    const [stale] = await createStatuses(adapter, 'Leads');
    await adapter.updateStatus('leads', { color: '#fb0547' }, { ifVersion: stale.version });
    const again = await reopen(adapter);
    await rejects(
      again.createStatus({ id: 'b', name: 'LEADS', color: COLOR }),
      'invalid',
      'A name must be unique after a restart too.',
    );
    await rejects(
      again.updateStatus('leads', { name: 'X' }, { ifVersion: stale.version }),
      'conflict',
      'A stale version must be rejected after a restart too.',
    );
  });

  it('the history is kept', ['history'], async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c1');
    const before = await adapter.history('c1');
    equal(await (await reopen(adapter)).history('c1'), before, 'A restart must keep the history.');
  });

  it('a subscription can be resumed', ['subscribe'], async (context) => {
    await createStatuses(context.adapter, 'A');
    const { seq } = await context.adapter.listStatuses();
    await setStatusOf(context.adapter, 'a', 'c1');
    const again = await context.reopen(context.adapter);
    const recorder = new ChangeRecorder(context, again, seq);
    await recorder.receivesSince(
      0,
      ofEntry('c1', 'a'),
      'subscribe with a seq from before a restart must deliver the missed changes, or a reset.',
    );
    await recorder.receivesAfter(
      () => setStatusOf(again, null, 'c1'),
      ofEntry('c1', null),
      'A resumed subscription must deliver later changes.',
    );
  });
};
