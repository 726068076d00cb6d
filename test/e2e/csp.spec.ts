/** Tests which Content-Security-Policy the elements need, and what they do without it. */
import { expect, test, type Page } from '@playwright/test';
import { build, type BuildOptions } from 'esbuild';
import { Inbox } from './inbox.js';

const STRICT = "default-src 'none'; script-src 'self'; img-src data:";
const TYPES = "require-trusted-types-for 'script'";
const ELEMENTS = ['pipeline-settings', 'pipeline-status-picker', 'pipeline-filter'] as const;

type Entries = Record<string, string>;

const DEFINE: Entries = { all: 'pipeline-elements/define' };
const EACH: Entries = Object.fromEntries(ELEMENTS.map((name) => [name, `pipeline-elements/${name}/define`]));

/** Ways for a page to load the elements. */
const LOADS: Record<string, { entries: Entries; options?: BuildOptions } | 'one file'> = {
  'the one file': 'one file',
  '/define, split into chunks': { entries: DEFINE, options: { splitting: true } },
  '/define, in one bundle': { entries: DEFINE },
  'a module for each element': { entries: EACH, options: { splitting: true } },
};

interface Told {
  /** Directives that blocked something. */
  violations: string[];
  /** Codes and messages of `pipeline-error` events. */
  events: string[];
  console: string[];
}

/** Another copy of lit, loaded by the page before or after the elements. */
const OTHER_LIT = `import { html, render } from 'lit/html.js'; render(html\`<p>Theirs</p>\`, document.querySelector('#theirs'));`;

interface Setup {
  load: string;
  csp: string;
  header?: string;
  before?: string;
  after?: string;
  body?: string;
}

/** Modules as bundled by an app, by path. */
async function bundle(options: BuildOptions): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    tsconfigRaw: {},
    bundle: true,
    minify: true,
    format: 'esm',
    outdir: '/app',
    chunkNames: '[name]-[hash]',
    write: false,
    ...options,
  });
  return new Map(outputFiles!.map((file) => [file.path, file.text]));
}

const script = (name: string, contents: string): BuildOptions => ({
  stdin: { contents, resolveDir: process.cwd() },
  entryNames: name,
});

const PAGE = `
  <pipeline-settings></pipeline-settings>
  <pipeline-status-picker conversation-id="c-1"></pipeline-status-picker>
  <pipeline-filter for="conversations"></pipeline-filter>
  <ul id="conversations"><li data-conversation-id="c-1">Budi</li><li data-conversation-id="c-2">Sari</li></ul>
  <div id="theirs"></div>`;

async function open(page: Page, { load, csp, header, before, after, body = PAGE }: Setup): Promise<Told> {
  const told: Told = { violations: [], events: [], console: [] };
  page.on('console', (message) => {
    if (message.type() === 'error' && message.text().startsWith('pipeline-elements:'))
      told.console.push(message.text());
  });
  await page.exposeFunction('tell', (kind: 'violations' | 'events', text: string) => told[kind].push(text));
  await page.addInitScript(() => {
    const { tell } = window as unknown as { tell(kind: string, text: string): void };
    document.addEventListener('securitypolicyviolation', (event) => tell('violations', event.effectiveDirective));
    document.addEventListener('pipeline-error', (event) => {
      const { error, action } = event as unknown as { error: { code: string; message: string }; action: string };
      const from = (event.target as Element).localName;
      tell('events', `${from} ${action} ${error.code}: ${error.message}`);
    });
  });
  const files = new Map<string, string>();
  const urls: string[] = [];
  const add = async (names: string[], options: BuildOptions): Promise<void> => {
    for (const [path, text] of await bundle(options)) files.set(path, text);
    urls.push(...names.map((name) => `/app/${name}.js`));
  };
  if (before) await add(['before'], script('before', before));
  const how = LOADS[load]!;
  if (how === 'one file') urls.push('/dist/cdn/pipeline-elements.js');
  else await add(Object.keys(how.entries), { entryPoints: how.entries, ...how.options });
  if (after) await add(['after'], script('after', after));
  await page.route('**/app/*', (route) =>
    route.fulfill({ body: files.get(new URL(route.request().url()).pathname)!, contentType: 'text/javascript' }),
  );
  await page.route('**/csp.html', (route) =>
    route.fulfill({
      headers: { [header ?? 'Content-Security-Policy']: csp },
      body: `<!doctype html><html lang="en"><link rel="icon" href="data:,">
        ${urls.map((url) => `<script type="module" src="${url}"></script>`).join('')}${body}`,
      contentType: 'text/html',
    }),
  );
  await page.goto('/csp.html');
  return told;
}

/** Uses every feature of the elements: forms, drags, menus, dialogs, popups and searches. */
async function useAll(page: Page): Promise<void> {
  const inbox = new Inbox(page);
  const { settings } = inbox;
  await page.getByRole('button', { name: 'Use example statuses' }).click();
  await expect(settings.getByRole('button', { name: 'Reorder Leads' })).toBeVisible();
  await inbox.addStatus('Spare', 'Green');
  await settings.getByRole('button', { name: 'Edit Spare' }).click();
  await settings.getByRole('textbox', { name: 'Status name' }).fill('Nego');
  await settings.getByRole('button', { name: 'Save' }).click();

  const handle = (await settings.getByRole('button', { name: 'Reorder Nego' }).boundingBox())!;
  const first = (await settings.getByRole('button', { name: 'Reorder Leads' }).boundingBox())!;
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await page.mouse.down();
  await page.mouse.move(first.x + first.width / 2, first.y + 20, { steps: 5 });
  await page.mouse.move(first.x + first.width / 2, first.y, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => inbox.statusNames()).toEqual(['Nego', 'Leads', 'Purchase', 'Repurchase']);
  await settings.getByRole('button', { name: 'Reorder Nego' }).click();
  await page.getByRole('menuitem', { name: 'Move to bottom' }).click();
  await expect.poll(() => inbox.statusNames()).toEqual(['Leads', 'Purchase', 'Repurchase', 'Nego']);

  const picker = page.getByRole('combobox', { name: 'Pipeline status' });
  await inbox.pick(picker, 'Nego');
  await page.getByRole('button', { name: 'Filter by status' }).click();
  await page.getByRole('checkbox', { name: /^Nego/ }).check();
  await expect(page.getByText('Sari')).toBeHidden();
  await page.keyboard.press('Escape');

  await settings.getByRole('button', { name: 'Delete Nego' }).click();
  await page.getByRole('radio', { name: 'No status' }).check();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await settings.getByRole('button', { name: /^Undo/ }).click();
  await expect(picker).toHaveText('Nego');
  // Checks that the elements' style sheets are applied.
  await expect(settings.getByRole('list').first()).toHaveCSS('list-style-type', 'none');
  await expect(page.locator('body > [aria-live]').first()).toHaveCSS('position', 'fixed');
}

for (const load of Object.keys(LOADS)) {
  test.describe(`loaded as ${load}`, () => {
    const allowing = [`${STRICT}; ${TYPES}; trusted-types lit-html`];
    if (load === 'the one file') allowing.push(STRICT, `${STRICT}; ${TYPES}`);
    for (const csp of allowing) {
      test(`everything works and nothing is blocked under ${csp}`, async ({ page }) => {
        const told = await open(page, { load, csp });
        await useAll(page);
        expect(told).toEqual({ violations: [], events: [], console: [] });
      });
    }

    const refusing = [`${STRICT}; trusted-types 'none'`];
    if (load === 'the one file') refusing.push(`${STRICT}; ${TYPES}; trusted-types other another`);
    for (const csp of refusing) {
      test(`all elements report the problem, once, under ${csp}`, async ({ page }) => {
        const told = await open(page, { load, csp });
        for (const name of ELEMENTS) {
          const alert = page.locator(name).getByRole('alert');
          await expect(alert).toHaveText(/Content-Security-Policy.*Trusted Types policy “lit-html”/);
          await expect(alert).toBeVisible();
          await expect(page.locator(name).getByRole('button')).toHaveCount(0);
        }
        // Elements that are added later report it, too.
        await page.evaluate(() => document.body.append(document.createElement('pipeline-filter')));
        await expect(page.getByRole('alert')).toHaveCount(4);
        await expect.poll(() => told.events.length).toBe(4);
        expect(new Set(told.events.map((event) => event.split(' ')[0]))).toEqual(new Set(ELEMENTS));
        for (const event of told.events) expect(event).toMatch(/ load unknown: .*“lit-html”/);
        expect(told.console).toHaveLength(1);
        expect(told.console[0]).toContain('trusted-types lit-html');
        expect(new Set(told.violations)).toEqual(new Set(['trusted-types']));
      });
    }

    test('with another copy of lit they need allow-duplicates, and say so', async ({ page }) => {
      const told = await open(page, { load, csp: `${STRICT}; ${TYPES}; trusted-types lit-html`, before: OTHER_LIT });
      await expect(page.getByRole('alert')).toHaveCount(3);
      await expect(page.getByText('Theirs')).toBeVisible();
      expect(told.console).toHaveLength(1);
      expect(told.console[0]).toContain("'allow-duplicates'");
    });
  });
}

test.describe('the one file', () => {
  const load = 'the one file';

  test('a report-only policy blocks nothing', async ({ page }) => {
    const told = await open(page, {
      load,
      csp: "trusted-types 'none'",
      header: 'Content-Security-Policy-Report-Only',
    });
    await useAll(page);
    expect([told.events, told.console]).toEqual([[], []]);
    expect(told.violations).toContain('trusted-types');
  });

  test('with another copy of lit they work where duplicates are allowed', async ({ page }) => {
    const csp = `${STRICT}; ${TYPES}; trusted-types lit-html 'allow-duplicates'`;
    const told = await open(page, { load, csp, before: OTHER_LIT, after: OTHER_LIT });
    await useAll(page);
    expect(told).toEqual({ violations: [], events: [], console: [] });
  });

  test('they do not complain about another copy of lit that was blocked', async ({ page }) => {
    const told = await open(page, { load, csp: `${STRICT}; ${TYPES}; trusted-types lit-html` });
    await useAll(page);
    const files = await bundle(script('late', OTHER_LIT));
    await page.route('**/app/late.js', (route) =>
      route.fulfill({ body: files.get('/app/late.js')!, contentType: 'text/javascript' }),
    );
    const late = '/app/late.js';
    const failed = await page.evaluate(
      (url) =>
        import(url).then(
          () => 'ran',
          () => 'refused',
        ),
      late,
    );
    expect(failed).toBe('refused');
    await expect.poll(() => told.violations).toEqual(['trusted-types']);
    expect([told.events, told.console]).toEqual([[], []]);
    await expect(page.getByRole('button', { name: 'Add status' })).toBeVisible();
  });
});

for (const name of ['pipeline-status-picker', 'pipeline-settings']) {
  test(`${name} alone, which loads its lit later, reports the same`, async ({ page }) => {
    LOADS['alone'] = { entries: { [name]: `pipeline-elements/${name}/define` }, options: { splitting: true } };
    const body = `<${name} conversation-id="c-1"></${name}>`;
    const told = await open(page, { load: 'alone', csp: `${STRICT}; trusted-types 'none'`, body });
    await expect(page.getByRole('alert')).toHaveText(/“lit-html”/);
    await expect.poll(() => told.events).toHaveLength(1);
    expect(told.events[0]).toMatch(new RegExp(`^${name} load unknown: `));
    expect(told.console).toHaveLength(1);
  });
}

test('a provider of a REST API needs connect-src and nothing else', async ({ page }) => {
  const body = `<pipeline-provider src="/nowhere">${PAGE}</pipeline-provider>`;
  const [without, granted] = [STRICT, `${STRICT}; connect-src 'self'`];
  const refused = await open(page, { load: 'the one file', csp: without, body });
  await expect.poll(() => refused.violations.length).toBeGreaterThan(0);
  expect(new Set(refused.violations)).toEqual(new Set(['connect-src']));

  const other = await page.context().newPage();
  const answered = other.waitForResponse(/\/nowhere\/statuses/);
  const told = await open(other, { load: 'the one file', csp: granted, body });
  await answered;
  expect(told.violations).toEqual([]);
});
