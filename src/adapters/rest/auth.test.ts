/** How an expired sign-in is renewed, and which headers requests carry. */
import { expect } from '@open-wc/testing';
import type { PipelineError } from '../../model/errors.js';
import { RestAdapter } from './adapter.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import { BASE, json, problem, scripted, type Seen } from './test-wire.js';

const list = (): Response => json({ items: [], seq: '1' });
const isFresh = ({ headers }: Seen): boolean => headers.get('authorization') === 'Bearer new';

describe('expired sign-in', () => {
  it('is renewed once for 50 concurrent calls, and each call is retried once', async () => {
    let token = 'old';
    let renewals = 0;
    const { fetch, seen } = scripted((request) => (isFresh(request) ? list() : problem(401, 'auth')));
    const adapter = new RestAdapter({
      baseUrl: BASE,
      fetch,
      headers: async () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized: async () => {
        renewals++;
        await settle();
        token = 'new';
      },
    });
    await Promise.all(Array.from({ length: 50 }, () => adapter.listStatuses()));
    expect(renewals).to.equal(1);
    expect(seen).to.have.length(100);
  });

  it('is not renewed again when a request with the old token is refused late', async () => {
    let token = 'old';
    let renewals = 0;
    let refuseLate!: (response: Response) => void;
    let isFirst = true;
    const { fetch } = scripted((request) => {
      if (isFresh(request)) return list();
      if (!isFirst) return problem(401, 'auth');
      isFirst = false;
      return new Promise<Response>((resolve) => (refuseLate = resolve));
    });
    const adapter = new RestAdapter({
      baseUrl: BASE,
      fetch,
      headers: () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized: () => {
        renewals++;
        token = 'new';
      },
    });
    const late = adapter.listStatuses();
    await until(() => refuseLate);
    await adapter.listStatuses();
    refuseLate(problem(401, 'auth'));
    await late;
    expect(renewals).to.equal(1);
  });

  const hopeless: Record<string, undefined | (() => unknown)> = {
    'no onUnauthorized': undefined,
    'a renewal that changes nothing': () => undefined,
    'a renewal that returns false': () => false,
    'a renewal that fails': () => Promise.reject(new Error('no')),
  };
  for (const [what, onUnauthorized] of Object.entries(hopeless)) {
    it(`rejects with auth if there is ${what}`, async () => {
      const { fetch, seen } = scripted(() => problem(401, 'auth'));
      const adapter = new RestAdapter({ baseUrl: BASE, fetch, ...(onUnauthorized && { onUnauthorized }) });
      const error = await adapter.listStatuses().catch((thrown: PipelineError) => thrown);
      expect((error as PipelineError).code).to.equal('auth');
      expect(seen).to.have.length(what.includes('changes nothing') ? 2 : 1);
    });
  }

  it('retries a write with the same key', async () => {
    const { fetch, seen } = scripted(
      () => problem(401, 'auth'),
      () => json({ items: [] }),
    );
    await new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized: () => undefined }).moveStatus('a', null, {
      opId: 'op-1',
    });
    expect(seen.map((each) => each.headers.get('idempotency-key'))).to.deep.equal(['op-1', 'op-1']);
  });

  it('does not count as an attempt', async () => {
    const environment = new TestEnvironment();
    const { fetch, seen } = scripted(
      () => problem(401, 'auth'),
      () => problem(503, 'x'),
    );
    const adapter = new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized: () => undefined }, environment);
    const call = adapter.listStatuses().catch((thrown: PipelineError) => thrown);
    for (let n = 0; n < 4; n++) await environment.advance(30_000);
    expect(((await call) as PipelineError).code).to.equal('unavailable');
    expect(seen).to.have.length(6);
  });

  it('rejects with auth, without sending anything, if the headers function fails', async () => {
    const { fetch, seen } = scripted(list);
    const headers = (): Promise<HeadersInit> => Promise.reject(new Error('no token'));
    const error = await new RestAdapter({ baseUrl: BASE, fetch, headers })
      .listStatuses()
      .catch((thrown: unknown) => thrown);
    expect((error as PipelineError).code).to.equal('auth');
    expect(seen).to.have.length(0);
  });
});

/** A response as a browser returns it; `Response` objects of scripts cannot have these properties. */
const as = (response: Response, properties: Partial<Response>): Response =>
  Object.defineProperties(
    response,
    Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { value: value as unknown }])),
  );
const hidden = (): Response =>
  as(new Response(null, { status: 200 }), { type: 'opaqueredirect', status: 0, ok: false });
const page = (body: string, status = 200, type = 'text/html'): Response =>
  new Response(body, { status, headers: { 'content-type': type } });
const SIGN_IN_PAGE = '<!doctype html><title>Acme</title><form><input name="u"><input type="password"></form>';

describe('a sign-in page instead of a response', () => {
  const signIns: Record<string, () => Response> = {
    'a redirect to it': () => new Response(null, { status: 302, headers: { location: '/login' } }),
    'a redirect to another origin': () =>
      new Response(null, { status: 303, headers: { location: 'https://acme.cloudflareaccess.com/login?kid=1' } }),
    'a redirect that the browser hides': hidden,
    'a redirect that fetch has followed': () => as(page('{}'), { redirected: true, url: 'https://api.test/login' }),
    'the page itself': () => page(SIGN_IN_PAGE),
    'the page as text': () => page(SIGN_IN_PAGE, 200, 'text/plain'),
    'the page as JSON': () => page(` \n${SIGN_IN_PAGE}`, 200, 'application/json'),
    'the page of oauth2-proxy, with 403': () => page('<title>Sign In</title><form action="/oauth2/start">', 403),
    'a page that says so': () => page('<html><body><h1>Please log in</h1>'),
    'a page that says that the session has expired': () => page('<html><body>Your session has expired.'),
    'a page in Indonesian': () => page('<!doctype html><title>Masuk – Acme</title><p>Selamat datang'),
    'a form that passes a sign-in on': () =>
      page('<form method="post" action="https://idp.test/x"><input type="hidden" name="SAMLRequest" value="x"></form>'),
    'a page that goes to it': () => page('<meta http-equiv="refresh" content="0;url=/users/sign_in">'),
    'a script that goes to it': () => page('<script>window.location.replace("/auth/login")</script>'),
    '419': () => page('<title>Page Expired</title>', 419),
    '440': () => page('', 440),
  };
  for (const [what, reply] of Object.entries(signIns)) {
    it(`is recognized: ${what}`, async () => {
      let renewals = 0;
      let isSignedIn = false;
      const entry = { conversationId: 'c1', contactId: null, statusId: 'a', version: 7, changedAt: 5 };
      const { fetch, seen } = scripted(({ method }) =>
        !isSignedIn ? reply() : method === 'PUT' ? json(entry) : list(),
      );
      const onUnauthorized = (): boolean => {
        renewals++;
        return (isSignedIn = renewals > 1);
      };
      const adapter = new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized });
      const calls = [adapter.listStatuses(), adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op' })];
      const failed = await Promise.all(calls.map((call) => call.catch((thrown: PipelineError) => thrown.code)));
      expect(failed).to.deep.equal(['auth', 'auth']);
      expect(renewals, 'shared').to.equal(1);
      const [one, two] = await Promise.all([
        adapter.listStatuses(),
        adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op' }),
      ]);
      expect([one.seq, two[0]!.ok, renewals]).to.deep.equal(['1', true, 2]);
      const writes = seen.filter(({ method }) => method === 'PUT');
      expect(new Set(writes.map(({ headers }) => headers.get('idempotency-key')))).to.deep.equal(new Set(['op']));
    });
  }

  const others: Record<string, [() => Response, string]> = {
    'a redirect that adds a slash': [
      () => new Response(null, { status: 308, headers: { location: `${BASE}/statuses/` } }),
      'bad-response',
    ],
    'a redirect to https': [
      () => new Response(null, { status: 301, headers: { location: 'https://www.api.test/v1/pipeline/statuses' } }),
      'bad-response',
    ],
    'a redirect to nowhere': [() => new Response(null, { status: 300 }), 'auth'],
    'the page of a Wi-Fi portal': [
      () => page('<title>Log in</title><!-- <WISPAccessGatewayParam> --><input type=password>'),
      'bad-response',
    ],
    'the page of an app': [
      () => page('<title>Acme</title><nav><a href="/login">Log in</a></nav>'.padEnd(2000, 'x')),
      'bad-response',
    ],
    'a page about maintenance': [() => page('<h1>Maintenance</h1><p>You can sign in again soon.'), 'bad-response'],
    'the error page of a proxy': [() => page('<h1>502 Bad Gateway</h1>', 502), 'unavailable'],
    'an error page with a sign-in form': [() => page(SIGN_IN_PAGE, 503), 'unavailable'],
    'a network that wants a sign-in': [() => page('<title>Log in</title>', 511), 'unavailable'],
    'a page that forbids': [() => page('<h1>Forbidden</h1>', 403), 'forbidden'],
    'text that is not a page': [() => page('Sign in', 200, 'text/plain'), 'bad-response'],
  };
  for (const [what, [reply, code]] of Object.entries(others)) {
    it(`is not ${what}: ${code}`, async () => {
      let renewals = 0;
      const environment = new TestEnvironment();
      const { fetch } = scripted(reply);
      const onUnauthorized = (): boolean => (renewals++, false);
      const adapter = new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized }, environment);
      let result: string | undefined;
      adapter.listStatuses().catch((thrown: PipelineError) => (result = thrown.code));
      for (let n = 0; n < 5; n++) await environment.advance(30_000);
      expect([result, renewals]).to.deep.equal([code, code === 'auth' ? 1 : 0]);
    });
  }

  it('ends a redirect that the browser hides with bad-response if a read shows that it keeps the path', async () => {
    const { fetch, seen } = scripted(({ init }) =>
      init.redirect === 'follow' ? as(list(), { redirected: true, url: `${BASE}/statuses/` }) : hidden(),
    );
    const error = await new RestAdapter({ baseUrl: BASE, fetch, headers: { authorization: 'Bearer x' } })
      .moveStatus('a', null)
      .catch((thrown: PipelineError) => thrown);
    expect((error as PipelineError).code).to.equal('bad-response');
    expect((error as PipelineError).message).to.contain(`${BASE}/statuses/`);
    expect(seen[1]!.headers.has('authorization'), 'a token that leaves the origin').to.equal(false);
  });

  it('is recognized where a stream is due, and renewed together with other calls', async () => {
    for (const reply of [hidden, () => page(SIGN_IN_PAGE), () => new Response(null, { status: 302 })]) {
      let renewals = 0;
      let isSignedIn = false;
      const { fetch } = scripted(({ path }) => {
        if (!isSignedIn) return reply();
        return path === '/changes'
          ? new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } })
          : list();
      });
      const onUnauthorized = async (): Promise<void> => {
        renewals++;
        await settle();
        isSignedIn = true;
      };
      const adapter = new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized });
      const states: string[] = [];
      adapter.subscribe(() => undefined, { since: '1', onState: (state) => void states.push(state) });
      await adapter.listStatuses();
      await until(() => states.length, 'a state');
      expect([states, renewals]).to.deep.equal([['live'], 1]);
      await adapter.close();
    }
  });

  for (const [session, canRenew, expected] of [
    ['ani', true, 'stored'],
    ['ani', false, 'auth'],
    // Nothing shows who signs in next.
    [undefined, true, 'session-changed'],
  ] as const) {
    it(`ends the wait of a write that waited for the network: ${expected}`, async () => {
      let isConnected = true;
      let isSignedIn = true;
      const headers = session ? { 'pipeline-session': session } : {};
      const entry = { conversationId: 'c1', contactId: null, statusId: 'a', version: 7, changedAt: 5 };
      const { fetch } = scripted(({ method }) => {
        if (!isConnected) return new TypeError('Failed to fetch');
        if (!isSignedIn) return hidden();
        return method === 'PUT' ? json(entry, 200, headers) : json({ items: [], seq: '1' }, 200, headers);
      });
      const onUnauthorized = (): boolean => (isSignedIn = canRenew);
      const environment = new TestEnvironment();
      const adapter = new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized }, environment);
      await adapter.listStatuses();
      isConnected = false;
      let result: string | undefined;
      adapter.setStatus([{ conversationId: 'c1' }], 'a').then(
        () => (result = 'stored'),
        (thrown: PipelineError) => (result = thrown.code),
      );
      await settle();
      expect(result).to.equal(undefined);
      isConnected = true;
      isSignedIn = false;
      for (let n = 0; n < 5 && !result; n++) await environment.advance(30_000);
      expect(result).to.equal(expected);
      await adapter.close();
    });
  }

  it('makes the stream wait a minute, not reconnect all the time', async () => {
    const environment = new TestEnvironment();
    const { fetch, seen } = scripted(hidden);
    const adapter = new RestAdapter({ baseUrl: BASE, fetch }, environment);
    const states: string[] = [];
    adapter.subscribe(() => undefined, { since: '1', onState: (state) => void states.push(state) });
    await until(() => states.length, 'a state');
    expect(states).to.deep.equal(['down']);
    await environment.advance(59_000);
    expect(seen).to.have.length(1);
    await adapter.close();
  });
});

describe('requests', () => {
  it('have the headers of the host, evaluated for each attempt, which never replace their own', async () => {
    let asked = 0;
    const environment = new TestEnvironment();
    const { fetch, seen } = scripted(
      () => problem(503, 'x'),
      () => json({ items: [] }),
    );
    const headers = (): HeadersInit => ({
      'x-asked': String(++asked),
      'idempotency-key': 'stolen',
      'Content-Type': 'text/plain',
    });
    const adapter = new RestAdapter({ baseUrl: BASE, fetch, headers }, environment);
    const call = adapter.moveStatus('a', null, { opId: 'mine' });
    await environment.advance(1000);
    await call;
    expect(seen.map((each) => each.headers.get('x-asked'))).to.deep.equal(['1', '2']);
    expect(seen[0]!.headers.get('idempotency-key')).to.equal('mine');
    expect(seen[0]!.headers.get('content-type')).to.equal('application/json');
  });

  it('do not follow redirects, bypass the cache, and send cookies to the same origin only', async () => {
    const { fetch, seen } = scripted(list);
    await new RestAdapter({ baseUrl: BASE, fetch }).listStatuses();
    const { redirect, cache, credentials, keepalive } = seen[0]!.init;
    expect({ redirect, cache, credentials, keepalive }).to.deep.equal({
      redirect: 'manual',
      cache: 'no-store',
      credentials: 'same-origin',
      keepalive: undefined,
    });
    await new RestAdapter({ baseUrl: BASE, fetch, credentials: 'include' }).listStatuses();
    expect(seen[1]!.init.credentials).to.equal('include');
  });

  it('outlive the page if they are writes, unless they are too big', async () => {
    const { fetch, seen } = scripted(({ method, body }) => {
      const { conversations = [] } = (body ?? {}) as { conversations?: { conversationId: string }[] };
      const entry = { contactId: null, statusId: null, version: 1, changedAt: 0 };
      if (method === 'PUT') return json({ ...entry, conversationId: 'c1' });
      return json({ results: conversations.map((ref) => ({ ...ref, ok: true, entry: { ...entry, ...ref } })) });
    });
    const adapter = new RestAdapter({ baseUrl: BASE, fetch });
    await adapter.setStatus([{ conversationId: 'c1' }], null);
    await adapter.setStatus(
      Array.from({ length: 200 }, (_, n) => ({ conversationId: `c${n}`.padEnd(250, '0') })),
      null,
    );
    expect(seen.map((each) => each.init.keepalive)).to.deep.equal([true, undefined]);
  });
});
