/** Page object of the demo inbox. */
import { expect, type Locator, type Page } from '@playwright/test';

export const EXAMPLES = ['Leads', 'Purchase', 'Repurchase'];

export class Inbox {
  constructor(readonly page: Page) {}

  async go(section: 'Chats' | 'Contacts' | 'Settings'): Promise<void> {
    const link = this.page.getByRole('link', { name: section, exact: true }).first();
    await link.click();
    // The page follows the address in a task of its own.
    await expect(link).toHaveAttribute('aria-current', 'page');
  }

  get settings(): Locator {
    return this.page.locator('pipeline-settings');
  }

  /** The names in the settings list, in order. */
  async statusNames(): Promise<string[]> {
    const handles = this.settings.getByRole('button', { name: /^Reorder / });
    const names = await handles.evaluateAll((all) => all.map((handle) => handle.getAttribute('aria-label') ?? ''));
    return names.map((name) => name.replace(/^Reorder /, ''));
  }

  async addStatus(name: string, color: string): Promise<void> {
    const field = this.settings.getByRole('textbox', { name: 'Status name' });
    const button = this.settings.getByRole('button', { name: 'Add status' });
    await expect(field.or(button).first()).toBeVisible();
    if (!(await field.isVisible())) await button.click();
    await field.fill(name);
    await this.settings.getByRole('radio', { name: color, exact: true }).check({ force: true });
    await this.settings.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(this.settings.getByRole('button', { name: `Reorder ${name}` })).toBeVisible();
  }

  /** Sets up the example pipeline by hand. */
  async setUp(): Promise<void> {
    await this.go('Settings');
    for (const [i, name] of EXAMPLES.entries()) await this.addStatus(name, ['Blue', 'Green', 'Violet'][i]!);
  }

  conversations(): Locator {
    return this.page.getByRole('list', { name: 'Conversations' }).locator('li[data-conversation-id]:visible');
  }

  contacts(): Locator {
    return this.page.getByRole('list', { name: 'Contacts' }).locator('li[data-contact-id]:visible');
  }

  async openConversation(index: number): Promise<string> {
    const row = this.conversations().nth(index);
    const id = await row.getAttribute('data-conversation-id');
    await row.getByRole('link').first().click();
    return id!;
  }

  get details(): Locator {
    return this.page.getByRole('region', { name: 'Conversation details' });
  }

  get detailsPicker(): Locator {
    return this.details.getByRole('combobox', { name: 'Pipeline status' });
  }

  get composerPicker(): Locator {
    return this.page
      .locator('pipeline-status-picker[placement=composer]')
      .getByRole('combobox', { name: 'Pipeline status' });
  }

  async pick(picker: Locator, name: string): Promise<void> {
    await picker.click();
    await this.page.getByRole('option', { name, exact: true }).click();
    await expect(picker).toHaveText(name);
  }

  /** Checks one box of the filter on the visible page. */
  async filterBy(name: string): Promise<void> {
    const filter = this.page.locator('pipeline-filter:visible');
    await filter.getByRole('button', { name: /^Filter by status/ }).click();
    await filter.getByRole('checkbox', { name: new RegExp(`^${name}, `) }).check({ force: true });
    await this.page.keyboard.press('Escape');
  }

  async clearFilter(): Promise<void> {
    const filter = this.page.locator('pipeline-filter:visible');
    await filter.getByRole('button', { name: /^Filter by status/ }).click();
    await filter.getByRole('button', { name: 'Clear filter' }).first().click();
    await this.page.keyboard.press('Escape');
  }
}
