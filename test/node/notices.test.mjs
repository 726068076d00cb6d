// Checks that the one-file build and the package include the licenses of all bundled packages.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import resolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
import { FILE, notices } from '../../scripts/notices.mjs';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The packages bundled into the single file, determined without the plugin under test. */
async function packagesInOneFile() {
  const build = await rollup({ input: 'dist/cdn.js', plugins: [resolve({ exportConditions: ['default'] })] });
  const { output } = await build.generate({ format: 'es', inlineDynamicImports: true });
  await build.close();
  const ids = Object.entries(output[0].modules).flatMap(([id, { renderedLength }]) => (renderedLength ? [id] : []));
  return [...new Set(ids.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []))];
}

test('the single file and the notices name every bundled package, its version and its full license', async () => {
  const packages = await packagesInOneFile();
  assert.ok(packages.length >= 6, packages.join());
  for (const text of [read('dist/cdn/pipeline-elements.js'), read(`dist/cdn/${FILE}`)]) {
    for (const name of packages) {
      const { version, license } = JSON.parse(read(`node_modules/${name}/package.json`));
      assert.ok(text.includes(`${name} ${version} (${license})`), `${name} is not named`);
      assert.ok(
        text.includes(read(`node_modules/${name}/LICENSE`).replaceAll('\r', '').trim()),
        `${name}: its license is missing`,
      );
    }
  }
});

test(`${FILE} in the root is the one of the build, and is published`, async () => {
  assert.equal(read(FILE), read(`dist/cdn/${FILE}`), 'It is outdated: commit the file that npm run build wrote.');
  const { stdout } = await promisify(execFile)('npm', [
    'pack',
    '--dry-run',
    '--json',
    '--ignore-scripts',
    '--loglevel=error',
  ]);
  const [{ files }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const paths = files.map(({ path }) => path);
  for (const path of [FILE, `dist/cdn/${FILE}`, 'LICENSE']) assert.ok(paths.includes(path), `${path} is not published`);
});

/** Bundles a generated package. */
async function bundlePackage(manifest, files) {
  const folder = mkdtempSync(join(tmpdir(), 'notices-'));
  try {
    const own = join(folder, 'node_modules', 'dep');
    mkdirSync(own, { recursive: true });
    const all = {
      'package.json': JSON.stringify({ name: 'dep', version: '1.2.3', main: 'index.js', ...manifest }),
      ...files,
    };
    for (const [name, text] of Object.entries({ 'index.js': 'export const a = document.title;', ...all }))
      writeFileSync(join(own, name), text);
    writeFileSync(join(folder, 'entry.js'), "export * from 'dep';");
    const build = await rollup({ input: join(folder, 'entry.js'), plugins: [resolve(), notices()] });
    const { output } = await build.generate({ format: 'es' });
    return output;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a package without a license text, owner or known license fails the build', async () => {
  const [LICENSE, license] = ['MIT License\n\nCopyright (c) Somebody', 'MIT'];
  await assert.rejects(bundlePackage({ license }, {}), /dep: has no license text/);
  await assert.rejects(bundlePackage({ license }, { LICENSE: 'Do as you like.' }), /names no owner/);
  for (const other of [undefined, 'GPL-3.0', 'SEE LICENSE IN LICENSE', 'UNLICENSED']) {
    await assert.rejects(bundlePackage({ license: other }, { LICENSE }), /its license has not been reviewed/);
  }
  for (const file of ['LICENSE', 'license.md', 'LICENCE.txt']) {
    const [chunk, asset] = await bundlePackage({ license }, { [file]: `${LICENSE} */ alert(1)` });
    assert.match(chunk.code, /dep 1\.2\.3 \(MIT\)\n\nMIT License\n\nCopyright \(c\) Somebody \* \/ alert/);
    assert.equal(asset.fileName, FILE);
  }
});
