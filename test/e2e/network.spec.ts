/** Tests what users and hosts are told when a server cannot be used: signed out, blocked by the browser, too few connections. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, expect, test as base, type Page } from '@playwright/test';
import type { PipelineErrorEvent } from '../../src/events.js';

interface Reported {
  code: string;
  message: string;
}

/** A page and a small API, on any number of addresses of this machine. */
class SmallServer {
  readonly requests: { method: string; path: string }[] = [];
  /** Replaces the response to a request of the API, if it returns `true`. */
  handle = (_request: IncomingMessage, _response: ServerResponse, _path: string): boolean => false;
  /** Headers of all responses of the API. */
  headers: Record<string, string> = {};
  /** The page. */
  body = '';
  script = '';
  policy: string | undefined;
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #statusOf = new Map<string, string>();
  readonly #events: string[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async open(): Promise<SmallServer> {
    const server = new SmallServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  count(method: string, path: RegExp): number {
    return this.requests.filter((each) => each.method === method && path.test(each.path)).length;
  }

  /** As another user. */
  set(conversationId: string, statusId: string): void {
    this.#statusOf.set(conversationId, statusId);
    const seq = this.#events.length + 2;
    const entry = JSON.stringify(this.#entry(conversationId, seq));
    this.#events.push(`id: ${seq}\nevent: entry\ndata: ${entry}\n\n`);
    for (const stream of this.#streams) stream.write(this.#events.at(-1));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #entry(conversationId: string, version = 1) {
    const statusId = this.#statusOf.get(conversationId) ?? null;
    return { conversationId, contactId: null, statusId, version, changedAt: 1 };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?')[0]!;
    if (path.startsWith('/dist/')) {
      const file = await readFile(fileURLToPath(new URL(`../..${path}`, import.meta.url))).catch(() => undefined);
      response.writeHead(file ? 200 : 404, { 'content-type': 'text/javascript' }).end(file);
      return;
    }
    if (!path.startsWith('/api/')) {
      const policy = this.policy === undefined ? {} : { 'content-security-policy': this.policy };
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...policy }).end(this.#page(path));
      return;
    }
    const { method = 'GET' } = request;
    this.requests.push({ method, path });
    for (const [name, value] of Object.entries(this.headers)) response.setHeader(name, value);
    if (this.handle(request, response, path)) return;
    if (method === 'OPTIONS') return void response.writeHead(204).end();
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const json = (body: unknown): void =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const items = ['Leads', 'Purchase'].map((name, n) => ({
      id: name.toLowerCase(),
      name,
      color: '#2775f8',
      rank: `a${n}`,
      version: 1,
    }));
    if (path.endsWith('/statuses')) return json({ items, seq: '1' });
    if (path.endsWith('/batch-get')) {
      return json({ items: (JSON.parse(text) as { ids: string[] }).ids.map((id) => this.#entry(id)) });
    }
    if (path.endsWith('/counts')) return json({ byStatus: {}, none: 0 });
    if (method === 'PUT') {
      const id = path.split('/').at(-2)!;
      this.set(id, (JSON.parse(text) as { statusId: string }).statusId);
      return json(this.#entry(id, this.#events.length + 1));
    }
    if (path.endsWith('/changes')) {
      const since = Number(request.headers['last-event-id'] ?? 1);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`: hello\n\n${this.#events.slice(since - 1).join('')}`);
      this.#streams.add(response);
      response.on('close', () => this.#streams.delete(response));
      return;
    }
    response.writeHead(404).end();
  }

  #page(path: string): string {
    if (path === '/login') return '<!doctype html><title>Acme</title><h1>Sign in</h1>';
    return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Network</title><body>${this.body}
      <script type="module">import * as P from '/dist/cdn/pipeline-elements.js'; window.P = P; ${this.script}</script></html>`;
  }
}

const test = base.extend<{ server: SmallServer; other: SmallServer }>({
  server: async ({}, use) => {
    const server = await SmallServer.open();
    await use(server);
    server.close();
  },
  other: async ({}, use) => {
    const server = await SmallServer.open();
    await use(server);
    server.close();
  },
});

const PICKER = '<pipeline-status-picker conversation-id="c1"></pipeline-status-picker>';
const provided = (src: string): string => `<pipeline-provider src="${src}">${PICKER}</pipeline-provider>`;

async function open(page: Page, url: string): Promise<void> {
  await page.addInitScript(() => {
    const reported: Reported[] = [];
    Object.assign(window, { reported });
    document.addEventListener('pipeline-error', (event) => {
      const { code, message } = (event as PipelineErrorEvent).error;
      reported.push({ code, message });
    });
  });
  await page.goto(url);
}

const errors = (page: Page): Promise<Reported[]> =>
  page.evaluate(() => (window as unknown as { reported: Reported[] }).reported);

const trigger = (page: Page) => page.getByRole('combobox', { name: 'Pipeline status' });

async function pick(page: Page, name: string): Promise<void> {
  await trigger(page).click();
  await page.getByRole('option', { name, exact: true }).click();
}

/** Waits for the first error. */
async function firstError(page: Page): Promise<Reported> {
  await expect.poll(async () => (await errors(page)).length).toBeGreaterThan(0);
  return (await errors(page))[0]!;
}

const redirect =
  (location: string) =>
  (_request: IncomingMessage, response: ServerResponse): boolean => {
    response.writeHead(302, { location }).end();
    return true;
  };

test('a pick after the session has expired is refused with "Sign in again.", and not sent again', async ({
  page,
  server,
  other,
}) => {
  for (const location of ['/login', `${other.origin}/login`]) {
    server.handle = () => false;
    server.body = provided('/api');
    await open(page, server.origin);
    await expect(trigger(page)).toHaveText('No status');
    server.handle = redirect(location);
    const before = server.count('PUT', /c1/);
    await pick(page, 'Leads');
    expect((await firstError(page)).code).toBe('auth');
    await expect(page.locator('pipeline-status-picker')).toContainText('Sign in again.');
    await expect(trigger(page)).not.toHaveAttribute('aria-busy', 'true');
    expect(server.count('PUT', /c1/) - before).toBe(1);
  }
});

test('an expired session is renewed once for all calls, reads, writes and the stream, which are then repeated', async ({
  page,
  server,
}) => {
  let isSignedIn = false;
  server.handle = (request, response, path) => {
    if (path === '/api/renew') {
      isSignedIn = true;
      response.writeHead(204).end();
      return true;
    }
    return !isSignedIn && redirect('/login')(request, response);
  };
  server.body = `<pipeline-provider>${PICKER}<pipeline-settings></pipeline-settings></pipeline-provider>`;
  server.script = `window.renewals = 0;
    document.querySelector('pipeline-provider').adapter = new P.RestAdapter({
      baseUrl: '/api',
      onUnauthorized: async () => { window.renewals++; await fetch('/api/renew'); },
    });`;
  await open(page, server.origin);
  await expect(trigger(page)).toHaveText('No status');
  const renewals = () => page.evaluate(() => (window as unknown as { renewals: number }).renewals);
  expect(await renewals()).toBe(1);
  isSignedIn = false;
  await pick(page, 'Leads');
  await expect(trigger(page)).toHaveText('Leads');
  await expect(trigger(page)).not.toHaveAttribute('aria-busy', 'true');
  expect([await renewals(), await errors(page)]).toEqual([2, []]);
});

test('a redirect that only adds a slash is not taken for a sign-in page', async ({ page, server }) => {
  server.handle = (request, response, path) =>
    path.endsWith('/statuses') ? redirect('/api/statuses/')(request, response) : false;
  server.body = provided('/api');
  await open(page, server.origin);
  const error = await firstError(page);
  expect(error.code).toBe('bad-response');
  expect(error.message).toContain('/api/statuses/');
});

const CORS = { 'access-control-allow-methods': 'GET, POST, PUT', 'access-control-expose-headers': 'etag' };

test('a header that another origin does not allow is named, and the pick is refused at once', async ({
  page,
  server,
  other,
}) => {
  other.headers = {
    ...CORS,
    'access-control-allow-origin': server.origin,
    'access-control-allow-headers': 'content-type, last-event-id',
  };
  server.body = provided(`${other.origin}/api`);
  await open(page, server.origin);
  await expect(trigger(page)).toHaveText('No status');
  await pick(page, 'Leads');
  const { code, message } = await firstError(page);
  expect(code).toBe('unavailable');
  expect(message).toContain('"Access-Control-Allow-Headers: Idempotency-Key"');
  await expect(trigger(page)).not.toHaveAttribute('aria-busy', 'true');
  expect(other.count('OPTIONS', /c1/)).toBe(1);
});

test('an origin that the server does not allow is named', async ({ page, server, other }) => {
  server.body = provided(`${other.origin}/api`);
  await open(page, server.origin);
  const { code, message } = await firstError(page);
  expect(code).toBe('unavailable');
  expect(message).toContain(`"Access-Control-Allow-Origin: ${server.origin}"`);
});

test('a missing connect-src is named', async ({ page, server, other }) => {
  other.headers = { ...CORS, 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
  server.body = provided(`${other.origin}/api`);
  server.policy = "connect-src 'self'";
  await open(page, server.origin);
  const { code, message } = await firstError(page);
  expect(code).toBe('unavailable');
  expect(message).toContain(`Add ${other.origin} to its connect-src`);
  expect(other.requests).toEqual([]);
});

test('a page on https is told that its API needs https, too', async ({ page, server }) => {
  server.body = provided('http://api.test/api');
  await page.route('https://app.test/**', async (route) => {
    const response = await route.fetch({ url: server.origin + new URL(route.request().url()).pathname });
    await route.fulfill({ response });
  });
  await open(page, 'https://app.test/');
  const { code, message } = await firstError(page);
  expect(code).toBe('unavailable');
  expect(message).toContain('https');
});

test('a dead server is offline, whatever navigator.onLine says, and a working one is not', async ({
  page,
  server,
  other,
}) => {
  for (const isOnline of [true, false]) {
    await page.addInitScript((is) => {
      Object.defineProperty(Navigator.prototype, 'onLine', { configurable: true, get: () => is });
    }, isOnline);
    server.body = provided('/api');
    await open(page, server.origin);
    await expect(trigger(page)).toHaveText(isOnline ? 'No status' : 'Leads');
    await pick(page, isOnline ? 'Leads' : 'Purchase');
    await expect(trigger(page)).toHaveText(isOnline ? 'Leads' : 'Purchase');
    await expect(trigger(page)).not.toHaveAttribute('aria-busy', 'true');
    expect(await errors(page)).toEqual([]);
  }
  const { origin } = other;
  other.close();
  server.body = provided(`${origin}/api`);
  for (const isOnline of [true, false]) {
    await page.addInitScript((is) => {
      Object.defineProperty(Navigator.prototype, 'onLine', { configurable: true, get: () => is });
    }, isOnline);
    await open(page, server.origin);
    expect((await firstError(page)).code).toBe('offline');
  }
});

for (const session of [undefined, 'ani']) {
  test(`eight tabs of a plain http page load and stay up to date (${session ?? 'without a session name'})`, async ({
    server,
    launchOptions,
  }) => {
    server.body = provided('/api');
    if (session) server.headers = { 'pipeline-session': session };
    const args = [...(launchOptions.args ?? []), '--host-resolver-rules=MAP app.test 127.0.0.1'];
    const browser = await chromium.launch({ ...launchOptions, args });
    try {
      const context = await browser.newContext();
      const pages: Page[] = [];
      for (let n = 0; n < 8; n++) {
        const page = await context.newPage();
        pages.push(page);
        await page.goto(`http://app.test:${server.port}/`);
        await expect(trigger(page)).toHaveText('No status');
      }
      expect(await pages[0]!.evaluate(() => 'locks' in navigator), 'a secure page').toBe(false);
      server.set('c1', 'leads');
      for (const page of pages) await expect(trigger(page)).toHaveText('Leads');
      // The first tabs have the connections. When they are closed, others get them.
      for (const page of pages.splice(0, 4)) await page.close();
      server.set('c1', 'purchase');
      for (const page of pages) await expect(trigger(page)).toHaveText('Purchase');
    } finally {
      await browser.close();
    }
  });
}
