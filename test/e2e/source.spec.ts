/** Tests where a real page gets its data from, starting with its first script. */
import { expect, test, type Page } from '@playwright/test';
import { letArrive, onItsWay, serve as serveSplit } from './lazy-page.js';

const ONE_FILE = '/dist/cdn/pipeline-elements.js';
const ELEMENTS = `<pipeline-status-picker conversation-id="c"></pipeline-status-picker>
  <pipeline-filter></pipeline-filter><pipeline-settings></pipeline-settings>`;

/** Records every database that the page opens. */
const WATCH = `globalThis.opened = [];
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (name, ...rest) { opened.push(name); return open.call(this, name, ...rest); };`;

/** Creates an adapter with one status, which conversation c has. */
const ADAPTER = `async function make(MemoryAdapter, name = 'Leads') {
    const adapter = new MemoryAdapter();
    await adapter.createStatus({ id: 'leads', name, color: '#2775f8' });
    await adapter.setStatus([{ conversationId: 'c' }], 'leads');
    return adapter;
  }`;

async function serve(page: Page, files: Record<string, string>): Promise<void> {
  await page.addInitScript(WATCH);
  await page.route('**/source/*', (route) => {
    const name = new URL(route.request().url()).pathname.split('/').pop()!;
    const body = files[name];
    if (body === undefined) return route.abort();
    const contentType = name.endsWith('.js') ? 'text/javascript' : 'text/html';
    return route.fulfill({ body, contentType });
  });
}

const html = (body: string): string =>
  `<!doctype html><html lang="en"><link rel="icon" href="data:,"><body>${body}</body></html>`;

const picker = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('combobox', { name: 'Pipeline status' });

/** What the page has opened, as recorded by the page and by the browser. */
const databases = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { opened } = globalThis as unknown as { opened: string[] };
    return [...opened, ...(await indexedDB.databases()).map(({ name }) => name!)];
  });

test.describe('the default database is never opened if the page sets another source', () => {
  const NAME = `const { MemoryAdapter, setDefaultAdapter } = library; setDefaultAdapter(await make(MemoryAdapter));`;
  const PAGES: Record<string, Record<string, string>> = {
    'in the module that registers the elements': {
      'page.html': html(`${ELEMENTS}<script type="module" src="app.js"></script>`),
      'app.js': `${ADAPTER} import * as library from '${ONE_FILE}'; ${NAME}`,
    },
    'in a module after that, with the elements between': {
      'page.html': html(
        `<script type="module" src="${ONE_FILE}"></script>${ELEMENTS}<script type="module" src="app.js"></script>`,
      ),
      'app.js': `${ADAPTER} import * as library from '${ONE_FILE}'; ${NAME}`,
    },
    'in an async module': {
      'page.html': html(`${ELEMENTS}<script type="module" async src="app.js"></script>`),
      'app.js': `${ADAPTER} import * as library from '${ONE_FILE}'; ${NAME}`,
    },
    'in a script that loads the module later': {
      'page.html': html(`${ELEMENTS}<script src="app.js"></script>`),
      'app.js': `${ADAPTER} addEventListener('load', async () => { const library = await import('${ONE_FILE}'); ${NAME} });`,
    },
    'when the page is parsed': {
      'page.html': html(`<script type="module" src="app.js"></script>${ELEMENTS}`),
      'app.js': `${ADAPTER} import * as library from '${ONE_FILE}';
        addEventListener('DOMContentLoaded', async () => { ${NAME} });`,
    },
    'as a promise that resolves later': {
      'page.html': html(`${ELEMENTS}<script type="module" src="app.js"></script>`),
      'app.js': `${ADAPTER} import { MemoryAdapter, setDefaultAdapter } from '${ONE_FILE}';
        setDefaultAdapter(fetch('config.js').then(() => make(MemoryAdapter)));`,
      'config.js': '',
    },
    'as a provider that the module creates': {
      'page.html': html(`<main></main><script type="module" src="app.js"></script>`),
      'app.js': `${ADAPTER} import { MemoryAdapter } from '${ONE_FILE}';
        const provider = document.createElement('pipeline-provider');
        provider.adapter = make(MemoryAdapter);
        provider.innerHTML = ${JSON.stringify(ELEMENTS)};
        document.querySelector('main').append(provider);`,
    },
  };
  for (const [name, files] of Object.entries(PAGES)) {
    test(name, async ({ page }) => {
      await serve(page, files);
      await page.goto('/source/page.html');
      await expect(picker(page)).toHaveText('Leads');
      expect(await databases(page)).toEqual([]);
    });
  }

  test('even if the elements are on the page long before', async ({ page }) => {
    await serve(page, {
      'page.html': html(
        `<script type="module" src="${ONE_FILE}"></script>${ELEMENTS}<script type="module" src="app.js"></script>`,
      ),
      'app.js': `${ADAPTER} import * as library from '${ONE_FILE}'; ${NAME}`,
    });
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    await page.route('**/source/app.js', async (route) => {
      await arrived;
      return route.fallback();
    });
    await page.goto('/source/page.html', { waitUntil: 'commit' });
    // They wait, because the page may still set its source.
    await expect(picker(page)).toHaveText('Loading statuses');
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    expect(await databases(page)).toEqual([]);
    arrive();
    await expect(picker(page)).toHaveText('Leads');
    expect(await databases(page)).toEqual([]);
  });
});

test('the default database is opened if the page sets no source, once its modules have run', async ({ page }) => {
  await serve(page, { 'page.html': html(`<script type="module" src="${ONE_FILE}"></script>${ELEMENTS}`) });
  await page.goto('/source/page.html');
  await expect(picker(page)).toHaveText('No status');
  expect(new Set(await databases(page))).toEqual(new Set(['pipeline-elements']));
});

test('it is also opened in a frame without a URL of its own', async ({ page }) => {
  await serve(page, { 'page.html': html('<iframe></iframe>') });
  await page.goto('/source/page.html');
  const frame = page.frames()[1]!;
  await frame.evaluate(async (path) => {
    document.body.append(document.createElement('pipeline-status-picker'));
    await import(path);
  }, ONE_FILE);
  await expect(frame.getByRole('combobox', { name: 'Pipeline status' })).toHaveText('No status');
});

test('setDefaultAdapter(null) restores it', async ({ page }) => {
  await serve(page, {
    'page.html': html(`${ELEMENTS}<script type="module" src="app.js"></script>`),
    'app.js': `${ADAPTER} import * as library from '${ONE_FILE}';
      library.setDefaultAdapter(await make(library.MemoryAdapter));
      globalThis.goBack = () => library.setDefaultAdapter(null);`,
  });
  await page.goto('/source/page.html');
  await expect(picker(page)).toHaveText('Leads');
  await page.evaluate(() => (globalThis as unknown as { goBack(): void }).goBack());
  await expect(picker(page)).toHaveText('No status');
  expect(await databases(page)).toContain('pipeline-elements');
});

test.describe('after a change of `src`', () => {
  /** A tenant of the reference server, with one status that conversation c has. */
  async function setUp(page: Page, tenant: string, name: string): Promise<void> {
    const send = (method: string, path: string, body: object): Promise<number> =>
      page.evaluate(
        async ([verb, url, data]) => {
          const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
          const { status } = await fetch(url, { method: verb, headers, body: JSON.stringify(data) });
          return status;
        },
        [method, `/api/${tenant}/${path}`, body] as const,
      );
    expect(await send('POST', 'statuses', { id: 'leads', name, color: '#2775f8' })).toBe(201);
    expect(await send('PUT', 'conversations/c/status', { statusId: 'leads' })).toBe(200);
  }

  test('a pending pick is neither reported nor resent, and an open list closes', async ({ page }) => {
    const [a, b] = ['a', 'b'].map((name) => `${name}-${Math.random().toString(36).slice(2)}`);
    await serve(page, {
      'page.html': html(`<script type="module" src="${ONE_FILE}"></script>
        <pipeline-provider src="/api/${a!}">${ELEMENTS}</pipeline-provider>`),
    });
    await page.goto('/source/page.html');
    await setUp(page, a!, 'OLD Leads');
    await setUp(page, b!, 'NEW Leads');
    await page.reload();
    await expect(picker(page)).toHaveText('OLD Leads');
    const told: string[] = [];
    await page.exposeFunction('told', (type: string) => told.push(type));
    await page.evaluate(() => {
      for (const type of ['pipeline-status-change', 'pipeline-error', 'pipeline-filter-change']) {
        document.addEventListener(type, () => (globalThis as unknown as { told(type: string): void }).told(type));
      }
    });
    const writes: string[] = [];
    page.on('request', (request) => request.method() === 'PUT' && writes.push(new URL(request.url()).pathname));
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route(`**/api/${a!}/conversations/**`, async (route) => {
      await answered;
      await route.continue();
    });
    await picker(page).click();
    await page.getByRole('option', { name: 'No status' }).click();
    await expect.poll(() => writes.length).toBe(1);
    await picker(page).click();
    await expect(page.getByRole('option')).toHaveCount(2);
    await page
      .locator('pipeline-provider')
      .evaluate((provider, src) => provider.setAttribute('src', src), `/api/${b!}`);
    await expect(page.getByRole('option')).toHaveCount(0);
    await expect(picker(page)).toHaveText('NEW Leads');
    answer();
    await expect.poll(async () => (await page.content()).includes('OLD')).toBe(false);
    await page.keyboard.press('Escape');
    await picker(page).click();
    await page.getByRole('option', { name: 'No status' }).click();
    await expect.poll(() => told).toEqual(['pipeline-status-change']);
    expect(new Set(writes)).toEqual(
      new Set([`/api/${a!}/conversations/c/status`, `/api/${b!}/conversations/c/status`]),
    );
  });
});

for (const [name, part, body] of [
  ['a list', 'picker-popup', '<pipeline-status-picker conversation-id="c2"></pipeline-status-picker>'],
  ['the popup of a filter', 'filter-popup', '<pipeline-filter></pipeline-filter>'],
] as const) {
  test(`${name} does not open for the next source when its code arrives`, async ({ page }) => {
    const { arrived, arrive } = onItsWay();
    await serveSplit(page, { body, part, answer: () => arrived });
    const trigger = page.getByRole(part === 'picker-popup' ? 'combobox' : 'button', {
      name: /^(Pipeline|Filter by) status$/,
    });
    await expect(trigger).toBeVisible();
    await trigger.click();
    await page
      .locator('pipeline-status-picker, pipeline-filter')
      .evaluate((element: Element & { adapter?: unknown }) => {
        const rejects = (): Promise<never> => Promise.reject(new Error('not for this'));
        element.adapter = { listStatuses: rejects, getEntries: rejects, setStatus: rejects };
      });
    await letArrive(page, part, arrive);
    expect(await trigger.getAttribute('aria-expanded')).toBe('false');
    await trigger.click();
    await expect(trigger).toHaveAttribute('aria-expanded', 'true');
  });
}
