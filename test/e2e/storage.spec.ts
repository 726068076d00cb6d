/** Tests what elements show when the browser's storage is deleted, upgraded, blocked or broken, with real tabs. */
import { readFileSync } from 'node:fs';
import { expect, test, type BrowserContext, type Locator, type Page } from '@playwright/test';
import type * as Library from '../../src/index.js';

declare const library: typeof Library;

const ONE_FILE = '/dist/cdn/pipeline-elements.js';
const FIXTURE: unknown = JSON.parse(readFileSync('src/adapters/indexeddb/fixtures/version-1.json', 'utf8'));

const html = (body: string): string =>
  `<!doctype html><html lang="en"><link rel="icon" href="data:,"><body>${body}</body></html>`;

const ELEMENTS = html(`<pipeline-settings></pipeline-settings>
  <pipeline-status-picker conversation-id="c-1"></pipeline-status-picker>
  <script>globalThis.errors = []; addEventListener('pipeline-error', ({ error }) => errors.push(error.code));</script>
  <script type="module">import '${ONE_FILE}';</script>`);

/** A page of the same site without elements, whose adapters are made by the test. */
const BARE = html(
  `<script type="module">globalThis.library = await import('${ONE_FILE}'); document.title = 'ready';</script>`,
);

async function serve(context: BrowserContext): Promise<void> {
  await context.route('**/storage/*', (route) =>
    route.fulfill({
      body: route.request().url().endsWith('elements.html') ? ELEMENTS : BARE,
      contentType: 'text/html',
    }),
  );
}

async function open(context: BrowserContext, name: 'elements' | 'bare'): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`/storage/${name}.html`);
  if (name === 'bare') await expect(page).toHaveTitle('ready');
  return page;
}

/** Stores a status, which conversation c-1 has. */
const fill = (page: Page, name: string): Promise<void> =>
  page.evaluate(async (name) => {
    const adapter = new library.IndexedDBAdapter();
    await adapter.createStatus({ id: 'leads', name, color: '#2775f8' });
    await adapter.setStatus([{ conversationId: 'c-1' }], 'leads');
    await adapter.close();
  }, name);

const picker = (page: Page): Locator => page.getByRole('combobox', { name: 'Pipeline status' });
const settings = (page: Page): Locator => page.locator('pipeline-settings');

/** Creates the database of the fixture in the page, and keeps it open: as a page of a former release that gives way, or not. */
const openFormerRelease = (page: Page, givesWay: boolean): Promise<void> =>
  page.evaluate(
    ({ fixture, givesWay }) => {
      const { version, stores } = fixture as {
        version: number;
        stores: Record<string, { keyPath: string; indexes: Record<string, string[]>; records: object[] }>;
      };
      const request = indexedDB.open('pipeline-elements', version);
      request.onupgradeneeded = () => {
        for (const [name, { keyPath, indexes, records }] of Object.entries(stores)) {
          const store = request.result.createObjectStore(name, { keyPath });
          for (const [index, path] of Object.entries(indexes)) store.createIndex(index, path);
          for (const record of records) store.put(record);
        }
      };
      return new Promise<void>((resolve, reject) => {
        request.onerror = () => reject(request.error!);
        request.onsuccess = () => {
          if (givesWay) request.result.onversionchange = () => request.result.close();
          resolve();
        };
      });
    },
    { fixture: FIXTURE, givesWay },
  );

test.beforeEach(({ context }) => serve(context));

test('a database that another tab deletes and fills again is shown by every tab', async ({ context }) => {
  const host = await open(context, 'bare');
  await fill(host, 'Leads');
  const tabs = [await open(context, 'elements'), await open(context, 'elements')];
  for (const tab of tabs) await expect(picker(tab)).toHaveText('Leads');
  await host.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase('pipeline-elements');
        request.onsuccess = resolve;
        request.onblocked = () => reject(new Error('A tab did not close its connection.'));
      }),
  );
  for (const tab of tabs) {
    await expect(picker(tab)).toHaveText('No status');
    await expect(settings(tab).getByText('Set up your pipeline')).toBeVisible();
  }
  // The same ids and the same versions as before.
  await fill(host, 'Anew');
  for (const tab of tabs) {
    await expect(picker(tab)).toHaveText('Anew');
    await expect(settings(tab).getByText('Anew')).toBeVisible();
  }
});

test('after "Clear site data" every tab shows that nothing is stored, and can store again', async ({ context }) => {
  const host = await open(context, 'bare');
  await fill(host, 'Leads');
  const tabs = [await open(context, 'elements'), await open(context, 'elements')];
  for (const tab of tabs) await expect(picker(tab)).toHaveText('Leads');
  const session = await context.newCDPSession(host);
  await session.send('Storage.clearDataForOrigin', { origin: new URL(host.url()).origin, storageTypes: 'all' });
  for (const tab of tabs) await expect(settings(tab).getByText('Set up your pipeline')).toBeVisible();
  await settings(tabs[0]!).getByRole('button', { name: 'Use example statuses' }).click();
  for (const tab of tabs) await expect(settings(tab).getByText('Repurchase')).toBeVisible();
});

test('an open page of the former release gives way: this one shows its data', async ({ context }) => {
  const former = await open(context, 'bare');
  await openFormerRelease(former, true);
  const tab = await open(context, 'elements');
  await expect(picker(tab)).toHaveText('Purchase');
  await expect(settings(tab).getByText('Negotiation')).toBeVisible();
});

test('a page of the former release that does not give way is named; its data is shown as soon as it is closed', async ({
  context,
}) => {
  const former = await open(context, 'bare');
  await openFormerRelease(former, false);
  const tab = await open(context, 'elements');
  await expect(settings(tab).getByText('Close other tabs of this page')).toBeVisible();
  await former.close();
  await expect(picker(tab)).toHaveText('Purchase');
  await expect(settings(tab).getByText('Close other tabs of this page')).toBeHidden();
});

test('a newer release upgrades: open pages say that they have to be reloaded', async ({ context }) => {
  const host = await open(context, 'bare');
  await fill(host, 'Leads');
  const tab = await open(context, 'elements');
  await expect(picker(tab)).toHaveText('Leads');
  await host.evaluate(async () => {
    const [{ version }] = (await indexedDB.databases()) as [{ version: number }];
    await new Promise((resolve, reject) => {
      const request = indexedDB.open('pipeline-elements', version + 1);
      request.onsuccess = resolve;
      request.onblocked = () => reject(new Error('A tab did not close its connection.'));
    });
  });
  await expect(settings(tab).getByText('Reload this page to update it.')).toBeVisible();
});

test("another app's database is named in the error, and left as it is", async ({ context }) => {
  const host = await open(context, 'bare');
  await host.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const request = indexedDB.open('pipeline-elements', 1);
        request.onupgradeneeded = () => request.result.createObjectStore('notes').put('mine', 1);
        // Its app keeps it open.
        request.onsuccess = () => resolve();
      }),
  );
  const tab = await open(context, 'elements');
  await expect(settings(tab).getByText('Another app uses the storage of this page.')).toBeVisible();
  await expect(settings(tab).getByText('Set up your pipeline')).toBeHidden();
  const stores = await host.evaluate(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.open('pipeline-elements');
        request.onsuccess = () => resolve([request.result.version, ...request.result.objectStoreNames]);
      }),
  );
  expect(stores).toEqual([1, 'notes']);
});

for (const name of ['UnknownError', 'SecurityError']) {
  test(`the first opens fail with ${name}: what is stored is shown as soon as it can be read`, async ({ context }) => {
    const host = await open(context, 'bare');
    await fill(host, 'Leads');
    await context.addInitScript((name) => {
      const { open } = IDBFactory.prototype;
      Object.assign(globalThis, { isBroken: true });
      IDBFactory.prototype.open = function (...args) {
        if ((globalThis as unknown as { isBroken: boolean }).isBroken) throw new DOMException('No.', name);
        return open.apply(this, args);
      };
    }, name);
    const tab = await open(context, 'elements');
    const warning = name === 'SecurityError' ? 'Not saved on this device' : 'storage cannot be reached';
    await expect(settings(tab).getByText(warning)).toBeVisible();
    if (name !== 'SecurityError') await expect(settings(tab).getByText('Set up your pipeline')).toBeHidden();
    await tab.evaluate(() => Object.assign(globalThis, { isBroken: false }));
    await expect(picker(tab)).toHaveText('Leads');
    await expect(settings(tab).getByText(warning)).toBeHidden();
  });
}

test('a storage that never answers: the elements say so within half a minute, and go on when it does', async ({
  context,
}) => {
  const host = await open(context, 'bare');
  await fill(host, 'Leads');
  await context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    Object.assign(globalThis, { isSilent: true });
    IDBFactory.prototype.open = function (...args) {
      const isSilent = (globalThis as unknown as { isSilent: boolean }).isSilent;
      const request = open.apply(this, args);
      // Its events are not fired.
      if (isSilent) request.addEventListener = () => undefined;
      return request;
    };
  });
  const tab = await open(context, 'elements');
  await expect(settings(tab).locator('[part~="error"]')).toBeVisible();
  expect(await tab.evaluate(() => (globalThis as unknown as { errors: string[] }).errors[0])).toBe('timeout');
  await tab.evaluate(() => Object.assign(globalThis, { isSilent: false }));
  await expect(picker(tab)).toHaveText('Leads');
});
