/** Cases about valid and invalid ids. */
import {
  COLOR,
  allOf,
  changesNothing,
  setStatusOf,
  listed,
  listedIds,
  currentStatus,
  entryOf,
  createStatuses,
  rejectsSetStatus,
  remove,
  statusOf,
  statusesOf,
} from '../actions.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
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
  '\ufeffafter a byte order mark',
];

/** Ids of conversations and contacts, which can also have slashes. */
const HOST_IDS = [
  ...GOOD_IDS,
  '<CAF=abc/1.2@mail.example.com>',
  'wamid.HBgNNjI4/MTIzNDU2Nzg5MBUC',
  'a/../b',
  '/',
  '//',
  'a\\b',
  '\\',
  './x',
  'history',
  'batch-set',
];

/** A byte order mark, which decoders drop at the start of a text, makes another id. */
const SIMILAR_IDS: readonly (readonly [Id, Id])[] = [
  ['marked', '\ufeffmarked'],
  ['a/b', 'a\\b'],
  ['a/b', 'a%2Fb'],
  ['a/b', 'ab'],
];

const BAD_HOST_IDS: Readonly<Record<string, unknown>> = {
  'an empty id': '',
  'the id "."': '.',
  'the id ".."': '..',
  'an id of 257 characters': 'x'.repeat(257),
  'an id with a null character': 'a\u0000b',
  'an id with a line break': 'a\nb',
  'an id with half a surrogate pair': 'a\ud83db',
  'an id that is a fraction': 4.5,
  'an id that is no text': true,
};

const BAD_STATUS_IDS: Readonly<Record<string, unknown>> = {
  ...BAD_HOST_IDS,
  'an id with a slash': 'a/b',
  'an id with a backslash': 'a\\b',
};

export const idsTopic: Topic = (it) => {
  for (const [what, bad] of Object.entries(BAD_HOST_IDS)) {
    const id = bad as string;
    it(`${what} is rejected for conversations and contacts`, async ({ adapter }) => {
      await createStatuses(adapter, 'Leads');
      await changesNothing(adapter, ['c1'], async () => {
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

    it(`${what} among others costs only itself`, async ({ adapter }) => {
      await createStatuses(adapter, 'Leads');
      const rule = `setStatus: the other conversations must be set when one of the call has ${what}.`;
      const refs = [
        { conversationId: 'c1' },
        { conversationId: id },
        { conversationId: 'c2', contactId: id },
        { conversationId: 'c3' },
      ];
      const results = await adapter.setStatus(refs, 'leads');
      const codes = results.map((result) => (result.ok ? 'ok' : result.error.code));
      equal(codes, ['ok', 'invalid', 'invalid', 'ok'], `${rule} There is one result for each, in order.`);
      equal(await statusesOf(adapter, 'c1', 'c2', 'c3'), ['leads', null, 'leads'], rule);
      const entries = await adapter.getEntries(['c1', id, 'c3']);
      const found = ['c1', 'c3'].map((each) => entries.get(each)?.statusId);
      equal(found, ['leads', 'leads'], `getEntries: the others must be found when one of the call has ${what}.`);
    });
  }

  for (const [what, bad] of Object.entries(BAD_STATUS_IDS)) {
    it(`${what} is rejected for statuses`, async ({ adapter }) => {
      await createStatuses(adapter, 'Leads');
      await changesNothing(adapter, ['c1'], async () => {
        const id = bad as string;
        const rule = `createStatus: ${what} must be rejected, with the field named.`;
        const error = await rejects(adapter.createStatus({ id, name: 'New', color: COLOR }), 'invalid', rule);
        equal(error.field, 'id', rule);
        const setRule = `setStatus: ${what} of the status must be rejected.`;
        await rejectsSetStatus(adapter.setStatus([{ conversationId: 'c1' }], id), 'invalid', setRule);
      });
    });
  }

  it('putConversations rejects such ids too', ['putConversations'], async ({ adapter }) => {
    await changesNothing(adapter, ['good'], async () => {
      for (const [what, bad] of Object.entries(BAD_HOST_IDS)) {
        const rule = `putConversations: ${what} must be rejected, and nothing of that call stored.`;
        await rejects(
          adapter.putConversations([{ conversationId: 'good' }, { conversationId: bad as string }]),
          'invalid',
          rule,
        );
      }
    });
  });

  it('a whole number is the id that is its text', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    const rule = 'A whole number must be taken as its text: hosts number their records.';
    const number = 12345 as unknown as Id;
    const [result] = await adapter.setStatus([{ conversationId: number, contactId: number }], 'leads');
    equal(result?.conversationId, '12345', rule);
    const { conversationId, contactId, statusId } = await entryOf(adapter, '12345');
    equal([conversationId, contactId, statusId], ['12345', '12345', 'leads'], rule);
    equal((await adapter.getEntries([number])).get('12345')?.statusId, 'leads', rule);
  });

  it('ids that look alike are different', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads', 'Purchase');
    for (const [one, other] of SIMILAR_IDS) {
      const rule = 'Ids are opaque: every character counts, wherever it stands.';
      await setStatusOf(adapter, 'leads', one);
      await setStatusOf(adapter, 'purchase', { conversationId: other, contactId: other });
      equal(await statusesOf(adapter, one, other), ['leads', 'purchase'], rule);
      equal((await entryOf(adapter, other)).contactId, other, rule);
    }
  });

  it('a conversation with any id has a history', ['history'], async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await setStatusOf(adapter, 'leads', ...HOST_IDS);
    for (const id of HOST_IDS) {
      const items = await adapter.history(id);
      equal(
        items.map(({ from, to }) => [from, to]),
        [[null, 'leads']],
        `history must take any id of a conversation, such as ${JSON.stringify(id)}.`,
      );
    }
  });

  it('a version is checked for a conversation with any id', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    for (const conversationId of HOST_IDS) {
      const rule = `setStatus must check the version of a conversation with any id, such as ${JSON.stringify(conversationId)}.`;
      const stale = adapter.setStatus([{ conversationId }], 'leads', { ifVersion: 99 });
      await rejectsSetStatus(stale, 'conflict', rule);
      equal(await statusOf(adapter, conversationId), null, rule);
    }
  });

  it('conversations and contacts with any id are found', ['find'], async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    await setStatusOf(adapter, 'leads', ...HOST_IDS.map((id) => ({ conversationId: id, contactId: id })));
    const filter: Filter = { op: 'any-of', statusIds: ['leads'] };
    for (const of of ['conversation', 'contact'] as const) {
      const ids = await allOf(adapter, { of, filter, pageSize: 3 });
      equal([...ids].sort(), [...HOST_IDS].sort(), `find must return the exact id of each ${of}, once.`);
    }
  });

  it('any well-formed text is the id of a conversation', async ({ adapter }) => {
    await createStatuses(adapter, 'Leads');
    const results = await adapter.setStatus(
      HOST_IDS.map((conversationId) => ({ conversationId })),
      'leads',
    );
    equal(
      results.map((result) => [result.conversationId, result.ok]),
      HOST_IDS.map((id) => [id, true]),
      'Every valid id must be accepted as it is.',
    );
    const entries = await adapter.getEntries(HOST_IDS);
    equal(
      HOST_IDS.map((id) => entries.get(id)?.conversationId),
      HOST_IDS,
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
    await setStatusOf(adapter, 'leads', ...HOST_IDS.map((contactId, n) => ({ conversationId: `c${n}`, contactId })));
    const entries = await adapter.getEntries(HOST_IDS.map((_, n) => `c${n}`));
    equal(
      HOST_IDS.map((_, n) => entries.get(`c${n}`)?.contactId),
      HOST_IDS,
      'An entry must keep the exact id of its contact.',
    );
    if (!adapter.getContacts) return;
    const contacts = await adapter.getContacts(HOST_IDS);
    equal(
      HOST_IDS.map((id) => contacts.get(id)?.latest),
      HOST_IDS.map(() => 'leads'),
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
