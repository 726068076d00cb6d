// The demo's inbox with very many conversations on a slow machine: a chat is opened.
import { handleDemo } from '../../demo/serve.mjs';
import { openPage } from '../harness/browser.mjs';
import { Samples } from '../harness/samples.mjs';
import { serve } from '../harness/server.mjs';
import { median } from '../harness/stats.mjs';

const COUNT = 10_000;
const SLOWER = 4;
const TIMES = 3;
const READY_MS = 120_000;

const where = `chat opened among ${COUNT.toLocaleString('en')}, ${SLOWER} × slower`;
const NEXT_PAINT = {
  id: 'demo-next-paint',
  title: `demo: ${where}, interaction to next paint`,
  unit: 'ms',
  targets: [{ subject: 'demo', atMost: 100 }],
};
const SHOWN = { id: 'demo-shown', title: `demo: ${where}, until it is painted`, unit: 'ms' };

/** The example talks, and as many more of the same people as it takes. */
const MANY = `import { seeds as examples } from './examples.js';
export const seeds = Array.from({ length: ${COUNT} }, (_, i) => {
  const seed = examples[i % examples.length];
  return i < examples.length ? seed : { ...seed, id: \`more-\${i}\`, unread: 0 };
});`;

/** The demo as it is, but for the list of its conversations. */
function handle(request, response) {
  if (request.url === '/data/conversations.js') {
    response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' }).end(MANY);
    return true;
  }
  if (request.url === '/data/examples.js') request.url = '/data/conversations.js';
  void handleDemo(request, response);
  return true;
}

/** As for someone who was here before: three statuses, and three of four conversations with one. */
async function store(page) {
  await page.evaluate(async () => {
    const { IndexedDBAdapter } = await import('/dist/cdn/pipeline-elements.js');
    const { seeds } = await import('/data/conversations.js');
    const adapter = new IndexedDBAdapter();
    const statuses = ['Leads', 'Purchase', 'Repurchase'];
    for (const name of statuses) await adapter.createStatus({ id: name, name, color: '#2775f8' });
    const refs = seeds.map(({ id, contact }) => ({ conversationId: id, contactId: contact.id }));
    await adapter.putConversations(refs);
    for (const [at, name] of statuses.entries()) {
      await adapter.setStatus(
        refs.filter((_, i) => i % 4 === at),
        name,
      );
    }
    await adapter.close();
  });
}

async function open(browser, origin) {
  // Any page of the origin will do to begin with.
  const opened = await openPage(browser, `${origin}/nothing`);
  const { page, session } = opened;
  await store(page);
  await page.goto(`${origin}/#/chats`);
  const isReady = (count) => {
    const pickers = [...document.querySelectorAll('#conversations pipeline-status-picker')];
    return pickers.length === count && pickers.every((each) => each.hasUpdated && !each.matches(':state(loading)'));
  };
  await page.waitForFunction(isReady, { timeout: READY_MS, polling: 500 }, COUNT);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  return opened;
}

/** Resolves to the row's place, and begins to watch what the next press takes. */
async function watch(page, index) {
  return page.evaluate((index) => {
    const row = document.querySelectorAll('#conversations > li')[index];
    const link = row.querySelector('a');
    link.scrollIntoView({ block: 'center' });
    window.opened = new Promise((resolve) => {
      const events = [];
      const observer = new PerformanceObserver((list) => events.push(...list.getEntries()));
      observer.observe({ type: 'event', durationThreshold: 16 });
      const handlePress = async ({ timeStamp }) => {
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        while (link.getAttribute('aria-current') !== 'true') await frame();
        await new Promise((resolve) => setTimeout(resolve));
        const shown = performance.now() - timeStamp;
        // The entries are told some frames later.
        await new Promise((resolve) => setTimeout(resolve, 1000));
        observer.disconnect();
        const nextPaint = Math.max(0, ...events.filter((event) => event.interactionId).map(({ duration }) => duration));
        resolve({ shown, nextPaint });
      };
      addEventListener('pointerdown', handlePress, { capture: true, once: true });
    });
    const { left, top, width, height } = link.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  }, index);
}

async function press(session, { x, y }) {
  const mouse = (type) =>
    session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1 });
  await Promise.all([mouse('mousePressed'), mouse('mouseReleased')]);
}

export async function demo({ browser, rounds }) {
  const samples = new Samples();
  const server = await serve(handle);
  try {
    for (let round = 0; round < rounds; round++) {
      const { page, session, close } = await open(browser, server.origin);
      const times = [];
      for (let i = 1; i <= TIMES; i++) {
        await press(session, await watch(page, i));
        times.push(await page.evaluate(() => window.opened));
      }
      samples.add(NEXT_PAINT, 'demo', median(times.map(({ nextPaint }) => nextPaint)));
      samples.add(SHOWN, 'demo', median(times.map(({ shown }) => shown)));
      await close();
    }
  } finally {
    server.close();
  }
  return samples.summary();
}
