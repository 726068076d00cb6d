// Sends values that none of our clients sends to every place that takes one: they are rejected, and reveal nothing.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { STACK } from './raw.mjs';
import { Events } from './events.mjs';
import { codeOf, newTenant, onBothDatabases } from './support.mjs';

const encode = encodeURIComponent;
const token = (...fields) => Buffer.from(JSON.stringify(fields)).toString('base64url');
const fieldsOf = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());

/** As written in JSON; in a URL they are percent-encoded. */
const NASTY = [
  '\0',
  'a\0b',
  '\u0001',
  '\u007f',
  '\u009f',
  '\ud800',
  'a\udfff',
  '',
  ' ',
  '.',
  '..',
  '../..',
  '/',
  '\\',
  'a/b',
  '%00',
  '%',
  '\ufffe',
  '\uffff',
  'x'.repeat(300),
  'x'.repeat(5000),
  '😀'.repeat(200),
  "'; DROP TABLE pipeline.statuses; --",
  '"',
  '{}',
  '[]',
  '${1}',
  '$1',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'Infinity',
  '-0',
  '-1',
  '1e999',
  '0x10',
  '9'.repeat(400),
  '9007199254740993',
  '1.5',
  'true',
  'null',
  '\u202e',
  '\u2028',
];
const VALUES = [
  ...NASTY,
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -1e308,
  [],
  {},
  [[]],
  [null],
  { a: { b: [] } },
  { toString: 1 },
  ['a', 'b'],
];
/** Values that a header can carry. */
const HEADER_VALUES = [
  '',
  ' ',
  'x',
  '"',
  '""',
  'W/"1"',
  '"1", x',
  ',',
  ',,',
  '*',
  '*, "1"',
  '-1',
  '1e9',
  '9'.repeat(30),
  'NaN',
  '\u00ff',
  "'; --",
  'x'.repeat(8000),
  '"'.repeat(4000),
  'a, '.repeat(2000),
];

onBothDatabases(
  (world) => {
    /** Fails for a server error, and for a response that reveals internals. */
    const check = (answer, what) => {
      const text = JSON.stringify(answer.body);
      assert.ok(answer.status < 500, `${what}: ${answer.status} ${text}`);
      assert.ok(
        !STACK.test(text) &&
          !/SELECT|INSERT|UPDATE|SQLSTATE|pipeline\.\w+/.test(text.replaceAll('DROP TABLE pipeline.statuses', '')),
        `${what}: ${text}`,
      );
      if (answer.status >= 400 && answer.body !== '')
        assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    };
    const raw = async (url, init) => {
      const response = await fetch(url, init);
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json');
      return { status: response.status, headers: response.headers, body: text && isJson ? JSON.parse(text) : text };
    };
    const seen = [];
    const start = () => world.start({ onError: (thrown) => seen.push(thrown) });

    it('in every query parameter, once and twice', async () => {
      const instance = await start();
      const client = world.client();
      await client.pipeline('A');
      const base = `${instance.origin}/api/${client.tenant}`;
      const slots = {
        '/counts': ['of', 'contactMatch'],
        '/conversations': ['op', 'status', 'pageSize', 'pageToken', 'contactMatch', 'unknown'],
        '/contacts': ['op', 'status', 'pageSize', 'pageToken', 'contactMatch'],
      };
      for (const [path, names] of Object.entries(slots)) {
        for (const name of names) {
          for (const value of NASTY) {
            const query = `${name}=${encode(value.toWellFormed?.() ?? value.replace(/[\ud800-\udfff]/g, '\ufffd'))}`;
            check(await raw(`${base}${path}?${query}`), `${path} ${query.slice(0, 60)}`);
          }
          if (name === 'status' || name === 'unknown') continue;
          const value = { of: 'contact', contactMatch: 'any', op: 'any-of', pageSize: '2', pageToken: 'x' }[name];
          const twice = await raw(
            `${base}${path}?of=contact&${name === 'of' ? '' : `${name}=${value}&`}${name}=${value}`,
          );
          if (name !== 'of' || path === '/counts')
            assert.deepEqual([twice.status, twice.body.field], [422, name], path);
        }
      }
      const dropped = await raw(`${base}/statuses/a?moveTo=&moveTo=`, {
        method: 'DELETE',
        headers: { 'if-match': '*' },
      });
      assert.deepEqual([dropped.status, dropped.body.field], [422, 'moveTo']);
      for (const value of NASTY.filter(Boolean)) {
        const url = `${base}/statuses/a?moveTo=${encode(value.replace(/[\ud800-\udfff]/g, ''))}`;
        if (url.endsWith('=')) continue;
        check(await raw(url, { method: 'DELETE', headers: { 'if-match': '*' } }), url);
      }
      const many = Array.from({ length: 501 }, (_, n) => `status=${n}`).join('&');
      const tooMany = await raw(`${base}/conversations?${many}`);
      assert.deepEqual([tooMany.status, tooMany.body.field], [422, 'status']);
      for (const bad of ['%', '%0', '%zz', '%ff', '%c0%80', '%ed%a0%80']) {
        for (const query of [`status=${bad}`, `x=${bad}`, `${bad}=x`]) {
          assert.equal((await raw(`${base}/conversations?${query}`)).status, 400, query);
        }
      }
      assert.equal((await client.statuses()).length, 1);
      await instance.close();
    });

    it('in every path segment', async () => {
      const instance = await start();
      const client = world.client();
      await client.pipeline('A');
      const slots = [
        ['PATCH', (id) => `/statuses/${id}`, { name: 'X' }],
        ['DELETE', (id) => `/statuses/${id}`],
        ['POST', (id) => `/statuses/${id}/move`, { after: null }],
        ['POST', (id) => `/statuses/${id}/restore`, {}],
        ['PUT', (id) => `/conversations/${id}/status`, { statusId: null }],
        ['GET', (id) => `/conversations/${id}/history`],
      ];
      for (const [method, path, body] of slots) {
        for (const value of [
          ...NASTY.map((each) => encode(each.replace(/[\ud800-\udfff]/g, ''))),
          '%ff',
          '%c0%80',
          '%ed%a0%80',
          '%2e%2e',
          '%2F',
        ]) {
          const headers = { 'content-type': 'application/json', 'if-match': '*' };
          const url = `${instance.origin}/api/${client.tenant}${path(value)}`;
          check(await raw(url, { method, headers, body: body && JSON.stringify(body) }), `${method} ${path(value)}`);
        }
      }
      for (const value of NASTY.map((each) => encode(each.replace(/[\ud800-\udfff]/g, '')))) {
        check(await raw(`${instance.origin}/api/${value}/statuses`), value);
      }
      await instance.close();
    });

    it('in every header', async () => {
      const instance = await start();
      const client = world.client();
      await client.pipeline('A');
      const names = [
        'if-match',
        'if-none-match',
        'idempotency-key',
        'last-event-id',
        'pipeline-session',
        'authorization',
        'origin',
        'cookie',
        'content-type',
        'accept',
        'referer',
        'sec-fetch-site',
        'access-control-request-method',
        'x-forwarded-host',
        'range',
      ];
      const base = `${instance.origin}/api/${client.tenant}`;
      for (const name of names) {
        for (const value of HEADER_VALUES) {
          const headers = { [name]: value };
          const json = { 'content-type': 'application/json', ...headers };
          check(await raw(`${base}/statuses`, { headers }), `GET ${name}: ${value.slice(0, 20)}`);
          check(await raw(`${base}/changes`, { method: 'HEAD', headers }), `HEAD ${name}: ${value.slice(0, 20)}`);
          check(
            await raw(`${base}/conversations/c1/status`, { method: 'PUT', headers: json, body: '{"statusId":"a"}' }),
            `PUT ${name}: ${value.slice(0, 20)}`,
          );
        }
      }
      await instance.close();
    });

    it('in every field of a body', async () => {
      const instance = await start();
      const client = world.client();
      await client.pipeline('A');
      const slots = {
        'POST /statuses': (v) => [
          { id: v, name: 'X', color: '#112233' },
          { id: 'x', name: v, color: '#112233' },
          { id: 'x', name: 'X', color: v },
          { id: 'x', name: 'X', color: '#112233', after: v },
        ],
        'PATCH /statuses/a': (v) => [{ name: v }, { color: v }, v],
        'POST /statuses/a/move': (v) => [{ after: v }],
        'POST /statuses/a/restore': (v) => [v, { x: v }],
        'PUT /conversations/c1/status': (v) => [{ statusId: v }, { statusId: null, contactId: v }],
        'POST /conversations/find': (v) => [
          { op: v, statusIds: [] },
          { op: 'any-of', statusIds: v },
          { op: 'any-of', statusIds: [v] },
          { op: 'any-of', statusIds: [], pageSize: v },
          { op: 'any-of', statusIds: [], pageToken: v },
          { op: 'any-of', statusIds: [], staleOnly: v },
        ],
        'POST /contacts/find': (v) => [{ op: 'any-of', statusIds: [], contactMatch: v }, v],
        'POST /conversations/batch-get': (v) => [{ ids: v }, { ids: [v] }],
        'POST /contacts/batch-get': (v) => [{ ids: v }, { ids: [v] }],
        'POST /conversations/batch-set': (v) => [
          { conversations: v, statusId: null },
          { conversations: [v], statusId: null },
          { conversations: [{ conversationId: v }], statusId: null },
          { conversations: [{ conversationId: 'c', contactId: v }], statusId: null },
          { conversations: [{ conversationId: 'c' }], statusId: v },
        ],
        'PUT /conversations': (v) => [
          { conversations: v },
          { conversations: [v] },
          { conversations: [{ conversationId: v }] },
          { conversations: [{ conversationId: 'c', contactId: v, activityAt: 1 }] },
          { conversations: [{ conversationId: 'c', activityAt: v }] },
        ],
      };
      for (const [where, bodies] of Object.entries(slots)) {
        const [method, path] = where.split(' ');
        for (const value of VALUES) {
          for (const body of bodies(value)) {
            const text = JSON.stringify(body);
            const headers = { 'content-type': 'application/json', 'if-match': '*' };
            const answer = await raw(`${instance.origin}/api/${client.tenant}${path}`, { method, headers, body: text });
            check(answer, `${where} ${text.slice(0, 80)}`);
          }
        }
      }
      for (const text of [
        '{"id":1e999}',
        '{"conversations":[{"conversationId":"c","activityAt":1e999}]}',
        `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
      ]) {
        check(
          await raw(`${instance.origin}/api/${client.tenant}/conversations`, {
            method: 'PUT',
            headers: { 'content-type': 'application/json' },
            body: text,
          }),
          text.slice(0, 40),
        );
      }
      // Everything still works.
      assert.equal((await client.pick('c1', null)).status, 200);
      assert.equal((await client.get('/conversations')).status, 200);
      await instance.close();
    });

    it('page tokens that are forged in any field, cut off, or of another list, tenant or version', async () => {
      const instance = await start();
      const [client, other] = [world.client(), world.client()];
      for (const each of [client, other]) {
        await each.pipeline('A');
        for (let n = 0; n < 4; n++) await each.pick(`c${n}`, 'a');
      }
      const page = async (own, text) =>
        raw(`${instance.origin}/api/${own.tenant}/conversations?pageSize=2&pageToken=${encode(text)}`);
      const { nextPageToken: good } = (await client.get('/conversations?pageSize=2')).body;
      assert.equal((await page(client, good)).status, 200);
      const [version, at, digest, recency, id] = fieldsOf(good);
      assert.equal((await page(client, token(version, at, digest, recency, id))).status, 200);

      const foreign = await page(other, good);
      assert.deepEqual([foreign.status, foreign.body.field], [422, 'pageToken']);
      for (const value of [...VALUES, '1e999', 'a\0b']) {
        const forged = [
          token(value, at, digest, recency, id),
          token(version, value, digest, recency, id),
          token(version, at, value, recency, id),
          token(version, at, digest, value, id),
          token(version, at, digest, recency, value),
          token(version, at, digest, recency, id, value),
        ];
        for (const text of forged) {
          const answer = await page(client, text);
          check(answer, JSON.stringify(fieldsOf(text)).slice(0, 80));
          // A changed number or id is just another position, which the server cannot recognize; anything else is
          // rejected.
          assert.ok([200, 410, 422].includes(answer.status));
          if (answer.status !== 200) assert.equal(answer.body.field, 'pageToken');
        }
      }
      for (const bad of ['a\0b', 'a/b', '', '.', '\ud800', 'x'.repeat(257), 7, null, {}, ['a']]) {
        assert.equal((await page(client, token(version, at, digest, recency, bad))).status, 422, JSON.stringify(bad));
      }
      for (const bad of ['1', null, {}, [1], true]) {
        assert.equal((await page(client, token(version, at, digest, bad, id))).status, 422, JSON.stringify(bad));
      }
      const infinite = Buffer.from(`[${version},${at},"${digest}",1e999,"c"]`).toString('base64url');
      assert.equal((await page(client, infinite)).status, 422);
      assert.equal((await page(client, token(version + 1, at, digest, recency, id))).status, 410);
      assert.equal((await page(client, token(version - 1, at, digest, recency, id))).status, 410);
      for (const bad of [
        good.slice(0, -3),
        `${good}x`,
        good.toLowerCase(),
        `${good}\0`,
        ` ${good}`,
        'AA',
        '\0',
        'x'.repeat(6000),
        token(),
        'null',
        token(version),
      ]) {
        const answer = await page(client, bad);
        assert.equal(answer.status, 422, bad.slice(0, 40));
      }
      await instance.close();
    });

    it('any database failure is a 5xx with a message that reveals nothing', async () => {
      const messages = ['syntax error at "SELECT secret"', 'invalid byte sequence for encoding "UTF8": 0x00'];
      for (const code of [
        undefined,
        '22021',
        '22P02',
        '42601',
        '42P01',
        '23503',
        '53300',
        '57014',
        'XX000',
        'ECONNRESET',
      ]) {
        for (const message of messages) {
          const open = async () => {
            const database = await world.open();
            const fail = async () => {
              throw Object.assign(new Error(message), {
                code,
                query: 'SELECT secret',
                stack: 'at secret (file.ts:1:1)',
              });
            };
            return { ...database, snapshot: fail, transaction: fail };
          };
          const instance = await world.start({ open, onError: () => undefined });
          for (const init of [
            {},
            {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: '{"id":"a","name":"A","color":"#112233"}',
            },
          ]) {
            const answer = await raw(`${instance.origin}/api/${newTenant()}/statuses`, init);
            assert.ok([500, 503, 504].includes(answer.status));
            assert.ok(!/secret|SELECT|UTF8|\.ts/.test(JSON.stringify(answer.body)), JSON.stringify(answer.body));
            assert.ok(['unknown', 'unavailable', 'timeout'].includes(codeOf(answer)));
          }
          await instance.close();
        }
      }
    });

    it('a malformed stored change is sent as a reset, and the stream continues', async () => {
      for (const record of ['{', '7', '"x"', '[', null]) {
        const client = world.client();
        await client.pipeline('A');
        await world.database.query(
          `INSERT INTO pipeline.changes (tenant_id, seq, kind, record, at) SELECT $1, seq + 1, 'entry', $2, 0
          FROM pipeline.tenants WHERE tenant_id = $1`,
          [client.tenant, record],
        );
        await world.database.query('UPDATE pipeline.tenants SET seq = seq + 1 WHERE tenant_id = $1', [client.tenant]);
        const events = await Events.open(`${client.base}/changes`, { 'last-event-id': '0' });
        await events.until((changes) => changes.length === 2);
        assert.equal(events.changes[1].event, 'reset', String(record));
        await client.pick('c1', 'a');
        await events.until((changes) => changes.length === 3);
        events.close();
      }
    });

    it('none of this was logged as an unexpected error', () => assert.deepEqual(seen, []));
  },
  { only: 'PostgreSQL' },
);
