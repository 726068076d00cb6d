/** Tests the code that a picker loads on first use. */
import { expect, test } from '@playwright/test';
import { errorsOf, letArrive, onItsWay, serve } from './lazy-page.js';

const part = 'picker-popup';
const body = '<pipeline-status-picker conversation-id="c2"></pipeline-status-picker>';

test('a list whose code fails to load shows an error, and opens on the next click', async ({ page }) => {
  let isLost = true;
  await serve(page, { body, part, answer: () => Promise.resolve(!isLost) });
  const codes = await errorsOf(page);
  const picker = page.getByRole('combobox', { name: 'Pipeline status' });
  await expect(picker).toHaveText('No status');
  await picker.click();
  await expect(page.getByRole('alert')).toHaveText('The server cannot be reached right now.');
  await expect.poll(() => codes).toEqual(['unavailable']);
  isLost = false;
  await picker.click();
  await page.getByRole('option', { name: 'Leads', exact: true }).click();
  await expect(picker).toHaveText('Leads');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('keys pressed while the list is loading are not lost', async ({ page }) => {
  const { arrived, arrive } = onItsWay();
  await serve(page, { body, part, answer: () => arrived });
  const picker = page.getByRole('combobox', { name: 'Pipeline status' });
  await expect(picker).toHaveText('No status');
  await picker.focus();
  await page.keyboard.press('p');
  await expect(picker).toHaveAttribute('aria-expanded', 'false');
  arrive();
  await expect(page.getByRole('option', { name: 'Purchase', exact: true })).toBeFocused();
});

test('after show(), updateComplete waits for the list', async ({ page }) => {
  const { arrived, arrive } = onItsWay();
  await serve(page, { body, part, answer: () => arrived });
  await page.exposeFunction('waiting', arrive);
  await expect(page.getByRole('combobox', { name: 'Pipeline status' })).toHaveText('No status');
  const options = page
    .locator('pipeline-status-picker')
    .evaluate(async (picker: HTMLElementTagNameMap['pipeline-status-picker']) => {
      picker.show();
      const complete = picker.updateComplete;
      (window as unknown as { waiting(): void }).waiting();
      await complete;
      return picker.shadowRoot!.querySelectorAll('[role=option]').length;
    });
  expect(await options).toBeGreaterThan(0);
});

test('a list that is loading does not open after Escape, or after focus moved on', async ({ page }) => {
  const { arrived, arrive } = onItsWay();
  await serve(page, { body, part, answer: () => arrived });
  await page.evaluate(() => document.body.append(document.createElement('pipeline-status-picker')));
  const [first, second] = [0, 1].map((i) => page.getByRole('combobox', { name: 'Pipeline status' }).nth(i));
  await expect(second!).toBeVisible();
  await first!.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await second!.focus();
  await page.keyboard.press('ArrowDown');
  await first!.focus();
  await letArrive(page, part, arrive);
  for (const each of [first!, second!]) expect(await each.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('ArrowDown');
  await expect(first!).toHaveAttribute('aria-expanded', 'true');
});
