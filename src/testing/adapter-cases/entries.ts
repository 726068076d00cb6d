/** Cases about `setStatus` and `getEntries`. */
import { parseEntry } from '../../model/entry.js';
import {
  changesNothing,
  entriesOf,
  entryOf,
  setStatusOf,
  createStatuses,
  rejectsSetStatus,
  remove,
  statusesOf,
  succeeded,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds } from '../check.js';

export const entriesTopic: Topic = (it) => {
  it('an unknown conversation is missing', async ({ adapter }) => {
    const entries = await adapter.getEntries(['c1', 'c2']);
    for (const [id, entry] of entries) {
      equal(
        [entry.conversationId, entry.statusId],
        [id, null],
        'An unknown conversation is missing from the map, or has no status.',
      );
    }
  });

  it('a status that was set can be read', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const [entry] = await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    equal(parseEntry(entry), entry, 'setStatus must resolve to valid entries and nothing else.');
    equal(
      [entry.conversationId, entry.contactId, entry.statusId],
      ['c1', 'p1', 'a'],
      'setStatus must store the given status.',
    );
    equal(await entriesOf(adapter, 'c1'), { c1: entry }, 'getEntries must read the entry that setStatus resolved to.');
  });

  it('a second status replaces the first', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c1');
    equal(await statusesOf(adapter, 'c1'), ['b'], 'The last pick must count.');
  });

  it('null clears the status', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    const [entry] = await setStatusOf(adapter, null, 'c1');
    equal(entry.statusId, null, 'setStatus with null must resolve to an entry without a status.');
    equal(await statusesOf(adapter, 'c1'), [null], 'setStatus with null must take the status off.');
  });

  it('null for a conversation without a status is harmless', async ({ adapter }) => {
    const [entry] = await setStatusOf(adapter, null, 'c1');
    equal([entry.conversationId, entry.statusId], ['c1', null], 'Clearing what has no status must succeed.');
  });

  it('the same status again is harmless', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const [first] = await setStatusOf(adapter, 'a', 'c1');
    const [again] = await setStatusOf(adapter, 'a', 'c1');
    equal(again.statusId, 'a', 'Picking the status that it has must succeed.');
    holds(again.version >= first.version, 'The version of an entry must never go down.', [first, again]);
    equal(await entryOf(adapter, 'c1'), again, 'getEntries must read the entry that setStatus resolved to.');
  });

  it('other conversations do not change', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    const before = await entriesOf(adapter, 'c2');
    await setStatusOf(adapter, 'b', 'c1');
    equal(await entriesOf(adapter, 'c2'), before, 'setStatus must touch the named conversations only.');
  });

  it('many in one call, results in their order', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const ids = ['c5', 'c1', 'c9', 'c3', 'c10', 'a', 'Z'];
    const results = await adapter.setStatus(
      ids.map((conversationId) => ({ conversationId })),
      'a',
    );
    const rule = 'setStatus must resolve to one result for each conversation, in the order of the call.';
    equal(
      results.map((result) => result.conversationId),
      ids,
      rule,
    );
    equal(
      results.map((result) => succeeded(result).conversationId),
      ids,
      rule,
    );
  });

  it('hundreds in one call', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const ids = Array.from({ length: 450 }, (_, n) => `c${(n * 7) % 450}`);
    const results = await adapter.setStatus(
      ids.map((conversationId) => ({ conversationId })),
      'a',
    );
    equal(
      results.map((result) => succeeded(result).conversationId),
      ids,
      'setStatus must take any number of conversations.',
    );
    const entries = await adapter.getEntries(ids);
    equal(
      ids.filter((id) => entries.get(id)?.statusId !== 'a'),
      [],
      'getEntries must take any number of conversations.',
    );
  });

  it('one conversation twice in a call has one status', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const results = await adapter.setStatus(
      [{ conversationId: 'c1' }, { conversationId: 'c2' }, { conversationId: 'c1' }],
      'a',
    );
    equal(
      results.map((result) => [result.conversationId, result.ok]),
      [
        ['c1', true],
        ['c2', true],
        ['c1', true],
      ],
      'One result for each, in order.',
    );
    equal(await statusesOf(adapter, 'c1', 'c2'), ['a', 'a'], 'Naming a conversation twice must be harmless.');
    if (adapter.count)
      equal((await adapter.count({ of: 'conversation' })).byStatus.get('a'), 2, 'A conversation must count once.');
  });

  it('an empty call is harmless', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    equal(await adapter.setStatus([], 'a'), [], 'setStatus of nothing must resolve to no results.');
    equal((await adapter.getEntries([])).size, 0, 'getEntries of nothing must resolve to an empty map.');
  });

  it('reading one twice in a call is harmless', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    const entries = await adapter.getEntries(['c1', 'c1']);
    equal([...entries.keys()], ['c1'], 'getEntries must resolve to a map of what was asked, each once.');
  });

  it('only requested ids are returned', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1', 'c2', 'c3');
    const entries = await adapter.getEntries(['c3', 'c1']);
    equal([...entries.keys()].sort(), ['c1', 'c3'], 'getEntries must resolve to what was asked, and no more.');
  });

  it('an unknown status is not-found, and nothing is stored', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    await changesNothing(adapter, ['c1', 'c2'], () =>
      rejectsSetStatus(
        adapter.setStatus([{ conversationId: 'c1' }, { conversationId: 'c2' }], 'nowhere'),
        'not-found',
        'setStatus to an unknown status.',
      ),
    );
  });

  it('a deleted status is status-deleted, and nothing is stored', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'b');
    await changesNothing(adapter, ['c1', 'c2'], () =>
      rejectsSetStatus(
        adapter.setStatus([{ conversationId: 'c1' }, { conversationId: 'c2' }], 'b'),
        'status-deleted',
        'setStatus to a deleted status.',
      ),
    );
  });

  it('a deleted status with a replacement is status-deleted too', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'c', 'c1');
    await remove(adapter, 'a', 'b');
    await changesNothing(adapter, ['c1'], () =>
      rejectsSetStatus(
        adapter.setStatus([{ conversationId: 'c1' }], 'a'),
        'status-deleted',
        'A late pick of a deleted status must not set its replacement.',
      ),
    );
  });

  it('a conversation never has two statuses', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const ids = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'];
    const picks = ['a', 'b', 'c', null, 'b', 'a'];
    for (let round = 0; round < 4; round++) {
      for (const [n, id] of ids.entries()) await setStatusOf(adapter, picks[(n * (round + 1)) % picks.length]!, id);
    }
    const held = await statusesOf(adapter, ...ids);
    for (const statusId of ['a', 'b', 'c', null]) {
      const expected = ids.filter((_, n) => held[n] === statusId);
      if (adapter.find) {
        const found = await adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: [statusId] } });
        equal([...found.ids].sort(), expected, `find and getEntries must agree on who has the status ${statusId}.`);
      }
      if (adapter.count) {
        const { byStatus, none } = await adapter.count({ of: 'conversation' });
        const count = statusId === null ? none : (byStatus.get(statusId) ?? 0);
        equal(count, expected.length, `count and getEntries must agree on how many have the status ${statusId}.`);
      }
    }
  });

  it('returned entries are copies', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    const entry = await entryOf(adapter, 'c1');
    Reflect.set(entry, 'statusId', 'vandalised');
    Reflect.set(entry, 'contactId', 'vandalised');
    const { statusId, contactId } = await entryOf(adapter, 'c1');
    equal([statusId, contactId], ['a', 'p1'], 'Writing to an entry that was read must not change what is stored.');
  });
};
