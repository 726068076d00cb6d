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
      redirect: 'error',
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
