// Measures the reference server under load, on PostgreSQL.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../../test/server/postgres.mjs';
import { load } from '../harness/load.mjs';
import { Samples } from '../harness/samples.mjs';
import { percentile } from '../harness/stats.mjs';

const SERVER = fileURLToPath(new URL('../harness/rest-server.mjs', import.meta.url));
const CONNECTIONS = 8;
const MS = 1000;

const any = (count) => `c${Math.floor(Math.random() * count)}`;
const pick = (count) => ({
  method: 'PUT',
  path: `/conversations/${any(count)}/status`,
  // Not the last one, which is deleted during the test.
  body: { statusId: `s${Math.floor(Math.random() * 7)}` },
});
const DELETED = 's7';

const CALLS = {
  list: () => ({ path: '/statuses' }),
  'batch-get of 200': (count) => ({
    method: 'POST',
    path: '/conversations/batch-get',
    body: { ids: Array.from({ length: 200 }, () => any(count)) },
  }),
  pick,
  count: () => ({ path: '/counts?of=conversation' }),
  'first 50 of a filter by 3 statuses': () => ({
    path: '/conversations?op=any-of&status=s0&status=s1&status=s2&pageSize=50',
  }),
};

async function startServer(count, databaseUrl) {
  const child = spawn('node', [SERVER, count, ...(databaseUrl ? [databaseUrl] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [base] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(([code]) => Promise.reject(new Error(`The server ended with ${code}`))),
  ]);
  return {
    base,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

async function check(base, count) {
  const { byStatus, none } = await (await fetch(`${base}/counts?of=conversation`)).json();
  const sum = Object.values(byStatus).reduce((a, b) => a + b, none);
  if (sum !== count) throw new Error(`the server counts ${sum} conversations of ${count}`);
}

async function timed(base, path, init) {
  const start = performance.now();
  const response = await fetch(`${base}${path}`, {
    ...init,
    headers: { 'Idempotency-Key': crypto.randomUUID(), ...init.headers },
  });
  if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status}`);
  return performance.now() - start;
}

/** Deletes a status with a move of its conversations, and restores it, while picks continue. */
async function deleting(base, count, samples) {
  const { items } = await (await fetch(`${base}/statuses`)).json();
  const { version } = items.find(({ id }) => id === DELETED);
  const acts = [
    ['deleted', `/statuses/${DELETED}?moveTo=s0`, { method: 'DELETE', headers: { 'If-Match': `"${version}"` } }],
    ['brought back', `/statuses/${DELETED}/restore`, { method: 'POST' }],
  ];
  for (const [name, path, init] of acts) {
    const id = `rest-delete-${count}`;
    const title = `a status deleted with a move while picks go on, ${count.toLocaleString('en')} stored`;
    const [{ times }, took] = await Promise.all([
      load(base, () => pick(count), { connections: CONNECTIONS, ms: MS }),
      timed(base, path, init),
    ]);
    samples.add({ id, title, unit: 'ms' }, name, took);
    samples.add({ id, title, unit: 'ms' }, 'pick meanwhile, p99', percentile(times, 0.99));
  }
}

async function loading(count, rounds, samples) {
  // Durable commits, like in production.
  process.env.POSTGRES_FSYNC ??= 'on';
  const postgres = await startPostgres().catch(() => undefined);
  const where = postgres ? 'PostgreSQL' : 'PGlite';
  const server = await startServer(count, postgres?.url);
  try {
    await check(server.base, count);
    for (let round = 0; round < rounds; round++) {
      for (const [name, next] of Object.entries(CALLS)) {
        const { times, perSecond } = await load(server.base, () => next(count), { connections: CONNECTIONS, ms: MS });
        const id = `rest-${name.split(' ')[0]}-${count}`;
        const title = `${name} over REST on ${where}, ${count.toLocaleString('en')} stored`;
        samples.add({ id, title, unit: 'ms' }, 'p50', percentile(times, 0.5));
        samples.add({ id, title, unit: 'ms' }, 'p99', percentile(times, 0.99));
        samples.add({ id: `${id}-rate`, title: '', unit: '/s' }, `${CONNECTIONS} at a time`, perSecond);
      }
      await deleting(server.base, count, samples);
    }
  } finally {
    await server.stop();
    await postgres?.stop();
  }
}

export async function rest({ rounds, isFull }) {
  const samples = new Samples();
  for (const count of isFull ? [10_000, 100_000, 1_000_000] : [10_000, 100_000]) await loading(count, rounds, samples);
  return samples.summary();
}
