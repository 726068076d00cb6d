/** Puts load on a server. */
import { Agent, request } from 'node:http';

function send(agent, base, { method = 'GET', path, body }) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    if (method === 'PUT') headers['Idempotency-Key'] = crypto.randomUUID();
    const asked = request(`${base}${path}`, { agent, method, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${method} ${path}: ${response.statusCode}`));
      });
    });
    asked.once('error', reject);
    asked.end(text);
  });
}

/**
 * Milliseconds per request and requests per second, of `connections` clients that send requests one after the other.
 */
export async function load(base, next, { connections, ms }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times = [];
  const start = performance.now();
  const client = async () => {
    while (performance.now() - start < ms) {
      const asked = performance.now();
      await send(agent, base, next());
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  const perSecond = (times.length * 1000) / (performance.now() - start);
  agent.destroy();
  return { times, perSecond };
}
