/** A server with real sign-in for session tests: two users with a tenant each, by cookie or token, optionally slow. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test as base, type Page } from '@playwright/test';
import { loadServer } from '../../demo/server/load.mjs';

export type User = 'ani' | 'budi';
export type Tenant = 'red' | 'blue';

/** Each user's tenant. Everything in a tenant contains its name, so that leaked data is recognizable. */
export const TENANT_OF: Readonly<Record<User, Tenant>> = { ani: 'red', budi: 'blue' };
export const tokenOf = (user: User): string => `token-of-${user}`;

/** A request as it reached the API. */
export interface Arrived {
  method: string;
  path: string;
  user: User | undefined;
  session: string | undefined;
  body: string;
  status: number;
}

type Library = Awaited<ReturnType<typeof loadServer>>;
type Api = ReturnType<Library['createServer']>;

const COOKIE = /(?:^|; )sid=([\w-]+)/;

export class SessionServer {
  readonly arrived: Arrived[] = [];
  /** Delay of a request before it is processed, and of its response, in milliseconds. */
  delay = (): number => 0;
  /** Holds a request back until the promise that it returns is resolved. */
  hold = (_request: Arrived): Promise<void> | undefined => undefined;
  /** `false`: a server without session names. */
  namesSessions = true;
  readonly #pages = new Map<string, string>();
  readonly #sessions = new Map<string, User>();
  readonly #apis: Api[] = [];
  #http: HttpServer | undefined;
  #database: Awaited<ReturnType<Library['openPglite']>> | undefined;

  static async open(): Promise<SessionServer> {
    const sessionServer = new SessionServer();
    await sessionServer.#start();
    return sessionServer;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#http!.address() as AddressInfo).port}`;
  }

  /** Serves a page that has loaded the package. `script` runs as a module, with the package as `P`. */
  page(path: string, body: string, script = ''): string {
    this.#pages.set(
      path,
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sessions</title><body>${body}
      <script type="module">import * as P from '/dist/cdn/pipeline-elements.js'; window.P = P; ${script}</script></html>`,
    );
    return this.origin + path;
  }

  /** Signs in in the page's browser: all its tabs now belong to this user. */
  async signIn(page: Page, user: User): Promise<void> {
    await page.context().request.post(`${this.origin}/sign-in/${user}`);
  }

  /** The API of a user, without a page. */
  async call(user: User, method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.origin}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokenOf(user)}`,
        'content-type': 'application/json',
        ...(path.startsWith('/statuses/') ? { 'if-match': '*' } : {}),
        'x-test': 'direct',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? (JSON.parse(text) as unknown) : undefined;
  }

  /** Creates a user's statuses; their ids contain the tenant's name. */
  async pipeline(user: User, ...names: string[]): Promise<void> {
    const tenant = TENANT_OF[user];
    for (const name of names) {
      const data = { id: `${tenant}-${name.toLowerCase()}`, name: `${name} of ${tenant}`, color: '#2775f8' };
      await this.call(user, 'POST', '/statuses', data);
    }
  }

  async statuses(user: User): Promise<{ id: string; name: string }[]> {
    return ((await this.call(user, 'GET', '/statuses')) as { items: { id: string; name: string }[] }).items;
  }

  /** The status ids of the conversations that the server knows. */
  async entries(user: User, ...ids: string[]): Promise<Record<string, string | null>> {
    const { items } = (await this.call(user, 'POST', '/conversations/batch-get', { ids })) as {
      items: { conversationId: string; statusId: string | null }[];
    };
    return Object.fromEntries(items.map(({ conversationId, statusId }) => [conversationId, statusId]));
  }

  /** The writes that pages sent. */
  get writes(): Arrived[] {
    return this.arrived.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/batch-get'));
  }

  async close(): Promise<void> {
    this.#http?.closeAllConnections();
    this.#http?.close();
    for (const api of this.#apis) await api.close();
    await this.#database?.close();
  }

  async #start(): Promise<void> {
    const library = await loadServer();
    const database = (this.#database = await library.openPglite());
    const open = async () => ({ ...database, close: async () => undefined });
    const authorize = (request: Request, { tenant }: { tenant?: string | undefined } = {}) => {
      const user = this.#userOf(request.headers.get('cookie') ?? '', request.headers.get('authorization') ?? '');
      return user ? { tenant: tenant ?? TENANT_OF[user], user, roles: ['host' as const] } : null;
    };
    for (const basePath of ['/api', '/t/:tenant']) {
      this.#apis.push(library.createServer({ open, basePath, authorize }));
    }
    await Promise.all(this.#apis.map((api) => api.ready));
    const handlers = this.#apis.map((api) =>
      library.nodeHandler({ ...api, fetch: (request) => this.#pass(request, api) }),
    );
    this.#http = createServer((request, response) => void this.#handle(request, response, handlers));
    await new Promise<void>((resolve) => this.#http!.listen(0, '127.0.0.1', resolve));
  }

  #userOf(cookie: string, authorization: string): User | undefined {
    const bearer = /^Bearer token-of-(\w+)$/.exec(authorization)?.[1];
    if (bearer) return bearer as User;
    return this.#sessions.get(COOKIE.exec(cookie)?.[1] ?? '');
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
    handlers: ((request: IncomingMessage, response: ServerResponse) => boolean)[],
  ): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]!;
    if (path.startsWith('/sign-in/')) {
      const id = randomUUID();
      this.#sessions.set(id, path.slice('/sign-in/'.length) as User);
      response.writeHead(204, { 'set-cookie': `sid=${id}; HttpOnly; SameSite=Lax; Path=/` }).end();
      return;
    }
    const page = this.#pages.get(path);
    if (page !== undefined) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    if (path.startsWith('/dist/')) {
      const file = fileURLToPath(new URL(`../..${path}`, import.meta.url));
      const body = await readFile(file).catch(() => undefined);
      response.writeHead(body ? 200 : 404, { 'content-type': 'text/javascript; charset=utf-8' }).end(body);
      return;
    }
    if (!handlers.some((handle) => handle(request, response))) response.writeHead(404).end();
  }

  /** The API with delays, recording every request of a page. */
  async #pass(request: Request, api: Api): Promise<Response | undefined> {
    const { headers, method, url } = request;
    const path = new URL(url).pathname;
    if (headers.get('x-test') === 'direct') return api.fetch(request);
    const user = this.#userOf(headers.get('cookie') ?? '', headers.get('authorization') ?? '');
    const session = headers.get('pipeline-session') ?? undefined;
    const body = method === 'GET' ? '' : await request.clone().text();
    const arrived: Arrived = { method, path, user, session, body, status: 0 };
    this.arrived.push(arrived);
    const isStream = path.endsWith('/changes');
    await this.hold(arrived);
    if (!isStream) await pause(this.delay());
    const response = await api.fetch(request);
    if (!isStream) await pause(this.delay());
    if (!response) return response;
    arrived.status = response.status;
    const passed = new Response(response.body, response);
    // For tests that must know whose response it is.
    const tenant = /^\/t\/(\w+)\//.exec(path)?.[1] ?? (user && TENANT_OF[user]);
    if (tenant !== undefined) passed.headers.set('x-tenant', tenant);
    if (!this.namesSessions) passed.headers.delete('pipeline-session');
    return passed;
  }
}

const pause = (ms: number): Promise<void> | undefined =>
  ms ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;

export const test = base.extend<{ sessionServer: SessionServer }>({
  sessionServer: async ({}, use) => {
    const sessionServer = await SessionServer.open();
    await use(sessionServer);
    await sessionServer.close();
  },
});
