// For tests only: the demo (with DEMO_GUEST, everyone is that user), plus an API at /api/{tenant} that lets everyone in
// as the host.
import { createDemo, serve } from '../../demo/serve.mjs';
import { loadServer } from '../../demo/server/load.mjs';
import { OPEN } from './open-access.mjs';

async function open() {
  const { createServer, nodeHandler, openDemo, openFromEnv } = await loadServer();
  // The database is shared, so neither may close it.
  const database = await openFromEnv(process.env);
  const shared = async () => ({ ...database, close: async () => undefined });
  const demo = openDemo({ open: shared, guest: process.env.DEMO_GUEST });
  const api = createServer({ ...OPEN, open: shared });
  const handle = nodeHandler(api);
  return {
    handle: (request, response) => demo.handle(request, response) || handle(request, response),
    async close() {
      await Promise.all([demo.close(), api.close()]);
      await database.close();
    },
  };
}

await serve(createDemo(open));
