// Hardens the demo's HTTP servers at the connection level: malformed input gets a 4xx response and never breaks the
// server. Plain JavaScript, so that demo/serve.mjs does not have to bundle it.
import { createServer } from 'node:http';

/** Time limits for a request to arrive, in milliseconds: slow requests only occupy a connection. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** How often Node enforces them. */
const CHECK_MS = 5000;

/**
 * A path and query in visible ASCII (RFC 9112, 3.2.1). `new URL()` would read two leading slashes as the start of a
 * host name, and a backslash in the path as a slash.
 */
const ORIGIN_FORM = /^\/(?!\/)[!"$->@-[\]-~]*(?:\?[!"$-~]*)?$/;

const LIMITS = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS };

const ignore = () => undefined;

/**
 * Parses a request target into `{ pathname, search }`, normalized like `new URL()` does. Accepts the origin form, and
 * the absolute form if it names the host that the request was sent to. Never throws.
 *
 * @returns `undefined` for anything else, and for a path whose percent-encoding is not UTF-8.
 */
export function readTarget({ url = '', headers, rawHeaders }) {
  try {
    if (hostCount(rawHeaders) > 1) return undefined;
    const target = url.startsWith('/') ? url : originForm(url, headers.host);
    if (target === undefined || !ORIGIN_FORM.test(target)) return undefined;
    const { pathname, search } = new URL(`http://localhost${target}`);
    decodeURIComponent(pathname);
    if (pathname.startsWith('//')) return undefined;
    return { pathname, search };
  } catch {
    return undefined;
  }
}

/** More than one Host header is an attempt at request smuggling (RFC 9112, 3.2). Node silently keeps the first one. */
function hostCount(rawHeaders = []) {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i].toLowerCase() === 'host') count++;
  return count;
}

function originForm(url, host) {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#\\@]+)(.*)$/i.exec(url) ?? [];
  if (authority === undefined || authority.toLowerCase() !== host?.toLowerCase()) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Responds to a request whose target is malformed. */
export function refuseTarget(response) {
  const problem = {
    type: 'https://pipeline-elements.dev/problems/invalid',
    title: 'Invalid',
    status: 400,
    detail: 'The request line or its Host header is malformed.',
  };
  const headers = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', Connection: 'close' };
  response.writeHead(400, headers).end(JSON.stringify(problem));
}

/**
 * Creates an HTTP server with time limits for slow requests. No request can end the process.
 *
 * @param handle called with each request and response. If it throws or rejects, the error is logged and answered with
 * 500.
 */
export function createHttpServer(handle) {
  const server = createServer(LIMITS, (request, response) => {
    // A client that disconnects is not an error; without a listener it could become an uncaught exception.
    request.on('error', ignore);
    response.on('error', ignore);
    new Promise((resolve) => resolve(handle(request, response))).catch((error) => {
      console.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Server error');
    });
  });
  // Without a listener, Node closes the connection of a CONNECT request without a response.
  server.on('connect', (_, socket) => {
    socket.on('error', ignore);
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** Listens on localhost only; port 0 picks a free port. Resolves to the server once it listens. */
export async function listen(server, port) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
