import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { PipelineServer } from './server.js';

/** Milliseconds for a request to arrive; slower ones only hold a connection. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;

/** Answers a request of Node's HTTP server; `false`: it is none of the API, and was not touched. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function nodeHandler(server: PipelineServer): NodeHandler {
  const listener = getRequestListener(async (request) => (await server.fetch(request))!, {
    overrideGlobalObjects: false,
  });
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (!server.owns(pathname)) return false;
    void listener(request, response);
    return true;
  };
}

/** Listens to this machine only. Resolves to the server when it does. */
export async function listen(handle: NodeHandler, port: number): Promise<Server> {
  const server = createHttpServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    if (!handle(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}
