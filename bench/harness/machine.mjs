/** Describes the machine. */
import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';

const dependencies = ({ dependencies, devDependencies }) => ({ ...dependencies, ...devDependencies });
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

/** What the numbers depend on, without the name of the machine or its owner. */
export function describeMachine(chromium) {
  const cores = cpus();
  return {
    processor: cores[0].model.trim(),
    cores: cores.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release().split('-')[0]}`,
    node: process.versions.node,
    chromium,
  };
}

/** The exact versions of the compared packages. */
export const peerVersions = () => dependencies(read('../package.json'));
