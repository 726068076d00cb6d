/** Tests `find` with filters that are too long for a URL. */
import { expect } from '@open-wc/testing';
import { BASE, WireServer, problem, type Reply, type Seen } from './test-wire.js';
import { RestAdapter } from './adapter.js';

/** 200 ids of 100 characters, most of them escaped in a URL. */
const statusIds = [null, ...Array.from({ length: 199 }, (_, n) => `${n}-`.padEnd(100, 'ä'))];

/** A server that limits URLs like Node (16 kB with all headers) and nginx (8 kB). */
async function connect(before?: (seen: Seen) => Reply | undefined): Promise<{ server: WireServer; rest: RestAdapter }> {
  const server = new WireServer();
  server.faults.before = (seen) => {
    if (seen.path.length + String(seen.query).length > 8000) return problem(431, 'limit');
    return before?.(seen);
  };
  await server.adapter.createStatus({ id: statusIds[1]!, name: 'Leads', color: '#2775f8' });
  const refs = ['c1', 'c2', 'c3'].map((conversationId, n) => ({ conversationId, contactId: 'p1', activityAt: n }));
  await server.adapter.putConversations(refs);
  await server.adapter.setStatus([refs[0]!, refs[1]!], statusIds[1]!);
  return { server, rest: new RestAdapter({ baseUrl: BASE, fetch: server.fetch }) };
}

describe('a long filter', () => {
  it('is sent in a body, with every field, and pages go on', async () => {
    const { server, rest } = await connect();
    const query = { of: 'conversation', filter: { op: 'any-of', statusIds }, pageSize: 2 } as const;
    const first = await rest.find(query);
    expect(first.ids).to.deep.equal(['c3', 'c2']);
    const next = await rest.find({ ...query, pageToken: first.nextPageToken! });
    expect(next).to.deep.equal({ ids: ['c1'] });
    const none = { op: 'none-of', statusIds: statusIds.slice(1) } as const;
    expect(await rest.find({ of: 'contact', filter: none, contactMatch: 'latest' })).to.deep.equal({ ids: ['p1'] });
    expect(await rest.find({ of: 'contact', filter: none })).to.deep.equal({ ids: [] });
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      ...['POST /conversations/find', 'POST /conversations/find', 'POST /contacts/find', 'POST /contacts/find'],
    ]);
    expect(server.seen.some(({ headers }) => headers.has('idempotency-key'))).to.equal(false);
  });

  it('a short one is still a GET, which caches and older servers know', async () => {
    const { server, rest } = await connect();
    await rest.find({ of: 'conversation', filter: { op: 'any-of', statusIds: [null, statusIds[1]!] } });
    expect(server.seen.map(({ method }) => method)).to.deep.equal(['GET']);
  });

  for (const [what, refusal] of [
    ['404', () => problem(404, 'not-found')],
    ['405 of this package', () => problem(405, 'invalid', { field: 'method' })],
    ['405 without a body', () => new Response(null, { status: 405 })],
    ['501', () => new Response('no', { status: 501 })],
  ] as const) {
    it(`a server without it (${what}) gets the URL, and is not asked again`, async () => {
      const { server, rest } = await connect((seen) => (seen.path.endsWith('/find') ? refusal() : undefined));
      const filter = { op: 'any-of', statusIds: statusIds.slice(0, 8) } as const;
      for (let n = 0; n < 2; n++) {
        expect((await rest.find({ of: 'conversation', filter })).ids).to.deep.equal(['c3', 'c2', 'c1']);
      }
      expect(server.seen.map(({ method }) => method)).to.deep.equal(['POST', 'GET', 'GET']);
    });
  }

  it('a refusal of the query itself is the result', async () => {
    const { server, rest } = await connect((seen) =>
      seen.path.endsWith('/find') ? problem(410, 'invalid', { field: 'pageToken' }) : undefined,
    );
    const found = rest.find({ of: 'conversation', filter: { op: 'any-of', statusIds }, pageToken: 'old' });
    const error = await found.then(String, (thrown: { code: string; field: string }) => thrown);
    expect(error).to.include({ code: 'invalid', field: 'pageToken' });
    expect(server.seen.length).to.equal(1);
  });
});
