/** A page with the elements on its own tenant, and a network whose responses the test controls. */
import {
  expect,
  type APIRequestContext,
  type BrowserContext,
  type Locator,
  type Page,
  type Route,
} from '@playwright/test';

import type { PipelineErrorEvent } from '../../src/events.js';

let tenants = 0;

export interface Status {
  id: string;
  name: string;
  version: number;
}

/** The server as seen by another user, past the page's network. */
export class Server {
  constructor(
    readonly request: APIRequestContext,
    readonly origin = '',
    readonly path = `/api/faults-${process.pid}-${++tenants}`,
  ) {}

  /** The same data, requested from another origin. */
  at(origin: string): Server {
    return new Server(this.request, origin, this.path);
  }

  async #call(method: string, path: string, data?: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await this.request.fetch(this.origin + this.path + path, { method, data, headers });
    if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`);
    return response.json();
  }

  /** Creates statuses whose ids are their names in lower case. */
  async pipeline(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.#call('POST', '/statuses', { id: name.toLowerCase(), name, color: '#2775f8' });
    }
  }

  async statuses(): Promise<Status[]> {
    return ((await this.#call('GET', '/statuses')) as { items: Status[] }).items;
  }

  rename(id: string, name: string): Promise<unknown> {
    return this.#call('PATCH', `/statuses/${id}`, { name }, { 'If-Match': '*' });
  }

  delete(id: string, moveTo = ''): Promise<unknown> {
    return this.#call('DELETE', `/statuses/${id}?moveTo=${moveTo}`, undefined, { 'If-Match': '*' });
  }

  pick(conversationId: string, statusId: string | null): Promise<unknown> {
    return this.#call('PUT', `/conversations/${conversationId}/status`, { statusId });
  }

  /** Every status that the conversation had, in order. */
  async history(conversationId: string): Promise<(string | null)[]> {
    const { items } = (await this.#call('GET', `/conversations/${conversationId}/history`)) as {
      items: { to: string | null }[];
    };
    return items.map(({ to }) => to);
  }
}

export interface Seen {
  method: string;
  /** Relative to the base URL. */
  path: string;
  key: string | undefined;
}

/** What happens to a request of the page. */
export type Handler = (route: Route, seen: Seen) => Promise<void> | void;

export const problem = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: `https://pipeline-elements.dev/problems/${code}`, title: code, status }),
});

const html = (base: string, conversations: number, script: string): string => `<!doctype html>
  <html lang="en"><meta charset="utf-8"><title>Faults</title>
  <script type="module">import '/dist/cdn/pipeline-elements.js'; ${script}</script>
  <pipeline-provider src="${base}">
    <pipeline-settings></pipeline-settings>
    ${Array.from({ length: conversations }, (_, n) => `<p><pipeline-status-picker conversation-id="c${n + 1}"></pipeline-status-picker></p>`).join('')}
  </pipeline-provider></html>`;

export class FaultPage {
  readonly seen: Seen[] = [];
  readonly problems: string[] = [];
  #handler: Handler = (route) => route.continue();

  private constructor(
    readonly page: Page,
    readonly server: Server,
  ) {
    page.on('pageerror', (error) => this.problems.push(String(error)));
  }

  /** `script` runs in the page before the elements look for their data. */
  static async open(
    context: BrowserContext,
    server: Server,
    {
      handler,
      conversations = 2,
      script = '',
      prepare,
    }: { handler?: Handler; conversations?: number; script?: string; prepare?(page: Page): Promise<void> } = {},
  ): Promise<FaultPage> {
    const page = await context.newPage();
    const own = new FaultPage(page, server);
    if (handler) own.#handler = handler;
    await prepare?.(page);
    await page.addInitScript(() => {
      const errors: string[] = [];
      Object.assign(window, { errors });
      document.addEventListener('pipeline-error', (event) => errors.push((event as PipelineErrorEvent).error.code));
    });
    await page.route('**/faults', (route) =>
      route.fulfill({ contentType: 'text/html', body: html(server.path, conversations, script) }),
    );
    await page.route(`**${server.path}/**`, (route, request) => {
      const path = new URL(request.url()).pathname.slice(server.path.length);
      const seen = { method: request.method(), path, key: request.headers()['idempotency-key'] };
      own.seen.push(seen);
      return own.#handler(route, seen);
    });
    await page.goto(`${server.origin}/faults`);
    return own;
  }

  /** Applies to future requests; pending ones are not affected. */
  handle(handler: Handler): void {
    this.#handler = handler;
  }

  /** The writes that the server received. */
  get writes(): Seen[] {
    return this.seen.filter(({ key }) => key !== undefined);
  }

  /** The codes of the errors that were reported to the page. */
  errors(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as { errors: string[] }).errors);
  }

  picker(conversation = 1): Locator {
    return this.page.locator(`pipeline-status-picker[conversation-id=c${conversation}]`);
  }

  trigger(conversation = 1): Locator {
    return this.picker(conversation).getByRole('combobox', { name: 'Pipeline status' });
  }

  async pick(name: string, conversation = 1): Promise<void> {
    await this.trigger(conversation).click();
    await this.page.getByRole('option', { name, exact: true }).click();
  }

  async shows(name: string, conversation = 1): Promise<void> {
    await expect(this.trigger(conversation)).toHaveText(name);
  }

  async isSaving(is: boolean, conversation = 1): Promise<void> {
    const busy = expect(this.trigger(conversation));
    await (is ? busy : busy.not).toHaveAttribute('aria-busy', 'true');
  }

  get settings(): Locator {
    return this.page.locator('pipeline-settings');
  }
}

/** A promise and how to resolve it. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
