/** How writes of statuses are ordered, batched, and kept while there is no network. */
import { expect } from '@open-wc/testing';
import type { PipelineError } from '../../model/errors.js';
import type { SetResult } from '../../model/entry.js';
import { PipelineStore } from '../../store/pipeline.js';
import { watching } from '../../store/test-watching.js';
import { Mutations } from '../../store/mutations.js';
import type { CallOptions, CallWait } from '../adapter.js';
import { RestAdapter } from './adapter.js';
import { TestEnvironment, settle, until } from './test-environment.js';
import { BASE, WireServer, json, networkError, problem, scripted, silence } from './test-wire.js';

/** What half of the longest spread adds to a `Retry-After` of 40 s: see `spreadRetryAfter`. Seconds. */
const SPREAD = 5;
const DAY = 24 * 60 * 60 * 1000;

interface Bench {
  server: WireServer;
  adapter: RestAdapter;
  environment: TestEnvironment;
  /** While offline, no request reaches the server. */
  setOffline(isOffline: boolean): void;
  /** The ids of the conversations written to, in order. */
  written(): string[];
}

async function open(): Promise<Bench> {
  const server = new WireServer();
  const environment = new TestEnvironment();
  for (const id of ['a', 'b']) await server.adapter.createStatus({ id, name: id, color: '#2775f8' });
  let isOffline = false;
  server.faults.before = () => (isOffline ? networkError() : undefined);
  const done: string[] = [];
  server.faults.after = (seen, response) => {
    if (seen.method === 'PUT' && response.ok) done.push(seen.path.split('/')[2]!);
    return response;
  };
  return {
    server,
    environment,
    adapter: new RestAdapter({ baseUrl: BASE, fetch: server.fetch }, environment),
    setOffline: (next) => (isOffline = next),
    written: () => done,
  };
}

/** Records how a call settles. */
function watch<T>(call: Promise<T>): { value?: T; error?: PipelineError } {
  const result: { value?: T; error?: PipelineError } = {};
  call.then(
    (value) => (result.value = value),
    (error: PipelineError) => (result.error = error),
  );
  return result;
}

const codes = (results: readonly SetResult[]): string[] => results.map((each) => (each.ok ? 'ok' : each.error.code));
const pick = ({ adapter }: Bench, id: string, statusId: string | null = 'a') =>
  watch(adapter.setStatus([{ conversationId: id }], statusId));

describe('setStatus without a network', () => {
  it('waits, and sends the writes in order when the network is back', async () => {
    const bench = await open();
    bench.setOffline(true);
    const picks = ['c3', 'c1', 'c2'].map((id) => pick(bench, id));
    await bench.environment.advance(5 * 60_000);
    expect(picks).to.deep.equal([{}, {}, {}]);
    bench.setOffline(false);
    await bench.environment.advance(30_000);
    expect(bench.written()).to.deep.equal(['c3', 'c1', 'c2']);
    expect(picks.map(({ value }) => codes(value!))).to.deep.equal([['ok'], ['ok'], ['ok']]);
    expect(bench.environment.waits).to.deep.equal([]);
  });

  it('says that they wait for a network, or until when the server asked to wait', async () => {
    const bench = await open();
    const { server, adapter, environment } = bench;
    bench.setOffline(true);
    const waits: unknown[] = [];
    const onWait: CallOptions['onWait'] = (wait) => waits.push(wait);
    const result = watch(adapter.setStatus([{ conversationId: 'c1' }], 'a', { onWait }));
    await until(() => waits.length);
    expect(waits.at(-1)).to.deep.equal({ reason: 'offline' });
    const { before } = server.faults;
    const busy = problem(503, 'unavailable', {}, { 'retry-after': '40' });
    server.faults.before = () => busy.clone();
    // The timer of the next attempt is set once the write is stored.
    await until(() => environment.waits.length);
    await environment.advance(1000);
    await until(() => (waits.at(-1) as CallWait).reason === 'retry');
    const wait = waits.at(-1) as { reason: string; at: number };
    expect([wait.reason, Math.round((wait.at - environment.now()) / 1000)]).to.deep.equal(['retry', 40 + SPREAD]);
    server.faults.before = before!;
    bench.setOffline(false);
    await environment.advance(5 * 60_000);
    await until(() => result.value);
    expect(codes(result.value!)).to.deep.equal(['ok']);
  });

  it('says so to batches and to changes of statuses too, and when they go on', async () => {
    const { server, adapter, environment } = await open();
    const replies = [problem(503, 'unavailable', {}, { 'retry-after': '40' })];
    server.faults.before = () => replies.shift();
    const waits: (CallWait | undefined)[] = [];
    const onWait: CallOptions['onWait'] = (wait) => waits.push(wait);
    const refs = [{ conversationId: 'c1' }, { conversationId: 'c2' }];
    const batch = watch(adapter.setStatus(refs, 'a', { onWait }));
    await until(() => waits.length === 1);
    expect(waits[0]).to.deep.equal({ reason: 'retry', at: environment.now() + (40 + SPREAD) * 1000 });
    await environment.advance((40 + SPREAD) * 1000);
    expect([waits[1], codes(batch.value!)]).to.deep.equal([undefined, ['ok', 'ok']]);
    replies.push(problem(503, 'unavailable', {}, { 'retry-after': '40' }));
    waits.length = 0;
    const rename = watch(adapter.updateStatus('a', { name: 'A' }, { ifVersion: 1, onWait }));
    await until(() => waits.length === 1);
    await environment.advance((40 + SPREAD) * 1000);
    expect([waits.length, rename.value?.name]).to.deep.equal([2, 'A']);
  });

  it('says that they wait for the user to sign in', async () => {
    const server = new WireServer();
    await server.adapter.createStatus({ id: 'a', name: 'a', color: '#2775f8' });
    const replies = [problem(401, 'auth')];
    server.faults.before = () => replies.shift();
    const waits: (CallWait | undefined)[] = [];
    let signIn!: (isSignedIn: boolean) => void;
    const onUnauthorized = (): Promise<boolean> => new Promise((resolve) => (signIn = resolve));
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch, onUnauthorized }, new TestEnvironment());
    const onWait: CallOptions['onWait'] = (wait) => waits.push(wait);
    const result = watch(adapter.setStatus([{ conversationId: 'c1' }], 'a', { onWait }));
    await until(() => signIn);
    expect(waits).to.deep.equal([{ reason: 'sign-in' }]);
    signIn(true);
    await until(() => result.value);
    expect([waits.at(-1), codes(result.value!)]).to.deep.equal([undefined, ['ok']]);
  });

  it('sends the writes in the order of the calls, even if an earlier one fails later', async () => {
    const bench = await open();
    bench.setOffline(true);
    const { before } = bench.server.faults;
    let fail!: (reason: Error) => void;
    bench.server.faults.before = (seen) =>
      seen.path.includes('c2') ? new Promise<Response>((_, reject) => (fail = reject)) : before!(seen);
    const picks = [pick(bench, 'c1', 'a'), pick(bench, 'c2', 'a'), pick(bench, 'c3', 'b')];
    await settle();
    fail(networkError());
    await settle();
    bench.server.faults.before = before!;
    bench.setOffline(false);
    await bench.environment.advance(30_000);
    expect(picks.every(({ value }) => value?.[0]!.ok)).to.equal(true);
    expect(bench.written()).to.deep.equal(['c1', 'c2', 'c3']);
  });

  it('sends at once when the browser is online again', async () => {
    const bench = await open();
    bench.setOffline(true);
    const waiting = pick(bench, 'c1');
    await settle();
    bench.setOffline(false);
    window.dispatchEvent(new Event('online'));
    await settle();
    expect(codes(waiting.value!)).to.deep.equal(['ok']);
  });

  it('sends at once when the stream is live again', async () => {
    const bench = await open();
    const stop = bench.adapter.subscribe(() => undefined, {});
    await until(() => bench.server.streams.size);
    bench.setOffline(true);
    const waiting = pick(bench, 'c1');
    for (let n = 0; n < 6; n++) {
      await bench.environment.advance(20_000);
      bench.server.send(': still here\n\n');
      await settle();
    }
    expect(bench.environment.waits[0], 'the delay of the queue').to.be.above(2000);
    bench.setOffline(false);
    bench.server.cut();
    await settle();
    await bench.environment.advance(1000);
    await until(() => waiting.value, 'the write');
    stop();
  });

  it('uses one key for all attempts, and is applied once if responses are lost', async () => {
    const bench = await open();
    let isLosing = true;
    const keys = new Set<string>();
    bench.server.faults.after = (seen, response) => {
      keys.add(seen.headers.get('idempotency-key')!);
      return isLosing ? networkError() : response;
    };
    const lost = pick(bench, 'c1');
    await bench.environment.advance(3000);
    await bench.server.adapter.setStatus([{ conversationId: 'c1' }], 'b');
    isLosing = false;
    await bench.environment.advance(30_000);
    expect(codes(lost.value!)).to.deep.equal(['ok']);
    expect(keys.size).to.equal(1);
    expect((await bench.server.adapter.getEntries(['c1'])).get('c1')!.statusId).to.equal('b');
  });

  it('sends only the latest status of a conversation; the earlier ones are superseded', async () => {
    const bench = await open();
    bench.setOffline(true);
    const picks = ['a', 'b', 'a', null, 'b'].map((statusId) => pick(bench, 'c1', statusId));
    await bench.environment.advance(1000);
    bench.setOffline(false);
    await bench.environment.advance(60_000);
    expect(picks.map(({ value }) => codes(value!))).to.deep.equal([
      ...Array.from({ length: 4 }, () => ['aborted']),
      ['ok'],
    ]);
    expect((await bench.server.adapter.history('c1')).map(({ to }) => to)).to.deep.equal(['b']);
  });

  it('a later pick of some of its conversations is sent after a bulk write that waits', async () => {
    const bench = await open();
    bench.setOffline(true);
    const bulk = watch(bench.adapter.setStatus([{ conversationId: 'c1' }, { conversationId: 'c2' }], 'a'));
    await settle();
    const later = pick(bench, 'c2', 'b');
    await settle();
    bench.setOffline(false);
    await bench.environment.advance(60_000);
    expect([codes(bulk.value!), codes(later.value!)]).to.deep.equal([['ok', 'ok'], ['ok']]);
    const entries = await bench.server.adapter.getEntries(['c1', 'c2']);
    expect([...entries.values()].map(({ statusId }) => statusId)).to.deep.equal(['a', 'b']);
  });

  it('a pick made while 1,000 conversations wait is not overwritten by the last of them', async () => {
    const bench = await open();
    bench.setOffline(true);
    const refs = Array.from({ length: 1000 }, (_, n) => ({ conversationId: `c${n}` }));
    const bulk = watch(bench.adapter.setStatus(refs, 'a'));
    await settle();
    pick(bench, 'c999', 'b');
    await settle();
    bench.setOffline(false);
    await bench.environment.advance(120_000);
    expect(codes(bulk.value!)).to.deep.equal(Array(1000).fill('ok'));
    expect((await bench.server.adapter.getEntries(['c999'])).get('c999')!.statusId).to.equal('b');
  });

  it('rejects a write that is refused later, and sends the others', async () => {
    const bench = await open();
    bench.setOffline(true);
    const [refused, good] = [pick(bench, 'c1', 'a'), pick(bench, 'c2', 'b')];
    await settle();
    await bench.server.adapter.deleteStatus('a', { ifVersion: 1 });
    bench.setOffline(false);
    await bench.environment.advance(60_000);
    expect(refused.error!.code).to.equal('status-deleted');
    expect(codes(good.value!)).to.deep.equal(['ok']);
  });

  it('keeps waiting while the server is unavailable', async () => {
    const bench = await open();
    bench.setOffline(true);
    const waiting = pick(bench, 'c1');
    await settle();
    bench.server.faults.before = () => problem(503, 'x');
    await bench.environment.advance(10 * 60_000);
    expect(waiting).to.deep.equal({});
    delete bench.server.faults.before;
    await bench.environment.advance(60_000);
    expect(codes(waiting.value!)).to.deep.equal(['ok']);
  });

  it('is pending in the store, and rolled back when refused', async () => {
    const bench = await open();
    const store = PipelineStore.of(bench.adapter);
    const stop = watching(store, { conversationIds: ['c1'] });
    await until(() => store.entry('c1'), 'the entry');
    bench.setOffline(true);
    const waiting = watch(Mutations.of(store).setStatus([{ conversationId: 'c1' }], 'a'));
    await bench.environment.advance(60_000);
    expect(store.entry('c1')).to.deep.include({ statusId: 'a', pending: true });
    await bench.server.adapter.deleteStatus('a', { ifVersion: 1 });
    bench.setOffline(false);
    await bench.environment.advance(60_000);
    expect(waiting.error!.code).to.equal('status-deleted');
    expect(store.entry('c1')).to.deep.include({ statusId: null, pending: false });
    stop();
    await bench.adapter.close();
  });

  it('keeps at most 500 writes', async () => {
    const bench = await open();
    bench.setOffline(true);
    const picks = Array.from({ length: 502 }, (_, n) => pick(bench, `c${n}`));
    await settle();
    expect(picks.filter(({ error }) => error?.code === 'offline')).to.have.length(2);
    await bench.adapter.close();
  });

  it('gives up after a day', async () => {
    const bench = await open();
    bench.setOffline(true);
    const waiting = pick(bench, 'c1');
    await settle();
    bench.environment.time += DAY;
    await bench.environment.advance(60_000);
    expect([waiting.error!.code, waiting.error!.retryable]).to.deep.equal(['offline', false]);
    expect(bench.environment.waits).to.deep.equal([]);
  });

  it('drops an aborted write', async () => {
    const bench = await open();
    bench.setOffline(true);
    const controller = new AbortController();
    const [dropped, kept] = [
      watch(bench.adapter.setStatus([{ conversationId: 'c1' }], 'a', { signal: controller.signal })),
      pick(bench, 'c2'),
    ];
    await settle();
    controller.abort();
    await settle();
    expect(dropped.error!.code).to.equal('aborted');
    bench.setOffline(false);
    await bench.environment.advance(60_000);
    expect(codes(kept.value!)).to.deep.equal(['ok']);
    expect(bench.written()).to.deep.equal(['c2']);
  });

  it('rejects all waiting writes on close, and leaves no listener and no timer', async () => {
    const bench = await open();
    const { addEventListener, removeEventListener } = window;
    let listening = 0;
    window.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      if (args[0] === 'online') listening++;
      addEventListener.apply(window, args);
    };
    window.removeEventListener = (...args: Parameters<typeof addEventListener>) => {
      if (args[0] === 'online') listening--;
      removeEventListener.apply(window, args);
    };
    bench.setOffline(true);
    const waiting = pick(bench, 'c1');
    await settle();
    expect(listening).to.equal(1);
    await bench.adapter.close();
    expect(waiting.error!.code).to.equal('aborted');
    expect(listening).to.equal(0);
    Object.assign(window, { addEventListener, removeEventListener });
    bench.setOffline(false);
    window.dispatchEvent(new Event('online'));
    await bench.environment.advance(DAY);
    expect(bench.written()).to.deep.equal([]);
    expect(bench.environment.waits).to.deep.equal([]);
  });
});

describe('setStatus for one conversation', () => {
  it('sends one write at a time, however late a response is', async () => {
    const bench = await open();
    let release!: () => void;
    let isHeld = true;
    const { fetch } = bench.server;
    const slow: typeof globalThis.fetch = async (input, init) => {
      if (isHeld && init?.method === 'PUT') {
        isHeld = false;
        await new Promise<void>((resolve) => (release = resolve));
      }
      return fetch(input, init);
    };
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: slow }, bench.environment);
    const [first, second] = ['a', 'b'].map((statusId) =>
      watch(adapter.setStatus([{ conversationId: 'c1' }], statusId)),
    );
    const other = watch(adapter.setStatus([{ conversationId: 'c2' }], 'a'));
    await settle();
    expect([first!.value, second!.value]).to.deep.equal([undefined, undefined]);
    expect(codes(other.value!), 'another conversation does not wait').to.deep.equal(['ok']);
    release();
    await settle();
    expect((await adapter.getEntries(['c1'])).get('c1')!.statusId).to.equal('b');
  });

  it('sends the next write after one that failed', async () => {
    const bench = await open();
    const [refused, good] = [pick(bench, 'c1', 'nowhere'), pick(bench, 'c1', 'b')];
    await settle();
    expect(refused.error!.code).to.equal('not-found');
    expect(codes(good.value!)).to.deep.equal(['ok']);
  });
});

describe('setStatus for many conversations', () => {
  const refs = (count: number) => Array.from({ length: count }, (_, n) => ({ conversationId: `c${n}` }));

  it('sends batches of 200, each with its own key, three at a time', async () => {
    const bench = await open();
    let under = 0;
    let most = 0;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      most = Math.max(most, ++under);
      await settle();
      under--;
      return bench.server.fetch(input, init);
    };
    const adapter = new RestAdapter({ baseUrl: BASE, fetch });
    const results = await adapter.setStatus(refs(950), 'a', { opId: 'op' });
    expect(results.map((each) => each.conversationId)).to.deep.equal(refs(950).map((each) => each.conversationId));
    const sent = bench.server.seen.map(({ body }) => (body as { conversations: unknown[] }).conversations.length);
    expect(sent.sort()).to.deep.equal([150, 200, 200, 200, 200]);
    expect(most).to.equal(3);
    const keys = bench.server.seen.map((each) => each.headers.get('idempotency-key'));
    expect(keys.sort()).to.deep.equal(['op', 'op.1', 'op.2', 'op.3', 'op.4']);
  });

  it('reports the changes of all batches with the opId of the call', async () => {
    const bench = await open();
    const adapter = new RestAdapter({ baseUrl: BASE, fetch: bench.server.fetch });
    const opIds = new Set<string | undefined>();
    let received = 0;
    adapter.subscribe(
      (change) => {
        received++;
        opIds.add(change.opId);
      },
      { since: (await adapter.listStatuses()).seq },
    );
    await adapter.setStatus(refs(450), 'a', { opId: 'op' });
    await until(() => received >= 450, '450 changes');
    expect([...opIds]).to.deep.equal(['op']);
    await adapter.close();
  });

  it('returns a result for each conversation if some batches are refused', async () => {
    const bench = await open();
    bench.server.faults.before = ({ body }) => {
      const { conversations } = body as { conversations: { conversationId: string }[] };
      return conversations[0]!.conversationId === 'c200' ? problem(403, 'forbidden') : undefined;
    };
    const results = await bench.adapter.setStatus(refs(300), 'a');
    expect(codes(results.slice(0, 200))).to.deep.equal(Array(200).fill('ok'));
    expect(codes(results.slice(200))).to.deep.equal(Array(100).fill('forbidden'));
  });

  it('rejects if all batches are refused', async () => {
    const bench = await open();
    bench.server.faults.before = () => problem(403, 'forbidden');
    expect(await bench.adapter.setStatus(refs(300), 'a').catch((error: PipelineError) => error.code)).to.equal(
      'forbidden',
    );
  });

  it('sends conversations one by one if there is a version', async () => {
    const bench = await open();
    const results = await bench.adapter.setStatus(refs(3), 'a', { ifVersion: 0 });
    expect(codes(results)).to.deep.equal(['ok', 'ok', 'ok']);
    expect(bench.server.seen.map(({ headers }) => headers.get('if-match'))).to.deep.equal(['"0"', '"0"', '"0"']);
    expect(new Set(bench.server.seen.map(({ headers }) => headers.get('idempotency-key'))).size).to.equal(3);
  });

  it('returns bad-response for a conversation that is missing in the response', async () => {
    const entry = { conversationId: 'c0', contactId: null, statusId: 'a', version: 1, changedAt: 1 };
    const refused = { conversationId: 'c1', ok: false, error: { type: 'x/conflict', status: 412, current: entry } };
    const { fetch } = scripted(() => json({ results: [refused, { conversationId: 'c0', ok: true, entry }, null] }));
    const results = await new RestAdapter({ baseUrl: BASE, fetch }).setStatus(refs(3), 'a');
    expect(codes(results)).to.deep.equal(['ok', 'conflict', 'bad-response']);
  });

  it('keeps all batches while there is no network', async () => {
    const bench = await open();
    bench.setOffline(true);
    const waiting = watch(bench.adapter.setStatus(refs(450), 'a'));
    await bench.environment.advance(60_000);
    bench.setOffline(false);
    await bench.environment.advance(60_000);
    expect(codes(waiting.value!)).to.deep.equal(Array(450).fill('ok'));
  });
});

describe('opId', () => {
  it('is invalid if it cannot be sent in a header', async () => {
    const { fetch, seen } = scripted(silence);
    const adapter = new RestAdapter({ baseUrl: BASE, fetch });
    for (const opId of ['', 'a b', 'ü', 'a\nb', 'x'.repeat(241)]) {
      const error: unknown = await adapter.moveStatus('a', null, { opId }).catch((thrown: unknown) => thrown);
      expect([(error as PipelineError).code, (error as PipelineError).field]).to.deep.equal(['invalid', 'opId']);
    }
    expect(seen).to.have.length(0);
  });
});
