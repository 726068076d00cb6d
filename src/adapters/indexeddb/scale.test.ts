/** Tests many conversations and contacts. */
import { expect } from '@open-wc/testing';
import type { ConversationRef } from '../../model/entry.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { IndexedDBAdapter } from './adapter.js';
import { cleanUp, freshName, inspect, openAdapter, replacing } from './test-helpers.js';

const MANY = 20_000;
const NONE: Filter = { op: 'any-of', statusIds: [null] };

async function createStatuses(adapter: IndexedDBAdapter, ids: readonly Id[]): Promise<void> {
  for (const id of ids) await adapter.createStatus({ id, name: id, color: '#112233' });
}

/** The stores that `work` writes to, one name for each request. */
async function writesOf(work: () => Promise<void>): Promise<string[]> {
  const written: string[] = [];
  const put = (real: IDBObjectStore['put']): IDBObjectStore['put'] =>
    function (this: IDBObjectStore, ...args) {
      written.push(this.name);
      return real.apply(this, args);
    };
  await replacing(IDBObjectStore.prototype, 'put', put, work);
  return written;
}

describe('IndexedDBAdapter: many conversations', () => {
  afterEach(cleanUp);

  it(`deleting a status that ${MANY} conversations have touches none of them, and its restore brings all back`, async function () {
    this.timeout(120_000);
    const database = freshName();
    const adapter = openAdapter(database);
    await createStatuses(adapter, ['a', 'b']);
    const refs = Array.from({ length: MANY }, (_, i) => ({
      conversationId: `c${i}`,
      contactId: `p${i % 5000}`,
      activityAt: i,
    }));
    await adapter.setStatus(refs, 'a');
    const before = await inspect(database, (db) => db.getAll('conversations'));
    const { items } = await adapter.listStatuses();

    const start = performance.now();
    const written = await writesOf(async () => {
      expect(await adapter.deleteStatus('a', { ifVersion: items[0]!.version, moveTo: 'b' })).to.deep.equal({
        moved: MANY,
      });
    });
    expect(written.sort()).to.deep.equal(['deletedStatuses', 'log', 'log', 'meta']);
    expect((await adapter.count({ of: 'conversation' })).byStatus).to.deep.equal(new Map([['b', MANY]]));
    expect((await adapter.count({ of: 'contact' })).byStatus).to.deep.equal(new Map([['b', 5000]]));
    expect(
      (await adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: ['b'] }, pageSize: 2 })).ids,
    ).to.deep.equal([`c${MANY - 1}`, `c${MANY - 2}`]);
    // Picked again meanwhile: not brought back.
    await adapter.setStatus([{ conversationId: 'c0' }], null);
    const { restored } = await adapter.restoreStatus('a');
    expect(restored).to.equal(MANY - 1);
    expect(performance.now() - start, 'milliseconds').to.be.below(1000);
    expect((await adapter.getEntries(['c0', 'c1'])).get('c0')!.statusId).to.equal(null);
    expect((await adapter.getEntries(['c0', 'c1'])).get('c1')!.statusId).to.equal('a');
    const after = await inspect(database, (db) => db.getAll('conversations'));
    expect(after.filter((row) => row.conversationId !== 'c0')).to.deep.equal(
      before.filter((row) => row.conversationId !== 'c0'),
    );
  });

  it('putting 10,000 known conversations writes nothing', async function () {
    this.timeout(60_000);
    const adapter = openAdapter();
    const refs = Array.from({ length: 10_000 }, (_, i) => ({
      conversationId: `c${i}`,
      contactId: `p${i >> 1}`,
      activityAt: i,
    }));
    await adapter.putConversations(refs);
    expect(await writesOf(() => adapter.putConversations([...refs].reverse()))).to.deep.equal([]);
    expect((await adapter.count({ of: 'contact', contactMatch: 'latest' })).none).to.equal(5000);
  });

  it('looking up a thousand of many finds those that exist, in the requested order, and no others', async function () {
    this.timeout(60_000);
    const adapter = openAdapter();
    const known = (i: number): boolean => i % 3 !== 0 || i > 6000;
    const all = Array.from({ length: 9000 }, (_, i) => ({ conversationId: `c${i}`, contactId: `p${i}` }));
    await adapter.putConversations(all.filter((_, i) => known(i)));
    for (const step of [1, 2, 7]) {
      const asked = Array.from({ length: 1200 }, (_, i) => 8999 - i * step);
      const wanted = asked.filter(known);
      expect([...(await adapter.getEntries(asked.map((i) => `c${i}`))).keys()]).to.deep.equal(
        wanted.map((i) => `c${i}`),
      );
      expect([...(await adapter.getContacts(asked.map((i) => `p${i}`))).keys()]).to.have.members(
        wanted.map((i) => `p${i}`),
      );
    }
  });

  it('one list may have a conversation twice, and all conversations of a contact', async () => {
    const adapter = openAdapter();
    await createStatuses(adapter, ['a']);
    const refs: ConversationRef[] = [
      { conversationId: 'c1', contactId: 'p1', activityAt: 5 },
      { conversationId: 'c2', contactId: 'p1', activityAt: 9 },
      { conversationId: 'c1', contactId: 'p2', activityAt: 7 },
    ];
    await adapter.putConversations(refs);
    const results = await adapter.setStatus(refs, 'a');
    expect(results.map((result) => result.ok && result.entry.contactId)).to.deep.equal(['p2', 'p1', 'p2']);
    const contacts = await adapter.getContacts(['p1', 'p2']);
    expect([...contacts].map(([id, { statusIds }]) => [id, statusIds])).to.deep.equal([
      ['p1', ['a']],
      ['p2', ['a']],
    ]);
    expect((await adapter.count({ of: 'contact' })).byStatus.get('a')).to.equal(2);
  });

  it('pages of contacts with more status sets than are merged are correct, also far from the top', async function () {
    this.timeout(60_000);
    const adapter = openAdapter();
    const ids = Array.from({ length: 26 }, (_, i) => `s${i}`);
    await createStatuses(adapter, ids);
    // Every pair of statuses is some contact's; between the first few and the others stand contacts without any.
    const activityOf = (p: number): number => (p > 310 ? 3e6 + p : p);
    const pairs = ids.flatMap((a, i) => ids.slice(i + 1).map((b) => [a, b] as const));
    const idle = Array.from({ length: 21_500 }, (_, i) => ({
      conversationId: `i${i}`,
      contactId: `idle${i}`,
      activityAt: 1e6 + i,
    }));
    for (let i = 0; i < idle.length; i += 10_750) await adapter.putConversations(idle.slice(i, i + 10_750));
    for (const id of ids) {
      const having = pairs.flatMap((pair, p) =>
        pair.includes(id)
          ? [{ conversationId: `c${p}-${pair.indexOf(id)}`, contactId: `p${p}`, activityAt: activityOf(p) }]
          : [],
      );
      await adapter.setStatus(having, id);
    }
    const filter: Filter = { op: 'none-of', statusIds: [null, 's0'] };
    const wanted = pairs.flatMap((pair, p) => (pair.includes('s0') ? [] : [`p${p}`])).reverse();
    expect(pairs.length).to.equal(325);
    const found: Id[] = [];
    for (let pageToken: string | undefined; ;) {
      const page = await adapter.find({ of: 'contact', filter, pageSize: 70, ...(pageToken ? { pageToken } : {}) });
      found.push(...page.ids);
      if (!(pageToken = page.nextPageToken)) break;
    }
    expect(found).to.deep.equal(wanted);
    const top = await adapter.find({ of: 'contact', filter: { op: 'none-of', statusIds: ['s0'] }, pageSize: 3 });
    expect(top.ids).to.deep.equal(['p324', 'p323', 'p322']);
  });

  it('a walk through the pages skips and repeats nothing while other conversations change', async function () {
    this.timeout(120_000);
    const adapter = openAdapter();
    await createStatuses(adapter, ['a', 'b']);
    const still = Array.from({ length: 120 }, (_, i) => ({ conversationId: `still${i}`, activityAt: (i % 10) * 100 }));
    const busy = Array.from({ length: 60 }, (_, i) => ({ conversationId: `busy${i}`, activityAt: (i % 10) * 100 }));
    await adapter.putConversations([...still, ...busy]);
    const found: Id[] = [];
    for (let pageToken: string | undefined, page = 0; ; page++) {
      const { ids, nextPageToken } = await adapter.find({
        of: 'conversation',
        filter: page % 2 ? NONE : { op: 'none-of', statusIds: ['a', 'b'] },
        pageSize: 7,
        ...(pageToken ? { pageToken } : {}),
      });
      found.push(...ids);
      if (!(pageToken = nextPageToken)) break;
      await adapter.setStatus(busy.slice(page, page + 3), page % 2 ? 'a' : 'b');
      await adapter.putConversations(busy.slice(-page - 1).map((ref) => ({ ...ref, activityAt: 2000 + page })));
      await adapter.putConversations([{ conversationId: `new${page}`, activityAt: page * 50 }]);
    }
    const seen = found.filter((id) => id.startsWith('still'));
    expect(new Set(seen).size).to.equal(seen.length);
    expect(seen).to.have.members(still.map((ref) => ref.conversationId));
  });
});
