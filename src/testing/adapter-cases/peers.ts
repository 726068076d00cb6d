import {
  COLOR,
  entriesOf,
  entryOf,
  give,
  listed,
  listedIds,
  live,
  pipeline,
  refusesToSet,
  remove,
  statusOf,
  statusesOf,
} from '../acts.js';
import type { Topic } from '../bench.js';
import { equal, holds, rejects, sameMembers } from '../check.js';
import { Ear, ofEntry, ofStatus } from '../ear.js';
import { CONVERSATIONS, PlainModel } from '../plain-model.js';
import { Follower } from './following.js';

export const peersTopic: Topic = (it) => {
  it('each reads what the other wrote', async ({ adapter, peer, until }) => {
    const other = await peer();
    const [a] = await pipeline(adapter, 'A');
    await until(
      async () => (await listed(other)).some((status) => status.id === 'a'),
      'A second client must read new statuses.',
    );
    equal(await live(other, 'a'), a, 'Both clients must read the same record.');
    await give(other, 'a', { conversationId: 'c1', contactId: 'p1' });
    await until(
      async () => (await statusOf(adapter, 'c1')) === 'a',
      'The first client must read what the second picked.',
    );
    equal(await entryOf(adapter, 'c1'), await entryOf(other, 'c1'), 'Both clients must read the same entry.');
  });

  it('each hears what the other wrote', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const other = await bench.peer();
    const ear = await Ear.open(bench, other);
    const rule = 'A client must hear what another wrote.';
    await ear.hears(() => pipeline(adapter, 'A', 'B'), ofStatus('b'), rule);
    await ear.hears(() => give(adapter, 'a', 'c1'), ofEntry('c1', 'a'), rule);
    await ear.hears(() => remove(adapter, 'a', 'b'), ofEntry('c1', 'b'), rule);
    const own = await Ear.open(bench, adapter);
    await own.hears(() => give(other, null, 'c1'), ofEntry('c1', null), rule);
  });

  it('what is heard from the other can be read', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const other = await bench.peer();
    await pipeline(adapter, 'A', 'B');
    const ear = await Ear.open(bench, other);
    const heard = await ear.hears(
      () => give(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'A client must hear what another wrote.',
    );
    const held = (await other.getEntries(['c1'])).get('c1');
    equal(held?.statusId, 'a', 'A change must be told after it is stored, never before.');
    if (heard.kind === 'entry')
      holds(held!.version >= heard.entry.version, 'What is heard must be readable.', { heard, held });
  });

  it('another’s opId is not taken for one’s own', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const other = await bench.peer();
    await pipeline(adapter, 'A', 'B');
    const ear = await Ear.open(bench, other);
    const heard = await ear.hears(
      () => adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op-first' }),
      ofEntry('c1', 'a'),
      'A client must hear what another wrote.',
    );
    holds(
      heard.opId === undefined || heard.opId === 'op-first',
      'A change must carry the opId of the call that caused it, or none.',
      heard,
    );
  });

  it('a stale version of the other is a conflict', async ({ adapter, peer }) => {
    const other = await peer();
    const [{ version: ifVersion }] = await pipeline(adapter, 'A');
    await adapter.updateStatus('a', { name: 'First' }, { ifVersion });
    const rule = 'A client that has not seen the other’s update must get a conflict.';
    await rejects(other.updateStatus('a', { name: 'Second' }, { ifVersion }), 'conflict', rule);
    equal((await live(adapter, 'a')).name, 'First', rule);
  });

  it('a status deleted by the other cannot be given', async ({ adapter, peer }) => {
    const other = await peer();
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'b', 'c1');
    await remove(adapter, 'a', 'b');
    await refusesToSet(
      other.setStatus([{ conversationId: 'c1' }], 'a'),
      'status-deleted',
      'A status that another client deleted.',
    );
    equal(await statusOf(other, 'c1'), 'b', 'A refused pick must change nothing.');
  });

  it('one restores what the other deleted', ['restoreStatus'], async ({ adapter, peer }) => {
    const other = await peer();
    await pipeline(adapter, 'A', 'B');
    await give(adapter, 'a', 'c1');
    await remove(adapter, 'a', 'b');
    equal((await other.restoreStatus('a')).restored, 1, 'Any client can undo a delete.');
    equal(await statusOf(adapter, 'c1'), 'a', 'An undo must reach every client.');
  });

  it('both pick at once, each its own conversations', async ({ adapter, peer }) => {
    const other = await peer();
    await pipeline(adapter, 'A', 'B');
    const [mine, theirs] = [CONVERSATIONS.slice(0, 6), CONVERSATIONS.slice(6)];
    await Promise.all([...mine.map((id) => give(adapter, 'a', id)), ...theirs.map((id) => give(other, 'b', id))]);
    const expected = CONVERSATIONS.map((_, n) => (n < 6 ? 'a' : 'b'));
    equal(await statusesOf(adapter, ...CONVERSATIONS), expected, 'Two clients writing at once must lose nothing.');
    equal(await statusesOf(other, ...CONVERSATIONS), expected, 'Two clients writing at once must lose nothing.');
  });

  it('both pick one conversation at once: both see one status', async ({ adapter, peer }) => {
    const other = await peer();
    await pipeline(adapter, 'A', 'B');
    for (let n = 0; n < 5; n++) {
      await Promise.all([give(adapter, 'a', 'c1'), give(other, 'b', 'c1')]);
      equal(await entriesOf(other, 'c1'), await entriesOf(adapter, 'c1'), 'Both clients must see the same pick win.');
    }
  });

  it('both reorder at once', async ({ adapter, peer }) => {
    const other = await peer();
    await pipeline(adapter, 'A', 'B', 'C', 'D', 'E');
    await Promise.all([adapter.moveStatus('e', null), other.moveStatus('b', 'd')]);
    equal(
      await listedIds(adapter),
      ['e', 'a', 'c', 'd', 'b'],
      'Two clients that move different statuses at once: both moves count.',
    );
    equal(await listedIds(other), ['e', 'a', 'c', 'd', 'b'], 'Both clients must see the same order.');
  });

  it('one moves after what the other has just moved', async ({ adapter, peer }) => {
    const other = await peer();
    await pipeline(adapter, 'A', 'B', 'C', 'D');
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

  it('one deletes what the other gives', async ({ adapter, peer }) => {
    const other = await peer();
    for (let n = 0; n < 4; n++) {
      const [doomed, heir] = [`doomed${n}`, `heir${n}`];
      await pipeline(adapter, doomed, heir);
      const { version: ifVersion } = await live(adapter, doomed);
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

  it('both work at random and both followers agree, seed 8', ['subscribe'], async (bench) => {
    const { adapter } = bench;
    const other = await bench.peer();
    const followers = [await Follower.start(adapter), await Follower.start(other)];
    const model = new PlainModel(8);
    for (let n = 0; n < 40; n++) await model.step(n % 2 ? adapter : other);
    const rule = 'Two clients that believe the changes must end with the same pipeline. Seed 8.';
    for (const follower of followers) {
      await follower.agreesWith(adapter, bench, rule);
      await follower.agreesWith(other, bench, rule);
    }
  });
};
