// Finds the Chromium for the tests, or installs one with a notice. `node scripts/browser.mjs` prints its path.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { asRoot } from './as-root.mjs';

export const CHROMIUM_ARGS = [
  '--no-sandbox', // Chromium does not start with the sandbox as root, which is usual in containers
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FALLBACK = '@sparticuz/chromium';
const FALLBACK_VERSION = '153.0.0';
const CACHE = fileURLToPath(new URL('../.cache/chromium/', import.meta.url));

const say = (text) => console.error(`browser: ${text}`);

/** Whether a program only starts snap's Chromium, like Ubuntu's. Containers lack snap, and it cannot access /tmp. */
function isSnap(path) {
  if (/\/snap(\/|$)/.test(realpathSync(path))) return true;
  const start = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  readSync(file, start);
  closeSync(file);
  const text = start.toString('latin1');
  return text.startsWith('#!') && text.includes('/snap/');
}

const starts = (path) => spawnSync(path, ['--version', '--no-sandbox'], { timeout: 20_000 }).status === 0;

/** The first usable one of these programs on the PATH. */
export function onPath(names = NAMES) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find((path) => existsSync(path) && !isSnap(path) && starts(path));
}

/** Excludes Ubuntu, whose package starts snap. */
function hasChromiumPackage() {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*debian/m.test(system) && !/^ID(_LIKE)?=.*ubuntu/m.test(system);
}

function fromApt() {
  const root = hasChromiumPackage() && spawnSync('apt-get', ['--version']).status === 0 ? asRoot() : undefined;
  if (!root) return undefined;
  const apt = (...args) => {
    const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', ...args];
    return spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  };
  say('none found: apt-get update');
  apt('update');
  say('apt-get install chromium fonts-liberation');
  apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation');
  return onPath();
}

const UNPACKED = join(CACHE, 'chromium.sh');

/**
 * Installs a headless Chromium from an npm package, with libraries and fonts that a bare system lacks. Needs no root.
 */
async function fromNpm() {
  const wanted = `${FALLBACK}@${FALLBACK_VERSION}`;
  say(`none found: npm install ${wanted} into .cache/chromium`);
  rmSync(CACHE, { recursive: true, force: true });
  const args = ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  if (spawnSync('npm', [...args, '--prefix', CACHE, wanted], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
    return undefined;
  }
  say('unpacking it');
  const folder = join(CACHE, 'node_modules', FALLBACK);
  const { default: chromium, inflate } = await import(pathToFileURL(join(folder, 'build/index.js')).href);
  // It unpacks into the temporary folder under fixed names, where anyone could have planted files.
  const { TMPDIR } = process.env;
  process.env.TMPDIR = CACHE;
  await chromium.executablePath();
  await inflate(join(folder, 'bin/al2023.tar.br'));
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  writeFileSync(join(CACHE, 'fonts/fonts.conf'), `<fontconfig><dir>${join(CACHE, 'fonts')}</dir></fontconfig>\n`);
  // Written last, so that its existence means that the installation is complete.
  const script = [
    '#!/bin/sh',
    'here=$(dirname "$0")',
    'export LD_LIBRARY_PATH="$here/al2023/lib"',
    '[ -d /etc/fonts ] || export FONTCONFIG_PATH="$here/fonts"',
    'exec "$here/chromium" "$@"',
  ];
  writeFileSync(UNPACKED, `${script.join('\n')}\n`, { mode: 0o755 });
  return starts(UNPACKED) ? UNPACKED : undefined;
}

/** The path of a Chromium that starts. Throws with instructions if none is found and none can be installed. */
export async function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const known = onPath() ?? (existsSync(UNPACKED) && starts(UNPACKED) ? UNPACKED : undefined);
  const found = known ?? fromApt() ?? (await fromNpm().catch((error) => void say(error.message)));
  if (!found) {
    throw new Error(
      'No Chromium was found and none could be installed. Install Chromium or Chrome, ' +
        'or set CHROMIUM to the path of one: CHROMIUM=/path/to/chrome npm test',
    );
  }
  // Processes started from here need not search again.
  process.env.CHROMIUM = found;
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(await findBrowser());
