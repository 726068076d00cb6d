// Measures each entry point of dist/ with its imports: bundled by rollup, minified and compressed. The budgets
// (package.json, "sizeBudgets") are kB of gzip for what is loaded initially; lazy code is shown separately.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import nodeResolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';

const { sizeBudgets } = JSON.parse(readFileSync('package.json', 'utf8'));

/** The entries that are bundled for each budget. */
const ENTRIES = {
  picker: ['elements/pipeline-status-picker/define.js'],
  filter: ['elements/pipeline-filter/define.js'],
  settings: ['elements/pipeline-settings/define.js'],
  'all with IndexedDB': ['define.js', 'adapters/indexeddb/adapter.js'],
  cdn: ['cdn/pipeline-elements.js'],
};

const ENTRY = 'entry';

/** The files of an app that only consists of these entries: the initial ones and the lazy ones. */
async function bundle(files) {
  const entry = {
    name: ENTRY,
    resolveId: (id) => (id === ENTRY ? resolve('dist/entry.js') : null),
    load: (id) =>
      id === resolve('dist/entry.js') ? files.map((file) => `export * from './${file}';`).join('\n') : null,
  };
  const build = await rollup({
    input: ENTRY,
    // Lit's production build, without the `development` condition.
    plugins: [entry, nodeResolve({ exportConditions: ['default'] }), terser({ format: { comments: false } })],
  });
  const { output } = await build.generate({ format: 'es' });
  await build.close();
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const now = new Set();
  const visit = (name) => {
    if (now.has(name)) return;
    now.add(name);
    chunks.get(name).imports.forEach(visit);
  };
  visit(output.find((chunk) => chunk.isEntry).fileName);
  const codeOf = (isNow) =>
    [...chunks.values()].filter(({ fileName }) => now.has(fileName) === isNow).map(({ code }) => code);
  return { now: codeOf(true), later: codeOf(false) };
}

const kB = (bytes) => (bytes / 1000).toFixed(1).padStart(7);
const total = (files, compress) => files.reduce((sum, file) => sum + compress(file).length, 0);
const gzip = (file) => gzipSync(file, { level: 9 });

console.log('   gzip  brotli  budget    later  kB');
for (const [name, files] of Object.entries(ENTRIES)) {
  const missing = files.filter((file) => !existsSync(`dist/${file}`));
  const budget = sizeBudgets[name];
  if (missing.length || budget === undefined) {
    console.log(`${name}: missing ${missing.join(', ') || 'its budget in package.json'}`);
    process.exitCode = 1;
    continue;
  }
  const { now, later } = await bundle(files);
  const size = total(now, gzip);
  const numbers = [kB(size), kB(total(now, brotliCompressSync)), kB(budget * 1000), kB(total(later, gzip))];
  const verdict = size > budget * 1000 ? 'OVER BUDGET' : '';
  if (verdict) process.exitCode = 1;
  console.log(`${numbers.join(' ')}   ${name} ${verdict}`.trimEnd());
}
