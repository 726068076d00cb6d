/** Runs the reference server inside this process. */
import { loadServer } from '../../demo/server/load.mjs';
import { OPEN } from '../../test/server/open-access.mjs';

/**
 * Resolves to a server with a pipeline: `{ handle, baseUrl, close }`.
 *
 * @param open opens its database.
 */
export async function openApi({ statuses, count }) {
  const { createServer, nodeHandler, openPglite } = await loadServer();
  const server = createServer({ ...OPEN, open: () => openPglite() });
  await server.ready;
  const baseUrl = '/api/bench';
  const call = async (method, path, body) => {
    const request = new Request(`http://localhost${baseUrl}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
      body: JSON.stringify(body),
    });
    const response = await server.fetch(request);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  for (let i = 0; i < statuses; i++)
    await call('POST', '/statuses', { id: `s${i}`, name: `Status ${i}`, color: '#2775f8' });
  for (let i = 0; i < count; i += 200 * statuses) {
    for (let s = 0; s < statuses; s++) {
      const conversations = [];
      for (let at = i + s; at < Math.min(count, i + 200 * statuses); at += statuses)
        conversations.push({ conversationId: `c${at}` });
      if (conversations.length) await call('POST', '/conversations/batch-set', { conversations, statusId: `s${s}` });
    }
  }
  return { handle: nodeHandler(server), baseUrl, close: () => server.close() };
}
