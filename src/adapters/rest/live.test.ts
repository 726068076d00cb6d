import { expect } from '@open-wc/testing';
import type { Change } from '../../model/changes.js';
import { RestAdapter, type RestOptions } from './adapter.js';
import { ChangeStream } from './change-stream.js';
import { encodeTabMessage, type TabMessage } from './tab-leader.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import { BASE, WireServer } from './test-wire.js';

interface Ear {
  heard: Change[];
  states: string[];
  stop(): void;
}

/** A page of its own, as far as tabs are concerned: its own end of the lock and the channel. */
class Page implements Ear {
  readonly heard: Change[] = [];
  readonly states: string[] = [];
  readonly environment = new TestEnvironment();
  readonly live: ChangeStream;
  streams = 0;
  stop: () => void;

  constructor(scope: string, server: WireServer, since: string | undefined) {
    this.live = new ChangeStream(scope, this.environment, () => undefined);
    this.stop = this.live.add({
      listener: (change) => void this.heard.push(change),
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
    return this.heard.map((change) => (change.kind === 'status' ? change.status.name : change.kind));
  }
}

let scopes = 0;
const newScope = (): string => `test:${++scopes}:${Math.random()}`;
const create = (server: WireServer, name: string) => server.adapter.createStatus({ id: name, name, color: '#2775f8' });

/** What a stranger says on the channel of a scope, as any script of the origin could. */
function say(scope: string, ...messages: unknown[]): void {
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
  /** One that leads and one that follows, both up to date. */
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

  it('open one between them, and all hear everything', async () => {
    const [leader, follower] = await openTwo();
    const third = openPage();
    await until(() => third.states.length, 'the third');
    for (const name of ['a', 'b', 'c']) await create(server, name);
    for (const page of [leader, follower, third]) {
      await until(() => page.heard.length === 3, 'three changes');
      expect(page.heard).to.deep.equal(leader.heard);
    }
    expect(server.streamsOpened).to.equal(1);
  });

  it('the next one takes over when the leader goes, and misses nothing', async () => {
    const [leader, follower] = await openTwo();
    const third = openPage();
    await until(() => third.states.length, 'the third');
    await create(server, 'a');
    await until(() => follower.heard.length && third.heard.length, 'a change');
    leader.stop();
    // Written while nobody leads.
    await create(server, 'b');
    await until(() => follower.heard.length === 2, 'the missed change');
    await create(server, 'c');
    for (const page of [follower, third]) {
      await until(() => page.heard.length === 3, 'three changes');
      expect(page.names).to.deep.equal(['a', 'b', 'c']);
    }
    expect(leader.names).to.deep.equal(['a']);
    expect(server.streamsOpened).to.equal(2);
    expect([follower.streams, third.streams]).to.deep.equal([1, 0]);
  });

  it('twenty hand-overs lose nothing', async () => {
    let current = openPage();
    await until(() => current.states.includes('live'), 'the first leader');
    const witness = openPage();
    await until(() => witness.states.length, 'the witness');
    const expected: string[] = [];
    for (let n = 0; n < 20; n++) {
      const next = openPage(String((await server.adapter.listStatuses()).seq));
      await create(server, `before${n}`);
      // The leader of this round goes, which is the witness in the second.
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

  it('one that comes later is told what it missed', async () => {
    const [leader] = await openTwo();
    const { version: first } = await create(server, 'a');
    await create(server, 'b');
    await until(() => leader.heard.length === 2, 'two changes');
    const late = openPage(String(first));
    await until(() => late.heard.length, 'a change');
    expect(late.names).to.deep.equal(['b']);
  });

  it('one that missed more than is known is told to read again', async () => {
    const [leader] = await openTwo();
    await create(server, 'a');
    await until(() => leader.heard.length, 'a change');
    const late = openPage('from-another-server');
    await until(() => late.heard.length, 'a change');
    expect(late.heard).to.deep.equal([{ kind: 'reset', seq: leader.heard[0]!.seq }]);
  });

  it('one with a place that cannot be sent is told to read again', async () => {
    await openTwo();
    const late = openPage('ü');
    await until(() => late.heard.length, 'a change');
    expect(late.heard).to.deep.equal([{ kind: 'reset', seq: '0' }]);
  });

  it('one without a place hears what comes', async () => {
    const [leader] = await openTwo();
    await create(server, 'a');
    await until(() => leader.heard.length, 'a change');
    const late = openPage(null);
    await until(() => late.states.length, 'the late one');
    await create(server, 'b');
    await until(() => late.heard.length, 'a change');
    expect(late.names).to.deep.equal(['b']);
  });

  it('followers are told how the stream is', async () => {
    const [leader, follower] = await openTwo();
    server.cut();
    await until(() => follower.states.at(-1) === 'retrying', 'retrying');
    await leader.environment.advance(1000);
    await until(() => follower.states.at(-1) === 'live', 'live');
    expect(follower.states).to.deep.equal(['live', 'retrying', 'live']);
  });

  it('a follower that missed a message asks for it', async () => {
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
    // The channel is made as soon as the page is.
    window.BroadcastChannel = BroadcastChannel;
    await until(() => follower.states.includes('live'), 'the follower');
    isLosing = true;
    let isSaid = false;
    const spy = new BroadcastChannel(scope);
    spy.onmessage = () => (isSaid = true);
    await create(server, 'a');
    await until(() => isSaid, 'the message');
    await settle();
    expect(follower.heard).to.deep.equal([]);
    spy.close();
    isLosing = false;
    await create(server, 'b');
    await until(() => follower.heard.length === 2, 'both changes');
    expect(follower.names).to.deep.equal(['a', 'b']);
  });

  it('a message that comes again, or in another version, is ignored', async () => {
    const [, follower] = await openTwo();
    const said: Record<string, unknown>[] = [];
    const spy = new BroadcastChannel(scope);
    spy.onmessage = ({ data }: MessageEvent<Record<string, unknown>>) => void said.push(data);
    await create(server, 'a');
    await until(() => said.length && follower.heard.length, 'a change');
    spy.close();
    say(scope, said[0], { ...said[0], v: 2, n: (said[0]!['n'] as number) + 1 });
    await create(server, 'b');
    await until(() => follower.names.includes('b'), 'another change');
    expect(follower.names).to.deep.equal(['a', 'b']);
  });

  it('a leader that does not answer is replaced', async () => {
    // Holds the lock and says nothing, as the page of a phone that is frozen.
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

  it('a leader that falls silent is asked, and left alone when it answers', async () => {
    const [leader, follower] = await openTwo();
    expect(follower.environment.waits).to.deep.equal([45_000]);
    await follower.environment.advance(45_000);
    // It is there, and answers: nothing changes.
    await until(() => follower.environment.waits[0] === 45_000, 'the answer');
    await follower.environment.advance(10_000);
    expect([leader.streams, follower.streams]).to.deep.equal([1, 0]);
    expect(server.streamsOpened).to.equal(1);
  });

  it('a leader whose lock was taken follows', async () => {
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
      await until(() => page.heard.length, 'a change');
      expect(page.names).to.deep.equal(['a']);
    }
  });

  it('what strangers say changes nothing', async () => {
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
    say(scope, ...corpus);
    await settle();
    await create(server, 'a');
    for (const page of [leader, follower]) {
      await until(() => page.heard.length, 'a change');
      expect(page.names).to.deep.equal(['a']);
      expect(page.states).to.deep.equal(['live']);
    }
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });
});

describe('adapters of one page', () => {
  const follow = (adapter: RestAdapter, since = '0'): Ear => {
    const [heard, states]: [Change[], string[]] = [[], []];
    const stop = adapter.subscribe((change) => void heard.push(change), {
      since,
      onState: (state) => void states.push(state),
    });
    return { heard, states, stop };
  };
  const connect = (server: WireServer, options: Partial<RestOptions> = {}): RestAdapter =>
    new RestAdapter({ baseUrl: BASE, fetch: server.fetch, ...options });

  /** A server that names its session, and adapters that know it. */
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

  it('share one stream, until the last has gone', async () => {
    const {
      server,
      adapters: [first, second],
    } = await inSession(2);
    const ears = [follow(first!), follow(second!), follow(second!)];
    await until(() => ears.every(({ states }) => states.includes('live')), 'live');
    await create(server, 'a');
    await until(() => ears.every(({ heard }) => heard.length), 'a change');
    expect(server.streamsOpened).to.equal(1);
    await first!.close();
    ears[1]!.stop();
    await create(server, 'b');
    await until(() => ears[2]!.heard.length === 2, 'another change');
    expect([ears[0]!.heard.length, ears[1]!.heard.length]).to.deep.equal([1, 1]);
    expect(server.streamsOpened).to.equal(1);
    await second!.close();
    await until(() => !server.streams.size, 'the end of the stream');
  });

  it('go on with the sign-in of one that is still there', async () => {
    const environment = new TestEnvironment();
    const {
      server,
      adapters: [first, second],
    } = await inSession(2, undefined, environment);
    follow(first!);
    await until(() => server.streams.size, 'the stream');
    const { heard, states } = follow(second!);
    await until(() => states.length, 'live');
    await first!.close();
    server.cut();
    await create(server, 'a');
    await settle();
    await environment.advance(1000);
    await until(() => heard.length, 'a change');
    await second!.close();
  });

  it('one that comes later is told what it missed, or to read again', async () => {
    const server = new WireServer();
    const adapter = connect(server);
    const first = follow(adapter, '0');
    await create(server, 'a');
    await create(server, 'b');
    await until(() => first.heard.length === 2, 'two changes');
    const [known, unknown, ahead] = [follow(adapter, '1'), follow(adapter, 'elsewhere'), follow(adapter, '7')];
    await settle();
    expect(known.heard.map(({ seq }) => seq)).to.deep.equal(['2']);
    expect(unknown.heard).to.deep.equal([{ kind: 'reset', seq: '2' }]);
    expect(ahead.heard).to.deep.equal([]);
    await adapter.close();
  });

  const others: Record<string, Partial<RestOptions>> = {
    'another base URL': { baseUrl: `${BASE}-2` },
    'another token': { headers: { authorization: 'Bearer other' } },
    'another tenant in a header': { headers: async () => ({ 'x-tenant': 'other' }) },
    'other cookies': { credentials: 'include' },
  };
  for (const [what, options] of Object.entries(others)) {
    it(`with ${what} never hear each other`, async () => {
      const [server, other] = [new WireServer(), new WireServer()];
      // One function for both, so that nothing but the options tells them apart.
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
      await until(() => ours!.heard.length && theirs!.heard.length, 'two changes');
      await settle();
      const names = [ours!, theirs!].map(({ heard }) =>
        heard.map((change) => change.kind === 'status' && change.status.name),
      );
      expect(names).to.deep.equal([['ours'], ['theirs']]);
      for (const adapter of adapters) await adapter.close();
    });
  }

  it('with a fetch of their own never hear each other: it may add anything', async () => {
    const servers = [new WireServer(), new WireServer()];
    const adapters = servers.map((server) => connect(server));
    const ears = adapters.map((adapter) => follow(adapter));
    await until(() => servers.every(({ streams }) => streams.size), 'two streams');
    await create(servers[0]!, 'a');
    await until(() => ears[0]!.heard.length, 'a change');
    await settle();
    expect(ears[1]!.heard).to.deep.equal([]);
    for (const adapter of adapters) await adapter.close();
  });

  it('share also when only a request id tells them apart', async () => {
    const { server, adapters } = await inSession(2, (n) => ({ headers: { 'x-request-id': String(n) } }));
    const ears = adapters.map((adapter) => follow(adapter));
    await until(() => ears.every(({ states }) => states.length), 'live');
    expect(server.streamsOpened).to.equal(1);
    for (const adapter of adapters) await adapter.close();
  });

  it('tell no token in the names of locks', async () => {
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

describe('real frames', () => {
  /** A document of its own on this origin, with its own copy of the package and the browser's own `fetch` replaced. */
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

  it('share one stream, and hand it over when the one that has it is gone', async () => {
    const server = new WireServer();
    server.session = 'ani';
    const frames = [await openFrame(server), await openFrame(server), await openFrame(server)];
    const heard: string[][] = [];
    const states: string[][] = [];
    for (const [n, { adapter }] of frames.entries()) {
      heard[n] = [];
      states[n] = [];
      await adapter.listStatuses();
      adapter.subscribe((change) => void heard[n]!.push(change.kind === 'status' ? change.status.name : change.kind), {
        since: '0',
        onState: (state) => void states[n]!.push(state),
      });
      await until(() => states[n]!.includes('live'), `frame ${n}`);
    }
    expect(server.streamsOpened).to.equal(1);
    await create(server, 'a');
    await until(() => heard.every((names) => names.length === 1), 'a change');
    frames[0]!.frame.remove();
    await create(server, 'b');
    // WebKit lets a removed frame live on for a moment.
    await until(() => server.streamsOpened === 2, 'the hand-over');
    await create(server, 'c');
    await until(() => heard[1]!.includes('c') && heard[2]!.includes('c'), 'the changes after');
    for (const names of heard.slice(1)) expect([...new Set(names)]).to.deep.equal(['a', 'b', 'c']);
    for (const { frame } of frames) frame.remove();
  });
});
