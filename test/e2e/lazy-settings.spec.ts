/** The content of the settings, which is loaded as soon as they are on a page. */
import { expect, test } from '@playwright/test';
import { errorsOf, serve } from './lazy-page.js';

const part = 'settings-page';

test('settings whose code cannot be loaded show an error; "Try again" loads it and keeps focus', async ({ page }) => {
  let isLost = true;
  await serve(page, { body: '', part, answer: () => Promise.resolve(!isLost) });
  const codes = await errorsOf(page);
  await page.evaluate(() => document.body.append(document.createElement('pipeline-settings')));
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The server cannot be reached right now.');
  await expect.poll(() => codes).toEqual(['unavailable']);
  const retry = page.getByRole('button', { name: 'Try again' });
  await retry.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => codes).toEqual(['unavailable', 'unavailable']);
  await expect(retry).toBeFocused();
  isLost = false;
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem')).toHaveCount(2);
  await expect(alert).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Reorder Leads' })).toBeFocused();
});

test('`updateComplete` includes loading the code', async ({ page }) => {
  let arrive = (): void => undefined;
  const arrived = new Promise<boolean>((resolve) => (arrive = () => resolve(true)));
  await serve(page, { body: '<pipeline-settings></pipeline-settings>', part, answer: () => arrived });
  const settings = page.locator('pipeline-settings');
  await expect(settings).toHaveJSProperty('hasUpdated', true);
  const buttons = settings.evaluate(async (element) => {
    await (element as HTMLElement & { updateComplete: Promise<boolean> }).updateComplete;
    return element.shadowRoot!.querySelectorAll('button').length;
  });
  arrive();
  expect(await buttons).toBe(7);
});

test('an adapter whose code cannot be loaded shows an error; "Try again" opens the database', async ({ page }) => {
  let isLost = true;
  const body = '<pipeline-provider database="late"><pipeline-settings></pipeline-settings></pipeline-provider>';
  await serve(page, { body, part: 'database', answer: () => Promise.resolve(!isLost) });
  await expect(page.getByRole('status')).toContainText('The statuses could not be loaded.');
  isLost = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Set up your pipeline' })).toBeVisible();
});
