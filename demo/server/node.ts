import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { RequestError, getRequestListener } from '@hono/node-server';
import { PipelineError, invalid } from '../../src/model/errors.js';
import { createHttpServer, listen as listenOn, readTarget, refuseTarget } from './http.mjs';
import { problemResponse } from './problem.js';
import type { PipelineServer } from './server.js';

/** Answers a request of Node's HTTP server; `false`: it is none of the API, and was not touched. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function nodeHandler(server: Pick<PipelineServer, 'fetch' | 'owns'>): NodeHandler {
  const listener = getRequestListener(
    async (request) =>
      (await server.fetch(request)) ?? problemResponse(new PipelineError('not-found', 'There is nothing here.')),
    { overrideGlobalObjects: false, hostname: 'localhost', errorHandler: answerUnreadable },
  );
  return (request, response) => {
    const target = readTarget(request);
    if (!target) {
      // Answered here, although it may be none of the API: no other handler could make sense of it.
      refuseTarget(response);
      return true;
    }
    if (!server.owns(target.pathname)) return false;
    // Everything after this reads the same path as `owns` did.
    request.url = target.pathname + target.search;
    void listener(request, response).catch(() => response.destroy());
    return true;
  };
}

/** A request that cannot be made into a `Request`, such as one with a Host that is no host. */
function answerUnreadable(thrown: unknown): Response {
  if (thrown instanceof RequestError) return problemResponse(invalid('request', 'cannot be read.'), 400);
  return problemResponse(new PipelineError('unknown', 'Something went wrong on the server.'));
}

/** Serves the API to this machine only. Resolves to the HTTP server when it listens. */
export async function listen(handle: NodeHandler, port: number): Promise<Server> {
  const server = createHttpServer((request, response) => {
    if (!handle(request, response)) response.writeHead(404).end();
  });
  return listenOn(server, port);
}
