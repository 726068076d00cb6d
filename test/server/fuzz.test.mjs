// Random and mutated requests, down to the bytes on the socket: no exit, no 5xx, no slow answer, flat memory, and no answer
// with a stack trace in it.
//   FUZZ_SEED=17 npm test -- node test/server/fuzz.test.mjs    the same requests again; FUZZ_COUNT=1000 fewer of them
import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Connection } from './fuzz-client.mjs';
import { DEMO_CALLS, Requests } from './fuzz-requests.mjs';
import { STACK, sendRaw, statusesOf } from './raw.mjs';
import { until } from './support.mjs';

const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const COUNT = Number(process.env.FUZZ_COUNT ?? 50_000);
const DEMO_COUNT = Math.ceil(COUNT / 10);
/** At once: few, so that an answer waits for few others. */
const CONNECTIONS = 8;
const MAX_PIPELINED = 4;

const MAX_MS = 2000;
/** What a heap may differ by after as many requests again, bytes: a request that left a kilobyte would be far above. */
const MAX_GROWTH = 8_000_000;

console.log(`FUZZ_SEED=${SEED}`);

/** Sends so many requests; throws at the first answer that is wrong. `requests` is what the seed makes of them. */
async function attack(port, requests, count) {
  let sent = 0;
  const check = (text, bytes) => {
    const what = () =>
      `FUZZ_SEED=${SEED}: ${JSON.stringify(bytes.toString('latin1').slice(0, 1000))}\n${text.slice(0, 1000)}`;
    for (const status of statusesOf(text)) if (status >= 500) throw new Error(`status ${status}: ${what()}`);
    if (STACK.test(text)) throw new Error(`a stack trace: ${what()}`);
  };
  const work = async () => {
    const connection = new Connection(port);
    try {
      while (sent < count) {
        if (requests.chance(0.2)) {
          sent++;
          const bytes = requests.unframed();
          check(
            await sendRaw(port, bytes, { isHalfClosed: true, enough: (text) => text.includes('text/event-stream') }),
            bytes,
          );
          continue;
        }
        const several = Array.from({ length: requests.chance(0.05) ? 2 + requests.number(MAX_PIPELINED - 1) : 1 }, () =>
          requests.framed(),
        );
        sent += several.length;
        const { text } = await connection.send(several);
        check(text, Buffer.concat(several.map(({ bytes }) => bytes)));
      }
    } finally {
      connection.close();
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

const isAlive = (child) => child.exitCode === null && child.signalCode === null;

it(`${COUNT} requests to the reference server`, async (t) => {
  const child = fork(fileURLToPath(new URL('fuzz-server.mjs', import.meta.url)), { execArgv: ['--expose-gc'] });
  const ended = once(child, 'exit');
  const ask = async () => {
    child.send('report');
    const [report] = await Promise.race([
      once(child, 'message'),
      ended.then(([code]) => Promise.reject(new Error(`FUZZ_SEED=${SEED}: the server ended with ${code}`))),
    ]);
    return report;
  };
  const [{ port }] = await once(child, 'message');
  const requests = new Requests(SEED);
  const died = ended.then(([code]) => Promise.reject(new Error(`FUZZ_SEED=${SEED}: the server ended with ${code}`)));
  died.catch(() => undefined);
  try {
    // Code is compiled and caches are full after a third.
    await Promise.race([attack(port, requests, Math.ceil(COUNT / 3)), died]);
    const warm = await ask();
    await Promise.race([attack(port, requests, COUNT - Math.ceil(COUNT / 3)), died]);
    const end = await ask();
    assert.deepEqual(end.faults, [], `FUZZ_SEED=${SEED}`);
    assert.ok(end.slowest.ms < MAX_MS, `FUZZ_SEED=${SEED}: ${end.slowest.ms} ms for ${end.slowest.what}`);
    const growth = end.heap - warm.heap;
    t.diagnostic(
      `${end.answers} answers of handlers, slowest ${Math.round(end.slowest.ms)} ms, heap ${(warm.heap / 1e6).toFixed(1)} then ${(end.heap / 1e6).toFixed(1)} MB`,
    );
    assert.ok(growth < MAX_GROWTH, `FUZZ_SEED=${SEED}: the heap grew by ${growth} bytes`);
    assert.ok(isAlive(child));
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

it(`${DEMO_COUNT} requests to the server of the demo`, async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../demo/serve.mjs', import.meta.url))], {
    env: { ...process.env, PORT: '0', DATABASE_URL: '', API_TOKENS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (errors += text));
  const died = ended.then(([code]) => Promise.reject(new Error(`FUZZ_SEED=${SEED}: the server ended with ${code}`)));
  died.catch(() => undefined);
  try {
    const port = Number(await until(() => /localhost:(\d+)/.exec(output)?.[1], 'the server to start'));
    await Promise.race([attack(port, new Requests(SEED, DEMO_CALLS), DEMO_COUNT), died]);
    assert.equal(errors, '', `FUZZ_SEED=${SEED}: what is logged was not expected`);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 200);
    assert.ok(isAlive(child));
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});
