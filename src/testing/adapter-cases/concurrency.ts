/** Cases about calls made at the same time. */
import { compareStatuses } from '../../model/status.js';
import {
  COLOR,
  countsOf,
  entryOf,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  snapshot,
  statusesOf,
  outcomes,
  pick,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, sameMembers } from '../check.js';

const TWENTY = Array.from({ length: 20 }, (_, n) => n);

export const concurrencyTopic: Topic = (it) => {
  it('twenty conversations set at once all keep their status', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await Promise.all(TWENTY.map((n) => setStatusOf(adapter, n % 2 ? 'a' : 'b', `c${n}`)));
    equal(
      await statusesOf(adapter, ...TWENTY.map((n) => `c${n}`)),
      TWENTY.map((n) => (n % 2 ? 'a' : 'b')),
      'No write may be lost.',
    );
    if (adapter.count)
      equal(
        await countsOf(adapter, { of: 'conversation' }),
        {
          none: 0,
          byStatus: [
            ['a', 10],
            ['b', 10],
          ],
        },
        'Counts must add up.',
      );
  });

  it('twenty statuses created at once are all kept', async ({ adapter }) => {
    await Promise.all(TWENTY.map((n) => adapter.createStatus({ id: `s${n}`, name: `Status ${n}`, color: COLOR })));
    const items = await listed(adapter);
    sameMembers(
      items.map((status) => status.id),
      TWENTY.map((n) => `s${n}`),
      'No write may be lost.',
    );
    equal([...items].sort(compareStatuses), items, 'Sorting by rank, then id, must give the order of listStatuses.');
    const ranks = new Set(items.map((status) => status.rank));
    equal(ranks.size, items.length, 'Two statuses must not get one rank: nothing could be moved between them.');
  });

  it('one conversation set twenty times at once has one status', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const picks = await Promise.all(TWENTY.map((n) => setStatusOf(adapter, ['a', 'b', 'c'][n % 3]!, 'c1')));
    const entries = picks.flat();
    const newest = entries.reduce((a, b) => (b.version > a.version ? b : a));
    const held = await entryOf(adapter, 'c1');
    equal(
      [held.statusId, held.version],
      [newest.statusId, newest.version],
      'The entry with the highest version must be the stored one.',
    );
    if (adapter.count)
      equal(
        (await countsOf(adapter, { of: 'conversation' })).byStatus,
        [[held.statusId, 1]],
        'A conversation has one status.',
      );
  });

  it('of two creates of one name at once, one wins', async ({ adapter }) => {
    const names = ['Leads', 'LEADS', ' leads ', 'lEaDs'];
    const { done, rejected } = await outcomes(
      names.map((name, n) => adapter.createStatus({ id: `s${n}`, name, color: COLOR })),
    );
    equal(
      [done.length, rejected],
      [1, ['invalid', 'invalid', 'invalid']],
      'Of creates of one name at once exactly one must win.',
    );
    equal((await listed(adapter)).length, 1, 'Of creates of one name at once exactly one must be stored.');
  });

  it('two statuses renamed to one name at once: one wins', async ({ adapter }) => {
    const statuses = await createStatuses(adapter, 'A', 'B', 'C');
    const renames = statuses.map(({ id, version }) =>
      adapter.updateStatus(id, { name: 'Same' }, { ifVersion: version }),
    );
    const { done, rejected } = await outcomes(renames);
    equal([done.length, rejected], [1, ['invalid', 'invalid']], 'Of renames to one name at once exactly one must win.');
    equal((await listed(adapter)).filter((status) => status.name === 'Same').length, 1, 'A name must be unique.');
  });

  it('the same create many times at once is one status', async ({ adapter }) => {
    const create = () => adapter.createStatus({ id: 'a', name: 'A', color: COLOR });
    const { done, rejected } = await outcomes([create(), create(), create()]);
    equal(
      [done.map((status) => status.id), rejected],
      [['a', 'a', 'a'], []],
      'A repeated create must resolve to the status.',
    );
    equal(await listedIds(adapter), ['a'], 'A repeated create must add nothing.');
  });

  it('updates from one version: one wins', async ({ adapter }) => {
    const [{ version: ifVersion }] = await createStatuses(adapter, 'A');
    const names = ['One', 'Two', 'Three'];
    const { done, rejected } = await outcomes(names.map((name) => adapter.updateStatus('a', { name }, { ifVersion })));
    equal(
      [done.length, rejected],
      [1, ['conflict', 'conflict']],
      'Of updates from one version at once exactly one must win.',
    );
    equal(
      (await currentStatus(adapter, 'a')).name,
      done[0]!.name,
      'The update that resolved must be the one that is stored.',
    );
  });

  it('setStatus from one version at once: one wins', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const [{ version }] = await setStatusOf(adapter, 'a', 'c1');
    const { done, rejected } = await outcomes(['b', 'c', null].map((to) => pick(adapter, 'c1', to, version)));
    equal(
      [done.length, rejected],
      [1, ['conflict', 'conflict']],
      'Of calls of setStatus from one version at once exactly one must win.',
    );
  });

  it('moves, renames and creates at once all take effect', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    const { version: ifVersion } = await currentStatus(adapter, 'b');
    await Promise.all([
      adapter.updateStatus('b', { name: 'Renamed' }, { ifVersion }),
      adapter.moveStatus('d', null),
      adapter.createStatus({ id: 'e', name: 'E', color: COLOR }),
      adapter.moveStatus('c', 'd'),
    ]);
    equal((await currentStatus(adapter, 'b')).name, 'Renamed', 'A rename must survive moves at the same time.');
    const order = (await listedIds(adapter)).join('');
    // "c after d" may come before or after "d to the front".
    holds(['dcabe', 'dabce'].includes(order), 'Moves at once must all count.', order);
  });

  it('twenty moves at once lose no status', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C', 'D', 'E', 'F');
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(TWENTY.map((n) => adapter.moveStatus(ids[(n * 5) % 6]!, n % 4 ? ids[(n * 7 + 1) % 6]! : null)));
    const items = await listed(adapter);
    sameMembers(
      items.map((status) => status.id),
      ids,
      'Moves must neither lose nor duplicate a status.',
    );
    equal(new Set(items.map((status) => status.rank)).size, 6, 'Two statuses must not get one rank.');
  });

  it('reading twice gives the same', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await Promise.all(TWENTY.map((n) => setStatusOf(adapter, n % 3 ? 'a' : null, `c${n}`)));
    const ids = TWENTY.map((n) => `c${n}`);
    equal(
      await snapshot(adapter, ids),
      await snapshot(adapter, ids),
      'Reading twice without a write in between must give the same.',
    );
  });
};
