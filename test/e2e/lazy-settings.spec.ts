/** Tests the code that the settings load as soon as they are on a page. */
import { expect, test } from '@playwright/test';
import { errorsOf, serve } from './lazy-page.js';

const part = 'settings-page';

test('settings whose code fails to load show an error with "Try again", which keeps focus in place', async ({
  page,
}) => {
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

test('updateComplete of the settings waits for their code', async ({ page }) => {
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

test('a database whose code fails to load shows an error, and "Try again" opens it', async ({ page }) => {
  let isLost = true;
  const body = '<pipeline-provider database="late"><pipeline-settings></pipeline-settings></pipeline-provider>';
  await serve(page, { body, part: 'adapter', answer: () => Promise.resolve(!isLost) });
  await expect(page.getByRole('status')).toContainText('The statuses could not be loaded.');
  isLost = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Set up your pipeline' })).toBeVisible();
});
