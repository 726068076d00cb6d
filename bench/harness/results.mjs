// Reads and writes bench/results.json, the last run. The next run is compared with the committed one.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = 'bench/results.json';
const PATH = fileURLToPath(new URL('../results.json', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The groups of the last committed run; empty if there is none. */
export function readCommitted() {
  try {
    const options = { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] };
    return JSON.parse(execFileSync('git', ['show', `HEAD:${FILE}`], options).toString()).groups;
  } catch {
    return {};
  }
}

/** Replaces the groups that ran and keeps the others, each with the machine that it ran on. */
export function writeResults(groups) {
  const kept = existsSync(PATH) ? JSON.parse(readFileSync(PATH, 'utf8')).groups : {};
  const rounded = (key, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
  writeFileSync(PATH, `${JSON.stringify({ groups: { ...kept, ...groups } }, rounded, 2)}\n`);
}
