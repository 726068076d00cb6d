/** What is loaded when it is first used: as an app's bundler splits it, over a network that loses and delays it. */
import { expect, test, type Page } from '@playwright/test';
import { build } from 'esbuild';

const SCRIPT = `
  import { MemoryAdapter, setDefaultAdapter } from 'pipeline-elements';
  import 'pipeline-elements/define';
  const adapter = new MemoryAdapter();
  for (const name of ['Leads', 'Purchase']) await adapter.createStatus({ id: name, name, color: '#2775f8' });
  setDefaultAdapter(adapter);
`;

const PICKER = '<pipeline-status-picker conversation-id="c1"></pipeline-status-picker>';

/** Serves a page with some elements; `answer` decides about the file with a part that they load. */
async function serve(page: Page, answer: () => Promise<boolean>, part = 'chooser', body = PICKER): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: process.cwd() },
    tsconfigRaw: {},
    bundle: true,
    splitting: true,
    format: 'esm',
    outdir: '/app',
    write: false,
    chunkNames: '[name]-[hash]',
  });
  const files = new Map(outputFiles.map((file) => [file.path, file.text]));
  await page.route('**/app/*', async (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path.includes(`/${part}-`) && !(await answer())) return route.abort();
    return route.fulfill({ body: files.get(path)!, contentType: 'text/javascript' });
  });
  await page.route('**/app.html', (route) =>
    route.fulfill({
      body: `<!doctype html><html lang="en"><link rel="icon" href="data:,"><script type="module" src="/app/stdin.js"></script>
        ${body}`,
      contentType: 'text/html',
    }),
  );
  await page.goto('/app.html');
}

/** The codes of the failures that the page is told of. */
async function failures(page: Page): Promise<string[]> {
  const codes: string[] = [];
  await page.exposeFunction('told', (code: string) => codes.push(code));
  await page.evaluate(() => {
    document.addEventListener('pipeline-error', (event) => {
      const { code } = (event as unknown as { error: { code: string } }).error;
      (window as unknown as { told(code: string): void }).told(code);
    });
  });
  return codes;
}

test('a list whose code does not arrive says so, and comes with the next click', async ({ page }) => {
  let isLost = true;
  await serve(page, () => Promise.resolve(!isLost));
  const codes = await failures(page);
  const picker = page.getByRole('combobox', { name: 'Pipeline status' });
  await expect(picker).toHaveText('No status');
  await picker.click();
  await expect(page.getByRole('alert')).toHaveText('The server cannot be reached right now.');
  await expect.poll(() => codes).toEqual(['unavailable']);
  isLost = false;
  await picker.click();
  await page.getByRole('option', { name: 'Leads', exact: true }).click();
  await expect(picker).toHaveText('Leads');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('keys pressed while the list is on its way are not lost', async ({ page }) => {
  let arrive = (): void => undefined;
  const arrived = new Promise<boolean>((resolve) => (arrive = () => resolve(true)));
  await serve(page, () => arrived);
  const picker = page.getByRole('combobox', { name: 'Pipeline status' });
  await expect(picker).toHaveText('No status');
  await picker.focus();
  await page.keyboard.press('p');
  await expect(picker).toHaveAttribute('aria-expanded', 'false');
  arrive();
  await expect(page.getByRole('option', { name: 'Purchase', exact: true })).toBeFocused();
});

test('a list that is on its way does not open any more after Escape, or when focus went on', async ({ page }) => {
  let arrive = (): void => undefined;
  const arrived = new Promise<boolean>((resolve) => (arrive = () => resolve(true)));
  await serve(page, () => arrived);
  await page.evaluate(() => document.body.append(document.createElement('pipeline-status-picker')));
  const [first, second] = [0, 1].map((i) => page.getByRole('combobox', { name: 'Pipeline status' }).nth(i));
  await expect(second!).toBeVisible();
  await first!.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await second!.focus();
  await page.keyboard.press('ArrowDown');
  await first!.focus();
  const response = page.waitForResponse(/chooser/);
  arrive();
  const url = (await response).url();
  // Resolves when the code is there and all who waited for it have been told.
  await page.evaluate(async (path) => void (await import(path)), url);
  for (const each of [first!, second!]) expect(await each.getAttribute('aria-expanded')).toBe('false');
  await page.keyboard.press('ArrowDown');
  await expect(first!).toHaveAttribute('aria-expanded', 'true');
});

test('settings whose code does not arrive say so, and come with "Try again" where the keyboard goes on', async ({
  page,
}) => {
  let isLost = true;
  await serve(page, () => Promise.resolve(!isLost), 'page', '');
  const codes = await failures(page);
  await page.evaluate(() => document.body.append(document.createElement('pipeline-settings')));
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('The server cannot be reached right now.');
  await expect.poll(() => codes).toEqual(['unavailable']);
  const retry = page.getByRole('button', { name: 'Try again' });
  await retry.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => codes).toEqual(['unavailable', 'unavailable']);
  await expect(retry).toBeFocused();
  isLost = false;
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem')).toHaveCount(2);
  await expect(alert).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Reorder Leads' })).toBeFocused();
});

test('whoever waits for the settings waits for their code', async ({ page }) => {
  let arrive = (): void => undefined;
  const arrived = new Promise<boolean>((resolve) => (arrive = () => resolve(true)));
  await serve(page, () => arrived, 'page', '<pipeline-settings></pipeline-settings>');
  const settings = page.locator('pipeline-settings');
  await expect(settings).toHaveJSProperty('hasUpdated', true);
  const buttons = settings.evaluate(async (element) => {
    await (element as HTMLElement & { updateComplete: Promise<boolean> }).updateComplete;
    return element.shadowRoot!.querySelectorAll('button').length;
  });
  arrive();
  expect(await buttons).toBe(7);
});
