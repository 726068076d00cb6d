// npm run bench: what 1,000 pickers cost beside 1,000 native selects, in one page, turn by turn, as ratios of medians.
// Times of one run compare with each other and with nothing else: these are not the reader's machine.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';
import { CHROMIUM_ARGS, findBrowser } from '../scripts/browser.mjs';

const ROUNDS = 9;
const COUNT = 1000;
const STATUSES = 8;

const PAGE = '<!doctype html><meta charset="utf-8"><title>bench</title><body><main></main>';
const server = createServer(async (request, response) => {
  if (request.url === '/') return response.setHeader('content-type', 'text/html').end(PAGE);
  if (request.url !== '/pipeline-elements.js') return response.writeHead(404).end();
  response.setHeader('content-type', 'text/javascript').end(await readFile('dist/cdn/pipeline-elements.js'));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await puppeteer.launch({
  executablePath: await findBrowser(),
  args: [...CHROMIUM_ARGS, '--js-flags=--expose-gc'],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);

await page.evaluate(
  async ({ COUNT, STATUSES }) => {
    const { MemoryAdapter, setDefaultAdapter } = await import('/pipeline-elements.js');
    const adapter = new MemoryAdapter();
    const statuses = [];
    for (let i = 0; i < STATUSES; i++) {
      statuses.push(
        await adapter.createStatus({
          id: `s${i}`,
          name: `Status ${i}`,
          color: `#${(i * 1_900_000 + 99_999).toString(16).padStart(6, '0')}`,
        }),
      );
    }
    for (let i = 0; i < COUNT; i++) await adapter.setStatus([{ conversationId: `c${i}` }], `s${i % STATUSES}`);
    setDefaultAdapter(adapter);

    const main = document.querySelector('main');
    const subjects = {
      'native select': (i) => {
        const select = document.createElement('select');
        for (const { id, name } of statuses) select.append(new Option(name, id, false, id === `s${i % STATUSES}`));
        return select;
      },
      picker: (i) => {
        const picker = document.createElement('pipeline-status-picker');
        picker.conversationId = `c${i}`;
        return picker;
      },
    };
    // Until the next frame after the one that shows it has begun: everything of the mount is behind us then.
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const isShown = () =>
      [...main.children].every((child) => child.localName === 'select' || !child.matches(':state(loading)'));

    window.mount = async (name) => {
      main.replaceChildren();
      await painted();
      const start = performance.now();
      const fragment = document.createDocumentFragment();
      for (let i = 0; i < COUNT; i++) fragment.append(subjects[name](i));
      main.append(fragment);
      do await painted();
      while (!isShown());
      const mounted = performance.now() - start;
      const again = performance.now();
      main.replaceChildren();
      await painted();
      return { mounted, unmounted: performance.now() - again };
    };
  },
  { COUNT, STATUSES },
);

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const SUBJECTS = ['native select', 'picker'];
const times = Object.fromEntries(SUBJECTS.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const name of SUBJECTS) times[name].push(await page.evaluate((subject) => window.mount(subject), name));
}
await browser.close();
server.close();

const rows = ['mounted', 'unmounted'].flatMap((what) => {
  const base = median(times[SUBJECTS[0]].map((time) => time[what]));
  return SUBJECTS.map((name) => {
    const ms = median(times[name].map((time) => time[what]));
    return { what: `${COUNT} ${what}`, subject: name, ms: Math.round(ms), ratio: Number((ms / base).toFixed(2)) };
  });
});
console.table(rows);
await mkdir('bench/results', { recursive: true });
await writeFile('bench/results/latest.json', `${JSON.stringify(rows, null, 2)}\n`);
