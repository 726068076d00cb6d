// Tests that nothing of a forgotten conversation or contact stays on the server, or comes back.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Events } from './events.mjs';
import { codeOf, onBothDatabases } from './support.mjs';

/** Ids that are escaped in JSON, in messages, and in URLs. */
const CONVERSATION = 'gone "c" ü+62@s.whatsapp.net';
const CONTACT = 'gone "p" 🙂';

const key = (name) => ({ 'idempotency-key': name });

onBothDatabases((world) => {
  /** Every row of a tenant in every table, as text; JSON inside of columns is not escaped again. */
  async function dump(tenant) {
    const tables = await world.database.query(
      `SELECT DISTINCT table_name AS name FROM information_schema.columns
        WHERE table_schema = 'pipeline' AND column_name = 'tenant_id'`,
    );
    assert.ok(tables.length >= 8);
    const texts = [];
    for (const { name } of tables) {
      const rows = await world.database.query(`SELECT * FROM pipeline.${name} WHERE tenant_id = $1`, [tenant]);
      texts.push(...rows.flatMap((row) => Object.values(row).map((value) => `${name}: ${String(value)}`)));
    }
    return texts;
  }

  /** The values that have a text, as it is or escaped. */
  const having = (texts, id) => {
    const inJson = JSON.stringify(id).slice(1, -1);
    const twice = JSON.stringify(inJson).slice(1, -1);
    return texts.filter((text) => [id, inJson, twice].some((each) => text.includes(each)));
  };

  /** Every kind of write about the two, so that they are in every table. */
  async function fill(client) {
    await client.pipeline('A', 'B', 'C');
    const ref = { conversationId: CONVERSATION, contactId: CONTACT };
    await client.pick(CONVERSATION, 'a', key('k1'), { contactId: CONTACT });
    await client.pick(CONVERSATION, 'b', { ...key('k2'), 'if-match': '"1"' });
    await client.pick('unknown', 'b', { ...key('k3'), 'if-match': '"1"' });
    await client.post(
      '/conversations/batch-set',
      { conversations: [ref, { conversationId: 'c2' }], statusId: 'b' },
      key('k4'),
    );
    await client.put(
      '/conversations',
      {
        conversations: [
          { ...ref, activityAt: 5 },
          { conversationId: 'c3', contactId: CONTACT },
        ],
      },
      key('k5'),
    );
    await client.put('/conversations', { conversations: [{ conversationId: 'c3', contactId: 'p3' }] });
    await client.pick('c2', 'a', key('k6'));
  }

  it('no row keeps an id', async () => {
    const client = world.client();
    await fill(client);
    const before = await dump(client.tenant);
    for (const id of [CONVERSATION, CONTACT]) {
      const tables = new Set(having(before, id).map((text) => text.split(':')[0]));
      assert.ok(
        ['conversations', 'contacts', 'changes', 'answers'].every((name) => tables.has(name)),
        [...tables].join(),
      );
    }
    const answer = await client.post('/forget', { conversationIds: [CONVERSATION], contactIds: [CONTACT] }, key('k7'));
    assert.equal(answer.status, 204);
    const after = await dump(client.tenant);
    assert.deepEqual([...having(after, CONVERSATION), ...having(after, CONTACT)], []);
    assert.deepEqual(Object.keys(await client.entries(CONVERSATION, 'c2', 'c3')), ['c2', 'c3']);
    assert.equal((await client.entries('c3')).c3.contactId, 'p3');
  });

  it('no row keeps an id when there are many', async () => {
    const client = world.client();
    await fill(client);
    const others = Array.from({ length: 40 }, (_, n) => `other-${n}`);
    await client.post('/forget', { conversationIds: [...others, CONVERSATION], contactIds: [CONTACT] });
    const after = await dump(client.tenant);
    assert.deepEqual([...having(after, CONVERSATION), ...having(after, CONTACT)], []);
  });

  it('no row keeps an id of the conversations of a contact', async () => {
    const client = world.client();
    await fill(client);
    await client.post('/forget', { contactIds: [CONTACT] });
    const after = await dump(client.tenant);
    assert.deepEqual([...having(after, CONVERSATION), ...having(after, CONTACT)], []);
  });

  it('no row keeps the id of a contact that has no conversation any more, and clients are told once', async () => {
    const client = world.client();
    await fill(client);
    await client.put('/conversations', { conversations: [{ conversationId: CONVERSATION, contactId: null }] });
    await client.post('/forget', { contactIds: [CONTACT] });
    assert.deepEqual(having(await dump(client.tenant), CONTACT), []);
    const { seq } = (await client.get('/statuses')).body;
    await client.post('/forget', { contactIds: [CONTACT], conversationIds: ['never'] });
    assert.equal((await client.get('/statuses')).body.seq, seq, 'nothing changed, so nobody has to read again');
  });

  it('a request that is repeated afterwards does not bring it back', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    const pick = () => client.pick('c1', 'a', key('single'));
    const pickMany = () =>
      client.post(
        '/conversations/batch-set',
        { conversations: [{ conversationId: 'c1' }, { conversationId: 'c2' }], statusId: 'b' },
        key('many'),
      );
    await pick();
    await pickMany();
    await client.post('/forget', { conversationIds: ['c1'] });
    const single = await pick();
    assert.deepEqual([single.status, codeOf(single)], [404, 'not-found']);
    const many = await pickMany();
    assert.deepEqual(
      many.body.results.map(({ conversationId }) => conversationId),
      ['c2'],
    );
    assert.deepEqual(Object.keys(await client.entries('c1', 'c2')), ['c2']);
    const later = await client.pick('c1', 'a', key('later'));
    assert.equal(later.status, 200);
    assert.equal((await client.get('/conversations/c1/history')).body.items.length, 1);
  });

  it('an old version does not match the conversation that begins anew', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    const { headers } = await client.pick('c1', 'a');
    const old = { 'if-match': headers.get('etag') };
    await client.post('/forget', { conversationIds: ['c1'] });
    assert.equal((await client.pick('c1', 'b', old)).status, 412);
    assert.deepEqual(await client.entries('c1'), {});
    await client.pick('c1', 'a');
    assert.equal((await client.pick('c1', 'b', old)).status, 412);
    assert.equal((await client.pick('c1', 'b', { 'if-match': '"0"' })).status, 412);
  });

  it('streams of all instances are told, and one that resumes from before learns nothing of it', async () => {
    const [one, two] = [await world.start(), await world.start()];
    const client = world.client();
    client.base = client.base.replace(world.origin, one.origin);
    await client.pipeline('A');
    const { seq } = (await client.get('/statuses')).body;
    const live = await Events.open(`${client.base.replace(one.origin, two.origin)}/changes`, { 'Last-Event-ID': seq });
    await client.pick('c1', 'a', {}, { contactId: 'p1' });
    await live.until((changes) => changes.some(({ event }) => event === 'entry'));
    await client.post('/forget', { conversationIds: ['c1'] });
    await live.until((changes) => changes.some(({ event }) => event === 'reset'));
    const late = await Events.open(`${client.base}/changes`, { 'Last-Event-ID': seq });
    await late.until((changes) => changes.length > 0);
    await client.pick('c1', 'a');
    await live.until((changes) => changes.at(-1).event === 'entry');
    await late.until((changes) => changes.at(-1).event === 'entry');
    assert.deepEqual(
      late.changes.map(({ event }) => event),
      ['reset', 'entry'],
    );
    assert.equal(late.changes[1].data.contactId, null);
    for (const events of [live, late]) events.close();
    for (const instance of [one, two]) await instance.close();
  });

  it('bad input is named, and nothing is forgotten', async () => {
    const client = world.client();
    await client.pipeline('A');
    await client.pick('c1', 'a', {}, { contactId: 'p1' });
    const BAD = {
      conversationIds: [
        { conversationIds: ['c1', ''] },
        { conversationIds: 'c1' },
        { conversationIds: Array(1001).fill('c1') },
      ],
      contactIds: [{ conversationIds: ['c1'], contactIds: [null] }, { contactIds: ['p1', '..'] }],
      conversationId: [{ conversationId: 'c1', contactIds: ['p1'] }],
    };
    for (const [field, bodies] of Object.entries(BAD)) {
      for (const body of bodies) {
        const answer = await client.post('/forget', body);
        assert.deepEqual([answer.status, codeOf(answer), answer.body.field], [422, 'invalid', field]);
      }
    }
    assert.deepEqual(Object.keys(await client.entries('c1')), ['c1']);
  });
});
