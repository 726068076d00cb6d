/** How the change stream connects, reconnects, and reports changes. */
import { expect } from '@open-wc/testing';
import type { Change } from '../../model/changes.js';
import { PipelineStore } from '../../store/pipeline.js';
import { watching } from '../../store/test-watching.js';
import { RestAdapter } from './adapter.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import {
  BASE,
  WireServer,
  eventOf,
  json,
  networkError,
  problem,
  scripted,
  silence,
  type Reply,
  type Seen,
} from './test-wire.js';

const A = { id: 'a', name: 'A', color: '#2775f8', rank: '1', version: 3 } as const;

interface Followed {
  received: Change[];
  states: string[];
  stop(): void;
}

function follow(adapter: RestAdapter, since?: string): Followed {
  const received: Change[] = [];
  const states: string[] = [];
  const stop = adapter.subscribe((change) => void received.push(change), {
    ...(since === undefined ? {} : { since }),
    onState: (state) => void states.push(state),
  });
  return { received, states, stop };
}

function open(...replies: ((seen: Seen) => Reply)[]): {
  adapter: RestAdapter;
  seen: Seen[];
  environment: TestEnvironment;
} {
  const environment = new TestEnvironment();
  const { fetch, seen } = scripted(...replies);
  return { adapter: new RestAdapter({ baseUrl: BASE, fetch }, environment), seen, environment };
}

/** A stream with this text, which then stays open or ends. */
function stream(text: string, isEnding = false): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (isEnding) controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}

const lastIds = (seen: Seen[]): (string | null)[] => seen.map(({ headers }) => headers.get('last-event-id'));

/** Advances the time until `count` requests were made. */
async function reach(seen: Seen[], count: number, environment: TestEnvironment): Promise<void> {
  await until(() => seen.length, 'the first request');
  for (let n = 0; n < 100 && seen.length < count; n++) await environment.advance(environment.waits[0] ?? 0);
  expect(seen.length).to.be.at.least(count);
}

describe('change stream', () => {
  it('reports statuses, entries and resets, with their position and the opId of the call that caused them', async () => {
    const entry = { conversationId: 'c1', contactId: null, statusId: 'a', version: 4, changedAt: 1 };
    const changes: Change[] = [
      { kind: 'status', status: { ...A }, seq: '11', opId: 'op' },
      { kind: 'entry', entry, seq: '12' },
      { kind: 'reset', seq: '13' },
    ];
    const { adapter, seen } = open(() => stream(`: hi\n\n${changes.map(eventOf).join('')}`));
    const { received, states, stop } = follow(adapter, '10');
    await until(() => received.length === 3, 'three changes');
    expect(received).to.deep.equal(changes);
    expect(states).to.deep.equal(['live']);
    expect(seen[0]!.headers.get('accept')).to.equal('text/event-stream');
    expect(lastIds(seen)).to.deep.equal(['10']);
    stop();
  });

  it('leaves out unreadable events', async () => {
    const { warn } = console;
    console.warn = () => undefined;
    const bad = ['nonsense', 'null', '{}', '{"id":"..","name":"x"}', '[]', '7'];
    const text = bad.map((data, n) => `event: status\nid: ${n}\ndata: ${data}\n\n`).join('');
    const { adapter } = open(() =>
      stream(`${text}event: other\ndata: {}\n\n${eventOf({ kind: 'status', status: { ...A }, seq: '99' })}`),
    );
    const { received, stop } = follow(adapter, '0');
    await until(() => received.length, 'a change');
    expect(received.map(({ seq }) => seq)).to.deep.equal(['99']);
    stop();
    console.warn = warn;
  });

  it('resumes from its position when the connection ends, with growing delays', async () => {
    const { adapter, seen, environment } = open(
      () => stream(eventOf({ kind: 'status', status: { ...A }, seq: '11' }), true),
      networkError,
    );
    const { states, stop } = follow(adapter, '10');
    environment.chance = 1;
    const waits: number[] = [];
    for (let n = 1; n < 9; n++) {
      await reach(seen, n, environment);
      await settle();
      waits.push(environment.waits[0]!);
    }
    expect(waits).to.deep.equal([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    expect(lastIds(seen).slice(0, 3)).to.deep.equal(['10', '11', '11']);
    expect(states).to.deep.equal(['live', 'retrying']);
    stop();
    await settle();
    expect(environment.waits).to.deep.equal([]);
  });

  it('uses the delay that the server sets, between 1 and 60 s', async () => {
    for (const [retry, pause] of [
      ['5000', 5000],
      ['1', 1000],
      ['99999999', 60_000],
    ] as const) {
      const { adapter, seen, environment } = open(() => stream(`retry: ${retry}\n\n`, true));
      environment.chance = 1;
      const { stop } = follow(adapter, '1');
      await reach(seen, 1, environment);
      await settle();
      expect(environment.waits[0]).to.equal(pause);
      stop();
    }
  });

  it('reconnects after 45 s of silence, not earlier', async () => {
    const server = new WireServer();
    const environment = new TestEnvironment();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch }, environment);
    const { states, stop } = follow(adapter, '0');
    await until(() => server.streams.size, 'the stream');
    for (let n = 0; n < 5; n++) {
      await environment.advance(44_000);
      server.send(': still here\n\n');
      await settle();
    }
    expect(server.streamsOpened).to.equal(1);
    await environment.advance(44_000);
    expect(server.streamsOpened).to.equal(1);
    await environment.advance(2000);
    expect(server.streamsOpened).to.equal(2);
    expect(states).to.deep.equal(['live', 'retrying', 'live']);
    stop();
    await settle();
    expect(server.streams.size).to.equal(0);
    expect(environment.waits).to.deep.equal([]);
  });

  it('reconnects after silence even if the body ignores its signal', async () => {
    const { adapter, seen, environment } = open(() => stream(': hi\n\n'));
    const { stop } = follow(adapter, '1');
    await reach(seen, 1, environment);
    await settle();
    await environment.advance(45_000);
    await reach(seen, 2, environment);
    stop();
  });

  it('reconnects if there is no response within 45 s', async () => {
    const { adapter, seen, environment } = open(silence);
    const { stop } = follow(adapter, '1');
    await reach(seen, 1, environment);
    await environment.advance(45_000);
    await reach(seen, 2, environment);
    stop();
  });

  for (const status of [204, 404, 405, 501]) {
    it(`is asked for again after ${status}, less and less often`, async () => {
      const { adapter, seen, environment } = open(
        ...Array.from({ length: 12 }, () => () => new Response(null, { status })),
        () => stream(': hi\n\n'),
      );
      const { states, stop } = follow(adapter, '1');
      await until(() => states.length, 'a state');
      await environment.advance(1000);
      await reach(seen, 2, environment);
      await reach(seen, 13, environment);
      await until(() => states.length > 1, 'another state');
      expect(states).to.deep.equal(['down', 'live']);
      expect(lastIds(seen).at(-1)).to.equal('1');
      stop();
    });
  }

  it('is asked for every few minutes where there is none', async () => {
    const { adapter, seen, environment } = open(() => new Response(null, { status: 404 }));
    const { states, stop } = follow(adapter, '1');
    await until(() => states.length, 'a state');
    await environment.advance(60 * 60_000);
    expect(seen.length).to.be.within(12, 30);
    stop();
  });

  const short: Record<string, () => Response> = {
    'an event and closes': () => stream('retry: 1000\n\nid: 2\n\n', true),
    'nothing and closes': () => stream('', true),
    'an error as JSON': () => stream('{"message":"Internal error"}', true),
    'an HTML page under its content type': () => stream('<!doctype html><h1>Oops</h1>', true),
  };
  for (const [what, reply] of Object.entries(short)) {
    it(`backs off from a server that sends ${what}`, async () => {
      const { adapter, seen, environment } = open(reply);
      const { stop } = follow(adapter, '1');
      await reach(seen, 1, environment);
      const start = seen.length;
      await environment.advance(10 * 60_000);
      expect(seen.length - start).to.be.within(8, 25);
      stop();
    });
  }

  it('reconnects quickly after a stream that was open for a while', async () => {
    const server = new WireServer();
    const environment = new TestEnvironment();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch }, environment);
    const { stop } = follow(adapter, '0');
    for (let n = 1; n <= 8; n++) {
      await until(() => server.streamsOpened === n && server.streams.size, `stream ${n}`);
      await environment.advance(20_000);
      server.cut();
      await settle();
      await environment.advance(1000);
    }
    stop();
  });

  it('retries once a minute while it is forbidden', async () => {
    const { adapter, seen, environment } = open(
      () => problem(403, 'forbidden'),
      () => stream(': hi\n\n'),
    );
    const { states, stop } = follow(adapter, '1');
    await until(() => states.length, 'a state');
    expect(states).to.deep.equal(['down']);
    expect(environment.waits).to.deep.equal([65_000]);
    await environment.advance(65_000);
    await until(() => states.length > 1, 'another state');
    expect(states).to.deep.equal(['down', 'live']);
    expect(seen).to.have.length(2);
    stop();
  });

  it('waits for the time in Retry-After', async () => {
    const { adapter, environment, seen } = open(() => problem(503, 'x', {}, { 'retry-after': '40' }));
    const { states, stop } = follow(adapter, '1');
    await reach(seen, 1, environment);
    await settle();
    expect(states).to.deep.equal(['retrying']);
    expect(environment.waits).to.deep.equal([45_000]);
    stop();
  });

  it('is not live with an HTML page of a proxy', async () => {
    const { adapter, states } = ((): { adapter: RestAdapter; states: string[] } => {
      const { adapter } = open(() => new Response('<p>Welcome', { headers: { 'content-type': 'text/html' } }));
      return { adapter, states: follow(adapter, '1').states };
    })();
    await until(() => states.length, 'a state');
    expect(states).to.deep.equal(['retrying']);
    await adapter.close();
  });

  it('shares the renewal of the sign-in with other calls', async () => {
    let token = 'old';
    let renewals = 0;
    const { fetch, seen } = scripted(({ headers, path }) => {
      if (headers.get('authorization') !== 'Bearer new') return problem(401, 'auth');
      return path === '/changes' ? stream(': hi\n\n') : json({ items: [], seq: '1' });
    });
    const adapter = new RestAdapter({
      baseUrl: BASE,
      fetch,
      headers: () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized: async () => {
        renewals++;
        await settle();
        token = 'new';
      },
    });
    const { states, stop } = follow(adapter, '1');
    await until(() => seen.length, 'the stream');
    await adapter.listStatuses();
    await until(() => states.length, 'a state');
    expect([states, renewals]).to.deep.equal([['live'], 1]);
    stop();
  });

  it('is down while the sign-in cannot be renewed', async () => {
    const environment = new TestEnvironment();
    const { fetch, seen } = scripted(() => problem(401, 'auth'));
    const adapter = new RestAdapter({ baseUrl: BASE, fetch, onUnauthorized: () => undefined }, environment);
    const { states, stop } = follow(adapter, '1');
    await until(() => states.length, 'a state');
    expect(states).to.deep.equal(['down']);
    expect(environment.waits).to.deep.equal([65_000]);
    expect(seen, 'one retry').to.have.length(2);
    stop();
  });

  it('reports an event of 70 kB as a reset', async () => {
    const { adapter } = open(() => stream(`event: status\nid: 12\ndata: "${'x'.repeat(70_000)}"\n\n`));
    const { received, stop } = follow(adapter, '10');
    await until(() => received.length, 'a change');
    expect(received).to.deep.equal([{ kind: 'reset', seq: '12' }]);
    stop();
  });

  it('reports a reset after an interruption if it has no position to resume from', async () => {
    const { adapter, environment, seen } = open(
      () => stream(': hi\n\n', true),
      () => stream(': hi\n\n'),
    );
    const { received, states, stop } = follow(adapter);
    await reach(seen, 2, environment);
    await until(() => states.length === 3, 'live again');
    await settle();
    expect(lastIds(seen)).to.deep.equal([null, null]);
    expect(received).to.deep.equal([{ kind: 'reset', seq: '' }]);
    stop();
  });

  it('resumes from a position that came without a change', async () => {
    const { adapter, environment, seen } = open(
      () => stream('id: 7\n\n', true),
      () => stream(': hi\n\n'),
    );
    const { received, stop } = follow(adapter);
    await reach(seen, 2, environment);
    await settle();
    expect(lastIds(seen)).to.deep.equal([null, '7']);
    expect(received).to.deep.equal([]);
    stop();
  });

  for (const since of ['', 'ü', 'a\nb', 'x'.repeat(2000)]) {
    it(`reports a reset if its position cannot be sent (${JSON.stringify(since).slice(0, 8)})`, async () => {
      const { adapter, seen } = open(() => stream(': hi\n\n'));
      const { received, stop } = follow(adapter, since);
      await until(() => received.length, 'a change');
      expect(received[0]!.kind).to.equal('reset');
      expect(lastIds(seen)).to.deep.equal([null]);
      stop();
    });
  }

  it('reconnects at once when the network is back', async () => {
    const { adapter, seen, environment } = open(networkError, networkError, () => stream(': hi\n\n'));
    const { states, stop } = follow(adapter, '1');
    await reach(seen, 2, environment);
    await settle();
    window.dispatchEvent(new Event('online'));
    await until(() => states.includes('live'), 'live');
    expect(seen).to.have.length(3);
    stop();
  });

  it('reports a reset when the page returns from the back/forward cache', async () => {
    const server = new WireServer();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch });
    const { received, stop } = follow(adapter, '0');
    await until(() => server.streams.size, 'the stream');
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    await until(() => !server.streams.size, 'the end of the stream');
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await until(() => server.streams.size, 'the stream again');
    expect(received).to.deep.equal([{ kind: 'reset', seq: '0' }]);
    await server.adapter.createStatus({ id: 'a', name: 'A', color: '#2775f8' });
    await until(() => received.length === 2, 'a change');
    stop();
  });

  it('reports a reset when the page was hidden for long, not for a moment', async () => {
    const server = new WireServer();
    const environment = new TestEnvironment();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch }, environment);
    const { received, stop } = follow(adapter, '0');
    await until(() => server.streams.size, 'the stream');
    const show = (visibility: string): void => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility });
      document.dispatchEvent(new Event('visibilitychange'));
    };
    try {
      for (const [ms, resets] of [
        [60_000, 0],
        [5 * 60_000, 1],
      ] as const) {
        show('hidden');
        environment.time += ms;
        show('visible');
        await settle();
        expect(received).to.have.length(resets);
      }
    } finally {
      Reflect.deleteProperty(document, 'visibilityState');
    }
    stop();
  });

  it('is ended by close, even while it is being opened', async () => {
    const server = new WireServer();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch });
    follow(adapter, '0');
    await adapter.close();
    await settle();
    expect(server.streams.size).to.equal(0);
    const { received } = follow(adapter, '0');
    await settle();
    expect([server.streamsOpened, received.length]).to.deep.equal([0, 0]);
  });
});

describe('store on an unreliable stream', () => {
  it('converges to the state of the server although events are repeated, late and reordered', async () => {
    const server = new WireServer();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch });
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    // The server's own stream is silent: the test sends all events.
    const events: string[] = [];
    server.adapter.subscribe((change) => events.push(eventOf(change)), {});
    const silent = server.adapter.subscribe.bind(server.adapter);
    server.adapter.subscribe = () => () => undefined;
    const store = PipelineStore.of(adapter);
    const ids = ['c1', 'c2', 'c3', 'c4'];
    const stops = [watching(store, { statuses: true, conversationIds: ids })];
    await until(() => server.streams.size && ids.every((id) => store.entry(id)), 'the store');
    for (const id of ['a', 'b', 'c']) await server.adapter.createStatus({ id, name: id, color: '#2775f8' });
    for (let n = 0; n < 60; n++) {
      const { items } = await server.adapter.listStatuses();
      const one = items[random(items.length)]!;
      if (random(3)) await server.adapter.setStatus([{ conversationId: ids[random(4)]! }], random(5) ? one.id : null);
      else if (random(2)) await server.adapter.moveStatus(one.id, items[random(items.length)]!.id);
      else await server.adapter.updateStatus(one.id, { name: `${one.id}${n}` }, { ifVersion: one.version });
    }
    await settle();
    const sent = [...events, ...events.filter(() => random(3) === 0)];
    for (let n = sent.length - 1; n > 0; n--) {
      const other = random(n + 1);
      [sent[n], sent[other]] = [sent[other]!, sent[n]!];
    }
    server.adapter.subscribe = silent;
    for (const text of sent) server.send(text);
    const truth = async (): Promise<unknown> => [
      (await server.adapter.listStatuses()).items,
      ids.map(async (id) => (await server.adapter.getEntries([id])).get(id)?.statusId ?? null),
    ];
    await settle();
    const entries = await server.adapter.getEntries(ids);
    expect(store.statuses, `seed ${seed}`).to.deep.equal(((await truth()) as unknown[])[0]);
    expect(
      ids.map((id) => store.entry(id)!.statusId),
      `seed ${seed}`,
    ).to.deep.equal(ids.map((id) => entries.get(id)?.statusId ?? null));
    for (const stop of stops) stop();
    await adapter.close();
  });
});
