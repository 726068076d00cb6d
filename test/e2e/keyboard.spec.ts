/** Tests the user journey with the keyboard only: no clicks, and every control is reached with Tab. */
import { expect, test, type Page } from '@playwright/test';
import { Inbox } from './inbox.js';

/** The role and name of the focused element, through shadow roots. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    if (!active) return '';
    const label = active.getAttribute('aria-label') ?? active.textContent ?? '';
    const named = (active as HTMLInputElement).labels?.[0]?.textContent ?? label;
    return `${active.getAttribute('role') ?? active.localName} ${(active.getAttribute('aria-label') ?? named).trim()}`;
  });
}

/** Presses Tab until the requested element has focus. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < 150; i++) {
    const now = await focused(page);
    if (typeof name === 'string' ? now.includes(name) : name.test(now)) return;
    seen.push(now);
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${String(name)}; it went through ${seen.slice(-30).join(' → ')}`);
}

test('the whole journey, with the keyboard only', async ({ page }) => {
  const inbox = new Inbox(page);
  const { keyboard } = page;
  await page.goto('/');

  await tabTo(page, /^a.*Settings/);
  await keyboard.press('Enter');
  await expect(inbox.settings).toBeVisible();
  await test.step('add three statuses, one after the other', async () => {
    await tabTo(page, /Add status|Status name/);
    if ((await focused(page)).includes('Add status')) await keyboard.press('Enter');
    for (const name of ['Repurchase', 'Leads', 'Purchase']) {
      await expect.poll(() => focused(page)).toContain('Status name');
      await keyboard.type(name);
      await keyboard.press('Enter');
      await expect(inbox.settings.getByRole('button', { name: `Reorder ${name}` })).toBeVisible();
    }
    await expect.poll(() => focused(page)).toContain('Status name');
    await keyboard.press('Escape');
  });

  await test.step('reorder: pick up with Space, move with the arrow keys, drop', async () => {
    await tabTo(page, 'Reorder Repurchase', 'Shift+Tab');
    await keyboard.press('Space');
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await keyboard.press('Escape');
    await expect.poll(() => inbox.statusNames()).toEqual(['Repurchase', 'Leads', 'Purchase']);
    await keyboard.press('Space');
    await keyboard.press('End');
    await keyboard.press('Space');
    await expect.poll(() => inbox.statusNames()).toEqual(['Leads', 'Purchase', 'Repurchase']);
    await expect.poll(() => focused(page)).toContain('Reorder Repurchase');
    await keyboard.press('Alt+ArrowUp');
    await expect.poll(() => inbox.statusNames()).toEqual(['Leads', 'Repurchase', 'Purchase']);
    await keyboard.press('Enter');
    await expect.poll(() => focused(page)).toContain('menuitem');
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await expect.poll(() => inbox.statusNames()).toEqual(['Leads', 'Purchase', 'Repurchase']);
  });

  await test.step('edit', async () => {
    await tabTo(page, 'Edit Leads', 'Shift+Tab');
    await keyboard.press('Enter');
    await expect.poll(() => focused(page)).toContain('Status name');
    await keyboard.press('Control+a');
    await keyboard.type('New leads');
    await keyboard.press('Enter');
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase', 'Repurchase']);
    await expect.poll(() => focused(page)).toContain('Edit New leads');
  });

  await test.step('delete, and undo', async () => {
    await tabTo(page, 'Delete Repurchase');
    await keyboard.press('Enter');
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase']);
    await expect.poll(() => focused(page)).toContain('Delete Purchase');
    await tabTo(page, 'Undo');
    await keyboard.press('Enter');
    await expect.poll(() => inbox.statusNames()).toEqual(['New leads', 'Purchase', 'Repurchase']);
  });

  await test.step('set a status from the composer', async () => {
    await page.goto('/#/chats');
    await tabTo(page, /^a.*/);
    const row = inbox.conversations().first();
    await row.getByRole('link').first().focus();
    await keyboard.press('Enter');
    await expect(inbox.composerPicker).toBeVisible();
    await inbox.composerPicker.focus();
    await keyboard.type('pur');
    await expect.poll(() => focused(page)).toContain('Purchase');
    await keyboard.press('Enter');
    await expect(inbox.detailsPicker).toHaveText('Purchase');
    await expect.poll(() => focused(page)).toContain('Pipeline status');
  });

  await test.step('filter', async () => {
    const trigger = page.locator('pipeline-filter:visible').getByRole('button', { name: /^Filter by status/ });
    await trigger.focus();
    await keyboard.press('Enter');
    await expect.poll(() => focused(page)).toContain('New leads, 0 conversations');
    await keyboard.press('ArrowDown');
    await keyboard.press('Space');
    await expect(inbox.conversations()).toHaveCount(1);
    await keyboard.press('Escape');
    await expect(trigger).toBeFocused();
  });
});
