/** Runs the conformance suite for adapters against `RestAdapter`. */
import { runAdapterTests } from '../../testing/index.js';
import { RestAdapter } from './adapter.js';
import { BASE, WireServer } from './test-wire.js';

const servers = new WeakMap<object, WireServer>();

function connect(server: WireServer, headers: Record<string, string> = {}): RestAdapter {
  const adapter = new RestAdapter({ baseUrl: BASE, fetch: server.fetch, headers });
  servers.set(adapter, server);
  return adapter;
}

describe('RestAdapter', () => {
  let clients = 0;
  runAdapterTests({
    describe,
    it,
    create: () => connect(new WireServer()),
    reopen: async (adapter) => {
      await adapter.close?.();
      return connect(servers.get(adapter)!);
    },
    // Another user, with a separate stream.
    peer: async (adapter) => connect(servers.get(adapter)!, { authorization: `Bearer ${++clients}` }),
  });
});

describe('RestAdapter, with clients that share one stream', () => {
  runAdapterTests({
    describe,
    it,
    create: () => connect(new WireServer()),
    peer: async (adapter) => connect(servers.get(adapter)!),
  });
});
