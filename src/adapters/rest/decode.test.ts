/** What becomes of wrong, oversized and malicious responses. */
import { expect } from '@open-wc/testing';
import type { PipelineError } from '../../model/errors.js';
import { RestAdapter } from './adapter.js';
import { BASE, json, problem, scripted, type Reply, type Seen } from './test-wire.js';

const A = { id: 'a', name: 'A', color: '#2775f8', rank: '1', version: 3 };
const ENTRY = { conversationId: 'c1', contactId: null, statusId: 'a', version: 7, changedAt: 5 };

const answered = (...replies: ((seen: Seen) => Reply)[]): { adapter: RestAdapter; seen: Seen[] } => {
  const { fetch, seen } = scripted(...replies);
  return { adapter: new RestAdapter({ baseUrl: BASE, fetch }), seen };
};

const errorOf = async (call: Promise<unknown>): Promise<PipelineError> => {
  try {
    await call;
  } catch (thrown) {
    return thrown as PipelineError;
  }
  throw new Error('the call did not reject');
};

/** Takes text, because `JSON.parse` creates an own property `__proto__` and an object literal does not. */
const raw = (text: string): Response => new Response(text, { headers: { 'content-type': 'application/json' } });

describe('responses of a server', () => {
  let warnings: unknown[][];
  const { warn } = console;
  beforeEach(() => {
    warnings = [];
    console.warn = (...args: unknown[]) => void warnings.push(args);
  });
  afterEach(() => {
    console.warn = warn;
  });

  it('rejects HTML with bad-response', async () => {
    const { adapter, seen } = answered(() => new Response('<!doctype html><title>Welcome</title>'));
    expect((await errorOf(adapter.listStatuses())).code).to.equal('bad-response');
    expect(seen).to.have.length(1);
  });

  it('takes the code of an HTML error page from its HTTP status', async () => {
    const { adapter } = answered(() => new Response('<h1>Forbidden</h1>', { status: 403 }));
    expect((await errorOf(adapter.listStatuses())).code).to.equal('forbidden');
  });

  for (const text of ['', 'null', '[]', '{}', '{"items":{}}', '{"items":[],"seq":{}}', '"x"', '7', '{"items":[]']) {
    it(`rejects ${text || 'an empty body'} with bad-response`, async () => {
      const { adapter } = answered(() => raw(text));
      const query = { of: 'conversation', filter: { op: 'any-of', statusIds: [] } } as const;
      const calls: [string, Promise<unknown>][] = [
        ['listStatuses', adapter.listStatuses()],
        ['createStatus', adapter.createStatus({ id: 'a', name: 'A', color: '#2775f8' })],
        ['updateStatus', adapter.updateStatus('a', {}, { ifVersion: 1 })],
        ['deleteStatus', adapter.deleteStatus('a', { ifVersion: 1 })],
        ['restoreStatus', adapter.restoreStatus('a')],
        ['setStatus', adapter.setStatus([{ conversationId: 'c1' }], 'a')],
        ['count', adapter.count({ of: 'conversation' })],
        ['find', adapter.find(query)],
      ];
      for (const [name, call] of calls) expect((await errorOf(call)).code, name).to.equal('bad-response');
    });
  }

  it('stops reading a body of 5 MB', async () => {
    let sent = 0;
    const { adapter } = answered(
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => {
              sent += 100_000;
              if (sent > 5_000_000) controller.close();
              else controller.enqueue(new Uint8Array(100_000).fill(32));
            },
          }),
        ),
    );
    expect((await errorOf(adapter.listStatuses())).code).to.equal('bad-response');
    expect(sent).to.be.below(1_500_000);
  });

  it('does not read a body whose Content-Length is 5 MB', async () => {
    const { adapter } = answered(() => new Response('[]', { headers: { 'content-length': '5000000' } }));
    expect((await errorOf(adapter.listStatuses())).code).to.equal('bad-response');
  });

  it('rejects 10,000 statuses with limit', async () => {
    const items = Array.from({ length: 10_000 }, (_, n) => ({ id: n }));
    const { adapter } = answered(() => json({ items, seq: '1' }));
    expect((await errorOf(adapter.listStatuses())).code).to.equal('limit');
  });

  it('leaves out unreadable rows of a list, and warns once', async () => {
    const bad = [
      null,
      7,
      {},
      { ...A, color: 'red;}' },
      { ...A, id: '..' },
      { ...A, version: -1 },
      { ...A, name: '\u202e' },
    ];
    const { adapter } = answered(() => json({ items: [...bad, { ...A, extra: 1 }], seq: 5 }));
    expect(await adapter.listStatuses()).to.deep.equal({ items: [A], seq: '5' });
    await adapter.listStatuses();
    expect(warnings).to.have.length(1);
  });

  it('leaves out entries and contacts that were not requested', async () => {
    const contact = { contactId: 'p1', statusIds: ['a', null, 'a'], latest: null };
    const { adapter } = answered(({ path }) =>
      path.startsWith('/contacts')
        ? json({ items: [contact, { ...contact, contactId: 'p2' }, { contactId: 'p1', statusIds: 'a' }] })
        : json({ items: [ENTRY, { ...ENTRY, conversationId: 'c2' }, { conversationId: 'c1' }] }),
    );
    expect([...(await adapter.getEntries(['c1']))]).to.deep.equal([['c1', ENTRY]]);
    expect([...(await adapter.getContacts(['p1']))]).to.deep.equal([['p1', { statusIds: ['a', null], latest: null }]]);
  });

  it('rejects a record with another id with bad-response', async () => {
    const { adapter } = answered(({ method }) =>
      json(method === 'PUT' ? { ...ENTRY, conversationId: 'c2' } : { ...A, id: 'b' }),
    );
    expect((await errorOf(adapter.setStatus([{ conversationId: 'c1' }], 'a'))).code).to.equal('bad-response');
    expect((await errorOf(adapter.updateStatus('a', {}, { ifVersion: 1 }))).code).to.equal('bad-response');
  });

  it('does not change a prototype by __proto__ in a response', async () => {
    const evil = '"__proto__":{"polluted":true,"id":"evil"},"constructor":{"prototype":{"polluted":true}}';
    const { adapter } = answered(({ path }) =>
      path === '/counts'
        ? raw(`{${evil},"none":1,"byStatus":{"__proto__":3,"a":1}}`)
        : raw(`{${evil},"seq":"1","items":[{${evil},${JSON.stringify(A).slice(1)}]}`),
    );
    expect((await adapter.listStatuses()).items).to.deep.equal([A]);
    const { byStatus } = await adapter.count({ of: 'conversation' });
    expect([...byStatus]).to.deep.equal([
      ['__proto__', 3],
      ['a', 1],
    ]);
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('rejects 10,000 random bodies with a PipelineError, or reads them, and changes no prototype', async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    let state = seed;
    const random = (n: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % n;
    };
    const names = [
      'items',
      'seq',
      'id',
      'name',
      'color',
      'version',
      'rank',
      '__proto__',
      'constructor',
      'entry',
      'ok',
      'error',
      'results',
      'byStatus',
      'none',
      'ids',
      'conversationId',
      'statusId',
      'type',
      'current',
    ];
    const value = (depth: number): string => {
      const kind = random(depth > 3 ? 6 : 8);
      if (kind === 6) return `[${Array.from({ length: random(4) }, () => value(depth + 1)).join()}]`;
      if (kind === 7) {
        return `{${Array.from({ length: random(6) }, () => `"${names[random(names.length)]}":${value(depth + 1)}`).join()}}`;
      }
      return ['null', 'true', '1', '-1e400', '"a"', '"#2775f8"'][kind]!;
    };
    const { adapter } = answered(() => new Response(value(0), { status: [200, 200, 409, 422, 500][random(5)]! }));
    for (let n = 0; n < 2500; n++) {
      const calls = [
        adapter.listStatuses(),
        adapter.setStatus([{ conversationId: 'a' }, { conversationId: 'b' }], 'a'),
        adapter.count({ of: 'contact' }),
        adapter.getEntries(['a']),
      ];
      for (const result of await Promise.allSettled(calls)) {
        if (result.status === 'rejected')
          expect((result.reason as Error).name, `seed ${seed}`).to.equal('PipelineError');
      }
    }
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  }).timeout(30_000);

  it('sends the ETag, and returns a copy of the cached list after a 304', async () => {
    const { adapter, seen } = answered(
      () => json({ items: [A], seq: '1' }, 200, { etag: '"x"' }),
      () => new Response(null, { status: 304 }),
    );
    const first = await adapter.listStatuses();
    Reflect.set(first.items[0]!, 'name', 'Changed');
    expect(await adapter.listStatuses()).to.deep.equal({ items: [A], seq: '1' });
    expect(seen.map((each) => each.headers.get('if-none-match'))).to.deep.equal([null, '"x"']);
  });

  it('rejects an unexpected 304 with bad-response', async () => {
    const { adapter } = answered(() => new Response(null, { status: 304 }));
    expect((await errorOf(adapter.listStatuses())).code).to.equal('bad-response');
  });

  it('treats a missing, null or empty page token as the last page', async () => {
    for (const nextPageToken of [undefined, null, '']) {
      const { adapter } = answered(() => json({ ids: ['a', '..', 7], nextPageToken }));
      const page = await adapter.find({ of: 'conversation', filter: { op: 'none-of', statusIds: [null] } });
      expect(page).to.deep.equal({ ids: ['a'] });
    }
  });

  it('sends a page token back unchanged, and never as a URL', async () => {
    const token = 'https://evil.test/?a=1&b=2#c';
    const { adapter, seen } = answered(() => json({ ids: [], nextPageToken: token }));
    const query = {
      of: 'contact',
      contactMatch: 'latest',
      filter: { op: 'any-of', statusIds: ['a', null] },
      pageSize: 7,
    } as const;
    const { nextPageToken } = await adapter.find(query);
    await adapter.find({ ...query, pageToken: nextPageToken! });
    expect(seen[1]!.path).to.equal('/contacts');
    expect([...seen[1]!.query]).to.deep.equal([
      ['op', 'any-of'],
      ['status', 'a'],
      ['status', ''],
      ['contactMatch', 'latest'],
      ['pageSize', '7'],
      ['pageToken', token],
    ]);
  });

  it('treats 410 as an expired page token', async () => {
    const { adapter } = answered(() => problem(410, 'about:blank'));
    const error = await errorOf(
      adapter.find({ of: 'contact', filter: { op: 'any-of', statusIds: [] }, pageToken: 'x' }),
    );
    expect([error.code, error.field]).to.deep.equal(['invalid', 'pageToken']);
  });

  it('shortens texts of the server and removes control characters', async () => {
    const detail = `<img src=x onerror=alert(1)>\u0000\n${'x'.repeat(10_000)}`;
    const { adapter } = answered(() =>
      problem(422, 'invalid', { detail, field: 'y'.repeat(500), count: -1, current: { evil: true } }),
    );
    const error = await errorOf(adapter.moveStatus('a', null));
    expect(error.message)
      .to.have.length(300)
      .and.not.match(/\p{Cc}/u);
    expect(error.field).to.have.length(64);
    expect([error.count, error.current]).to.deep.equal([undefined, undefined]);
  });

  it('ignores codes that only the client may use', async () => {
    const { adapter } = answered(() => problem(403, 'storage-lost'));
    expect((await errorOf(adapter.listStatuses())).code).to.equal('forbidden');
  });

  it('keeps field, count and current of a refusal', async () => {
    const { adapter } = answered(({ method }) =>
      method === 'DELETE'
        ? problem(409, 'in-use', { count: 3, field: 'moveTo' })
        : problem(412, 'conflict', { current: A }),
    );
    const inUse = await errorOf(adapter.deleteStatus('a', { ifVersion: 1 }));
    expect([inUse.code, inUse.count, inUse.field]).to.deep.equal(['in-use', 3, 'moveTo']);
    expect((await errorOf(adapter.updateStatus('a', {}, { ifVersion: 1 }))).current).to.deep.equal(A);
  });
});
