// Tests the demo's server: signing in, what each user may do, and who is rejected.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Events } from './events.mjs';
import { codeOf, until } from './support.mjs';

const TOKENS = { 'other-token': { tenant: 'other', user: 'robot' }, 'demo-token': { tenant: 'demo', roles: ['host'] } };
const STATUS = { id: 'leads', name: 'Leads', color: '#2775f8' };

/** A minimal browser that keeps cookies. */
class Browser {
  cookie = '';

  constructor(origin) {
    this.origin = origin;
  }

  async call(method, path, body, headers = {}) {
    const response = await fetch(this.origin + path, {
      method,
      headers: {
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const set = response.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0].endsWith('=') ? '' : set.split(';')[0];
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
  }

  signIn = (user, headers) => this.call('POST', '/session', { user }, headers);
  statuses = () => this.call('GET', '/api/demo/statuses');
  create = (status = STATUS) => this.call('POST', '/api/demo/statuses', status);
}

async function startDemo(env) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../demo/serve.mjs', import.meta.url))], {
    env: { ...process.env, PORT: '0', DATABASE_URL: '', DATA_FOLDER: '', API_TOKENS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  const port = await until(() => /localhost:(\d+)/.exec(output)?.[1], 'the server to start');
  const origin = `http://127.0.0.1:${port}`;
  // On a busy machine, opening the database may take longer than the limit for a request.
  const first = new Browser(origin);
  await first.signIn('manager');
  await until(async () => (await first.statuses()).status === 200, 'the database');
  return {
    origin,
    async close() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

for (const [name, env] of Object.entries({
  'the demo': {},
  'the demo, with tokens': { API_TOKENS: JSON.stringify(TOKENS) },
})) {
  describe(name, () => {
    let demo;
    before(async () => (demo = await startDemo(env)));
    after(async () => assert.deepEqual(await demo?.close(), [0, null]));
    const browser = () => new Browser(demo.origin);
    const signedIn = async (user) => {
      const own = browser();
      assert.equal((await own.signIn(user)).status, 200);
      return own;
    };

    it('at first no one is signed in, and the API is closed', async () => {
      const own = browser();
      const calls = [
        ['GET', '/session'],
        ['GET', '/api/demo/statuses'],
        ['GET', '/api/demo/changes'],
        ['POST', '/api/demo/statuses', STATUS],
        ['POST', '/session/conversations', { conversations: [] }],
        ['PUT', '/api/demo/conversations', { conversations: [] }],
      ];
      for (const [method, path, body] of calls) {
        const answer = await own.call(method, path, body);
        assert.deepEqual([answer.status, codeOf(answer)], [401, 'auth'], path);
        assert.equal(answer.headers.get('pipeline-session'), null);
      }
      for (const path of ['/api/other/statuses', '/api/statuses', '/api', '/session/', '/session/x']) {
        assert.equal((await own.call('GET', path)).status, 404, path);
      }
    });

    it('signing in sets a cookie that scripts cannot read, and returns the user', async () => {
      for (const [user, roles] of [
        ['agent-1', ['agent']],
        ['agent-2', ['agent']],
        ['manager', ['manager']],
      ]) {
        const own = browser();
        const answer = await own.signIn(user);
        assert.deepEqual([answer.status, answer.body], [200, { user, roles }]);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        const set = answer.headers.get('set-cookie');
        assert.match(set, /^[\w-]+=[\w-]{43}; /);
        for (const part of ['HttpOnly', 'SameSite=Lax', 'Path=/']) assert.ok(set.includes(`; ${part}`), part);
        assert.deepEqual((await own.call('GET', '/session')).body, { user, roles });
        assert.equal((await own.statuses()).status, 200);
      }
    });

    it('a forged or expired cookie is rejected', async () => {
      const own = await signedIn('manager');
      const [cookieName, value] = own.cookie.split('=');
      const old = own.cookie;
      assert.equal((await own.signIn('agent-1')).status, 200);
      assert.notEqual(own.cookie, old);
      for (const cookie of [
        old,
        `${cookieName}=`,
        `${cookieName}=${'x'.repeat(43)}`,
        `${cookieName}=${value}x`,
        `${cookieName}=__proto__`,
        `x${old}`,
        '=',
        ';;;',
      ]) {
        const answer = await browser().call('GET', '/session', undefined, { cookie });
        assert.equal(answer.status, 401, cookie);
      }
      const among = await browser().call('GET', '/session', undefined, { cookie: `a=b; ${own.cookie};c=d` });
      assert.equal(among.body.user, 'agent-1');
    });

    it('signing out removes the cookie and invalidates it', async () => {
      const own = await signedIn('manager');
      const { cookie } = own;
      const answer = await own.call('DELETE', '/session');
      assert.equal(answer.status, 204);
      assert.match(answer.headers.get('set-cookie'), /=; .*Max-Age=0/);
      assert.equal((await browser().call('GET', '/session', undefined, { cookie })).status, 401);
      assert.equal((await browser().call('GET', '/api/demo/statuses', undefined, { cookie })).status, 401);
      assert.equal((await own.call('DELETE', '/session')).status, 204);
    });

    it('unknown users and malformed bodies are rejected', async () => {
      const own = browser();
      for (const user of ['host', 'Manager', '', '__proto__', null, 7, ['manager'], { user: 'manager' }]) {
        const answer = await own.signIn(user);
        assert.deepEqual([answer.status, answer.body.field], [422, 'user'], JSON.stringify(user));
      }
      assert.equal((await own.call('POST', '/session', '{')).status, 400);
      assert.equal((await own.call('POST', '/session', '[]')).status, 422);
      assert.equal(
        (await own.call('POST', '/session', 'user=manager', { 'content-type': 'application/x-www-form-urlencoded' }))
          .status,
        415,
      );
      assert.equal(
        (await own.call('POST', '/session', '{"user":"manager"}', { 'content-type': 'text/plain' })).status,
        415,
      );
      assert.equal(own.cookie, '');
      for (const [method, path, allow] of [
        ['PUT', '/session', 'GET, HEAD, POST, DELETE'],
        ['GET', '/session/conversations', 'POST'],
      ]) {
        const answer = await own.call(method, path, method === 'PUT' ? {} : undefined);
        assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow]);
      }
    });

    it('a page of another site can neither sign in, sign out, nor write', async () => {
      const own = await signedIn('manager');
      const { cookie } = own;
      const sites = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
      ];
      for (const headers of sites) {
        const calls = [
          own.signIn('agent-1', headers),
          own.call('DELETE', '/session', undefined, headers),
          own.call('POST', '/session/conversations', { conversations: [] }, headers),
          own.call('POST', '/api/demo/statuses', STATUS, headers),
        ];
        for (const { status } of await Promise.all(calls)) assert.equal(status, 403, JSON.stringify(headers));
      }
      assert.equal(own.cookie, cookie);
      assert.equal((await own.call('GET', '/session')).body.user, 'manager');
      const same = await own.signIn('manager', { origin: demo.origin, 'sec-fetch-site': 'same-origin' });
      assert.equal(same.status, 200);
    });

    it('a manager sets up the pipeline, agents pick, and both are recorded', async () => {
      const [manager, agent, other] = [await signedIn('manager'), await signedIn('agent-1'), await signedIn('agent-2')];
      assert.equal((await manager.create()).status, 201);
      const refused = await agent.create({ ...STATUS, id: 'x', name: 'X' });
      assert.deepEqual([refused.status, codeOf(refused)], [403, 'forbidden']);
      const { can } = (await agent.statuses()).body;
      assert.equal(can.create, refused.body.detail);
      assert.equal(can.set, true);
      for (const own of [agent, other]) {
        const pick = await own.call('PUT', '/api/demo/conversations/c-by/status', {
          statusId: own === agent ? 'leads' : null,
        });
        assert.equal(pick.status, 200);
      }
      const { items } = (await manager.call('GET', '/api/demo/conversations/c-by/history')).body;
      assert.deepEqual(
        items.map(({ by }) => by),
        ['agent-1', 'agent-2'],
      );
    });

    it('each user has a session; a write of one session is not done in the next', async () => {
      const own = await signedIn('agent-1');
      const session = (await own.statuses()).headers.get('pipeline-session');
      await own.signIn('agent-2');
      const late = await own.call(
        'PUT',
        '/api/demo/conversations/late/status',
        { statusId: null },
        { 'pipeline-session': session },
      );
      assert.deepEqual([late.status, codeOf(late)], [409, 'session-changed']);
      const now = (await own.statuses()).headers.get('pipeline-session');
      assert.notEqual(now, session);
      assert.equal(late.headers.get('pipeline-session'), now);
      await own.signIn('agent-1');
      assert.equal((await own.statuses()).headers.get('pipeline-session'), session);
    });

    it('any user can register conversations: at most 1000, each validated', async () => {
      const own = await signedIn('agent-1');
      const tell = (conversations) => own.call('POST', '/session/conversations', { conversations });
      assert.equal((await tell([{ conversationId: 'told', contactId: 'p1', activityAt: 5 }])).status, 204);
      const { ids } = (await own.call('GET', '/api/demo/conversations?pageSize=200')).body;
      assert.ok(ids.includes('told'));
      const many = Array.from({ length: 1001 }, (_, n) => ({ conversationId: `m${n}` }));
      for (const bad of [
        undefined,
        null,
        {},
        'x',
        [1],
        [{}],
        [{ conversationId: '' }],
        [{ conversationId: 'a\0b' }],
        [{ conversationId: 'c', activityAt: -1 }],
        many,
      ]) {
        assert.equal((await tell(bad)).status, 422, JSON.stringify(bad)?.slice(0, 40));
      }
      assert.equal((await tell(many.slice(1))).status, 204);
      // Not by the call for hosts.
      assert.equal((await own.call('PUT', '/api/demo/conversations', { conversations: [] })).status, 403);
    });

    it('the open stream of a signed-in user continues, others are rejected', async () => {
      const own = await signedIn('agent-1');
      const events = await Events.open(`${demo.origin}/api/demo/changes`, { cookie: own.cookie });
      assert.equal(events.response.status, 200);
      await events.until(() => events.blocks.length >= 2, 'the beginning');
      const manager = await signedIn('manager');
      await manager.create({ id: 'streamed', name: 'Streamed', color: '#123456' });
      await events.until((changes) => changes.some(({ data }) => data.id === 'streamed' && data.by === 'manager'));
      events.close();
    });

    it('access tokens only work if API_TOKENS is set', async () => {
      const headers = { authorization: 'Bearer demo-token' };
      const answer = await browser().call('GET', '/api/demo/statuses', undefined, headers);
      assert.equal(answer.status, env.API_TOKENS ? 200 : 401);
      const wrong = await (
        await signedIn('manager')
      ).call('GET', '/api/demo/statuses', undefined, { authorization: 'Bearer x' });
      assert.equal(wrong.status, env.API_TOKENS ? 401 : 200);
    });
  });
}
