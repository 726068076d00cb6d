// Builds dist/ as published: ES modules with types, the manifest with files for editors, and the one-file build.
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { transform } from 'esbuild';
import { FILE } from './notices.mjs';
import { document } from './openapi.mjs';
import { run, runSteps } from './run.mjs';

const bin = (name, ...args) => run('node', [`node_modules/${name}`, ...args]);

/**
 * Fixes the generated types: the generator does not import the event classes, and does not allow object refs as in
 * React.
 */
async function finishJsxTypes() {
  const types = await readFile('dist/jsx.d.ts', 'utf8');
  const names = [...new Set(types.match(/\bPipeline\w+Event\b/g))].sort();
  const ref = 'ref?: (T | ((e: T) => void)) | undefined;';
  if (!types.includes(ref)) throw new Error('The generator of the JSX types has changed its output for refs.');
  const finished = types.replaceAll(
    ref,
    'ref?: T | { current: T | null } | ((element: T) => unknown) | null | undefined;',
  );
  await writeFile('dist/jsx.d.ts', `import type { ${names.join(', ')} } from './index.js';\n${finished}`);
}

/** Removes white space and comments from style sheets, which an app's minifier would not do in a template. */
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
    ['JSX types', finishJsxTypes],
    ['OpenAPI', () => writeFile('dist/openapi.json', `${JSON.stringify(document, null, 2)}\n`)],
    ['one file', () => bin('rollup/dist/bin/rollup', '-c', '--silent')],
    ['notices', () => copyFile(`dist/cdn/${FILE}`, FILE)],
  ],
  { stopsAtFailure: true },
);
process.exitCode = isOk ? 0 : 1;
