// Shared by the server tests: both databases, instances on them, and a plain client.
import { after, before, describe } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load, loadServer } from '../../demo/server/load.mjs';
import { OPEN } from './open-access.mjs';
import { checkAnswer, requestFault } from './contract.mjs';
import { forServer, forTests, isTested } from './engine.mjs';
import { startPostgres } from './postgres.mjs';

export const server = await loadServer();
export const loadLibrary = () => load(fileURLToPath(new URL('library.ts', import.meta.url)));

let tenants = 0;
/** A tenant that no other test uses. */
export const newTenant = () => `t${process.pid}-${++tenants}`;

/** A client for one tenant that returns responses with their bodies parsed. */
export class Client {
  constructor(origin, tenant = newTenant()) {
    this.tenant = tenant;
    this.base = `${origin}/api/${encodeURIComponent(tenant)}`;
  }

  async call(method, path, body, headers = {}) {
    const init = { method, headers: { ...headers } };
    if (body !== undefined) {
      init.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      init.headers = { 'content-type': 'application/json', ...headers };
    }
    const response = await fetch(this.base + path, init);
    const text = await response.text();
    const isJson = text && response.headers.get('content-type')?.includes('json');
    const { status, headers: answered } = response;
    const answer = { status, headers: answered, body: isJson ? JSON.parse(text) : text, method, path };
    checkAnswer(method, path, answer);
    const fault = requestFault(method, path, new Headers(init.headers), init.body && Buffer.from(init.body).toString());
    if (fault && status < 400) throw new Error(`${method} ${path} was accepted, but the OpenAPI document: ${fault}`);
    return answer;
  }

  get = (path, headers) => this.call('GET', path, undefined, headers);
  post = (path, body, headers) => this.call('POST', path, body, headers);
  patch = (path, body, headers) => this.call('PATCH', path, body, headers);
  put = (path, body, headers) => this.call('PUT', path, body, headers);
  delete = (path, headers) => this.call('DELETE', path, undefined, headers);

  /** Creates statuses whose ids are their names in lower case. */
  async pipeline(...names) {
    const made = [];
    for (const name of names) {
      made.push((await this.post('/statuses', { id: name.toLowerCase(), name, color: '#2775f8' })).body);
    }
    return made;
  }

  pick = (id, statusId, headers, more = {}) =>
    this.put(`/conversations/${encodeURIComponent(id)}/status`, { statusId, ...more }, headers);

  async statuses() {
    return (await this.get('/statuses')).body.items;
  }

  async entries(...ids) {
    const { body } = await this.post('/conversations/batch-get', { ids });
    return Object.fromEntries(body.items.map((entry) => [entry.conversationId, entry]));
  }

  async counts(query = 'of=conversation') {
    return (await this.get(`/counts?${query}`)).body;
  }
}

/** The code of a problem response. */
export const codeOf = ({ body }) => body.type?.split('/').at(-1);

/** Only ends a test that hangs, so it is far longer than anything takes on a busy machine. */
const HANG_MS = 180_000;

/** Waits until `check` returns a truthy value, and resolves to it. */
export const until = async (check, what) => {
  const end = performance.now() + HANG_MS;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`waited ${HANG_MS} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/**
 * Runs the same tests on PGlite and on a PostgreSQL server, which must be installed or installable.
 *
 * @param body receives an object that opens instances: `world.start(options)` resolves to `{ api, origin, close }`.
 */
export function onBothDatabases(body, { only } = {}) {
  const kinds = {
    PGlite: async (world) => {
      world.database = await forTests(await server.openPglite());
      world.stop = () => world.database.close();
      // The database is shared by all instances, so none may close it.
      world.open = async () => forServer({ ...world.database, close: async () => undefined });
    },
    PostgreSQL: async (world) => {
      const postgres = await startPostgres();
      world.url = postgres.url;
      world.database = await forTests(await server.openPostgres(postgres.url, 4));
      world.stop = async () => {
        await world.database.close();
        await postgres.stop();
      };
      world.open = async () => forServer(await server.openPostgres(postgres.url));
    },
  };
  for (const [name, prepare] of Object.entries(kinds)) {
    if ((only && only !== name) || !isTested(name)) continue;
    describe(name, () => {
      const world = { name };
      const instances = new Set();
      world.start = async (options = {}) => {
        // A busy machine must not cause a timeout.
        const api = server.createServer({ open: world.open, requestTimeoutMs: HANG_MS, ...OPEN, ...options });
        await api.ready;
        const http = await server.listen(server.nodeHandler(api), 0);
        const instance = {
          api,
          http,
          origin: `http://127.0.0.1:${http.address().port}`,
          async close() {
            if (!instances.delete(instance)) return;
            await api.close();
            http.close();
            http.closeAllConnections();
          },
        };
        instances.add(instance);
        return instance;
      };
      before(async () => {
        await prepare(world);
        const { origin } = await world.start();
        world.origin = origin;
        world.client = (tenant) => new Client(origin, tenant);
      });
      after(async () => {
        await Promise.allSettled([...instances].map((instance) => instance.close()));
        await world.stop?.();
      });
      body(world);
    });
  }
}
