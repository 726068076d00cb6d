// Tests who may do what: authorize, roles, sessions and access tokens.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Events } from './events.mjs';
import { Client, codeOf, loadLibrary, newTenant, onBothDatabases, server, until } from './support.mjs';

const { PipelineError } = await loadLibrary();

const STATUS = { id: 'new', name: 'New', color: '#112233' };
const ANY = { 'if-match': '*' };
const SESSION = 'pipeline-session';

/** Every write of the API and its action. The pipeline has the statuses `a` and `b`; `gone` is deleted. */
const WRITES = {
  create: (client) => client.post('/statuses', STATUS),
  update: (client) => client.patch('/statuses/a', { name: 'Renamed' }, ANY),
  move: (client) => client.post('/statuses/b/move', { after: null }),
  delete: (client) => client.delete('/statuses/b', ANY),
  restore: (client) => client.post('/statuses/gone/restore', {}),
  set: (client) => client.pick('c1', 'a'),
  'set many': (client) =>
    client.post('/conversations/batch-set', { conversations: [{ conversationId: 'c2' }], statusId: 'a' }),
  forget: (client) => client.post('/forget', { conversationIds: ['c2'], contactIds: ['p9'] }),
  tell: (client) => client.put('/conversations', { conversations: [{ conversationId: 'c3' }] }),
};
const READS = {
  list: (client) => client.get('/statuses'),
  entries: (client) => client.post('/conversations/batch-get', { ids: ['c1'] }),
  contacts: (client) => client.post('/contacts/batch-get', { ids: ['p1'] }),
  counts: (client) => client.get('/counts?of=conversation'),
  find: (client) => client.get('/conversations'),
  'find contacts': (client) => client.get('/contacts'),
  history: (client) => client.get('/conversations/c1/history'),
  changes: (client) => client.call('HEAD', '/changes'),
};
const MANAGED = ['create', 'update', 'move', 'delete', 'restore'];
const actionOf = (write) => write.split(' ')[0];

/** A client that identifies itself by headers. */
class As extends Client {
  constructor(origin, tenant, headers) {
    super(origin, tenant);
    this.base = `${origin}/api`;
    this.headers = headers;
  }

  call(method, path, body, headers = {}) {
    return super.call(method, path, body, { ...this.headers, ...headers });
  }
}

/**
 * An instance that identifies callers by the headers `x-tenant`, `x-user`, `x-roles` and `x-session`; no tenant: null.
 */
async function startTrusting(world, options = {}) {
  const authorize = ({ headers }) =>
    headers.has('x-tenant')
      ? {
          tenant: headers.get('x-tenant'),
          user: headers.get('x-user') ?? undefined,
          roles: headers.get('x-roles')?.split(',') ?? [],
          session: headers.get('x-session') ?? undefined,
        }
      : null;
  const instance = await world.start({ basePath: '/api', authorize, ...options });
  const as = (tenant, user, roles, more = {}) =>
    new As(instance.origin, tenant, {
      ...{ 'x-tenant': tenant, 'x-roles': roles, ...more },
      ...(user === undefined ? {} : { 'x-user': user }),
    });
  return { ...instance, as };
}

onBothDatabases((world) => {
  describe('roles', () => {
    const CASES = {
      host: { roles: 'host', may: [...MANAGED, 'set', 'forget', 'tell'] },
      manager: { roles: 'manager', may: [...MANAGED, 'set'] },
      agent: { roles: 'agent', may: ['set'] },
      'agent and manager': { roles: 'agent,manager', may: [...MANAGED, 'set'] },
      'agent and an unknown role': { roles: 'agent,owner,Manager,HOST', may: ['set'] },
    };
    for (const [name, { roles, may }] of Object.entries(CASES)) {
      it(name, async () => {
        const instance = await startTrusting(world);
        const tenant = newTenant();
        const host = instance.as(tenant, 'host', 'host');
        await host.pipeline('A', 'B', 'Gone');
        await host.delete('/statuses/gone', ANY);
        const client = instance.as(tenant, 'ani', roles);
        for (const [what, read] of Object.entries(READS)) assert.equal((await read(client)).status, 200, what);
        const { can, statusFields } = (await client.get('/statuses')).body;
        assert.deepEqual(statusFields, []);
        for (const [write, act] of Object.entries(WRITES)) {
          const action = actionOf(write);
          const before = (await host.get('/statuses')).body.seq;
          const answer = await act(client);
          if (may.includes(action)) {
            assert.ok(answer.status < 300, `${write}: ${JSON.stringify(answer.body)}`);
            assert.equal(can[action], true, write);
            continue;
          }
          assert.deepEqual([answer.status, codeOf(answer)], [403, 'forbidden'], write);
          assert.ok(answer.headers.get(SESSION), 'a rejection names the session too');
          // The message for the user is the same as in the list.
          assert.equal(answer.body.detail, can[action]);
          assert.match(can[action], /^[A-Z].*\.$/);
          assert.equal((await host.get('/statuses')).body.seq, before, `${write} was done`);
        }
        await instance.close();
      });
    }

    it('without a role, or with unknown ones only, nothing is allowed, not even reading', async () => {
      const instance = await startTrusting(world);
      for (const roles of ['', 'owner', 'Agent', '__proto__', 'constructor']) {
        const client = instance.as(newTenant(), 'ani', roles);
        for (const [what, act] of Object.entries({ ...READS, ...WRITES })) {
          const answer = await act(client);
          assert.equal(answer.status, 403, `${roles}: ${what}`);
          assert.ok(answer.headers.get(SESSION));
        }
      }
      await instance.close();
    });

    it('a rejection for a missing role is not stored under the idempotency key', async () => {
      const instance = await startTrusting(world);
      const tenant = newTenant();
      const key = { 'idempotency-key': 'k' };
      assert.equal((await instance.as(tenant, 'ani', 'agent').post('/statuses', STATUS, key)).status, 403);
      assert.equal((await instance.as(tenant, 'ani', 'manager').post('/statuses', STATUS, key)).status, 201);
      await instance.close();
    });

    it('a body is not parsed before the role is checked', async () => {
      const instance = await startTrusting(world);
      const agent = instance.as(newTenant(), 'ani', 'agent');
      assert.equal((await agent.post('/statuses', '{')).status, 403);
      assert.equal((await agent.patch('/statuses/a', '{')).status, 403);
      assert.equal((await agent.put('/conversations', 'x', { 'content-type': 'text/plain' })).status, 403);
      await instance.close();
    });
  });

  describe('authorize', () => {
    it('is required', () => {
      for (const authorize of [undefined, null, true]) {
        assert.throws(() => server.createServer({ open: world.open, authorize }), /authorize/);
      }
    });

    it('null is 401; forbidden and auth keep their meaning; anything else is a logged 500 without details', async () => {
      const seen = [];
      let thrown;
      const authorize = () => {
        if (thrown) throw thrown;
        return null;
      };
      const instance = await world.start({ basePath: '/api', authorize, onError: (error) => seen.push(error) });
      const client = new Client(instance.origin);
      client.base = `${instance.origin}/api`;
      const ask = async () => {
        const response = await fetch(`${client.base}/statuses`);
        return { status: response.status, headers: response.headers, body: await response.json() };
      };
      const nobody = await ask();
      assert.deepEqual([nobody.status, codeOf(nobody), nobody.headers.get(SESSION)], [401, 'auth', null]);
      for (const [code, status] of [
        ['auth', 401],
        ['forbidden', 403],
      ]) {
        thrown = new PipelineError(code, 'Not on Sundays.');
        const answer = await ask();
        assert.deepEqual([answer.status, codeOf(answer), answer.body.detail], [status, code, 'Not on Sundays.']);
      }
      assert.deepEqual(seen, []);
      const secrets = [
        new Error('secret'),
        new PipelineError('unavailable', 'secret'),
        new PipelineError('invalid', 'secret', { field: 'secret' }),
        Object.assign(new Error('secret'), { code: 'ECONNREFUSED' }),
        'secret',
      ];
      for (const each of secrets) {
        thrown = each;
        const answer = await ask();
        assert.deepEqual([answer.status, codeOf(answer)], [500, 'unknown'], String(each));
        assert.ok(!JSON.stringify(answer.body).includes('secret'));
        assert.equal(seen.pop().cause, each);
      }
      await instance.close();
    });

    it('an invalid caller is a mistake of the host: 500 and no data', async () => {
      let caller;
      const seen = [];
      const instance = await world.start({
        basePath: '/api',
        authorize: () => caller,
        onError: (error) => seen.push(error),
      });
      const callers = [
        {},
        'acme',
        { tenant: '', roles: ['host'] },
        { tenant: 7, roles: ['host'] },
        { tenant: 'x'.repeat(65), roles: ['host'] },
        { tenant: 'a\0b', roles: ['host'] },
        { tenant: 'a' },
        { tenant: 'a', roles: 'host' },
        { tenant: 'a', roles: [1] },
        { tenant: 'a', roles: ['host'], user: '' },
        { tenant: 'a', roles: ['host'], user: 'a\nb' },
        { tenant: 'a', roles: ['host'], user: '\ud800' },
        { tenant: 'a', roles: ['host'], session: '' },
      ];
      for (caller of callers) {
        const { status } = await fetch(`${instance.origin}/api/statuses`);
        assert.equal(status, 500, JSON.stringify(caller));
      }
      assert.equal(seen.length, callers.length);
      caller = undefined;
      assert.equal((await fetch(`${instance.origin}/api/statuses`)).status, 401);
      await instance.close();
    });

    it('receives the tenant of the path, decoded and validated', async () => {
      const seen = [];
      const authorize = (request, path) => {
        seen.push(path);
        return { tenant: path.tenant ?? 'fixed', roles: ['host'] };
      };
      const status = async (instance, path) => (await fetch(instance.origin + path)).status;
      const instance = await world.start({ basePath: '/t/:tenant/pipeline', authorize });
      assert.equal(await status(instance, '/t/caf%C3%A9/pipeline/statuses'), 200);
      for (const path of [
        '/t/%00/pipeline/statuses',
        '/t/a%2Fb/pipeline/statuses',
        `/t/${'x'.repeat(65)}/pipeline/statuses`,
      ]) {
        assert.equal(await status(instance, path), 404, path);
      }
      assert.equal(await status(instance, '/t/%2e%2e/pipeline/statuses'), 404);
      assert.equal(await status(instance, '/t/pipeline/statuses'), 404);
      assert.deepEqual(seen, [{ tenant: 'café' }]);
      await instance.close();
      const plain = await world.start({ basePath: '/api', authorize });
      assert.equal(await status(plain, '/api/statuses'), 200);
      assert.deepEqual(seen.pop(), {});
      await plain.close();
      for (const basePath of ['api', '/api/', '/:tenant/:tenant', '/:other', '/a*', '/api?x']) {
        assert.throws(() => server.createServer({ open: world.open, authorize, basePath }), /basePath/, basePath);
      }
    });

    it('that hangs is 504', async () => {
      const instance = await world.start({
        basePath: '/api',
        authorize: () => new Promise(() => undefined),
        requestTimeoutMs: 50,
      });
      assert.equal((await fetch(`${instance.origin}/api/statuses`)).status, 504);
      await instance.close();
    });
  });

  describe('author of a change', () => {
    it('is in the records of statuses and picks, in the stream and in the history', async () => {
      const instance = await startTrusting(world);
      const tenant = newTenant();
      const [sari, budi] = [instance.as(tenant, 'sari', 'manager'), instance.as(tenant, 'budi', 'agent')];
      const events = await Events.open(`${sari.base}/changes`, { ...sari.headers, 'last-event-id': '0' });
      await sari.pipeline('A', 'B');
      await budi.pick('c1', 'a');
      await sari.delete('/statuses/a?moveTo=b', ANY);
      await sari.post('/statuses/a/restore', {});
      await instance.as(tenant, undefined, 'manager').patch('/statuses/b', { color: '#000000' }, ANY);
      await events.until((changes) => changes.filter(({ event }) => event !== 'reset').length === 6);
      events.close();
      const told = events.changes.filter(({ event }) => event !== 'reset').map(({ data }) => data.by);
      assert.deepEqual(told, ['sari', 'sari', 'budi', 'sari', 'sari', undefined]);
      const rows = await world.database.query(
        'SELECT kind, by_whom AS by FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq',
        [tenant],
      );
      const named = rows.filter(({ kind }) => kind !== 'reset').map(({ by }) => by);
      assert.deepEqual(named, ['sari', 'sari', 'budi', 'sari', 'sari', null]);
      const statuses = await world.database.query(
        'SELECT status_id AS id, by_whom AS by FROM pipeline.statuses WHERE tenant_id = $1 ORDER BY status_id',
        [tenant],
      );
      assert.deepEqual(statuses, [
        { id: 'a', by: 'sari' },
        { id: 'b', by: null },
      ]);
      const { items } = (await budi.get('/conversations/c1/history')).body;
      assert.deepEqual(
        items.map(({ by }) => by),
        ['budi', 'sari', 'sari'],
      );
      await instance.close();
    });

    it('is stored in a database of an older version too, where the columns are added once', async () => {
      for (const table of ['statuses', 'changes']) {
        await world.database.query(`ALTER TABLE pipeline.${table} DROP COLUMN by_whom`);
      }
      // An older version did not number its migrations either.
      await world.database.query('DROP TABLE pipeline.migrations');
      const [one, two] = await Promise.all([startTrusting(world), startTrusting(world)]);
      const tenant = newTenant();
      await one.as(tenant, 'sari', 'manager').pipeline('A');
      await two.as(tenant, 'budi', 'manager').pipeline('B');
      const rows = await world.database.query(
        'SELECT by_whom AS by FROM pipeline.changes WHERE tenant_id = $1 ORDER BY seq',
        [tenant],
      );
      assert.deepEqual(rows, [{ by: 'sari' }, { by: 'budi' }]);
      await one.close();
      await two.close();
    });
  });

  describe('sessions', () => {
    it('have names that depend on tenant, user and session without revealing them', async () => {
      const instance = await startTrusting(world);
      const tenant = newTenant();
      const nameOf = async (client) => (await client.get('/statuses')).headers.get(SESSION);
      const names = await Promise.all([
        nameOf(instance.as(tenant, 'ani', 'agent')),
        nameOf(instance.as(tenant, 'budi', 'agent')),
        nameOf(instance.as(newTenant(), 'ani', 'agent')),
        nameOf(instance.as(tenant, 'ani', 'agent', { 'x-session': 's1' })),
        nameOf(instance.as(tenant, 'ani', 'agent', { 'x-session': 's2' })),
      ]);
      assert.equal(new Set(names).size, names.length);
      for (const name of names) assert.match(name, /^[\w-]{43}$/);
      // The same on another instance and after a restart: the name is derived, not stored.
      const other = await startTrusting(world);
      assert.equal(await nameOf(other.as(tenant, 'ani', 'manager')), names[0]);
      await other.close();
      await instance.close();
    });

    it('are named in every response to a known caller', async () => {
      const instance = await startTrusting(world);
      const client = instance.as(newTenant(), 'ani', 'manager');
      await client.pipeline('A');
      const { headers } = await client.get('/statuses');
      const session = headers.get(SESSION);
      const answers = [
        [304, await client.get('/statuses', { 'if-none-match': headers.get('etag') })],
        [200, await client.pick('c1', 'a')],
        [400, await client.post('/statuses', '{')],
        [400, await client.get('/statuses?x=%ff')],
        [403, await client.put('/conversations', { conversations: [] })],
        [403, await client.pick('c1', 'a', { origin: 'https://evil.example' })],
        [404, await client.get('/nothing')],
        [404, await client.pick('c1', 'none')],
        [405, await client.call('PUT', '/statuses', {})],
        [412, await client.patch('/statuses/a', { name: 'B' }, { 'if-match': '"0"' })],
        [413, await client.post('/statuses', 'x'.repeat(1_000_001))],
        [415, await client.post('/statuses', 'x', { 'content-type': 'text/plain' })],
        [422, await client.post('/statuses', {})],
        [428, await client.delete('/statuses/a')],
        [200, await client.call('HEAD', '/changes')],
      ];
      for (const [status, answer] of answers) {
        assert.equal(answer.status, status, JSON.stringify(answer.body));
        assert.equal(answer.headers.get(SESSION), session, String(status));
      }
      await instance.close();
    });

    it('a request for another session is 409, and nothing is read or done', async () => {
      const instance = await startTrusting(world);
      const tenant = newTenant();
      const [ani, budi] = [instance.as(tenant, 'ani', 'host'), instance.as(tenant, 'budi', 'host')];
      await ani.pipeline('A', 'B', 'Gone');
      await ani.delete('/statuses/gone', ANY);
      const { headers, body } = await ani.get('/statuses');
      const late = instance.as(tenant, 'budi', 'host', { [SESSION]: headers.get(SESSION) });
      const own = (await budi.get('/statuses')).headers.get(SESSION);
      for (const [what, act] of Object.entries({ ...READS, ...WRITES })) {
        const answer = await act(late);
        assert.equal(answer.status, 409, what);
        assert.equal(answer.headers.get(SESSION), own, 'the response names the current session');
        if (answer.body) assert.equal(codeOf(answer), 'session-changed', what);
      }
      const stream = await fetch(`${instance.origin}/api/changes`, { headers: late.headers });
      assert.equal(stream.status, 409);
      await stream.body.cancel();
      assert.deepEqual((await ani.get('/statuses')).body.seq, body.seq);
      // The response is not stored under the idempotency key either.
      const key = { 'idempotency-key': 'k' };
      assert.equal((await late.post('/statuses', STATUS, key)).status, 409);
      assert.equal((await late.post('/statuses', '{', key)).status, 409);
      assert.equal((await budi.post('/statuses', STATUS, { ...key, [SESSION]: own })).status, 201);
      for (const odd of ['x', `${own}, ${own}`, own.toLowerCase()]) {
        assert.equal((await budi.get('/statuses', { [SESSION]: odd })).status, 409, odd);
      }
      await instance.close();
    });

    it('a list of one session is not reused for another', async () => {
      const instance = await startTrusting(world);
      const tenant = newTenant();
      const tagOf = async (user, roles) =>
        (await instance.as(tenant, user, roles).get('/statuses')).headers.get('etag');
      const tag = await tagOf('ani', 'manager');
      assert.equal(await tagOf('ani', 'manager'), tag);
      assert.equal(await tagOf('ani', 'manager,unknown'), tag);
      for (const [user, roles] of [
        ['budi', 'manager'],
        ['ani', 'agent'],
        ['ani', 'agent,manager'],
      ]) {
        const answer = await instance.as(tenant, user, roles).get('/statuses', { 'if-none-match': tag });
        assert.equal(answer.status, 200, `${user} ${roles}`);
      }
      const other = await instance.as(newTenant(), 'ani', 'manager').get('/statuses', { 'if-none-match': tag });
      assert.equal(other.status, 200);
      await instance.close();
    });

    it('pages of allowed origins may read and send the header', async () => {
      const origin = 'https://inbox.example';
      const instance = await startTrusting(world, { allowedOrigins: [origin] });
      const client = instance.as(newTenant(), 'ani', 'agent');
      const answer = await client.get('/statuses', { origin });
      assert.match(answer.headers.get('access-control-expose-headers'), /Pipeline-Session/);
      const asked = { origin, 'access-control-request-method': 'GET' };
      const preflight = await fetch(`${instance.origin}/api/statuses`, { method: 'OPTIONS', headers: asked });
      assert.match(preflight.headers.get('access-control-allow-headers'), /Pipeline-Session/);
      await instance.close();
    });

    it('without a user, each token is a session of its own', async () => {
      const tenant = newTenant();
      const authorize = server.bearerTokens({ one: { tenant, roles: ['host'] }, two: { tenant, roles: ['host'] } });
      const instance = await world.start({ basePath: '/api', authorize });
      const nameOf = async (token) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${instance.origin}/api/statuses`, { headers })).headers.get(SESSION);
      };
      assert.notEqual(await nameOf('one'), await nameOf('two'));
      const plain = createHash('sha256').update('one').digest('base64url');
      assert.notEqual(await nameOf('one'), plain, 'the session name is not just the hash of the token');
      await instance.close();
    });
  });
});

describe('API_TOKENS', () => {
  const parse = (value) => server.parseApiTokens(typeof value === 'string' ? value : JSON.stringify(value));

  it('roles default to manager; unknown fields are ignored, unknown roles with a warning', () => {
    const { tokens, warnings } = parse({
      t1: { tenant: 'acme', by: 'old', isHost: true },
      t2: { tenant: 'acme', user: 'sari', roles: ['agent', 'intern'], session: 'x' },
    });
    assert.deepEqual(JSON.parse(JSON.stringify(tokens)), {
      t1: { tenant: 'acme', roles: ['manager'] },
      t2: { tenant: 'acme', user: 'sari', roles: ['agent', 'intern'] },
    });
    assert.deepEqual(warnings, ['API_TOKENS, entry 2: roles: "intern" is unknown and grants nothing.']);
    for (const none of [undefined, '', ' ', '{}']) assert.deepEqual(server.parseApiTokens(none).tokens, {});
  });

  it('an invalid entry is an error that names the field but not the token', () => {
    const good = { tenant: 'acme' };
    const bad = [
      ['{', /API_TOKENS: must be JSON/],
      ['[]', /API_TOKENS: must be an object/],
      ['null', /API_TOKENS: must be an object/],
      [{ secret: null }, /entry 1: must be an object/],
      [{ secret: 'acme' }, /entry 1: must be an object/],
      [{ ok: good, secret: {} }, /entry 2: tenant:/],
      [{ secret: { tenant: 7 } }, /tenant:/],
      [{ secret: { tenant: 'a/b' } }, /tenant:/],
      [{ secret: { tenant: 'acme', user: '' } }, /user:/],
      [{ secret: { tenant: 'acme', user: 1 } }, /user:/],
      [{ secret: { tenant: 'acme', roles: 'host' } }, /roles:/],
      [{ secret: { tenant: 'acme', roles: [null] } }, /roles:/],
      [{ '': good }, /token:/],
      [{ 'secret secret': good }, /token:/],
    ];
    for (const [value, message] of bad) {
      assert.throws(
        () => parse(value),
        (error) => message.test(error.message) && !error.message.includes('secret'),
        JSON.stringify(value),
      );
    }
  });

  /** Runs the real start script; resolves to its output so far and its exit. */
  function start(env) {
    const child = spawn(process.execPath, [fileURLToPath(new URL('../../demo/server/start.mjs', import.meta.url))], {
      env: { ...process.env, PORT: '0', DATABASE_URL: '', ...env },
    });
    const process_ = { child, output: '', ended: once(child, 'exit') };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (process_.output += text));
    return process_;
  }
  const portOf = (own) => until(() => /localhost:(\d+)/.exec(own.output)?.[1], 'the server to start');

  it('none: the server starts, warns, and rejects every request', async () => {
    const own = start({ API_TOKENS: '' });
    const port = await portOf(own);
    assert.match(own.output, /Every request will be rejected until API_TOKENS is set/);
    for (const path of ['/api/statuses', '/api/demo/statuses', '/api/changes']) {
      assert.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 401, path);
    }
    own.child.kill('SIGTERM');
    assert.deepEqual(await own.ended, [0, null]);
  });

  it('some: tokens identify their callers, also with the start script', async () => {
    const tokens = { t1: { tenant: 'acme', user: 'sari' }, t2: { tenant: 'acme', user: 'budi', roles: ['agent'] } };
    const own = start({ API_TOKENS: JSON.stringify(tokens) });
    const url = `http://127.0.0.1:${await portOf(own)}/api/statuses`;
    const create = async (token) =>
      (
        await fetch(url, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(STATUS),
        })
      ).status;
    assert.deepEqual([await create('t2'), await create('t1'), await create('t3')], [403, 201, 401]);
    assert.ok(!own.output.includes('will be rejected'));
    own.child.kill('SIGTERM');
    await own.ended;
  });

  it('invalid: the server reports the mistake and does not start', async () => {
    const own = start({ API_TOKENS: '{"t1":{"tenant":"acme","roles":"host"}}' });
    assert.deepEqual(await own.ended, [1, null]);
    assert.match(own.output, /API_TOKENS, entry 1: roles: must be an array of strings\./);
    assert.ok(!/\bat .*\.m?js/.test(own.output));
  });
});
