// A plain proxy in front of several instances: it forwards each request unchanged to the next one.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** @param onPass called with each request and its instance; the request waits for what it returns. */
export async function startProxy(origins, onPass = () => undefined) {
  let turn = 0;
  // Idle connections stay open: one that closes just as it is reused would look like a crashed instance.
  const proxy = createServer({ keepAliveTimeout: 60_000 }, async (incoming, outgoing) => {
    const index = turn++ % origins.length;
    const { method, url, headers } = incoming;
    await onPass({ method, url, index });
    // The client disconnected.
    if (outgoing.destroyed) return;
    const passed = request(new URL(url, origins[index]), { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    origin: `http://127.0.0.1:${proxy.address().port}`,
    close() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}
