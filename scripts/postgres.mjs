// Finds the PostgreSQL for the server tests, or installs one with a notice. DATABASE_URL names another server to use.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asRoot } from './as-root.mjs';

const DEBIAN = '/usr/lib/postgresql';

const say = (text) => console.error(`postgresql: ${text}`);

/** The newest folder with `initdb` and `postgres`. Debian does not put them on the PATH. */
function onThisMachine() {
  const { stdout, status } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(status === 0 ? [stdout.trim()] : []),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}

function fromApt() {
  const root = spawnSync('apt-get', ['--version']).status === 0 ? asRoot() : undefined;
  if (!root) return undefined;
  const apt = (...args) => {
    const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  say('none found: apt-get update');
  apt('update');
  say('apt-get install postgresql');
  apt('install', '-y', '--no-install-recommends', 'postgresql');
  return onThisMachine();
}

/** The folder of PostgreSQL's programs. Throws with instructions if none is found and none can be installed. */
export function findPostgres() {
  const found = process.env.POSTGRES_BIN || (onThisMachine() ?? fromApt());
  if (found) {
    // Processes started from here need not search again.
    process.env.POSTGRES_BIN = found;
    return found;
  }
  throw new Error(
    'No PostgreSQL was found and none could be installed. Install it (Debian, Ubuntu: apt-get install postgresql), ' +
      'or name a server on which databases may be created: DATABASE_URL=postgres://user@host/postgres npm test',
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(findPostgres());
