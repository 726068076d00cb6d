/** When requests are sent again, when they are given up, and what lost responses mean. */
import { expect } from '@open-wc/testing';
import type { PipelineError, PipelineErrorCode } from '../../model/errors.js';
import { RestAdapter, type RestOptions } from './adapter.js';
import { parseRetryAfter } from './retry.js';
import { TestEnvironment, settle } from './test-environment.js';
import { BASE, json, networkError, problem, scripted, silence, type Reply, type Seen } from './test-wire.js';

const STATUS = { id: 'a', name: 'A', color: '#2775f8', rank: '1', version: 3 };
const ENTRY = { conversationId: 'c1', contactId: null, statusId: 'a', version: 7, changedAt: 5 };
const list = (): Response => json({ items: [STATUS], seq: '9' });

function adapterOf(
  replies: ((seen: Seen) => Reply)[],
  options: Partial<RestOptions> = {},
): { adapter: RestAdapter; seen: Seen[]; environment: TestEnvironment } {
  const environment = new TestEnvironment();
  const { fetch, seen } = scripted(...replies);
  return { adapter: new RestAdapter({ baseUrl: BASE, fetch, ...options }, environment), seen, environment };
}

/** Advances the time until a call ends. Resolves to its value or its error. */
async function end<T>(call: Promise<T>, environment: TestEnvironment): Promise<T | PipelineError> {
  let result: { value: T | PipelineError } | undefined;
  call.then(
    (value) => (result = { value }),
    (error: PipelineError) => (result = { value: error }),
  );
  await settle();
  for (let n = 0; n < 50 && !result; n++) await environment.advance(environment.waits[0] ?? 0);
  return result!.value;
}

const codeOf = (value: unknown): unknown => (value as PipelineError).code;

describe('failed requests', () => {
  for (const status of [408, 425, 429, 502, 503, 504]) {
    it(`are retried after ${status}, with the same key`, async () => {
      const { adapter, seen, environment } = adapterOf([() => problem(status, 'x'), () => json(ENTRY)]);
      const result = await end(adapter.setStatus([{ conversationId: 'c1' }], 'a'), environment);
      expect(result).to.deep.equal([{ conversationId: 'c1', ok: true, entry: ENTRY }]);
      const keys = seen.map((each) => each.headers.get('idempotency-key'));
      expect(keys).to.have.length(2);
      expect(keys[0]).to.equal(keys[1]);
      expect(keys[0]).to.match(/^[\w-]{36}$/);
    });
  }

  const never: [number, string, PipelineErrorCode][] = [
    [400, 'nonsense', 'invalid'],
    [403, 'forbidden', 'forbidden'],
    [404, 'not-found', 'not-found'],
    [409, 'in-use', 'in-use'],
    [409, 'status-deleted', 'status-deleted'],
    [409, 'conflict', 'conflict'],
    [410, 'about:blank', 'invalid'],
    [412, 'conflict', 'conflict'],
    [413, 'about:blank', 'limit'],
    [422, 'limit', 'limit'],
    [428, 'about:blank', 'invalid'],
    [500, 'about:blank', 'unavailable'],
  ];
  for (const [status, type, code] of never) {
    it(`are not retried after ${status} ${type}: ${code}`, async () => {
      const { adapter, seen, environment } = adapterOf([() => problem(status, type)]);
      const result = await end(adapter.updateStatus('a', { name: 'B' }, { ifVersion: 3 }), environment);
      expect(codeOf(result)).to.equal(code);
      expect(seen).to.have.length(1);
    });
  }

  const lasting: [string, () => Reply, PipelineErrorCode][] = [
    ['503', () => problem(503, 'x'), 'unavailable'],
    ['429', () => problem(429, 'x'), 'rate-limited'],
    ['408', () => problem(408, 'x'), 'timeout'],
    ['no network', networkError, 'offline'],
    ['no response', silence, 'timeout'],
  ];
  for (const [what, reply, code] of lasting) {
    it(`are given up after five attempts with ${what}: ${code}`, async () => {
      const { adapter, seen, environment } = adapterOf([reply]);
      const result = await end(adapter.moveStatus('a', null), environment);
      expect(codeOf(result)).to.equal(code);
      expect((result as PipelineError).retryable).to.equal(true);
      expect(seen).to.have.length(5);
      expect(new Set(seen.map((each) => each.headers.get('idempotency-key'))).size).to.equal(1);
      expect(environment.waits).to.deep.equal([]);
    });
  }

  it('are retried with growing delays and full jitter', async () => {
    const { adapter, environment, seen } = adapterOf([() => problem(503, 'x')]);
    environment.chance = 0.999999;
    adapter.listStatuses().catch(() => undefined);
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      await settle();
      waits.push(environment.waits[0]!);
      await environment.advance(environment.waits[0]!);
    }
    expect(waits).to.deep.equal([300, 600, 1200, 2400]);
    expect(seen).to.have.length(5);
  });

  it('are retried after the seconds in Retry-After', async () => {
    const { adapter, environment } = adapterOf([() => problem(429, 'x', {}, { 'retry-after': '7' }), list]);
    environment.chance = 0;
    const call = adapter.listStatuses();
    await settle();
    expect(environment.waits).to.deep.equal([7000]);
    await environment.advance(7000);
    expect((await call).seq).to.equal('9');
  });

  it('are retried at the date in Retry-After', async () => {
    const { adapter, environment } = adapterOf([
      () => problem(503, 'x', {}, { 'retry-after': new Date(environment.time + 12_000).toUTCString() }),
      list,
    ]);
    environment.chance = 0;
    const call = adapter.listStatuses();
    await settle();
    expect(environment.waits).to.deep.equal([12_000]);
    await environment.advance(12_000);
    await call;
  });

  it('tolerate any value of Retry-After', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const parse = (value: string | null, date?: string): number | undefined =>
      parseRetryAfter(new Headers({ ...(value === null ? {} : { 'retry-after': value }), ...(date && { date }) }), now);
    const values: [string | null, number | undefined][] = [
      ['999999', 60_000],
      ['Thu, 01 Jan 2099 00:00:00 GMT', 60_000],
      ['Thu, 01 Jan 2009 00:00:00 GMT', 0],
      [' 0 ', 0],
      ['-5', 0],
      ['1.5', 1500],
      ['.5', 500],
      ['2, 7', 7000],
      ['soon, 3', 3000],
      ['Thu, 01 Jan 2026 00:00:05 GMT, 2', 5000],
      ['Thursday, 01-Jan-26 00:00:05 GMT', 5000],
      ...[null, '', 'soon', '-', '1e', 'NaN', '1e9', '0x10', '5 apples', ','].map(
        (each) => [each, undefined] as [string, undefined],
      ),
    ];
    for (const [value, ms] of values) expect(parse(value), String(value)).to.equal(ms);
    // The clock of the device is an hour late, or early: the server's own clock counts.
    const hour = 3_600_000;
    for (const skew of [-hour, hour]) {
      const serverTime = now + skew;
      const at = new Date(serverTime + 20_000).toUTCString();
      expect(parse(at, new Date(serverTime).toUTCString()), `skew ${skew}`).to.equal(20_000);
    }
  });

  it('come back apart from each other, and never at once, whatever Retry-After says', async () => {
    for (const value of ['1', '0', '-1', '0.01', '7']) {
      const waits = Array.from({ length: 8 }, async (_, n) => {
        const { adapter, environment } = adapterOf([() => problem(429, 'x', {}, { 'retry-after': value })]);
        environment.chance = n / 8;
        adapter.listStatuses().catch(() => undefined);
        await settle();
        const [wait] = environment.waits;
        await adapter.close();
        return wait!;
      });
      const all = await Promise.all(waits);
      expect(Math.min(...all), value).to.be.at.least(Math.max(Number(value) * 1000, 250));
      expect(Math.max(...all) - Math.min(...all), value).to.be.at.least(500);
    }
  });

  it('are given up at once if they are reads and the server asks to wait longer than 30 s, so that this can be shown', async () => {
    for (const [value, waits] of [
      ['31', 0],
      ['20', 1],
    ] as const) {
      const { adapter, environment, seen } = adapterOf([() => problem(503, 'x', {}, { 'retry-after': value })]);
      const error = (await end(adapter.listStatuses(), environment)) as PipelineError;
      expect([error.code, error.retryAfterMs, error.retryable]).to.deep.equal([
        'unavailable',
        Number(value) * 1000,
        true,
      ]);
      expect(seen).to.have.length(1 + waits);
    }
  });

  it('are aborted after 15 s per attempt, and retried', async () => {
    const { adapter, seen, environment } = adapterOf([silence, list]);
    const call = adapter.listStatuses();
    await settle();
    expect(environment.waits).to.deep.equal([15_000]);
    await environment.advance(15_000);
    await environment.advance(300);
    expect((await call).seq).to.equal('9');
    expect(seen).to.have.length(2);
    expect(seen[0]!.init.signal!.aborted).to.equal(true);
  });

  it('time out if the body takes too long', async () => {
    const hanging = (): Response => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array([91])) }));
    const { adapter, environment } = adapterOf([hanging], { timeoutMs: 100 });
    expect(codeOf(await end(adapter.listStatuses(), environment))).to.equal('timeout');
  });

  it('are retried if the connection breaks in the middle of the body', async () => {
    const broken = (): Response =>
      new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) }));
    const { adapter, environment } = adapterOf([broken, list]);
    expect(((await end(adapter.listStatuses(), environment)) as { seq: string }).seq).to.equal('9');
  });

  it('are not retried if the browser knows that there is no network', async () => {
    const { adapter, seen, environment } = adapterOf([networkError]);
    environment.isConnected = false;
    expect(codeOf(await end(adapter.getEntries(['c1']), environment))).to.equal('offline');
    expect(seen).to.have.length(1);
  });

  it('are sent even if the browser believes that there is no network', async () => {
    const { adapter, environment } = adapterOf([list]);
    environment.isConnected = false;
    expect((await adapter.listStatuses()).seq).to.equal('9');
  });
});

describe('lost responses', () => {
  const refusedThen = (refusal: () => Reply): (() => Reply)[] => [silence, refusal];

  it('setStatus succeeds if a refusal shows the requested status', async () => {
    const { adapter, environment } = adapterOf(refusedThen(() => problem(412, 'conflict', { current: ENTRY })));
    const result = await end(adapter.setStatus([{ conversationId: 'c1' }], 'a', { ifVersion: 6 }), environment);
    expect(result).to.deep.equal([{ conversationId: 'c1', ok: true, entry: ENTRY }]);
  });

  it('setStatus rejects with conflict if a refusal shows another status', async () => {
    const current = { ...ENTRY, statusId: 'b' };
    const { adapter, environment } = adapterOf(refusedThen(() => problem(412, 'conflict', { current })));
    const result = await end(adapter.setStatus([{ conversationId: 'c1' }], 'a', { ifVersion: 6 }), environment);
    expect(codeOf(result)).to.equal('conflict');
    expect((result as PipelineError).current).to.deep.equal(current);
  });

  it('a write whose first attempt was refused rejects with conflict', async () => {
    const { adapter, environment } = adapterOf([() => problem(412, 'conflict', { current: { ...STATUS, name: 'B' } })]);
    expect(codeOf(await end(adapter.updateStatus('a', { name: 'B' }, { ifVersion: 2 }), environment))).to.equal(
      'conflict',
    );
  });

  it('a rename succeeds if a refusal shows the new name', async () => {
    const current = { ...STATUS, name: 'B' };
    const { adapter, environment } = adapterOf(refusedThen(() => problem(412, 'conflict', { current })));
    expect(await end(adapter.updateStatus('a', { name: 'B' }, { ifVersion: 2 }), environment)).to.deep.equal(current);
  });

  it('an update rejects with conflict if a refusal shows only some of the requested values', async () => {
    const current = { ...STATUS, name: 'B' };
    const { adapter, environment } = adapterOf(refusedThen(() => problem(412, 'conflict', { current })));
    const patch = { name: 'B', color: '#000000' };
    expect(codeOf(await end(adapter.updateStatus('a', patch, { ifVersion: 2 }), environment))).to.equal('conflict');
  });

  it('a create succeeds if a refusal shows the same status', async () => {
    const { adapter, environment } = adapterOf(refusedThen(() => problem(409, 'conflict', { current: STATUS })));
    const data = { id: 'a', name: 'A', color: '#2775F8' };
    expect(await end(adapter.createStatus(data), environment)).to.deep.equal(STATUS);
  });

  for (const [status, code] of [
    [404, 'not-found'],
    [409, 'status-deleted'],
    [412, 'conflict'],
  ] as const) {
    it(`a delete succeeds if a refusal with ${status} shows that the status is deleted`, async () => {
      const current = { ...STATUS, deleted: true };
      const { adapter, environment } = adapterOf(refusedThen(() => problem(status, code, { current })));
      expect(await end(adapter.deleteStatus('a', { ifVersion: 3 }), environment)).to.deep.equal({ moved: 0 });
    });
  }

  for (const [what, earlier] of [
    ['without an earlier attempt', []],
    ['after a response that it was not processed', [() => problem(429, 'rate-limited')]],
    ['after a renewed sign-in', [() => problem(401, 'auth')]],
  ] as const) {
    it(`a delete refused with 404 ${what} rejects with not-found`, async () => {
      const { adapter, seen, environment } = adapterOf([...earlier, () => problem(404, 'not-found')], {
        onUnauthorized: () => true,
      });
      const result = await end(adapter.deleteStatus('a', { ifVersion: 3 }), environment);
      expect(codeOf(result)).to.equal('not-found');
      expect(seen).to.have.length(earlier.length + 1);
    });
  }

  it('a second call of deleteStatus does not depend on the first', async () => {
    const { adapter, environment } = adapterOf([() => problem(500, 'unknown'), () => problem(404, 'not-found')]);
    const drop = () => end(adapter.deleteStatus('a', { ifVersion: 3 }), environment);
    expect([codeOf(await drop()), codeOf(await drop())]).to.deep.equal(['unknown', 'not-found']);
  });

  it('a delete rejects if the status in moveTo is deleted', async () => {
    const { adapter, environment } = adapterOf(refusedThen(() => problem(409, 'status-deleted', { field: 'moveTo' })));
    const result = await end(adapter.deleteStatus('a', { ifVersion: 3, moveTo: 'b' }), environment);
    expect(codeOf(result)).to.equal('status-deleted');
  });

  it('a write is retried while the server still processes an earlier attempt', async () => {
    const { adapter, seen, environment } = adapterOf([
      silence,
      () => problem(409, 'conflict'),
      () => json(STATUS, 201),
    ]);
    const data = { id: 'a', name: 'A', color: '#2775f8' };
    expect(await end(adapter.createStatus(data), environment)).to.deep.equal(STATUS);
    expect(seen).to.have.length(3);
  });

  it('setStatus reads the entry if all responses are lost, and succeeds if it has the status', async () => {
    const { adapter, seen, environment } = adapterOf([
      ({ method }) => (method === 'PUT' ? silence() : json({ items: [ENTRY] })),
    ]);
    const result = await end(adapter.setStatus([{ conversationId: 'c1' }], 'a'), environment);
    expect(result).to.deep.equal([{ conversationId: 'c1', ok: true, entry: ENTRY }]);
    expect(seen.filter((each) => each.method === 'PUT')).to.have.length(5);
  });

  it('setStatus times out if all responses are lost and the entry has another status', async () => {
    const { adapter, environment } = adapterOf([
      ({ method }) => (method === 'PUT' ? silence() : json({ items: [{ ...ENTRY, statusId: 'b' }] })),
    ]);
    expect(codeOf(await end(adapter.setStatus([{ conversationId: 'c1' }], 'a'), environment))).to.equal('timeout');
  });
});

describe('aborting', () => {
  it('stops waiting for a response, even if fetch ignores its signal', async () => {
    const { adapter, seen, environment } = adapterOf([silence]);
    const controller = new AbortController();
    const call = adapter.listStatuses({ signal: controller.signal });
    await settle();
    controller.abort();
    expect(codeOf(await end(call, environment))).to.equal('aborted');
    expect(seen[0]!.init.signal!.aborted).to.equal(true);
    expect(environment.waits).to.deep.equal([]);
  });

  it('stops waiting between attempts', async () => {
    const { adapter, seen, environment } = adapterOf([() => problem(503, 'x')]);
    const controller = new AbortController();
    const call = adapter.moveStatus('a', null, { signal: controller.signal });
    await settle();
    controller.abort();
    expect(codeOf(await end(call, environment))).to.equal('aborted');
    await environment.advance(60_000);
    expect(seen).to.have.length(1);
  });

  it('concurrent calls with the same opId send one request', async () => {
    const { adapter, seen, environment } = adapterOf([() => json(ENTRY)]);
    const pick = (opId: string) => adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId });
    await end(Promise.all([pick('op-1'), pick('op-1'), pick('op-1')]), environment);
    expect(seen).to.have.length(1);
    await end(pick('op-1'), environment);
    expect(seen, 'a later call is sent again').to.have.length(2);
  });

  it('one of two calls with the same opId does not abort the other', async () => {
    const { adapter, seen, environment } = adapterOf([() => problem(503, 'x'), () => json(ENTRY)]);
    const controller = new AbortController();
    const pick = (signal?: AbortSignal) =>
      adapter.setStatus([{ conversationId: 'c1' }], 'a', { opId: 'op', ...(signal && { signal }) });
    const [first, second] = [pick(controller.signal), pick()];
    await settle();
    controller.abort();
    expect(codeOf(await end(first, environment))).to.equal('aborted');
    expect(await end(second, environment)).to.have.length(1);
    expect(seen).to.have.length(2);
  });

  it('close aborts reads, and waits for writes in flight', async () => {
    let answer!: (response: Response) => void;
    const { adapter, environment } = adapterOf([
      ({ method }) => (method === 'GET' ? silence() : new Promise<Response>((resolve) => (answer = resolve))),
    ]);
    const read = adapter.listStatuses();
    const write = adapter.setStatus([{ conversationId: 'c1' }], 'a');
    await settle();
    let isClosed = false;
    void adapter.close().then(() => (isClosed = true));
    expect(codeOf(await end(read, environment))).to.equal('aborted');
    expect(isClosed).to.equal(false);
    answer(json(ENTRY));
    expect(await write).to.have.length(1);
    await settle();
    expect(isClosed).to.equal(true);
    expect(codeOf(await end(adapter.listStatuses(), environment))).to.equal('aborted');
  });
});
