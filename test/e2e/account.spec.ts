/** Tests the inbox with the server, where users sign in and have permissions. */
import { expect, test, type Page } from '@playwright/test';
import { Inbox } from './inbox.js';

const ADD = { name: /Add status|Use example statuses/ };

async function open(page: Page, query = ''): Promise<Inbox> {
  await page.goto(`/?adapter=rest${query}`);
  return new Inbox(page);
}

const account = (page: Page) => page.getByRole('button', { name: /^Signed in as/ });

async function switchTo(page: Page, name: string): Promise<void> {
  await account(page).click();
  await page.getByRole('menuitemradio', { name }).click();
  await expect(account(page)).toHaveAccessibleName(`Signed in as ${name}`);
}

test('it opens as the manager, who sets up the pipeline', async ({ page }) => {
  const inbox = await open(page);
  await expect(account(page)).toHaveAccessibleName('Signed in as Manager');
  await inbox.go('Settings');
  await expect(inbox.settings.getByRole('button', ADD).first()).toBeVisible();
  await expect(page.getByText('Only managers can change the pipeline')).toBeHidden();
});

test('an agent can only view the pipeline, without a reload, and the manager can change it again', async ({ page }) => {
  const inbox = await open(page);
  await inbox.go('Settings');
  await expect(inbox.settings.getByRole('button', ADD).first()).toBeVisible();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await switchTo(page, 'Agent 1');
  await expect(page.getByText('Only managers can change the pipeline')).toBeVisible();
  await expect(inbox.settings.getByRole('button')).toHaveCount(0);
  await switchTo(page, 'Manager');
  await expect(inbox.settings.getByRole('button', ADD).first()).toBeVisible();
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
});

test('another tab of the browser follows', async ({ page, context }) => {
  await open(page);
  const other = await context.newPage();
  await open(other);
  await switchTo(page, 'Agent 2');
  await expect(account(other)).toHaveAccessibleName('Signed in as Agent 2');
});

test('by keyboard: the menu opens on the current user and announces a switch', async ({ page }) => {
  await open(page);
  await account(page).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemradio', { name: 'Manager' })).toBeFocused();
  await expect(page.getByRole('menuitemradio', { name: 'Manager' })).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemradio', { name: 'Agent 1' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(account(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemradio', { name: 'Manager' })).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(account(page)).toHaveAccessibleName('Signed in as Agent 1');
  await expect(account(page)).toBeFocused();
  await expect(page.getByRole('menu')).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: 'Signed in as Agent 1' })).toHaveCount(1);
});

test('after signing out, nothing of the inbox is shown; the next user to sign in sees it again', async ({ page }) => {
  const inbox = await open(page);
  await account(page).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeFocused();
  await expect(page.locator('pipeline-settings, pipeline-status-picker, pipeline-filter')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Chats' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Agent 2' }).click();
  await expect(account(page)).toHaveAccessibleName('Signed in as Agent 2');
  await expect(inbox.conversations().first()).toBeVisible();
});

test('the menu is available in Indonesian', async ({ page }) => {
  await open(page, '&locale=id');
  await page.getByRole('button', { name: 'Masuk sebagai Manajer' }).click();
  await page.getByRole('menuitem', { name: 'Keluar' }).click();
  await expect(page.getByRole('heading', { name: 'Anda sudah keluar' })).toBeVisible();
});

test('a switch that the server does not answer shows an error and changes nothing', async ({ page }) => {
  await open(page);
  await expect(account(page)).toBeVisible();
  await page.route('**/session', (route) => route.abort());
  await account(page).click();
  await page.getByRole('menuitemradio', { name: 'Agent 1' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'The server did not answer' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Signed in as Manager' })).toHaveCount(1);
});

test('without a server there is no sign-in', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('list', { name: 'Conversations' })).toBeVisible();
  await expect(account(page)).toHaveCount(0);
});
