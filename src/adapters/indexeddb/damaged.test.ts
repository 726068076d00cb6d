/** Records in the database that are not what was written: damaged, edited by hand, or of other code. */
import { expect } from '@open-wc/testing';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { IndexedDBAdapter } from './adapter.js';
import type { StoreName } from './schema.js';
import { cleanUp, freshName, inspect, listen, openAdapter, until } from './test-helpers.js';

const EVERYTHING = { op: 'any-of', statusIds: [] } as const;
const at = (...statusIds: (Id | null)[]) => ({ op: 'any-of', statusIds }) as const;

let errors: string[];
const { error } = console;

/** A database with two sound statuses, three conversations and two contacts, and the victims that a test damages. */
async function prepare(): Promise<string> {
  const name = freshName();
  const adapter = openAdapter(name);
  for (const id of ['a', 'b', 'victim']) {
    await adapter.createStatus({ id, name: id.toUpperCase(), color: '#112233' });
  }
  await adapter.putConversations([
    { conversationId: 'c1', contactId: 'p1', activityAt: 30 },
    { conversationId: 'c-victim', contactId: 'p-victim', activityAt: 20 },
    { conversationId: 'c2', contactId: 'p1', activityAt: 10 },
  ]);
  await adapter.setStatus([{ conversationId: 'c1' }], 'a');
  await adapter.setStatus([{ conversationId: 'c-victim' }], 'victim');
  await adapter.close();
  return name;
}

type Raw = Record<string, unknown>;

const readRaw = (name: string, store: StoreName, key: IDBValidKey): Promise<unknown> =>
  inspect(name, (database) => database.get(store, key as never));

/** Changes a stored record; `undefined` takes the field away. */
async function damage(name: string, store: StoreName, key: IDBValidKey, change: Raw): Promise<unknown> {
  await inspect(name, async (database) => {
    const row = { ...((await database.get(store, key as never)) as object | undefined), ...change };
    for (const [field, value] of Object.entries(change)) if (value === undefined) delete row[field];
    await database.put(store, row as never);
  });
  return readRaw(name, store, key);
}

/** Every method on what is sound. Fails on anything but the right answers. */
async function useAll(adapter: IndexedDBAdapter): Promise<void> {
  const names = async (): Promise<string[]> => (await adapter.listStatuses()).items.map((status) => status.name);
  expect((await names()).slice(0, 2)).to.deep.equal(['A', 'B']);
  const { version } = (await adapter.listStatuses()).items[0]!;
  const renamed = await adapter.updateStatus('a', { name: 'Anew' }, { ifVersion: version });
  expect(renamed.version).to.be.greaterThan(version);
  await adapter.moveStatus('a', 'b');
  await adapter.moveStatus('a', null);
  const spare = await adapter.createStatus({ id: 'spare', name: 'Spare', color: '#445566', after: null });
  await adapter.setStatus([{ conversationId: 'c2' }], 'spare');
  expect(await adapter.deleteStatus('spare', { ifVersion: spare.version, moveTo: 'b' })).to.deep.equal({ moved: 1 });
  expect((await adapter.getEntries(['c2'])).get('c2')?.statusId).to.equal('b');
  expect((await adapter.restoreStatus('spare')).restored).to.equal(1);
  expect((await names()).slice(0, 3)).to.deep.equal(['Spare', 'Anew', 'B']);
  await adapter.putConversations([{ conversationId: 'c3', contactId: 'p3', activityAt: 5 }, { conversationId: 'c1' }]);
  const [result] = await adapter.setStatus([{ conversationId: 'c3' }], 'a');
  expect(result).to.include({ ok: true });
  const { byStatus } = await adapter.count({ of: 'conversation' });
  expect([byStatus.get('a'), byStatus.get('spare')]).to.deep.equal([2, 1]);
  expect((await adapter.find({ of: 'conversation', filter: at('a', 'spare'), pageSize: 2 })).ids).to.deep.equal([
    'c1',
    'c2',
  ]);
  expect((await adapter.find({ of: 'conversation', filter: EVERYTHING })).ids).to.include.members(['c1', 'c2', 'c3']);
  expect((await adapter.find({ of: 'contact', filter: at('spare') })).ids).to.deep.equal(['p1']);
  expect((await adapter.find({ of: 'contact', filter: at('a'), contactMatch: 'latest' })).ids).to.deep.equal([
    'p1',
    'p3',
  ]);
  expect((await adapter.count({ of: 'contact' })).byStatus.get('a')).to.equal(2);
  expect((await adapter.count({ of: 'contact', contactMatch: 'latest' })).byStatus.get('a')).to.equal(2);
  const { statusIds, latest } = (await adapter.getContacts(['p1'])).get('p1')!;
  expect([[...statusIds].sort(), latest]).to.deep.equal([['a', 'spare'], 'a']);
  expect((await adapter.history('c2')).map(({ from, to }) => [from, to])).to.deep.equal([
    [null, 'spare'],
    ['spare', 'b'],
    ['b', 'spare'],
  ]);
}

/** Whatever comes of a call, it is no raw error. */
async function settles(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (thrown) {
    expect(thrown).to.be.instanceOf(PipelineError);
    expect((thrown as PipelineError).message).not.to.match(/Cannot read|is not a function|undefined/);
  }
}

describe('IndexedDBAdapter: damaged records', () => {
  beforeEach(() => {
    errors = [];
    console.error = (...args: unknown[]) => errors.push(args.join(' '));
  });

  afterEach(async () => {
    console.error = error;
    await cleanUp();
  });

  const statuses: Record<string, Raw> = {
    'a name that is a number': { name: 7 },
    'a name that is an object': { name: { toString: 'Leads' } },
    'a name that is an empty text': { name: '' },
    'a name with a control character': { name: 'a\0b' },
    'no name': { name: undefined },
    'no rank': { rank: undefined },
    'a rank that is a number': { rank: 3 },
    'a color by name': { color: 'blue' },
    'no color': { color: undefined },
    'a version that is NaN': { version: NaN },
    'a version that is a text': { version: '3' },
    'a negative version': { version: -1 },
    'a fractional version': { version: 1.5 },
    'no version': { version: undefined },
    'an heir that is a number': { deleted: true, heir: 5 },
    'an heir that is an object': { deleted: true, heir: {} },
    'deleted that is a text': { deleted: 'yes', heir: 'a' },
    'a time of deletion that is a text': { deleted: true, heir: 'a', deletedAt: 'today' },
    'a moved version that is NaN': { movedVersion: NaN },
  };
  for (const [what, change] of Object.entries(statuses)) {
    it(`a status with ${what} is left alone and reported once; everything else works`, async () => {
      const name = await prepare();
      const before = await damage(name, 'statuses', 'victim', change);
      const adapter = openAdapter(name);
      await useAll(adapter);
      expect((await adapter.listStatuses()).items.map(({ id }) => id)).to.deep.equal(['spare', 'a', 'b']);
      // Its conversations count as those without a status, wherever one looks.
      expect((await adapter.getEntries(['c-victim'])).get('c-victim')?.statusId).to.equal(null);
      expect((await adapter.find({ of: 'conversation', filter: at(null) })).ids).to.deep.equal(['c-victim']);
      expect((await adapter.count({ of: 'conversation' })).none).to.equal(1);
      expect((await adapter.getContacts(['p-victim'])).get('p-victim')?.latest).to.equal(null);
      for (const call of [
        adapter.createStatus({ id: 'victim', name: 'Another', color: '#000000' }),
        adapter.updateStatus('victim', { name: 'Another' }, { ifVersion: 1 }),
        adapter.moveStatus('victim', null),
        adapter.moveStatus('a', 'victim'),
        adapter.deleteStatus('victim', { ifVersion: 1, moveTo: null }),
        adapter.restoreStatus('victim'),
        adapter.setStatus([{ conversationId: 'c1' }], 'victim'),
      ]) {
        await settles(call.then(() => expect.fail('The call was not rejected.')));
      }
      expect(await readRaw(name, 'statuses', 'victim')).to.deep.equal(before);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include('"victim"').and.include(name);
    });
  }

  it('a status under a key that is no text', async () => {
    const name = await prepare();
    const row = { id: 5, name: 'Five', color: '#112233', rank: 'zzz', version: 1 };
    await inspect(name, (database) => database.put('statuses', row as never));
    await useAll(openAdapter(name));
    expect(await readRaw(name, 'statuses', 5)).to.deep.equal(row);
    expect(errors).to.have.length(1);
  });

  it('a record that is repaired by hand is used again', async () => {
    const name = await prepare();
    await damage(name, 'statuses', 'victim', { name: 7 });
    const adapter = openAdapter(name);
    expect((await adapter.getEntries(['c-victim'])).get('c-victim')?.statusId).to.equal(null);
    await damage(name, 'statuses', 'victim', { name: 'Victim' });
    expect((await adapter.getEntries(['c-victim'])).get('c-victim')?.statusId).to.equal('victim');
    expect((await adapter.listStatuses()).items.map((status) => status.name)).to.include('Victim');
  });

  const cycles: Record<string, [Id, Id][]> = {
    'that names itself': [['victim', 'victim']],
    'and another that name each other': [
      ['victim', 'v2'],
      ['v2', 'victim'],
    ],
    'at the head of a long cycle': Array.from({ length: 50 }, (_, i) => [
      i ? `v${i}` : 'victim',
      i === 49 ? 'v20' : `v${i + 1}`,
    ]),
    'whose heir does not exist': [['victim', 'nowhere']],
  };
  for (const [what, heirs] of Object.entries(cycles)) {
    it(`a deleted status ${what}: its conversations have no status, and nothing hangs`, async () => {
      const name = await prepare();
      for (const [id, heir] of heirs) {
        const row = { id, name: id, color: '#112233', rank: id, version: 1, deleted: true, heir, deletedAt: 1 };
        await damage(name, 'statuses', id, row);
      }
      const adapter = openAdapter(name);
      await useAll(adapter);
      expect((await adapter.getEntries(['c-victim'])).get('c-victim')?.statusId).to.equal(null);
      expect((await adapter.find({ of: 'contact', filter: at(null) })).ids).to.deep.equal(['p-victim']);
      await settles(adapter.history('c-victim'));
      expect((await adapter.restoreStatus('victim')).restored).to.equal(1);
      expect((await adapter.getEntries(['c-victim'])).get('c-victim')?.statusId).to.equal('victim');
    });
  }

  const conversations: Record<string, Raw> = {
    'a status that is a number': { statusId: 4 },
    'no status field': { statusId: undefined },
    'a version that is NaN': { version: NaN },
    'no version': { version: undefined },
    'a contact that is an object': { contactId: {} },
    'a contact that is a number': { contactId: 4 },
    'an order that is a text': { order: 'first' },
    'an order that is NaN': { order: NaN },
    'a time that is a text': { changedAt: 'now' },
    'another shape altogether': {
      latest: 'a',
      contactId: undefined,
      statusId: undefined,
      version: undefined,
      order: undefined,
    },
  };
  for (const [what, change] of Object.entries(conversations)) {
    it(`a conversation with ${what} is left alone and reported once; everything else works`, async () => {
      const name = await prepare();
      const before = await damage(name, 'conversations', 'c-victim', change);
      const adapter = openAdapter(name);
      await useAll(adapter);
      expect((await adapter.getEntries(['c-victim', 'c1'])).has('c-victim')).to.equal(false);
      await settles(adapter.history('c-victim'));
      const results = await adapter.setStatus(
        ['c1', 'c-victim', 'c2'].map((conversationId) => ({ conversationId })),
        'b',
      );
      expect(results.map(({ ok }) => ok)).to.deep.equal([true, false, true]);
      expect(results[1]).to.have.nested.include({ 'error.code': 'storage-lost', 'error.retryable': false });
      await adapter.putConversations([{ conversationId: 'c-victim', contactId: 'p9', activityAt: 99 }]);
      expect(await readRaw(name, 'conversations', 'c-victim')).to.deep.equal(before);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include('"c-victim"');
    });
  }

  it('pages of a list with damaged conversations in between neither stop, skip nor repeat', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    const ids = Array.from({ length: 30 }, (_, i) => `c${String(i).padStart(2, '0')}`);
    await adapter.putConversations(ids.map((conversationId, i) => ({ conversationId, activityAt: 100 - i })));
    const isSound = (_: string, i: number): boolean => i % 3 === 0;
    for (const id of ids.filter((id, i) => !isSound(id, i))) {
      await damage(name, 'conversations', id, { version: NaN });
    }
    for (const filter of [EVERYTHING, at(null)]) {
      const found: Id[] = [];
      for (let pageToken: string | undefined, pages = 0; pages < 40; pages++) {
        const page = await adapter.find({ of: 'conversation', filter, pageSize: 4, ...(pageToken && { pageToken }) });
        found.push(...page.ids);
        if (!(pageToken = page.nextPageToken)) break;
      }
      expect(found).to.deep.equal(ids.filter(isSound));
    }
    // Not one line for each of them.
    expect(errors.length).to.be.within(2, 11);
  });

  it('a long list of conversations with a foreign record is read completely', async () => {
    const name = freshName();
    const adapter = openAdapter(name);
    const ids = Array.from({ length: 2500 }, (_, i) => `c${String(i).padStart(4, '0')}`);
    await adapter.putConversations(ids.map((conversationId) => ({ conversationId })));
    await damage(name, 'conversations', 'c0999', { latest: 'a', contactId: 'p', statusId: undefined });
    expect((await adapter.getEntries(ids)).size).to.equal(2499);
  });

  const contacts: Record<string, Raw> = {
    'statuses that are a text': { held: 'a,b' },
    'statuses that count nothing': { held: [['victim', NaN]] },
    'no statuses': { held: undefined },
    'a signature that is a number': { signature: 3 },
    'a latest status that is null': { latest: null },
    'a latest conversation that is a number': { latestId: 3 },
    'no order': { order: undefined },
  };
  for (const [what, change] of Object.entries(contacts)) {
    it(`a contact with ${what} is read from its conversations, and made anew when one of them changes`, async () => {
      const name = await prepare();
      const before = await damage(name, 'contacts', 'p-victim', change);
      const adapter = openAdapter(name);
      await useAll(adapter);
      expect((await adapter.getContacts(['p-victim'])).get('p-victim')).to.deep.equal({
        statusIds: ['victim'],
        latest: 'victim',
      });
      expect(await readRaw(name, 'contacts', 'p-victim')).to.deep.equal(before);
      await adapter.setStatus([{ conversationId: 'c-victim' }], 'b');
      expect((await adapter.find({ of: 'contact', filter: at('b') })).ids).to.deep.equal(['p-victim']);
      for (const contactMatch of ['any', 'latest'] as const) {
        const { byStatus } = await adapter.count({ of: 'contact', contactMatch });
        expect([byStatus.get('a'), byStatus.get('b'), byStatus.get('victim')]).to.deep.equal([2, 1, undefined]);
      }
      expect(errors).to.have.length(1);
      expect(errors[0]).to.include('"p-victim"');
    });
  }

  for (const n of [NaN, '2', -1, 0, undefined, 1.5]) {
    it(`a counter at ${typeof n} ${n}: contacts are counted`, async () => {
      const name = await prepare();
      await damage(name, 'counters', 'l:victim', { n });
      await damage(name, 'counters', 's:victim', { n });
      const adapter = openAdapter(name);
      for (const contactMatch of ['any', 'latest'] as const) {
        expect((await adapter.count({ of: 'contact', contactMatch })).byStatus.get('victim')).to.equal(1);
      }
      await adapter.putConversations([{ conversationId: 'c9', contactId: 'p9' }]);
      await adapter.setStatus([{ conversationId: 'c9' }], 'victim');
      for (const contactMatch of ['any', 'latest'] as const) {
        expect((await adapter.count({ of: 'contact', contactMatch })).byStatus.get('victim')).to.equal(2);
      }
      expect(errors).to.have.length(2);
    });
  }

  const journals: Record<string, Raw> = {
    'a counter that is NaN': { seq: NaN },
    'no counter': { seq: undefined },
    'a counter that is a text': { seq: '7' },
    'a count of each status that is a text': { held: 'a' },
    'a count of each status with NaN': { held: [['a', NaN]] },
    'no count of each status': { held: undefined },
    'a log that begins after its end': { pruned: 1e9 },
    'a length that is negative': { logged: -1 },
  };
  for (const [what, change] of Object.entries(journals)) {
    it(`a journal with ${what} is put together anew; versions go on growing, and the old one is kept`, async () => {
      const name = await prepare();
      const before = (await damage(name, 'meta', 'journal', change)) as Raw;
      const adapter = openAdapter(name);
      const versions = (await adapter.getEntries(['c1', 'c2', 'c-victim'])).values();
      const newest = Math.max(...[...versions].map((entry) => entry.version));
      expect(Number((await adapter.listStatuses()).seq)).to.be.at.least(newest);
      expect((await adapter.count({ of: 'conversation' })).byStatus.get('victim')).to.equal(1);
      await useAll(adapter);
      expect((await adapter.getEntries(['c2'])).get('c2')?.version).to.be.greaterThan(newest);
      expect(await readRaw(name, 'meta', 'journal (unreadable)')).to.deep.equal({
        ...before,
        key: 'journal (unreadable)',
      });
      expect(errors).to.have.length(1);
      await adapter.clear();
      expect(await readRaw(name, 'meta', 'journal (unreadable)')).to.equal(undefined);
    });
  }

  it('a tab that resumes across an unreadable log record receives a reset', async () => {
    const damages: Raw[] = [
      { change: 'x' },
      { change: { kind: 'entry', entry: { conversationId: 'c2', statusId: 5 } } },
      { change: { kind: 'status', status: null } },
      { change: null },
      { opId: {} },
      { by: 'a\0b' },
      { event: 'x' },
    ];
    for (const change of damages) {
      const name = await prepare();
      const adapter = openAdapter(name);
      const { seq } = await adapter.listStatuses();
      await adapter.setStatus([{ conversationId: 'c2' }], 'a');
      const { seq: last } = await adapter.listStatuses();
      await damage(name, 'log', Number(last), change);
      const { received, stop } = await listen(openAdapter(name), seq);
      await until(() => received.length > 0, 'the change');
      expect(received.map(({ kind }) => kind)).to.deep.equal(['reset']);
      // Later changes are delivered as usual.
      await adapter.setStatus([{ conversationId: 'c2' }], 'b');
      await until(() => received.length > 1, 'the next change');
      expect(received[1]).to.have.nested.include({ kind: 'entry', 'entry.statusId': 'b' });
      stop();
    }
  });

  it('a log record under a key that is no number is never read as a change', async () => {
    const name = await prepare();
    const adapter = openAdapter(name);
    await inspect(name, (database) => database.put('log', { seq: 'later', change: { kind: 'reset' } } as never));
    const { seq } = await adapter.listStatuses();
    await adapter.setStatus([{ conversationId: 'c2' }], 'a');
    const { received, stop } = await listen(openAdapter(name), seq);
    await until(() => received.length > 0, 'the change');
    expect(received.map(({ kind }) => kind)).to.deep.equal(['entry']);
    stop();
  });

  it('unreadable events are left out of a history', async () => {
    for (const event of ['x', { kind: 'set', from: 1, to: 'a', at: 5 }, { kind: 'other', at: 5 }, { kind: 'delete' }]) {
      const name = await prepare();
      const adapter = openAdapter(name);
      await adapter.setStatus([{ conversationId: 'c1' }], 'b');
      const { seq } = await adapter.listStatuses();
      await adapter.setStatus([{ conversationId: 'c1' }], 'a');
      await damage(name, 'log', Number(seq), { event });
      const steps = (await adapter.history('c1')).map(({ from, to }) => [from, to]);
      expect(steps).to.deep.equal([[null, 'a']]);
    }
  });

  it('a history ignores a delete whose status cannot be read', async () => {
    const name = await prepare();
    const adapter = openAdapter(name);
    const victim = (await adapter.listStatuses()).items.find(({ id }) => id === 'victim')!;
    await adapter.deleteStatus('victim', { ifVersion: victim.version, moveTo: 'b' });
    await adapter.setStatus([{ conversationId: 'c-victim' }], 'a');
    await damage(name, 'deletedStatuses', 'victim', { name: 7 });
    expect((await adapter.history('c-victim')).at(-1)).to.include({ to: 'a' });
  });
});
