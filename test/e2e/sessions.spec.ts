/** Tests two people who sign in in the same browser: neither sees or writes the other's data. */
import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import type { PipelineErrorEvent } from '../../src/events.js';
import { gate } from './fault-page.js';
import { TENANT_OF, test, tokenOf, type SessionServer, type User } from './session-server.js';

const ELEMENTS = `
  <pipeline-provider src="/api">
    <pipeline-settings></pipeline-settings>
    <p><pipeline-status-picker conversation-id="c-1"></pipeline-status-picker></p>
    <pipeline-filter></pipeline-filter>
  </pipeline-provider>`;

/** The same elements on an adapter with a token that the test can change: `token = 'ani'`. */
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
    readonly sessionServer: SessionServer,
    readonly kind: Kind,
  ) {}

  static async open(context: BrowserContext, sessionServer: SessionServer, kind: Kind, user: User): Promise<Tab> {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const errors: unknown[] = [];
      Object.assign(window, { errors });
      document.addEventListener('pipeline-error', (event) => {
        const { error, conversationIds } = event as PipelineErrorEvent;
        errors.push([error.code, ...conversationIds]);
      });
    });
    const tab = new Tab(page, sessionServer, kind);
    if (kind === 'cookies') await sessionServer.signIn(page, user);
    const path = kind === 'cookies' ? '/cookies' : '/tokens';
    const elements = kind === 'cookies' ? ELEMENTS : ELEMENTS.replace(' src="/api"', '');
    await page.goto(`${sessionServer.page(path, elements, kind === 'tokens' ? TOKENS : '')}?user=${user}`);
    return tab;
  }

  /** Someone else signs in in this browser, without a reload of the page. */
  async signIn(user: User): Promise<void> {
    if (this.kind === 'cookies') await this.sessionServer.signIn(this.page, user);
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

  /** All readable text on the page, including shadow roots and live regions. */
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

async function setUp(sessionServer: SessionServer): Promise<void> {
  for (const user of ['ani', 'budi'] as const) await sessionServer.pipeline(user, 'Leads', 'Purchase');
}

for (const kind of ['cookies', 'tokens'] as const) {
  test(`${kind}: two users in two tabs of one browser do not share a stream`, async ({ context, sessionServer }) => {
    await setUp(sessionServer);
    const first = await Tab.open(context, sessionServer, kind, 'ani');
    await first.showsListOf('ani');
    await expect.poll(() => sessionServer.arrived.filter(({ path }) => path.endsWith('/changes')).length).toBe(1);
    const second = await Tab.open(context, sessionServer, kind, 'budi');
    await second.showsListOf('budi');
    await sessionServer.call('ani', 'PUT', '/conversations/c-1/status', { statusId: 'red-leads' });
    await sessionServer.call('budi', 'PUT', '/conversations/c-1/status', { statusId: 'blue-purchase' });
    await expect(second.picker).toHaveText('Purchase of blue');
    if (kind === 'tokens') await expect(first.picker).toHaveText('Leads of red');
    else {
      // The cookie is shared: with its next request the first tab switches to the second user as a whole.
      await expect(first.picker).toHaveText('Purchase of blue');
      await first.showsListOf('budi');
      expect(await first.text()).not.toContain('of red');
    }
    expect(await second.text()).not.toContain('of red');
    expect(await second.errors()).toEqual([]);
  });

  test(`${kind}: a page whose user changes shows only the new user's data`, async ({ context, sessionServer }) => {
    await setUp(sessionServer);
    const tab = await Tab.open(context, sessionServer, kind, 'ani');
    await tab.pick('Leads of red');
    await expect.poll(() => sessionServer.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
    await expect(tab.page.getByRole('listitem').filter({ hasText: 'Leads of red' })).toContainText('1');
    // The next request reveals it. With cookies, it is rejected because its user is no longer signed in; everything else
    // waits, so that it is the pick. With tokens, the client sees the change before it sends the pick, which is made in
    // the same task, so that no other request comes first.
    if (kind === 'cookies') {
      const revealed = gate();
      sessionServer.hold = ({ method }) => (method === 'PUT' ? undefined : revealed.opened);
      await tab.signIn('budi');
      await tab.pick('Purchase of red');
      await expect.poll(() => sessionServer.arrived.findLast(({ method }) => method === 'PUT')?.status).toBe(409);
      revealed.open();
    } else {
      await tab.picker.click();
      await tab.page.getByRole('option', { name: 'Purchase of red', exact: true }).evaluate((option: HTMLElement) => {
        Object.assign(window, { user: 'budi' });
        option.click();
      });
    }
    await tab.showsListOf('budi');
    await expect(tab.picker).toHaveText('No status');
    expect(await tab.text()).not.toContain('of red');
    expect(await tab.errors()).toEqual([['session-changed', 'c-1']]);
    expect(await sessionServer.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
    expect(await sessionServer.entries('budi', 'c-1')).toEqual({});
    await tab.pick('Leads of blue');
    await expect.poll(() => sessionServer.entries('budi', 'c-1')).toEqual({ 'c-1': 'blue-leads' });
  });

  test(`${kind}: a pick made offline is not sent for the next user, but when its own user is back`, async ({
    context,
    sessionServer,
  }) => {
    await setUp(sessionServer);
    const tab = await Tab.open(context, sessionServer, kind, 'ani');
    await tab.showsListOf('ani');
    await context.setOffline(true);
    await tab.pick('Leads of red');
    await expect(tab.picker).toHaveAttribute('aria-busy', 'true');
    await tab.signIn('budi');
    await context.setOffline(false);
    await tab.showsListOf('budi');
    expect(await tab.errors()).toEqual([['session-changed', 'c-1']]);
    expect(sessionServer.writes.filter(({ user }) => user === 'budi')).toEqual([]);
    expect(await sessionServer.entries('budi', 'c-1')).toEqual({});
    await tab.signIn('ani');
    // Any request reveals that the first user is back: here a pick of the other user, which is not sent either.
    await tab.pick('Purchase of blue');
    await expect.poll(() => sessionServer.entries('ani', 'c-1')).toEqual({ 'c-1': 'red-leads' });
    await tab.showsListOf('ani');
    await expect(tab.picker).toHaveText('Leads of red');
    expect(await sessionServer.entries('budi', 'c-1')).toEqual({});
  });
}

test('tabs of one user share one stream', async ({ context, sessionServer }) => {
  await setUp(sessionServer);
  const tabs = [await Tab.open(context, sessionServer, 'cookies', 'ani')];
  await tabs[0]!.showsListOf('ani');
  await expect.poll(() => sessionServer.arrived.filter(({ path }) => path.endsWith('/changes')).length).toBe(1);
  tabs.push(await Tab.open(context, sessionServer, 'cookies', 'ani'));
  await tabs[1]!.showsListOf('ani');
  await sessionServer.call('ani', 'PUT', '/conversations/c-1/status', { statusId: 'red-leads' });
  for (const tab of tabs) await expect(tab.picker).toHaveText('Leads of red');
  expect(sessionServer.arrived.filter(({ path }) => path.endsWith('/changes'))).toHaveLength(1);
});

test('with a server without session names, each tab has a stream of its own', async ({ context, sessionServer }) => {
  sessionServer.namesSessions = false;
  await setUp(sessionServer);
  for (const user of ['ani', 'ani', 'budi'] as const) {
    await (await Tab.open(context, sessionServer, 'cookies', user)).showsListOf(user);
  }
  await expect.poll(() => sessionServer.arrived.filter(({ path }) => path.endsWith('/changes')).length).toBe(3);
});

test("a token cannot read another tenant's data", async ({ sessionServer }) => {
  await setUp(sessionServer);
  const response = await fetch(`${sessionServer.origin}/api/statuses`, {
    headers: { authorization: `Bearer ${tokenOf('ani')}` },
  });
  expect(await response.text()).not.toContain('blue');
});
