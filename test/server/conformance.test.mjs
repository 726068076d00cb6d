// Runs the adapter conformance suite through RestAdapter and the whole server.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { heldFetch, sent } from './contract.mjs';
import { document } from '../../scripts/openapi.mjs';
import { loadLibrary, newTenant, onBothDatabases } from './support.mjs';

const { HostAdapter, runAdapterTests } = await loadLibrary();

onBothDatabases((world) => {
  let clients = 0;
  const faults = new Set();
  const connect = (baseUrl) =>
    new HostAdapter({
      baseUrl,
      headers: { 'x-client': String(++clients) },
      fetch: heldFetch(baseUrl, (fault) => faults.add(fault)),
    });
  runAdapterTests({
    describe,
    it,
    create: () => connect(`${world.origin}/api/${newTenant()}`),
    reopen: async (adapter) => {
      await adapter.close();
      return connect(adapter.baseUrl);
    },
    peer: async (adapter) => connect(adapter.baseUrl),
  });

  it('a filter with 200 statuses with ids of 100 characters finds the same as a short one', async () => {
    const adapter = connect(`${world.origin}/api/${newTenant()}`);
    const ids = Array.from({ length: 200 }, (_, n) => `${n}-`.padEnd(100, 'é'));
    await adapter.createStatus({ id: ids[7], name: 'Leads', color: '#2775f8' });
    const conversations = ['c1', 'c2', 'c3'].map((id, n) => ({
      conversationId: id,
      contactId: `p${n}`,
      activityAt: n,
    }));
    await adapter.putConversations(conversations);
    await adapter.setStatus(conversations.slice(0, 2), ids[7]);
    const long = { op: 'any-of', statusIds: ids };
    const first = await adapter.find({ of: 'conversation', filter: long, pageSize: 1 });
    assert.deepEqual(first.ids, ['c2']);
    const next = await adapter.find({ of: 'conversation', filter: long, pageSize: 1, pageToken: first.nextPageToken });
    assert.deepEqual(next, { ids: ['c1'] });
    const others = { op: 'none-of', statusIds: ids };
    for (const contactMatch of ['any', 'latest']) {
      const found = await adapter.find({ of: 'contact', filter: others, contactMatch, pageSize: 1 });
      assert.deepEqual(found, { ids: ['p2'] });
      const { ids: all, nextPageToken } = await adapter.find({
        of: 'contact',
        filter: long,
        contactMatch,
        pageSize: 1,
      });
      assert.deepEqual(all, ['p1']);
      const rest = await adapter.find({
        of: 'contact',
        filter: long,
        contactMatch,
        pageSize: 1,
        pageToken: nextPageToken,
      });
      assert.deepEqual(rest, { ids: ['p0'] });
    }
    const withNone = await adapter.find({ of: 'conversation', filter: { op: 'any-of', statusIds: [null, ...ids] } });
    assert.deepEqual(withNone.ids, ['c3', 'c2', 'c1']);
    await adapter.close();
  });

  after(() => assert.deepEqual([...faults], [], 'RestAdapter sent something that is not in the OpenAPI document'));
});

describe('the OpenAPI document', () => {
  it('requires nothing that RestAdapter never sends', () => {
    const told = Object.entries(document.paths).flatMap(([path, { parameters: shared = [], ...operations }]) =>
      Object.entries(operations).flatMap(([method, { parameters = [], requestBody }]) => {
        const { schema = {} } = requestBody?.content['application/json'] ?? {};
        const parts = [
          '',
          ...[...shared, ...parameters].map(({ in: place, name }) => ` ${place} ${name}`),
          ...Object.keys(schema.properties ?? {}).map((name) => ` body ${name}`),
        ];
        return parts.map((part) => `${method.toUpperCase()} ${path}${part}`);
      }),
    );
    assert.deepEqual(
      told.filter((each) => !sent.has(each)),
      [],
    );
  });
});
