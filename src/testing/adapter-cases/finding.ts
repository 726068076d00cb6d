/** Cases about which ids `find` returns, and in which order. */
import type { Filter } from '../../model/filter.js';
import { allOf, setStatusOf, createStatuses, remove, addConversations } from '../actions.js';
import type { Topic, With } from '../case-context.js';
import { equal } from '../check.js';

const anyOf = (...statusIds: (string | null)[]): Filter => ({ op: 'any-of', statusIds });
const noneOf = (...statusIds: (string | null)[]): Filter => ({ op: 'none-of', statusIds });

const sorted = async (adapter: With<'find'>, query: Parameters<typeof allOf>[1]): Promise<string> =>
  (await allOf(adapter, query)).sort().join(' ');

/** c1 has A, c2 and c3 have B, c4 has C, c5 has none. */
async function fiveConversations(adapter: With<'find'>): Promise<void> {
  await createStatuses(adapter, 'A', 'B', 'C', 'D');
  await setStatusOf(adapter, 'a', 'c1');
  await setStatusOf(adapter, 'b', 'c2', 'c3');
  await setStatusOf(adapter, 'c', 'c4');
  await addConversations(adapter, 'c5');
}

/** p1 has A and B (the latter most recently active), p2 has A, p3 has none, p4 has B and none (most recently active). */
async function fourContacts(adapter: With<'find'>): Promise<void> {
  await createStatuses(adapter, 'A', 'B', 'C');
  await addConversations(
    adapter,
    { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
    { conversationId: 'c2', contactId: 'p1', activityAt: 200 },
    { conversationId: 'c3', contactId: 'p2', activityAt: 300 },
    { conversationId: 'c4', contactId: 'p3', activityAt: 400 },
    { conversationId: 'c5', contactId: 'p4', activityAt: 500 },
    { conversationId: 'c6', contactId: 'p4', activityAt: 600 },
    { conversationId: 'c7', activityAt: 700 },
  );
  await setStatusOf(adapter, 'b', 'c2', 'c5');
  await setStatusOf(adapter, 'a', 'c1', 'c3', 'c7');
}

export const findingTopic: Topic = (it) => {
  const conversations: Readonly<Record<string, [Filter, string]>> = {
    'any of one status': [anyOf('b'), 'c2 c3'],
    'any of several statuses': [anyOf('a', 'c'), 'c1 c4'],
    'any of no status': [anyOf(null), 'c5'],
    'any of a status and no status': [anyOf('a', null), 'c1 c5'],
    'any of an unused status': [anyOf('d'), ''],
    'any of an unknown status': [anyOf('nowhere'), ''],
    'any of nothing, which is everything': [anyOf(), 'c1 c2 c3 c4 c5'],
    'none of one status': [noneOf('b'), 'c1 c4 c5'],
    'none of several statuses': [noneOf('a', 'b'), 'c4 c5'],
    'none of no status': [noneOf(null), 'c1 c2 c3 c4'],
    'none of a status and no status': [noneOf('b', null), 'c1 c4'],
    'none of nothing, which is everything': [noneOf(), 'c1 c2 c3 c4 c5'],
  };
  for (const [what, [filter, expected]] of Object.entries(conversations)) {
    it(`conversations by ${what}`, ['find'], async ({ adapter }) => {
      await fiveConversations(adapter);
      const rule = `find conversations by ${filter.op} ${JSON.stringify(filter.statusIds)} (c1: a, c2 and c3: b, c4: c, c5: none).`;
      equal(await sorted(adapter, { of: 'conversation', filter }), expected, rule);
    });
  }

  const contacts: Readonly<Record<string, [Filter, string]>> = {
    'any of one status': [anyOf('a'), 'p1 p2'],
    'any of several statuses': [anyOf('a', 'b'), 'p1 p2 p4'],
    'any of no status': [anyOf(null), 'p3 p4'],
    'any of nothing, which is everything': [anyOf(), 'p1 p2 p3 p4'],
    'none of one status': [noneOf('a'), 'p3 p4'],
    'none of no status': [noneOf(null), 'p1 p2'],
    'none of several': [noneOf('a', null), ''],
  };
  for (const [what, [filter, expected]] of Object.entries(contacts)) {
    it(`contacts by ${what}`, ['find'], async ({ adapter }) => {
      await fourContacts(adapter);
      const rule =
        `find contacts by ${filter.op} ${JSON.stringify(filter.statusIds)} (p1: a and b, p2: a, p3: none, p4: b and none): ` +
        'any-of asks for one of its conversations, none-of for not one of them.';
      equal(await sorted(adapter, { of: 'contact', filter }), expected, rule);
      equal(await sorted(adapter, { of: 'contact', filter, contactMatch: 'any' }), expected, rule);
    });
  }

  const latest: Readonly<Record<string, [Filter, string]>> = {
    'any of one status': [anyOf('b'), 'p1'],
    'any of no status': [anyOf(null), 'p3 p4'],
    'none of one status': [noneOf('b'), 'p2 p3 p4'],
  };
  for (const [what, [filter, expected]] of Object.entries(latest)) {
    it(`contacts by their latest conversation, by ${what}`, ['find', 'putConversations'], async ({ adapter }) => {
      await fourContacts(adapter);
      const rule = `find with contactMatch latest by ${filter.op} ${JSON.stringify(filter.statusIds)} (latest: p1: b, p2: a, p3 and p4: none).`;
      equal(await sorted(adapter, { of: 'contact', contactMatch: 'latest', filter }), expected, rule);
    });
  }

  it('conversations come newest activity first', ['find', 'putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const times = { c1: 30, c2: 10, c3: 50, c4: 20, c5: 40 };
    await adapter.putConversations(
      Object.entries(times).map(([conversationId, activityAt]) => ({ conversationId, activityAt })),
    );
    await setStatusOf(adapter, 'a', 'c2', 'c5', 'c3');
    const rule = 'find must order by activity, newest first, no matter when the status was set.';
    equal(await allOf(adapter, { of: 'conversation', filter: anyOf() }), ['c3', 'c5', 'c1', 'c4', 'c2'], rule);
    equal(await allOf(adapter, { of: 'conversation', filter: anyOf('a') }), ['c3', 'c5', 'c2'], rule);
  });

  it('contacts come newest activity first', ['find', 'putConversations'], async ({ adapter }) => {
    await fourContacts(adapter);
    const rule = 'find must order contacts by their newest activity, newest first.';
    equal(await allOf(adapter, { of: 'contact', filter: anyOf() }), ['p4', 'p3', 'p2', 'p1'], rule);
    await adapter.putConversations([{ conversationId: 'c1', activityAt: 900 }]);
    equal(await allOf(adapter, { of: 'contact', filter: anyOf() }), ['p1', 'p4', 'p3', 'p2'], rule);
  });

  it('new activity moves a conversation to the front', ['find', 'putConversations'], async ({ adapter }) => {
    await adapter.putConversations([
      { conversationId: 'c1', activityAt: 100 },
      { conversationId: 'c2', activityAt: 200 },
    ]);
    await adapter.putConversations([{ conversationId: 'c1', activityAt: 300 }]);
    equal(
      await allOf(adapter, { of: 'conversation', filter: anyOf() }),
      ['c1', 'c2'],
      'find must use the new activity.',
    );
  });

  it('activity is ordered as a number, not as text', ['find', 'putConversations'], async ({ adapter }) => {
    const times = { c1: 9, c2: 1_700_000_000_000, c3: 100, c4: 20 };
    await adapter.putConversations(
      Object.entries(times).map(([conversationId, activityAt]) => ({ conversationId, activityAt })),
    );
    equal(
      await allOf(adapter, { of: 'conversation', filter: anyOf() }),
      ['c2', 'c3', 'c4', 'c1'],
      'Activity is a number, not a text.',
    );
  });

  it('a conversation that was set but never put is found', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    equal(
      await allOf(adapter, { of: 'conversation', filter: anyOf('a') }),
      ['c1'],
      'A conversation must be known once its status was set.',
    );
  });

  it('a filter that names a deleted status still works', ['find'], async ({ adapter }) => {
    await fiveConversations(adapter);
    await remove(adapter, 'a', 'b');
    equal(
      await sorted(adapter, { of: 'conversation', filter: anyOf('a', 'c') }),
      'c4',
      'A deleted status in a filter finds nothing.',
    );
    equal(
      await sorted(adapter, { of: 'conversation', filter: noneOf('a') }),
      'c1 c2 c3 c4 c5',
      'A deleted status in a filter excludes nothing.',
    );
  });
};
