/** Cases about two clients of the same data. */
import {
  COLOR,
  entriesOf,
  entryOf,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  createStatuses,
  rejectsSetStatus,
  remove,
  statusOf,
  statusesOf,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects, sameMembers } from '../check.js';
import { ChangeRecorder, ofEntry, ofStatus } from '../change-recorder.js';
import { CONVERSATIONS, PlainModel } from '../plain-model.js';
import { Follower } from './following.js';

export const peersTopic: Topic = (it) => {
  it('each reads the writes of the other', async ({ adapter, peer, until }) => {
    const other = await peer();
    const [a] = await createStatuses(adapter, 'A');
    await until(
      async () => (await listed(other)).some((status) => status.id === 'a'),
      'A second client must read new statuses.',
    );
    equal(await currentStatus(other, 'a'), a, 'Both clients must read the same record.');
    await setStatusOf(other, 'a', { conversationId: 'c1', contactId: 'p1' });
    await until(
      async () => (await statusOf(adapter, 'c1')) === 'a',
      'The first client must read the statuses that the second set.',
    );
    equal(await entryOf(adapter, 'c1'), await entryOf(other, 'c1'), 'Both clients must read the same entry.');
  });

  it('each receives the changes of the other', ['subscribe'], async (context) => {
    const { adapter } = context;
    const other = await context.peer();
    const recorder = await ChangeRecorder.open(context, other);
    const rule = 'A client must receive the changes of another one.';
    await recorder.receivesAfter(() => createStatuses(adapter, 'A', 'B'), ofStatus('b'), rule);
    await recorder.receivesAfter(() => setStatusOf(adapter, 'a', 'c1'), ofEntry('c1', 'a'), rule);
    await recorder.receivesAfter(() => remove(adapter, 'a', 'b'), ofEntry('c1', 'b'), rule);
    const own = await ChangeRecorder.open(context, adapter);
    await own.receivesAfter(() => setStatusOf(other, null, 'c1'), ofEntry('c1', null), rule);
  });

  it('a change of the other client can be read when it is delivered', ['subscribe'], async (context) => {
    const { adapter } = context;
    const other = await context.peer();
    await createStatuses(adapter, 'A', 'B');
    const recorder = await ChangeRecorder.open(context, other);
    const received = await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'A client must receive the changes of another one.',
    );
    const held = (await other.getEntries(['c1'])).get('c1');
    equal(held?.statusId, 'a', 'A change must be delivered after it is stored, never before.');
    if (received.kind === 'entry')
      holds(held!.version >= received.entry.version, 'A delivered change must be readable.', { received, held });
  });

  it('the opId of another client is kept', ['subscribe'], async (context) => {
    const { adapter } = context;
    const other = await context.peer();
    await createStatuses(adapter, 'A', 'B');
    const recorder = await ChangeRecorder.open(context, other);
    const received = await recorder.receivesAfter(
      () => adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-first' }),
      ofEntry('c1', 'a'),
      'A client must receive the changes of another one.',
    );
    holds(
      received.opId === undefined || received.opId === 'op-first',
      'A change must carry the opId of the call that caused it, or none.',
      received,
    );
  });

  it('a version that the other client has changed is a conflict', async ({ adapter, peer }) => {
    const other = await peer();
    const [{ version: ifVersion }] = await createStatuses(adapter, 'A');
    await adapter.updateStatus('a', { name: 'First' }, { ifVersion });
    const rule = 'A client that has not seen the other’s update must get a conflict.';
    await rejects(other.updateStatus('a', { name: 'Second' }, { ifVersion }), 'conflict', rule);
    equal((await currentStatus(adapter, 'a')).name, 'First', rule);
  });

  it('a status deleted by the other cannot be set', async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'b', 'c1');
    await remove(adapter, 'a', 'b');
    await rejectsSetStatus(
      other.setStatus([{ conversationId: 'c1' }], 'a'),
      'status-deleted',
      'A status that another client deleted.',
    );
    equal(await statusOf(other, 'c1'), 'b', 'A rejected pick must change nothing.');
  });

  it('one restores a status that the other deleted', ['restoreStatus'], async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    equal((await other.restoreStatus('a')).restored, 1, 'Any client can undo a delete.');
    equal(await statusOf(adapter, 'c1'), 'a', 'An undo must reach every client.');
  });

  it('both set different conversations at once', async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B');
    const [mine, theirs] = [CONVERSATIONS.slice(0, 6), CONVERSATIONS.slice(6)];
    await Promise.all([
      ...mine.map((id) => setStatusOf(adapter, 'a', id)),
      ...theirs.map((id) => setStatusOf(other, 'b', id)),
    ]);
    const expected = CONVERSATIONS.map((_, n) => (n < 6 ? 'a' : 'b'));
    equal(await statusesOf(adapter, ...CONVERSATIONS), expected, 'Two clients writing at once must lose nothing.');
    equal(await statusesOf(other, ...CONVERSATIONS), expected, 'Two clients writing at once must lose nothing.');
  });

  it('both set one conversation at once: both read the same status', async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B');
    for (let n = 0; n < 5; n++) {
      await Promise.all([setStatusOf(adapter, 'a', 'c1'), setStatusOf(other, 'b', 'c1')]);
      equal(await entriesOf(other, 'c1'), await entriesOf(adapter, 'c1'), 'Both clients must see the same pick win.');
    }
  });

  it('both reorder at once', async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B', 'C', 'D', 'E');
    await Promise.all([adapter.moveStatus('e', null), other.moveStatus('b', 'd')]);
    equal(
      await listedIds(adapter),
      ['e', 'a', 'c', 'd', 'b'],
      'Two clients that move different statuses at once: both moves must take effect.',
    );
    equal(await listedIds(other), ['e', 'a', 'c', 'd', 'b'], 'Both clients must see the same order.');
  });

  it('one moves after a status that the other has just moved', async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B', 'C', 'D');
    await listed(other);
    await adapter.moveStatus('d', null);
    await other.moveStatus('b', 'd');
    equal(
      await listedIds(adapter),
      ['d', 'b', 'a', 'c'],
      '"After that one" means where that one is now, not where a client last saw it.',
    );
  });

  it('both create statuses at once', async ({ adapter, peer }) => {
    const other = await peer();
    const create = (each: typeof adapter, id: string) => each.createStatus({ id, name: `Status ${id}`, color: COLOR });
    const ids = Array.from({ length: 10 }, (_, n) => `s${n}`);
    await Promise.all(ids.map((id, n) => create(n % 2 ? adapter : other, id)));
    const items = await listed(adapter);
    sameMembers(
      items.map((status) => status.id),
      ids,
      'Two clients creating at once must lose nothing.',
    );
    equal(new Set(items.map((status) => status.rank)).size, 10, 'Two statuses must not get one rank.');
    equal(await listed(other), items, 'Both clients must see the same order.');
  });

  it('both create one name at once: one wins', async ({ adapter, peer }) => {
    const other = await peer();
    const settled = await Promise.allSettled([
      adapter.createStatus({ id: 'a', name: 'Leads', color: COLOR }),
      other.createStatus({ id: 'b', name: 'leads', color: COLOR }),
    ]);
    equal(
      settled.filter((each) => each.status === 'fulfilled').length,
      1,
      'Of two clients that create one name exactly one must win.',
    );
    equal((await listed(adapter)).length, 1, 'A name must be unique.');
  });

  it('one deletes the status that the other sets', async ({ adapter, peer }) => {
    const other = await peer();
    for (let n = 0; n < 4; n++) {
      const [doomed, heir] = [`doomed${n}`, `heir${n}`];
      await createStatuses(adapter, doomed, heir);
      const { version: ifVersion } = await currentStatus(adapter, doomed);
      await Promise.allSettled([
        adapter.deleteStatus(doomed, { ifVersion, moveTo: heir }),
        other.setStatus([{ conversationId: 'c1' }, { conversationId: 'c2' }], doomed),
      ]);
      const alive = new Set<string | null>([null, ...(await listedIds(other))]);
      const held = await statusesOf(other, 'c1', 'c2');
      holds(
        held.every((id) => alive.has(id)),
        'No conversation may end with a deleted status.',
        held,
      );
    }
  });

  it('random operations of both, and both subscribers agree, seed 8', ['subscribe'], async (context) => {
    const { adapter } = context;
    const other = await context.peer();
    const followers = [await Follower.start(adapter), await Follower.start(other)];
    const model = new PlainModel(8);
    for (let n = 0; n < 40; n++) await model.step(n % 2 ? adapter : other);
    const rule = 'Two clients that apply the changes must end with the same pipeline. Seed 8.';
    for (const follower of followers) {
      await follower.agreesWith(adapter, context, rule);
      await follower.agreesWith(other, context, rule);
    }
  });
};
