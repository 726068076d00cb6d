// The suite that every adapter passes, through RestAdapter and the whole server.
import { describe, it } from 'node:test';
import { loadLibrary, newTenant, onBothDatabases } from './support.mjs';

const { HostAdapter, runAdapterTests } = await loadLibrary();

onBothDatabases((world) => {
  let clients = 0;
  const connect = (baseUrl) => new HostAdapter({ baseUrl, headers: { 'x-client': String(++clients) } });
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
});
