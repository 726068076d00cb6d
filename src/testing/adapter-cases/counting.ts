/** Cases about `count`. */
import { countsOf, setStatusOf, createStatuses, addConversations } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal } from '../check.js';

export const countingTopic: Topic = (it) => {
  it('an empty adapter counts nothing', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    for (const of of ['conversation', 'contact'] as const) {
      equal(await countsOf(adapter, { of }), { none: 0, byStatus: [] }, `count of ${of}s must start at zero.`);
    }
  });

  it('conversations by status', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c3');
    const expected = {
      none: 0,
      byStatus: [
        ['a', 2],
        ['b', 1],
      ],
    };
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      expected,
      'count must count the conversations that have each status.',
    );
  });

  it('known conversations without a status', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await addConversations(adapter, 'c1', 'c2', 'c3');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'a', 'c4');
    await setStatusOf(adapter, null, 'c4');
    await adapter.getEntries(['c5']);
    const rule =
      'none must count the known conversations without a status: those that were put or set once, not those that were only looked up.';
    equal(await countsOf(adapter, { of: 'conversation' }), { none: 3, byStatus: [['a', 1]] }, rule);
  });

  it('a new status moves a conversation from one count to another', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c1');
    await setStatusOf(adapter, 'b', 'c1');
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      {
        none: 0,
        byStatus: [
          ['a', 1],
          ['b', 1],
        ],
      },
      'A conversation must count once.',
    );
    await setStatusOf(adapter, null, 'c1', 'c2');
    equal(await countsOf(adapter, { of: 'conversation' }), { none: 2, byStatus: [] }, 'Counts must return to zero.');
  });

  it('a contact counts once for each of its statuses', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p1' },
    );
    await setStatusOf(
      adapter,
      'b',
      { conversationId: 'c3', contactId: 'p1' },
      { conversationId: 'c4', contactId: 'p2' },
    );
    const rule = 'count of contacts must count a contact once for each status that any of its conversations has.';
    equal(
      await countsOf(adapter, { of: 'contact' }),
      {
        none: 0,
        byStatus: [
          ['a', 1],
          ['b', 2],
        ],
      },
      rule,
    );
    equal(
      await countsOf(adapter, { of: 'contact', contactMatch: 'any' }),
      {
        none: 0,
        byStatus: [
          ['a', 1],
          ['b', 2],
        ],
      },
      rule,
    );
  });

  it('a contact with a conversation without a status counts as none', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await addConversations(
      adapter,
      { conversationId: 'c2', contactId: 'p1' },
      { conversationId: 'c3', contactId: 'p2' },
    );
    const rule = 'none must count the contacts that have a conversation without a status.';
    equal(await countsOf(adapter, { of: 'contact' }), { none: 2, byStatus: [['a', 1]] }, rule);
  });

  it('conversations without a contact do not count as contacts', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1', { conversationId: 'c2', contactId: 'p1' });
    equal(
      await countsOf(adapter, { of: 'contact' }),
      { none: 0, byStatus: [['a', 1]] },
      'Only conversations with a contact make contacts.',
    );
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      { none: 0, byStatus: [['a', 2]] },
      'Conversations without a contact count as conversations.',
    );
  });

  it('with latest a contact counts once', ['count', 'putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await adapter.putConversations([
      { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
      { conversationId: 'c2', contactId: 'p1', activityAt: 300 },
      { conversationId: 'c3', contactId: 'p2', activityAt: 200 },
      { conversationId: 'c4', contactId: 'p2', activityAt: 400 },
    ]);
    await setStatusOf(adapter, 'b', 'c2');
    await setStatusOf(adapter, 'a', 'c1', 'c3');
    const rule =
      'count with contactMatch latest must count each contact once, by its most recently active conversation.';
    equal(await countsOf(adapter, { of: 'contact', contactMatch: 'latest' }), { none: 1, byStatus: [['b', 1]] }, rule);
    await adapter.putConversations([{ conversationId: 'c3', activityAt: 500 }]);
    equal(
      await countsOf(adapter, { of: 'contact', contactMatch: 'latest' }),
      {
        none: 0,
        byStatus: [
          ['a', 1],
          ['b', 1],
        ],
      },
      rule,
    );
  });

  it('counts are right in the hundreds', ['count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const refs = Array.from({ length: 300 }, (_, n) => ({ conversationId: `c${n}`, contactId: `p${n % 100}` }));
    await setStatusOf(adapter, 'a', ...refs.slice(0, 100));
    await setStatusOf(adapter, 'b', ...refs.slice(100));
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      {
        none: 0,
        byStatus: [
          ['a', 100],
          ['b', 200],
        ],
      },
      'Counts must not stop at a page.',
    );
    equal(
      await countsOf(adapter, { of: 'contact' }),
      {
        none: 0,
        byStatus: [
          ['a', 100],
          ['b', 100],
        ],
      },
      'Counts must not stop at a page.',
    );
  });
};
