// Runs the reference server: `node demo/server/start.mjs`. For PORT, DATABASE_URL, API_TOKENS etc., see main.ts.
import { loadServer } from './load.mjs';

const { main } = await loadServer();
await main().catch((error) => {
  // A malformed setting is reported as a sentence, not as a stack trace.
  console.error(/^[A-Z_]+[:,]/.test(error.message) ? error.message : error);
  process.exit(1);
});
