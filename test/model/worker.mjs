// Runs the seeds that it receives, several at once, on its own server: most on PostgreSQL, some on the embedded
// database.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { load, loadServer } from '../../demo/server/load.mjs';
import { OPEN } from '../server/open-access.mjs';
import { runRepeatedly, shrink } from './shrink.mjs';

/** Concurrent seeds: while one waits for its network, others can run. */
const AT_ONCE = 4;
/** One in this many seeds runs on the embedded database, which takes twice as long. */
const EMBEDDED = 20;
/** Shorter than the time after which the users' fast clocks give up on a silent stream. */
const HEARTBEAT_MS = 100;
/** Short, because few actions finish quickly, and longer waits would leave time for fewer candidates. */
const SHORT_LIMITS = { writeMs: 10_000, convergenceMs: 1000 };

Error.stackTraceLimit = 5;
const { createServer, listen, nodeHandler, openPglite, openPostgres } = await loadServer();
const { FaultyNetwork, actionsOf, roundsOf, runScenario } = await load(
  fileURLToPath(new URL('library.ts', import.meta.url)),
);

const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** An HTTP server, and the unreliable network in front of it. */
async function openTestServer(open) {
  // Notifications are for other instances, of which a tenant has none here.
  const database = { ...(await open()), notifier: undefined };
  const server = createServer({ ...OPEN, open: async () => database, heartbeatMs: HEARTBEAT_MS });
  await server.ready;
  const http = await listen(nodeHandler(server), 0);
  // A keep-alive connection that closes while a request is on its way would be an unplanned fault.
  http.keepAliveTimeout = 0;
  const { port } = http.address();
  const network = new FaultyNetwork(port);
  await network.listen();
  return {
    origin: `http://127.0.0.1:${port}`,
    network,
    query: (text, values) => database.query(text, values),
    async close() {
      network.close();
      http.close();
      await server.close();
      http.closeAllConnections();
    },
  };
}

const testServers = {};
const testServerOf = (seed) =>
  seed % EMBEDDED
    ? (testServers.postgres ??= openTestServer(() => openPostgres(workerData.postgres)))
    : (testServers.embedded ??= openTestServer(() => openPglite()));

async function run(seed, actions, limits) {
  const before = unhandled.length;
  const faults = await runScenario(await testServerOf(seed), seed, actions, limits);
  if (unhandled.length > before) throw new Error(`unhandled rejection: ${unhandled.at(-1)?.stack ?? unhandled.at(-1)}`);
  return faults;
}

/** The kind of an error, without its details. */
const kindOf = (thrown) =>
  String(thrown?.message ?? thrown)
    .split('\n')[0]
    .replace(/\{.*\}|\d+/g, '');

const again = (seed) => (actions) => run(seed, actions, SHORT_LIMITS);

/** Rejects only with the same kind of error as the seed: fewer actions may fail for a different reason. */
const failingAs = (seed, thrown) => (actions) =>
  again(seed)(actions).catch((other) => {
    if (kindOf(other) === kindOf(thrown)) throw other;
  });

// Indexes are kept, so the actions meet the same network as they did among all actions of the seed.
async function fewestActions({ seed, actions, thrown }) {
  const shrunk = await shrink([...roundsOf(actions), actions], failingAs(seed, thrown));
  if (!shrunk) return `MODEL_SEED=${seed} did not fail again`;
  const { fewest, failure } = shrunk;
  const lines = fewest.map(({ index, user, ...action }) => `\n  ${index} ${'ABCD'[user]} ${JSON.stringify(action)}`);
  const command = `MODEL_SEED=${seed} MODEL_ACTS=${fewest.map(({ index }) => index).join(',')}`;
  return `fewest actions: ${command}${lines.join('')}\n${failure?.stack ?? failure}`;
}

let failed;

async function handle({ seed, length, only }) {
  const actions = actionsOf(seed, length);
  try {
    const chosen = actions.filter(({ index }) => only?.includes(index));
    if (only) await runRepeatedly(again(seed), chosen);
    parentPort.postMessage({ seed, faults: only ? [] : [...(await run(seed, actions))] });
  } catch (thrown) {
    if (!only) failed ??= { seed, actions, thrown };
    parentPort.postMessage({ seed, failure: String(thrown?.stack ?? thrown) });
  }
}

let slots = AT_ONCE;
parentPort.on('message', async (message) => {
  if (message !== 'end') return handle(message);
  if (--slots) return;
  // When nothing else runs: it takes many runs, and some failures only occur on an idle machine.
  if (failed) parentPort.postMessage({ shrunk: await fewestActions(failed) });
  parentPort.close();
  for (const testServer of Object.values(testServers)) await (await testServer).close();
});
for (let n = 0; n < AT_ONCE; n++) parentPort.postMessage('ready');
