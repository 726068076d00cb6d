// Three instances behind a plain proxy that gives each request to the next: for a client one server.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { loadLibrary, newTenant, onBothDatabases } from './support.mjs';

const INSTANCES = 3;
const { HostAdapter, runAdapterTests } = await loadLibrary();

/** Hands each request on as it is to the next of the origins. */
async function startProxy(origins) {
  let turn = 0;
  const proxy = createServer((incoming, outgoing) => {
    const target = new URL(incoming.url, origins[turn++ % origins.length]);
    const { method, headers } = incoming;
    const passed = request(target, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return proxy;
}

onBothDatabases(
  (world) => {
    let proxy;
    let clients = 0;
    const connect = (baseUrl) => new HostAdapter({ baseUrl, headers: { 'x-client': String(++clients) } });

    before(async () => {
      const others = await Promise.all(Array.from({ length: INSTANCES - 1 }, () => world.start()));
      proxy = await startProxy([world.origin, ...others.map(({ origin }) => origin)]);
    });

    after(() => {
      proxy.close();
      proxy.closeAllConnections();
    });

    runAdapterTests({
      describe,
      it,
      create: () => connect(`http://127.0.0.1:${proxy.address().port}/api/${newTenant()}`),
      peer: async (adapter) => connect(adapter.baseUrl),
    });
  },
  { only: 'PostgreSQL' },
);
