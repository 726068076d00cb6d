/** Tests the demo with more conversations than a page can render: items out of view are still reachable. */
import { expect, test } from '@playwright/test';
import { Inbox } from './inbox.js';

const COUNT = 1000;
const MANY = `import { seeds as examples } from './conversations.js?examples';
export const seeds = Array.from({ length: ${COUNT} }, (_, i) => {
  const seed = examples[i % examples.length];
  return i < examples.length ? seed : { ...seed, id: \`more-\${i}\` };
});`;

test('of a thousand chats only those in view have content; the last is reached, filtered and searched like the first', async ({
  page,
}) => {
  const inbox = new Inbox(page);
  await page.route('**/data/conversations.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: MANY }),
  );
  await page.goto('/');
  await inbox.setUp();
  await inbox.go('Chats');
  const rows = page.getByRole('list', { name: 'Conversations' }).getByRole('listitem');
  const statuses = rows.locator('pipeline-status-picker');
  await expect(rows).toHaveCount(COUNT);
  await expect(statuses.first()).toBeVisible();
  expect(await statuses.count()).toBeLessThan(COUNT / 4);

  await rows.first().getByRole('link').focus();
  await page.keyboard.press('End');
  const last = rows.last();
  await expect(last).toBeInViewport();
  await expect(last.getByRole('link')).toBeFocused();
  await expect(last.locator('pipeline-status-picker')).toBeVisible();
  const id = await last.getAttribute('data-conversation-id');

  await page.keyboard.press('Enter');
  await expect(last.getByRole('link')).toHaveAttribute('aria-current', 'true');
  await inbox.pick(inbox.composerPicker, 'Leads');
  await inbox.filterBy('Leads');
  await expect(inbox.conversations()).toHaveCount(1);
  await expect(inbox.conversations()).toHaveAttribute('data-conversation-id', id!);
  await expect(inbox.conversations()).toBeInViewport();
  await inbox.clearFilter();
  await expect(rows).toHaveCount(COUNT);

  const said = await last.getByRole('link').locator('.row-preview').textContent();
  const list = page.getByRole('list', { name: 'Conversations' });
  await last.getByRole('link').focus();
  await page.getByRole('searchbox').fill('melati');
  await expect
    .poll(async () => (await list.boundingBox())!.height / (await inbox.conversations().count()), {
      message: 'height of a row: removed rows must not leave empty space',
    })
    .toBeLessThan(90);

  await page.getByRole('searchbox').fill(said!);
  await expect(inbox.conversations().last()).toHaveAttribute('data-conversation-id', id!);
  expect(await inbox.conversations().count()).toBeLessThan(COUNT / 4);
});
