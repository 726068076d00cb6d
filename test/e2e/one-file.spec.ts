/** Tests the README's script tag on its own. */
import { expect, test, type Page } from '@playwright/test';

const SCRIPT = '/dist/cdn/pipeline-elements.js';

const serve = (page: Page, headers: Record<string, string> = {}): Promise<unknown> =>
  page.route('**/one-file.html', (route) =>
    route.fulfill({
      headers,
      body: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
        <link rel="icon" href="data:,"><script type="module" src="${SCRIPT}"></script>
        <pipeline-settings></pipeline-settings>
        <pipeline-status-picker conversation-id="c-1"></pipeline-status-picker>
        <pipeline-filter for="conversations"></pipeline-filter>
        <ul id="conversations"><li data-conversation-id="c-1">Budi</li><li data-conversation-id="c-2">Sari</li></ul>`,
      contentType: 'text/html',
    }),
  );

async function pickLeads(page: Page): Promise<void> {
  await page.goto('/one-file.html');
  await page.getByRole('button', { name: 'Use example statuses' }).click();
  await expect(page.getByRole('button', { name: 'Reorder Leads' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Pipeline status' }).click();
  await page.getByRole('option', { name: 'Leads' }).click();
  await expect(page.getByRole('button', { name: /^Undo/ })).toBeVisible();
}

test('it fetches nothing else, and a strict Content-Security-Policy blocks nothing', async ({ page }) => {
  const problems: string[] = [];
  const fetched: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await serve(page, { 'Content-Security-Policy': "default-src 'none'; script-src 'self'; img-src data:" });
  await pickLeads(page);
  await page.getByRole('button', { name: 'Filter by status' }).click();
  await page.getByRole('checkbox', { name: /Leads/ }).check();
  await expect(page.getByText('Sari')).toBeHidden();
  await expect(page.getByText('Budi')).toBeVisible();
  expect(fetched.filter((path) => path.startsWith('/'))).toEqual(['/one-file.html', SCRIPT]);
  expect(problems).toEqual([]);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true, isMobile: true });

  test('a press that ends the undo offer of a pick still reaches its target', async ({ page }) => {
    await serve(page);
    await pickLeads(page);
    await page.getByRole('button', { name: 'Filter by status' }).tap();
    await expect(page.getByRole('checkbox', { name: /Leads/ })).toBeVisible();
    await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
  });
});

test('a press that ends the undo offer of a pick still reaches its target', async ({ page }) => {
  await serve(page);
  await pickLeads(page);
  const filter = (await page.getByRole('button', { name: 'Filter by status' }).boundingBox())!;
  await page.mouse.move(filter.x + filter.width - 4, filter.y + filter.height / 2);
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByRole('checkbox', { name: /Leads/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
});
