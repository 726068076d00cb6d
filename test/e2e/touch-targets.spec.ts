/** Tests that all controls in every state are large enough to touch on a phone. */
import { expect, test } from '@playwright/test';
import { build } from 'esbuild';
import type { STATES } from '../browser/states/index.js';
import { measureTargets } from './touch-target-size.js';

test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } });

declare global {
  interface Window {
    stage: { STATES: typeof STATES };
  }
}

test('every control in every state is large enough to touch', async ({ page }) => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from './test/browser/states/index.js';`, resolveDir: process.cwd() },
    bundle: true,
    globalName: 'stage',
    // package.json lists the files with side effects as published, in dist/.
    ignoreAnnotations: true,
    write: false,
  });
  await page.route('**/stage.html', (route) =>
    route.fulfill({
      body: `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">
        <link rel="icon" href="data:,"><main></main>`,
      contentType: 'text/html',
    }),
  );
  await page.goto('/stage.html');
  expect(await page.evaluate(() => matchMedia('(pointer: coarse)').matches)).toBe(true);
  await page.addScriptTag({ content: outputFiles[0]!.text });
  const names = await page.evaluate(() =>
    Object.entries(window.stage.STATES).flatMap(([of, states]) =>
      Object.keys(states).map((state) => [of, state] as const),
    ),
  );
  const found: string[] = [];
  let total = 0;
  for (const [of, state] of names) {
    // Two hundred rows look like five, and a dragging finger touches nothing else.
    if (state.startsWith('200') || state.startsWith('dragged')) continue;
    await page.evaluate(
      async ([of, state]) => {
        const main = document.createElement('main');
        document.querySelector('main')!.replaceWith(main);
        await window.stage.STATES[of]![state]!(main);
        await new Promise(requestAnimationFrame);
      },
      [of, state] as const,
    );
    const { measured, small } = await measureTargets(page);
    total += measured;
    found.push(...small.map((each) => `${of}, ${state}: ${each}`));
  }
  expect(found).toEqual([]);
  expect(total).toBeGreaterThan(200);
});
