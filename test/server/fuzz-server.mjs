// Runs the reference server in its own process for the fuzz test, and measures its responses. Run with --expose-gc.
import { performance } from 'node:perf_hooks';
import { loadServer } from '../../demo/server/load.mjs';
import { TOKENS } from './fuzz-requests.mjs';

const { bearerTokens, createServer, listen, nodeHandler, openPglite } = await loadServer();

/**
 * Milliseconds in which this process ran, or was idle although it could have run, so that load from other processes
 * does not count. Ticks measure the idle time, CPU time the work.
 */
const TICK_MS = 10;
let ticks = 0;
setInterval(() => ticks++, TICK_MS);
const clock = () => ({ waited: ticks * TICK_MS, worked: process.cpuUsage() });
const since = ({ waited, worked }) => {
  const { user, system } = process.cpuUsage(worked);
  return Math.max(ticks * TICK_MS - waited, (user + system) / 1000);
};

const report = { answers: 0, slowest: { ms: 0, what: '' }, faults: [] };
const note = (fault) => void (report.faults.length < 20 && report.faults.push(fault));

const api = createServer({
  open: () => openPglite(),
  authorize: bearerTokens(TOKENS),
  onError: (thrown) => note(`onError: ${thrown?.stack ?? thrown} ${thrown?.cause?.stack ?? ''}`),
});
await api.ready;
const http = await listen(nodeHandler(api), 0);

http.prependListener('request', (request, response) => {
  const begun = clock();
  const { writeHead } = response;
  const what = `${request.method} ${request.url.slice(0, 200)}`;
  response.writeHead = function (status, ...rest) {
    const ms = since(begun);
    report.answers++;
    if (ms > report.slowest.ms) report.slowest = { ms, what };
    if (status >= 500) note(`${status}: ${what}`);
    return writeHead.call(this, status, ...rest);
  };
});

process.on('message', async () => {
  // Twice: the second collects what finalizers release.
  for (let n = 0; n < 2; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
  process.send({ ...report, heap: process.memoryUsage().heapUsed });
});
process.on('disconnect', () => process.exit());
process.send({ port: http.address().port });
