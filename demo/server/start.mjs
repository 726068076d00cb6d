// node demo/server/start.mjs: the reference server alone. PORT, DATABASE_URL, API_TOKENS…: see main.ts.
import { loadServer } from './load.mjs';

const { main } = await loadServer();
await main().catch((error) => {
  // A setting that cannot be read is a sentence for whoever starts it, not a stack trace.
  console.error(/^[A-Z_]+[:,]/.test(error.message) ? error.message : error);
  process.exit(1);
});
