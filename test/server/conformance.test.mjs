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
