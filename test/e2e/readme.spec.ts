/** Tests that every example in the README runs: HTML as a page, scripts in a page, style sheets parse. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { build } from 'esbuild';

const README = readFileSync('README.md', 'utf8');
const SCRIPT_TAG = '<script type="module" src="/dist/cdn/pipeline-elements.js"></script>';

const examples = [...README.matchAll(/^```(html|js|ts|css)\n([\s\S]*?)^```$/gm)].map(([, language, code], index) => ({
  name: `${index + 1}: ${code!.trim().split('\n')[0]}`,
  language: language!,
  code: code!,
}));

test('the README has examples', () => {
  expect(examples.length).toBeGreaterThan(8);
});

for (const { name, language, code } of examples) {
  test(`${language} example ${name}`, async ({ page }) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => ['error', 'assert'].includes(message.type()) && problems.push(message.text()));
    let body = SCRIPT_TAG;
    if (language === 'html') body = code.includes('<script') ? code : SCRIPT_TAG + code;
    if (language === 'css')
      body = `<style>${code}</style>${SCRIPT_TAG}<pipeline-status-picker></pipeline-status-picker>`;
    if (language === 'js' || language === 'ts') {
      // As bundled by an app; stubs replace the functions of a test runner.
      const runner = 'const describe = (name, body) => body(); const it = () => {};';
      const { outputFiles } = await build({
        stdin: { contents: code, loader: language, resolveDir: process.cwd() },
        // Like an app: this repository's `paths` would resolve part of the package to src/.
        tsconfigRaw: {},
        bundle: true,
        format: 'esm',
        write: false,
        banner: { js: runner },
      });
      const [script] = outputFiles;
      await page.route('**/example.js', (route) =>
        route.fulfill({ body: `${script!.text};window.done = true;`, contentType: 'text/javascript' }),
      );
      body = '<script type="module" src="/example.js"></script>';
    }
    await page.route('**/example.html', (route) =>
      route.fulfill({
        body: `<!doctype html><html lang="en"><link rel="icon" href="data:,">${body}`,
        contentType: 'text/html',
      }),
    );
    const failed = new Promise((resolve) => page.on('pageerror', resolve));
    await page.goto('/example.html');
    if (body.includes('example.js')) {
      await Promise.race([page.waitForFunction(() => (window as { done?: boolean }).done), failed]);
    }
    if (language === 'html') {
      const count = await page.locator('pipeline-settings, pipeline-status-picker, pipeline-filter').count();
      expect(count).toBeGreaterThan(0);
      await expect(page.locator('pipeline-settings:not(:defined), pipeline-status-picker:not(:defined)')).toHaveCount(
        0,
      );
    }
    if (language === 'css') {
      const rules = await page.evaluate(() => document.styleSheets[0]!.cssRules.length);
      expect(rules).toBe(code.match(/\{/g)!.length);
    }
    expect(problems).toEqual([]);
  });
}
