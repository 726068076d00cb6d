// What an app pays: each entry point of dist/ with all that it imports, bundled, minified and compressed. The budgets
// are kB of gzip (package.json, "sizeBudgets") for what is loaded at once; what waits for its first use is shown beside.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const { sizeBudgets } = JSON.parse(readFileSync('package.json', 'utf8'));

/** What is bundled for each budget. */
const ENTRIES = {
  picker: ['elements/pipeline-status-picker/define.js'],
  filter: ['elements/pipeline-filter/define.js'],
  settings: ['elements/pipeline-settings/define.js'],
  'all with IndexedDB': ['define.js', 'adapters/indexeddb/adapter.js'],
  cdn: ['cdn/pipeline-elements.js'],
};

const imports = (files) => files.map((file) => `export * from './${file}';`).join('\n');

/** The files of a bundle: what loads at once, and what loads later. */
async function bundle(files) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: imports(files), resolveDir: resolve('dist') },
    // Not the repository's: its `paths` would bundle src/ beside dist/.
    tsconfigRaw: {},
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    outdir: '.',
    write: false,
    metafile: true,
    legalComments: 'none',
  });
  const contents = new Map(outputFiles.map((file) => [file.path, file.contents]));
  const bytes = (path) => contents.get(resolve(path));
  const now = new Set();
  const visit = (path) => {
    if (now.has(path)) return;
    now.add(path);
    for (const next of metafile.outputs[path].imports) if (next.kind === 'import-statement') visit(next.path);
  };
  const all = Object.keys(metafile.outputs);
  visit(all.find((path) => metafile.outputs[path].entryPoint === '<stdin>'));
  return { now: [...now].map(bytes), later: all.filter((path) => !now.has(path)).map(bytes) };
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
