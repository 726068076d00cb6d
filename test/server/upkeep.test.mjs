// Tests what must stay small and fast as time passes and data grows.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { onBothDatabases, server } from './support.mjs';

const DAY = 86_400_000;

/** Inserts rows in bulk, as the server would write them: contact n % 2000, every fourth without a status. */
const FILL = `INSERT INTO pipeline.conversations
    (tenant_id, conversation_id, contact_id, status_id, version, changed_at, recency, events)
  SELECT $1, 'c' || n, 'p' || n % 2000, (ARRAY['a', 'b', 'c', NULL])[n % 4 + 1], 1, 0, -n, 0
  FROM generate_series(1, $2::int) n`;
const FILL_COUNTERS = `INSERT INTO pipeline.counters (tenant_id, kind, group_key, status_keys, n)
  SELECT $1, 'conversation', status_key, json_build_array(status_key)::text, count(*)
  FROM pipeline.conversations WHERE tenant_id = $1 GROUP BY status_key`;

onBothDatabases((world) => {
  const query = (text, ...values) => world.database.query(text, values);

  it('the feed keeps the newest 10,000 changes, and clients further behind get a reset', async () => {
    const client = world.client();
    await client.pipeline('A');
    await query(
      `INSERT INTO pipeline.changes (tenant_id, seq, kind, at) SELECT $1, seq + n, 'reset', 0
        FROM pipeline.tenants, generate_series(1, 10300) n WHERE tenant_id = $1`,
      client.tenant,
    );
    await query('UPDATE pipeline.tenants SET seq = seq + 10300 WHERE tenant_id = $1', client.tenant);
    await client.pick('c1', 'a');
    const [{ n, min }] = await query(
      'SELECT count(*)::int AS n, min(seq) AS min FROM pipeline.changes WHERE tenant_id = $1',
      client.tenant,
    );
    const [{ pruned, seq }] = await query(
      'SELECT pruned, seq FROM pipeline.tenants WHERE tenant_id = $1',
      client.tenant,
    );
    assert.deepEqual([n, min, pruned], [10_000, pruned + 1, seq - 10_000]);
  });

  it('old changes and responses are deleted step by step', async () => {
    const [old, fresh] = [world.client(), world.client()];
    for (const client of [old, fresh]) {
      await client.pipeline('A');
      await client.pick('c1', 'a', { 'idempotency-key': 'k' });
      await client.pick('c2', 'a');
    }
    const [, , last] = await query('SELECT seq FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq', old.tenant);
    await query(
      'UPDATE pipeline.changes SET at = at - $2::bigint WHERE tenant_id = $1 AND seq < $3',
      ...[old.tenant, 8 * DAY, last.seq],
    );
    await query('UPDATE pipeline.answers SET at = at - $2::bigint WHERE tenant_id = $1', old.tenant, 2 * DAY);
    while (await server.cleanUp(world.database));
    const left = (table, { tenant }) => query(`SELECT 1 AS x FROM pipeline.${table} WHERE tenant_id = $1`, tenant);
    assert.equal((await left('changes', old)).length, 1);
    assert.equal((await left('answers', old)).length, 0);
    assert.equal((await left('changes', fresh)).length, 3);
    assert.equal((await left('answers', fresh)).length, 1);
    const [{ pruned }] = await query('SELECT pruned FROM pipeline.tenants WHERE tenant_id = $1', old.tenant);
    assert.equal(pruned, last.seq - 1);
  });

  it('the history of a conversation is bounded, and correct from its start', async () => {
    const client = world.client();
    const [, b] = await client.pipeline('A', 'B', 'C');
    for (let n = 0; n < 140; n++) {
      if (n === 60) {
        await client.delete('/statuses/b?moveTo=c', { 'if-match': `"${b.version}"` });
        await client.post('/statuses/b/restore');
      }
      await client.pick('c1', ['a', 'b', 'c'][n % 3]);
    }
    const { items } = (await client.get('/conversations/c1/history')).body;
    assert.equal(items.length, 100);
    items.slice(1).forEach((item, n) => assert.equal(item.from, items[n].to));
    assert.equal(items.at(-1).to, 'b');
    const rows = await query('SELECT 1 AS x FROM pipeline.history WHERE tenant_id = $1', client.tenant);
    assert.ok(rows.length <= 132, `${rows.length} rows`);
  });

  it('combinations of statuses that no contact has any more are deleted', async () => {
    const client = world.client();
    await client.pipeline('A', 'B', 'C');
    for (let n = 0; n < 130; n++) {
      await client.pick(`c${n % 3}`, ['a', 'b', 'c', null][(n * 7) % 4], {}, { contactId: 'p1' });
    }
    const rows = await query(
      `SELECT n FROM pipeline.counters WHERE tenant_id = $1 AND kind = 'contact' AND n = 0`,
      client.tenant,
    );
    assert.ok(rows.length < 64);
    assert.equal((await client.counts('of=contact')).none <= 1, true);
  });

  it('with thousands of conversations, a delete touches none and reads use indexes', async () => {
    const client = world.client();
    const [a] = await client.pipeline('A', 'B', 'C');
    const count = 20_000;
    await query(FILL, client.tenant, count);
    await query(FILL_COUNTERS, client.tenant);
    await query('ANALYZE pipeline.conversations');
    assert.deepEqual(await client.counts(), { byStatus: { a: 5000, b: 5000, c: 5000 }, none: 5000 });
    const written = async () =>
      (await query('SELECT max(version) AS max FROM pipeline.conversations WHERE tenant_id = $1', client.tenant))[0]
        .max;
    const start = performance.now();
    const dropped = await client.delete('/statuses/a?moveTo=b', { 'if-match': `"${a.version}"` });
    assert.deepEqual(dropped.body, { moved: 5000 });
    assert.ok(performance.now() - start < 1000);
    assert.equal(await written(), 1);
    assert.deepEqual(await client.counts(), { byStatus: { b: 10_000, c: 5000 }, none: 5000 });
    const { ids, nextPageToken } = (await client.get('/conversations?op=any-of&status=b&pageSize=4')).body;
    assert.deepEqual(ids, ['c20000', 'c19997', 'c19996', 'c19993']);
    const next = await client.get(`/conversations?op=any-of&status=b&pageSize=2&pageToken=${nextPageToken}`);
    assert.deepEqual(next.body.ids, ['c19992', 'c19989']);
    assert.deepEqual((await client.post('/statuses/a/restore')).body.restored, 5000);
  });

  it('every statement of the reads uses an index', async () => {
    const client = world.client();
    await client.pipeline('A', 'B', 'C');
    await query(FILL, client.tenant, 20_000);
    await query(FILL_COUNTERS, client.tenant);
    await query('ANALYZE pipeline.conversations');
    const seen = [];
    const tell = (sql) => ({
      query: async (text, values) => {
        if (/^SELECT/.test(text)) seen.push([text, values]);
        return sql.query(text, values);
      },
    });
    const open = async () => {
      const database = await world.open();
      return { ...database, ...tell(database), snapshot: (work) => database.snapshot((tx) => work(tell(tx))) };
    };
    const instance = await world.start({ open });
    client.base = client.base.replace(world.origin, instance.origin);
    await client.entries('c1', 'c2');
    await client.counts();
    await client.get('/conversations');
    const { body } = await client.get('/conversations?op=none-of&status=a&pageSize=20');
    await client.get(`/conversations?op=none-of&status=a&pageSize=20&pageToken=${body.nextPageToken}`);
    await client.get('/contacts?op=any-of&status=a');
    await client.get('/conversations/c5/history');
    await instance.close();
    const scans = [];
    for (const [text, values] of seen.filter(([text]) => /pipeline\.conversations/.test(text))) {
      const plan = (await world.database.query(`EXPLAIN ${text}`, values)).map((row) => row['QUERY PLAN']).join('\n');
      if (/Seq Scan on conversations|Sort Key: .*recency[^]*Seq Scan/.test(plan)) scans.push(`${text}\n${plan}`);
    }
    assert.deepEqual(scans, []);
    assert.ok(seen.length > 8);
  });

  it('contacts with hundreds of combinations of statuses are still found in order', async () => {
    const client = world.client();
    const names = Array.from({ length: 10 }, (_, n) => `S${n}`);
    await client.pipeline(...names);
    // Contact n has the statuses of the bits of n, each by one conversation.
    const expected = [];
    for (const [status, name] of names.entries()) {
      const conversations = [];
      for (let n = 1; n < 400; n++) {
        if (n & (1 << status))
          conversations.push({ conversationId: `c${n}-${status}`, contactId: `p${n}`, activityAt: (n * 37) % 401 });
      }
      for (let start = 0; start < conversations.length; start += 200) {
        const slice = conversations.slice(start, start + 200);
        await client.put('/conversations', { conversations: slice });
        await client.post('/conversations/batch-set', { conversations: slice, statusId: name.toLowerCase() });
      }
    }
    const held = (n) => names.map((name) => name.toLowerCase()).filter((_, bit) => n & (1 << bit));
    for (let n = 1; n < 400; n++) expected.push({ id: `p${n}`, at: (n * 37) % 401, held: held(n) });
    expected.sort((a, b) => b.at - a.at);
    for (const [query, passes] of [
      ['op=any-of&status=s0', (ids) => ids.includes('s0')],
      ['op=none-of&status=s0', (ids) => !ids.includes('s0')],
      ['op=none-of&status=s7', (ids) => !ids.includes('s7')],
      ['op=any-of&status=s1&status=s8', (ids) => ids.includes('s1') || ids.includes('s8')],
    ]) {
      const found = [];
      let token = '';
      do {
        const { body } = await client.get(`/contacts?${query}&pageSize=60${token}`);
        found.push(...body.ids);
        token = body.nextPageToken && `&pageToken=${body.nextPageToken}`;
      } while (token);
      assert.deepEqual(
        found,
        expected.filter(({ held }) => passes(held)).map(({ id }) => id),
        query,
      );
    }
  });
});
