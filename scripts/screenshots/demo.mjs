// Takes screenshots of the demo's pages in use.
import { mkdir } from 'node:fs/promises';

const STATUSES = [
  ['leads', 'Leads', '#2775f8'],
  ['purchase', 'Purchase', '#03a74d'],
  ['repurchase', 'Repurchase', '#8b00f6'],
];

/** Sets up the pipeline of the open demo, and filters its list. */
async function fill(page) {
  await page.evaluate(async (statuses) => {
    const { IndexedDBAdapter } = await import('/dist/cdn/pipeline-elements.js');
    const adapter = new IndexedDBAdapter();
    for (const [id, name, color] of statuses) await adapter.createStatus({ id, name, color });
    const rows = document.querySelectorAll('#conversations [data-conversation-id]');
    for (const [i, row] of [...rows].entries()) {
      const statusId = ['purchase', 'leads', 'leads', 'repurchase', null][i % 5];
      if (statusId) await adapter.setStatus([{ conversationId: row.dataset.conversationId }], statusId);
    }
    await adapter.close();
  }, STATUSES);
  await seen(page);
}

/** Waits until nothing is loading, no element waits for its data and two frames were drawn. */
async function seen(page) {
  await page.waitForNetworkIdle({ idleTime: 300 });
  await page.waitForFunction(() => !document.querySelector(':is(body *):state(loading)'));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const PAGES = {
  'demo-empty': ['#/chats', (page) => seen(page)],
  'demo-settings-empty': ['#/settings', (page) => seen(page)],
  'demo-chats': ['#/chats', fill],
  'demo-contacts': ['#/contacts'],
  'demo-settings': ['#/settings'],
};

export async function shootDemo({ open, shoot, isWanted, origin }, look) {
  if (!isWanted('demo')) return;
  const page = await open(look, look.width < 500 ? 740 : 800);
  const query = look.dir === 'rtl' ? '?dir=rtl' : '';
  for (const [name, [hash, prepare = seen]] of Object.entries(PAGES)) {
    await page.goto('about:blank');
    await page.goto(`${origin}/${query}${hash}`);
    await seen(page);
    await prepare(page);
    await shoot(page, name, look);
  }
  // The first conversation: shown beside the list, or opened from it where there is no room.
  await page.goto(`${origin}/${query}#/chats`);
  await seen(page);
  const id = await page.$eval('#conversations [data-conversation-id]', (row) => row.dataset.conversationId);
  for (const [name, rest] of [
    ['demo-conversation', ''],
    ['demo-details', '/details'],
  ]) {
    await page.goto('about:blank');
    await page.goto(`${origin}/${query}#/chats/${encodeURIComponent(id)}${rest}`);
    await seen(page);
    await shoot(page, name, look);
  }
  await page.goto(`${origin}/theming.html${query}`);
  await seen(page);
  await shoot(page, 'demo-theming', look, { fullPage: true });
  // The next look starts with an empty pipeline again.
  await page.evaluate(async () => {
    const { IndexedDBAdapter } = await import('/dist/cdn/pipeline-elements.js');
    await new IndexedDBAdapter().clear();
  });
  await page.close();
}

/** The picture for the README: the inbox with a filtered list and the composer's picker open. */
export async function shootReadme({ browser, origin }) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 1.5 });
  await page.goto(`${origin}/?theme=light`);
  await seen(page);
  await fill(page);
  await page.$eval('pipeline-filter[for=conversations]', (filter) => {
    filter.filter = { op: 'any-of', statusIds: ['leads', 'purchase'] };
  });
  await page.locator('pipeline-status-picker[placement=composer]').click();
  await seen(page);
  await mkdir('docs', { recursive: true });
  await page.screenshot({ path: 'docs/inbox.png' });
  await context.close();
}
