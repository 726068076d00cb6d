/** Tests the code that a filter loads lazily: on first use, and with `for`. */
import { expect, test, type Page } from '@playwright/test';
import { errorsOf, letArrive, onItsWay, serve } from './lazy-page.js';

const POPUP = 'filter-popup';
const LIST = 'list-filter';

const filters = (attributes = ''): string => `<pipeline-filter ${attributes}></pipeline-filter>
  <ul id="rows"><li data-conversation-id="c1">with Leads</li><li data-conversation-id="c2">without</li></ul>`;

const button = (page: Page, name = 'Filter by status') => page.getByRole('button', { name, exact: true });

test('a popup whose code fails to load shows an error, and opens on the next press', async ({ page }) => {
  let isLost = true;
  await serve(page, { body: filters(), part: POPUP, answer: () => Promise.resolve(!isLost) });
  const codes = await errorsOf(page);
  await button(page).click();
  await expect(page.getByRole('alert')).toHaveText('The server cannot be reached right now.');
  await expect.poll(() => codes).toEqual(['unavailable']);
  isLost = false;
  await button(page).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('checkbox', { name: 'Leads' })).toBeFocused();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a press while the popup is loading is not lost, and updateComplete waits for it', async ({ page }) => {
  const { arrived, arrive } = onItsWay();
  await serve(page, { body: filters(), part: POPUP, answer: () => arrived });
  await button(page).focus();
  await page.keyboard.press('Enter');
  await expect(button(page)).toHaveAttribute('aria-expanded', 'false');
  await page.exposeFunction('waiting', arrive);
  const isOpen = page.locator('pipeline-filter').evaluate(async (filter: HTMLElementTagNameMap['pipeline-filter']) => {
    const complete = filter.updateComplete;
    (window as unknown as { waiting(): void }).waiting();
    await complete;
    return filter.shadowRoot!.querySelector('[part=popup]')?.matches(':popover-open');
  });
  expect(await isOpen).toBe(true);
  await expect(page.getByRole('checkbox', { name: 'Leads' })).toBeFocused();
});

test('a host gets its answer while the popup is loading', async ({ page }) => {
  await serve(page, { body: filters('value="op=any-of&status=Leads"'), part: POPUP, answer: () => onItsWay().arrived });
  await button(page, 'Filter by status, 1 selected').click();
  const passed = page
    .locator('pipeline-filter')
    .evaluate((filter: HTMLElementTagNameMap['pipeline-filter']) => filter.select(['c1', 'c2']));
  expect(await passed).toEqual(['c1']);
});

test('a popup that is loading does not open after the press was undone', async ({ page }) => {
  const { arrived, arrive } = onItsWay();
  const body = Array.from({ length: 5 }, () => filters()).join('');
  await serve(page, { body, part: POPUP, answer: () => arrived });
  const each = Array.from({ length: 5 }, (_, i) => button(page).nth(i));
  const [escaped, left, hidden, disabled, removed] = each;
  await escaped!.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await left!.focus();
  await page.keyboard.press('Enter');
  await escaped!.focus();
  await page.locator('pipeline-filter').evaluateAll((all: HTMLElementTagNameMap['pipeline-filter'][]) => {
    for (const filter of all.slice(2)) filter.show();
    all[2]!.hide();
    all[3]!.disabled = true;
    all[4]!.after(all[4]!);
    all[4]!.parentElement!.append(all[4]!);
  });
  await letArrive(page, POPUP, arrive);
  await expect(disabled!).toBeDisabled();
  for (const one of [escaped, left, hidden, disabled, removed])
    expect(await one!.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('Enter');
  await expect(escaped!).toHaveAttribute('aria-expanded', 'true');
});

test('the list filter is only loaded with "for", and updateComplete waits for it', async ({ page }) => {
  let asked = 0;
  const { arrived, arrive } = onItsWay();
  const body = filters('value="op=any-of&status=Leads"');
  // The popup is also loaded when the page is idle.
  const popup = page.waitForResponse(new RegExp(`/${POPUP}`));
  await serve(page, { body, part: LIST, answer: () => (asked++, arrived) });
  const filter = page.locator('pipeline-filter');
  await button(page, 'Remove Leads from the filter').waitFor();
  await popup;
  expect(asked).toBe(0);
  const hidden = filter.evaluate(async (element: HTMLElementTagNameMap['pipeline-filter']) => {
    element.htmlFor = 'rows';
    await element.updateComplete;
    // Two frames, as if the code had been there from the start.
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
    return [...document.querySelectorAll<HTMLElement>('li')].map((row) => row.hidden);
  });
  await expect.poll(() => asked).toBe(1);
  arrive();
  expect(await hidden).toEqual([false, true]);
});

test('a selection made while the list filter is loading applies, and is announced', async ({ page }) => {
  const { arrived, arrive } = onItsWay();
  await serve(page, { body: filters('for="rows"'), part: LIST, answer: () => arrived });
  await button(page).click();
  await page.getByRole('checkbox', { name: 'Leads' }).click();
  await expect(page.getByText('without')).toBeVisible();
  arrive();
  await expect(page.getByText('without')).toBeHidden();
  await expect(page.getByRole('status')).toHaveText('1 conversation shown');
});

test('a list filter that fails to load shows an error once there is something to filter, and retries', async ({
  page,
}) => {
  let isLost = true;
  await serve(page, { body: filters('for="rows"'), part: LIST, answer: () => Promise.resolve(!isLost) });
  const filter = page.locator('pipeline-filter');
  await button(page).click();
  await expect(page.getByText('could not be filtered')).toHaveCount(0);
  await page.getByRole('checkbox', { name: 'Leads' }).click();
  await expect(page.getByText('The list could not be filtered. The server cannot be reached right now.')).toBeVisible();
  await page.getByRole('checkbox', { name: 'No status' }).click();
  await expect(page.getByText('could not be filtered')).toBeVisible();
  isLost = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('could not be filtered')).toHaveCount(0);
  await filter.evaluate((element: HTMLElementTagNameMap['pipeline-filter']) => (element.value = 'op=any-of&status='));
  await expect(page.getByText('with Leads')).toBeHidden();
});
