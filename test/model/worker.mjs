// Runs seeds that it is sent, a few at once, on a server of its own: most on PostgreSQL, some on the embedded one.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { load, loadServer } from '../../demo/server/load.mjs';
import { OPEN } from '../server/anyone.mjs';
import { runSome, shrink } from './shrink.mjs';

/** Seeds at once: while one waits for its network, the others go on. */
const AT_ONCE = 4;
/** Every so many seeds on the embedded database, which takes twice the time. */
const EMBEDDED = 20;
/** More often than the streams' users, whose clock is fast, give up on a silent one. */
const HEARTBEAT_MS = 100;
/** A few acts are soon done: to wait longer for each candidate would leave time for few of them. */
const SHORT_PATIENCE = { writeMs: 10_000, calmMs: 1000 };

Error.stackTraceLimit = 5;
const { createServer, listen, nodeHandler, openPglite, openPostgres } = await loadServer();
const { Chaos, actsOf, roundsOf, runScenario } = await load(fileURLToPath(new URL('library.ts', import.meta.url)));

const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** A server over HTTP, and the network in front of it. */
async function openGround(open) {
  // Hints are for other instances, of which a tenant has none here.
  const database = { ...(await open()), hints: undefined };
  const server = createServer({ ...OPEN, open: async () => database, heartbeatMs: HEARTBEAT_MS });
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

/** What went wrong, without who and what it went wrong with. */
const kindOf = (thrown) =>
  String(thrown?.message ?? thrown)
    .split('\n')[0]
    .replace(/\{.*\}|\d+/g, '');

const again = (seed) => (acts) => run(seed, acts, SHORT_PATIENCE);

/** Rejects only as the seed did: fewer acts may fail in some other way, of their own. */
const failingAs = (seed, thrown) => (acts) =>
  again(seed)(acts).catch((other) => {
    if (kindOf(other) === kindOf(thrown)) throw other;
  });

/** They meet the same network as they did among all the acts of the seed. */
async function fewestActs({ seed, acts, thrown }) {
  const shrunk = await shrink([...roundsOf(acts), acts], failingAs(seed, thrown));
  if (!shrunk) return `MODEL_SEED=${seed} did not fail again`;
  const { fewest, failure } = shrunk;
  const lines = fewest.map(({ index, user, ...act }) => `\n  ${index} ${'ABCD'[user]} ${JSON.stringify(act)}`);
  const command = `MODEL_SEED=${seed} MODEL_ACTS=${fewest.map(({ index }) => index).join(',')}`;
  return `fewest acts: ${command}${lines.join('')}\n${failure?.stack ?? failure}`;
}

let failed;

async function handle({ seed, length, only }) {
  const acts = actsOf(seed, length);
  try {
    const chosen = acts.filter(({ index }) => only?.includes(index));
    if (only) await runSome(again(seed), chosen);
    parentPort.postMessage({ seed, faults: only ? [] : [...(await run(seed, acts))] });
  } catch (thrown) {
    if (!only) failed ??= { seed, acts, thrown };
    parentPort.postMessage({ seed, failure: String(thrown?.stack ?? thrown) });
  }
}

let slots = AT_ONCE;
parentPort.on('message', async (message) => {
  if (message !== 'end') return handle(message);
  if (--slots) return;
  // When nothing else runs: it takes many runs, and some fail only on a machine that has the time for them.
  if (failed) parentPort.postMessage({ shrunk: await fewestActs(failed) });
  parentPort.close();
  for (const ground of Object.values(grounds)) await (await ground).close();
});
for (let n = 0; n < AT_ONCE; n++) parentPort.postMessage('ready');
