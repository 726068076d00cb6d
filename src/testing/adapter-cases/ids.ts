/** Cases about valid and invalid ids. */
import {
  COLOR,
  changesNothing,
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
import { equal, holds, rejects } from '../check.js';

/** Valid ids that are easily mishandled. */
const GOOD_IDS = [
  '+6281234567890@s.whatsapp.net',
  '120363041234567890@g.us',
  'x'.repeat(256),
  '__proto__',
  'constructor',
  'toString',
  'a b',
  ' padded ',
  'null',
  '0',
  '...',
  '%2F',
  '?a=b&c#d',
  `"quoted" 'id' <b>;--`,
  'ü€😀',
];

const BAD_IDS: Readonly<Record<string, unknown>> = {
  'an empty id': '',
  'the id "."': '.',
  'the id ".."': '..',
  'an id with a slash': 'a/b',
  'an id with a backslash': 'a\\b',
  'an id of 257 characters': 'x'.repeat(257),
  'an id with a null character': 'a\u0000b',
  'an id with a line break': 'a\nb',
  'an id with half a surrogate pair': 'a\ud83db',
  'an id that is no text': 42,
};

export const idsTopic: Topic = (it) => {
  for (const [what, bad] of Object.entries(BAD_IDS)) {
    const id = bad as string;
    it(`${what} is rejected everywhere`, async ({ adapter }) => {
      await createStatuses(adapter, 'Leads');
      await changesNothing(adapter, ['c1'], async () => {
        const rule = `createStatus: ${what} must be rejected, with the field named.`;
        const error = await rejects(adapter.createStatus({ id, name: 'New', color: COLOR }), 'invalid', rule);
        equal(error.field, 'id', rule);

        const rules = {
          conversation: `setStatus: ${what} of a conversation must be rejected, with the field named.`,
          contact: `setStatus: ${what} of a contact must be rejected, with the field named.`,
        };
        const forConversation = await rejectsSetStatus(
          adapter.setStatus([{ conversationId: id }], 'leads'),
          'invalid',
          rules.conversation,
        );
        holds(!!forConversation.field, rules.conversation, forConversation);
        const ref = { conversationId: 'c1', contactId: id };
        const forContact = await rejectsSetStatus(adapter.setStatus([ref], 'leads'), 'invalid', rules.contact);
        holds(!!forContact.field, rules.contact, forContact);
      });
    });
  }

  it('putConversations rejects such ids too', ['putConversations'], async ({ adapter }) => {
    await changesNothing(adapter, ['good'], async () => {
      for (const [what, bad] of Object.entries(BAD_IDS)) {
        const rule = `putConversations: ${what} must be rejected, and nothing of that call stored.`;
        await rejects(
          adapter.putConversations([{ conversationId: 'good' }, { conversationId: bad as string }]),
          'invalid',
          rule,
        );
      }
    });
  });

  it('any well-formed text is the id of a conversation', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    const results = await adapter.setStatus(
      GOOD_IDS.map((conversationId) => ({ conversationId })),
      'leads',
    );
    equal(
      results.map((result) => [result.conversationId, result.ok]),
      GOOD_IDS.map((id) => [id, true]),
      'Every valid id must be accepted as it is.',
    );
    const entries = await adapter.getEntries(GOOD_IDS);
    equal(
      GOOD_IDS.map((id) => entries.get(id)?.conversationId),
      GOOD_IDS,
      'getEntries must find a conversation by its exact id.',
    );
  });

  it('any well-formed text is the id of a status', async ({ adapter }) => {
    for (const [n, id] of GOOD_IDS.entries()) await adapter.createStatus({ id, name: `Status ${n}`, color: COLOR });
    equal(await listedIds(adapter), GOOD_IDS, 'Every valid id must be accepted as it is.');
    for (const id of GOOD_IDS) await setStatusOf(adapter, id, 'c1');
    equal(await statusOf(adapter, 'c1'), GOOD_IDS.at(-1), 'A conversation may have a status with any valid id.');
  });

  it('a status with any id can be renamed, moved and deleted', async ({ adapter }) => {
    for (const [n, id] of GOOD_IDS.entries()) await adapter.createStatus({ id, name: `Status ${n}`, color: COLOR });
    for (const [n, id] of GOOD_IDS.entries()) {
      const { version: ifVersion } = await currentStatus(adapter, id);
      await adapter.updateStatus(id, { name: `Renamed ${n}` }, { ifVersion });
      await adapter.moveStatus(id, null);
    }
    equal(await listedIds(adapter), [...GOOD_IDS].reverse(), 'moveStatus must take any valid id.');
    for (const id of GOOD_IDS) await remove(adapter, id);
    equal(await listed(adapter), [], 'deleteStatus must take any valid id.');
  });

  it('any well-formed text is the id of a contact', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await setStatusOf(adapter, 'leads', ...GOOD_IDS.map((contactId, n) => ({ conversationId: `c${n}`, contactId })));
    const entries = await adapter.getEntries(GOOD_IDS.map((_, n) => `c${n}`));
    equal(
      GOOD_IDS.map((_, n) => entries.get(`c${n}`)?.contactId),
      GOOD_IDS,
      'An entry must keep the exact id of its contact.',
    );
    if (!adapter.getContacts) return;
    const contacts = await adapter.getContacts(GOOD_IDS);
    equal(
      GOOD_IDS.map((id) => contacts.get(id)?.latest),
      GOOD_IDS.map(() => 'leads'),
      'getContacts must find a contact by its exact id.',
    );
  });

  it('ids that differ in case, accents or spaces are different', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    await setStatusOf(adapter, 'leads', 'abc', 'caf\u00e9', 'x');
    await setStatusOf(adapter, 'purchase', 'ABC', 'cafe\u0301', ' x');
    equal(
      await statusesOf(adapter, 'abc', 'ABC', 'caf\u00e9', 'cafe\u0301', 'x', ' x'),
      ['leads', 'purchase', 'leads', 'purchase', 'leads', 'purchase'],
      'Ids are opaque: they are compared character by character, never folded, normalized or trimmed.',
    );
  });
};
