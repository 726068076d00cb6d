/** Cases about the versions and contacts of entries. */
import type { Id } from '../../model/id.js';
import {
  changesNothing,
  entryOf,
  setStatusOf,
  createStatuses,
  rejectsSetStatus,
  remove,
  statusOf,
  succeeded,
  addConversations,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds } from '../check.js';

export const versionsTopic: Topic = (it) => {
  it('every change of status raises the version', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    let [held] = await setStatusOf(adapter, 'a', 'c1');
    for (const to of ['b', 'a', null, 'b', null, 'a'] as (Id | null)[]) {
      const [next] = await setStatusOf(adapter, to, 'c1');
      holds(next.version > held.version, 'The version of an entry must grow with every change.', {
        before: held,
        after: next,
      });
      held = next;
    }
  });

  it('a cleared conversation keeps its version', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const [first] = await setStatusOf(adapter, 'a', 'c1');
    const [cleared] = await setStatusOf(adapter, null, 'c1');
    const read = (await adapter.getEntries(['c1'])).get('c1');
    const rule =
      'A conversation whose status was cleared keeps an entry with its version, or stale changes would seem new.';
    holds(read !== undefined && read.version === cleared.version && read.version > first.version, rule, {
      first,
      cleared,
      read,
    });
  });

  it('the current version is accepted', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const [entry] = await setStatusOf(adapter, 'a', 'c1');
    const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'b', { ifVersion: entry.version });
    equal(succeeded(result!).statusId, 'b', 'setStatus with the current version as ifVersion must succeed.');
    equal(await statusOf(adapter, 'c1'), 'b', 'setStatus with the current version as ifVersion must be stored.');
  });

  it('a stale version is a conflict that carries the entry as it is', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const [stale] = await setStatusOf(adapter, 'a', 'c1');
    const [current] = await setStatusOf(adapter, 'b', 'c1');
    const rule =
      'setStatus with an ifVersion that is not the current one must be rejected, with the entry as `current`.';
    await changesNothing(adapter, ['c1'], async () => {
      const call = adapter.setStatus([{ conversationId: 'c1' }], 'c', { ifVersion: stale.version });
      equal((await rejectsSetStatus(call, 'conflict', rule)).current, current, rule);
    });
  });

  it('version 0 accepts the first status', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'a', { ifVersion: 0 });
    equal(succeeded(result!).statusId, 'a', 'ifVersion: 0 must mean "never had a status".');
  });

  it('version 0 is a conflict once a status was set', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await changesNothing(adapter, ['c1'], () =>
      rejectsSetStatus(
        adapter.setStatus([{ conversationId: 'c1' }], 'b', { ifVersion: 0 }),
        'conflict',
        'ifVersion: 0 must mean "never had a status".',
      ),
    );
  });

  it('a delete changes the version of its conversations', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const [before] = await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    const { version } = await entryOf(adapter, 'c1');
    const rule = 'A conversation that a delete moved has another version than before.';
    await rejectsSetStatus(
      adapter.setStatus([{ conversationId: 'c1' }], 'c', { ifVersion: before.version }),
      'conflict',
      rule,
    );
    const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'c', { ifVersion: version });
    equal(succeeded(result!).statusId, 'c', 'setStatus must accept the version that getEntries returns.');
  });

  it('the time of a change is plausible and does not go back', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    let last = 0;
    for (const to of ['a', 'b', null, 'a']) {
      const [entry] = await setStatusOf(adapter, to, 'c1');
      const { changedAt } = entry;
      // The clock of the storage may be that of another machine: only its order matters.
      holds(
        Number.isFinite(changedAt) && changedAt > 0 && changedAt >= last,
        'changedAt must be a time that does not go back.',
        { last, changedAt },
      );
      last = changedAt;
    }
  });

  it('the contact is kept if it is left out', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    const [entry] = await setStatusOf(adapter, 'b', 'c1');
    equal(entry.contactId, 'p1', 'setStatus without a contactId must keep the contact.');
    await setStatusOf(adapter, null, 'c1');
    equal((await entryOf(adapter, 'c1')).contactId, 'p1', 'Taking the status off must keep the contact.');
  });

  it('a conversation without a contact has none', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const [entry] = await setStatusOf(adapter, 'a', 'c1');
    equal(entry.contactId, null, 'The contact of a conversation must be null if none was passed.');
  });

  it('putConversations does not change a status', ['putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await addConversations(
      adapter,
      { conversationId: 'c1', activityAt: 5 },
      { conversationId: 'c2', contactId: 'p2', activityAt: 6 },
    );
    const { statusId, contactId } = await entryOf(adapter, 'c1');
    equal([statusId, contactId], ['a', 'p1'], 'putConversations must keep the status, and the contact where left out.');
    equal(await statusOf(adapter, 'c2'), null, 'putConversations must not give a status.');
  });

  it('putConversations can be repeated', ['putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const known = [{ conversationId: 'c1', contactId: 'p1', activityAt: 5 }, { conversationId: 'c2' }];
    await adapter.putConversations(known);
    await setStatusOf(adapter, 'a', 'c1');
    const before = await entryOf(adapter, 'c1');
    await adapter.putConversations(known);
    await adapter.putConversations([]);
    equal(await entryOf(adapter, 'c1'), before, 'putConversations with what is known already must change nothing.');
  });

  it('putConversations changes the contact if it is passed', ['putConversations'], async ({ adapter }) => {
    await adapter.putConversations([{ conversationId: 'c1', contactId: 'p1' }]);
    await adapter.putConversations([{ conversationId: 'c1', contactId: 'p2' }]);
    const entry = (await adapter.getEntries(['c1'])).get('c1');
    equal(entry?.contactId ?? 'p2', 'p2', 'putConversations with another contact must store it.');
    const [picked] = await setStatusOf(adapter, null, 'c1');
    equal(picked.contactId, 'p2', 'The data of putConversations must be kept when the status is set.');
  });
};
