import { Hono } from 'hono';
import { PipelineError, invalid } from '../../src/model/errors.js';
import { HttpError, errorResponse, problemResponse } from './problem.js';
import { createRoutes, type Env, type RouteOptions } from './routes.js';

export interface AppOptions extends RouteOptions {
  /** Where the routes are, as the router takes it: `/api`, or `/api/:tenant`. */
  basePath: string;
  onError(thrown: unknown): void;
}

/** The wire for callers who were let in: the routes, and how what goes wrong is told. */
export function createApp(options: AppOptions): Hono<Env> {
  const { basePath, onError } = options;
  const app = new Hono<Env>();
  const routes = createRoutes(options);

  app.route(basePath, routes);
  for (const [path, allow] of methodsOf(routes)) {
    app.all(`${basePath}${path}`, () => {
      const error = invalid('method', `must be one of: ${allow}.`);
      throw new HttpError(405, error, { Allow: allow });
    });
  }

  app.notFound((c) => problemResponse(new PipelineError('not-found', `There is no ${c.req.path}.`)));
  app.onError((thrown) => errorResponse(thrown, onError));
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
