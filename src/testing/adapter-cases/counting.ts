import { countsOf, give, pipeline, tell } from '../acts.js';
import type { Topic } from '../bench.js';
import { equal } from '../check.js';

export const countingTopic: Topic = (it) => {
  it('an empty adapter counts nothing', ['count'], async ({ adapter }) => {
    await pipeline(adapter, 'A');
    for (const of of ['conversation', 'contact'] as const) {
      equal(await countsOf(adapter, { of }), { none: 0, byStatus: [] }, `count of ${of}s must start at nothing.`);
    }
  });

  it('conversations by status', ['count'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B', 'C');
    await give(adapter, 'a', 'c1', 'c2');
    await give(adapter, 'b', 'c3');
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

  it('conversations without a status, as far as known', ['count'], async ({ adapter }) => {
    await pipeline(adapter, 'A');
    await tell(adapter, 'c1', 'c2', 'c3');
    await give(adapter, 'a', 'c1');
    await give(adapter, 'a', 'c4');
    await give(adapter, null, 'c4');
    await adapter.getEntries(['c5']);
    const rule =
      'none must count the known conversations without a status: told of or picked once, but not merely asked for.';
    equal(await countsOf(adapter, { of: 'conversation' }), { none: 3, byStatus: [['a', 1]] }, rule);
  });

  it('a change of status moves one from here to there', ['count'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1', 'c2');
    await give(adapter, 'b', 'c1');
    await give(adapter, 'b', 'c1');
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
    await give(adapter, null, 'c1', 'c2');
    equal(
      await countsOf(adapter, { of: 'conversation' }),
      { none: 2, byStatus: [] },
      'Counts must come down to nothing again.',
    );
  });

  it('a contact counts once for each of its statuses', ['count'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', { conversationId: 'c1', contactId: 'p1' }, { conversationId: 'c2', contactId: 'p1' });
    await give(adapter, 'b', { conversationId: 'c3', contactId: 'p1' }, { conversationId: 'c4', contactId: 'p2' });
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
    await pipeline(adapter, 'A');
    await give(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await tell(adapter, { conversationId: 'c2', contactId: 'p1' }, { conversationId: 'c3', contactId: 'p2' });
    const rule = 'none must count the contacts that have a conversation without a status.';
    equal(await countsOf(adapter, { of: 'contact' }), { none: 2, byStatus: [['a', 1]] }, rule);
  });

  it('conversations without a contact are no contacts', ['count'], async ({ adapter }) => {
    await pipeline(adapter, 'A');
    await give(adapter, 'a', 'c1', { conversationId: 'c2', contactId: 'p1' });
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
    await pipeline(adapter, 'A', 'B');
    await adapter.putConversations([
      { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
      { conversationId: 'c2', contactId: 'p1', activityAt: 300 },
      { conversationId: 'c3', contactId: 'p2', activityAt: 200 },
      { conversationId: 'c4', contactId: 'p2', activityAt: 400 },
    ]);
    await give(adapter, 'b', 'c2');
    await give(adapter, 'a', 'c1', 'c3');
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
    await pipeline(adapter, 'A', 'B');
    const refs = Array.from({ length: 300 }, (_, n) => ({ conversationId: `c${n}`, contactId: `p${n % 100}` }));
    await give(adapter, 'a', ...refs.slice(0, 100));
    await give(adapter, 'b', ...refs.slice(100));
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
