// For tests only: the demo (with DEMO_GUEST, everybody is that user), and besides its own API one at /api/{tenant} that lets everybody in as the host of the tenant.
import { createDemo, serve } from '../../demo/serve.mjs';
import { loadServer } from '../../demo/server/load.mjs';
import { OPEN } from './anyone.mjs';

async function open() {
  const { createServer, nodeHandler, openDemo, openFromEnv } = await loadServer();
  // One for both, so not theirs to close.
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
