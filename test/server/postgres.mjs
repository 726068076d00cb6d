// A PostgreSQL server of one's own: on a free port of this machine, in a temporary folder, gone when it is stopped.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const isRoot = process.getuid?.() === 0;

/** The folder of `initdb` and `postgres`; undefined when there is none and none can be installed. */
function findPostgres() {
  const folders = [];
  try {
    folders.push(
      execFileSync('pg_config', ['--bindir'], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim(),
    );
  } catch {
    // Not installed, or not its development files.
  }
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) {
    const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    folders.push(...versions.map((version) => join(debian, version, 'bin')));
  }
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

function installPostgres() {
  if (!isRoot) return;
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    execFileSync('apt-get', ['update'], options);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'postgresql'], options);
  } catch {
    // No apt here, or no network: who calls sees that there is none.
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Resolves to `{ url, stop }`, or to undefined where no PostgreSQL is to be had. */
export async function startPostgres() {
  if (!findPostgres()) installPostgres();
  const bin = findPostgres();
  if (!bin) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-postgres-'));
  // PostgreSQL refuses to run as root.
  const asOther = isRoot && userInfo().username === 'root';
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
    // A crash of the machine is not what is tested.
    fsync: process.env.POSTGRES_FSYNC ?? 'off',
    max_connections: 100,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [program, args] = command('postgres', ['-D', data, ...flags]);
  // Ends with its input: so it ends with this process, however that ends.
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
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
