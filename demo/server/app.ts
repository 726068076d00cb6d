/** Builds the Hono app of the API: the routes, and the responses to errors. */
import { Hono } from 'hono';
import { PipelineError, invalid } from '../../src/model/errors.js';
import { HttpError, errorResponse, problemResponse } from './problem.js';
import { createRoutes, type Env, type RouteOptions } from './routes.js';

export interface AppOptions extends RouteOptions {
  /** Where the routes are mounted, as a router pattern: `/api` or `/api/:tenant`. */
  basePath: string;
  onError(thrown: unknown): void;
}

/** The API for requests that have passed the request guard. */
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

/** The allowed methods of each path, for `405` responses. */
function methodsOf(routes: Hono<Env>): Map<string, string> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes.routes) {
    const own = method === 'GET' ? ['GET', 'HEAD'] : [method];
    methods.set(path, [...(methods.get(path) ?? []), ...own]);
  }
  return new Map([...methods].map(([path, list]) => [path, list.join(', ')]));
}
