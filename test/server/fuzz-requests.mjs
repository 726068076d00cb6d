// Generates requests that a server may receive from anyone: valid ones, and mutations down to the byte level.

/** The callers of the fuzz test: each role, and one without a role. */
export const TOKENS = {
  'host-token': { tenant: 'fuzz', roles: ['host'] },
  'manager-token': { tenant: 'fuzz', user: 'manager', roles: ['manager'] },
  'agent-token': { tenant: 'fuzz', user: 'agent', roles: ['agent'] },
  'nobody-token': { tenant: 'fuzz', user: 'nobody', roles: ['intern'] },
};

/** Seeded random numbers from 0 to 1 (mulberry32). */
export function randomNumbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'SEARCH',
  'LOCK',
  'LINK',
  'get',
  'Get',
  'FOO',
  'G ET',
  'P\u00d6ST',
  '',
];
const TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../../etc/passwd',
  '\0',
  'a\0b',
  '\u0007',
  '\u0080',
  '\ud800',
  '\udfff',
  '\uffff',
  '\u202e',
  '\u2028',
  '😀',
  '漢'.repeat(64),
  'x'.repeat(257),
  'x'.repeat(3000),
  '%',
  '%00',
  '%2e%2e',
  '%ff',
  '%c0%af',
  '%u0000',
  '/',
  '\\',
  '//',
  '?',
  '#',
  '&',
  '=',
  '*',
  '"',
  "'",
  "' OR 1=1 --",
  '$1',
  '${x}',
  '{{x}}',
  '<script>',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'NaN',
  'Infinity',
  '-Infinity',
  '-0',
  '-1',
  '0',
  '1',
  '1.5',
  '1e309',
  '0x10',
  '9'.repeat(40),
  'true',
  'false',
  'null',
  'undefined',
  '[]',
  '{}',
  'any-of',
  'none-of',
  'any',
  'latest',
  'contact',
  'conversation',
  's1',
  's2',
  'c1',
  'p1',
];
const VALUES = [
  ...TEXTS,
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  1e21,
  1e308,
  2 ** 53,
  -(2 ** 53),
  [],
  {},
  [[]],
  [null],
  [{}],
  { a: 1 },
  { length: 1e9 },
  { toString: null },
  { then: 1 },
];
const TARGETS = [
  '//',
  '///',
  '/\\',
  'http://',
  'http://[',
  '//:0',
  '*',
  '/api',
  '/api/',
  '/api//',
  '/api/..',
  '/api/../api/statuses',
  '/api/./statuses',
  '/api/statuses/',
  '/api/%2e%2e/x',
  '/API/statuses',
  '/api/statuses?',
  '/api/statuses??',
  '/api/statuses?%',
  '/api/statuses#x',
  'api/statuses',
  '?',
  '/',
  '/favicon.ico',
  '/api/statuses;x=1',
  '/api/statuses%00',
  '/api/\u00ff',
  '/api/changes/',
  'http://localhost/api/statuses',
  'http://evil.example/api/statuses',
];
const HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Authorization',
  'Cache-Control',
  'Cookie',
  'Content-Encoding',
  'Content-Type',
  'Date',
  'Forwarded',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Range',
  'Last-Event-ID',
  'Origin',
  'Pipeline-Session',
  'Range',
  'Referer',
  'Sec-Fetch-Site',
  'TE',
  'Trailer',
  'User-Agent',
  'Via',
  'X-Forwarded-For',
  'X-HTTP-Method-Override',
  'Access-Control-Request-Method',
  'Constructor',
  '__proto__',
];
const CHUNKS = [
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '-1\r\n\r\n',
  '1;a=b\r\nx\r\n0\r\nX: y\r\n\r\n',
  'zz\r\n',
  '2\r\n{}\r\n',
  '2\r\n{}x\r\n0\r\n\r\n',
  `1;${'e'.repeat(2000)}\r\nx\r\n0\r\n\r\n`,
  '\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
];

/** A source of random requests for one kind of server. */
export class Requests {
  #random;
  #calls;

  /** @param calls functions of `this` that return `[method, path, body]` of a valid request. */
  constructor(seed, calls = API_CALLS) {
    this.#random = randomNumbers(seed);
    this.#calls = calls;
  }

  number = (below) => Math.floor(this.#random() * below);
  chance = (share) => this.#random() < share;
  pick = (list) => list[this.number(list.length)];
  id = (letter) => `${letter}${this.number(8)}`;

  /** A valid request, as `{ method, target, headers, body }`; the body is a text or `undefined`. */
  valid() {
    const [method, target, value] = this.pick(this.#calls)(this);
    const headers = [['Host', 'localhost']];
    if (!this.chance(0.03)) headers.push(['Authorization', `Bearer ${this.pick(Object.keys(TOKENS))}`]);
    if (value !== undefined) headers.push(['Content-Type', 'application/json']);
    if (this.chance(0.5)) headers.push(['Idempotency-Key', `k${this.number(400)}`]);
    if (method === 'PATCH' || method === 'DELETE' || this.chance(0.1)) {
      headers.push(['If-Match', this.pick(['*', '"0"', '"1"', 'W/"1"'])]);
    }
    return { method, target, headers, value };
  }

  /** A request with exactly one response and a truthful length: its bytes, and whether its response has no body. */
  framed() {
    const request = this.valid();
    for (let n = this.number(3); n > 0; n--) this.pick(MUTATIONS)(this, request);
    return { bytes: this.#serialize(request), isHead: request.method === 'HEAD' };
  }

  /** Arbitrary bytes: mutated, truncated or concatenated. The sender cannot know how many responses there will be. */
  unframed() {
    const { bytes } = this.framed();
    return this.pick(BYTE_MUTATIONS)(this, bytes);
  }

  /** Bytes of any value. */
  garbage = (length) => Buffer.from(Array.from({ length }, () => this.number(256)));

  #serialize({ method, target, headers, value, text = value === undefined ? undefined : JSON.stringify(value) }) {
    const body = text === undefined ? Buffer.alloc(0) : Buffer.isBuffer(text) ? text : Buffer.from(text);
    const all = [...headers];
    if (body.length) all.push(['Content-Length', body.length]);
    // A line break would start another header, and with it another framing.
    const line = (part) => String(part).replace(/[\r\n]/g, ' ');
    const head = [
      `${line(method)} ${line(target)} HTTP/1.1`,
      ...all.map(([name, each]) => `${line(name)}: ${line(each)}`),
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
  }
}

/** A text as part of a URL: encoded, partly encoded or not at all. */
const inUrl = (r, text) => {
  const whole = text.replace(/[\ud800-\udfff]/g, '');
  return r.chance(0.7) ? encodeURIComponent(whole) : r.chance(0.5) ? whole.replace(/[ \r\n]/g, '+') : escape(whole);
};

const ref = (r) => ({
  conversationId: r.id('c'),
  ...(r.chance(0.5) ? { contactId: r.id('p') } : {}),
  ...(r.chance(0.1) ? { contactId: null } : {}),
  ...(r.chance(0.3) ? { activityAt: r.number(1e6) } : {}),
});
const refs = (r) => Array.from({ length: r.number(4) }, () => ref(r));

export const API_CALLS = [
  () => ['GET', '/api/statuses'],
  (r) => ['POST', '/api/statuses', { id: r.id('s'), name: `Name ${r.number(8)}`, color: '#2775f8' }],
  (r) => ['PATCH', `/api/statuses/${r.id('s')}`, { name: `Name ${r.number(8)}` }],
  (r) => ['DELETE', `/api/statuses/${r.id('s')}?moveTo=${r.chance(0.5) ? r.id('s') : ''}`],
  (r) => ['POST', `/api/statuses/${r.id('s')}/move`, { after: r.chance(0.5) ? r.id('s') : null }],
  (r) => ['POST', `/api/statuses/${r.id('s')}/restore`, {}],
  (r) => ['POST', '/api/conversations/batch-get', { ids: [r.id('c'), r.id('c')] }],
  (r) => ['POST', '/api/contacts/batch-get', { ids: [r.id('p')] }],
  (r) => [
    'PUT',
    `/api/conversations/${r.id('c')}/status`,
    { statusId: r.chance(0.7) ? r.id('s') : null, contactId: r.id('p') },
  ],
  (r) => ['POST', '/api/conversations/batch-set', { conversations: refs(r), statusId: r.id('s') }],
  (r) => ['PUT', '/api/conversations', { conversations: refs(r) }],
  (r) => ['POST', '/api/forget', { conversationIds: [r.id('c')], contactIds: r.chance(0.2) ? [r.id('p')] : [] }],
  (r) => ['GET', `/api/counts?of=${r.pick(['conversation', 'contact'])}&contactMatch=${r.pick(['any', 'latest'])}`],
  (r) => ['GET', `/api/conversations?op=any-of&status=${r.id('s')}&status=&pageSize=${1 + r.number(5)}`],
  (r) => ['GET', `/api/contacts?op=none-of&status=${r.id('s')}&pageSize=2`],
  (r) => ['GET', `/api/conversations?pageToken=${pageToken(r)}`],
  (r) => ['POST', '/api/conversations/find', { op: 'any-of', statusIds: [r.id('s'), null], pageSize: 1 + r.number(5) }],
  (r) => ['POST', '/api/contacts/find', { op: 'none-of', statusIds: [r.id('s')], pageToken: pageToken(r) }],
  (r) => ['GET', `/api/conversations/${r.id('c')}/history`],
  () => ['GET', '/api/changes'],
];

export const DEMO_CALLS = [
  () => ['GET', '/'],
  () => ['GET', '/main.js'],
  () => ['GET', '/styles/base.css'],
  () => ['GET', '/dist/cdn/pipeline-elements.js'],
  () => ['GET', '/session'],
  (r) => ['POST', '/session', { user: r.pick(['agent-1', 'agent-2', 'manager', 'other']) }],
  () => ['DELETE', '/session'],
  (r) => ['POST', '/session/conversations', { conversations: refs(r) }],
  () => ['GET', '/api/demo/statuses'],
  (r) => ['POST', '/api/demo/statuses', { id: r.id('s'), name: `Name ${r.number(8)}`, color: '#2775f8' }],
  () => ['GET', '/api/demo/changes'],
  (r) => ['GET', `/api/${r.id('t')}/statuses`],
];

const pageToken = (r) =>
  Buffer.from(
    JSON.stringify([r.pick([1, 2, 3]), r.pick([Date.now(), ...VALUES]), r.pick(TEXTS), r.pick(VALUES), r.pick(VALUES)]),
  ).toString('base64url');

/** Replaces, adds or removes one value somewhere in a record. */
function mutateValue(r, value) {
  if (typeof value !== 'object' || value === null || r.chance(0.2)) return r.pick(VALUES);
  const keys = Object.keys(value);
  if (!keys.length || r.chance(0.1))
    return Array.isArray(value) ? [...value, r.pick(VALUES)] : { ...value, [r.pick(TEXTS)]: r.pick(VALUES) };
  const key = r.pick(keys);
  if (Array.isArray(value)) return value.map((each, n) => (String(n) === key ? mutateValue(r, each) : each));
  if (r.chance(0.1)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  return { ...value, [key]: mutateValue(r, value[key]) };
}

const setHeader = (request, name, value) => {
  request.headers = [...request.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase()), [name, value]];
};
const nasty = (r) => (r.chance(0.8) ? r.pick(TEXTS) : String.fromCharCode(...r.garbage(1 + r.number(20))));
const splice = (text, at, count, more) => text.slice(0, at) + more + text.slice(at + count);

/** Mutations that keep the request's framing intact. */
const MUTATIONS = [
  (r, request) => (request.method = r.pick(METHODS)),
  (r, request) => (request.target = r.pick(TARGETS)),
  (r, request) =>
    (request.target = request.target.replace(/[^/?=&]+/g, (part) => (r.chance(0.3) ? inUrl(r, r.pick(TEXTS)) : part))),
  (r, request) =>
    (request.target += `${request.target.includes('?') ? '&' : '?'}${r.pick(['of', 'op', 'status', 'pageSize', 'pageToken', 'contactMatch', 'moveTo', 'x'])}=${inUrl(r, r.pick(TEXTS))}`),
  (r, request) =>
    (request.target = splice(
      request.target,
      r.number(request.target.length),
      r.number(2),
      String.fromCharCode(r.number(256)),
    )),
  (r, request) => setHeader(request, r.pick(HEADERS), nasty(r)),
  (r, request) => request.headers.push([r.pick(HEADERS), nasty(r)]),
  (r, request) =>
    setHeader(
      request,
      'Host',
      r.pick(['', ' ', '[', 'a b', 'a/b', 'localhost:1', '127.0.0.1', 'x'.repeat(300), '\u00ff', ':', '1']),
    ),
  (r, request) => request.headers.splice(r.number(request.headers.length), 1),
  (r, request) => request.headers.push(['X'.repeat(1 + r.number(200)), 'y'.repeat(r.number(20_000))]),
  (r, request) => request.headers.push(...Array.from({ length: r.number(200) }, (_, n) => [`X-${n}`, 'z'])),
  (r, request) => (request.value = mutateValue(r, request.value)),
  (r, request) => (request.value = mutateValue(r, mutateValue(r, request.value ?? {}))),
  (r, request) => {
    const text = Buffer.from(JSON.stringify(request.value ?? {}) ?? '');
    if (text.length) text[r.number(text.length)] = r.number(256);
    request.text = r.chance(0.5) ? text : text.subarray(0, r.number(text.length + 1));
  },
  (r, request) => (request.text = r.garbage(r.number(100))),
  (r, request) => {
    const depth = r.number(2000);
    request.text = `{"ids":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  },
  (r, request) => {
    if (r.chance(0.05)) request.text = JSON.stringify({ ids: ['x'.repeat(r.pick([1000, 100_000, 1_100_000]))] });
  },
  (r, request) =>
    setHeader(
      request,
      'Content-Type',
      r.pick([
        'application/json; charset=utf-8',
        'application/json;',
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonp',
        ...TEXTS,
      ]),
    ),
];

const BYTE_MUTATIONS = [
  (r, bytes) => {
    const changed = Buffer.from(bytes);
    for (let n = 1 + r.number(5); n > 0; n--) changed[r.number(changed.length)] = r.number(256);
    return changed;
  },
  (r, bytes) => bytes.subarray(0, r.number(bytes.length)),
  (r, bytes) =>
    Buffer.concat([
      bytes.subarray(0, r.number(bytes.length)),
      r.garbage(r.number(30)),
      bytes.subarray(r.number(bytes.length)),
    ]),
  (r, bytes) => Buffer.concat([r.garbage(1 + r.number(60)), bytes]),
  (r) => r.garbage(1 + r.number(300)),
  (r, bytes) => Buffer.concat([bytes, bytes.subarray(r.number(bytes.length)), bytes]),
  (r, bytes) =>
    replaceHead(
      bytes,
      /Content-Length: \d+/,
      `Content-Length: ${r.pick([0, 1, 5, 99999, '-1', '1e3', '0x5', '5, 5', '9'.repeat(25), ''])}`,
    ),
  (r, bytes) => replaceHead(bytes, /Content-Length: \d+/, 'Transfer-Encoding: chunked', r.pick(CHUNKS)),
  (r, bytes) =>
    replaceHead(
      bytes,
      /Host: [^\r]*/,
      `Host: localhost\r\nTransfer-Encoding: ${r.pick(['chunked', 'gzip', 'chunked, chunked', 'identity', 'xchunked', 'chunked\u000b'])}`,
      r.pick(CHUNKS),
    ),
  (r, bytes) =>
    replaceHead(bytes, /Host: [^\r]*/, `Host: localhost\r\nExpect: ${r.pick(['100-continue', '200-ok', ''])}`),
  (r, bytes) =>
    replaceHead(
      bytes,
      /Host: [^\r]*/,
      `Host: localhost\r\nConnection: ${r.pick(['upgrade', 'close', 'keep-alive, upgrade', 'x'])}\r\nUpgrade: ${r.pick(['websocket', 'h2c', ''])}`,
    ),
  (r, bytes) =>
    replaceHead(
      bytes,
      /HTTP\/1\.1/,
      r.pick(['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'ICE/1.0', '']),
    ),
  (r, bytes) => replaceHead(bytes, /\r\n/g, r.pick(['\n', '\r', '\n\r', '\r\n ', '\r\r\n'])),
  (r, bytes) => replaceHead(bytes, /^\S*/, r.pick(['CONNECT', 'PRI', 'TRACE', 'SOURCE', 'M-SEARCH'])),
];

function replaceHead(bytes, pattern, text, body) {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, end).toString('latin1').replace(pattern, text);
  const rest = body === undefined ? bytes.subarray(end) : Buffer.from(`\r\n\r\n${body}`, 'latin1');
  return Buffer.concat([Buffer.from(head, 'latin1'), rest]);
}
