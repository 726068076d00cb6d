// Tests the package's entry points in plain Node, as on a server or in a build.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

/** Every entry point with its file; a pattern is expanded to its files. */
const entries = Object.entries(manifest.exports).flatMap(([entry, target]) => {
  if (!entry.includes('*')) return [[entry, target]];
  const folder = new URL(target.default.replace(/\*.*/, ''), root);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -3));
  const fill = (text, name) => text.replace('*', name);
  return names.map((name) => [
    fill(entry, name),
    { types: fill(target.types, name), default: fill(target.default, name) },
  ]);
});

const modules = entries.filter(([, target]) => target.default);
const specifier = (entry) => entry.replace(/^\./, manifest.name);

test('every entry point exists and has types', () => {
  for (const [entry, target] of entries) {
    for (const path of typeof target === 'string' ? [target] : Object.values(target)) {
      assert.ok(existsSync(new URL(path, root)), `${entry}: ${path} is missing`);
    }
  }
});

test('importing a class registers nothing', async () => {
  for (const [entry] of modules.filter(([entry]) => !entry.endsWith('/define'))) await import(specifier(entry));
  for (const tag of ['settings', 'status-picker', 'filter', 'provider']) {
    assert.equal(globalThis.customElements?.get(`pipeline-${tag}`), undefined, `<pipeline-${tag}> got registered`);
  }
});

for (const [entry] of modules) {
  test(`${specifier(entry)} imports in plain Node`, async () => {
    await import(specifier(entry));
  });
}

test('each define entry registers its own element and no other', async () => {
  // In Node the registry is Lit's stand-in; the tests above have defined the elements.
  for (const tag of ['settings', 'status-picker', 'filter', 'provider']) {
    assert.ok(globalThis.customElements.get(`pipeline-${tag}`), `<pipeline-${tag}> is not registered`);
  }
});

test('the manifest describes the four elements, also for editors and JSX', () => {
  const read = (path) => readFileSync(new URL(path, root), 'utf8');
  const declarations = JSON.parse(read('dist/custom-elements.json')).modules.flatMap(
    (module) => module.declarations ?? [],
  );
  const tags = ['pipeline-filter', 'pipeline-provider', 'pipeline-settings', 'pipeline-status-picker'];
  assert.deepEqual(declarations.map(({ tagName }) => tagName).sort(), tags);
  assert.deepEqual(
    JSON.parse(read('dist/vscode.html-custom-data.json'))
      .tags.map(({ name }) => name)
      .sort(),
    tags,
  );
  for (const tag of tags) assert.match(read('dist/jsx.d.ts'), new RegExp(`"${tag}"`));
});

test('an adapter does nothing on a server until it is used', async () => {
  const { IndexedDBAdapter } = await import('pipeline-elements/adapters/indexeddb');
  new IndexedDBAdapter({ database: 'x' });
  assert.throws(() => new IndexedDBAdapter({ database: '' }), { code: 'invalid', field: 'database' });
});
