/** Tests the example adapter for localStorage in real tabs, which are separate processes. */
import { expect, test, type Page } from '@playwright/test';
import { build } from 'esbuild';
import type { LocalStorageAdapter } from '../../demo/adapters/local-storage.js';

declare const adapter: LocalStorageAdapter;

test('three tabs that write at the same time lose nothing', async ({ context }) => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { LocalStorageAdapter } from './demo/adapters/local-storage.ts';
        window.adapter = new LocalStorageAdapter({ name: 'tabs' });`,
      resolveDir: process.cwd(),
    },
    tsconfigRaw: {},
    bundle: true,
    write: false,
  });
  await context.route('**/tab.html', (route) =>
    route.fulfill({ body: `<!doctype html><script>${outputFiles[0]!.text}</script>`, contentType: 'text/html' }),
  );
  const open = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto('/tab.html');
    return page;
  };
  const pages = [await open(), await open(), await open()];
  await pages[0]!.evaluate(() => adapter.createStatus({ id: 'a', name: 'A', color: '#2775f8' }));
  const EACH = 200;
  const ids = await Promise.all(
    pages.map((page, tab) =>
      page.evaluate(
        async ([tab, EACH]) => {
          const own = Array.from({ length: EACH }, (_, n) => `${tab}-${n}`);
          for (const conversationId of own) await adapter.setStatus([{ conversationId }], 'a');
          return own;
        },
        [tab, EACH] as const,
      ),
    ),
  );
  for (const page of pages) {
    const known = () => page.evaluate(async (all) => (await adapter.getEntries(all)).size, ids.flat());
    await expect.poll(known).toBe(3 * EACH);
  }
});
