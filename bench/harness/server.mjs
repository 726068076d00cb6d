// Serves what is measured, on localhost only: dist/ as built, and the peers, each bundled for production.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const bundles = new Map();

/** Bundles a file of bench/ with its packages; imports from /dist/ stay separate files. */
function bundle(path) {
  if (!bundles.has(path)) {
    bundles.set(
      path,
      build({
        entryPoints: [`${BENCH}${path}`],
        bundle: true,
        minify: true,
        format: 'esm',
        target: 'es2022',
        write: false,
        external: ['/dist/*', '/page/*', '/data/*'],
        define: { 'process.env.NODE_ENV': '"production"' },
        logLevel: 'error',
      }).then(({ outputFiles }) => outputFiles[0].contents),
    );
  }
  return bundles.get(path);
}

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title>
<link rel="icon" href="data:,"><body><main></main>`;

async function respond(pathname) {
  if (pathname === '/') return ['text/html; charset=utf-8', PAGE];
  if (pathname.includes('..')) return undefined;
  const javascript = 'text/javascript; charset=utf-8';
  if (pathname.startsWith('/dist/')) return [javascript, await readFile(DIST + pathname.slice('/dist/'.length))];
  if (/^\/(peers|page|databases)\/[\w-]+\.js$/.test(pathname)) return [javascript, await bundle(pathname.slice(1))];
  return undefined;
}

/**
 * Resolves to `{ origin, close }`.
 *
 * @param handle called first with each request and response; returns whether it responds.
 */
export async function serve(handle = () => false) {
  const server = createServer((request, response) => {
    if (handle(request, response)) return;
    respond(new URL(request.url, 'http://localhost').pathname).then(
      (found) => {
        if (!found) return response.writeHead(404).end();
        return response.writeHead(200, { 'Content-Type': found[0], 'Cache-Control': 'no-store' }).end(found[1]);
      },
      (error) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
