// Builds dist/ as it is published: ES modules with types, the manifest and what editors make of it, the one-file build.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { run, runSteps } from './run.mjs';

const bin = (name, ...args) => run('node', [`node_modules/${name}`, ...args]);

/** The generator names the event classes without importing them. */
async function importEvents() {
  const types = await readFile('dist/jsx.d.ts', 'utf8');
  const names = [...new Set(types.match(/\bPipeline\w+Event\b/g))].sort();
  await writeFile('dist/jsx.d.ts', `import type { ${names.join(', ')} } from './index.js';\n${types}`);
}

/** Style sheets without their white space and comments, which no minifier of an app would look for in a template. */
async function minifyStyles() {
  for (const file of await readdir('dist', { recursive: true })) {
    if (!file.endsWith('.js')) continue;
    const code = await readFile(`dist/${file}`, 'utf8');
    const [head, ...sheets] = code.split('css `');
    if (!sheets.length) continue;
    const minified = sheets.map(async (sheet) => {
      const end = sheet.indexOf('`');
      const style = await transform(sheet.slice(0, end), { loader: 'css', minifyWhitespace: true });
      return style.code.trim() + sheet.slice(end);
    });
    await writeFile(`dist/${file}`, [head, ...(await Promise.all(minified))].join('css `'));
  }
}

const isOk = await runSteps(
  [
    ['clean', () => rm('dist', { recursive: true, force: true })],
    ['modules and types', () => bin('typescript/bin/tsc', '-p', 'tsconfig.build.json')],
    ['style sheets', minifyStyles],
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
