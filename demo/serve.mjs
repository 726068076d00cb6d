// Serves the demo and the built library, to this machine only: demo/ at /, dist/ at /dist/.
// TypeScript is turned into JavaScript on the way; nothing is written.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

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

/** The file that a path names, or undefined when it would lie outside its folder. */
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

/** `null` for what is not there, a folder included. */
const read = (file) =>
  readFile(file).catch((error) => {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code)) return null;
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

/** Answers one request for the demo; usable inside another server too. */
export async function handleDemo(request, response) {
  const headers = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { ...headers, Allow: 'GET, HEAD' }).end();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const found = await respond(pathname);
    if (found) response.writeHead(200, { ...headers, 'Content-Type': found.type });
    else response.writeHead(404, { ...headers, 'Content-Type': TYPES['.txt'] });
    response.end(request.method === 'HEAD' ? undefined : (found?.body ?? 'Not found'));
  } catch (error) {
    console.error(error);
    if (!response.headersSent) response.writeHead(500, { ...headers, 'Content-Type': TYPES['.txt'] });
    response.end('Server error');
  }
}

let api;

/** The reference server, with its database; started by the first request for it, so that the rest needs neither. */
const openApi = () =>
  (api ??= import('./server/load.mjs').then(async ({ loadServer }) => (await loadServer()).openApi()));

async function handle(request, response) {
  try {
    if (request.url?.startsWith('/api/') && (await openApi()).handle(request, response)) return;
  } catch (error) {
    console.error(error);
    response.writeHead(500, { 'Content-Type': TYPES['.txt'] }).end('The server could not start');
    return;
  }
  await handleDemo(request, response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 8000);
  const server = createServer(handle).listen(port, '127.0.0.1', () => {
    console.log(`pipeline-elements demo: http://localhost:${port} (on a server: /?adapter=rest)`);
  });
  const stop = async () => {
    server.close();
    await (await api)?.close();
    server.closeAllConnections();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
}
