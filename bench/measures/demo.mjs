// Measures the demo with thousands of conversations, used like a person does, also on a slow machine.
import { serveInbox } from '../harness/big-inbox.mjs';
import { openPage } from '../harness/browser.mjs';
import { Samples } from '../harness/samples.mjs';

const COUNT = 10_000;
const SLOWER = 4;
const SLOW = `${SLOWER} × slower`;
const SPEEDS = { 'as it is': 1, [SLOW]: SLOWER };
/** Interactions of each kind per page. */
const TIMES = 4;

const among = `among ${COUNT.toLocaleString('en')}`;
const LOADED = {
  id: 'demo-loaded',
  title: `demo: loaded with ${COUNT.toLocaleString('en')} chats, first pickers painted`,
  unit: 'ms',
};
const HELD = { id: 'demo-held', title: 'the same, memory held', unit: 'bytes' };

const pressed = (id, title, targets) => ({
  nextPaint: { id: `demo-${id}`, title: `demo: ${title}, interaction to next paint`, unit: 'ms', targets },
  shown: { id: `demo-${id}-shown`, title: 'the same, until it is painted', unit: 'ms' },
});
const quick = [{ subject: SLOW, atMost: 100 }];

const CHAT = pressed('chat', `a chat opened ${among}`, quick);
const LIST = pressed('list', `its statuses opened ${among}`, quick);
const PICK = pressed('pick', `a status picked ${among}`, quick);
const FILTER = pressed('filter', `the filter opened ${among}`, quick);
const TICK = pressed('tick', `one status ticked in the filter of ${COUNT.toLocaleString('en')}`, quick);
const SETTINGS = pressed('settings', `settings opened ${among}`, quick);
const FORM = pressed('form', `the form for another status opened ${among}`, quick);
const ADD = pressed('add', `a status added ${among}`, quick);
const EDIT = pressed('edit', `the form of a status opened ${among}`, quick);
const RENAME = pressed('rename', `a status renamed ${among}`, quick);
const CHATS = pressed('chats', `back to ${COUNT.toLocaleString('en')} chats`, quick);

/** Records when the first rows show their statuses: `window.firstPainted`. */
function watchLoad() {
  const look = () => {
    const pickers = [...document.querySelectorAll('#conversations pipeline-status-picker')].slice(0, 5);
    if (pickers.length < 5 || !pickers.every((each) => each.hasUpdated && !each.matches(':state(loading)')))
      requestAnimationFrame(look);
    else setTimeout(() => (window.firstPainted = performance.now()));
  };
  look();
}

async function open(browser, origin, rate) {
  // Any page of the origin will do at first.
  const opened = await openPage(browser, `${origin}/nothing`);
  const { page, session } = opened;
  await page.evaluate(async () => (await import('/page/inbox.js')).setUp());
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  await page.evaluateOnNewDocument(watchLoad);
  await page.goto(`${origin}/#/chats`);
  await page.evaluate(async () => (window.inbox = await import('/page/inbox.js')));
  const count = await page.evaluate(() => window.inbox.ready());
  if (count !== COUNT) throw new Error(`The demo shows ${count} chats of ${COUNT}`);
  return opened;
}

class Person {
  #opened;
  #samples;
  #speed;

  constructor(opened, samples, speed) {
    this.#opened = opened;
    this.#samples = samples;
    this.#speed = speed;
  }

  async press(measure, act, argument) {
    const { page, session } = this.#opened;
    const { x, y } = await page.evaluate((act, argument) => window.inbox.watch(act, argument), act, argument);
    const mouse = (type, buttons) =>
      session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons, clickCount: 1 });
    await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
    await Promise.all([mouse('mousePressed', 1), mouse('mouseReleased', 0)]);
    const took = await page.evaluate(() => window.measured);
    for (const [name, time] of Object.entries(took)) this.#samples.add(measure[name], this.#speed, time);
  }

  async use() {
    const { keyboard } = this.#opened.page;
    for (let i = 1; i <= TIMES; i++) await this.press(CHAT, 'chat', i);
    for (let i = 1; i <= TIMES; i++) {
      await this.press(LIST, 'list');
      await this.press(PICK, 'pick', 1 + (i % 2));
    }
    await this.press(FILTER, 'filter');
    for (let i = 1; i <= TIMES; i++) await this.press(TICK, 'tick', 0);
    await keyboard.press('Escape');
    await this.press(SETTINGS, 'page', 'settings');
    await this.press(FORM, 'form');
    for (let i = 1; i <= TIMES; i++) {
      await keyboard.type(`Another ${i}`);
      await this.press(ADD, 'add');
    }
    for (let i = 1; i <= TIMES; i++) {
      await this.press(EDIT, 'edit');
      await keyboard.type(`Renamed ${i}`);
      await this.press(RENAME, 'rename', `Renamed ${i}`);
    }
    await this.press(CHATS, 'page', 'chats');
  }
}

export async function demo({ browser, rounds }) {
  const samples = new Samples();
  const server = await serveInbox(COUNT);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [speed, rate] of Object.entries(SPEEDS)) {
        const opened = await open(browser, server.origin, rate);
        samples.add(LOADED, speed, await opened.page.evaluate(() => window.firstPainted));
        if (rate === 1) samples.add(HELD, 'demo', (await opened.meter.held()).bytes);
        await new Person(opened, samples, speed).use();
        await opened.close();
      }
    }
  } finally {
    server.close();
  }
  return samples.summary();
}
