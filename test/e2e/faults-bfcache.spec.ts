/** Tests a page that is restored from the back/forward cache. */
import { expect, test as base, type LaunchOptions } from '@playwright/test';
import { FaultPage, Server } from './fault-page.js';

/** Playwright disables the cache. */
const test = base.extend<object, { launchOptions: LaunchOptions }>({
  launchOptions: [
    async ({ launchOptions }, use) => use({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
    { scope: 'worker' },
  ],
});

test('a page restored from the cache is updated immediately, and keeps its focus', async ({ context, request }) => {
  const server = new Server(request);
  await server.pipeline('Leads', 'Purchase');
  const inbox = await FaultPage.open(context, server, {
    script: `addEventListener('pageshow', ({ persisted }) => (window.isBack = persisted));`,
  });
  const { page } = inbox;
  const session = await context.newCDPSession(page);
  await session.send('Page.enable');
  const reasons: unknown[] = [];
  session.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => reasons.push(...notRestoredExplanations));
  await inbox.shows('No status');
  await page.getByRole('combobox', { name: 'Pipeline status' }).first().focus();
  await page.goto('/one-tag.html');
  await server.pick('c1', 'leads');
  await server.rename('purchase', 'Sold');
  // Playwright's goBack() would wait for a load event, which a restored page does not fire.
  await page.evaluate(() => void setTimeout(() => history.back()));
  await page.waitForFunction(() => (window as { isBack?: boolean }).isBack);
  expect(reasons).toEqual([]);
  await inbox.shows('Leads');
  await expect(inbox.settings.getByRole('button', { name: 'Edit Sold' })).toBeVisible();
  await expect(inbox.trigger()).toBeFocused();
  await inbox.pick('Sold');
  await inbox.isSaving(false);
  expect(await server.history('c1')).toEqual(['leads', 'purchase']);
  expect(await inbox.errors()).toEqual([]);
});
