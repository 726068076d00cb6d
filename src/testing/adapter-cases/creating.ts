/** Cases about `createStatus` and `listStatuses`. */
import { compareStatuses, parseStatus } from '../../model/status.js';
import { MAX_STATUSES } from '../../model/status-edits.js';
import { COLOR, changesNothing, setStatusOf, listed, listedIds, createStatuses, remove } from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';

export const creatingTopic: Topic = (it) => {
  it('the adapter has the seven required methods', async ({ adapter }) => {
    const required = [
      'listStatuses',
      'createStatus',
      'updateStatus',
      'moveStatus',
      'deleteStatus',
      'getEntries',
      'setStatus',
    ];
    const missing = required.filter(
      (name) => typeof (adapter as unknown as Record<string, unknown>)[name] !== 'function',
    );
    equal(missing, [], 'An adapter must have all seven required methods; these are missing.');
  });

  it('a new pipeline is empty', async ({ adapter }) => {
    const list = await adapter.listStatuses();
    equal(list.items, [], 'create() must give a fresh, empty adapter, and listStatuses a list of `items`.');
    holds(typeof list.seq === 'string', 'listStatuses must return `seq`, a text to resume from.', list.seq);
  });

  it('a created status is a complete, valid record', async ({ adapter }) => {
    const status = await adapter.createStatus({ id: 'leads', name: 'Leads', color: COLOR });
    equal(parseStatus(status), status, 'createStatus must resolve to a valid status and nothing else.');
    equal([status.id, status.name, status.color], ['leads', 'Leads', COLOR], 'createStatus must store the given data.');
    holds(status.deleted === undefined, 'A live status must not be marked as deleted.', status);
  });

  it('the created record and the listed one are the same', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    equal(await listed(adapter), [status], 'listStatuses must list the record that createStatus resolved to.');
  });

  it('a status is added at the end by default', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase', 'Repurchase');
    equal(
      await listedIds(adapter),
      ['leads', 'purchase', 'repurchase'],
      'Without `after`, createStatus must add at the end.',
    );
  });

  it('after null puts it first', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    await adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: null });
    equal(
      await listedIds(adapter),
      ['new', 'leads', 'purchase'],
      'createStatus with after: null must add as the first.',
    );
  });

  it('after another status puts it right after that one', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    await adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'leads' });
    equal(await listedIds(adapter), ['leads', 'new', 'purchase'], 'createStatus must add right after `after`.');
  });

  it('after the last puts it last', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    await adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'purchase' });
    equal(await listedIds(adapter), ['leads', 'purchase', 'new'], 'createStatus must add right after `after`.');
  });

  it('after an unknown status is not-found', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'nowhere' }),
        'not-found',
        'createStatus after a status that never existed must be rejected.',
      ),
    );
  });

  it('after itself is not-found', async ({ adapter }) => {
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'new' }),
        'not-found',
        'A status that does not exist yet cannot be created after itself.',
      ),
    );
  });

  it('after a deleted status means its former place', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase', 'Repurchase');
    await remove(adapter, 'purchase');
    await adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: 'purchase' });
    equal(
      await listedIds(adapter),
      ['leads', 'new', 'repurchase'],
      'A deleted status must keep its place for `after`.',
    );
  });

  it('many added at one place are in order', async ({ adapter }) => {
    await createStatuses(adapter, 'First', 'Last');
    const expected = ['first', 'last'];
    for (let n = 0; n < 40; n++) {
      const after = n % 2 ? expected[1]! : 'first';
      await adapter.createStatus({ id: `s${n}`, name: `Status ${n}`, color: COLOR, after });
      expected.splice(expected.indexOf(after) + 1, 0, `s${n}`);
    }
    equal(await listedIds(adapter), expected, 'Creating many statuses at one place must keep every place.');
  });

  it('listed order is the order of ranks', async ({ adapter }) => {
    await createStatuses(adapter, 'C', 'B', 'A');
    await adapter.createStatus({ id: 'new', name: 'New', color: COLOR, after: null });
    const items = await listed(adapter);
    const byRank = [...items].sort(compareStatuses).map((status) => status.id);
    equal(
      byRank,
      items.map((status) => status.id),
      'Sorting by rank (code units), then id, must give the order of listStatuses.',
    );
  });

  it('the same create again is harmless', async ({ adapter }) => {
    const data = { id: 'leads', name: 'Leads', color: COLOR };
    const first = await adapter.createStatus(data);
    await createStatuses(adapter, 'Purchase');
    const again = await adapter.createStatus(data);
    equal(
      [again.id, again.name, again.color],
      [first.id, first.name, first.color],
      'A repeated create must resolve to the status.',
    );
    equal(await listedIds(adapter), ['leads', 'purchase'], 'A repeated create must neither add nor move anything.');
  });

  it('a taken id with other data is a conflict', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.createStatus({ id: 'leads', name: 'Something else', color: COLOR }),
        'conflict',
        'createStatus with an id that another status has must be rejected.',
      ),
    );
  });

  it('a deleted status does not come back by creating it again', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await remove(adapter, 'leads');
    await rejects(
      adapter.createStatus({ id: 'leads', name: 'Leads', color: COLOR }),
      ['status-deleted', 'conflict'],
      'A deleted status must come back by restoreStatus only.',
    );
    equal(await listed(adapter), [], 'A deleted status must not be listed.');
  });

  it('returned records are copies', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    const [entry] = await setStatusOf(adapter, 'leads', 'c1');
    const list = await listed(adapter);
    // Where the records are frozen, writing to them throws: fine as well.
    for (const record of [status, entry, list[0]!]) Reflect.set(record, 'version', 1e6);
    for (const record of [status, list[0]!]) Reflect.set(record, 'name', 'Vandalised');
    Reflect.set(entry, 'statusId', 'vandalised');
    if (!Object.isFrozen(list)) (list as unknown[]).length = 0;
    const rule = 'Changing a returned record must not change the stored data.';
    equal(
      (await listed(adapter)).map((each) => each.name),
      ['Leads'],
      rule,
    );
    equal((await adapter.getEntries(['c1'])).get('c1')?.statusId, 'leads', rule);
  });

  it(`${MAX_STATUSES} statuses fit, one more is rejected`, async ({ adapter }) => {
    const create = (n: number) => adapter.createStatus({ id: `s${n}`, name: `Status ${n}`, color: COLOR });
    // In batches: 200 calls at once are too many for some servers.
    for (let n = 0; n < MAX_STATUSES; n += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, i) => create(n + i)));
    }
    equal((await listed(adapter)).length, MAX_STATUSES, `A pipeline must take ${MAX_STATUSES} statuses.`);
    await rejects(create(MAX_STATUSES), 'limit', `A pipeline must reject more than ${MAX_STATUSES} statuses.`);
    equal((await listed(adapter)).length, MAX_STATUSES, 'A rejected status must not be stored.');

    await remove(adapter, 's0');
    await create(MAX_STATUSES);
    equal((await listed(adapter)).length, MAX_STATUSES, 'A deleted status must make room for another.');
    if (!adapter.restoreStatus) return;
    await rejects(adapter.restoreStatus('s0'), 'limit', 'Restoring must not exceed the number of statuses either.');
    equal((await listed(adapter)).length, MAX_STATUSES, 'A rejected restore must change nothing.');
  });
};
