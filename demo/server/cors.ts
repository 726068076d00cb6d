// CORS headers for pages of other origins.

const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Pipeline-Session';
const EXPOSED_HEADERS = 'ETag, Retry-After, Idempotency-Replayed, Pipeline-Session';
const METHODS = 'GET, POST, PUT, PATCH, DELETE';

export const isPreflight = ({ method, headers }: Request, allowed: readonly string[]): boolean =>
  method === 'OPTIONS' && headers.has('access-control-request-method') && allowed.includes(headers.get('origin') ?? '');

export function preflight(): Response {
  const headers = {
    'Access-Control-Allow-Methods': METHODS,
    'Access-Control-Allow-Headers': REQUEST_HEADERS,
    'Access-Control-Max-Age': '600',
  };
  return new Response(null, { status: 204, headers });
}

/** `Access-Control-Allow-Credentials` is not set, so browsers do not send cookies from other origins. */
export function allowOrigin(request: Request, allowed: readonly string[], headers: Headers): void {
  headers.append('Vary', 'Origin');
  const origin = request.headers.get('origin');
  if (origin === null || !allowed.includes(origin)) return;
  headers.set('Access-Control-Allow-Origin', origin);
  headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}
