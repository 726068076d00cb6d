/** Types of http.mjs. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export interface Target {
  pathname: string;
  search: string;
}

export function readTarget(request: Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders'>): Target | undefined;
export function refuseTarget(response: ServerResponse): void;
export function createHttpServer(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Server;
export function listen(server: Server, port: number): Promise<Server>;
