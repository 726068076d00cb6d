import type { HistoryItem } from '../../model/entry.js';
import { changesNothing, give, pipeline, refusesToSet } from '../acts.js';
import type { Topic } from '../bench.js';
import { equal, holds } from '../check.js';

const steps = (items: readonly HistoryItem[]): string[] => items.map(({ from, to }) => `${from} → ${to}`);

export const historyTopic: Topic = (it) => {
  it('a conversation that nobody knows has no history', ['history'], async ({ adapter }) => {
    equal(await adapter.history('c1'), [], 'history of an unknown conversation must be empty.');
  });

  it('what happened, oldest first', ['history'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    for (const to of ['a', 'b', null, 'a']) await give(adapter, to, 'c1');
    const items = steps(await adapter.history('c1'));
    const all = ['null → a', 'a → b', 'b → null', 'null → a'];
    holds(items.length > 0, 'history must hold what just happened.', items);
    // How far back a history goes is the adapter's choice.
    equal(items, all.slice(-items.length), 'history must tell every step, from and to, oldest first.');
  });

  it('times are plausible and in order', ['history'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    for (const to of ['a', 'b', 'a']) await give(adapter, to, 'c1');
    const times = (await adapter.history('c1')).map((item) => item.at);
    holds(
      times.every((at) => Number.isFinite(at) && at > 0),
      'history must tell when, in milliseconds.',
      times,
    );
    equal(
      [...times].sort((a, b) => a - b),
      times,
      'history must be in the order of time.',
    );
  });

  it('each conversation has its own', ['history'], async ({ adapter }) => {
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1', 'c2');
    await give(adapter, 'b', 'c2');
    equal(steps(await adapter.history('c1')).at(-1), 'null → a', 'history must tell of the asked conversation only.');
    equal(steps(await adapter.history('c2')).at(-1), 'a → b', 'history must tell of the asked conversation only.');
  });

  it('a refused pick leaves no trace', ['history'], async ({ adapter }) => {
    await pipeline(adapter, 'A');
    const [entry] = await give(adapter, 'a', 'c1');
    const before = await adapter.history('c1');
    await changesNothing(adapter, ['c1'], async () => {
      const stale = { ifVersion: entry.version + 1 };
      await refusesToSet(
        adapter.setStatus([{ conversationId: 'c1' }], null, stale),
        'conflict',
        'A wrong ifVersion must be refused.',
      );
      await refusesToSet(
        adapter.setStatus([{ conversationId: 'c1' }], 'nowhere'),
        'not-found',
        'An unknown status must be refused.',
      );
    });
    equal(await adapter.history('c1'), before, 'A refused pick must not show in the history.');
  });

  it('what is handed out is a copy', ['history'], async ({ adapter }) => {
    await pipeline(adapter, 'A');
    await give(adapter, 'a', 'c1');
    const [item] = await adapter.history('c1');
    Reflect.set(item!, 'to', 'vandalised');
    equal((await adapter.history('c1'))[0]?.to, 'a', 'Writing to a history must not change what is stored.');
  });
};
