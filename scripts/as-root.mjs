/** Runs commands as root. */
import { spawnSync } from 'node:child_process';

/** The prefix that makes a command run as root; `undefined` if that needs a password. */
export function asRoot() {
  if (process.getuid?.() === 0) return [];
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}
