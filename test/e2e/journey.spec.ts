/** Tests the user journey: set up the pipeline, set statuses on conversations, filter by them. */
import { expect, test } from '@playwright/test';
import type * as Library from 'pipeline-elements';
import { EXAMPLES, Inbox } from './inbox.js';

const BUILD = '/dist/cdn/pipeline-elements.js';

test('a new team sets up its pipeline, uses it, and finds everything after a reload', async ({ page }) => {
  const inbox = new Inbox(page);
  await page.goto('/');

  await test.step('add statuses with colors', async () => {
    await inbox.setUp();
    expect(await inbox.statusNames()).toEqual(EXAMPLES);
  });

  await test.step('drag them into another order by the dots, and back', async () => {
    const handle = (name: string) => inbox.settings.getByRole('button', { name: `Reorder ${name}` });
    const drag = async (name: string, onto: string) => {
      // Waits until no row moves any more.
      await handle(name).hover();
      const from = (await handle(name).boundingBox())!;
      const to = (await handle(onto).boundingBox())!;
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      const down = to.y > from.y ? 1 : -1;
      for (let step = 1; step <= 10; step++) {
        const y = from.y + from.height / 2 + ((to.y - from.y + down * (to.height / 2)) * step) / 10;
        await page.mouse.move(from.x + from.width / 2, y);
      }
      await page.mouse.up();
    };
    await drag('Repurchase', 'Leads');
    await expect.poll(() => inbox.statusNames()).toEqual(['Repurchase', 'Leads', 'Purchase']);
    await drag('Repurchase', 'Purchase');
    await expect.poll(() => inbox.statusNames()).toEqual(EXAMPLES);
  });

  await test.step('edit with the pencil', async () => {
    await inbox.settings.getByRole('button', { name: 'Edit Leads' }).click();
    const field = inbox.settings.getByRole('textbox', { name: 'Status name' });
    await expect(field).toBeFocused();
    await field.fill('New leads');
    await inbox.settings.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase', 'Repurchase']);
  });

  let conversationId = '';
  await test.step('set a status in the details and see it in the composer, and the reverse', async () => {
    await inbox.go('Chats');
    conversationId = await inbox.openConversation(0);
    await expect(inbox.detailsPicker).toHaveText('No status');
    await page.getByRole('textbox', { name: 'Message' }).fill('A draft that stays');
    await inbox.pick(inbox.detailsPicker, 'New leads');
    await expect(inbox.composerPicker).toHaveText('New leads');
    await inbox.pick(inbox.composerPicker, 'Purchase');
    await expect(inbox.detailsPicker).toHaveText('Purchase');
    await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('A draft that stays');
  });

  await test.step('filter chats and contacts', async () => {
    const all = await inbox.conversations().count();
    expect(all).toBeGreaterThan(30);
    await inbox.filterBy('Purchase');
    await expect(inbox.conversations()).toHaveCount(1);
    await expect(inbox.conversations().first()).toHaveAttribute('data-conversation-id', conversationId);
    await inbox.clearFilter();
    await expect(inbox.conversations()).toHaveCount(all);
    await inbox.filterBy('No status');
    await expect(inbox.conversations()).toHaveCount(all - 1);
    await inbox.clearFilter();

    await inbox.go('Contacts');
    const contacts = await inbox.contacts().count();
    expect(contacts).toBeGreaterThan(20);
    await inbox.filterBy('Purchase');
    await expect(inbox.contacts()).toHaveCount(1);
    await inbox.clearFilter();
    await expect(inbox.contacts()).toHaveCount(contacts);
  });

  await test.step('everything is there after a reload', async () => {
    await page.reload();
    await inbox.go('Chats');
    await page.locator(`li[data-conversation-id="${conversationId}"]`).getByRole('link').first().click();
    await expect(inbox.detailsPicker).toHaveText('Purchase');
    await inbox.go('Settings');
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase', 'Repurchase']);
  });

  await test.step('delete with the trash: an unused status immediately, a used one with a destination, and undo both', async () => {
    const { settings } = inbox;
    await settings.getByRole('button', { name: 'Delete Repurchase' }).click();
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase']);
    await settings.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase', 'Repurchase']);

    await settings.getByRole('button', { name: 'Delete Purchase' }).click();
    const dialog = settings.getByRole('dialog');
    await expect(dialog).toContainText('1 conversation');
    await dialog.getByRole('radio', { name: 'Move to' }).check({ force: true });
    await dialog.getByRole('combobox').selectOption({ label: 'Repurchase' });
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Repurchase']);
    await inbox.go('Chats');
    await page.locator(`li[data-conversation-id="${conversationId}"]`).getByRole('link').first().click();
    await expect(inbox.detailsPicker).toHaveText('Repurchase');
  });
});

test('a second tab shows every change immediately', async ({ context }) => {
  const [first, second] = [new Inbox(await context.newPage()), new Inbox(await context.newPage())];
  await first.page.goto('/');
  await second.page.goto('/');
  await second.go('Settings');
  await first.setUp();
  await expect.poll(() => second.statusNames()).toEqual(EXAMPLES);

  await first.settings.getByRole('button', { name: 'Reorder Leads' }).press('Alt+ArrowDown');
  await expect.poll(() => second.statusNames()).toEqual(['Purchase', 'Leads', 'Repurchase']);

  await first.go('Chats');
  await second.go('Chats');
  await first.openConversation(0);
  await second.openConversation(0);
  await first.pick(first.detailsPicker, 'Leads');
  await expect(second.composerPicker).toHaveText('Leads');
  await second.pick(second.composerPicker, 'Purchase');
  await expect(first.detailsPicker).toHaveText('Purchase');
});

test('two tabs that write at the same time lose nothing and give no conversation two statuses', async ({ context }) => {
  const pages = [await context.newPage(), await context.newPage()];
  for (const page of pages) await page.goto('/');
  await new Inbox(pages[0]!).setUp();
  const conversations = 20;
  const rounds = 5;
  // Both tabs set the same conversations, through the library like a host.
  const written = await Promise.all(
    pages.map((page, tab) =>
      page.evaluate(
        async ({ tab, conversations, rounds, BUILD }) => {
          const { IndexedDBAdapter } = (await import(BUILD)) as typeof Library;
          const adapter = new IndexedDBAdapter({ database: 'pipeline-elements' });
          const ids = (await adapter.listStatuses()).items.map((status) => status.id);
          let versions: number[] = [];
          for (let round = 0; round < rounds; round++) {
            const results = await Promise.all(
              Array.from({ length: conversations }, (_, i) =>
                adapter.setStatus([{ conversationId: `race-${i}` }], ids[(i + round + tab) % ids.length]!),
              ),
            );
            versions = [...versions, ...results.map(([result]) => (result!.ok ? result!.entry.version : -1))];
          }
          await adapter.close();
          return versions;
        },
        { tab, conversations, rounds, BUILD },
      ),
    ),
  );
  const versions = written.flat();
  expect(versions).not.toContain(-1);

  const state = await pages[0]!.evaluate(
    async ({ conversations, BUILD }) => {
      const { IndexedDBAdapter } = (await import(BUILD)) as typeof Library;
      const adapter = new IndexedDBAdapter({ database: 'pipeline-elements' });
      const ids = Array.from({ length: conversations }, (_, i) => `race-${i}`);
      const entries = await adapter.getEntries(ids);
      const found: string[] = [];
      for (const status of (await adapter.listStatuses()).items) {
        const filter = { op: 'any-of' as const, statusIds: [status.id] };
        const page = await adapter.find({ of: 'conversation', filter, pageSize: 200 });
        found.push(...page.ids.filter((id) => id.startsWith('race-')));
      }
      const { byStatus } = await adapter.count({ of: 'conversation' });
      return { entries: entries.size, found, counted: [...byStatus.values()].reduce((sum, n) => sum + n, 0) };
    },
    { conversations, BUILD },
  );
  expect(state.entries).toBe(conversations);
  expect(new Set(state.found).size).toBe(conversations);
  expect(state.found).toHaveLength(conversations);
  expect(state.counted).toBe(conversations);
});

test('a page with one script tag and three elements works without a script of its own', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('/one-tag.html');
  await page.locator('pipeline-settings').getByRole('button', { name: 'Use example statuses' }).click();
  const picker = page.getByRole('combobox', { name: 'Pipeline status' });
  await picker.click();
  await page.getByRole('option', { name: 'Leads', exact: true }).click();
  await expect(picker).toHaveText('Leads');
  await page.getByRole('button', { name: /^Filter by status/ }).click();
  await expect(page.getByRole('checkbox', { name: 'Leads, 1 conversation' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Pipeline status' })).toHaveText('Leads');
  expect(errors).toEqual([]);
});
