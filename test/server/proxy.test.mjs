// Tests three instances behind a round-robin proxy: to clients they are one server.
import { after, before, describe, it } from 'node:test';
import { startProxy } from './proxy.mjs';
import { loadLibrary, newTenant, onBothDatabases } from './support.mjs';

const INSTANCES = 3;
const { HostAdapter, runAdapterTests } = await loadLibrary();

onBothDatabases(
  (world) => {
    let proxy;
    let clients = 0;
    const connect = (baseUrl) => new HostAdapter({ baseUrl, headers: { 'x-client': String(++clients) } });

    before(async () => {
      const others = await Promise.all(Array.from({ length: INSTANCES - 1 }, () => world.start()));
      proxy = await startProxy([world.origin, ...others.map(({ origin }) => origin)]);
    });

    after(() => proxy.close());

    runAdapterTests({
      describe,
      it,
      create: () => connect(`${proxy.origin}/api/${newTenant()}`),
      peer: async (adapter) => connect(adapter.baseUrl),
    });
  },
  { only: 'PostgreSQL' },
);
