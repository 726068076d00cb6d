// Tests that a write that is sent twice happens once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, loadLibrary, newTenant, onBothDatabases, until } from './support.mjs';

const { Idempotency, PipelineError, Store } = await loadLibrary();

const COLOR = '#2775f8';
const key = (value) => ({ 'idempotency-key': value });
const tag = (version) => ({ 'if-match': `"${version}"` });

onBothDatabases((world) => {
  const changesOf = async ({ tenant }) =>
    world.database.query('SELECT kind, op_id FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq', [tenant]);

  const age = ({ tenant }, hours) =>
    world.database.query('UPDATE pipeline.answers SET at = at - $2::bigint WHERE tenant_id = $1', [
      tenant,
      hours * 3_600_000,
    ]);

  it('the same key and payload return the stored response, for every write', async () => {
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

  it('a late repeat does not undo later writes', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    const first = await client.pick('c1', 'a', key('k'));
    await client.pick('c1', 'b', key('k2'));
    assert.deepEqual((await client.pick('c1', 'a', key('k'))).body, first.body);
    assert.equal((await client.entries('c1')).c1.statusId, 'b');
  });

  it('422 for a key that was used for another request', async () => {
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

  it('409 while the same request is running, and its response when it is done', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    // Someone else locks the tenant's row, so the write has to wait.
    let letGo;
    const held = world.database.transaction(async (tx) => {
      await tx.query('SELECT seq FROM pipeline.tenants WHERE tenant_id = $1 FOR UPDATE', [client.tenant]);
      await new Promise((resolve) => (letGo = resolve));
    });
    await until(() => letGo, 'the row');
    const picks = [client.pick('c1', 'a', key('k')), client.pick('c1', 'a', key('k'))];
    // The other one waits for the row.
    const same = await Promise.race(picks);
    assert.equal(same.status, 409);
    assert.equal(codeOf(same), 'conflict');
    assert.equal(same.body.current, undefined);
    assert.equal(same.headers.get('retry-after'), '1');
    assert.equal((await client.pick('c1', 'b', key('k'))).status, 422);
    letGo();
    await held;
    const answers = await Promise.all(picks);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const { body } = answers.find(({ status }) => status === 200);
    assert.deepEqual((await client.pick('c1', 'a', key('k'))).body, body);
  });

  it('many repeats at once, on several instances, are done once', async () => {
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

  describe('a rejected write stays rejected under its key, even if it would succeed now', () => {
    const any = { ...key('k'), 'if-match': '*' };
    const refusals = {
      'a pick of a status that did not exist yet': {
        status: 404,
        write: (client) => client.pick('c1', 'later', key('k')),
        then: (client) => client.pipeline('Later'),
      },
      'a pick of a status that was deleted': {
        status: 409,
        before: (client) => client.delete('/statuses/b', { 'if-match': '*' }),
        write: (client) => client.pick('c1', 'b', key('k')),
        then: (client) => client.post('/statuses/b/restore', {}),
      },
      'a pick with an outdated version': {
        status: 412,
        write: (client) => client.pick('c1', 'b', any),
        then: (client) => client.pick('c1', 'a'),
      },
      'a delete of a status in use': {
        status: 409,
        before: (client) => client.pick('c1', 'a'),
        write: (client) => client.delete('/statuses/a', any),
        then: (client) => client.pick('c1', null),
      },
      'a rename to a name that was taken': {
        status: 422,
        write: (client) => client.patch('/statuses/a', { name: 'B' }, any),
        then: (client) => client.patch('/statuses/b', { name: 'Other' }, { 'if-match': '*' }),
      },
      'a move of a status that did not exist yet': {
        status: 404,
        write: (client) => client.post('/statuses/later/move', { after: null }, key('k')),
        then: (client) => client.pipeline('Later'),
      },
    };
    for (const [what, { status, before, write, then }] of Object.entries(refusals)) {
      it(what, async () => {
        const client = world.client();
        await client.pipeline('A', 'B');
        await before?.(client);
        const first = await write(client);
        assert.equal(first.status, status, JSON.stringify(first.body));
        assert.equal(first.headers.get('idempotency-replayed'), null);
        await then(client);
        const changes = await changesOf(client);
        const late = await write(client);
        assert.deepEqual([late.status, late.body], [first.status, first.body]);
        assert.equal(late.headers.get('content-type'), first.headers.get('content-type'));
        assert.equal(late.headers.get('idempotency-replayed'), 'true');
        assert.deepEqual(await changesOf(client), changes);
        // A deliberate retry has another key.
        const fresh = world.client(client.tenant);
        fresh.call = (method, path, body, headers) =>
          client.call(method, path, body, { ...headers, 'idempotency-key': 'another' });
        assert.equal((await write(fresh)).status, 200);
      });
    }

    it('is forgotten after a day, like a response', async () => {
      const client = world.client();
      const write = () => client.pick('c1', 'a', key('k'));
      assert.equal((await write()).status, 404);
      await client.pipeline('A');
      await age(client, 25);
      assert.equal((await write()).status, 200);
    });

    it('without anything that was planned before the rejection', async () => {
      const told = [];
      const writes = new Idempotency(new Store(world.database, (tenant) => told.push(tenant)));
      const tenant = newTenant();
      const { status } = await writes.write({ tenant, opId: 'k', payload: '' }, async ({ journal, batch }) => {
        journal.putStatus({ id: 'a', name: 'A', color: COLOR, rank: '1', version: 0 });
        batch.add('UPDATE pipeline.tenants SET pruned = 0 WHERE tenant_id = $1', [tenant]);
        batch.addLater('UPDATE pipeline.tenants SET origin = 0 WHERE tenant_id = $1', [tenant]);
        throw new PipelineError('in-use', 'After all.');
      });
      assert.equal(status, 409);
      assert.deepEqual([await changesOf({ tenant }), told], [[], []]);
      const [{ pruned, origin }] = await world.database.query(
        'SELECT pruned, origin FROM pipeline.tenants WHERE tenant_id = $1',
        [tenant],
      );
      assert.ok(pruned > 0 && origin > 0);
    });

    it('except for malformed requests and temporary failures', async () => {
      const client = world.client();
      await client.pipeline('A');
      const put = (body, headers) => client.put('/conversations/c1/status', body, { ...key('k'), ...headers });
      assert.equal((await put('{"statusId":')).status, 400);
      assert.equal((await put({ statusId: 'a' }, { origin: 'https://evil.example' })).status, 403);
      assert.equal((await put('x'.repeat(1_000_001))).status, 413);
      assert.equal((await put('statusId=a', { 'content-type': 'text/plain' })).status, 415);
      assert.equal((await put({ statusId: 'a' })).status, 200);
    });
  });

  it('the key is forgotten after a day', async () => {
    const client = world.client();
    await client.pipeline('A', 'B');
    await client.pick('c1', 'a', key('k'));
    await age(client, 23);
    assert.equal((await client.pick('c1', 'b', key('k'))).status, 422);
    await age(client, 2);
    assert.equal((await client.pick('c1', 'b', key('k'))).status, 200);
    assert.equal((await client.pick('c1', 'b', key('k'))).headers.get('idempotency-replayed'), 'true');
  });

  it('a quoted key is the same key; an invalid one is rejected; without one, each request is done', async () => {
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
