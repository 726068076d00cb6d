/** Cases about `moveStatus` and ranks. */
import { compareStatuses } from '../../model/status.js';
import {
  COLOR,
  changesNothing,
  entriesOf,
  setStatusOf,
  listed,
  listedIds,
  createStatuses,
  remove,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';

export const orderTopic: Topic = (it) => {
  const moves: Readonly<Record<string, [string, string | null, string]>> = {
    'to the front': ['c', null, 'cabd'],
    'one up': ['c', 'a', 'acbd'],
    'one down': ['b', 'c', 'acbd'],
    'to the end': ['a', 'd', 'bcda'],
    'from the end to the front': ['d', null, 'dabc'],
    'to its own place': ['b', 'a', 'abcd'],
    'to the front where it already is': ['a', null, 'abcd'],
    'after itself': ['b', 'b', 'abcd'],
  };
  for (const [where, [id, after, expected]] of Object.entries(moves)) {
    it(`a move ${where}`, async ({ adapter }) => {
      await createStatuses(adapter, 'A', 'B', 'C', 'D');
      const moved = await adapter.moveStatus(id, after);
      const rule = `a b c d: moveStatus('${id}', ${after && `'${after}'`}) must put it right after that one (null: first).`;
      equal((await listedIds(adapter)).join(''), expected, rule);
      equal(moved, await listed(adapter), 'moveStatus must resolve to the whole order as listStatuses lists it.');
    });
  }

  it('a move after an unknown status is not-found', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.moveStatus('a', 'nowhere'),
        'not-found',
        'moveStatus after a status that never existed must be rejected.',
      ),
    );
  });

  it('a move of an unknown status is not-found', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await changesNothing(adapter, [], () =>
      rejects(adapter.moveStatus('nobody', 'a'), 'not-found', 'moveStatus of an unknown status.'),
    );
  });

  it('a move of a deleted status is status-deleted', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await remove(adapter, 'b');
    await changesNothing(adapter, [], () =>
      rejects(adapter.moveStatus('b', null), 'status-deleted', 'moveStatus of a deleted status.'),
    );
  });

  it('a move after a deleted status means its former place', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    await remove(adapter, 'b');
    await adapter.moveStatus('d', 'b');
    equal(
      await listedIds(adapter),
      ['a', 'd', 'c'],
      'moveStatus after a deleted status must mean the place that it had.',
    );
  });

  it('a move after the deleted first status means the front', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await remove(adapter, 'a');
    await adapter.moveStatus('c', 'a');
    equal(await listedIds(adapter), ['c', 'b'], 'moveStatus after a deleted status must mean the place that it had.');
  });

  it('two moves from the same state both take effect', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D', 'E');
    // One user moves E to the front, another moves B after D, and neither has seen the other's move.
    await Promise.all([adapter.moveStatus('e', null), adapter.moveStatus('b', 'd')]);
    equal(
      await listedIds(adapter),
      ['e', 'a', 'c', 'd', 'b'],
      'A move must move its own status and no other: two at once must both take effect.',
    );
  });

  it('a status created during a move is kept', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await Promise.all([
      adapter.moveStatus('c', null),
      adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'a' }),
      adapter.moveStatus('b', 'c'),
    ]);
    equal(
      (await listedIds(adapter)).sort(),
      ['a', 'b', 'c', 'new'],
      'A move must not undo other writes at the same time.',
    );
  });

  it('many moves into one gap stay in order', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    const expected = ['a', 'b', 'c', 'd'];
    for (let n = 0; n < 60; n++) {
      const id = n % 2 ? 'c' : 'd';
      expected.splice(expected.indexOf(id), 1);
      expected.splice(1, 0, id);
      const result = (await adapter.moveStatus(id, 'a')).map((status) => status.id);
      equal(
        result,
        expected,
        `Move ${n + 1} into the gap after the first must end up there: a gap must never be used up.`,
      );
    }
    equal(await listedIds(adapter), expected, 'listStatuses must show the order after many moves.');
  });

  it('many moves to the front stay in order', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    for (let n = 0; n < 60; n++) await adapter.moveStatus(['c', 'b', 'a'][n % 3]!, null);
    equal(await listedIds(adapter), ['a', 'b', 'c'], 'The front must take any number of moves.');
    const items = await listed(adapter);
    equal(
      [...items].sort(compareStatuses),
      items,
      'Sorting by rank (code units), then id, must give the order of listStatuses.',
    );
  });

  it('a new rank comes with a higher version', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    let held = new Map((await listed(adapter)).map((status) => [status.id, status]));
    for (let n = 0; n < 40; n++) {
      const next = await adapter.moveStatus(n % 2 ? 'c' : 'd', 'a');
      for (const status of next) {
        const before = held.get(status.id)!;
        const grew =
          status.version > before.version || (status.version === before.version && status.rank === before.rank);
        holds(grew, 'A status whose rank changes must get a higher version, or nobody takes notice of it.', {
          before,
          after: status,
        });
      }
      held = new Map(next.map((status) => [status.id, status]));
    }
  });

  it('a move keeps names, colors and conversations', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'b', 'c1');
    const entries = await entriesOf(adapter, 'c1');
    const looks = async () => (await listed(adapter)).map(({ id, name, color }) => `${id} ${name} ${color}`).sort();
    const before = await looks();
    await adapter.moveStatus('b', 'c');
    equal(await looks(), before, 'moveStatus must change nothing but the order.');
    equal(await entriesOf(adapter, 'c1'), entries, 'moveStatus must leave the entries of conversations alone.');
  });
};
