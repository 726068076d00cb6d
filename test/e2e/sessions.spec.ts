/** Two people who sign in to one browser: neither sees, or writes, what is the other's. */
import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import type { PipelineErrorEvent } from '../../src/events.js';
import { TENANT_OF, test, tokenOf, type Office, type User } from './office.js';

const ELEMENTS = `
  <pipeline-provider src="/api">
    <pipeline-settings></pipeline-settings>
    <p><pipeline-status-picker conversation-id="c-1"></pipeline-status-picker></p>
    <pipeline-filter></pipeline-filter>
  </pipeline-provider>`;

/** The same elements on an adapter that sends a token, which the test can change: `token = 'ani'`. */
const TOKENS = `
  window.user = new URLSearchParams(location.search).get('user');
  P.setDefaultAdapter(new P.RestAdapter({
    baseUrl: '/api',
    credentials: 'omit',
    headers: () => ({ Authorization: 'Bearer token-of-' + window.user }),
  }));`;

type Kind = 'cookies' | 'tokens';

class Tab {
  private constructor(
    readonly page: Page,
    readonly office: Office,
    readonly kind: Kind,
  ) {}

  static async open(context: BrowserContext, office: Office, kind: Kind, user: User): Promise<Tab> {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const errors: unknown[] = [];
      Object.assign(window, { errors });
      document.addEventListener('pipeline-error', (event) => {
        const { error, conversationIds } = event as PipelineErrorEvent;
        errors.push([error.code, ...conversationIds]);
      });
    });
    const tab = new Tab(page, office, kind);
    if (kind === 'cookies') await office.signIn(page, user);
    const path = kind === 'cookies' ? '/cookies' : '/tokens';
    const elements = kind === 'cookies' ? ELEMENTS : ELEMENTS.replace(' src="/api"', '');
    await page.goto(`${office.page(path, elements, kind === 'tokens' ? TOKENS : '')}?user=${user}`);
    return tab;
  }

  /** Someone else signs in, in this browser; the page is not loaded again. */
  async signIn(user: User): Promise<void> {
    if (this.kind === 'cookies') await this.office.signIn(this.page, user);
    else await this.page.evaluate((next) => Object.assign(window, { user: next }), user);
  }

  get picker(): Locator {
    return this.page.getByRole('combobox', { name: 'Pipeline status' });
  }

  async pick(name: string): Promise<void> {
    await this.picker.click();
    await this.page.getByRole('option', { name, exact: true }).click();
  }

  async showsListOf(user: User): Promise<void> {
    await expect(
      this.page.getByRole('button', { name: `Reorder Leads of ${TENANT_OF[user]}`, exact: true }),
    ).toBeVisible();
  }

  errors(): Promise<unknown[]> {
    return this.page.evaluate(() => (window as unknown as { errors: unknown[] }).errors);
  }

  /** All that can be read on the page, shadow roots and live regions included. */
  text(): Promise<string> {
    return this.page.evaluate(() => {
      const read = (root: Node): string =>
        [...root.childNodes]
          .map((node) => {
            if (node instanceof HTMLScriptElement) return '';
            if (!(node instanceof Element)) return node.nodeType === Node.TEXT_NODE ? node.textContent : '';
            const named = ['aria-label', 'title', 'value'].map((name) => node.getAttribute(name) ?? '');
            return [...named, read(node.shadowRoot ?? node)].join(' ');
          })
          .join(' ');
      return read(document.body);
    });
  }
}

async function setUp(office: Office): Promise<void> {
  for (const user of ['ani', 'budi'] as const) await office.pipeline(user, 'Leads', 'Purchase');
}

for (const kind of ['cookies', 'tokens'] as const) {
  test(`${kind}: two users in two tabs of one browser do not share a stream`, async ({ context, office }) => {
    await setUp(office);
    const first = await Tab.open(context, office, kind, 'ani');
    await first.showsListOf('ani');
    await expect.poll(() => office.arrived.filter(({ path }) => path.endsWith('/changes')).length).toBe(1);
    const second = await Tab.open(context, office, kind, 'budi');
    await second.showsListOf('budi');
    await office.call('ani', 'PUT', '/conversations/c-1/status', { statusId: 'red-leads' });
    await office.call('budi', 'PUT', '/conversations/c-1/status', { statusId: 'blue-purchase' });
    await expect(second.picker).toHaveText('Purchase of blue');
    if (kind === 'tokens') await expect(first.picker).toHaveText('Leads of red');
    else {
      // The cookie is the browser's: the first tab finds out with its next request, and is the second user's as a whole.
      await expect(first.picker).toHaveText('Purchase of blue');
      await first.showsListOf('budi');
      expect(await first.text()).not.toContain('of red');
    }
    expect(await second.text()).not.toContain('of red');
    expect(await second.errors()).toEqual([]);
  });

  test(`${kind}: a page whose user changes shows the new user's data, and nothing else`, async ({
    context,
    office,
  }) => {
    await setUp(office);
    const tab = await Tab.open(context, office, kind, 'ani');
    await tab.pick('Leads of red');
    await expect.poll(() => office.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
    await expect(tab.page.getByRole('listitem').filter({ hasText: 'Leads of red' })).toContainText('1');
    await tab.signIn('budi');
    // The next request tells: this one is refused, as its user is not signed in any more.
    await tab.pick('Purchase of red');
    await tab.showsListOf('budi');
    await expect(tab.picker).toHaveText('No status');
    expect(await tab.text()).not.toContain('of red');
    expect(await tab.errors()).toEqual([['session-changed', 'c-1']]);
    expect(await office.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
    expect(await office.entries('budi', 'c-1')).toEqual({});
    await tab.pick('Leads of blue');
    await expect.poll(() => office.entries('budi', 'c-1')).toEqual({ 'c-1': 'blue-leads' });
  });

  test(`${kind}: a pick made without a network is not sent as who signs in next, and is sent when its user is back`, async ({
    context,
    office,
  }) => {
    await setUp(office);
    const tab = await Tab.open(context, office, kind, 'ani');
    await tab.showsListOf('ani');
    await context.setOffline(true);
    await tab.pick('Leads of red');
    await expect(tab.picker).toHaveAttribute('aria-busy', 'true');
    await tab.signIn('budi');
    await context.setOffline(false);
    await tab.showsListOf('budi');
    expect(await tab.errors()).toEqual([['session-changed', 'c-1']]);
    expect(office.writes.filter(({ user }) => user === 'budi')).toEqual([]);
    expect(await office.entries('budi', 'c-1')).toEqual({});
    await tab.signIn('ani');
    // Any request tells that the first user is back: here a pick for the other, which is not sent either.
    await tab.pick('Purchase of blue');
    await expect.poll(() => office.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
    await tab.showsListOf('ani');
    await expect(tab.picker).toHaveText('Leads of red');
    expect(await office.entries('budi', 'c-1')).toEqual({});
  });
}

test('tabs of one user share one stream', async ({ context, office }) => {
  await setUp(office);
  const tabs = [await Tab.open(context, office, 'cookies', 'ani')];
  await tabs[0]!.showsListOf('ani');
  await expect.poll(() => office.arrived.filter(({ path }) => path.endsWith('/changes')).length).toBe(1);
  tabs.push(await Tab.open(context, office, 'cookies', 'ani'));
  await tabs[1]!.showsListOf('ani');
  await office.call('ani', 'PUT', '/conversations/c-1/status', { statusId: 'red-leads' });
  for (const tab of tabs) await expect(tab.picker).toHaveText('Leads of red');
  expect(office.arrived.filter(({ path }) => path.endsWith('/changes'))).toHaveLength(1);
});

test('with a server that names no sessions each tab has a stream of its own', async ({ context, office }) => {
  office.namesSessions = false;
  await setUp(office);
  for (const user of ['ani', 'ani', 'budi'] as const) {
    await (await Tab.open(context, office, 'cookies', user)).showsListOf(user);
  }
  await expect.poll(() => office.arrived.filter(({ path }) => path.endsWith('/changes')).length).toBe(3);
});

test('the bearer of a token reads nothing of another tenant', async ({ office }) => {
  await setUp(office);
  const response = await fetch(`${office.origin}/api/statuses`, {
    headers: { authorization: `Bearer ${tokenOf('ani')}` },
  });
  expect(await response.text()).not.toContain('blue');
});
