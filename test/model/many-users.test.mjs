// Four users at once on a network that loses, delays, repeats and reorders, in front of the reference server. For every
// seed: nobody is told that something was done which was not, nothing is done twice, everyone sees the same in the end.
//   MODEL_SEED=17 npm test -- node test/model/many-users.test.mjs   one seed again; MODEL_SEED=1-50 several
//   MODEL_SEED=17 MODEL_ACTS=3,8,204 npm test -- node …             only these of its acts, as a failure names them
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { startPostgres } from '../server/postgres.mjs';

const { LONG, MODEL_SEED = LONG ? '1-2000' : '1-200', MODEL_ACTS } = process.env;
const [FIRST, LAST = FIRST] = MODEL_SEED.split('-').map(Number);
const only = MODEL_ACTS?.split(',').map(Number);
/** What each user does. */
const LENGTH = 100;
/** After that many there is enough to look into. */
const MAX_FAILURES = LONG ? 20 : 3;

let postgres;
before(async () => (postgres = await startPostgres()));
after(() => postgres?.stop());

/** Runs the seeds that `next` gives, in a thread of its own; resolves when there are none left. */
function work(next, report) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { postgres: postgres.url } });
    worker.on('message', (message) => {
      if (message !== 'ready') report(message);
      if (message.shrunk) return;
      const seed = next();
      worker.postMessage(seed === undefined ? 'end' : { seed, length: LENGTH, only });
    });
    worker.on('error', reject);
    worker.on('exit', (code) => (code ? reject(new Error(`a worker ended with ${code}`)) : resolve()));
  });
}

it(`four users see the same, and nothing confirmed is lost: seeds ${FIRST} to ${LAST}`, async (t) => {
  const faults = {};
  const failures = [];
  let [seed, done] = [FIRST, 0];
  const next = () => (seed <= LAST && failures.length < MAX_FAILURES ? seed++ : undefined);
  const report = (message) => {
    if (message.shrunk) return console.log(message.shrunk);
    // At once: a long run need not end to be looked into.
    if (++done % 100 === 0) console.log(`${done} seeds`);
    for (const [fault, often] of message.faults ?? []) faults[fault] = (faults[fault] ?? 0) + often;
    if (!message.failure) return;
    failures.push(message.seed);
    console.log(`failed: MODEL_SEED=${message.seed}\n${message.failure}`);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, () => work(next, report)));
  t.diagnostic(`${done} seeds: ${JSON.stringify(faults)}`);
  assert.deepEqual(failures, [], 'seeds that failed');
  assert.ok(Object.keys(faults).length || LAST - FIRST < 20, 'no fault ever happened');
});
