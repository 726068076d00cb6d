// Starts a temporary PostgreSQL server on a free local port; it is deleted when it stops.
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { urlOf } from './engine.mjs';
import { findPostgres } from '../../scripts/postgres.mjs';

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Creates a database on an existing server. */
async function createOn(url) {
  const name = `pipeline_test_${randomUUID().replaceAll('-', '')}`;
  const run = async (text) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: urlOf(own.href), stop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Resolves to `{ url, stop }`, on the server in DATABASE_URL or on a temporary one. Throws if there is none. */
export async function startPostgres() {
  if (process.env.DATABASE_URL) return createOn(process.env.DATABASE_URL);
  const bin = findPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-postgres-'));
  // PostgreSQL refuses to run as root.
  const asOther = process.getuid?.() === 0;
  if (asOther) {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres']).toString());
    chownSync(folder, id('-u'), id('-g'));
  }
  const command = (name, args) =>
    asOther ? ['runuser', ['-u', 'postgres', '--', join(bin, name), ...args]] : [join(bin, name), args];
  const data = join(folder, 'data');
  execFileSync(...command('initdb', ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync']), {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
  });
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    // Surviving a power failure is not tested.
    fsync: process.env.POSTGRES_FSYNC ?? 'off',
    max_connections: 100,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [program, args] = command('postgres', ['-D', data, ...flags]);
  // PostgreSQL ends when its input ends, so it ends with this process, even after a crash.
  const watch = `"$@" & cat >/dev/null; kill -INT "$(head -n 1 "${data}/postmaster.pid")"; wait; rm -rf "${folder}"`;
  const child = spawn('sh', ['-c', watch, 'sh', program, ...args], { stdio: ['pipe', 'ignore', 'pipe'], cwd: folder });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let log = '';
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      log += text;
      if (log.includes('ready to accept connections')) resolve();
      if (log.length > 100_000) log = log.slice(-50_000);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}:\n${log}`)));
  });
  return {
    url: urlOf(`postgres://postgres@127.0.0.1:${port}/postgres`),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
