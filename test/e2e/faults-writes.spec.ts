/** Tests what users see when a write fails or is delayed, and what is kept. */
import { expect, test } from '@playwright/test';
import { startProxy } from '../server/proxy.mjs';
import { FaultPage, Server, gate, problem } from './fault-page.js';

const isWrite = (key: string | undefined): boolean => key !== undefined;

async function pipeline(request: ConstructorParameters<typeof Server>[0]): Promise<Server> {
  const server = new Server(request);
  await server.pipeline('Leads', 'Purchase');
  return server;
}

test('offline: picks are kept, shown as pending, and sent in order', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  await context.setOffline(true);
  await inbox.pick('Leads');
  await inbox.pick('Purchase', 2);
  await inbox.pick('Purchase');
  for (const conversation of [1, 2]) await inbox.isSaving(true, conversation);
  await inbox.shows('Purchase');
  await context.setOffline(false);
  for (const conversation of [1, 2]) await inbox.isSaving(false, conversation);
  expect(await inbox.errors()).toEqual([]);
  expect((await inbox.server.history('c1')).at(-1)).toBe('purchase');
  expect(await inbox.server.history('c2')).toEqual(['purchase']);
});

test('a response that never arrives: saving, then saved, and done once', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request), { prepare: (page) => page.clock.install() });
  await inbox.shows('No status');
  const applied = gate();
  inbox.handle(async (route, { key }) => {
    if (!isWrite(key) || inbox.writes.length > 1) return route.continue();
    await route.fetch();
    applied.open();
  });
  await inbox.pick('Leads');
  await applied.opened;
  await inbox.isSaving(true);
  await inbox.page.clock.fastForward(16_000);
  await inbox.page.clock.fastForward(1000);
  await inbox.isSaving(false);
  await inbox.shows('Leads');
  expect(inbox.writes.map(({ key }) => key)).toEqual(Array(2).fill(inbox.writes[0]!.key));
  expect(await inbox.server.history('c1')).toEqual(['leads']);
  expect(await inbox.errors()).toEqual([]);
});

test('a slow pick does not override a newer one', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  const slow = gate();
  inbox.handle(async (route, { key }) => {
    if (isWrite(key) && inbox.writes.length === 1) await slow.opened;
    return route.continue();
  });
  await inbox.pick('Leads');
  await inbox.pick('Purchase');
  await inbox.shows('Purchase');
  expect(inbox.writes).toHaveLength(1);
  slow.open();
  await inbox.isSaving(false);
  await inbox.shows('Purchase');
  expect(await inbox.server.history('c1')).toEqual(['leads', 'purchase']);
});

test('fifty quick picks: one is sent, then the last one, and none between', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  const slow = gate();
  inbox.handle(async (route, { key }) => {
    if (isWrite(key) && inbox.writes.length === 1) await slow.opened;
    return route.continue();
  });
  await inbox.picker().evaluate(async (picker: HTMLElementTagNameMap['pipeline-status-picker']) => {
    for (let n = 0; n < 50; n++) {
      picker.show();
      await picker.updateComplete;
      const options = [...picker.shadowRoot!.querySelectorAll<HTMLElement>('[role=option]')];
      options.find((option) => option.textContent.trim() === ['Leads', 'Purchase'][n % 2])!.click();
      await picker.updateComplete;
    }
  });
  await inbox.shows('Purchase');
  await inbox.isSaving(true);
  slow.open();
  await inbox.isSaving(false);
  expect(inbox.writes).toHaveLength(2);
  expect(await inbox.server.history('c1')).toEqual(['leads', 'purchase']);
  expect(await inbox.errors()).toEqual([]);
});

test('a busy server: saving until it responds, with one key', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request), { prepare: (page) => page.clock.install() });
  await inbox.shows('No status');
  inbox.handle((route, { key }) => {
    if (!isWrite(key) || inbox.writes.length > 2) return route.continue();
    return inbox.writes.length === 1
      ? route.fulfill(problem(429, 'rate-limited', { 'Retry-After': '20' }))
      : route.fulfill({ status: 503, contentType: 'text/html', body: '<h1>Later</h1>' });
  });
  await inbox.pick('Leads');
  await expect.poll(() => inbox.writes.length).toBe(1);
  await inbox.isSaving(true);
  await inbox.page.clock.fastForward(19_000);
  expect(inbox.writes).toHaveLength(1);
  await inbox.page.clock.fastForward(2000);
  await expect.poll(() => inbox.writes.length).toBeGreaterThan(1);
  await inbox.page.clock.fastForward(2000);
  await inbox.isSaving(false);
  await inbox.shows('Leads');
  expect(new Set(inbox.writes.map(({ key }) => key)).size).toBe(1);
  expect(await inbox.errors()).toEqual([]);
});

for (const [status, code, reason] of [
  [403, 'forbidden', 'You are not allowed to do this.'],
  [404, 'not-found', 'It no longer exists.'],
  [401, 'auth', 'Sign in again.'],
  [500, 'unknown', 'Something went wrong.'],
] as const) {
  test(`rejected with ${status}: the pick is rolled back with its reason, and focus stays`, async ({
    context,
    request,
  }) => {
    const server = await pipeline(request);
    await server.pick('c1', 'leads');
    const inbox = await FaultPage.open(context, server);
    await inbox.shows('Leads');
    inbox.handle((route, { key }) => (isWrite(key) ? route.fulfill(problem(status, code)) : route.continue()));
    await inbox.pick('Purchase');
    await expect(inbox.picker()).toContainText(`Status not changed. Still Leads. ${reason}`);
    await inbox.shows('Leads');
    await expect(inbox.trigger()).toBeFocused();
    expect(await inbox.errors()).toEqual([code]);
    expect(inbox.writes).toHaveLength(1);
  });
}

test('credentials that expire during fifty picks are renewed once', async ({ context, request }) => {
  const server = await pipeline(request);
  const script = `
    import { RestAdapter } from '/dist/cdn/pipeline-elements.js';
    window.renewals = 0;
    let token = 'old';
    document.querySelector('pipeline-provider').adapter = new RestAdapter({
      baseUrl: '${server.path}',
      headers: () => ({ Authorization: 'Bearer ' + token }),
      onUnauthorized: async () => { window.renewals++; await new Promise((resolve) => setTimeout(resolve)); token = 'new'; },
    });`;
  let isOver = false;
  const inbox = await FaultPage.open(context, server, {
    conversations: 50,
    script,
    handler: (route) =>
      isOver && route.request().headers()['authorization'] !== 'Bearer new'
        ? route.fulfill(problem(401, 'auth'))
        : route.continue(),
  });
  await inbox.shows('No status', 50);
  isOver = true;
  await inbox.page.evaluate(async () => {
    for (const picker of document.querySelectorAll('pipeline-status-picker')) {
      picker.show();
      await picker.updateComplete;
      picker.shadowRoot!.querySelectorAll<HTMLElement>('[role=option]')[0]!.click();
    }
  });
  for (let n = 1; n <= 50; n++) await inbox.isSaving(false, n);
  expect(await inbox.page.evaluate(() => (window as unknown as { renewals: number }).renewals)).toBe(1);
  expect(await inbox.errors()).toEqual([]);
  expect(await server.history('c50')).toEqual(['leads']);
});

test('removed from the page during a write: the write is kept, and nothing breaks', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request));
  await inbox.shows('No status');
  const slow = gate();
  inbox.handle(async (route, { key }) => {
    if (isWrite(key)) await slow.opened;
    return route.continue();
  });
  await inbox.pick('Leads');
  await expect.poll(() => inbox.writes.length).toBe(1);
  await inbox.page.evaluate(() => document.querySelector('pipeline-provider')!.remove());
  slow.open();
  await expect.poll(() => inbox.server.history('c1')).toEqual(['leads']);
  expect(inbox.problems).toEqual([]);
});

test('a tab that is closed during a pick: the write arrives', async ({ browser, context, request, baseURL }) => {
  const [arrived, closed] = [gate(), gate()];
  const proxy = await startProxy([baseURL!], async ({ method }) => {
    if (method !== 'PUT') return;
    arrived.open();
    await closed.opened;
  });
  const server = new Server(request, proxy.origin);
  await server.pipeline('Leads', 'Purchase');
  const inbox = await FaultPage.open(context, server);
  await inbox.shows('No status');
  // A request that Playwright holds ends with its page.
  await inbox.page.unrouteAll();
  await inbox.pick('Leads');
  await arrived.opened;
  const isGone = inbox.page.waitForEvent('close');
  await inbox.page.close({ runBeforeUnload: true });
  await isGone;
  // Requests that end with their page have ended by the time that another page is open; of another browser, as one of
  // this browser would send the stored write.
  const other = await browser.newContext();
  const again = await FaultPage.open(other, server);
  await again.shows('No status');
  closed.open();
  await again.shows('Leads');
  expect(await server.history('c1')).toEqual(['leads']);
  await other.close();
  proxy.close();
});

test('a host that cancels: nothing is shown, nothing is sent', async ({ context, request }) => {
  const inbox = await FaultPage.open(context, await pipeline(request), {
    script: `for (const type of ['pipeline-before-status-change', 'pipeline-before-statuses-change']) document.addEventListener(type, (event) => event.preventDefault());`,
  });
  await inbox.shows('No status');
  await inbox.pick('Leads');
  await inbox.shows('No status');
  await inbox.settings.getByRole('button', { name: 'Reorder Leads' }).press('Alt+ArrowDown');
  await inbox.settings.getByRole('button', { name: 'Delete Purchase' }).click();
  await inbox.shows('No status');
  expect(inbox.writes).toEqual([]);
  expect((await inbox.server.statuses()).map(({ name }) => name)).toEqual(['Leads', 'Purchase']);
});
