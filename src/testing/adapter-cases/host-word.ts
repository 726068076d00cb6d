/** Cases about what the host says of conversations, which is final, and what pages add to it. */
import type { Id } from '../../model/id.js';
import { addConversations, allOf, countsOf, createStatuses, entryOf, setStatusOf } from '../actions.js';
import type { Topic, With } from '../case-context.js';
import { equal, holds } from '../check.js';
import { ChangeRecorder } from '../change-recorder.js';

const FINAL = 'The word of the host is final: a page that passes another contact may be older than it.';
const ALL = { op: 'any-of', statusIds: [] } as const;

async function statusIdsOf(adapter: With<'getContacts'>, contactId: Id): Promise<readonly (Id | null)[]> {
  return (await adapter.getContacts([contactId])).get(contactId)?.statusIds ?? [];
}

export const hostWordTopic: Topic = (it) => {
  it('a page fills in a contact that is not known', async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const [before] = await setStatusOf(adapter, 'a', 'c1');
    const [after] = await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    equal((await entryOf(adapter, 'c1')).contactId, 'p1', 'A contact must be stored also where the status stays.');
    holds(after.version > before.version, 'The version must grow with every change.', { before, after });
  });

  it('a page does not move a conversation to another contact', async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    const [entry] = await setStatusOf(adapter, 'b', { conversationId: 'c1', contactId: 'p2' });
    equal([entry.contactId, entry.statusId], ['p1', 'b'], 'setStatus only fills in a contact that is not known.');
    equal((await entryOf(adapter, 'c1')).contactId, 'p1', 'setStatus only fills in a contact that is not known.');
  });

  it('a merge of contacts is not undone by an old page', ['putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await adapter.putConversations([{ conversationId: 'c1', contactId: 'p1' }]);
    await adapter.putConversations([{ conversationId: 'c1', contactId: 'p2' }]);
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    equal((await entryOf(adapter, 'c1')).contactId, 'p2', FINAL);
  });

  it('contacts follow a merge', ['putConversations', 'getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await adapter.putConversations([{ conversationId: 'c1', contactId: 'p2' }]);
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    equal(await statusIdsOf(adapter, 'p1'), [], 'A conversation belongs to one contact.');
    equal(
      await statusIdsOf(adapter, 'p2'),
      ['a'],
      'A conversation must belong to the contact that the host said last.',
    );
  });

  it('the host takes the contact off', ['putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    const [before] = await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await adapter.putConversations([{ conversationId: 'c1', contactId: null }]);
    const after = await entryOf(adapter, 'c1');
    equal(
      [after.contactId, after.statusId],
      [null, 'a'],
      'putConversations with `contactId: null` takes the contact off.',
    );
    holds(after.version > before.version, 'The version must grow with every change.', { before, after });
    await setStatusOf(adapter, 'b', { conversationId: 'c1', contactId: 'p1' });
    await adapter.putConversations([{ conversationId: 'c1' }]);
    await setStatusOf(adapter, 'b', { conversationId: 'c1', contactId: 'p3' });
    equal((await entryOf(adapter, 'c1')).contactId, null, FINAL);
    await adapter.putConversations([{ conversationId: 'c1', contactId: 'p2' }]);
    equal((await entryOf(adapter, 'c1')).contactId, 'p2', 'The host can give the conversation a contact again.');
  });

  it('the host says at once that there is no contact', ['putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await adapter.putConversations([{ conversationId: 'c1', contactId: null }, { conversationId: 'c2' }]);
    for (const conversationId of ['c1', 'c2']) await setStatusOf(adapter, 'a', { conversationId, contactId: 'p1' });
    equal((await entryOf(adapter, 'c1')).contactId, null, FINAL);
    equal((await entryOf(adapter, 'c2')).contactId, 'p1', 'Nothing said about the contact is not a word of the host.');
  });

  it('contacts and counts follow', ['putConversations', 'getContacts', 'count', 'find'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await setStatusOf(adapter, 'b', { conversationId: 'c2', contactId: 'p1' });
    await setStatusOf(adapter, 'b', { conversationId: 'c3', contactId: 'p2' });
    await adapter.putConversations([
      { conversationId: 'c1', contactId: null },
      { conversationId: 'c3', contactId: 'p1' },
    ]);
    equal(await statusIdsOf(adapter, 'p1'), ['b'], 'A contact has the statuses of its conversations, once.');
    equal(await statusIdsOf(adapter, 'p2'), [], 'A contact without a conversation has no statuses.');
    for (const contactMatch of ['any', 'latest'] as const) {
      const { none, byStatus } = await countsOf(adapter, { of: 'contact', contactMatch });
      equal([none, byStatus], [0, [['b', 1]]], `Counts of contacts (${contactMatch}) must follow the host.`);
    }
    equal(await allOf(adapter, { of: 'contact', filter: ALL }), ['p1'], 'find must follow the host.');
  });

  it('earlier activity is taken', ['putConversations', 'find'], async ({ adapter }) => {
    const put = (conversationId: Id, activityAt: number) =>
      adapter.putConversations([{ conversationId, contactId: `of-${conversationId}`, activityAt }]);
    await put('c1', 9e12);
    await put('c2', 200);
    await put('c1', 100);
    await adapter.putConversations([{ conversationId: 'c1' }]);
    const rule = 'putConversations with an earlier activityAt corrects a wrong one.';
    equal(await allOf(adapter, { of: 'conversation', filter: ALL }), ['c2', 'c1'], rule);
    equal(await allOf(adapter, { of: 'contact', filter: ALL }), ['of-c2', 'of-c1'], rule);
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', activityAt: 9e12 });
    equal(await allOf(adapter, { of: 'conversation', filter: ALL }), ['c2', 'c1'], 'A page must not undo that.');
  });

  it(
    'earlier activity makes another conversation the latest',
    ['putConversations', 'getContacts', 'count', 'find'],
    async ({ adapter }) => {
      await createStatuses(adapter, 'A', 'B', 'C');
      await adapter.putConversations([
        { conversationId: 'c1', contactId: 'p1', activityAt: 9e12 },
        { conversationId: 'c2', contactId: 'p1', activityAt: 200 },
        { conversationId: 'c3', contactId: 'p1', activityAt: 300 },
      ]);
      await setStatusOf(adapter, 'a', 'c1');
      await setStatusOf(adapter, 'b', 'c2');
      await setStatusOf(adapter, 'c', 'c3');
      const rule = 'The latest conversation of a contact must follow the activity, also where it goes back.';
      const latest = async (): Promise<unknown> => {
        const { byStatus } = await countsOf(adapter, { of: 'contact', contactMatch: 'latest' });
        const filter = { op: 'any-of', statusIds: [byStatus[0]?.[0] ?? null] } as const;
        const found = await allOf(adapter, { of: 'contact', contactMatch: 'latest', filter });
        return [(await adapter.getContacts(['p1'])).get('p1')?.latest, byStatus, found];
      };
      await adapter.putConversations([{ conversationId: 'c1', activityAt: 100 }]);
      equal(await latest(), ['c', [['c', 1]], ['p1']], rule);
      await adapter.putConversations([
        { conversationId: 'c3', activityAt: 150 },
        { conversationId: 'c2', activityAt: 120 },
      ]);
      equal(await latest(), ['c', [['c', 1]], ['p1']], rule);
      await adapter.putConversations([{ conversationId: 'c3', activityAt: 110 }]);
      equal(await latest(), ['b', [['b', 1]], ['p1']], rule);
    },
  );

  it('subscribers are told', ['putConversations', 'subscribe'], async (context) => {
    const { adapter } = context;
    await addConversations(adapter, { conversationId: 'c1', contactId: 'p1', activityAt: 200 });
    const recorder = await ChangeRecorder.open(context, adapter);
    const rule = 'Subscribers must be told what the host says.';
    const say = (ref: { contactId?: Id | null; activityAt?: number }, contactId: Id | null) =>
      recorder.receivesAfter(
        () => adapter.putConversations([{ conversationId: 'c1', ...ref }]),
        (change) =>
          change.kind === 'entry' && change.entry.conversationId === 'c1' && change.entry.contactId === contactId,
        rule,
      );
    await say({ contactId: 'p2' }, 'p2');
    await say({ contactId: null }, null);
    await say({ contactId: 'p1' }, 'p1');
    await say({ activityAt: 100 }, 'p1');
  });
};

export const hostWordPeersTopic: Topic = (it) => {
  it('the page of another user does not undo it', ['putConversations'], async ({ adapter, peer, until }) => {
    const other = await peer();
    await createStatuses(adapter, 'A');
    await setStatusOf(other, 'a', { conversationId: 'c1', contactId: 'p1' }, { conversationId: 'c2', contactId: 'p1' });
    await adapter.putConversations([
      { conversationId: 'c1', contactId: 'p2' },
      { conversationId: 'c2', contactId: null },
    ]);
    const contacts = async (): Promise<unknown> => [
      (await entryOf(other, 'c1')).contactId,
      (await entryOf(other, 'c2')).contactId,
    ];
    await until(async () => (await entryOf(other, 'c1')).contactId === 'p2', 'A second client must read it.', contacts);
    await setStatusOf(
      other,
      null,
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p1' },
    );
    equal(await contacts(), ['p2', null], FINAL);
  });
};

export const hostWordReopeningTopic: Topic = (it) => {
  it('it is kept', ['putConversations'], async ({ adapter, reopen }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p1' },
    );
    await adapter.putConversations([
      { conversationId: 'c1', contactId: 'p2' },
      { conversationId: 'c2', contactId: null },
    ]);
    const again = await reopen(adapter);
    await setStatusOf(
      again,
      null,
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p1' },
    );
    const contacts = [(await entryOf(again, 'c1')).contactId, (await entryOf(again, 'c2')).contactId];
    equal(contacts, ['p2', null], `${FINAL} Also after a restart.`);
  });
};
