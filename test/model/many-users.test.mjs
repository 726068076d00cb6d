// Four users at once on a network that loses, delays, repeats and reorders, in front of the reference server. For every
// seed: nobody is told that something was done which was not, nothing is done twice, everyone sees the same in the end.
//   MODEL_SEED=17 npm test -- node test/model/many-users.test.mjs   one seed again; MODEL_SEED=1-50 several
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';

const [FIRST, LAST = FIRST] = (process.env.MODEL_SEED ?? (process.env.LONG ? '1-2000' : '1-200'))
  .split('-')
  .map(Number);
/** What each user does: in the quick run mostly a little, for a seed that is asked for all of it. */
const isQuick = !process.env.LONG && !process.env.MODEL_SEED;
/** After that many there is enough to look into. */
const MAX_FAILURES = 3;
const lengthOf = (seed) => (isQuick && seed % 10 ? 10 : 100);

/** Runs the seeds that `next` gives on a database of its own; resolves when there are none left. */
function work(next, report) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.mjs', import.meta.url));
    worker.on('message', (message) => {
      if (message !== 'ready') report(message);
      const seed = next();
      worker.postMessage(seed === undefined ? 'end' : { seed, length: lengthOf(seed) });
    });
    worker.on('error', reject);
    worker.on('exit', (code) => (code ? reject(new Error(`a worker ended with ${code}`)) : resolve()));
  });
}

it(`four users see the same, and nothing confirmed is lost: seeds ${FIRST} to ${LAST}`, async (t) => {
  const faults = {};
  const failures = [];
  let seed = FIRST;
  const next = () => (seed <= LAST && failures.length < MAX_FAILURES ? seed++ : undefined);
  const report = (message) => {
    for (const [fault, often] of message.faults ?? []) faults[fault] = (faults[fault] ?? 0) + often;
    if (!message.failure) return;
    failures.push(message.seed);
    t.diagnostic(`MODEL_SEED=${message.seed}\n${message.failure}`);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, () => work(next, report)));
  t.diagnostic(JSON.stringify(faults));
  assert.deepEqual(failures, [], 'seeds that failed');
  assert.ok(Object.keys(faults).length || LAST - FIRST < 20, 'no fault ever happened');
});
