/** Tests the inbox on the reference server: agents see each other's changes. */
import { expect, test, type Browser } from '@playwright/test';
import { EXAMPLES, Inbox } from './inbox.js';

/** An agent in a separate browser context: only the server is shared. */
async function agent(browser: Browser): Promise<Inbox> {
  const page = await (await browser.newContext()).newPage();
  await page.goto('/?adapter=rest');
  return new Inbox(page);
}

test('two agents on one server see each other\u2019s edits, moves, deletes and picks', async ({ browser }) => {
  const [first, second] = [await agent(browser), await agent(browser)];
  await second.go('Settings');
  await first.setUp();
  await expect.poll(() => second.statusNames()).toEqual(EXAMPLES);

  await first.settings.getByRole('button', { name: 'Reorder Leads' }).press('Alt+ArrowDown');
  await expect.poll(() => second.statusNames()).toEqual(['Purchase', 'Leads', 'Repurchase']);
  await second.settings.getByRole('button', { name: 'Edit Leads' }).click();
  await second.settings.getByRole('textbox', { name: 'Status name' }).fill('Prospects');
  await second.settings.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => first.statusNames()).toEqual(['Purchase', 'Prospects', 'Repurchase']);

  await first.go('Chats');
  await second.go('Chats');
  await first.openConversation(0);
  await second.openConversation(0);
  await first.pick(first.detailsPicker, 'Prospects');
  await expect(second.composerPicker).toHaveText('Prospects');
  await second.filterBy('Prospects');
  await expect(second.conversations()).toHaveCount(1);
  await second.clearFilter();

  await first.go('Settings');
  await first.settings.getByRole('button', { name: 'Delete Prospects' }).click();
  const dialog = first.settings.getByRole('dialog');
  await expect(dialog).toContainText('1 conversation');
  await dialog.getByRole('radio', { name: 'Move to' }).check({ force: true });
  await dialog.getByRole('combobox').selectOption({ label: 'Purchase' });
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(second.composerPicker).toHaveText('Purchase');
  await first.settings.getByRole('button', { name: 'Undo' }).click();
  await expect(second.composerPicker).toHaveText('Prospects');
});
