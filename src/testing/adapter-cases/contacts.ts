/** Cases about `getContacts`. */
import type { ContactSummary } from '../../model/contact.js';
import { setStatusOf, createStatuses, remove, addConversations } from '../actions.js';
import type { Topic, With } from '../case-context.js';
import { equal, sameMembers } from '../check.js';

/** A contact without a known conversation is missing from the map, or has no statuses. */
async function contactOf(adapter: With<'getContacts'>, id: string): Promise<ContactSummary> {
  return (await adapter.getContacts([id])).get(id) ?? { statusIds: [], latest: null };
}

export const contactsTopic: Topic = (it) => {
  it('an unknown contact is missing', ['getContacts'], async ({ adapter }) => {
    const { statusIds, latest } = await contactOf(adapter, 'p1');
    equal([statusIds, latest], [[], null], 'An unknown contact is missing from the map, or has no statuses.');
    equal((await adapter.getContacts([])).size, 0, 'getContacts of nothing must resolve to an empty map.');
  });

  it('a contact has the distinct statuses of its conversations', ['getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p1' },
    );
    await setStatusOf(
      adapter,
      'b',
      { conversationId: 'c3', contactId: 'p1' },
      { conversationId: 'c4', contactId: 'p2' },
    );
    const contacts = await adapter.getContacts(['p1', 'p2']);
    sameMembers(
      contacts.get('p1')?.statusIds ?? [],
      ['a', 'b'],
      'getContacts must return each status of a contact once.',
    );
    sameMembers(
      contacts.get('p2')?.statusIds ?? [],
      ['b'],
      'getContacts must return the statuses of its own conversations only.',
    );
  });

  it('a conversation without a status counts as null', ['getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await addConversations(
      adapter,
      { conversationId: 'c2', contactId: 'p1' },
      { conversationId: 'c3', contactId: 'p2' },
    );
    sameMembers(
      (await contactOf(adapter, 'p1')).statusIds,
      ['a', null],
      'null stands for a conversation without a status.',
    );
    const second = await contactOf(adapter, 'p2');
    equal(
      [second.statusIds, second.latest],
      [[null], null],
      'A contact whose conversations have no status has [null].',
    );
  });

  it('only requested ids are returned', ['getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c2', contactId: 'p2' },
    );
    equal(
      [...(await adapter.getContacts(['p2', 'p2'])).keys()],
      ['p2'],
      'getContacts must resolve to the requested contacts, each once.',
    );
  });

  it('hundreds of contacts in one call', ['getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A');
    const ids = Array.from({ length: 250 }, (_, n) => `p${n}`);
    await setStatusOf(adapter, 'a', ...ids.map((contactId, n) => ({ conversationId: `c${n}`, contactId })));
    const contacts = await adapter.getContacts(ids);
    equal(
      ids.filter((id) => contacts.get(id)?.latest !== 'a'),
      [],
      'getContacts must take any number of contacts.',
    );
  });

  it(
    'the latest is the most recently active conversation',
    ['getContacts', 'putConversations'],
    async ({ adapter }) => {
      await createStatuses(adapter, 'A', 'B', 'C');
      await adapter.putConversations([
        { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
        { conversationId: 'c2', contactId: 'p1', activityAt: 300 },
        { conversationId: 'c3', contactId: 'p1', activityAt: 200 },
      ]);
      // In this order, so that neither the last write nor the first conversation gives the right result.
      await setStatusOf(adapter, 'b', 'c2');
      await setStatusOf(adapter, 'c', 'c3');
      await setStatusOf(adapter, 'a', 'c1');
      equal(
        (await contactOf(adapter, 'p1')).latest,
        'b',
        'latest must be the status of the conversation with the newest activity.',
      );
    },
  );

  it('new activity makes another conversation the latest', ['getContacts', 'putConversations'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await adapter.putConversations([
      { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
      { conversationId: 'c2', contactId: 'p1', activityAt: 200 },
    ]);
    await setStatusOf(adapter, 'a', 'c1');
    await setStatusOf(adapter, 'b', 'c2');
    await adapter.putConversations([{ conversationId: 'c1', activityAt: 300 }]);
    equal((await contactOf(adapter, 'p1')).latest, 'a', 'latest must follow the activity.');
  });

  it(
    'the latest has no status when its conversation has none',
    ['getContacts', 'putConversations'],
    async ({ adapter }) => {
      await createStatuses(adapter, 'A');
      await adapter.putConversations([
        { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
        { conversationId: 'c2', contactId: 'p1', activityAt: 200 },
      ]);
      await setStatusOf(adapter, 'a', 'c1');
      const { statusIds, latest } = await contactOf(adapter, 'p1');
      equal(latest, null, 'latest must be null when the most recently active conversation has no status.');
      sameMembers(statusIds, ['a', null], 'The other conversations still count among statusIds.');
    },
  );

  it('a contact follows its conversations', ['getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await setStatusOf(adapter, 'b', 'c1');
    const { statusIds, latest } = await contactOf(adapter, 'p1');
    equal([statusIds, latest], [['b'], 'b'], 'A contact must have the statuses that its conversations have now.');
  });

  it('contacts follow a delete', ['getContacts'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(
      adapter,
      'a',
      { conversationId: 'c1', contactId: 'p1' },
      { conversationId: 'c3', contactId: 'p2' },
    );
    await setStatusOf(adapter, 'b', { conversationId: 'c2', contactId: 'p1' });
    await remove(adapter, 'a', 'b');
    const first = await contactOf(adapter, 'p1');
    equal(
      [first.statusIds, first.latest],
      [['b'], 'b'],
      'A contact must not keep a deleted status, nor have its replacement twice.',
    );
    await remove(adapter, 'b', null);
    equal((await contactOf(adapter, 'p2')).statusIds, [null], 'A contact whose conversations were cleared has [null].');
  });

  it('contacts follow a restore', ['getContacts', 'restoreStatus'], async ({ adapter }) => {
    await createStatuses(adapter, 'A', 'B');
    await setStatusOf(adapter, 'a', { conversationId: 'c1', contactId: 'p1' });
    await remove(adapter, 'a', 'b');
    await adapter.restoreStatus('a');
    const { statusIds, latest } = await contactOf(adapter, 'p1');
    equal([statusIds, latest], [['a'], 'a'], 'A contact must follow a restore.');
  });
};
