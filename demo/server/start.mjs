// Runs the reference server: `node demo/server/start.mjs`. For PORT, DATABASE_URL, API_TOKENS etc., see main.ts.
// `node demo/server/start.mjs migrate` and `… recount [TENANT…]` do only that, and end.
import { loadServer } from './load.mjs';

const { main, runCommand } = await loadServer();
const [command, ...names] = process.argv.slice(2);
await (command === undefined ? main() : runCommand(command, names)).catch((error) => {
  // A malformed setting is reported as a sentence, not as a stack trace.
  console.error(/^[A-Z_]+[:,]/.test(error.message) ? error.message : error);
  process.exit(1);
});
