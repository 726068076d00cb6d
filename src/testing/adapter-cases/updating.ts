/** Cases about `updateStatus`. */
import { parseStatus } from '../../model/status.js';
import {
  changesNothing,
  entriesOf,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  remove,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';

export const updatingTopic: Topic = (it) => {
  it('a rename is stored and resolves to the record', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    const renamed = await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: status.version });
    equal(parseStatus(renamed), renamed, 'updateStatus must resolve to a valid status.');
    equal(renamed.name, 'Prospects', 'updateStatus must resolve to the record as it is now.');
    equal(await listed(adapter), [renamed], 'listStatuses must list the record that updateStatus resolved to.');
  });

  it('a new color keeps the name, a new name keeps the color', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    const painted = await adapter.updateStatus('leads', { color: '#fb0547' }, { ifVersion: status.version });
    equal([painted.name, painted.color], ['Leads', '#fb0547'], 'A patch must change only the fields that it names.');
    const renamed = await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: painted.version });
    equal(
      [renamed.name, renamed.color],
      ['Prospects', '#fb0547'],
      'A patch must change only the fields that it names.',
    );
  });

  it('every update raises the version', async ({ adapter }) => {
    let [status] = await createStatuses(adapter, 'Leads');
    for (let n = 0; n < 5; n++) {
      const next = await adapter.updateStatus('leads', { name: `Leads ${n}` }, { ifVersion: status.version });
      holds(next.version > status.version, 'The version of a status must grow with every change.', [
        status.version,
        next.version,
      ]);
      status = next;
    }
  });

  it('an update does not move the status', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase', 'Repurchase');
    const { version: ifVersion } = await currentStatus(adapter, 'purchase');
    await adapter.updateStatus('purchase', { name: 'Zzz' }, { ifVersion });
    equal(await listedIds(adapter), ['leads', 'purchase', 'repurchase'], 'updateStatus must leave the order alone.');
  });

  it('an update does not change the other statuses', async ({ adapter }) => {
    const [, other] = await createStatuses(adapter, 'Leads', 'Purchase');
    const { version: ifVersion } = await currentStatus(adapter, 'leads');
    await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion });
    equal(await currentStatus(adapter, 'purchase'), other, 'updateStatus must leave the other statuses alone.');
  });

  it('a stale version is a conflict that carries the record as it is', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    const current = await adapter.updateStatus('leads', { name: 'Theirs' }, { ifVersion: status.version });
    const rule =
      'updateStatus with a version that is not the current one must be rejected, with the record as `current`.';
    await changesNothing(adapter, [], async () => {
      const error = await rejects(
        adapter.updateStatus('leads', { name: 'Mine' }, { ifVersion: status.version }),
        'conflict',
        rule,
      );
      equal(error.current, current, rule);
    });
  });

  it('a higher version is a conflict too', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.updateStatus('leads', { name: 'Mine' }, { ifVersion: status.version + 1000 }),
        'conflict',
        'updateStatus must insist on the exact version.',
      ),
    );
  });

  it('an unknown status is not-found', async ({ adapter }) => {
    await changesNothing(adapter, [], () =>
      rejects(
        adapter.updateStatus('nobody', { name: 'X' }, { ifVersion: 1 }),
        'not-found',
        'updateStatus of an unknown status.',
      ),
    );
  });

  it('a deleted status is status-deleted', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    const { version: ifVersion } = await currentStatus(adapter, 'leads');
    await adapter.deleteStatus('leads', { ifVersion });
    await rejects(
      adapter.updateStatus('leads', { name: 'X' }, { ifVersion }),
      'status-deleted',
      'updateStatus of a deleted status.',
    );
    equal(await listed(adapter), [], 'A write to a deleted status must not bring it back.');
  });

  it('the same name and color again are harmless', async ({ adapter }) => {
    const [status] = await createStatuses(adapter, 'Leads');
    const { name, color } = status;
    const same = await adapter.updateStatus('leads', { name, color }, { ifVersion: status.version });
    equal([same.name, same.color], [name, color], 'An update that changes nothing must succeed.');
    await adapter.updateStatus('leads', { name: 'Prospects' }, { ifVersion: same.version });
    equal(
      (await currentStatus(adapter, 'leads')).name,
      'Prospects',
      'The version that updateStatus resolves to must be the current one.',
    );
  });

  it('two statuses can swap names in three steps', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const rename = async (id: string, name: string) =>
      adapter.updateStatus(id, { name }, { ifVersion: (await currentStatus(adapter, id)).version });
    await rename('a', 'C');
    await rename('b', 'A');
    await rename('a', 'B');
    equal(
      (await listed(adapter)).map((status) => status.name),
      ['B', 'A'],
      'A name is free as soon as its status has another.',
    );
  });

  it('an update does not change the conversations', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await setStatusOf(adapter, 'leads', 'c1', 'c2');
    const before = await entriesOf(adapter, 'c1', 'c2');
    const { version: ifVersion } = await currentStatus(adapter, 'leads');
    await adapter.updateStatus('leads', { name: 'Prospects', color: '#fb0547' }, { ifVersion });
    equal(
      await entriesOf(adapter, 'c1', 'c2'),
      before,
      'Renaming a status must not change the entries of its conversations.',
    );
  });

  it('a deleted status is not listed', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    await remove(adapter, 'leads');
    equal(await listedIds(adapter), ['purchase'], 'listStatuses must leave out deleted statuses.');
  });
};
