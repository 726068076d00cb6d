// Bundles the server, which is written in TypeScript, so that plain Node can import it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const FOLDER = fileURLToPath(new URL('../../.cache/server/', import.meta.url));

/** Bundles a file of this repository, without npm packages, and imports it. */
export async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    // The `paths` of this repository's tsconfig would bundle a second copy of the package, with its own error classes.
    tsconfigRaw: {},
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const [{ contents }] = outputFiles;
  // Named by content hash, so that processes that start at the same time do not overwrite each other's file.
  const file = `${FOLDER}${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.mjs`;
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    const own = `${file}.${process.pid}`;
    writeFileSync(own, contents);
    renameSync(own, file);
  }
  return import(pathToFileURL(file).href);
}

export const loadServer = () => load(fileURLToPath(new URL('main.ts', import.meta.url)));
