// npm run screenshots: takes pictures of every element in every state and every page of the demo, at 1280 and 360 px,
// light, dark and right-to-left, into screenshots/ with an index.html that shows them side by side; and the picture for
// the README. They are for viewing only and are not compared.
//   npm run screenshots -- picker   only those that start with this: an element, a page ("demo") or "readme"
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';
import { handleDemo } from '../demo/serve.mjs';
import { CHROMIUM_ARGS, findBrowser } from './browser.mjs';
import { run } from './run.mjs';
import { shootDemo, shootReadme } from './screenshots/demo.mjs';
import { shootElements } from './screenshots/elements.mjs';

const [wanted = ''] = process.argv.slice(2);
const isWanted = (name) => name.startsWith(wanted);

const LOOKS = [1280, 360].flatMap((width) =>
  [
    { look: 'light', features: { 'prefers-color-scheme': 'light' } },
    { look: 'dark', features: { 'prefers-color-scheme': 'dark' } },
    { look: 'rtl', features: { 'prefers-color-scheme': 'light' }, dir: 'rtl' },
    { look: 'forced', features: { 'forced-colors': 'active', 'prefers-color-scheme': 'dark' } },
  ].map((each) => ({ ...each, width, look: `${width}-${each.look}` })),
);

/** A page with this look that reports its errors. */
async function open({ look, width, features }, height) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`${look}: ${error.message}`));
  await page.setViewport({ width, height, deviceScaleFactor: 1.5, hasTouch: width < 500 });
  const client = await page.createCDPSession();
  await client.send('Emulation.setEmulatedMedia', {
    features: Object.entries(features).map(([name, value]) => ({ name, value })),
  });
  return page;
}

const shown = new Map();

/** Saves a picture. */
async function shoot(page, name, { look }, options = {}) {
  await page.screenshot({ path: `screenshots/${name}-${look}.png`, ...options });
  shown.set(name, [...(shown.get(name) ?? []), look]);
}

const indexPage = () => `<!doctype html>
<meta charset="utf-8">
<title>Screenshots</title>
<style>body{font:14px system-ui;margin:16px}section{overflow-x:auto;white-space:nowrap}figure{display:inline-block;margin:0 12px 12px 0;vertical-align:top}img{display:block;zoom:0.5;border:1px solid #8886}</style>
${[...shown]
  .map(
    ([name, looks]) =>
      `<h2>${name}</h2><section>${looks.map((look) => `<figure><img src="${name}-${look}.png" loading="lazy" alt=""><figcaption>${look}</figcaption></figure>`).join('')}</section>`,
  )
  .join('\n')}`;

const { code, output } = await run('node', ['scripts/build.mjs']);
if (code) throw new Error(output);
const server = createServer(handleDemo);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://localhost:${server.address().port}`;
const browser = await puppeteer.launch({ executablePath: await findBrowser(), args: CHROMIUM_ARGS });
try {
  if (!wanted) await rm('screenshots', { recursive: true, force: true });
  await mkdir('screenshots', { recursive: true });
  for (const look of LOOKS) {
    await shootElements({ open, shoot, isWanted }, look);
    if (!look.look.endsWith('forced')) await shootDemo({ open, shoot, isWanted, origin }, look);
  }
  if (isWanted('readme')) await shootReadme({ browser, origin });
  await writeFile('screenshots/index.html', indexPage());
  console.log('screenshots/index.html is ready');
} finally {
  await browser.close();
  server.close();
}
