/** Tests the change feed between tabs. */
import { expect } from '@open-wc/testing';
import { holdingTimers } from '../../../test/support.js';
import type { Change } from '../../model/changes.js';
import {
  LEADS,
  cleanUp,
  freshName,
  holdOpen,
  inspect,
  listen,
  meddling,
  openAdapter,
  pause,
  replacing,
  until,
} from './test-helpers.js';

const refs = (count: number): { conversationId: string }[] =>
  Array.from({ length: count }, (_, i) => ({ conversationId: `c${i}` }));

describe('IndexedDBAdapter: changes', () => {
  afterEach(cleanUp);

  it('a change is delivered after it is committed, in this tab and in others', async () => {
    const database = freshName();
    const [adapter, other] = [openAdapter(database), openAdapter(database)];
    await adapter.createStatus(LEADS);
    const here = await listen(adapter);
    const there = await listen(other);
    let done = false;
    await meddling(
      (transaction) => {
        transaction.addEventListener('complete', () => (done = true));
        holdOpen(transaction, 100);
      },
      async () => {
        const write = adapter.setStatus([{ conversationId: 'c1' }], 'leads');
        while (!done) {
          expect([...here.received, ...there.received]).to.deep.equal([]);
          await pause(5);
        }
        await write;
      },
    );
    await until(() => here.received.length > 0 && there.received.length > 0, 'both to receive the change');
    expect(here.received).to.deep.equal(there.received);
  });

  it('every change is delivered once and in order, from every writer', async () => {
    const database = freshName();
    const adapters = [openAdapter(database), openAdapter(database), openAdapter(database)];
    await adapters[0]!.createStatus(LEADS);
    const listeners = await Promise.all(adapters.map((adapter) => listen(adapter)));
    const writes = Array.from({ length: 60 }, (_, i) =>
      adapters[i % 3]!.setStatus([{ conversationId: `c${i}` }], 'leads', { opId: `op${i}` }),
    );
    await Promise.all(writes);
    // A change that was delivered twice would arrive before this one.
    await adapters[0]!.setStatus([{ conversationId: 'last' }], 'leads', { opId: 'last' });
    await until(
      () => listeners.every(({ received }) => received.at(-1)?.opId === 'last'),
      'the last change everywhere',
    );
    for (const { received } of listeners) {
      expect(received.map((change) => Number(change.seq))).to.deep.equal(Array.from({ length: 61 }, (_, i) => i + 2));
      expect(new Set(received.map((change) => change.opId)).size).to.equal(61);
    }
  });

  it('a late subscriber receives missed changes, even while others write', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { seq } = await adapter.listStatuses();
    await adapter.setStatus(refs(3), 'leads');
    const received: Change[] = [];
    const fresh: Change[] = [];
    adapter.subscribe((change) => received.push(change), { since: seq });
    adapter.subscribe((change) => fresh.push(change), {});
    await adapter.setStatus(refs(2), null);
    // A change that was delivered twice would arrive before this one.
    await adapter.setStatus(refs(1), 'leads');
    const since = (changes: readonly Change[]): number[] => changes.map((change) => Number(change.seq) - Number(seq));
    await until(() => since(received).includes(6) && since(fresh).includes(6), 'the last change');
    expect(since(received)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(since(fresh)).to.deep.equal([4, 5, 6]);
  });

  it('a gap gives one reset: removed, too many, from the future, or invalid', async function () {
    this.timeout(60_000);
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { seq } = await adapter.listStatuses();
    const kindsSince = async (since: string): Promise<string[]> => {
      const { received, stop } = await listen(adapter, since);
      await until(() => received.length > 0, 'what was missed');
      stop();
      return received.map((change) => change.kind);
    };
    expect(await kindsSince('99')).to.deep.equal(['reset']);
    expect(await kindsSince('nonsense')).to.deep.equal(['reset']);
    for (let start = 0; start < 1100; start += 100) {
      await adapter.setStatus(refs(start + 100).slice(start), 'leads');
    }
    expect(await kindsSince(seq)).to.deep.equal(['reset']);
    expect(await kindsSince(String(Number(seq) + 1000))).to.have.lengthOf(100);
  });

  it('the log stays bounded, and a subscriber from before its beginning receives a reset', async function () {
    this.timeout(60_000);
    const database = freshName();
    const adapter = openAdapter(database);
    await adapter.createStatus(LEADS);
    const { seq } = await adapter.listStatuses();
    for (const to of ['leads', null, 'leads']) await adapter.setStatus(refs(4000), to);
    const logged = await inspect(database, (db) => db.count('log'));
    expect(logged).to.be.within(10_000, 10_256);
    const { received } = await listen(adapter, seq);
    await until(() => received.length > 0, 'a reset');
    expect(received.map((change) => change.kind)).to.deep.equal(['reset']);
    const journal = await inspect(database, (db) => db.get('meta', 'journal'));
    expect(journal?.logged).to.equal(logged);
  });

  it('a history starts where the log starts, with the status at that time', async function () {
    this.timeout(120_000);
    const database = freshName();
    const adapter = openAdapter(database);
    const { version } = await adapter.createStatus(LEADS);
    await adapter.createStatus({ ...LEADS, id: 'won', name: 'Won' });
    await adapter.setStatus(refs(2), 'leads');
    await adapter.deleteStatus('leads', { ifVersion: version, moveTo: 'won' });
    // Ten thousand changes of others.
    await inspect(database, async (db) => {
      const tx = db.transaction(['log', 'meta'], 'readwrite');
      const journal = (await tx.objectStore('meta').get('journal'))!;
      for (let i = 0; i < 10_300; i++)
        void tx.objectStore('log').put({ seq: ++journal.seq, change: { kind: 'reset' } });
      journal.logged += 10_300;
      await tx.objectStore('meta').put(journal);
      await tx.done;
    });
    await adapter.restoreStatus('leads');
    await adapter.setStatus(refs(1), null);
    const historyOf = async (id: string): Promise<unknown> =>
      (await adapter.history(id)).map(({ from, to }) => [from, to]);
    expect(await historyOf('c0')).to.deep.equal([
      ['won', 'leads'],
      ['leads', null],
    ]);
    expect(await historyOf('c1')).to.deep.equal([['won', 'leads']]);
    expect(await historyOf('never')).to.deep.equal([]);
  });

  it('many conversations at once are one reset, and each keeps its history', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    await adapter.putConversations(refs(101));
    await adapter.setStatus(refs(101), 'leads');
    await adapter.setStatus(refs(100), null);
    await adapter.setStatus(refs(1), 'leads', { opId: 'last' });
    await until(() => received.at(-1)?.opId === 'last', 'all of it');
    received.pop();
    const kinds = received.map((change) => change.kind);
    expect(kinds).to.deep.equal(['reset', 'reset', ...Array<string>(100).fill('entry')]);
    expect((await adapter.history('c5')).map(({ from, to }) => [from, to])).to.deep.equal([
      [null, 'leads'],
      ['leads', null],
    ]);
  });

  it('hostile broadcasts change nothing and break nothing', async () => {
    const database = freshName();
    const adapter = openAdapter(database);
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    let reads = 0;
    const counting = (real: IDBDatabase['transaction']): IDBDatabase['transaction'] =>
      function (this: IDBDatabase, ...args) {
        reads++;
        return real.apply(this, args);
      };
    const channel = new BroadcastChannel(`pipeline-elements:${database}`);
    // It was opened after the adapter's, so it receives each message after the adapter.
    const witness = new BroadcastChannel(channel.name);
    let arrived = 0;
    witness.onmessage = () => arrived++;
    await replacing(IDBDatabase.prototype, 'transaction', counting, async () => {
      const status = { id: 'evil', name: '<img onerror=1>', color: 'url(x)', rank: 'a', version: 9 };
      const corpus: unknown[] = [
        ...[null, undefined, 0, '', 'reset', [], {}, new Map(), new ArrayBuffer(8), [1, 2]],
        ...[{ v: 2, seq: 9 }, { v: '1', seq: 9 }, { v: 1 }, { v: 1, seq: -1 }, { v: 1, seq: 0.5 }, { v: 1, seq: '9' }],
        ...[
          { v: 1, seq: NaN },
          { v: 1, seq: Infinity },
          { v: 1, seq: 9, kind: 'status', status },
        ],
        ...[
          { kind: 'status', seq: '9', status },
          { kind: 'reset', seq: '9' },
          Object.create({ v: 1, seq: 1 }) as unknown,
        ],
      ];
      for (const message of corpus) channel.postMessage(message);
      await until(() => arrived === corpus.length, 'all messages');
      expect(reads).to.equal(0);
      // What could be a hint is looked into, and that is all.
      for (let i = 0; i < 200; i++) channel.postMessage({ v: 1, seq: Number.MAX_SAFE_INTEGER - i });
      await until(() => arrived === corpus.length + 200 && reads > 0, 'a look into the log');
      // Its own read comes after those that were begun before.
      await adapter.listStatuses();
      expect(reads).to.be.below(100);
    });
    channel.close();
    witness.close();
    expect(received).to.deep.equal([]);
    expect((await adapter.listStatuses()).items.map((each) => each.id)).to.deep.equal(['leads']);
  });

  it('an unsubscribed listener does not receive pending changes', async () => {
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { received, stop } = await listen(adapter);
    const other = await listen(adapter);
    const write = adapter.setStatus([{ conversationId: 'c1' }], 'leads');
    stop();
    await write;
    await until(() => other.received.length > 0, 'the other listener to receive the change');
    expect(received).to.deep.equal([]);
  });

  it('a listener that unsubscribes itself receives nothing more, not even of the same write', async () => {
    const adapter = openAdapter();
    let received = 0;
    const stop = adapter.subscribe(() => {
      received++;
      stop();
    }, {});
    const other = await listen(adapter);
    await adapter.setStatus(refs(5), null);
    await until(() => other.received.length === 5, 'the other listener to receive all changes');
    expect(received).to.equal(1);
  });

  it('the channel is open for subscribers only, and not while the page is in the back/forward cache', async () => {
    const live = new Set<BroadcastChannel>();
    const RealChannel = BroadcastChannel;
    class Counted extends BroadcastChannel {
      constructor(name: string) {
        super(name);
        live.add(this);
      }
      override close(): void {
        super.close();
        live.delete(this);
      }
    }
    await replacing(
      globalThis as { BroadcastChannel: typeof BroadcastChannel },
      'BroadcastChannel',
      () => Counted,
      async () => {
        const database = freshName();
        const [adapter, other] = [openAdapter(database), openAdapter(database)];
        const probe = new RealChannel(`pipeline-elements:${database}`);
        await adapter.createStatus(LEADS);
        expect(live.size).to.equal(0);
        const listeners = [await listen(adapter), await listen(adapter)];
        expect(live.size).to.equal(1);
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }));
        expect(live.size).to.equal(1);
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
        expect(live.size).to.equal(0);
        const hinted = new Promise((resolve) => (probe.onmessage = resolve));
        await other.setStatus([{ conversationId: 'c1' }], 'leads');
        await hinted;
        expect(listeners[0]!.received).to.deep.equal([]);
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
        await until(() => listeners.every(({ received }) => received.length === 1), 'the changes that were missed');
        expect(live.size).to.equal(1);
        listeners.forEach(({ stop }) => stop());
        expect(live.size).to.equal(0);
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
        expect(live.size).to.equal(0);
        await listen(adapter);
        await adapter.close();
        expect(live.size).to.equal(0);
        probe.close();
      },
    );
  });

  it('a browser without a channel only lacks the hints', async () => {
    const refused = function (): never {
      throw new DOMException('Not in this frame.', 'SecurityError');
    } as unknown as typeof BroadcastChannel;
    const owner = globalThis as { BroadcastChannel: typeof BroadcastChannel };
    await replacing(
      owner,
      'BroadcastChannel',
      () => refused,
      async () => {
        const adapter = openAdapter();
        const { received } = await listen(adapter);
        await adapter.createStatus(LEADS);
        await until(() => received.length === 1, 'its own change');
        await adapter.close();
      },
    );
  });

  it('a tab that missed the broadcast catches up when it becomes visible', async () => {
    const database = freshName();
    const [adapter, other] = [openAdapter(database), openAdapter(database)];
    await adapter.createStatus(LEADS);
    const { received } = await listen(adapter);
    const mute = (): BroadcastChannel['postMessage'] => () => undefined;
    await replacing(BroadcastChannel.prototype, 'postMessage', mute, async () => {
      await other.setStatus([{ conversationId: 'c1' }], 'leads');
    });
    expect(received).to.deep.equal([]);
    document.dispatchEvent(new Event('visibilitychange'));
    await until(() => received.length === 1, 'the change');
  });

  it('a page that is left right after its writes sends one hint before', async () => {
    const database = freshName();
    const adapter = openAdapter(database);
    await adapter.createStatus(LEADS);
    await listen(adapter);
    const sent: unknown[] = [];
    const post = (): BroadcastChannel['postMessage'] => (message) => void sent.push(message);
    await replacing(BroadcastChannel.prototype, 'postMessage', post, async () => {
      // The timers of a page that goes never come.
      const never = (): typeof setTimeout => (() => 0) as unknown as typeof setTimeout;
      await replacing(globalThis as { setTimeout: typeof setTimeout }, 'setTimeout', never, async () => {
        await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
        await adapter.setStatus([{ conversationId: 'c2' }], 'leads');
        expect(sent).to.deep.equal([]);
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }));
        expect(sent).to.deep.equal([{ v: 1, seq: 3 }]);
      });
    });
  });

  it('a failed read is retried until it succeeds', async function () {
    this.timeout(120_000);
    const adapter = openAdapter();
    await adapter.createStatus(LEADS);
    const { seq } = await adapter.listStatuses();
    await adapter.setStatus([{ conversationId: 'c1' }], 'leads');
    const states: string[] = [];
    const received: Change[] = [];
    let tries = 0;
    const failing = (): IDBDatabase['transaction'] => () => {
      tries++;
      throw new DOMException('No.', 'UnknownError');
    };
    await holdingTimers(async (fire) => {
      await replacing(IDBDatabase.prototype, 'transaction', failing, async () => {
        adapter.subscribe((change) => received.push(change), { since: seq, onState: (state) => states.push(state) });
        await until(() => states.length > 0, 'the failure');
        const before = tries;
        await new Promise((resolve) => setTimeout(resolve));
        expect(tries, 'only by a timer').to.equal(before);
      });
      await fire();
    });
    await until(() => received.length > 0, 'the change');
    expect(states).to.deep.equal(['retrying', 'live']);
    expect(received.map((change) => change.kind)).to.deep.equal(['reset']);
  });

  it('clear() empties every open tab, and later changes are delivered', async () => {
    const database = freshName();
    const [adapter, other] = [openAdapter(database), openAdapter(database)];
    await adapter.createStatus(LEADS);
    await adapter.setStatus([{ conversationId: 'c1', contactId: 'p1', activityAt: 5 }], 'leads', { opId: 'same' });
    const listeners = [await listen(adapter), await listen(other)];
    const before = (await other.getEntries(['c1'])).get('c1')!;
    await adapter.clear();
    await until(() => listeners.every(({ received }) => received.length === 1), 'both to receive the change');
    expect(listeners.map(({ received }) => received[0]!.kind)).to.deep.equal(['reset', 'reset']);
    for (const each of [adapter, other]) {
      expect((await each.listStatuses()).items).to.deep.equal([]);
      expect((await each.getEntries(['c1'])).size).to.equal(0);
      expect((await each.getContacts(['p1'])).size).to.equal(0);
      expect(await each.count({ of: 'conversation' })).to.deep.equal({ byStatus: new Map(), none: 0 });
      expect(await each.history('c1')).to.deep.equal([]);
    }
    const left = await inspect(database, (db) =>
      Promise.all(
        (['statuses', 'conversations', 'contacts', 'counters', 'log'] as const).map((name) => db.count(name)),
      ),
    );
    expect(left).to.deep.equal([0, 0, 0, 0, 1]);
    // Not the answer remembered from before.
    await adapter.createStatus(LEADS);
    const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'leads', { opId: 'same' });
    expect(result!.ok && result!.entry.version).to.be.above(before.version);
    await until(() => listeners[1]!.received.length === 3, 'what comes after');
  });
});
