// Whatever bytes arrive, the response is a 4xx and the next request is served, by the reference server and the demo's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { STACK, sendRaw, statusesOf } from './raw.mjs';
import { newTenant, onBothDatabases, server, until } from './support.mjs';

const { readTarget } = await import('../../demo/server/http.mjs');

const END = '\r\nConnection: close\r\n\r\n';
const KEPT = '\r\n\r\n';
const HOST = '\r\nHost: localhost';
const get = (target) => `GET ${target} HTTP/1.1${HOST}${END}`;
const post = (path, head, body = '') =>
  `POST ${path} HTTP/1.1${HOST}\r\nContent-Type: application/json${head}${END}${body}`;

/** Request targets that are malformed or outside the API. */
const TARGETS = [
  ...[
    '//',
    '///',
    '////a',
    '/\\',
    '/\\\\evil.example/',
    '\\',
    '//:0',
    '//[',
    '//evil.example/api/t/statuses',
    '//@',
    '/..//',
  ],
  ...[
    'http://',
    'http://[',
    'http://:0',
    'http:///',
    'https://',
    'http:/x',
    'http:x',
    'ftp://localhost/',
    'x',
    '*',
    '?',
    '#',
  ],
  ...[
    'http://evil.example/api/t/statuses',
    'http://localhost@evil.example/',
    'http://localhost:1/',
    'javascript:1',
    ':',
  ],
  ...[
    '/%',
    '/%2',
    '/%zz',
    '/%ff',
    '/api/t/%c0%af',
    '/api/%ff/statuses',
    '/api/t/statuses/%ed%a0%80',
    '/%00',
    '/a%00.js',
  ],
  ...['/api/t/statuses\u0001', '/api/t/\u00ff', '/api/t/statuses#a', '/<>', '/"', '/`', '/{}|^'],
  ...[
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/dist/..%5c..%5cx',
    '/api/../none',
    '/api/.',
    '/api/%2e%2e/x',
  ],
  ...[
    `/${'a'.repeat(300)}.js`,
    `/${'a/'.repeat(3000)}x.js`,
    `/api/${'x'.repeat(5000)}/statuses`,
    `/api/t/statuses/${'%61'.repeat(2000)}`,
  ],
];

/** Malformed requests. */
const REQUESTS = {
  'HTTP/0.9': 'GET /none\r\n\r\n',
  garbage: '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'NUL bytes': '\0'.repeat(100),
  'no version': 'GET / \r\n\r\n',
  'an invalid version': `GET / HTTP/9.9${HOST}${END}`,
  'an unknown method': `FOO / HTTP/1.1${HOST}${END}`,
  'no Host': `GET /api/t/statuses HTTP/1.1${END}`,
  'two Hosts': `GET /api/t/statuses HTTP/1.1${HOST}\r\nHost: evil.example${END}`,
  'a header without a name': `GET / HTTP/1.1${HOST}\r\n: x${END}`,
  'a header without a colon': `GET / HTTP/1.1${HOST}\r\nx${END}`,
  'NUL in a header': `GET / HTTP/1.1${HOST}\r\nX: a\0b${END}`,
  'headers that are too large': `GET / HTTP/1.1${HOST}\r\nX: ${'x'.repeat(20_000)}${END}`,
  'a target that is too long': get(`/${'x'.repeat(20_000)}`),
  CONNECT: `CONNECT localhost:443 HTTP/1.1${HOST}${END}`,
  'CONNECT to a path': `CONNECT /api/t/statuses HTTP/1.1${HOST}${END}`,
  TRACE: `TRACE /api/t/statuses HTTP/1.1${HOST}${END}`,
  'OPTIONS of everything': `OPTIONS * HTTP/1.1${HOST}${END}`,
  'an expectation': `POST /api/t/statuses HTTP/1.1${HOST}\r\nExpect: the unexpected\r\nContent-Length: 2${END}{}`,
  'two lengths': post('/api/t/statuses', '\r\nContent-Length: 2\r\nContent-Length: 3', '{}'),
  'both a length and chunks': post(
    '/api/t/statuses',
    '\r\nContent-Length: 2\r\nTransfer-Encoding: chunked',
    '0\r\n\r\n',
  ),
  'an invalid length': post('/api/t/statuses', '\r\nContent-Length: -1', '{}'),
  'a huge length': post('/api/t/statuses', '\r\nContent-Length: 99999999999999999999', '{}'),
  'an invalid encoding': post('/api/t/statuses', '\r\nTransfer-Encoding: gzip', '{}'),
  'invalid chunks': post('/api/t/statuses', '\r\nTransfer-Encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n'),
  'a truncated body': post('/api/t/statuses', '\r\nContent-Length: 100', '{"id":'),
  'truncated chunks': post('/api/t/statuses', '\r\nTransfer-Encoding: chunked', '5\r\n{"id"'),
  'endless chunk extensions': post('/api/t/statuses', '\r\nTransfer-Encoding: chunked', `1;${'x'.repeat(20_000)}`),
};

/** Invalid hosts. Only code that builds a URL notices them. */
const HOSTS = ['[', 'a b', 'a/b', 'a@b', '1', 'x\\y', ':0', 'localhost:99999', '\u00ff', '%', 'a#b'];

/** @param target resolves to the port of a server, and to how to check that it is still alive. */
function survives(open) {
  let target;
  before(async () => (target = await open()));
  after(() => target?.close());

  /** Fails unless every response is a 4xx without a stack trace, and the next request is served. */
  const refused = async (what, bytes) => {
    const isHalfClosed = what.includes('truncated') || what === 'nothing';
    const text = await sendRaw(target.port, Buffer.from(bytes, 'latin1'), { isHalfClosed });
    const statuses = statusesOf(text);
    assert.ok(statuses.length > 0, `${what}: no answer`);
    for (const status of statuses) assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
    assert.ok(!STACK.test(text), `${what}: ${text}`);
    // On a connection of its own: the server may be about to close one that was idle.
    const next = statusesOf(await sendRaw(target.port, get(target.path)));
    assert.deepEqual(next, [200], `the request after ${what}`);
    assert.ok(target.isAlive());
  };

  it('request targets', async () => {
    for (const each of TARGETS) await refused(JSON.stringify(each.slice(0, 40)), get(each));
  });

  for (const [what, bytes] of Object.entries(REQUESTS)) it(what, () => refused(what, bytes));

  it('every byte in the method, in the target and in a header', async () => {
    for (let byte = 0; byte < 256; byte += 1) {
      const char = String.fromCharCode(byte);
      const texts = [
        `${char}ET /none HTTP/1.1${HOST}${END}`,
        get(`/x${char}y`),
        `GET /none HTTP/1.1${HOST}\r\nA${char}: b${char}${END}`,
      ];
      for (const text of texts) {
        const answer = await sendRaw(target.port, Buffer.from(text, 'latin1'));
        for (const status of statusesOf(answer)) assert.ok(status >= 400 && status < 500, `byte ${byte}: ${status}`);
      }
    }
    assert.ok(target.isAlive());
  });

  it('a client that disconnects in the middle', async () => {
    const whole = post(
      '/api/t/statuses',
      '\r\nContent-Length: 50',
      '{"id":"a","name":"A","color":"#112233"}'.padEnd(50),
    );
    for (let length = 1; length < whole.length; length += 7) {
      await sendRaw(target.port, whole.slice(0, length), { isHalfClosed: true });
    }
    assert.deepEqual(statusesOf(await sendRaw(target.port, get(target.path))), [200]);
    assert.ok(target.isAlive());
  });

  it('pipelined requests are all answered in order, even after a rejected one', async () => {
    const kept = (path) => get(path).replace(END, KEPT);
    const bytes = kept(target.path) + kept('/none') + kept(target.path) + get('/none');
    assert.deepEqual(statusesOf(await sendRaw(target.port, bytes)), [200, 404, 200, 404]);
  });

  it('an upgrade request is an ordinary request', async () => {
    const bytes = get(target.path).replace(END, `\r\nConnection: Upgrade, close\r\nUpgrade: websocket${KEPT}`);
    assert.deepEqual(statusesOf(await sendRaw(target.port, bytes)), [200]);
  });

  it('an absolute target with the own host', async () => {
    const host = `127.0.0.1:${target.port}`;
    const full = (name) => `GET http://${name}${target.path} HTTP/1.1\r\nHost: ${host}${END}`;
    assert.deepEqual(statusesOf(await sendRaw(target.port, full(host))), [200]);
    assert.deepEqual(statusesOf(await sendRaw(target.port, full('evil.example'))), [400]);
  });
}

onBothDatabases(
  (world) => {
    survives(async () => {
      const instance = await world.start();
      const { port } = instance.http.address();
      return {
        port,
        path: `/api/${newTenant()}/statuses`,
        isAlive: () => instance.http.listening,
        close: () => instance.close(),
      };
    });

    it('an invalid Host', async () => {
      const { port } = new URL(world.origin);
      for (const host of HOSTS) {
        const text = await sendRaw(
          Number(port),
          Buffer.from(`GET /api/t/statuses HTTP/1.1\r\nHost: ${host}${END}`, 'latin1'),
        );
        const [status] = statusesOf(text);
        assert.ok(status === 400 || status === 200, `${host}: ${status}`);
        assert.ok(!STACK.test(text));
      }
    });

    it('HTTP/1.0 without a Host is served', async () => {
      const text = await sendRaw(Number(new URL(world.origin).port), `GET /api/t/statuses HTTP/1.0${END}`);
      assert.deepEqual(statusesOf(text), [200]);
    });

    it('a handler inside another server answers malformed requests and ignores paths that are not its own', async () => {
      const instance = await world.start();
      const handle = server.nodeHandler(instance.api);
      const answer = (url) => {
        let status;
        const response = { writeHead: (code) => ((status = code), response), end: () => response };
        return [handle({ url, headers: {}, rawHeaders: [] }, response), status];
      };
      assert.deepEqual(answer('//:0'), [true, 400]);
      assert.deepEqual(answer('http://['), [true, 400]);
      assert.deepEqual(answer('/other'), [false, undefined]);
      await instance.close();
    });
  },
  { only: 'PGlite' },
);

describe('the server of the demo', () => {
  survives(async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('../../demo/serve.mjs', import.meta.url))], {
      env: { ...process.env, PORT: '0', DATABASE_URL: '', API_TOKENS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    const port = Number(await until(() => /localhost:(\d+)/.exec(output)?.[1], 'the server to start'));
    return {
      port,
      path: '/icon.svg',
      isAlive: () => child.exitCode === null && child.signalCode === null,
      async close() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  });
});

describe('readTarget', () => {
  const read = (url, host = 'localhost', more = []) =>
    readTarget({ url, headers: { host }, rawHeaders: ['Host', host, ...more] });

  it('never throws, and never leaves the path', () => {
    for (const url of [...TARGETS, undefined, '']) {
      const target = read(url);
      if (target) assert.match(target.pathname, /^\//);
    }
  });

  it('returns the path that new URL() reads, for this host', () => {
    assert.deepEqual(read('/a/../b?c=d'), { pathname: '/b', search: '?c=d' });
    assert.equal(read('//evil.example/a'), undefined);
    assert.deepEqual(read('/a//b'), { pathname: '/a//b', search: '' });
    assert.deepEqual(read('http://LOCALHOST/a?b'), { pathname: '/a', search: '?b' });
    assert.deepEqual(read('http://localhost'), { pathname: '/', search: '' });
    assert.deepEqual(read('/?q=\\'), { pathname: '/', search: '?q=\\' });
    assert.equal(read('http://localhost:8000/a'), undefined);
    assert.equal(read('/', 'localhost', ['host', 'b']), undefined);
    // Kept as it is, `%ff` would be an id of its own, which only `%25ff` may name.
    for (const bad of ['/%', '/%zz', '/%ff', '/a/%ed%a0%80/b']) assert.equal(read(bad), undefined, bad);
  });
});
