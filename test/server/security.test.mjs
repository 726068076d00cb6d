// Tests what requests cannot do: other sites, other content types, large bodies, other tenants' data.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { connect } from 'node:net';
import { OPEN } from './open-access.mjs';
import { Client, codeOf, newTenant, onBothDatabases, server, until } from './support.mjs';

/** How long a shutdown waits for pending requests (server.ts). */
const CLOSING_MS = 10_000;

const STATUS = { id: 'a', name: 'A', color: '#112233' };

onBothDatabases((world) => {
  describe('pages of other origins', () => {
    it('may not write', async () => {
      const client = world.client();
      const own = world.origin;
      const refused = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: `${own}.evil.example` },
        { origin: 'http://127.0.0.1:1' },
        { origin: own, 'sec-fetch-site': 'cross-site' },
        { origin: own, 'sec-fetch-site': 'same-site' },
        { 'sec-fetch-site': 'cross-site' },
      ];
      for (const headers of refused) {
        const answer = await client.post('/statuses', STATUS, headers);
        assert.deepEqual([answer.status, codeOf(answer)], [403, 'forbidden'], JSON.stringify(headers));
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
        assert.equal((await client.delete('/statuses/a', { 'if-match': '*', ...headers })).status, 403);
        assert.equal((await client.pick('c1', null, headers)).status, 403);
      }
      assert.deepEqual(await client.statuses(), []);
      const allowed = [
        { origin: own },
        { origin: own, 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none' },
        {},
      ];
      for (const headers of allowed) {
        assert.equal((await client.post('/statuses', STATUS, headers)).status, 201, JSON.stringify(headers));
      }
    });

    it('may write if their origin is allowed', async () => {
      const origin = 'https://inbox.example';
      const instance = await world.start({ allowedOrigins: [origin] });
      const client = new Client(instance.origin);
      const asked = { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'if-match' };
      const preflight = await client.call('OPTIONS', '/conversations/c1/status', undefined, asked);
      assert.equal(preflight.status, 204);
      assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
      assert.match(preflight.headers.get('access-control-allow-methods'), /PUT/);
      assert.match(preflight.headers.get('access-control-allow-headers'), /Idempotency-Key/);
      const made = await client.post('/statuses', STATUS, { origin, 'sec-fetch-site': 'cross-site' });
      assert.equal(made.status, 201);
      assert.equal(made.headers.get('access-control-allow-origin'), origin);
      assert.match(made.headers.get('access-control-expose-headers'), /ETag/);
      assert.equal(made.headers.get('access-control-allow-credentials'), null);
      const foreign = await client.post('/statuses', STATUS, { origin: 'https://evil.example' });
      assert.equal(foreign.status, 403);
      assert.equal(foreign.headers.get('access-control-allow-origin'), null);
      assert.equal(foreign.headers.get('vary'), 'Origin');
      await instance.close();
    });
  });

  describe('bodies', () => {
    it('415 for anything but JSON', async () => {
      const client = world.client();
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'application/jsonx',
      ]) {
        const answer = await client.post('/statuses', JSON.stringify(STATUS), { 'content-type': type });
        assert.deepEqual([answer.status, codeOf(answer)], [415, 'invalid'], type);
      }
      for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset=utf-8']) {
        assert.equal((await client.post('/statuses', STATUS, { 'content-type': type })).status, 201, type);
      }
      assert.equal((await client.call('POST', '/statuses/a/restore')).status, 200);
      assert.equal((await client.call('POST', '/statuses/a/move')).status, 415);
    });

    it('400 for malformed JSON, 422 if it is not an object', async () => {
      const client = world.client();
      for (const body of ['', '{', 'a', '{"id":}', `${'['.repeat(200_000)}`, new Uint8Array([0x22, 0xff, 0x22])]) {
        assert.equal((await client.post('/statuses', body)).status, 400, String(body).slice(0, 10));
      }
      for (const body of ['null', '[]', '"a"', '1'])
        assert.equal((await client.post('/statuses', body)).status, 422, body);
    });

    it('413 above a megabyte, however it is sent', async () => {
      const client = world.client();
      const big = JSON.stringify({ ...STATUS, more: 'x'.repeat(1_100_000) });
      const answer = await client.post('/statuses', big);
      assert.deepEqual([answer.status, codeOf(answer)], [413, 'limit']);
      const stream = new ReadableStream({
        start(controller) {
          for (let n = 0; n < 20; n++) controller.enqueue(new TextEncoder().encode('x'.repeat(100_000)));
          controller.close();
        },
      });
      const init = { method: 'POST', body: stream, duplex: 'half', headers: { 'content-type': 'application/json' } };
      const chunked = await fetch(`${client.base}/statuses`, init).catch(() => ({ status: 413 }));
      assert.equal(chunked.status, 413);
      assert.deepEqual(await client.statuses(), []);
    });

    it('prototypes are not polluted', async () => {
      const client = world.client();
      await client.post('/statuses', '{"id":"a","name":"A","color":"#112233","__proto__":{"polluted":1}}');
      await client.post('/conversations/batch-get', '{"ids":["__proto__"],"constructor":{"prototype":{"polluted":1}}}');
      assert.equal({}.polluted, undefined);
    });
  });

  describe('tenants', () => {
    it('see nothing of each other', async () => {
      const [one, other] = [world.client(), world.client()];
      await one.pipeline('A');
      await one.pick('c1', 'a', {}, { contactId: 'p1' });
      await other.pipeline('B');
      assert.equal((await other.pick('c1', 'a')).status, 404);
      assert.deepEqual(await other.entries('c1'), {});
      assert.deepEqual((await other.post('/contacts/batch-get', { ids: ['p1'] })).body.items, []);
      assert.deepEqual(await other.counts(), { byStatus: {}, none: 0 });
      assert.deepEqual((await other.get('/conversations')).body.ids, []);
      assert.deepEqual((await other.get('/conversations/c1/history')).body.items, []);
      assert.equal((await other.post('/statuses/a/restore')).status, 404);
      assert.equal((await other.delete('/statuses/a?moveTo=', { 'if-match': '*' })).status, 404);
      assert.equal((await one.entries('c1')).c1.statusId, 'a');
    });

    it('an invalid name is 404', async () => {
      for (const tenant of ['x'.repeat(65), 'a\u0000b', 'a/b']) {
        assert.equal((await new Client(world.origin, tenant).get('/statuses')).status, 404);
      }
    });

    it('the tenant of a token, and the user’s name in the history', async () => {
      const tenant = newTenant();
      const authorize = server.bearerTokens({
        'token-ani': { tenant, user: 'ani', roles: ['manager'] },
        'token-budi': { tenant, user: 'budi', roles: ['agent'] },
        'token-host': { tenant, roles: ['host'] },
        'token-else': { tenant: newTenant(), roles: ['agent'] },
      });
      const instance = await world.start({ authorize, basePath: '/api' });
      const client = new Client(instance.origin);
      client.base = `${instance.origin}/api`;
      const as = (name, more) => ({ authorization: `Bearer token-${name}`, ...more });
      for (const headers of [{}, as('nobody'), { authorization: 'Basic eDp5' }, { authorization: 'Bearer' }]) {
        for (const path of ['/statuses', '/changes', '/counts?of=contact']) {
          const answer = await client.get(path, headers);
          assert.deepEqual([answer.status, codeOf(answer)], [401, 'auth'], path);
          assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
        }
        assert.equal((await client.pick('c1', null, headers)).status, 401);
      }
      assert.equal((await client.post('/statuses', STATUS, as('ani'))).status, 201);
      // The same key of two users is two keys.
      const key = { 'idempotency-key': 'k' };
      await client.pick('c1', 'a', as('ani', key));
      assert.equal((await client.pick('c1', null, as('budi', key))).status, 200);
      const history = await client.get('/conversations/c1/history', as('budi'));
      assert.deepEqual(
        history.body.items.map(({ by }) => by),
        ['ani', 'budi'],
      );
      const conversations = [{ conversationId: 'c9' }];
      assert.equal((await client.put('/conversations', { conversations }, as('ani'))).status, 403);
      assert.equal((await client.put('/conversations', { conversations }, as('host'))).status, 204);
      assert.deepEqual((await client.get('/statuses', as('else'))).body.items, []);
      await instance.close();
    });
  });

  describe('failures', () => {
    it('an unexpected error is 500 without details', async () => {
      const seen = [];
      const instance = await world.start({ onError: (thrown) => seen.push(thrown) });
      const client = new Client(instance.origin);
      await world.database.query('ALTER TABLE pipeline.counters RENAME TO away');
      const answer = await client.counts();
      const whole = await client.get('/counts?of=conversation');
      await world.database.query('ALTER TABLE pipeline.away RENAME TO counters');
      assert.deepEqual([whole.status, codeOf(whole)], [500, 'unknown']);
      assert.ok(!JSON.stringify(answer).includes('counters'));
      assert.equal(seen.length, 2);
      assert.equal((await client.get('/counts?of=conversation')).status, 200);
      await instance.close();
    });

    it('504 after the time limit; the write may still be done, once', async () => {
      const instance = await world.start({ requestTimeoutMs: 100 });
      const client = new Client(instance.origin);
      // Without the time limit.
      const patient = world.client(client.tenant);
      await patient.pipeline('A');
      let letGo;
      const held = world.database.transaction(async (tx) => {
        await tx.query('SELECT seq FROM pipeline.tenants WHERE tenant_id = $1 FOR UPDATE', [client.tenant]);
        await new Promise((resolve) => (letGo = resolve));
      });
      await until(() => letGo, 'the lock');
      const slow = await client.pick('c1', 'a', { 'idempotency-key': 'k' });
      assert.deepEqual([slow.status, codeOf(slow)], [504, 'timeout']);
      letGo();
      await held;
      assert.equal((await patient.pick('c1', 'a', { 'idempotency-key': 'k' })).status, 200);
      assert.equal((await patient.get('/conversations/c1/history')).body.items.length, 1);
      await instance.close();
    });

    it('a database that cannot be opened is 503, and opening is retried', async () => {
      let isThere = false;
      const open = async () => {
        if (!isThere) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        return world.open();
      };
      const api = server.createServer({ ...OPEN, open, onError: () => undefined });
      await assert.rejects(api.ready);
      const ask = () => api.fetch(new Request('http://localhost/api/t/statuses'));
      const answer = await ask();
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.get('retry-after'), '5');
      isThere = true;
      assert.equal((await ask()).status, 200);
      await api.close();
    });

    it('an endless request does not block shutdown', async () => {
      const instance = await world.start();
      assert.ok(instance.http.headersTimeout > 0 && instance.http.headersTimeout <= 15_000);
      assert.ok(instance.http.requestTimeout > 0 && instance.http.requestTimeout <= 60_000);
      const received = once(instance.http, 'request');
      const socket = connect(instance.http.address().port, '127.0.0.1');
      socket.write(
        'POST /api/t/statuses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{',
      );
      await received;
      const closing = performance.now();
      socket.destroy();
      await instance.close();
      assert.ok(performance.now() - closing < CLOSING_MS, 'the shutdown waited for the request');
    });
  });
});
