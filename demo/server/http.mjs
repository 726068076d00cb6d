// What every HTTP server of the demo does with a connection before anything looks at the request: whatever bytes arrive,
// the answer is a 4xx and the next request is served. Plain JavaScript, so that demo/serve.mjs needs no build for it.
import { createServer } from 'node:http';

/** Milliseconds for a request to arrive; slower ones only hold a connection. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** How often Node looks for them. */
const CHECK_MS = 5000;

/**
 * A path and query in visible ASCII (RFC 9112, 3.2.1). To `new URL()` two slashes at the start would name a host, and a
 * backslash in the path would be a slash.
 */
const ORIGIN_FORM = /^\/(?!\/)[!"$->@-[\]-~]*(?:\?[!"$-~]*)?$/;

const LIMITS = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS };

const ignore = () => undefined;

/**
 * The target of a request line as `{ pathname, search }`, normalized as `new URL()` does it. Takes origin-form, and
 * absolute-form when it names the host that the request was sent to. Never throws.
 *
 * @returns `undefined` for everything else, and for a path whose percent-encoding is no UTF-8.
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

/** RFC 9112, 3.2: more than one Host is an attempt to be two requests at once. Node keeps the first silently. */
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

/** Answers a request whose target cannot be read. */
export function refuseTarget(response) {
  const problem = {
    type: 'https://pipeline-elements.dev/problems/invalid',
    title: 'Invalid',
    status: 400,
    detail: 'The request line, or its Host, cannot be read.',
  };
  const headers = { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', Connection: 'close' };
  response.writeHead(400, headers).end(JSON.stringify(problem));
}

/**
 * Node's HTTP server with limits for slow requests, and with nothing that a request could end the process with.
 *
 * @param handle called with each request and response; what it throws, or rejects with, is logged and answered with 500.
 */
export function createHttpServer(handle) {
  const server = createServer(LIMITS, (request, response) => {
    // A client that goes away in the middle is no news; without a listener it could be an uncaught exception.
    request.on('error', ignore);
    response.on('error', ignore);
    new Promise((resolve) => resolve(handle(request, response))).catch((error) => {
      console.error(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Server error');
    });
  });
  // Without a listener Node closes the connection of a CONNECT without an answer.
  server.on('connect', (_, socket) => {
    socket.on('error', ignore);
    socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

/** Listens to this machine only. Resolves to the server when it does; 0 picks a free port. */
export async function listen(server, port) {
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
