// Takes screenshots of the elements in the states that the tests use (test/browser/states), each on its own page.
import { build } from 'esbuild';

const PAGE = 'https://stage.example/';
const MARGIN = 16;

const style = `
  :root { color-scheme: light dark; }
  body { margin: ${MARGIN}px; background: Canvas; color: CanvasText; font: 15px system-ui, sans-serif; }
  main { display: flex; flex-wrap: wrap; gap: 8px; max-inline-size: 760px; }
  pipeline-settings { flex: 1 0 100%; min-inline-size: 0; }
  ul { flex-basis: 100%; }
`;

const html = (dir) => `<!doctype html>
<html lang="en" dir="${dir}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<style>${style}</style>
<main></main>
<script type="module" src="/stage.js"></script>`;

let bundle;

async function stageScript() {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { STATES, settle } from './test/browser/states/index.js'; Object.assign(window, { STATES, settle });`,
      resolveDir: '.',
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // package.json lists the files with side effects as published, in dist/.
    ignoreAnnotations: true,
    write: false,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

const settled = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    window.settle();
    await frame();
  });

/** The visible area: the main part of the page and everything that floats above it. */
const bounds = (page) =>
  page.evaluate((margin) => {
    const rects = [document.querySelector('main').getBoundingClientRect()];
    for (const element of document.querySelectorAll('main *')) {
      for (const floating of element.shadowRoot?.querySelectorAll(':popover-open, dialog[open]') ?? []) {
        rects.push(floating.getBoundingClientRect());
      }
    }
    const isNarrow = innerWidth < 500;
    const right = isNarrow ? innerWidth : Math.min(innerWidth, Math.max(...rects.map((rect) => rect.right)) + margin);
    const left = isNarrow ? 0 : Math.max(0, Math.min(...rects.map((rect) => rect.left)) - margin);
    const bottom = Math.min(innerHeight, Math.max(...rects.map((rect) => rect.bottom)) + margin);
    return { x: left, y: 0, width: right - left, height: bottom };
  }, MARGIN);

export async function shootElements({ open, shoot, isWanted }, look) {
  bundle ??= await stageScript();
  const page = await open(look, 800);
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const isScript = request.url() === `${PAGE}stage.js`;
    if (!isScript && !request.isNavigationRequest()) return request.respond({ status: 404 });
    const contentType = isScript ? 'text/javascript' : 'text/html';
    return request.respond({ contentType, body: isScript ? bundle : html(look.dir ?? 'ltr') });
  });
  await page.goto(PAGE);
  const names = await page.evaluate(() =>
    Object.entries(window.STATES).flatMap(([element, states]) => Object.keys(states).map((state) => [element, state])),
  );
  for (const [element, state] of names) {
    const name = `${element}-${state.replace(/[^a-z0-9]+/g, '-')}`;
    if (!isWanted(name)) continue;
    await page.goto(`${PAGE}?${name}`);
    await page.evaluate((of, which) => window.STATES[of][which](document.querySelector('main')), element, state);
    await settled(page);
    await shoot(page, name, look, { clip: await bounds(page) });
  }
  await page.close();
}
