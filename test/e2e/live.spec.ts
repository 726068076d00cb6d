/** Measures how quickly one agent sees another's changes, with one server and with three instances. */
import { expect, type Browser, type Page } from '@playwright/test';
import { test } from './cluster.js';
import { EXAMPLES, Inbox } from './inbox.js';
import { DemoProcess } from './demo-process.js';

/** Maximum median latency in milliseconds, over `ROUNDS` of each kind. */
const LIMIT = 1000;
const ROUNDS = 5;

interface Confirmed {
  /** When the adapter confirmed the newest write, in milliseconds since 1970; 0: not yet. */
  confirmedAt: number;
}

async function agent(browser: Browser, origin: string): Promise<Inbox> {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(() => {
    const own = window as unknown as Confirmed;
    for (const type of ['pipeline-status-change', 'pipeline-statuses-change']) {
      addEventListener(type, () => (own.confirmedAt = performance.timeOrigin + performance.now()));
    }
  });
  await page.goto(`${origin}/?adapter=rest`);
  return new Inbox(page);
}

/**
 * When the page first shows a change, checked once per frame: the names in the settings, or the status in the composer.
 */
async function shownAt(page: Page, expected: string): Promise<number> {
  const shown = await page.waitForFunction(
    (wanted) => {
      const settings = document.querySelector('pipeline-settings')?.shadowRoot;
      const picker = document.querySelector('pipeline-status-picker[placement=composer]')?.shadowRoot;
      const names = [...(settings?.querySelectorAll('[part~=handle]') ?? [])].map((handle) =>
        handle.getAttribute('aria-label')!.replace(/^Reorder /, ''),
      );
      const text = settings ? names.join() : picker?.querySelector('[role=combobox]')?.textContent?.trim();
      return text === wanted && performance.timeOrigin + performance.now();
    },
    expected,
    { polling: 'raf' },
  );
  return (await shown.jsonValue()) as number;
}

/** Milliseconds from the confirmation of the first agent's change until the second agent sees it. */
async function measure(first: Inbox, second: Inbox, expected: string, act: () => Promise<void>): Promise<number> {
  await first.page.evaluate(() => ((window as unknown as Confirmed).confirmedAt = 0));
  const shown = shownAt(second.page, expected);
  await act();
  const confirmed = await first.page.waitForFunction(() => (window as unknown as Confirmed).confirmedAt);
  return Math.round((await shown) - (await confirmed.jsonValue()));
}

/** Measures the four kinds of changes several times each; resolves to the times of each. */
async function times(first: Inbox, second: Inbox): Promise<Record<string, number[]>> {
  const { settings } = first;
  const press = (name: string): Promise<void> => settings.getByRole('button', { name, exact: true }).click();
  const taken: Record<string, number[]> = { edit: [], move: [], delete: [], pick: [] };
  const all = [...EXAMPLES];
  const take = async (kind: string, act: () => Promise<void>, expected = all.join()): Promise<void> => {
    taken[kind]!.push(await measure(first, second, expected, act));
  };
  for (let n = 1; n <= ROUNDS; n++) {
    const [old, name] = [all[0]!, `Leads ${n}`];
    await press(`Edit ${old}`);
    await settings.getByRole('textbox', { name: 'Status name' }).fill(name);
    all[0] = name;
    await take('edit', () => press('Save'));

    all.splice(0, 2, all[1]!, name);
    await take('move', () => settings.getByRole('button', { name: `Reorder ${name}` }).press('Alt+ArrowDown'));
    all.splice(0, 2, all[1]!, all[0]);
    await take('move', () => settings.getByRole('button', { name: `Reorder ${name}` }).press('Alt+ArrowUp'));

    await first.addStatus('Spare', 'Green');
    await shownAt(second.page, [...all, 'Spare'].join());
    await take('delete', () => press('Delete Spare'));
  }
  for (const agent of [first, second]) {
    await agent.go('Chats');
    await agent.openConversation(0);
  }
  for (let n = 0; n < ROUNDS; n++) {
    const name = all[n % all.length]!;
    await take('pick', () => first.pick(first.detailsPicker, name), name);
  }
  return taken;
}

async function check(browser: Browser, origin: string): Promise<void> {
  const [first, second] = [await agent(browser, origin), await agent(browser, origin)];
  await second.go('Settings');
  await first.setUp();
  await shownAt(second.page, EXAMPLES.join());
  const taken = await times(first, second);
  const middle = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
  for (const [kind, list] of Object.entries(taken)) console.log(`  ${kind}: ${middle(list)} ms of ${list.join(', ')}`);
  for (const [kind, list] of Object.entries(taken)) expect(middle(list), `${kind}: ${list.join()}`).toBeLessThan(LIMIT);
}

test("an agent sees another's changes within a second", async ({ browser }) => {
  const demo = await DemoProcess.start();
  await check(browser, demo.origin);
  await demo.kill();
});

test('with three instances as well, whichever one each agent uses', async ({ browser, cluster }) => {
  await check(browser, cluster.origin);
  const writers = cluster.passed.filter(({ method }) => method === 'PUT' || method === 'PATCH');
  expect(new Set(writers.map(({ index }) => index)).size).toBe(3);
});
