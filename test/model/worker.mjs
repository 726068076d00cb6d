// Runs seeds that it is sent, a few at once, on a server of its own: most on PostgreSQL, some on the embedded one.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { load, loadServer } from '../../demo/server/load.mjs';

/** Seeds at once: while one waits for its network, the others go on. */
const AT_ONCE = 4;
/** Every so many seeds on the embedded database, which takes twice the time. */
const EMBEDDED = 20;
/** More often than the streams' users, whose clock is fast, give up on a silent one. */
const HEARTBEAT_MS = 100;
/** How often the same acts are tried at once: what they lead to depends on their timing too. */
const TRIES = 4;
const SHRINKING_MS = 120_000;
/** A few acts are soon done: to wait longer for each candidate would leave time for few of them. */
const SHORT_PATIENCE = { writeMs: 10_000, calmMs: 3000 };

Error.stackTraceLimit = 5;
const { createServer, listen, nodeHandler, openPglite, openPostgres } = await loadServer();
const { Chaos, actsOf, runScenario } = await load(fileURLToPath(new URL('library.ts', import.meta.url)));

const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** A server over HTTP, and the network in front of it. */
async function openGround(open) {
  // Hints are for other instances, of which a tenant has none here.
  const database = { ...(await open()), hints: undefined };
  const server = createServer({ open: async () => database, heartbeatMs: HEARTBEAT_MS });
  await server.ready;
  const http = await listen(nodeHandler(server), 0);
  // One that is closed while a request is on its way would be a fault that nobody planned.
  http.keepAliveTimeout = 0;
  const { port } = http.address();
  const chaos = new Chaos(port);
  await chaos.listen();
  return {
    origin: `http://127.0.0.1:${port}`,
    chaos,
    query: (text, values) => database.query(text, values),
    async close() {
      chaos.close();
      http.close();
      await server.close();
      http.closeAllConnections();
    },
  };
}

const grounds = {};
const groundOf = (seed) =>
  seed % EMBEDDED
    ? (grounds.postgres ??= openGround(() => openPostgres(workerData.postgres)))
    : (grounds.embedded ??= openGround(() => openPglite()));

async function run(seed, acts, patience) {
  const before = unhandled.length;
  const faults = await runScenario(await groundOf(seed), seed, acts, patience);
  if (unhandled.length > before) throw new Error(`nobody handled: ${unhandled.at(-1)?.stack ?? unhandled.at(-1)}`);
  return faults;
}

/** Rejects when it fails once. */
async function runSome(seed, acts) {
  const runs = Array.from({ length: TRIES }, () => run(seed, acts, SHORT_PATIENCE));
  for (const { reason } of await Promise.allSettled(runs)) if (reason) throw reason;
}

/** The fewest acts that still fail; they meet the same network as they did among all of them. */
async function shrink(seed, acts) {
  const details = await fc.check(
    fc.asyncProperty(fc.subarray(acts), (fewer) => runSome(seed, fewer)),
    { examples: [[acts]], numRuns: 1, interruptAfterTimeLimit: SHRINKING_MS },
  );
  if (!details.failed || !details.counterexample) return 'did not fail again';
  const [fewest] = details.counterexample;
  const lines = fewest.map(({ index, user, ...act }) => `  ${index} ${'ABCD'[user]} ${JSON.stringify(act)}`);
  const again = `MODEL_SEED=${seed} MODEL_ACTS=${fewest.map(({ index }) => index).join(',')}`;
  return `fewest acts: ${again}\n${lines.join('\n')}\n${details.errorInstance?.stack}`;
}

async function handle({ seed, length, only }) {
  const acts = actsOf(seed, length);
  try {
    if (only)
      await runSome(
        seed,
        only.map((index) => acts[index]),
      );
    const faults = only ? [] : [...(await run(seed, acts))];
    parentPort.postMessage({ seed, faults });
  } catch (thrown) {
    const failure = `${thrown?.stack ?? thrown}${only ? '' : `\n${await shrink(seed, acts)}`}`;
    parentPort.postMessage({ seed, failure });
  }
}

let slots = AT_ONCE;
parentPort.on('message', async (message) => {
  if (message !== 'end') return handle(message);
  if (--slots) return;
  parentPort.close();
  for (const ground of Object.values(grounds)) await (await ground).close();
});
for (let n = 0; n < AT_ONCE; n++) parentPort.postMessage('ready');
