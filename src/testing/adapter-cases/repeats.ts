/** Cases about calls that are repeated with the same `opId`. */
import {
  COLOR,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  remove,
  statusOf,
  succeeded,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, rejects } from '../check.js';

const RULE =
  'The same call again under one opId must happen once, and resolve again: a caller that missed the answer asks again.';

export const repeatsTopic: Topic = (it) => {
  it('a repeated setStatus does not undo a newer one', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const pick = () => adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-1' });
    await pick();
    await setStatusOf(adapter, 'b', 'c1');
    await pick();
    equal(await statusOf(adapter, 'c1'), 'b', RULE);
  });

  it('setStatus with ifVersion can be repeated', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const [entry] = await setStatusOf(adapter, 'a', 'c1');
    const pick = () => adapter.setStatus([{ conversationId: 'c1' }], 'b', { opId: 'op-1', ifVersion: entry.version });
    succeeded((await pick())[0]!);
    succeeded((await pick())[0]!);
    equal(await statusOf(adapter, 'c1'), 'b', RULE);
  });

  it('setStatus for several conversations can be repeated', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const refs = [{ conversationId: 'c1' }, { conversationId: 'c2' }];
    const pick = () => adapter.setStatus(refs, 'a', { opId: 'op-1' });
    await pick();
    await setStatusOf(adapter, 'b', 'c2');
    equal(
      (await pick()).map((result) => [result.conversationId, result.ok]),
      [
        ['c1', true],
        ['c2', true],
      ],
      RULE,
    );
    equal([await statusOf(adapter, 'c1'), await statusOf(adapter, 'c2')], ['a', 'b'], RULE);
  });

  it('a rename can be repeated', async ({ adapter }) => {
    const [{ version: ifVersion }] = await createStatuses(adapter, 'A');
    const rename = () => adapter.updateStatus('a', { name: 'Renamed' }, { ifVersion, opId: 'op-1' });
    await rename();
    equal((await rename()).name, 'Renamed', `${RULE} It must not conflict with itself.`);
    equal((await currentStatus(adapter, 'a')).name, 'Renamed', RULE);
  });

  it('a repeated move does not undo a newer one', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B', 'C');
    const move = () => adapter.moveStatus('c', null, { opId: 'op-1' });
    await move();
    await adapter.moveStatus('c', 'b');
    await move();
    equal(await listedIds(adapter), ['a', 'b', 'c'], RULE);
  });

  it('a create repeated after a rename is harmless', async ({ adapter }) => {
    const create = () => adapter.createStatus({ id: 'a', name: 'A', color: COLOR }, { opId: 'op-1' });
    const { version: ifVersion } = await create();
    await adapter.updateStatus('a', { name: 'Renamed' }, { ifVersion });
    equal((await create()).id, 'a', RULE);
    equal(
      (await listed(adapter)).map((status) => status.name),
      ['Renamed'],
      RULE,
    );
  });

  it('a create repeated after a delete restores nothing', async ({ adapter }) => {
    const create = () => adapter.createStatus({ id: 'a', name: 'A', color: COLOR }, { opId: 'op-1' });
    await create();
    await remove(adapter, 'a');
    // Whether the repeated call resolves like the first one or reports the delete is up to the adapter.
    await create().catch(() => undefined);
    equal(await listed(adapter), [], 'A deleted status must come back by restoreStatus only.');
  });

  it('a delete can be repeated', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    const { version: ifVersion } = await currentStatus(adapter, 'a');
    const drop = () => adapter.deleteStatus('a', { ifVersion, moveTo: 'b', opId: 'op-1' });
    equal((await drop()).moved, 2, 'deleteStatus must tell how many conversations it moved.');
    equal((await drop()).moved, 2, RULE);
    equal(await listedIds(adapter), ['b'], RULE);
  });

  it('a delete repeated after a restore does not delete again', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const { version: ifVersion } = await currentStatus(adapter, 'a');
    const drop = () => adapter.deleteStatus('a', { ifVersion, opId: 'op-1' });
    await drop();
    await adapter.restoreStatus('a');
    await drop().catch(() => undefined);
    equal(await listedIds(adapter), ['a', 'b'], RULE);
  });

  it('a restore can be repeated', ['restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    const restore = () => adapter.restoreStatus('a', { opId: 'op-1' });
    equal((await restore()).restored, 1, 'restoreStatus must return how many conversations it restored.');
    equal((await restore()).restored, 1, RULE);
    equal(await statusOf(adapter, 'c1'), 'a', RULE);
  });

  it('a call repeated while the first is pending', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const [{ version }] = await setStatusOf(adapter, 'a', 'c1');
    const pick = () => adapter.setStatus([{ conversationId: 'c1' }], 'b', { opId: 'op-1', ifVersion: version });
    for (const [result] of await Promise.all([pick(), pick(), pick()])) succeeded(result!);
    equal(await statusOf(adapter, 'c1'), 'b', RULE);
  });

  it('another opId is another call', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-1' });
    await adapter.setStatus([{ conversationId: 'c1' }], 'b', { opId: 'op-2' });
    await adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-3' });
    equal(await statusOf(adapter, 'c1'), 'a', 'Calls with different opIds must all happen.');
  });

  it('the same call without an opId happens again', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c1');
    await setStatusOf(adapter, 'a', 'c1');
    equal(await statusOf(adapter, 'c1'), 'a', 'Calls without an opId must all happen.');
  });

  it('a rejected call stays rejected with its opId', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const create = () => adapter.createStatus({ id: 'b', name: 'a', color: COLOR }, { opId: 'op-1' });
    for (let n = 0; n < 2; n++) await rejects(create(), 'invalid', 'A rejected call is rejected again when repeated.');
    equal(await listedIds(adapter), ['a'], 'A rejected call must change nothing, repeated or not.');
  });
};
