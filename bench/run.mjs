// npm run bench: measures the elements in comparison with their peers and lower bounds. See README.md in this folder.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../scripts/run.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
process.chdir(ROOT);

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    peers: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
});

async function must(command, args) {
  const { code } = await run(command, args, { isShown: true });
  if (code) process.exit(code);
}

if (!existsSync('bench/node_modules')) await must('npm', ['ci', '--prefix', 'bench', '--no-audit', '--no-fund']);
if (!options['no-build']) await must('node', ['scripts/build.mjs']);

const { measure } = await import('./harness/measure.mjs');
await measure({
  wanted: positionals.filter((name) => name !== 'full'),
  isFull: positionals.includes('full'),
  rounds: Number(options.rounds),
  peers: options.peers?.split(','),
});
