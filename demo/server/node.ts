/** Connects the server to Node's HTTP server. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { RequestError, getRequestListener } from '@hono/node-server';
import { PipelineError, invalid } from '../../src/model/errors.js';
import { createHttpServer, listen as listenOn, readTarget, refuseTarget } from './http.mjs';
import { problemResponse } from './problem.js';
import type { PipelineServer } from './server.js';

/**
 * Answers a request of Node's HTTP server. Returns `false`, leaving the request untouched, if it is not for the API.
 */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function nodeHandler(server: Pick<PipelineServer, 'fetch' | 'owns'>): NodeHandler {
  const listener = getRequestListener(
    async (request) => (await server.fetch(request)) ?? problemResponse(new PipelineError('not-found', 'Not found.')),
    { overrideGlobalObjects: false, hostname: 'localhost', errorHandler: answerUnreadable },
  );
  return (request, response) => {
    const target = readTarget(request);
    if (!target) {
      // Answered here even if it is not for the API, because no other handler could process it.
      refuseTarget(response);
      return true;
    }
    if (!server.owns(target.pathname)) return false;
    // From here on, everything sees the same path as `owns`.
    request.url = target.pathname + target.search;
    void listener(request, response).catch(() => response.destroy());
    return true;
  };
}

/** For requests that cannot be converted to a `Request`, such as one with a malformed Host header. */
function answerUnreadable(thrown: unknown): Response {
  if (thrown instanceof RequestError) return problemResponse(invalid('request', 'cannot be read.'), 400);
  return problemResponse(new PipelineError('unknown', 'Something went wrong on the server.'));
}

/** Serves the API on localhost only. Resolves to the HTTP server once it listens. */
export async function listen(handle: NodeHandler, port: number): Promise<Server> {
  const server = createHttpServer((request, response) => {
    if (!handle(request, response)) response.writeHead(404).end();
  });
  return listenOn(server, port);
}
