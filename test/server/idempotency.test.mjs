// A write that is sent twice happens once.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { codeOf, onBothDatabases, until } from './support.mjs';

const COLOR = '#2775f8';
const key = (value) => ({ 'idempotency-key': value });
const tag = (version) => ({ 'if-match': `"${version}"` });

onBothDatabases((world) => {
  const changesOf = async ({ tenant }) =>
    world.database.query('SELECT kind, op_id FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq', [tenant]);

  it('the same key and payload gives the stored answer, of every write', async () => {
    const client = world.client();
    const [a] = await client.pipeline('A', 'B');
    await client.pick('c1', 'a');
    const many = { conversations: [{ conversationId: 'c2' }], statusId: 'b' };
    const writes = [
      () => client.post('/statuses', { id: 'c', name: 'C', color: COLOR }, key('create')),
      () => client.patch('/statuses/b', { name: 'Renamed' }, { ...key('edit'), 'if-match': '*' }),
      () => client.post('/statuses/c/move', { after: null }, key('move')),
      () => client.pick('c1', 'b', { ...key('pick'), ...tag(0) }).then(() => client.pick('c1', 'b', key('pick-2'))),
      () => client.post('/conversations/batch-set', many, key('many')),
      () => client.delete('/statuses/a?moveTo=c', { ...key('delete'), ...tag(a.version) }),
      () => client.post('/statuses/a/restore', {}, key('restore')),
      () => client.put('/conversations', { conversations: [{ conversationId: 'c9' }] }, key('host')),
    ];
    for (const write of writes) {
      const first = await write();
      assert.ok(first.status < 300, JSON.stringify(first.body));
      assert.equal(first.headers.get('idempotency-replayed'), null);
      const before = (await changesOf(client)).length;
      const second = await write();
      assert.deepEqual([second.status, second.body], [first.status, first.body]);
      assert.equal(second.headers.get('etag'), first.headers.get('etag'));
      assert.equal(second.headers.get('idempotency-replayed'), 'true');
      assert.equal((await changesOf(client)).length, before);
    }
  });

  it('a late repeat undoes nothing that came after', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    const first = await client.pick('c1', 'a', key('k'));
    await client.pick('c1', 'b', key('k2'));
    assert.deepEqual((await client.pick('c1', 'a', key('k'))).body, first.body);
    assert.equal((await client.entries('c1')).c1.statusId, 'b');
  });

  it('422 for a key that was used for something else', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    await client.pick('c1', 'a', key('k'));
    const others = [
      () => client.pick('c1', 'b', key('k')),
      () => client.pick('c2', 'a', key('k')),
      () => client.pick('c1', 'a', { ...key('k'), ...tag(1) }),
      () => client.post('/statuses/a/move', { after: 'b' }, key('k')),
    ];
    for (const other of others) {
      const refused = await other();
      assert.equal(refused.status, 422);
      assert.equal(codeOf(refused), 'invalid');
      assert.equal(refused.body.field, 'Idempotency-Key');
    }
    assert.equal((await client.entries('c1')).c1.statusId, 'a');
  });

  it('each tenant has its own keys', async () => {
    for (const client of [world.client(), world.client()]) {
      await client.pipeline('A');
      const set = await client.pick('c1', 'a', key('shared'));
      assert.equal(set.headers.get('idempotency-replayed'), null);
    }
  });

  it('409 while the same is running, and its answer when it is done', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    // The row of the tenant is held by somebody else, so that the write has to wait.
    let letGo;
    const held = world.database.transaction(async (tx) => {
      await tx.query('SELECT seq FROM pipeline.tenants WHERE tenant_id = $1 FOR UPDATE', [client.tenant]);
      await new Promise((resolve) => (letGo = resolve));
    });
    await until(() => letGo, 'the row');
    const first = client.pick('c1', 'a', key('k'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const same = await client.pick('c1', 'a', key('k'));
    assert.equal(same.status, 409);
    assert.equal(codeOf(same), 'conflict');
    assert.equal(same.body.current, undefined);
    assert.equal(same.headers.get('retry-after'), '1');
    assert.equal((await client.pick('c1', 'b', key('k'))).status, 422);
    letGo();
    await held;
    const { status, body } = await first;
    assert.equal(status, 200);
    assert.deepEqual((await client.pick('c1', 'a', key('k'))).body, body);
  });

  it('many times at once, by several instances: once', async () => {
    const others = [await world.start(), await world.start()];
    const client = world.client();
    await client.pipeline('A');
    const origins = [world.origin, ...others.map(({ origin }) => origin)];
    const answers = await Promise.all(
      Array.from({ length: 15 }, async (_, n) => {
        const own = world.client(client.tenant);
        own.base = own.base.replace(world.origin, origins[n % 3]);
        return own.pick('c1', 'a', key('k'));
      }),
    );
    const done = answers.filter(({ status }) => status === 200);
    assert.ok(done.length >= 1);
    assert.ok(answers.every(({ status }) => status === 200 || status === 409));
    assert.equal(new Set(done.map(({ body }) => body.version)).size, 1);
    assert.equal((await changesOf(client)).filter(({ op_id: opId }) => opId === 'k').length, 1);
    for (const other of others) await other.close();
  });

  it('a refusal is judged anew: it has changed nothing', async () => {
    const client = world.client();
    const [a] = await client.pipeline('A');
    await client.pick('c1', 'a');
    const drop = () => client.delete('/statuses/a', { ...key('k'), ...tag(a.version) });
    assert.equal((await drop()).status, 409);
    assert.equal((await drop()).status, 409);
    await client.pick('c1', null);
    assert.equal((await drop()).status, 200);
  });

  it('after a day the key is forgotten', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    await client.pick('c1', 'a', key('k'));
    const age = (hours) =>
      world.database.query('UPDATE pipeline.answers SET at = at - $2::bigint WHERE tenant_id = $1', [
        client.tenant,
        hours * 3_600_000,
      ]);
    await age(23);
    assert.equal((await client.pick('c1', 'b', key('k'))).status, 422);
    await age(2);
    assert.equal((await client.pick('c1', 'b', key('k'))).status, 200);
    assert.equal((await client.pick('c1', 'b', key('k'))).headers.get('idempotency-replayed'), 'true');
  });

  it('a key in quotes is the same key; one that cannot be is refused; without one it is done each time', async () => {
    const client = world.client();
    await client.pipeline('A');
    await client.pick('c1', 'a', key('k'));
    assert.equal((await client.pick('c1', 'a', key('"k"'))).headers.get('idempotency-replayed'), 'true');
    for (const bad of ['""', 'a b', 'x'.repeat(256)]) {
      const refused = await client.pick('c1', 'a', key(bad));
      assert.deepEqual([refused.status, refused.body.field], [400, 'Idempotency-Key'], bad);
    }
    await client.pick('c1', null);
    await client.pick('c1', 'a');
    assert.equal((await client.get('/conversations/c1/history')).body.items.length, 3);
  });
});
