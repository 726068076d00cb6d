import { Hono } from 'hono';
import { PipelineError, invalid } from '../../src/model/errors.js';
import { tenantOf, type Authorize } from './access.js';
import { checkOrigin } from './headers.js';
import { HttpError, problemResponse } from './problem.js';
import { createRoutes, type Env, type RouteOptions } from './routes.js';
import { toPipelineError } from './sql.js';

export interface AppOptions extends RouteOptions {
  /** Where the API is, such as `/api`; the tenant's segment follows, unless `authorize` knows the tenant. */
  basePath: string;
  authorize: Authorize | undefined;
  /** Origins of other sites whose pages may use the API. */
  allowedOrigins: readonly string[];
  onError(thrown: unknown): void;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const CORS_HEADERS = 'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID';
const CORS_EXPOSED = 'ETag, Retry-After, Idempotency-Replayed';
const CORS_METHODS = 'GET, POST, PUT, PATCH, DELETE';

/** The wire: who may, the routes, and how what goes wrong is told. */
export function createApp(options: AppOptions): Hono<Env> {
  const { basePath, authorize, allowedOrigins, onError } = options;
  const app = new Hono<Env>();
  const base = authorize ? basePath : `${basePath}/:tenant`;
  const routes = createRoutes(options);

  app.use('*', async (c, next) => {
    await next();
    const { headers } = c.res;
    headers.set('Cache-Control', 'no-store');
    headers.set('X-Content-Type-Options', 'nosniff');
    if (allowedOrigins.length) allowOrigin(c.req.raw, allowedOrigins, headers);
  });

  app.use(`${base}/*`, async (c, next) => {
    const request = c.req.raw;
    if (isPreflight(request, allowedOrigins)) return preflight();
    c.set('caller', authorize ? await authorize(request) : { tenant: tenantOf(c.req.param('tenant')), isHost: true });
    if (!READS.has(request.method)) checkOrigin(request, allowedOrigins);
    return next();
  });

  app.route(base, routes);
  for (const [path, allow] of methodsOf(routes)) {
    app.all(`${base}${path}`, () => {
      const error = invalid('method', `must be one of: ${allow}.`);
      throw new HttpError(405, error, { Allow: allow });
    });
  }

  app.notFound((c) => problemResponse(new PipelineError('not-found', `There is no ${c.req.path}.`)));
  app.onError((thrown) => {
    if (thrown instanceof HttpError) return problemResponse(thrown.error, thrown.status, thrown.headers);
    const error = toPipelineError(thrown);
    if (error.code === 'unknown') onError(thrown);
    return problemResponse(error);
  });
  return app;
}

/** The methods of each path, for those that it does not have. */
function methodsOf(routes: Hono<Env>): Map<string, string> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes.routes) {
    const own = method === 'GET' ? ['GET', 'HEAD'] : [method];
    methods.set(path, [...(methods.get(path) ?? []), ...own]);
  }
  return new Map([...methods].map(([path, list]) => [path, list.join(', ')]));
}

const isPreflight = ({ method, headers }: Request, allowed: readonly string[]): boolean =>
  method === 'OPTIONS' && headers.has('access-control-request-method') && allowed.includes(headers.get('origin') ?? '');

function preflight(): Response {
  const headers = {
    'Access-Control-Allow-Methods': CORS_METHODS,
    'Access-Control-Allow-Headers': CORS_HEADERS,
    'Access-Control-Max-Age': '600',
  };
  return new Response(null, { status: 204, headers });
}

/** Without credentials: the API knows no cookies. */
function allowOrigin(request: Request, allowed: readonly string[], headers: Headers): void {
  headers.append('Vary', 'Origin');
  const origin = request.headers.get('origin');
  if (origin === null || !allowed.includes(origin)) return;
  headers.set('Access-Control-Allow-Origin', origin);
  headers.set('Access-Control-Expose-Headers', CORS_EXPOSED);
}
