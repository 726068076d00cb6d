// npm run screenshots: every element in every state, at 1280 and 360 px, light, dark and right-to-left, into screenshots/;
// and the picture of the README. For looking at; nothing compares them.
import { mkdir, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import puppeteer from 'puppeteer-core';
import { CHROMIUM_ARGS, findBrowser } from './browser.mjs';

const PORT = 8124;
const ORIGIN = `http://localhost:${PORT}`;

/** What each scenario can use in the page: an adapter with an example pipeline, and ways to reach into elements. */
const PRELUDE = `
  const library = await import('/dist/cdn/pipeline-elements.js');
  const adapter = new library.MemoryAdapter();
  const add = (name, color) => adapter.createStatus({ id: name.toLowerCase().slice(0, 12), name, color });
  const fill = async () => {
    for (const [name, color] of [['Leads', '#2775f8'], ['Purchase', '#03a74d'], ['Repurchase', '#8b00f6'], ['Waiting for the supplier to confirm a date', '#fb0547']]) await add(name, color);
    for (let i = 0; i < 1248; i++) await adapter.setStatus([{ conversationId: 'c' + i, contactId: 'p' + (i % 400) }], ['leads', 'purchase', null][i % 3]);
  };
  const stage = document.querySelector('main');
  const put = async (tag, properties = {}) => {
    const element = Object.assign(document.createElement(tag), properties);
    stage.append(element);
    await new Promise((resolve) => setTimeout(resolve, 250));
    return element;
  };
  const press = async (element, selector) => {
    element.shadowRoot.querySelector(selector).click();
    await new Promise((resolve) => setTimeout(resolve, 250));
  };
  const named = (element, name) => [...element.shadowRoot.querySelectorAll('button')].find((button) => (button.ariaLabel ?? button.textContent).trim().startsWith(name));
  library.setDefaultAdapter(adapter);
`;

const SCENARIOS = {
  'settings-list': `await fill(); await put('pipeline-settings');`,
  'settings-empty': `await put('pipeline-settings');`,
  'settings-add': `await fill(); named(await put('pipeline-settings'), 'Add status').click();`,
  'settings-edit': `await fill(); named(await put('pipeline-settings'), 'Edit Purchase').click();`,
  'settings-delete': `await fill(); named(await put('pipeline-settings'), 'Delete Purchase').click();`,
  'settings-undo': `await fill(); named(await put('pipeline-settings'), 'Delete Repurchase').click();`,
  'settings-menu': `await fill(); named(await put('pipeline-settings'), 'Reorder Purchase').click();`,
  'settings-readonly': `await fill(); await put('pipeline-settings', { readonly: true });`,
  'settings-error': `adapter.listStatuses = () => Promise.reject(new library.PipelineError('offline', 'x')); await put('pipeline-settings');`,
  'settings-loading': `adapter.listStatuses = () => new Promise(() => {}); await put('pipeline-settings'); await new Promise((r) => setTimeout(r, 1400));`,
  'picker-closed': `await fill(); for (const id of ['c0', 'c1', 'c2']) await put('pipeline-status-picker', { conversationId: id }); await put('pipeline-status-picker', { conversationId: 'c0', size: 'small' }); await put('pipeline-status-picker', { conversationId: 'c1', readonly: true }); await put('pipeline-status-picker', { conversationId: 'c1', disabled: true }); await put('pipeline-status-picker', { conversations: [{ conversationId: 'c0' }, { conversationId: 'c1' }] });`,
  'picker-open': `await fill(); (await put('pipeline-status-picker', { conversationId: 'c0' })).show();`,
  'picker-composer': `await fill(); stage.style.paddingBlockStart = '320px'; (await put('pipeline-status-picker', { conversationId: 'c0', placement: 'composer' })).show();`,
  'picker-details': `await fill(); const read = adapter.getEntries.bind(adapter); adapter.getEntries = async (ids) => new Map([...(await read(ids))].map(([id, entry]) => [id, { ...entry, changedAt: Date.now() - 3 * 864e5 }])); await put('pipeline-status-picker', { conversationId: 'c0', placement: 'details' });`,
  'picker-search': `await fill(); for (let i = 1; i < 15; i++) await add('Step ' + i, '#056f62'); (await put('pipeline-status-picker', { conversationId: 'c0' })).show();`,
  'picker-empty': `(await put('pipeline-status-picker', { conversationId: 'c0' })).show();`,
  'picker-undo': `await fill(); const picker = await put('pipeline-status-picker', { conversationId: 'c0' }); picker.show(); await picker.updateComplete; await press(picker, '[role=option]:nth-child(2)');`,
  'picker-refused': `await fill(); adapter.setStatus = () => Promise.reject(new library.PipelineError('forbidden', 'x')); const picker = await put('pipeline-status-picker', { conversationId: 'c0' }); picker.show(); await picker.updateComplete; await press(picker, '[role=option]:nth-child(2)');`,
  'filter-closed': `await fill(); await put('pipeline-filter');`,
  'filter-open': `await fill(); (await put('pipeline-filter', { filter: { op: 'any-of', statusIds: ['leads', null] } })).show();`,
  'filter-none-of': `await fill(); await put('pipeline-filter', { filter: { op: 'none-of', statusIds: ['leads', 'purchase'] } });`,
  'filter-contacts': `await fill(); (await put('pipeline-filter', { of: 'contact' })).show();`,
  'filter-search': `await fill(); for (let i = 1; i < 15; i++) await add('Step ' + i, '#056f62'); (await put('pipeline-filter')).show();`,
};

const LOOKS = [
  { look: 'light', width: 1280, scheme: 'light' },
  { look: 'dark', width: 1280, scheme: 'dark' },
  { look: 'rtl', width: 1280, scheme: 'light', dir: 'rtl', lang: 'id' },
  { look: '360-light', width: 360, scheme: 'light' },
  { look: '360-dark', width: 360, scheme: 'dark' },
];

/** The picture of the README: the demo inbox in use. */
async function pictureOfTheInbox() {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1280, height: 800, deviceScaleFactor: 1.5 });
  await page.goto(`${ORIGIN}/?theme=light`);
  await page.evaluate(`(async () => {
    const { IndexedDBAdapter } = await import('/dist/cdn/pipeline-elements.js');
    const adapter = new IndexedDBAdapter();
    for (const [name, color] of [['Leads', '#2775f8'], ['Purchase', '#03a74d'], ['Repurchase', '#8b00f6']]) {
      await adapter.createStatus({ id: name.toLowerCase(), name, color });
    }
    const rows = [...document.querySelectorAll('#conversations [data-conversation-id]')];
    for (const [i, row] of rows.entries()) {
      const statusId = ['purchase', 'leads', 'leads', 'repurchase', null][i % 5];
      if (statusId) await adapter.setStatus([{ conversationId: row.dataset.conversationId }], statusId);
    }
    const filter = document.querySelector('pipeline-filter[for=conversations]');
    filter.filter = { op: 'any-of', statusIds: ['leads', 'purchase'] };
    await adapter.close();
  })()`);
  await new Promise((resolve) => setTimeout(resolve, 600));
  await page.locator('pipeline-status-picker[placement=composer]').click();
  await new Promise((resolve) => setTimeout(resolve, 400));
  await mkdir('docs', { recursive: true });
  await page.screenshot({ path: 'docs/inbox.png' });
  await context.close();
}

const server = spawn('node', ['demo/serve.mjs'], { env: { ...process.env, PORT: String(PORT) }, stdio: 'ignore' });
const browser = await puppeteer.launch({ executablePath: await findBrowser(), args: CHROMIUM_ARGS });
try {
  await rm('screenshots', { recursive: true, force: true });
  await mkdir('screenshots', { recursive: true });
  const wanted = process.argv[2];
  for (const { look, width, scheme, dir = 'ltr', lang = 'en' } of LOOKS) {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.log(`${look}: ${error.message}`));
    await page.setViewport({ width: width === 1280 ? 720 : width, height: 620, deviceScaleFactor: 1.5 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      if (!request.url().endsWith('/stage')) return request.continue();
      return request.respond({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en" dir="${dir}"><meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark}body{margin:24px;font:15px system-ui;background:Canvas;color:CanvasText}main{display:flex;flex-wrap:wrap;gap:8px}pipeline-settings{flex:1;min-inline-size:0}</style><main></main>`,
      });
    });
    for (const [name, script] of Object.entries(SCENARIOS)) {
      if (wanted && !name.startsWith(wanted)) continue;
      for (let tries = 50; ; tries--) {
        try {
          await page.goto(`${ORIGIN}/stage`);
          break;
        } catch (error) {
          if (!tries) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
      // The words of a script are English: the language comes after it.
      await page.evaluate(
        `(async () => { ${PRELUDE} ${script} await new Promise((r) => setTimeout(r, 300)); document.documentElement.lang = '${lang}'; })()`,
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      await page.screenshot({ path: `screenshots/${name}-${look}.png` });
    }
    await page.close();
  }
  if (!wanted || wanted === 'readme') await pictureOfTheInbox();
  console.log('screenshots/ is ready to be looked at');
} finally {
  await browser.close();
  server.kill();
}
