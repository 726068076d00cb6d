/** Sets the status of many conversations: others see all of it or nothing, and are answered in between. */
import { expect } from '@open-wc/testing';
import type { ConversationRef, SetResult } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { MemoryAdapter } from '../memory.js';
import type { IndexedDBAdapter } from './adapter.js';
import { BulkWrite, type Database } from './bulk.js';
import { Connection } from './connection.js';
import { purge } from './purge.js';
import { STORES } from './schema.js';
import { cleanUp, codeOf, freshName, inspect, keep, listen, openAdapter, replacing } from './test-helpers.js';

const SETTINGS = { undoPeriodMs: Infinity };
const KNOWN = 1200;
const NEW = 1000;

type Adapter = IndexedDBAdapter | MemoryAdapter;

/** Known conversations with a live status, a deleted one and none, with and without contacts; and new ones. */
const known: ConversationRef[] = Array.from({ length: KNOWN }, (_, i) => ({
  conversationId: `c${i}`,
  ...(i % 3 ? { contactId: `p${i % 200}` } : {}),
  activityAt: 1000 + i,
}));
const fresh: ConversationRef[] = Array.from({ length: NEW }, (_, i) => ({
  conversationId: `n${i}`,
  ...(i % 2 ? { contactId: `p${i % 300}` } : {}),
  activityAt: i % 4 ? 500 + i : 5000 + i,
}));
const ALL = [...known.slice(0, 1000), ...fresh];

async function prepare(adapter: Adapter): Promise<void> {
  for (const id of ['a', 'b', 'gone', 'to']) await adapter.createStatus({ id, name: id, color: '#112233' });
  await adapter.putConversations(known.slice(0, 300));
  await adapter.setStatus(known.slice(300, 600), 'a');
  await adapter.setStatus(known.slice(600, 800), 'gone');
  await adapter.setStatus(known.slice(800, 900), 'to');
  await adapter.setStatus(known.slice(900), 'gone');
  const gone = (await adapter.listStatuses()).items.find(({ id }) => id === 'gone')!;
  await adapter.deleteStatus('gone', { ifVersion: gone.version, moveTo: 'b' });
}

const QUESTIONS: Record<string, (adapter: Adapter) => Promise<unknown>> = {
  entries: async (adapter) =>
    [...(await adapter.getEntries(['c0', 'c350', 'c650', 'c850', 'n1', 'n999']))].map(
      ([id, { statusId, contactId }]) => [id, statusId, contactId],
    ),
  contacts: async (adapter) =>
    [...(await adapter.getContacts(['p1', 'p2', 'p50', 'p250', 'p299']))]
      .map(([id, { statusIds, latest }]) => [id, [...statusIds].sort(), latest] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  'counts of conversations': async (adapter) => plain(await adapter.count({ of: 'conversation' })),
  'counts of contacts': async (adapter) => plain(await adapter.count({ of: 'contact' })),
  'counts of contacts by latest': async (adapter) =>
    plain(await adapter.count({ of: 'contact', contactMatch: 'latest' })),
  'all conversations': async (adapter) =>
    (await adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: [] } })).ids,
  'conversations with a status': async (adapter) =>
    (await adapter.find({ of: 'conversation', filter: { op: 'none-of', statusIds: ['to'] } })).ids,
  'contacts with the status': async (adapter) =>
    [...(await adapter.find({ of: 'contact', filter: { op: 'any-of', statusIds: ['to'] }, pageSize: 200 })).ids].sort(),
  'a history': async (adapter) => (await adapter.history('c350')).map(({ from, to }) => [from, to]),
  'the history of a new one': async (adapter) => (await adapter.history('n1')).map(({ from, to }) => [from, to]),
};

const plain = ({ byStatus, none }: { byStatus: ReadonlyMap<Id, number>; none: number }): unknown => ({
  byStatus: Object.fromEntries([...byStatus].filter(([, n]) => n).sort()),
  none,
});

async function ask(adapter: Adapter): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [question, answer] of Object.entries(QUESTIONS)) answers[question] = await answer(adapter);
  return answers;
}

/** Every record, without what only counts up. */
const dump = (name: string): Promise<unknown> =>
  inspect(name, async (database) => {
    const stores = STORES.filter((store) => store !== 'meta' && store !== 'log');
    const { held, bulks } = (await database.get('meta', 'journal'))!;
    const rows = await Promise.all(stores.map((store) => database.getAll(store)));
    const contacts = rows[stores.indexOf('contacts')] as { held: [Id, number][] }[];
    for (const contact of contacts) contact.held.sort();
    return { rows, held: [...held].sort(), bulks };
  });

const outcome = (results: readonly SetResult[]): unknown =>
  results.map((result) => (result.ok ? [result.conversationId, result.entry.statusId] : result.error.code));

/** A connection that calls `between` after each transaction that writes. */
function connectionWith(name: string, between: (writes: number) => Promise<void> | void): Database & { close(): void } {
  const connection = new Connection(name, { lost: () => undefined, opened: () => undefined });
  let writes = 0;
  return {
    read: (work) => connection.read(work),
    close: () => connection.close(),
    async write(durability, work) {
      const result = await connection.write(durability, work);
      await between(++writes);
      return result;
    },
  };
}

/** As long after the page was closed as others wait before they clean up. */
const age = (name: string): Promise<unknown> =>
  inspect(name, async (database) => {
    const journal = (await database.get('meta', 'journal'))!;
    return database.put('meta', { ...journal, bulks: journal.bulks!.map((bulk) => ({ ...bulk, touchedAt: 1 })) });
  });

async function cleanUpBulks(name: string): Promise<void> {
  const connection = connectionWith(name, () => undefined);
  await purge(connection, SETTINGS, () => false);
  connection.close();
}

describe('IndexedDBAdapter: setStatus of many conversations', function () {
  this.timeout(120_000);
  afterEach(cleanUp);

  let name: string;
  let adapter: IndexedDBAdapter;
  let before: Record<string, unknown>;
  let after: Record<string, unknown>;
  let wanted: unknown;

  beforeEach(async () => {
    name = freshName();
    adapter = openAdapter(name);
    const memory = new MemoryAdapter();
    await Promise.all([prepare(adapter), prepare(memory)]);
    before = await ask(memory);
    wanted = outcome(await memory.setStatus(ALL, 'to'));
    after = await ask(memory);
  });

  /** Fails unless each answer is the one before or the one after, and none goes back. */
  function checker(): (answers: Record<string, unknown>) => void {
    const seen = new Set<string>();
    return (answers) => {
      for (const [question, answer] of Object.entries(answers)) {
        if (JSON.stringify(answer) === JSON.stringify(after[question])) seen.add(question);
        else expect(answer, question).to.deep.equal(before[question]);
        if (seen.has(question)) expect(answer, `${question}, later`).to.deep.equal(after[question]);
      }
    };
  }

  it('does what one transaction does, and another tab sees all of it or nothing at any time', async () => {
    expect(await ask(adapter)).to.deep.equal(before);
    const peer = openAdapter(name);
    const check = checker();
    let isDone = false;
    let asked = 0;
    const write = adapter.setStatus(ALL, 'to').finally(() => (isDone = true));
    while (!isDone) {
      check(await ask(peer));
      asked++;
    }
    const results = await write;
    expect(asked, 'times that another tab was answered').to.be.greaterThan(3);
    expect(outcome(results)).to.deep.equal(wanted);
    expect(await ask(peer)).to.deep.equal(after);
    const entries = await peer.getEntries(ALL.map((ref) => ref.conversationId));
    for (const result of results)
      expect(result).to.deep.include({ ok: true, entry: entries.get(result.conversationId) });
    expect(JSON.stringify(await dump(name))).not.to.include('\\t');
  });

  it('other calls are answered between all of its transactions, with nothing or everything of it', async () => {
    const check = checker();
    const connection = connectionWith(name, async () => check(await ask(adapter)));
    const results = await new BulkWrite(connection, SETTINGS, ALL, 'to').run(() => undefined);
    connection.close();
    expect(outcome(results)).to.deep.equal(wanted);
    expect(await ask(adapter)).to.deep.equal(after);
  });

  it('progress only grows, and ends with all of them', async () => {
    const progress: number[] = [];
    await adapter.setStatus(ALL, 'to', {
      onProgress: (done, of) => {
        expect(of).to.equal(ALL.length);
        progress.push(done);
      },
    });
    expect(progress).to.deep.equal([...progress].sort((a, b) => a - b));
    expect(progress.length).to.be.greaterThan(4);
    expect(progress.at(-1)).to.equal(ALL.length);
    const small: number[] = [];
    await adapter.setStatus(ALL.slice(0, 3), 'a', { onProgress: (done) => small.push(done) });
    expect(small).to.deep.equal([3]);
  });

  for (const share of [0, 0.2, 0.49]) {
    it(`aborted after ${share * 100} %, nothing of it was stored`, async () => {
      const raw = await dump(name);
      const controller = new AbortController();
      const write = adapter.setStatus(ALL, 'to', {
        signal: controller.signal,
        onProgress: (done, of) => done >= of * share && controller.abort(),
      });
      if (!share) controller.abort();
      expect(await codeOf(write)).to.equal('aborted');
      expect(await ask(adapter)).to.deep.equal(before);
      await cleanUpBulks(name);
      expect(await ask(adapter)).to.deep.equal(before);
      expect(await dump(name)).to.deep.equal(raw);
    });
  }

  it('aborted when it is stored already, it resolves', async () => {
    const controller = new AbortController();
    const results = await adapter.setStatus(ALL, 'to', {
      signal: controller.signal,
      onProgress: (done, of) => done > of * 0.6 && controller.abort(),
    });
    expect(outcome(results)).to.deep.equal(wanted);
    expect(await ask(adapter)).to.deep.equal(after);
  });

  it('a page that is closed before the commit leaves nothing', async () => {
    const raw = await dump(name);
    const connection = connectionWith(name, (writes) => {
      if (writes >= 4) throw new Error('The page was closed.');
    });
    await new BulkWrite(connection, SETTINGS, ALL, 'to').run(() => undefined).catch(() => undefined);
    connection.close();
    // Not cleaned up while its page may still be there.
    await inspect(name, async (database) => {
      const journal = (await database.get('meta', 'journal'))!;
      const [bulk] = journal.bulks!;
      await database.put('meta', { ...journal, bulks: [{ ...bulk!, state: 'staging', touchedAt: Date.now() }] });
    });
    await cleanUpBulks(name);
    expect(JSON.stringify(await dump(name))).to.include('\\t');
    expect(await ask(adapter)).to.deep.equal(before);
    await age(name);
    await cleanUpBulks(name);
    expect(await ask(adapter)).to.deep.equal(before);
    expect(await dump(name)).to.deep.equal(raw);
  });

  it('a page that is closed after the commit has stored everything', async () => {
    let isCommitted = false;
    let writes = 0;
    const connection = connectionWith(name, () => {
      if (isCommitted && ++writes >= 2) throw new Error('The page was closed.');
    });
    await new BulkWrite(connection, SETTINGS, ALL, 'to').run(() => (isCommitted = true));
    connection.close();
    expect(JSON.stringify(await dump(name))).to.include('\\t');
    expect(await ask(adapter)).to.deep.equal(after);
    // Calls about conversations that are not cleaned up yet.
    const reopened = openAdapter(name);
    const { changedAt } = (await reopened.getEntries(['c350'])).get('c350')!;
    await reopened.setStatus([{ conversationId: 'c350' }, { conversationId: 'n3' }], 'a');
    expect((await reopened.history('c350')).map(({ from, to }) => [from, to])).to.deep.equal([
      [null, 'a'],
      ['a', 'to'],
      ['to', 'a'],
    ]);
    expect((await reopened.history('c350'))[1]!.at).to.equal(changedAt);
    expect((await reopened.history('n3')).map(({ to }) => to)).to.deep.equal(['to', 'a']);
    await reopened.setStatus([{ conversationId: 'c350' }, { conversationId: 'n3' }], 'to');
    await age(name);
    await cleanUpBulks(name);
    const { 'a history': _, ...rest } = after;
    expect(await ask(reopened)).to.deep.include(rest);
    expect(JSON.stringify(await dump(name))).not.to.include('\\t');
  });

  it('conversations that others change meanwhile get the status too, and the results are true', async () => {
    const connection = connectionWith(name, async (writes) => {
      if (writes === 3) await adapter.setStatus([{ conversationId: 'c5' }, { conversationId: 'c850' }], 'a');
      if (writes === 5) await adapter.setStatus([{ conversationId: 'n2' }, { conversationId: 'c1100' }], 'b');
      if (writes === 5)
        await adapter.putConversations([{ conversationId: 'n4', contactId: 'p9' }, { conversationId: 'c7' }]);
    });
    const results = await new BulkWrite(connection, SETTINGS, ALL, 'to').run(() => undefined);
    connection.close();
    const entries = await adapter.getEntries(ALL.map((ref) => ref.conversationId));
    for (const result of results) {
      expect(result).to.deep.include({ ok: true, entry: entries.get(result.conversationId) });
      expect(entries.get(result.conversationId)!.statusId).to.equal('to');
    }
    expect((await adapter.getEntries(['c1100'])).get('c1100')!.statusId).to.equal('b');
    const { byStatus } = await adapter.count({ of: 'conversation' });
    expect(byStatus.get('to')).to.equal(ALL.length);
    expect(JSON.stringify(await dump(name))).not.to.include('\\t');
  });

  it('with ifVersion, those that others change meanwhile are rejected', async () => {
    const refs = fresh.map((ref) => ref);
    const connection = connectionWith(name, async (writes) => {
      if (writes === 4) await adapter.setStatus([{ conversationId: 'n2' }], 'a');
    });
    const results = await new BulkWrite(connection, SETTINGS, refs, 'to', { ifVersion: 0 }).run(() => undefined);
    connection.close();
    expect(results.filter((result) => !result.ok).map(({ conversationId }) => conversationId)).to.deep.equal(['n2']);
    expect((await adapter.getEntries(['n2'])).get('n2')!.statusId).to.equal('a');
    const again = await adapter.setStatus(refs, 'b', { ifVersion: 0 });
    expect(again.every((result) => !result.ok && result.error.code === 'conflict')).to.equal(true);
  });

  it('a status that is deleted meanwhile rejects all of it', async () => {
    const connection = connectionWith(name, async (writes) => {
      const to = (await adapter.listStatuses()).items.find(({ id }) => id === 'to');
      if (writes === 4) await adapter.deleteStatus('to', { ifVersion: to!.version, moveTo: 'a' });
    });
    expect(await codeOf(new BulkWrite(connection, SETTINGS, ALL, 'to').run(() => undefined))).to.equal(
      'status-deleted',
    );
    connection.close();
    await adapter.restoreStatus('to');
    await cleanUpBulks(name);
    expect(await ask(adapter)).to.deep.equal(before);
  });

  it('the former status is deleted and restored meanwhile: nothing of it is lost', async () => {
    const connection = connectionWith(name, async (writes) => {
      const a = (await adapter.listStatuses()).items.find(({ id }) => id === 'a');
      if (writes === 4)
        expect(await adapter.deleteStatus('a', { ifVersion: a!.version, moveTo: 'b' })).to.deep.equal({ moved: 300 });
      if (writes === 6) await adapter.restoreStatus('a');
      if (writes === 6) throw new Error('The page was closed.');
    });
    await new BulkWrite(connection, SETTINGS, ALL, 'to').run(() => undefined).catch(() => undefined);
    connection.close();
    await age(name).catch(() => undefined);
    await cleanUpBulks(name);
    const { 'a history': history, ...rest } = await ask(adapter);
    expect(rest).to.deep.include((({ 'a history': _, ...others }) => others)(before));
    expect(history).to.deep.equal([
      [null, 'a'],
      ['a', 'b'],
      ['b', 'a'],
    ]);
  });

  it('two at once are written one after the other', async () => {
    const peer = openAdapter(name);
    const [one, two] = await Promise.all([adapter.setStatus(ALL, 'to'), peer.setStatus([...ALL].reverse(), 'a')]);
    expect([one, two].flat().every((result) => result.ok)).to.equal(true);
    const entries = [...(await adapter.getEntries(ALL.map((ref) => ref.conversationId))).values()];
    expect(new Set(entries.map(({ statusId }) => statusId)).size).to.equal(1);
    expect(JSON.stringify(await dump(name))).not.to.include('\\t');
  });

  it('subscribers, also in other tabs, receive one reset', async () => {
    const own = await listen(adapter);
    const other = await listen(openAdapter(name));
    await adapter.setStatus(ALL, 'to', { opId: 'op-1' });
    await adapter.setStatus([{ conversationId: 'c0' }], 'a');
    while (other.received.at(-1)?.kind !== 'entry') await new Promise((resolve) => setTimeout(resolve));
    expect(own.received.map(({ kind }) => kind)).to.deep.equal(['reset', 'entry']);
    expect(other.received.map(({ kind }) => kind)).to.deep.equal(['reset', 'entry']);
    expect(own.received[0]!.opId).to.equal('op-1');
    own.stop();
    other.stop();
  });

  it('one list may have a conversation twice, and bad input stores nothing', async () => {
    const twice = await adapter.setStatus([...ALL, ...ALL.slice(0, 10)], 'to');
    expect(twice.slice(-10).map((result) => result.ok && result.entry)).to.deep.equal(
      twice.slice(0, 10).map((result) => result.ok && result.entry),
    );
    const raw = await dump(name);
    const invalid = ALL.map(() => ({ conversationId: '..' }));
    expect(await codeOf(adapter.setStatus(invalid, 'a'))).to.equal('invalid');
    expect(await codeOf(adapter.setStatus(ALL, 'nowhere'))).to.equal('not-found');
    expect(await codeOf(adapter.setStatus(ALL, 'gone'))).to.equal('status-deleted');
    expect(await dump(name)).to.deep.equal(raw);
  });

  it('an invalid id among them is rejected by itself, and the others are stored', async () => {
    const given = [{ conversationId: '..' }, ...ALL, { conversationId: '' }];
    const results = await adapter.setStatus(given, 'to');
    expect(results.map(({ ok }) => ok)).to.deep.equal([false, ...ALL.map(() => true), false]);
    expect(results.slice(1, -1).map(({ conversationId }) => conversationId)).to.deep.equal(
      ALL.map(({ conversationId }) => conversationId),
    );
  });

  it('some hundreds are written in one transaction', async () => {
    let begun = 0;
    await replacing(
      IDBDatabase.prototype,
      'transaction',
      (real) =>
        function (this: IDBDatabase, ...args: Parameters<IDBDatabase['transaction']>) {
          if (args[1] === 'readwrite') begun++;
          return real.apply(this, args);
        },
      async () => {
        await keep(openAdapter(name)).setStatus(ALL.slice(0, 400), 'to');
      },
    );
    expect(begun).to.equal(1);
  });
});
