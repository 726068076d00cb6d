/** Cases about the pages of `find`. */
import { allOf, setStatusOf, pagesOf, createStatuses, addConversations } from '../actions.js';
import type { Topic, With } from '../case-context.js';
import { PipelineError } from '../../model/errors.js';
import { BrokenRule, equal, holds, sameMembers } from '../check.js';

const EVERYTHING = { op: 'any-of', statusIds: [] } as const;
const WITH_A = { op: 'any-of', statusIds: ['a'] } as const;

const ids = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, n) => `c${from + n}`);

/** c1 is the least recently active. */
async function known(adapter: With<'find'>, conversationIds: readonly string[]): Promise<void> {
  await addConversations(
    adapter,
    ...conversationIds.map((conversationId) => ({ conversationId, activityAt: Number(conversationId.slice(1)) })),
  );
}

export const pagingTopic: Topic = (it) => {
  for (const size of [1, 2, 3, 7, 10, 11]) {
    it(`ten in pages of ${size}: each once`, ['find'], async ({ adapter }) => {
      await known(adapter, ids(1, 10));
      const pages = await pagesOf(adapter, { of: 'conversation', filter: EVERYTHING, pageSize: size });
      holds(
        pages.every((page) => page.length <= size),
        'A page must not be longer than pageSize.',
        pages,
      );
      sameMembers(
        pages.flat(),
        ids(1, 10),
        'The pages together must hold everything once: nothing skipped, nothing repeated.',
      );
      if (adapter.putConversations)
        equal(pages.flat(), ids(1, 10).reverse(), 'The order must hold across pages, newest activity first.');
    });
  }

  it('a walk without a page size is complete', ['find'], async ({ adapter }) => {
    await known(adapter, ids(1, 260));
    sameMembers(
      await allOf(adapter, { of: 'conversation', filter: EVERYTHING }),
      ids(1, 260),
      'Following nextPageToken to the end must give everything once, whatever the default page size.',
    );
  });

  it('no results give one page without a token', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    equal(
      await allOf(adapter, { of: 'conversation', filter: WITH_A }),
      [],
      'No results must give an empty list and no token.',
    );
  });

  it('a page size that is too large is reduced, not rejected', ['find'], async ({ adapter }) => {
    await known(adapter, ids(1, 12));
    sameMembers(
      await allOf(adapter, { of: 'conversation', filter: EVERYTHING, pageSize: 1_000_000 }),
      ids(1, 12),
      'A page size larger than the adapter allows must be reduced.',
    );
  });

  it('an invalid page size is rejected or coerced', ['find'], async ({ adapter }) => {
    await known(adapter, ids(1, 3));
    for (const pageSize of [0, -1, 1.5]) {
      try {
        sameMembers(
          await allOf(adapter, { of: 'conversation', filter: EVERYTHING, pageSize }),
          ids(1, 3),
          `pageSize ${pageSize} must lose nothing.`,
        );
      } catch (error) {
        if (error instanceof PipelineError && error.code === 'invalid') continue;
        throw error;
      }
    }
  });

  it('many of the same activity: each once', ['find'], async ({ adapter }) => {
    await addConversations(adapter, ...ids(1, 9).map((conversationId) => ({ conversationId, activityAt: 7 })));
    const walk = () => allOf(adapter, { of: 'conversation', filter: EVERYTHING, pageSize: 2 });
    const first = await walk();
    sameMembers(first, ids(1, 9), 'Equal activity must neither skip nor repeat anything.');
    equal(await walk(), first, 'Ties may be broken in any way, but always the same.');
  });

  it('contacts in pages: each once', ['find'], async ({ adapter }) => {
    // Two conversations each, far apart in activity: a contact must not be returned once for each.
    await addConversations(
      adapter,
      ...ids(1, 14).map((conversationId, n) => ({ conversationId, contactId: `p${n % 7}`, activityAt: n })),
    );
    const found = await allOf(adapter, { of: 'contact', filter: EVERYTHING, pageSize: 3 });
    sameMembers(found, ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'], 'The pages together must hold every contact once.');
  });

  it('a filtered walk is complete', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await known(adapter, ids(1, 12));
    await setStatusOf(adapter, 'a', ...ids(1, 12).filter((_, n) => n % 3 === 0));
    await setStatusOf(adapter, 'b', ...ids(1, 12).filter((_, n) => n % 3 === 1));
    const walk = (statusIds: (string | null)[]) =>
      allOf(adapter, { of: 'conversation', filter: { op: 'none-of', statusIds }, pageSize: 2 });
    sameMembers(
      await walk(['a']),
      ids(1, 12).filter((_, n) => n % 3 !== 0),
      'Pages of a filtered walk must hold every match once.',
    );
    sameMembers(
      await walk(['a', null]),
      ids(1, 12).filter((_, n) => n % 3 === 1),
      'Pages of a filtered walk must hold every match once.',
    );
  });

  it('the same token gives the same page again', ['find'], async ({ adapter }) => {
    await known(adapter, ids(1, 6));
    const query = { of: 'conversation', filter: EVERYTHING, pageSize: 2 } as const;
    const { nextPageToken } = await adapter.find(query);
    if (nextPageToken === undefined)
      throw new BrokenRule('Six in pages of two must have a second page.', 'a nextPageToken', nextPageToken);
    const once = await adapter.find({ ...query, pageToken: nextPageToken });
    equal(
      (await adapter.find({ ...query, pageToken: nextPageToken })).ids,
      once.ids,
      'Asking twice for a page must give it twice.',
    );
  });

  it('a token of another adapter is rejected', ['find'], async ({ adapter }) => {
    await known(adapter, ids(1, 3));
    for (const pageToken of ['foreign', '', '%', '{}', '[1]']) {
      let found;
      try {
        found = await adapter.find({ of: 'conversation', filter: EVERYTHING, pageToken });
      } catch (error) {
        if (error instanceof PipelineError) continue;
        throw new BrokenRule('find must reject a foreign token with a PipelineError.', 'a PipelineError', error);
      }
      // An empty token may count as none: in a URL they look the same.
      if (pageToken !== '')
        throw new BrokenRule(`find must reject the unknown token "${pageToken}".`, 'a PipelineError', found);
    }
  });

  it('a record that does not change during a walk is returned once', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await known(adapter, ids(1, 20));
    await setStatusOf(adapter, 'a', ...ids(1, 20));
    const untouched = ids(1, 20).filter((_, n) => n % 2 === 0);
    const pages = await pagesOf(adapter, { of: 'conversation', filter: WITH_A, pageSize: 4 }, async (page) => {
      // The newest and some old ones no longer pass the filter, and new ones do: an offset would be wrong.
      if (page === 1) await setStatusOf(adapter, 'b', 'c20', 'c18', 'c2');
      if (page === 2) await setStatusOf(adapter, 'b', 'c16', 'c14', 'c4');
      if (page === 3) {
        await known(adapter, ids(21, 24));
        await setStatusOf(adapter, 'a', ...ids(21, 24));
      }
    });
    const seen = pages.flat().filter((id) => untouched.includes(id));
    sameMembers(seen, untouched, 'What others change during a walk must not skip or repeat the rest.');
  });

  it('new activity during a walk repeats nothing else', ['find', 'putConversations'], async ({ adapter }) => {
    await known(adapter, ids(1, 12));
    const pages = await pagesOf(adapter, { of: 'conversation', filter: EVERYTHING, pageSize: 3 }, async (page) => {
      // Short pages are allowed: there may be more than three.
      if (page <= 3) await adapter.putConversations([{ conversationId: `c${page}`, activityAt: 100 + page }]);
    });
    const untouched = ids(4, 12);
    const seen = pages.flat().filter((id) => untouched.includes(id));
    sameMembers(
      seen,
      untouched,
      'Conversations that move to the front during a walk must not skip or repeat the rest.',
    );
  });

  it('a page starts after the previous one, also when that one is gone', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await known(adapter, ids(1, 8));
    await setStatusOf(adapter, 'a', ...ids(1, 8));
    const query = { of: 'conversation', filter: WITH_A, pageSize: 3 } as const;
    const first = await adapter.find(query);
    if (first.nextPageToken === undefined)
      throw new BrokenRule('Eight in pages of three have a second page.', 'a nextPageToken', first);
    await setStatusOf(adapter, 'b', ...first.ids);
    const rest = [...(await adapter.find({ ...query, pageToken: first.nextPageToken })).ids];
    const others = ids(1, 8).filter((id) => !first.ids.includes(id));
    holds(
      rest.length <= 3 && new Set(rest).size === rest.length && rest.every((id) => others.includes(id)),
      'The second page must continue after the first, although everything on the first no longer passes the filter.',
      { first: first.ids, rest },
    );
  });
};
