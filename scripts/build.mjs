// Builds dist/ as it is published: ES modules with types, the manifest and what editors make of it, the one-file build.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { run, runSteps } from './run.mjs';

const bin = (name, ...args) => run('node', [`node_modules/${name}`, ...args]);

/** The generator names the event classes without importing them. */
async function importEvents() {
  const types = await readFile('dist/jsx.d.ts', 'utf8');
  const names = [...new Set(types.match(/\bPipeline\w+Event\b/g))].sort();
  await writeFile('dist/jsx.d.ts', `import type { ${names.join(', ')} } from './index.js';\n${types}`);
}

const isOk = await runSteps(
  [
    ['clean', () => rm('dist', { recursive: true, force: true })],
    ['modules and types', () => bin('typescript/bin/tsc', '-p', 'tsconfig.build.json')],
    [
      'manifest',
      () =>
        bin('@custom-elements-manifest/analyzer/cem.js', 'analyze', '--config', 'custom-elements-manifest.config.mjs'),
    ],
    ['JSX types', importEvents],
    ['one file', () => bin('rollup/dist/bin/rollup', '-c', '--silent')],
  ],
  { stopsAtFailure: true },
);
process.exitCode = isOk ? 0 : 1;
