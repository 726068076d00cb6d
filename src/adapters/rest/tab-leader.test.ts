/** How tabs, and the adapters of one page, share a change stream. */
import { expect } from '@open-wc/testing';
import type { Change } from '../../model/changes.js';
import { RestAdapter, type RestOptions } from './adapter.js';
import { ChangeStream } from './change-stream.js';
import { ChangeEventSource } from './event-stream.js';
import { encodeTabMessage, type TabMessage } from './tab-leader.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import { BASE, WireServer } from './test-wire.js';

interface Follower {
  received: Change[];
  states: string[];
  stop(): void;
}

/** Acts as a separate tab, with its own lock request and channel. */
class Page implements Follower {
  readonly received: Change[] = [];
  readonly states: string[] = [];
  readonly environment = new TestEnvironment();
  readonly live: ChangeStream;
  streams = 0;
  stop: () => void;

  constructor(scope: string, server: WireServer, since: string | undefined) {
    this.live = new ChangeStream(scope, this.environment, () => undefined);
    this.stop = this.live.add({
      listener: (change) => void this.received.push(change),
      onState: (state) => void this.states.push(state),
      since,
      connect: (lastEventId, signal) => {
        this.streams++;
        const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
        return server.fetch(`${BASE}/changes`, { headers, signal });
      },
      handleUnreadable: (thrown) => {
        throw thrown;
      },
    });
  }

  get names(): string[] {
    return this.received.map((change) => (change.kind === 'status' ? change.status.name : change.kind));
  }
}

let scopes = 0;
const newScope = (): string => `test:${++scopes}:${Math.random()}`;
const create = (server: WireServer, name: string) => server.adapter.createStatus({ id: name, name, color: '#2775f8' });

/** Posts messages to the channel of a stream, as any script of the origin could. */
function post(scope: string, ...messages: unknown[]): void {
  const channel = new BroadcastChannel(scope);
  for (const message of messages) channel.postMessage(message);
  setTimeout(() => channel.close(), 100);
}

const heldLocks = async (scope: string): Promise<number> => {
  const { held = [], pending = [] } = await navigator.locks.query();
  return [...held, ...pending].filter(({ name }) => name === scope).length;
};

describe('tabs that share a stream', () => {
  let server: WireServer;
  let scope: string;
  const pages: Page[] = [];
  const openPage = (since: string | null = '0'): Page => {
    const page = new Page(scope, server, since ?? undefined);
    pages.push(page);
    return page;
  };
  /** A leader and a follower, both up to date. */
  const openTwo = async (): Promise<[Page, Page]> => {
    const leader = openPage();
    await until(() => leader.states.includes('live'), 'the leader');
    const follower = openPage();
    await until(() => follower.states.includes('live'), 'the follower');
    return [leader, follower];
  };

  beforeEach(() => {
    server = new WireServer();
    scope = newScope();
  });
  afterEach(async () => {
    for (const page of pages) page.stop();
    await settle();
    for (const page of pages.splice(0)) expect(page.environment.waits, 'timers').to.deep.equal([]);
    expect(server.streams.size, 'open streams').to.equal(0);
    let locks = 1;
    for (let n = 0; n < 50 && locks; n++) locks = await heldLocks(scope);
    expect(locks, 'locks').to.equal(0);
  });

  it('open one connection, and all receive every change', async () => {
    const [leader, follower] = await openTwo();
    const third = openPage();
    await until(() => third.states.length, 'the third');
    for (const name of ['a', 'b', 'c']) await create(server, name);
    for (const page of [leader, follower, third]) {
      await until(() => page.received.length === 3, 'three changes');
      expect(page.received).to.deep.equal(leader.received);
    }
    expect(server.streamsOpened).to.equal(1);
  });

  it('pass the stream on when the leader is closed, without missing changes', async () => {
    const [leader, follower] = await openTwo();
    const third = openPage();
    await until(() => third.states.length, 'the third');
    await create(server, 'a');
    await until(() => follower.received.length && third.received.length, 'a change');
    leader.stop();
    // Written while there is no leader.
    await create(server, 'b');
    await until(() => follower.received.length === 2, 'the missed change');
    await create(server, 'c');
    for (const page of [follower, third]) {
      await until(() => page.received.length === 3, 'three changes');
      expect(page.names).to.deep.equal(['a', 'b', 'c']);
    }
    expect(leader.names).to.deep.equal(['a']);
    expect(server.streamsOpened).to.equal(2);
    expect([follower.streams, third.streams]).to.deep.equal([1, 0]);
  });

  it('lose no change in twenty handovers', async () => {
    let current = openPage();
    await until(() => current.states.includes('live'), 'the first leader');
    const witness = openPage();
    await until(() => witness.states.length, 'the witness');
    const expected: string[] = [];
    for (let n = 0; n < 20; n++) {
      const next = openPage(String((await server.adapter.listStatuses()).seq));
      await create(server, `before${n}`);
      // Closes the leader of this round, which is the witness in the second one.
      if (n === 1) current = next;
      else {
        current.stop();
        current = next;
      }
      await create(server, `after${n}`);
      expected.push(`before${n}`, `after${n}`);
      await until(
        () => new Set(witness.names).size >= expected.length || witness.names.includes('reset'),
        `round ${n}`,
      );
    }
    expect([...new Set(witness.names)]).to.deep.equal(expected);
  });

  it('send earlier changes to a tab that joins later', async () => {
    const [leader] = await openTwo();
    const { version: first } = await create(server, 'a');
    await create(server, 'b');
    await until(() => leader.received.length === 2, 'two changes');
    const late = openPage(String(first));
    await until(() => late.received.length, 'a change');
    expect(late.names).to.deep.equal(['b']);
  });

  it('send a reset to a tab whose position is unknown', async () => {
    const [leader] = await openTwo();
    await create(server, 'a');
    await until(() => leader.received.length, 'a change');
    const late = openPage('from-another-server');
    await until(() => late.received.length, 'a change');
    expect(late.received).to.deep.equal([{ kind: 'reset', seq: leader.received[0]!.seq }]);
  });

  it('send a reset to a tab whose position cannot be sent', async () => {
    await openTwo();
    const late = openPage('ü');
    await until(() => late.received.length, 'a change');
    expect(late.received).to.deep.equal([{ kind: 'reset', seq: '0' }]);
  });

  it('send new changes to a tab without a position', async () => {
    const [leader] = await openTwo();
    await create(server, 'a');
    await until(() => leader.received.length, 'a change');
    const late = openPage(null);
    await until(() => late.states.length, 'the late one');
    await create(server, 'b');
    await until(() => late.received.length, 'a change');
    expect(late.names).to.deep.equal(['b']);
  });

  it('share the state of the stream', async () => {
    const [leader, follower] = await openTwo();
    server.cut();
    await until(() => follower.states.at(-1) === 'retrying', 'retrying');
    await leader.environment.advance(1000);
    await until(() => follower.states.at(-1) === 'live', 'live');
    expect(follower.states).to.deep.equal(['live', 'retrying', 'live']);
  });

  it('recover from a lost message', async () => {
    const leader = openPage();
    await until(() => leader.states.includes('live'), 'the leader');
    const { BroadcastChannel } = window;
    let isLosing = false;
    window.BroadcastChannel = class extends BroadcastChannel {
      override set onmessage(handler: ((event: MessageEvent) => void) | null) {
        this.addEventListener('message', (event: MessageEvent) => isLosing || handler?.(event));
      }
    };
    const follower = openPage();
    // The page creates its channel at once.
    window.BroadcastChannel = BroadcastChannel;
    await until(() => follower.states.includes('live'), 'the follower');
    isLosing = true;
    let isSent = false;
    const spy = new BroadcastChannel(scope);
    spy.onmessage = () => (isSent = true);
    await create(server, 'a');
    await until(() => isSent, 'the message');
    await settle();
    expect(follower.received).to.deep.equal([]);
    spy.close();
    isLosing = false;
    await create(server, 'b');
    await until(() => follower.received.length === 2, 'both changes');
    expect(follower.names).to.deep.equal(['a', 'b']);
  });

  it('ignore repeated messages and messages of another version', async () => {
    const [, follower] = await openTwo();
    const sent: Record<string, unknown>[] = [];
    const spy = new BroadcastChannel(scope);
    spy.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => void sent.push(data);
    await create(server, 'a');
    await until(() => sent.length && follower.received.length, 'a change');
    spy.close();
    post(scope, sent[0], { ...sent[0], v: 2, n: (sent[0]!['n'] as number) + 1 });
    await create(server, 'b');
    await until(() => follower.names.includes('b'), 'another change');
    expect(follower.names).to.deep.equal(['a', 'b']);
  });

  it('replace a leader that does not answer', async () => {
    // Holds the lock without answering, like a frozen page on a phone.
    let isStolen = false;
    navigator.locks
      .request(scope, () => new Promise<void>(() => undefined))
      .catch(() => {
        isStolen = true;
      });
    await until(async () => heldLocks(scope), 'the lock');
    const page = openPage();
    await settle();
    expect(page.streams).to.equal(0);
    await page.environment.advance(3000);
    await until(() => page.states.includes('live'), 'live');
    expect([isStolen, page.streams]).to.deep.equal([true, 1]);
  });

  it('ask a silent leader, and keep it if it answers', async () => {
    const [leader, follower] = await openTwo();
    expect(follower.environment.waits).to.deep.equal([45_000]);
    await follower.environment.advance(45_000);
    // It answers, and stays the leader.
    await until(() => follower.environment.waits[0] === 45_000, 'the answer');
    await follower.environment.advance(10_000);
    expect([leader.streams, follower.streams]).to.deep.equal([1, 0]);
    expect(server.streamsOpened).to.equal(1);
  });

  it('make a leader whose lock was stolen a follower', async () => {
    const [leader, follower] = await openTwo();
    let release: (() => void) | undefined;
    const taken = navigator.locks.request(
      scope,
      { steal: true },
      () => new Promise<void>((resolve) => (release = resolve)),
    );
    await until(() => release && !server.streams.size, 'the end of its stream');
    release!();
    await taken;
    await until(() => server.streams.size, 'another stream');
    await create(server, 'a');
    for (const page of [leader, follower]) {
      await until(() => page.received.length, 'a change');
      expect(page.names).to.deep.equal(['a']);
    }
  });

  it('ignore messages of other scripts', async () => {
    const [leader, follower] = await openTwo();
    const record = { id: 'evil', name: 'Evil', color: '#000000', rank: '0', version: 99 };
    const change = { kind: 'status', status: record, seq: '99' } as Change;
    const corpus: unknown[] = [
      null,
      1,
      'change',
      [],
      {},
      new Map([['v', 1]]),
      { v: 1 },
      { v: 2, type: 'change', epoch: 'x', n: 1, change },
      { type: 'change', epoch: 'x', n: 1, change },
      { v: 1, type: 'change', epoch: 'x', n: 1, change: { kind: 'status' } },
      { v: 1, type: 'change', epoch: 'x', n: '1', change },
      { v: 1, type: 'answer', to: {}, epoch: 'x', n: 1, state: 'live', seq: '99', changes: [change] },
      {
        v: 1,
        type: 'answer',
        to: 'x',
        epoch: 'x',
        n: 1,
        state: 'live',
        seq: '99',
        changes: Array(10_000).fill(change),
      },
      { v: 1, type: 'state', epoch: 'x', n: 0, state: '<b>' },
      { v: 1, type: 'ask', from: 'x'.repeat(5000) },
      { v: 1, type: 'ask', from: 'x', since: {} },
      JSON.parse('{"v":1,"type":"state","__proto__":{"epoch":"x"},"n":0,"state":"down"}'),
      ...(
        [
          { type: 'change', epoch: 'stranger', n: 1, change },
          { type: 'answer', to: 'stranger', epoch: 'stranger', n: 1, state: 'down', seq: '99', changes: [change] },
          { type: 'state', epoch: 'stranger', n: 0, state: 'down' },
        ] satisfies TabMessage[]
      ).map(encodeTabMessage),
    ];
    post(scope, ...corpus);
    await settle();
    await create(server, 'a');
    for (const page of [leader, follower]) {
      await until(() => page.received.length, 'a change');
      expect(page.names).to.deep.equal(['a']);
      expect(page.states).to.deep.equal(['live']);
    }
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });
});

describe('adapters of one page', () => {
  const follow = (adapter: RestAdapter, since = '0'): Follower => {
    const [received, states]: [Change[], string[]] = [[], []];
    const stop = adapter.subscribe((change) => void received.push(change), {
      since,
      onState: (state) => void states.push(state),
    });
    return { received, states, stop };
  };
  const connect = (server: WireServer, options: Partial<RestOptions> = {}): RestAdapter =>
    new RestAdapter({ baseUrl: BASE, fetch: server.fetch, ...options });

  /** A server that names its session, and adapters that have received the name. */
  const inSession = async (
    count: number,
    optionsOf: (n: number) => Partial<RestOptions> = () => ({}),
    environment?: TestEnvironment,
  ): Promise<{ server: WireServer; adapters: RestAdapter[] }> => {
    const server = new WireServer();
    server.session = 'ani';
    const adapters = Array.from(
      { length: count },
      (_, n) => new RestAdapter({ baseUrl: BASE, fetch: server.fetch, ...optionsOf(n) }, environment),
    );
    for (const adapter of adapters) await adapter.listStatuses();
    return { server, adapters };
  };

  it('share one stream until the last one unsubscribes', async () => {
    const {
      server,
      adapters: [first, second],
    } = await inSession(2);
    const followers = [follow(first!), follow(second!), follow(second!)];
    await until(() => followers.every(({ states }) => states.includes('live')), 'live');
    await create(server, 'a');
    await until(() => followers.every(({ received }) => received.length), 'a change');
    expect(server.streamsOpened).to.equal(1);
    await first!.close();
    followers[1]!.stop();
    await create(server, 'b');
    await until(() => followers[2]!.received.length === 2, 'another change');
    expect([followers[0]!.received.length, followers[1]!.received.length]).to.deep.equal([1, 1]);
    expect(server.streamsOpened).to.equal(1);
    await second!.close();
    await until(() => !server.streams.size, 'the end of the stream');
  });

  it('reconnect with the sign-in of a remaining adapter', async () => {
    const environment = new TestEnvironment();
    const {
      server,
      adapters: [first, second],
    } = await inSession(2, undefined, environment);
    follow(first!);
    await until(() => server.streams.size, 'the stream');
    const { received, states } = follow(second!);
    await until(() => states.length, 'live');
    await first!.close();
    server.cut();
    await create(server, 'a');
    await settle();
    await environment.advance(1000);
    await until(() => received.length, 'a change');
    await second!.close();
  });

  it('send missed changes or a reset to a later subscriber', async () => {
    const server = new WireServer();
    const adapter = connect(server);
    const first = follow(adapter, '0');
    await create(server, 'a');
    await create(server, 'b');
    await until(() => first.received.length === 2, 'two changes');
    const [known, unknown, ahead] = [follow(adapter, '1'), follow(adapter, 'elsewhere'), follow(adapter, '7')];
    await settle();
    expect(known.received.map(({ seq }) => seq)).to.deep.equal(['2']);
    expect(unknown.received).to.deep.equal([{ kind: 'reset', seq: '2' }]);
    expect(ahead.received).to.deep.equal([]);
    await adapter.close();
  });

  const others: Record<string, Partial<RestOptions>> = {
    'another base URL': { baseUrl: `${BASE}-2` },
    'another token': { headers: { authorization: 'Bearer other' } },
    'another tenant in a header': { headers: async () => ({ 'x-tenant': 'other' }) },
    'other cookies': { credentials: 'include' },
  };
  for (const [what, options] of Object.entries(others)) {
    it(`with ${what} do not share changes`, async () => {
      const [server, other] = [new WireServer(), new WireServer()];
      // One function for both, so that only the options differ.
      const fetch = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
        const url = input instanceof Request ? input.url : input.toString();
        const headers = new Headers(init?.headers);
        const isOther =
          url.startsWith(`${BASE}-2`) ||
          headers.has('authorization') ||
          headers.has('x-tenant') ||
          init?.credentials === 'include';
        return isOther ? other.fetch(url.replace(`${BASE}-2`, BASE), init) : server.fetch(input, init);
      };
      const adapters = [
        new RestAdapter({ baseUrl: BASE, fetch }),
        new RestAdapter({ baseUrl: BASE, fetch, ...options }),
      ];
      const [ours, theirs] = adapters.map((adapter) => follow(adapter));
      await until(() => server.streams.size && other.streams.size, 'two streams');
      await create(server, 'ours');
      await create(other, 'theirs');
      await until(() => ours!.received.length && theirs!.received.length, 'two changes');
      await settle();
      const names = [ours!, theirs!].map(({ received }) =>
        received.map((change) => change.kind === 'status' && change.status.name),
      );
      expect(names).to.deep.equal([['ours'], ['theirs']]);
      for (const adapter of adapters) await adapter.close();
    });
  }

  it('with different fetch functions do not share changes', async () => {
    const servers = [new WireServer(), new WireServer()];
    const adapters = servers.map((server) => connect(server));
    const followers = adapters.map((adapter) => follow(adapter));
    await until(() => servers.every(({ streams }) => streams.size), 'two streams');
    await create(servers[0]!, 'a');
    await until(() => followers[0]!.received.length, 'a change');
    await settle();
    expect(followers[1]!.received).to.deep.equal([]);
    for (const adapter of adapters) await adapter.close();
  });

  it('share a stream if only a request id differs', async () => {
    const { server, adapters } = await inSession(2, (n) => ({ headers: { 'x-request-id': String(n) } }));
    const followers = adapters.map((adapter) => follow(adapter));
    await until(() => followers.every(({ states }) => states.length), 'live');
    expect(server.streamsOpened).to.equal(1);
    for (const adapter of adapters) await adapter.close();
  });

  it('do not reveal tokens in the names of locks', async () => {
    const {
      server,
      adapters: [adapter],
    } = await inSession(1, () => ({ headers: { authorization: 'Bearer secret' } }));
    follow(adapter!);
    await until(() => server.streams.size, 'the stream');
    expect(JSON.stringify(await navigator.locks.query()))
      .to.not.contain('secret')
      .and.not.contain('api.test')
      .and.not.contain('ani');
    await adapter!.close();
  });
});

interface Frame extends Window {
  RestAdapter: typeof RestAdapter;
  fetch: typeof fetch;
}

describe('frames', () => {
  /** A separate document of this origin, with its own copy of the package and a replaced `fetch`. */
  async function openFrame(server: WireServer): Promise<{ frame: HTMLIFrameElement; adapter: RestAdapter }> {
    const frame = document.createElement('iframe');
    const url = new URL('./adapter.ts', import.meta.url).href;
    frame.srcdoc = `<script type="module">
      import { RestAdapter } from '${url}';
      window.RestAdapter = RestAdapter;
    </script>`;
    document.body.append(frame);
    const inside = (): Frame => frame.contentWindow as unknown as Frame;
    await until(() => inside()?.RestAdapter, 'the frame');
    inside().fetch = server.fetch;
    return { frame, adapter: new (inside().RestAdapter)({ baseUrl: BASE }) };
  }

  it('share one stream, and pass it on when the leading frame is removed', async () => {
    const server = new WireServer();
    server.session = 'ani';
    const frames = [await openFrame(server), await openFrame(server), await openFrame(server)];
    const received: string[][] = [];
    const states: string[][] = [];
    for (const [n, { adapter }] of frames.entries()) {
      received[n] = [];
      states[n] = [];
      await adapter.listStatuses();
      adapter.subscribe(
        (change) => void received[n]!.push(change.kind === 'status' ? change.status.name : change.kind),
        {
          since: '0',
          onState: (state) => void states[n]!.push(state),
        },
      );
      await until(() => states[n]!.includes('live'), `frame ${n}`);
    }
    expect(server.streamsOpened).to.equal(1);
    await create(server, 'a');
    await until(() => received.every((names) => names.length === 1), 'a change');
    frames[0]!.frame.remove();
    await create(server, 'b');
    // WebKit keeps a removed frame alive for a moment.
    await until(() => server.streamsOpened === 2, 'the handover');
    await create(server, 'c');
    await until(() => received[1]!.includes('c') && received[2]!.includes('c'), 'the changes after');
    for (const names of received.slice(1)) expect([...new Set(names)]).to.deep.equal(['a', 'b', 'c']);
    for (const { frame } of frames) frame.remove();
  });
});

/** Waits until earlier messages have arrived: they pass through the browser's own process. */
async function delivered(): Promise<void> {
  for (let n = 0; n < 3; n++) {
    const name = `ping:${Math.random()}`;
    const [from, to] = [new BroadcastChannel(name), new BroadcastChannel(name)];
    await new Promise((resolve) => {
      to.onmessage = resolve;
      from.postMessage(null);
    });
    from.close();
    to.close();
    await settle();
  }
}

describe('tabs of a plain http page, which has no Web Locks', () => {
  let server: WireServer;
  let scope: string;
  const pages: Page[] = [];
  const openPage = (): Page => {
    const page = new Page(scope, server, '0');
    pages.push(page);
    return page;
  };
  const isLive = ({ states }: Page): boolean => states.includes('live');
  /** Lets all tabs claim the lock, one after the other. */
  const elect = async (): Promise<void> => {
    for (const page of pages) {
      await delivered();
      await page.environment.advance(300);
    }
    await until(() => pages.every(isLive), 'all tabs');
  };

  before(() => Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined }));
  after(() => Reflect.deleteProperty(navigator, 'locks'));
  beforeEach(() => {
    server = new WireServer();
    scope = newScope();
  });
  afterEach(async () => {
    for (const page of pages) page.stop();
    await settle();
    for (const page of pages.splice(0)) expect(page.environment.waits, 'timers').to.deep.equal([]);
    expect(server.streams.size, 'open streams').to.equal(0);
  });

  it('share one connection, although all are opened at once', async () => {
    for (let n = 0; n < 8; n++) openPage();
    await elect();
    expect(server.streamsOpened).to.equal(1);
    await create(server, 'a');
    for (const page of pages) await until(() => page.received.length, 'a change');
  });

  it('leave the connection to a leader that answers', async () => {
    openPage();
    await elect();
    for (let n = 0; n < 3; n++) {
      openPage();
      await elect();
    }
    expect(pages.map(({ streams }) => streams)).to.deep.equal([1, 0, 0, 0]);
  });

  it('pass the connection on when the leader is closed, without missing changes', async () => {
    for (let n = 0; n < 3; n++) openPage();
    await elect();
    const leader = pages.find(({ streams }) => streams)!;
    leader.stop();
    pages.splice(pages.indexOf(leader), 1);
    await create(server, 'a');
    await elect();
    for (const page of pages) await until(() => page.names.includes('a'), 'the missed change');
    expect(server.streamsOpened).to.equal(2);
  });

  it('get the connection when the tab that they gave way to is closed before it has it', async () => {
    for (let n = 0; n < 3; n++) openPage();
    await elect();
    pages.find(({ streams }) => streams === 1)!.stop();
    await delivered();
    // Both have claimed it; one has given way.
    const others = pages.filter(({ streams }) => streams === 0);
    const claimant = others.find(({ environment }) => environment.waits.includes(300))!;
    claimant.stop();
    await delivered();
    const [last] = others.filter((page) => page !== claimant);
    await last!.environment.advance(300);
    await until(() => last!.streams === 1, 'a new leader');
  });

  it('replace a leader that does not answer, which becomes a follower when it is back', async () => {
    const frozen = openPage();
    await elect();
    // Its messages do not arrive, like those of a frozen page.
    const { postMessage } = BroadcastChannel.prototype;
    const page = openPage();
    BroadcastChannel.prototype.postMessage = () => undefined;
    await page.environment.advance(3000);
    await page.environment.advance(300);
    BroadcastChannel.prototype.postMessage = postMessage;
    await until(() => server.streams.size === 2, 'a second stream');
    // The two learn about each other from the next message of either.
    const third = openPage();
    await third.environment.advance(300);
    await until(() => server.streams.size === 1, 'one stream');
    await elect();
    await create(server, 'a');
    for (const each of [frozen, page, third]) await until(() => each.names.includes('a'), 'a change');
  });
});

describe('tabs with a stream each', () => {
  for (const locks of ['with', 'without']) {
    it(`keep three connections open and ask from time to time, ${locks} Web Locks`, async () => {
      if (locks === 'without') Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined });
      const server = new WireServer();
      const name = `https://${Math.random()}.test`;
      const environments: TestEnvironment[] = [];
      const sources: ChangeEventSource[] = [];
      const received: string[][] = [];
      try {
        for (let n = 0; n < 8; n++) {
          const environment = (environments[n] = new TestEnvironment());
          const names: string[] = (received[n] = []);
          sources[n] = new ChangeEventSource(
            (lastEventId, signal) => {
              const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
              return server.fetch(`${BASE}/changes`, { headers, signal });
            },
            { position: '0', hasMissed: false, server: name },
            {
              handleChange: (change) => void names.push(change.kind === 'status' ? change.status.name : change.kind),
              handlePosition: () => undefined,
              handleState: () => undefined,
              handleUnreadable: () => undefined,
            },
            environment,
          );
          for (let step = 0; step < 3; step++) {
            await delivered();
            await environment.advance(300);
          }
        }
        const advance = async (ms: number): Promise<void> => {
          for (let passed = 0; passed < ms; passed += 250) {
            for (const environment of environments) await environment.advance(250);
            await delivered();
          }
        };
        /** Between their questions, the other tabs have no connection. */
        const quiet = async (): Promise<void> => {
          for (let n = 0; n < 60 && server.streams.size !== 3; n++) {
            await advance(250);
          }
          expect(server.streams.size).to.equal(3);
        };
        await quiet();
        await create(server, 'a');
        await settle();
        expect(received.flat(), 'at once').to.deep.equal(['a', 'a', 'a']);
        for (let n = 0; n < 6; n++) await advance(1000);
        expect(received.flat(), 'later').to.have.length(8);
        // A tab that is closed leaves its connection to another one.
        sources[0]!.close();
        await settle();
        expect(server.streams.size).to.be.lessThan(8);
        await delivered();
        for (let n = 0; n < 8; n++) await advance(1000);
        await quiet();
      } finally {
        for (const source of sources) source.close();
        Reflect.deleteProperty(navigator, 'locks');
      }
      await settle();
      expect(environments.flatMap(({ waits }) => waits)).to.deep.equal([]);
    });
  }
});
