import { spawnSync } from 'node:child_process';

/** What to put before a command so that it runs as root; undefined where that takes a password. */
export function asRoot() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}
