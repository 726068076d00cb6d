/** Tests picks that cannot be sent: they outlive their element, their provider and their page, and are sent once. */
import { expect, test, type Page, type Route } from '@playwright/test';
import { FaultPage, Server, type Seen } from './fault-page.js';
import { test as sessionTest, type SessionServer, type User } from './session-server.js';

async function pipeline(request: ConstructorParameters<typeof Server>[0]): Promise<Server> {
  const server = new Server(request);
  await server.pipeline('Leads', 'Purchase');
  return server;
}

/** Writes do not reach the server; reads do. */
const withoutWrites = (route: Route, { key }: Seen): Promise<void> =>
  key === undefined ? route.continue() : route.abort('internetdisconnected');

const online = (route: Route): Promise<void> => route.continue();

/** The writes that are stored in the browser. */
const stored = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('pipeline-elements:outbox', 1);
        opening.onerror = () => reject(new Error(String(opening.error)));
        opening.onsuccess = () => {
          const count = opening.result.transaction('writes').objectStore('writes').count();
          count.onsuccess = () => {
            opening.result.close();
            resolve(count.result);
          };
        };
      }),
  );

test('a reload: the pick shows as pending, and is sent with its key when the server can be reached', async ({
  context,
  request,
}) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  inbox.handle(withoutWrites);
  await inbox.pick('Leads');
  await inbox.isSaving(true);
  await expect.poll(() => stored(inbox.page)).toBe(1);
  const { key } = inbox.writes[0]!;
  await inbox.page.reload();
  await inbox.shows('Leads');
  await inbox.isSaving(true);
  await expect(inbox.settings).toContainText('1 change is waiting for a connection.');
  inbox.handle(online);
  await inbox.isSaving(false);
  await inbox.shows('Leads');
  expect(await inbox.server.history('c1')).toEqual(['leads']);
  expect(new Set(inbox.writes.map((write) => write.key))).toEqual(new Set([key]));
  await expect(inbox.settings).not.toContainText('waiting');
  await expect.poll(() => stored(inbox.page)).toBe(0);
  expect(await inbox.errors()).toEqual([]);
});

test('offline, and a reload as soon as the network is back: the pick is saved', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  await context.setOffline(true);
  await inbox.pick('Leads');
  await inbox.pick('Purchase');
  await inbox.isSaving(true);
  await expect.poll(() => stored(inbox.page)).toBe(1);
  await context.setOffline(false);
  await inbox.page.reload();
  await inbox.shows('Purchase');
  await inbox.isSaving(false);
  expect((await inbox.server.history('c1')).at(-1)).toBe('purchase');
});

test('a pick whose answer never came: after a reload it is there once', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  let isApplied = false;
  inbox.handle(async (route, { key }) => {
    if (key === undefined || isApplied) return route.continue();
    await route.fetch();
    isApplied = true;
  });
  await inbox.pick('Leads');
  await expect.poll(() => isApplied).toBe(true);
  await inbox.page.reload();
  await inbox.shows('Leads');
  await inbox.isSaving(false);
  await expect.poll(() => stored(inbox.page)).toBe(0);
  expect(await inbox.server.history('c1')).toEqual(['leads']);
});

test('refused after a reload: the element shows why, and the page is told', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  inbox.handle(withoutWrites);
  await inbox.pick('Leads');
  await expect.poll(() => stored(inbox.page)).toBe(1);
  await inbox.server.delete('leads');
  inbox.handle(online);
  await inbox.page.reload();
  await expect.poll(() => inbox.errors()).toEqual(['status-deleted']);
  await inbox.shows('No status');
  await expect.poll(() => stored(inbox.page)).toBe(0);
});

for (const storage of ['IndexedDB', 'no storage']) {
  test(`${storage}: the provider is removed while offline, and created again: the pick is sent`, async ({
    context,
    request,
  }) => {
    const inbox = await FaultPage.open(context, await pipeline(request), {
      prepare: async (page) => {
        if (storage === 'IndexedDB') return;
        await page.addInitScript(() => {
          IDBFactory.prototype.open = () => {
            throw new DOMException('denied', 'SecurityError');
          };
        });
      },
    });
    await inbox.shows('No status');
    await context.setOffline(true);
    await inbox.pick('Purchase');
    await inbox.isSaving(true);
    const html = await inbox.page.evaluate(() => {
      const provider = document.querySelector('pipeline-provider')!;
      const { outerHTML } = provider;
      provider.remove();
      return outerHTML;
    });
    await context.setOffline(false);
    await inbox.page.evaluate((text) => document.body.insertAdjacentHTML('beforeend', text), html);
    await inbox.shows('Purchase');
    await inbox.isSaving(false);
    expect(await inbox.server.history('c1')).toEqual(['purchase']);
    expect(inbox.problems).toEqual([]);
  });
}

test('two tabs that find the same picks send each once', async ({ context, request }) => {
  const server = await pipeline(request);
  const first = await FaultPage.open(context, server);
  await first.shows('No status');
  first.handle(withoutWrites);
  await first.pick('Leads', 1);
  await first.pick('Purchase', 2);
  await expect.poll(() => stored(first.page)).toBe(2);
  await first.page.close();
  const tabs = await Promise.all([FaultPage.open(context, server), FaultPage.open(context, server)]);
  for (const tab of tabs) {
    await tab.shows('Leads', 1);
    await tab.shows('Purchase', 2);
    for (const conversation of [1, 2]) await tab.isSaving(false, conversation);
  }
  await expect.poll(() => stored(tabs[0].page)).toBe(0);
  const keys = tabs.flatMap(({ writes }) => writes.map(({ key }) => key));
  expect([keys.length, new Set(keys).size]).toEqual([2, 2]);
  expect(await server.history('c1')).toEqual(['leads']);
});

for (const how of ['closed', 'crashed']) {
  test(`a tab that is ${how} while its pick waits: another one sends it`, async ({ context, request }) => {
    const server = await pipeline(request);
    const [first, second] = [await FaultPage.open(context, server), await FaultPage.open(context, server)];
    for (const tab of [first, second]) await tab.shows('No status');
    first.handle(withoutWrites);
    await first.pick('Leads');
    await expect.poll(() => stored(second.page)).toBe(1);
    if (how === 'closed') await first.page.close();
    else {
      const isGone = first.page.waitForEvent('crash');
      const session = await context.newCDPSession(first.page);
      void session.send('Page.crash').catch(() => undefined);
      await isGone;
    }
    await second.shows('Leads');
    await second.isSaving(false);
    expect(await server.history('c1')).toEqual(['leads']);
    expect(second.writes).toHaveLength(1);
  });
}

test('after a day the pick is reported instead of sent', async ({ context, request }) => {
  const server = await pipeline(request);
  const first = await FaultPage.open(context, server);
  await first.shows('No status');
  first.handle(withoutWrites);
  await first.pick('Leads');
  await expect.poll(() => stored(first.page)).toBe(1);
  await first.page.close();
  const next = await FaultPage.open(context, server, {
    prepare: (page) => page.clock.install({ time: Date.now() + 25 * 60 * 60 * 1000 }),
  });
  await expect.poll(() => next.errors()).toEqual(['offline']);
  await next.shows('No status');
  expect(next.writes).toEqual([]);
  await expect.poll(() => stored(next.page)).toBe(0);
});

const ELEMENTS =
  '<pipeline-provider src="/api"><pipeline-status-picker conversation-id="c-1"></pipeline-status-picker></pipeline-provider>';
const TOKENS = `
  const user = new URLSearchParams(location.search).get('user');
  P.setDefaultAdapter(new P.RestAdapter({
    baseUrl: '/api',
    credentials: 'omit',
    headers: () => ({ Authorization: 'Bearer token-of-' + user }),
  }));`;

for (const kind of ['cookies', 'tokens'] as const) {
  sessionTest(
    `${kind}: the pick of a closed page is not sent for the next user, but when its own is back`,
    async ({ context, sessionServer }) => {
      for (const user of ['ani', 'budi'] as const) await sessionServer.pipeline(user, 'Leads', 'Purchase');
      const open = async (user: User): Promise<Page> => openAs(await context.newPage(), sessionServer, kind, user);
      const first = await open('ani');
      const picker = (page: Page) => page.getByRole('combobox', { name: 'Pipeline status' });
      await expect(picker(first)).toHaveText('No status');
      await context.setOffline(true);
      await picker(first).click();
      await first.getByRole('option', { name: 'Leads of red', exact: true }).click();
      await expect.poll(() => stored(first)).toBe(1);
      await first.close();
      await context.setOffline(false);
      const second = await open('budi');
      await expect(picker(second)).toHaveText('No status');
      await picker(second).click();
      await second.getByRole('option', { name: 'Purchase of blue', exact: true }).click();
      await expect.poll(() => sessionServer.entries('budi', 'c-1')).toEqual({ 'c-1': 'blue-purchase' });
      expect(sessionServer.writes.map(({ user }) => user)).toEqual(['budi']);
      expect(await stored(second)).toBe(1);
      await second.close();
      const third = await open('ani');
      await expect(picker(third)).toHaveText('Leads of red');
      await expect.poll(() => sessionServer.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
      await expect.poll(() => stored(third)).toBe(0);
    },
  );
}

async function openAs(page: Page, sessionServer: SessionServer, kind: string, user: User): Promise<Page> {
  if (kind === 'cookies') await sessionServer.signIn(page, user);
  const elements = kind === 'cookies' ? ELEMENTS : ELEMENTS.replace(' src="/api"', '');
  await page.goto(`${sessionServer.page(`/${kind}`, elements, kind === 'tokens' ? TOKENS : '')}?user=${user}`);
  return page;
}
