/** No data and no write of one session reaches another. */
import { expect } from '@open-wc/testing';
import type { Change } from '../../model/changes.js';
import type { PipelineError } from '../../model/errors.js';
import { MemoryAdapter } from '../memory.js';
import { RestAdapter, type RestOptions } from './adapter.js';
import { SESSION_HEADER } from './session.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import { BASE, WireServer, networkError, problem, type Seen } from './test-wire.js';

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    (value) => `resolved: ${JSON.stringify(value)}`,
    (error: PipelineError) => error.code,
  );
const isWrite = ({ method, path }: Seen): boolean => method !== 'GET' && !path.endsWith('/batch-get');
const authOf = ({ headers }: Seen): string | null => headers.get('authorization');
const c1 = [{ conversationId: 'c1' }];

/** A server with the data of several users, one of whom is signed in at a time. */
class Office {
  readonly server = new WireServer();
  readonly environment = new TestEnvironment();
  readonly users = new Map<string, MemoryAdapter>();
  readonly received: Change[] = [];
  readonly adapter: RestAdapter;
  #isNamed: boolean;

  constructor(options: Partial<RestOptions> = {}, isNamed = true) {
    this.#isNamed = isNamed;
    this.adapter = this.client(options);
  }

  client(options: Partial<RestOptions> = {}): RestAdapter {
    return new RestAdapter({ baseUrl: BASE, fetch: this.server.fetch, ...options }, this.environment);
  }

  /** Signs a user in, as another tab with the same cookie would. */
  async signIn(user: string): Promise<void> {
    let data = this.users.get(user);
    if (!data) {
      this.users.set(user, (data = new MemoryAdapter()));
      await data.createStatus({ id: 's1', name: `${user}'s`, color: '#2775f8' });
    }
    this.server.adapter = data;
    if (this.#isNamed) this.server.session = user;
  }

  follow(since?: string): void {
    this.adapter.subscribe((change) => void this.received.push(change), since === undefined ? {} : { since });
  }

  async statusOf(user: string, id = 'c1'): Promise<string | null | undefined> {
    return (await this.users.get(user)!.getEntries([id])).get(id)?.statusId;
  }

  get writes(): Seen[] {
    return this.server.seen.filter(isWrite);
  }

  /** Advances the time until a condition holds. */
  async passUntil(check: () => unknown): Promise<void> {
    for (let n = 0; n < 100 && !(await check()); n++) await this.environment.advance(this.environment.waits[0] ?? 0);
    expect(await check(), 'the condition').to.equal(true);
  }

  /** Advances the time until nothing is pending. */
  async pass(): Promise<void> {
    for (let n = 0; n < 40; n++) await this.environment.advance(this.environment.waits[0] ?? 0);
  }
}

const names = (list: { items: readonly { name: string }[] }): string[] => list.items.map(({ name }) => name);

describe('with a server that names its sessions', () => {
  it('every request has the name of the session', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.listStatuses();
    await office.adapter.getEntries(['c1']);
    await office.adapter.setStatus(c1, 's1');
    office.follow();
    await until(() => office.server.streams.size, 'the stream');
    const sent = office.server.seen.map(({ headers }) => headers.get(SESSION_HEADER));
    expect(sent).to.deep.equal([null, 'ani', 'ani', 'ani']);
    await office.adapter.close();
  });

  it('a change of the name makes subscribers forget, and reads return data of the new session', async () => {
    const office = new Office();
    await office.signIn('ani');
    const { seq } = await office.adapter.listStatuses();
    office.follow(seq);
    await until(() => office.server.streams.size, 'the stream');
    const { session } = office.adapter;
    await office.signIn('budi');
    expect(names(await office.adapter.listStatuses())).to.deep.equal(["budi's"]);
    expect(office.received[0]).to.deep.equal({ kind: 'reset', seq: '', forget: true });
    expect(office.adapter.session).to.not.equal(session);
    // Changes of the new session arrive, and those of the other do not.
    await until(() => office.server.streamsOpened === 2, 'the stream of the new session');
    await office.users.get('ani')!.createStatus({ id: 's2', name: 'ani again', color: '#2775f8' });
    await office.users.get('budi')!.createStatus({ id: 's3', name: 'budi again', color: '#2775f8' });
    await until(() => office.received.some((change) => change.kind === 'status'), 'a change');
    expect(JSON.stringify(office.received)).to.contain('budi again').and.not.contain('ani again');
    await office.adapter.close();
  });

  it('a cached list of the old session is not reused if the new one has the same ETag', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.listStatuses();
    await office.signIn('budi');
    // Both are at the same position, so their ETags are equal.
    expect(names(await office.adapter.listStatuses())).to.deep.equal(["budi's"]);
    await office.adapter.close();
  });

  it('a response that arrives after the session has changed is discarded', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.listStatuses();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    office.server.faults.after = async (_, response) => {
      if (isFirst) {
        isFirst = false;
        await held;
      }
      return response;
    };
    const late = office.adapter.listStatuses();
    await until(() => !isFirst, 'the slow request');
    await office.signIn('budi');
    await office.adapter.getEntries(['c1']);
    release();
    expect(names(await late)).to.deep.equal(["budi's"]);
    await office.adapter.close();
  });

  it('a response whose body ends after the session has changed is discarded', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.getEntries(['c1']);
    let end: (() => void) | undefined;
    office.server.faults.after = async (_, response) => {
      if (end) return response;
      const bytes = new Uint8Array(await response.arrayBuffer());
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, 5));
          end = () => {
            controller.enqueue(bytes.slice(5));
            controller.close();
          };
        },
      });
      return new Response(body, response);
    };
    const late = office.adapter.listStatuses();
    await until(() => end, 'the slow response');
    await settle();
    await office.signIn('budi');
    await office.adapter.getEntries(['c1']);
    end!();
    expect(names(await late)).to.deep.equal(["budi's"]);
    await office.adapter.close();
  });

  it('the next page of a search is not requested in another session', async () => {
    const office = new Office();
    await office.signIn('ani');
    for (const id of ['c1', 'c2', 'c3']) await office.users.get('ani')!.setStatus([{ conversationId: id }], 's1');
    const query = { of: 'conversation' as const, filter: { op: 'any-of' as const, statusIds: ['s1'] }, pageSize: 1 };
    const { nextPageToken } = await office.adapter.find(query);
    await office.signIn('budi');
    expect(await codeOf(office.adapter.find({ ...query, pageToken: nextPageToken! }))).to.equal('session-changed');
    expect((await office.adapter.find(query)).ids).to.deep.equal([]);
    await office.adapter.close();
  });

  const waits: Record<string, (office: Office) => () => void> = {
    offline: ({ server, environment }) => {
      environment.isConnected = false;
      server.faults.before = networkError;
      return () => {
        environment.isConnected = true;
        delete server.faults.before;
        dispatchEvent(new Event('online'));
      };
    },
    'a busy server': ({ server }) => {
      server.faults.before = () => problem(503, 'unavailable');
      return () => delete server.faults.before;
    },
    'an expired token': ({ server }) => {
      server.faults.before = (seen) => (isWrite(seen) ? problem(401, 'auth') : undefined);
      return () => delete server.faults.before;
    },
  };
  for (const [what, begin] of Object.entries(waits)) {
    for (const kind of ['cookies', 'tokens']) {
      it(`${what}, with ${kind}: a write is never sent as another user, and is sent when its session is back`, async () => {
        let token = 'ani';
        let renew: () => Promise<void> = async () => undefined;
        const office = new Office({
          ...(kind === 'tokens' ? { headers: () => ({ authorization: token }) } : {}),
          onUnauthorized: () => renew(),
        });
        let sent = 0;
        const change = async (user: string): Promise<void> => {
          token = user;
          await office.signIn(user);
          sent = office.writes.length;
        };
        await office.signIn('ani');
        await office.adapter.listStatuses();
        office.follow();
        const end = begin(office);
        renew = async () => {
          await change('budi');
          end();
        };
        const code = codeOf(office.adapter.setStatus(c1, 's1'));
        await settle();
        if (what !== 'an expired token') {
          await change('budi');
          end();
        }
        await office.pass();
        expect(await code).to.equal('session-changed');
        expect(await office.statusOf('budi')).to.equal(undefined);
        // Not even to be refused: a server that ignores the name would have applied it.
        expect(office.writes.slice(sent)).to.deep.equal([]);
        expect(office.received).to.deep.include({ kind: 'reset', seq: '', forget: true });
        // Writes of the other user are sent.
        expect(await codeOf(office.adapter.setStatus(c1, 's1'))).to.match(/^resolved/);
        await change('ani');
        await office.adapter.listStatuses();
        await until(async () => (await office.statusOf('ani')) === 's1', 'the write of the earlier session');
        await office.adapter.close();
      });
    }
  }

  it('after a token was renewed, a pending write is sent once the server has confirmed the session', async () => {
    let token = 'ani-1';
    const office = new Office({
      headers: () => ({ authorization: token }),
      onUnauthorized: () => void (token = 'ani-2'),
    });
    await office.signIn('ani');
    await office.adapter.listStatuses();
    office.server.faults.before = (seen) => (authOf(seen) === 'ani-1' ? problem(401, 'auth') : undefined);
    expect(await codeOf(office.adapter.setStatus(c1, 's1'))).to.match(/^resolved/);
    expect(office.server.seen.slice(1).map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      'PUT /conversations/c1/status',
      'GET /statuses',
      'PUT /conversations/c1/status',
    ]);
    // The session is confirmed: it is not asked for again.
    await office.adapter.setStatus([{ conversationId: 'c2' }], 's1');
    expect(office.server.seen.at(-2)!.path).to.equal('/conversations/c1/status');
    await office.adapter.close();
  });

  it('a write to 900 conversations stops when another user signs in halfway', async () => {
    let token = 'ani';
    const office = new Office({ headers: () => ({ authorization: token }) });
    await office.signIn('ani');
    await office.adapter.listStatuses();
    let requests = 0;
    office.server.faults.after = async (seen, response) => {
      if (isWrite(seen) && ++requests === 2) {
        token = 'budi';
        await office.signIn('budi');
      }
      return response;
    };
    const refs = Array.from({ length: 900 }, (_, n) => ({ conversationId: `c${n}` }));
    const code = codeOf(office.adapter.setStatus(refs, 's1'));
    await office.pass();
    expect(await code).to.equal('session-changed');
    expect(office.writes.filter((seen) => authOf(seen) === 'budi')).to.deep.equal([]);
    expect((await office.users.get('budi')!.count({ of: 'conversation' })).byStatus.size).to.equal(0);
    await office.adapter.close();
  });

  it('a stream that reconnects in another session makes subscribers forget before it delivers changes', async () => {
    const office = new Office();
    await office.signIn('ani');
    const { seq } = await office.adapter.listStatuses();
    office.follow(seq);
    await until(() => office.server.streams.size, 'the stream');
    await office.signIn('budi');
    office.server.cut();
    await office.passUntil(() => office.server.streams.size === 1);
    expect(office.received[0]).to.deep.equal({ kind: 'reset', seq: '', forget: true });
    await office.adapter.close();
  });

  it('a subscriber with a list of an earlier session is made to forget', async () => {
    const office = new Office();
    await office.signIn('ani');
    const { seq } = await office.adapter.listStatuses();
    await office.signIn('budi');
    await office.adapter.getEntries(['c1']);
    office.follow(seq);
    await until(() => office.received.length, 'the first change');
    expect(office.received[0]).to.deep.equal({ kind: 'reset', seq: '', forget: true });
    await office.adapter.close();
  });

  it('a server that refuses every name is not asked forever', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.listStatuses();
    office.server.faults.before = () => problem(409, 'session-changed');
    expect(await codeOf(office.adapter.listStatuses())).to.equal('session-changed');
    expect(await codeOf(office.adapter.setStatus(c1, 's1'))).to.equal('session-changed');
    expect(office.server.seen.length).to.be.below(12);
    await office.adapter.close();
  });

  it('closing while the session is being verified sends nothing more', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.listStatuses();
    const end = waits['offline']!(office);
    const code = codeOf(office.adapter.setStatus(c1, 's1'));
    await settle();
    let release: (() => void) | undefined;
    office.server.faults.after = (_, response) =>
      new Promise((resolve) => {
        release = () => resolve(response);
      });
    end();
    await office.passUntil(() => release !== undefined);
    await office.adapter.close();
    release!();
    await office.pass();
    expect(await code).to.equal('aborted');
    expect(await office.statusOf('ani')).to.equal(undefined);
  });

  it('a closed adapter does not send the writes kept for an earlier session', async () => {
    const office = new Office();
    await office.signIn('ani');
    await office.adapter.listStatuses();
    const end = waits['offline']!(office);
    const code = codeOf(office.adapter.setStatus(c1, 's1'));
    await settle();
    await office.signIn('budi');
    end();
    await office.pass();
    expect(await code).to.equal('session-changed');
    await office.adapter.close();
    await office.signIn('ani');
    dispatchEvent(new Event('online'));
    await office.pass();
    expect(await office.statusOf('ani')).to.equal(undefined);
    expect(office.environment.waits).to.deep.equal([]);
  });
});

describe('with a server that does not name its sessions', () => {
  it('each adapter has its own stream', async () => {
    const office = new Office({}, false);
    await office.signIn('ani');
    const second = office.client();
    for (const adapter of [office.adapter, second]) {
      await adapter.listStatuses();
      adapter.subscribe(() => undefined, {});
    }
    await until(() => office.server.streams.size === 2, 'two streams');
    await office.adapter.close();
    await second.close();
  });

  for (const what of ['offline', '503', '401']) {
    it(`${what}: a write is not sent with other credentials than those it was made with`, async () => {
      let token = 'ani';
      const office = new Office(
        { headers: () => ({ authorization: token }), onUnauthorized: () => void (token = 'budi') },
        false,
      );
      await office.signIn('ani');
      const replies = { offline: networkError, '503': () => problem(503, 'x'), '401': () => problem(401, 'auth') };
      office.server.faults.before = replies[what as '401'];
      const code = codeOf(office.adapter.setStatus(c1, 's1'));
      await settle();
      token = 'budi';
      delete office.server.faults.before;
      await office.pass();
      expect(await code).to.equal('session-changed');
      expect(office.writes.filter((seen) => authOf(seen) === 'budi')).to.deep.equal([]);
      await office.adapter.close();
    });
  }

  it('a delayed write is dropped when a 401 shows that its sign-in has expired', async () => {
    const office = new Office({ onUnauthorized: () => undefined }, false);
    await office.signIn('ani');
    office.environment.isConnected = false;
    office.server.faults.before = networkError;
    const code = codeOf(office.adapter.setStatus(c1, 's1'));
    await settle();
    let isFirst = true;
    office.server.faults.before = () => {
      if (!isFirst) return undefined;
      isFirst = false;
      return problem(401, 'auth');
    };
    dispatchEvent(new Event('online'));
    await office.pass();
    expect(await code).to.equal('session-changed');
    expect(await office.statusOf('ani')).to.equal(undefined);
    await office.adapter.close();
  });

  it('a write made after the host renewed its token is sent, and data is read again', async () => {
    let token = 'ani-1';
    const office = new Office({ headers: () => ({ authorization: token }) }, false);
    await office.signIn('ani');
    const { seq } = await office.adapter.listStatuses();
    office.follow(seq);
    await until(() => office.server.streams.size, 'the stream');
    token = 'ani-2';
    expect(await codeOf(office.adapter.setStatus(c1, 's1'))).to.match(/^resolved/);
    expect(office.received[0]).to.deep.equal({ kind: 'reset', seq: '' });
    await office.adapter.close();
  });

  it('a subscriber after a token was renewed continues from its list, and is not made to forget', async () => {
    let token = 'ani-1';
    const office = new Office({ headers: () => ({ authorization: token }) }, false);
    await office.signIn('ani');
    const { seq } = await office.adapter.listStatuses();
    token = 'ani-2';
    await office.adapter.getEntries(['c1']);
    await office.users.get('ani')!.createStatus({ id: 's2', name: 'Since then', color: '#2775f8' });
    office.follow(seq);
    await until(() => office.received.length, 'the first change');
    expect(office.received[0]).to.deep.include({ kind: 'status' });
    await office.adapter.close();
  });

  const harmless: Record<string, () => HeadersInit> = {
    'a signature that differs for each request': () => ({ authorization: `Signature ${Math.random()}` }),
    'a token against request forgery': () => ({ 'x-xsrf-token': String(Math.random()) }),
    'a request id': () => ({ 'x-request-id': String(Math.random()) }),
  };
  for (const [what, headers] of Object.entries(harmless)) {
    it(`${what} does not indicate another user: a pending write is sent, and data is not read again`, async () => {
      const office = new Office({ headers }, false);
      await office.signIn('ani');
      const { seq } = await office.adapter.listStatuses();
      await office.adapter.listStatuses();
      office.follow(seq);
      await until(() => office.server.streams.size, 'the stream');
      let failures = 2;
      office.server.faults.before = () => (failures-- > 0 ? problem(503, 'x') : undefined);
      const code = codeOf(office.adapter.setStatus(c1, 's1'));
      await office.pass();
      expect(await code).to.match(/^resolved/);
      expect(office.received.filter(({ kind }) => kind === 'reset')).to.deep.equal([]);
      await office.adapter.close();
    });
  }
});
