/** Cases about `forget`. */
import type { Change } from '../../model/changes.js';
import type { Id } from '../../model/id.js';
import {
  addConversations,
  allOf,
  changesNothing,
  countsOf,
  createStatuses,
  entriesOf,
  pagesOf,
  remove,
  setStatusOf,
  statusOf,
  statusesOf,
} from '../actions.js';
import type { Topic } from '../case-context.js';
import { equal, holds, rejects } from '../check.js';
import { ChangeRecorder, ofEntry } from '../change-recorder.js';

const ALL = { op: 'any-of', statusIds: [] } as const;
const NOTHING = 'Nothing of what is forgotten may remain.';

const isAbout =
  (id: Id) =>
  (change: Change): boolean =>
    change.kind === 'entry' && (change.entry.conversationId === id || change.entry.contactId === id);

/** The entry of a conversation is gone, or as if it had never had one. */
async function isGone(adapter: Parameters<typeof entriesOf>[0], id: Id): Promise<boolean> {
  const entry = (await adapter.getEntries([id])).get(id);
  return !entry || (entry.version === 0 && entry.statusId === null && entry.contactId === null);
}

async function requireGone(adapter: Parameters<typeof entriesOf>[0], ...ids: Id[]): Promise<void> {
  for (const id of ids) holds(await isGone(adapter, id), NOTHING, await entriesOf(adapter, id));
}

export const forgettingTopic: Topic = (it) => {
  it('a conversation is gone, and no other', ['forget'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await setStatusOf(adapter, 'b', 'c1');
    await adapter.forget({ conversationIds: ['c1'] });
    await requireGone(adapter, 'c1');
    equal(await statusOf(adapter, 'c2'), 'a', 'forget must leave other conversations alone.');
  });

  it('counts and finds leave it out', ['forget', 'count', 'find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await addConversations(adapter, 'c3', 'c4');
    await adapter.forget({ conversationIds: ['c1', 'c3'] });
    equal(await countsOf(adapter, { of: 'conversation' }), { none: 1, byStatus: [['a', 1]] }, NOTHING);
    equal((await allOf(adapter, { of: 'conversation', filter: ALL })).sort(), ['c2', 'c4'], NOTHING);
  });

  it('its history is gone', ['forget', 'history'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    for (const to of ['a', 'b', null]) await setStatusOf(adapter, to, 'c1');
    await adapter.forget({ conversationIds: ['c1'] });
    equal(await adapter.history('c1'), [], NOTHING);
    await setStatusOf(adapter, 'b', 'c1');
    const steps = (await adapter.history('c1')).map(({ from, to }) => [from, to]);
    equal(steps.slice(0, -1), [], 'A later pick must begin a new history.');
    equal(steps.at(-1) ?? [null, 'b'], [null, 'b'], 'A later pick must begin a new history, from no status.');
  });

  it('a later pick begins anew, with a higher version', ['forget'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    const [before] = await setStatusOf(adapter, 'b', 'c1');
    await adapter.forget({ conversationIds: ['c1'] });
    const [result] = await adapter.setStatus([{ conversationId: 'c1' }], 'a', { ifVersion: 0 });
    holds(result?.ok === true, 'ifVersion 0 means: never had a status. That is so after forget.', result);
    const { version, contactId, statusId } = result.entry;
    equal([contactId, statusId], [null, 'a'], NOTHING);
    holds(version > before.version, 'Clients ignore a version that is not higher than the one they hold.', result);
  });

  it('a contact is gone with its conversations', ['forget', 'getContacts', 'count'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c3', contactId: 'p2' },
    );
    await setStatusOf(adapter, 'b', { conversationId: 'c2', contactId: 'p1' }, 'c4');
    await adapter.forget({ contactIds: ['p1'] });
    await requireGone(adapter, 'c1', 'c2');
    equal((await adapter.getContacts(['p1'])).get('p1')?.statusIds ?? [], [], NOTHING);
    equal((await adapter.getContacts(['p2'])).get('p2')?.latest, 'a', 'forget must leave other contacts alone.');
    equal(await statusesOf(adapter, 'c3', 'c4'), ['a', 'b'], 'forget must leave other conversations alone.');
    const expected = [
      { none: 0, byStatus: [['a', 1]] },
      { none: 0, byStatus: [['a', 1]] },
    ];
    const counts = [
      await countsOf(adapter, { of: 'contact', contactMatch: 'any' }),
      await countsOf(adapter, { of: 'contact', contactMatch: 'latest' }),
    ];
    equal(counts, expected, NOTHING);
  });

  it('a contact follows when one of its conversations is gone', ['forget', 'getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await addConversations(
      adapter,
      { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
      { conversationId: 'c2', contactId: 'p1', activityAt: 200 },
    );
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    await adapter.forget({ conversationIds: ['c2'] });
    const contact = (await adapter.getContacts(['p1'])).get('p1');
    equal(
      [contact?.statusIds, contact?.latest],
      [['a'], 'a'],
      'A contact has the statuses of the conversations it has.',
    );
    await adapter.forget({ conversationIds: ['c1'] });
    equal((await adapter.getContacts(['p1'])).get('p1')?.statusIds ?? [], [], NOTHING);
  });

  it('several of both kinds at once', ['forget'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const all = Array.from({ length: 450 }, (_, n) => ({ conversationId: `c${n}`, contactId: `p${n % 300}` }));
    await setStatusOf(adapter, 'a', ...all);
    const conversationIds = all.slice(1).map((each) => each.conversationId);
    await adapter.forget({ conversationIds, contactIds: ['p0', 'p299', 'nobody'] });
    const left = await adapter.getEntries(all.map((each) => each.conversationId));
    equal(
      [...left.values()].filter(({ version }) => version > 0),
      [],
      NOTHING,
    );
  });

  it('subscribers are told', ['forget', 'subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    const recorder = await ChangeRecorder.open(context, adapter);
    const rule = 'Subscribers must be told, by a reset, that what they show may be gone.';
    await recorder.receivesAfter(() => adapter.forget({ conversationIds: ['c1'] }), ofEntry('c1', null), rule);
    await recorder.receivesAfter(
      () => setStatusOf(adapter, 'a', 'c1'),
      ofEntry('c1', 'a'),
      'A later pick must arrive.',
    );
  });

  it('changes from before do not tell of it', ['forget', 'subscribe'], async (context) => {
    const { adapter } = context;
    await createStatuses(adapter, 'A', 'B');
    const { seq } = await adapter.listStatuses();
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p2' },
    );
    await adapter.forget({ conversationIds: ['c1'], contactIds: ['p2'] });
    const recorder = new ChangeRecorder(context, adapter, seq);
    await recorder.receivesAfter(() => setStatusOf(adapter, 'a', 'c3'), ofEntry('c3', 'a'), 'Changes must arrive.');
    await recorder.receivesAfter(() => setStatusOf(adapter, 'b', 'c3'), ofEntry('c3', 'b'), 'Changes must arrive.');
    equal(
      recorder.received.filter((change) => ['c1', 'p2'].some((id) => isAbout(id)(change))),
      [],
      NOTHING,
    );
  });

  it(
    'a contact that its conversations have left is gone from the changes',
    ['forget', 'subscribe', 'putConversations'],
    async (context) => {
      const { adapter } = context;
      await createStatuses(adapter, 'A', 'B');
      const { seq } = await adapter.listStatuses();
      await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
      await adapter.putConversations([{ conversationId: 'c1', contactId: 'p2' }]);
      await adapter.forget({ contactIds: ['p1'] });
      equal(await statusOf(adapter, 'c1'), 'a', 'A conversation that is with another contact must stay.');
      const recorder = new ChangeRecorder(context, adapter, seq);
      await recorder.receivesAfter(() => setStatusOf(adapter, 'b', 'c1'), ofEntry('c1', 'b'), 'Changes must arrive.');
      equal(recorder.received.filter(isAbout('p1')), [], NOTHING);
    },
  );

  it('a repeated write does not bring back the earlier record', ['forget'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const pick = () => adapter.setStatus([{ conversationId: 'c1', contactId: 'p1' }], 'a', { opId: 'op-1' });
    const [before] = await pick();
    await setStatusOf(adapter, 'b', 'c1');
    await adapter.forget({ conversationIds: ['c1'] });
    const results = await pick().catch(() => []);
    const isOld = results.some((result) => result.ok && before!.ok && result.entry.version <= before!.entry.version);
    holds(!isOld, 'The result that is kept for repeated calls must be forgotten too.', results);
    const steps = (await adapter.history?.('c1')) ?? [];
    holds(steps.length <= 1, NOTHING, steps);
  });

  it('a status with the same id stays, and what is known of repeated writes to it', ['forget'], async ({ adapter }) => {
    const create = () => adapter.createStatus({ id: 'same', name: 'Same', color: '#2775f8' }, { opId: 'op-1' });
    const status = await create();
    await setStatusOf(adapter, 'same', { conversationId: 'same', contactId: 'same' }, 'c2');
    await adapter.forget({ conversationIds: ['same'], contactIds: ['same'] });
    await requireGone(adapter, 'same');
    equal(await statusOf(adapter, 'c2'), 'same', 'forget is about conversations and contacts, not about statuses.');
    equal((await create()).id, status.id, 'forget is about conversations and contacts, not about statuses.');
  });

  it('restoring a status does not bring it back', ['forget', 'restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    await remove(adapter, 'a', 'b');
    await adapter.forget({ conversationIds: ['c1'] });
    const { restored } = await adapter.restoreStatus('a');
    equal(restored, 1, 'restoreStatus must count the conversations that are there.');
    await requireGone(adapter, 'c1');
  });

  it('a page that ended with it continues', ['forget', 'find'], async ({ adapter }) => {
    await addConversations(adapter, ...[1, 2, 3, 4].map((n) => ({ conversationId: `c${n}`, activityAt: 10 - n })));
    const order = await allOf(adapter, { of: 'conversation', filter: ALL });
    const pages = await pagesOf(adapter, { of: 'conversation', filter: ALL, pageSize: 2 }, async (page) => {
      if (page === 1) await adapter.forget({ conversationIds: [order[1]!, order[2]!] });
    });
    const rest = pages.slice(1).flat();
    equal(
      rest.filter((id) => id !== order[2]),
      [order[3]],
      'Pages must neither skip nor repeat what is still there.',
    );
  });

  it('can be repeated, also for what was never known', ['forget'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1', 'c2');
    const forget = () => adapter.forget({ conversationIds: ['c1', 'c9', 'c1'], contactIds: ['p9'] }, { opId: 'op-1' });
    await forget();
    await forget();
    await adapter.forget({ conversationIds: ['c1'] });
    await adapter.forget({ conversationIds: [], contactIds: [] });
    await adapter.forget({});
    await requireGone(adapter, 'c1');
    equal(await statusOf(adapter, 'c2'), 'a', 'forget must leave other conversations alone.');
  });

  const invalid: Record<string, unknown> = {
    'an empty id of a conversation': { conversationIds: ['c1', ''] },
    'two dots as the id of a conversation': { conversationIds: ['c1', '..'] },
    'an id of a conversation with a line break': { conversationIds: ['c1', 'a\nb'] },
    'an id of a contact that is too long': { conversationIds: ['c1'], contactIds: ['p'.repeat(257)] },
    'an id of a contact that is null': { conversationIds: ['c1'], contactIds: ['p1', null] },
    'an id instead of a list': { conversationIds: ['c1'], contactIds: 'p1' },
    'a mistyped field': { conversationIds: ['c1'], contacts: ['p1'] },
  };
  for (const [what, query] of Object.entries(invalid)) {
    it(`${what} is invalid, and nothing is forgotten`, ['forget'], async ({ adapter }) => {
      await createStatuses(adapter, 'A');
      await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
      const rule = 'forget with something invalid must reject, and forget nothing.';
      const forget = () => rejects(adapter.forget(query as object), 'invalid', rule);
      await changesNothing(adapter, ['c1'], forget, rule);
    });
  }
};

export const forgettingPeersTopic: Topic = (it) => {
  it('another client reads nothing of it', ['forget'], async ({ adapter, peer, until }) => {
    const other = await peer();
    await createStatuses(adapter, 'A');
    await setStatusOf(other, 'a', 'c1', 'c2');
    await until(async () => (await statusOf(adapter, 'c1')) === 'a', 'A client must read what another one set.');
    await adapter.forget({ conversationIds: ['c1'] });
    await until(
      () => isGone(other, 'c1'),
      NOTHING,
      () => entriesOf(other, 'c1'),
    );
    equal((await other.history?.('c1')) ?? [], [], NOTHING);
    equal(await statusOf(other, 'c2'), 'a', 'forget must leave other conversations alone.');
  });

  it('another client is told, and receives later picks', ['forget', 'subscribe'], async (context) => {
    const { adapter } = context;
    const other = await context.peer();
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', 'c1');
    const recorder = await ChangeRecorder.open(context, other);
    const rule = 'Another client must be told, by a reset, that what it shows may be gone.';
    await recorder.receivesAfter(() => adapter.forget({ conversationIds: ['c1'] }), ofEntry('c1', null), rule);
    const later = 'Another client must receive a pick that comes after it.';
    await recorder.receivesAfter(() => setStatusOf(adapter, 'a', 'c1'), ofEntry('c1', 'a'), later);
  });

  it('one forgets while the other writes', ['forget'], async ({ adapter, peer }) => {
    const other = await peer();
    await createStatuses(adapter, 'A', 'B');
    for (let n = 0; n < 5; n++) {
      await Promise.all([
        setStatusOf(other, 'a', { conversationId: 'c1', contactId: 'p1' }),
        adapter.forget({ contactIds: ['p1'] }),
        setStatusOf(other, 'b', { conversationId: 'c2', contactId: 'p2' }),
      ]);
      equal(await statusesOf(adapter, 'c1', 'c2'), await statusesOf(other, 'c1', 'c2'), 'Both must read the same.');
      equal(await statusOf(adapter, 'c2'), 'b', 'forget must leave other conversations alone.');
    }
  });
};

export const forgettingReopeningTopic: Topic = (it) => {
  it('it stays forgotten', ['forget'], async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' }, 'c2');
    await setStatusOf(adapter, 'b', 'c1');
    const [before] = await setStatusOf(adapter, 'a', 'c1');
    await adapter.forget({ contactIds: ['p1'] });
    const again = await reopen(adapter);
    await requireGone(again, 'c1');
    equal((await again.history?.('c1')) ?? [], [], NOTHING);
    const [after] = await setStatusOf(again, 'a', 'c1');
    holds(after.version > before.version, 'Versions must not begin again after a restart.', { before, after });
  });
};
