// Serves the demo and the built library on localhost: demo/ at /, dist/ at /dist/.
// TypeScript is transpiled on the fly; nothing is written to disk.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { createHttpServer, listen, readTarget, refuseTarget } from './server/http.mjs';

const DEMO = fileURLToPath(new URL('.', import.meta.url));
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** The file for a path, or `undefined` if it would be outside its folder. */
function locate(pathname) {
  let path;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0') || path.includes('\\')) return undefined;
  const [root, rest] = path.startsWith('/dist/') ? [DIST, path.slice('/dist/'.length)] : [DEMO, path.slice(1)];
  const file = normalize(join(root, rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest));
  return file.startsWith(root.endsWith(sep) ? root : root + sep) ? file : undefined;
}

/** Error codes for paths that are not a readable file, including folders and names that are too long. */
const NOT_THERE = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG', 'ELOOP', 'EACCES', 'EINVAL'];

/** Resolves to `null` if the file does not exist. */
const read = (file) =>
  readFile(file).catch((error) => {
    if (NOT_THERE.includes(error.code)) return null;
    throw error;
  });

async function respond(pathname) {
  const file = locate(pathname);
  if (!file) return null;
  const type = TYPES[extname(file)];
  if (!type) return null;
  const body = await read(file);
  if (body) return { body, type };
  if (extname(file) !== '.js') return null;
  const source = await read(file.replace(/\.js$/, '.ts'));
  if (!source) return null;
  const { code } = await transform(source.toString(), {
    loader: 'ts',
    target: 'es2022',
    sourcemap: 'inline',
    sourcefile: file.slice(DEMO.length).replace(/\.js$/, '.ts'),
  });
  return { body: code, type };
}

/** Serves the demo's static files; can be used inside another server. */
export async function handleDemo(request, response) {
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  try {
    const target = readTarget(request);
    if (!target) return refuseTarget(response);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
      return;
    }
    const found = await respond(target.pathname);
    if (found) response.writeHead(200, { ...headers, 'Content-Type': found.type });
    else response.writeHead(404, { ...headers, 'Content-Type': TYPES['.txt'] });
    response.end(request.method === 'HEAD' ? undefined : (found?.body ?? 'Not found'));
  } catch (error) {
    console.error(error);
    if (!response.headersSent) response.writeHead(500, { ...headers, 'Content-Type': TYPES['.txt'] });
    response.end('Server error');
  }
}

/** Opens the demo's sign-in and API with their database. For API_TOKENS, DATABASE_URL and DATA_FOLDER, see main.ts. */
async function openServer() {
  const { loadServer } = await import('./server/load.mjs');
  const { openDemo, openFromEnv } = await loadServer();
  return openDemo({ open: () => openFromEnv(process.env), apiTokens: process.env.API_TOKENS });
}

/**
 * The whole demo as a handler for Node's HTTP server: `{ handle, close }`. The API server is opened by the first request
 * for it, so that the pages need neither its bundle nor its database.
 *
 * @param open resolves to the handler that is tried first: `{ handle(request, response): boolean, close() }`.
 */
export function createDemo(open = openServer) {
  let opening;
  const openOnce = () => {
    opening ??= open();
    // After a failure, the next request tries again.
    opening.catch(() => (opening = undefined));
    return opening;
  };
  return {
    async handle(request, response) {
      const target = readTarget(request);
      if (!target) return refuseTarget(response);
      if (/^\/(api|session)(\/|$)/.test(target.pathname)) {
        let server;
        try {
          server = await openOnce();
        } catch (error) {
          console.error(error);
          response.writeHead(503, { 'Content-Type': TYPES['.txt'], 'Retry-After': '5' });
          return response.end('The server could not be started');
        }
        if (server.handle(request, response)) return;
      }
      await handleDemo(request, response);
    },
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

/** Serves the demo on PORT until the process is told to stop. */
export async function serve(demo = createDemo()) {
  const server = createHttpServer(demo.handle);
  await listen(server, Number(process.env.PORT ?? 8000));
  const { port } = server.address();
  console.log(`pipeline-elements demo: http://localhost:${port} (with the server: /?adapter=rest)`);
  const stop = async () => {
    server.close();
    await demo.close();
    server.closeAllConnections();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve();
