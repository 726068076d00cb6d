// Tests that deleted statuses cost nothing, that they are purged after the undo period, and that counts can be repaired.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertSound } from './soundness.mjs';
import { Events } from './events.mjs';
import { codeOf, onBothDatabases, server } from './support.mjs';

const DAY = 86_400_000;

/** Statuses as deletes leave them; each has had a conversation, but none has one now. */
const FILL = `INSERT INTO pipeline.statuses
    (tenant_id, status_id, name, name_key, color, rank, version, deleted, heir, moved_version, deleted_at)
  SELECT $1, 'gone-' || n, 'Gone ' || n, 'gone-' || n, '#2775f8', lpad(to_hex(n), 5, '0') || '00000', seq, true,
    CASE WHEN n % 2 = 0 THEN 'a' END, seq + n, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
  FROM pipeline.tenants, generate_series(1, $2::int) n WHERE tenant_id = $1`;
/** Instances that have read the statuses before read them again. */
const TOUCH = 'UPDATE pipeline.tenants SET statuses_version = -1 WHERE tenant_id = $1';

onBothDatabases((world) => {
  const query = (text, ...values) => world.database.query(text, values);

  /** Makes the deletes of a tenant older. */
  const age = (client, days) =>
    query(
      'UPDATE pipeline.statuses SET deleted_at = deleted_at - $2::bigint WHERE tenant_id = $1 AND deleted',
      ...[client.tenant, days * DAY],
    );
  const cleanUp = async (options) => {
    while (await server.cleanUp(world.database, options));
  };
  const rowsOf = (table, client) => query(`SELECT * FROM pipeline.${table} WHERE tenant_id = $1`, client.tenant);
  const drop = (client, id, moveTo) =>
    client.delete(`/statuses/${id}${moveTo === undefined ? '' : `?moveTo=${moveTo}`}`, { 'if-match': '*' });

  it('no call reads or writes more rows because of deleted statuses', async () => {
    let log = [];
    const tell = (sql) => ({
      query: async (text, values) => {
        const rows = await sql.query(text, values);
        log.push({ text, values, rows: rows.length });
        return rows;
      },
    });
    const open = async () => {
      const database = await world.open();
      return {
        ...database,
        ...tell(database),
        snapshot: (work) => database.snapshot((tx) => work(tell(tx))),
        transaction: (work) => database.transaction((tx) => work(tell(tx))),
      };
    };
    const instance = await world.start({ open, pollMs: 1_000_000 });
    const measure = async (deleted) => {
      const client = world.client();
      client.base = client.base.replace(world.origin, instance.origin);
      await client.pipeline('A', 'B', 'C');
      for (let n = 0; n < 9; n++) await client.pick(`c${n}`, ['a', 'b', 'c'][n % 3], {}, { contactId: `p${n % 2}` });
      await query(FILL, client.tenant, deleted);
      await query(TOUCH, client.tenant);
      await query('ANALYZE pipeline.statuses');
      const rows = {};
      const texts = new Map();
      const calls = {
        list: () => client.get('/statuses'),
        pick: () => client.pick('c1', 'c'),
        rename: () => client.patch('/statuses/a', { name: 'A2' }, { 'if-match': '*' }),
        create: () => client.post('/statuses', { id: 'd', name: 'D', color: '#000000', after: 'a' }),
        entries: () => client.entries('c1', 'c2'),
        counts: () => client.counts(),
        contactCounts: () => client.counts('of=contact'),
        find: () => client.get('/conversations?op=any-of&status=b'),
        findContacts: () => client.get('/contacts?op=none-of&status=b'),
        contacts: () => client.post('/contacts/batch-get', { ids: ['p0', 'p1'] }),
        history: () => client.get('/conversations/c1/history'),
        // Every move to the top halves the gap there, so some of them have to make room.
        move: async () => {
          for (let n = 0; n < 90; n++) await client.post(`/statuses/${['a', 'b', 'c'][n % 3]}/move`, { after: null });
        },
        delete: () => drop(client, 'd'),
        restore: () => client.post('/statuses/d/restore'),
      };
      for (const [name, call] of Object.entries(calls)) {
        log = [];
        const answer = await call();
        if (answer?.status) assert.ok(answer.status < 300, `${name}: ${JSON.stringify(answer.body)}`);
        rows[name] = log.reduce((sum, each) => sum + each.rows, 0);
        if (name === 'move') rows.changes = (await rowsOf('changes', client)).length;
        for (const each of log) if (/pipeline\.statuses/.test(each.text)) texts.set(each.text, each.values);
      }
      const order = (await client.statuses()).map(({ id }) => id);
      assert.deepEqual(order.slice(0, 3), ['c', 'b', 'a']);
      return { rows, texts };
    };
    const [none, many] = [await measure(0), await measure(20_000)];
    for (const [name, count] of Object.entries(many.rows)) {
      // Moves make room between a few more neighbors.
      const allowed = ['move', 'changes'].includes(name) ? none.rows[name] + 300 : none.rows[name] + 2;
      assert.ok(count <= allowed, `${name}: ${count} rows, without deleted statuses ${none.rows[name]}`);
    }
    for (const [text, values] of many.texts) {
      const plan = (await query(`EXPLAIN ${text}`, ...values)).map((row) => row['QUERY PLAN']).join('\n');
      assert.doesNotMatch(plan, /Seq Scan on statuses/, text);
    }
    await instance.close();
  });

  it('a chain of thousands of deleted statuses is followed once, not for every conversation', async () => {
    const client = world.client();
    await client.pipeline('A', 'First');
    for (let n = 0; n < 50; n++) await client.pick(`c${n}`, 'first', {}, { contactId: `p${n}` });
    await query(FILL, client.tenant, 3000);
    await query(
      `UPDATE pipeline.statuses SET heir = CASE WHEN status_id = 'gone-3000' THEN 'a'
      ELSE 'gone-' || (substr(status_id, 6)::int + 1) END WHERE tenant_id = $1 AND deleted`,
      client.tenant,
    );
    await query(
      `UPDATE pipeline.statuses SET deleted = true, deleted_at = 0, moved_version = version, heir = 'gone-1'
      WHERE tenant_id = $1 AND status_id = 'first'`,
      client.tenant,
    );
    await query(TOUCH, client.tenant);
    await age(client, 31);
    const ids = Array.from({ length: 50 }, (_, n) => `c${n}`);
    const entries = Object.values(await client.entries(...ids));
    assert.ok(entries.length === 50 && entries.every(({ statusId }) => statusId === 'a'));
    assert.deepEqual(await client.counts(), { byStatus: { a: 50 }, none: 0 });
    assert.deepEqual((await client.get('/contacts?op=any-of&status=a&pageSize=200')).body.ids.length, 50);
    // Purged from its old end: the conversations go to the end of the chain at once.
    await cleanUp();
    assert.equal((await rowsOf('statuses', client)).length, 1);
    assert.deepEqual(Object.values(await client.entries(...ids)), entries);
    await assertSound(world.database, client.tenant);
  });

  it('statuses are purged after the undo period, and nothing that is shown changes', async () => {
    const other = await world.start({ pollMs: 50 });
    const client = world.client();
    const peer = world.client(client.tenant);
    peer.base = peer.base.replace(world.origin, other.origin);
    await client.pipeline('A', 'B', 'C', 'D', 'E');
    const ids = Array.from({ length: 250 }, (_, n) => `c${n}`);
    const conversations = ids.map((conversationId, n) => ({ conversationId, contactId: `p${n % 40}`, activityAt: n }));
    await client.put('/conversations', { conversations });
    await client.post('/conversations/batch-set', { conversations: conversations.slice(0, 200), statusId: 'a' });
    await client.post('/conversations/batch-set', { conversations: conversations.slice(200), statusId: 'b' });
    await client.pick('c249', 'd');
    assert.equal((await drop(client, 'a', 'b')).status, 200);
    assert.equal((await drop(client, 'b', 'c')).status, 200);
    assert.equal((await drop(client, 'd', '')).status, 200);
    assert.equal((await drop(client, 'e')).status, 200);
    await client.pick('c0', 'c');
    const show = async () => ({
      statuses: await client.statuses(),
      entries: [await client.entries(...ids.slice(0, 200)), await client.entries(...ids.slice(200))],
      contacts: (await client.post('/contacts/batch-get', { ids: ['p0', 'p1', 'p9'] })).body,
      counts: [
        await client.counts(),
        await client.counts('of=contact'),
        await client.counts('of=contact&contactMatch=latest'),
      ],
      found: (await client.get('/conversations?op=any-of&status=c&pageSize=200')).body.ids,
      foundContacts: (await client.get('/contacts?op=any-of&status=c&pageSize=200')).body.ids,
      histories: await Promise.all(
        ['c0', 'c1', 'c249'].map(async (id) => (await client.get(`/conversations/${id}/history`)).body),
      ),
    });
    await peer.statuses();

    await age(client, 29);
    await cleanUp();
    assert.equal((await rowsOf('statuses', client)).length, 5, 'purged within the undo period');
    assert.equal((await client.post('/statuses/e/restore')).status, 200);
    assert.equal((await drop(client, 'e')).status, 200);
    await age(client, 2);
    const before = await show();
    const feed = await Events.open(`${client.base}/changes`);
    await feed.until(() => feed.blocks.length > 0, 'the beginning');
    assert.equal(codeOf(await client.post('/statuses/a/restore')), 'not-found');
    // Several instances clean up while others write.
    await Promise.all([cleanUp(), cleanUp(), client.pick('c5', 'c'), peer.pick('c6', 'c'), cleanUp()]);
    before.entries[0].c5 = (await client.entries('c5')).c5;
    before.entries[0].c6 = (await client.entries('c6')).c6;
    const left = await rowsOf('statuses', client);
    assert.deepEqual(left.map(({ status_id: id }) => id).sort(), ['c', 'e']);
    for (const row of await rowsOf('conversations', client)) assert.ok(['', 'c'].includes(row.status_key));
    const after = await show();
    assert.deepEqual(after, before);
    await assertSound(world.database, client.tenant);

    for (const each of [client, peer]) {
      assert.equal(codeOf(await each.post('/statuses/a/restore')), 'not-found');
      assert.equal(codeOf(await each.pick('c1', 'a')), 'not-found');
      assert.equal(codeOf(await each.post('/statuses/c/move', { after: 'a' })), 'not-found');
      assert.equal((await each.statuses()).length, 1);
    }
    // The feed has no gap, and nothing in it is news to a client.
    await client.pick('c7', null);
    await feed.until((changes) => changes.some(({ data }) => data?.conversationId === 'c7'), 'the last change');
    feed.changes.slice(1).forEach(({ id }, n) => assert.equal(Number(id), Number(feed.changes[n].id) + 1));
    feed.close();
    await other.close();
  });

  it('histories of purged statuses stay as they were', async () => {
    const client = world.client();
    await client.pipeline('A', 'B', 'C');
    await client.pick('c1', 'a');
    await drop(client, 'a', 'b');
    await client.pick('c1', 'c');
    await client.pick('c2', 'a').then(({ status }) => assert.equal(status, 409));
    await drop(client, 'b', '');
    const before = (await client.get('/conversations/c1/history')).body.items;
    assert.deepEqual(
      before.map(({ from, to }) => [from, to]),
      [
        [null, 'a'],
        ['a', 'b'],
        ['b', 'c'],
      ],
    );
    await age(client, 31);
    await cleanUp();
    assert.equal((await rowsOf('statuses', client)).length, 1);
    assert.deepEqual((await client.get('/conversations/c1/history')).body.items, before);
  });

  it('the undo period is an option, and the server cleans up with it', async () => {
    const client = world.client();
    const instance = await world.start({ undoPeriodMs: 0 });
    client.base = client.base.replace(world.origin, instance.origin);
    await client.pipeline('A', 'B');
    await client.pick('c1', 'a');
    await drop(client, 'a', 'b');
    await age(client, 1);
    assert.equal(codeOf(await client.post('/statuses/a/restore')), 'not-found');
    await cleanUp({ undoPeriodMs: 0 });
    assert.equal((await rowsOf('statuses', client)).length, 1);
    await instance.close();
  });

  it('a recount repairs what a host has deleted with SQL, while others write', async () => {
    const client = world.client();
    const sound = world.client();
    for (const each of [client, sound]) {
      await each.pipeline('A', 'B');
      const conversations = Array.from({ length: 600 }, (_, n) => ({
        ...{ conversationId: `c${n}`, contactId: `p${n % 450}`, activityAt: n },
      }));
      await each.put('/conversations', { conversations });
      for (let start = 0; start < 600; start += 200) {
        const slice = conversations.slice(start, start + 200);
        await each.post('/conversations/batch-set', { conversations: slice, statusId: start ? 'a' : 'b' });
      }
    }
    await query(
      `DELETE FROM pipeline.conversations WHERE tenant_id = $1 AND (recency > -300 OR contact_id = 'p420')`,
      client.tenant,
    );
    await query(
      `UPDATE pipeline.conversations SET contact_id = 'new' WHERE tenant_id = $1 AND conversation_id = 'c599'`,
      client.tenant,
    );
    const feed = await Events.open(`${client.base}/changes`);
    await feed.until(() => feed.blocks.length > 0, 'the beginning');
    const writes = Array.from({ length: 40 }, (_, n) =>
      client.pick(`c${580 + (n % 19)}`, n % 3 ? 'b' : null, {}, { contactId: `p${n % 5}` }),
    );
    const [wrong] = await Promise.all([server.recount(world.database, [client.tenant, sound.tenant]), ...writes]);
    assert.deepEqual(wrong, [client.tenant]);
    await assertSound(world.database, client.tenant);
    const { byStatus, none } = await client.counts();
    assert.equal((byStatus.a ?? 0) + (byStatus.b ?? 0) + none, (await rowsOf('conversations', client)).length);
    assert.deepEqual((await client.get('/contacts?pageSize=200')).body.ids.includes('p420'), false);
    const kept = new Set((await rowsOf('conversations', client)).map((row) => row.conversation_id));
    for (const row of await rowsOf('history', client)) assert.ok(kept.has(row.conversation_id));
    await feed.until((changes) => changes.some(({ event }) => event === 'reset'), 'the reset');
    feed.close();
    assert.deepEqual(await server.recount(world.database, [client.tenant, sound.tenant]), []);
  });
});
