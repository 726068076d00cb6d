// Runs seeds that it is sent, a few at once, on a server and an embedded database of its own.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';
import { load, loadServer } from '../../demo/server/load.mjs';

/** Seeds at once: while one waits for its network, the others go on. */
const AT_ONCE = 4;
const SHRINKING_MS = 60_000;
const USERS = 4;
/** More often than the streams' users, whose clock is fast, give up on a silent one. */
const HEARTBEAT_MS = 100;

Error.stackTraceLimit = 5;
const { createServer, openPglite } = await loadServer();
const { Chaos, actArb, runScenario } = await load(fileURLToPath(new URL('library.ts', import.meta.url)));

const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const database = await openPglite();
const server = createServer({ open: async () => database, heartbeatMs: HEARTBEAT_MS });
await server.ready;
const upstream = (request) => server.fetch(request);
const chaos = new Chaos(upstream);
await chaos.listen();
const ground = { server: upstream, chaos, query: (text, values) => database.query(text, values) };

async function run(seed, acts) {
  const before = unhandled.length;
  const faults = await runScenario(ground, seed, acts);
  if (unhandled.length > before) throw new Error(`nobody handled: ${unhandled.at(-1)?.stack ?? unhandled.at(-1)}`);
  return faults;
}

const list = fc.array(actArb, { maxLength: 100 * USERS });

/** The fewest acts that still fail. Timing is not the seed's to decide: some failures do not come twice. */
async function shrink(seed, acts) {
  const details = await fc.check(
    fc.asyncProperty(list, async (shorter) => void (await run(seed, shorter))),
    { examples: [[acts]], numRuns: 1, interruptAfterTimeLimit: SHRINKING_MS },
  );
  if (!details.failed || !details.counterexample) return 'did not fail again';
  const [fewest] = details.counterexample;
  const lines = fewest.map((act, n) => `  ${'ABCD'[n % USERS]} ${JSON.stringify(act)}`);
  return `fewest acts:\n${lines.join('\n')}\n${details.errorInstance?.stack}`;
}

async function handle({ seed, length }) {
  const size = length * USERS;
  const [acts] = fc.sample(fc.array(actArb, { minLength: size, maxLength: size }), { seed, numRuns: 1 });
  try {
    parentPort.postMessage({ seed, faults: [...(await run(seed, acts))] });
  } catch (thrown) {
    const failure = `${thrown?.stack ?? thrown}\n${await shrink(seed, acts)}`;
    parentPort.postMessage({ seed, failure });
  }
}

let slots = AT_ONCE;
parentPort.on('message', async (message) => {
  if (message !== 'end') return handle(message);
  if (--slots) return;
  parentPort.close();
  chaos.close();
  await server.close();
});
for (let n = 0; n < AT_ONCE; n++) parentPort.postMessage('ready');
