/** Cases about deletes made at the same time as other calls. */
import type { PipelineAdapter } from '../../adapters/adapter.js';
import {
  COLOR,
  entriesOf,
  setStatusOf,
  listedIds,
  currentStatus,
  createStatuses,
  remove,
  statusesOf,
  outcomes,
  pick,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds } from '../check.js';

const TWENTY = Array.from({ length: 20 }, (_, n) => n);

async function allOnLiveStatuses(adapter: PipelineAdapter, ids: readonly string[]): Promise<void> {
  const alive = new Set<string | null>([null, ...(await listedIds(adapter))]);
  for (const entry of Object.values(await entriesOf(adapter, ...ids))) {
    holds(alive.has(entry.statusId), 'No entry may ever have a deleted status, whatever happened at once.', entry);
  }
}

export const deletesAtOnceTopic: Topic = (it) => {
  it('deletes of one status at once: one wins', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    const { version: ifVersion } = await currentStatus(adapter, 'a');
    const { done, rejected } = await outcomes(
      ['b', 'c'].map((moveTo) => adapter.deleteStatus('a', { ifVersion, moveTo })),
    );
    equal([done, rejected.length], [[{ moved: 2 }], 1], 'Of deletes at once exactly one must win.');
    equal(
      new Set(await statusesOf(adapter, 'c1', 'c2')).size,
      1,
      'A delete must move its conversations all or nothing.',
    );
  });

  it('a delete and setStatus with the same status at once', async ({ adapter }) => {
    const ids = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5'];
    for (const round of [0, 1, 2]) {
      const [doomed, heir] = [`doomed${round}`, `heir${round}`];
      await createStatuses(adapter, doomed, heir);
      const calls = ids.map((id) => () => pick(adapter, id, doomed));
      calls.splice(round * 3, 0, async () => void (await remove(adapter, doomed, heir)));
      const { rejected } = await outcomes(calls.map((call) => call()));
      equal(
        rejected.filter((code) => code !== 'status-deleted' && code !== 'conflict'),
        [],
        'A pick that comes too late is status-deleted.',
      );
      await allOnLiveStatuses(adapter, ids);
    }
  });

  it('a delete without moveTo and setStatus at once: one is rejected', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const { version: ifVersion } = await currentStatus(adapter, 'a');
    const { done, rejected } = await outcomes<unknown>([
      pick(adapter, 'c1', 'a'),
      adapter.deleteStatus('a', { ifVersion }),
    ]);
    equal(done.length, 1, 'Either the pick comes first and the delete is in-use, or the pick is status-deleted.');
    holds(
      ['in-use', 'status-deleted'].includes(rejected[0]!),
      'Either the delete must be in-use, or setStatus must be status-deleted.',
      rejected,
    );
    await allOnLiveStatuses(adapter, ['c1']);
  });

  it('two statuses deleted into each other at once: one stays', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    const [a, b] = [await currentStatus(adapter, 'a'), await currentStatus(adapter, 'b')];
    const { done, rejected } = await outcomes([
      adapter.deleteStatus('a', { ifVersion: a.version, moveTo: 'b' }),
      adapter.deleteStatus('b', { ifVersion: b.version, moveTo: 'a' }),
    ]);
    equal([done.length, rejected], [1, ['status-deleted']], 'Of two deletes into each other exactly one must win.');
    const [survivor] = await listedIds(adapter);
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      [survivor, survivor],
      'No conversation may be lost between two deletes.',
    );
  });

  it('a status and its replacement deleted at once', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    const [a, b] = [await currentStatus(adapter, 'a'), await currentStatus(adapter, 'b')];
    await outcomes([
      adapter.deleteStatus('a', { ifVersion: a.version, moveTo: 'b' }),
      adapter.deleteStatus('b', { ifVersion: b.version, moveTo: 'c' }),
    ]);
    await allOnLiveStatuses(adapter, ['c1', 'c2']);
    equal((await statusesOf(adapter, 'c2'))[0], 'c', 'Every delete must move its conversations to its own heir.');
  });

  it('a restore and a delete of the replacement at once', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    await remove(adapter, 'a', 'b');
    const { version: ifVersion } = await currentStatus(adapter, 'b');
    await outcomes<unknown>([adapter.restoreStatus('a'), adapter.deleteStatus('b', { ifVersion, moveTo: 'c' })]);
    equal(
      await statusesOf(adapter, 'c1', 'c2'),
      ['a', 'c'],
      'A restore and a delete at once must both take effect, in either order.',
    );
  });

  it('a restore and a create of the same name at once: one wins', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await remove(adapter, 'leads');
    const { done, rejected } = await outcomes<unknown>([
      adapter.restoreStatus('leads'),
      adapter.createStatus({ id: 'new', name: 'LEADS', color: COLOR }),
    ]);
    equal([done.length, rejected], [1, ['invalid']], 'Of a restore and a create of one name exactly one must win.');
  });

  it('a read during writes sees complete writes', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const ids = TWENTY.map((n) => `c${n}`);
    await setStatusOf(adapter, 'a', ...ids);
    const { version: ifVersion } = await currentStatus(adapter, 'a');
    let done = false;
    const deleted = adapter.deleteStatus('a', { ifVersion, moveTo: 'b' }).finally(() => (done = true));
    const reads = await Promise.all(TWENTY.map(() => statusesOf(adapter, ...ids)));
    while (!done) {
      // One task each, so that a storage that works in tasks makes progress.
      await new Promise((resolve) => setTimeout(resolve));
      reads.push(await statusesOf(adapter, ...ids));
    }
    await deleted;
    for (const held of reads)
      holds(new Set(held).size === 1, 'A delete must move its conversations all at once.', held);
  });
};
