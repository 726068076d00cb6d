// Measures 1,000 pickers on a page: the costs of mounting, keeping, changing and unmounting them.
import { eachPeer } from '../harness/run-peers.mjs';
import { Samples } from '../harness/samples.mjs';
import { median } from '../harness/stats.mjs';

const BASE = 'native-select';
const COUNT = 1000;
const CYCLES = 10;
const ours = (of, atMost) => ({ subject: 'picker', of, atMost });

const FIRST_MOUNT = {
  id: 'first-mount',
  title: '1,000 mounted in a fresh page, main thread until painted',
  unit: 'ms',
  base: BASE,
  targets: [ours(BASE, 0.6), ours('lit-button', 1.4)],
};
const MOUNT = { ...FIRST_MOUNT, id: 'mount', title: '1,000 mounted again, main thread until painted' };
const MEMORY = {
  id: 'memory',
  title: 'memory of a mounted one, JavaScript and DOM',
  unit: 'bytes',
  base: BASE,
  targets: [ours(BASE, 0.5)],
};
const FIRST_UNMOUNT = {
  id: 'first-unmount',
  title: '1,000 unmounted the first time, main thread until painted',
  unit: 'ms',
  base: BASE,
  targets: [ours(BASE, 1)],
};
const UNMOUNT = { ...FIRST_UNMOUNT, id: 'unmount', title: '1,000 unmounted again, main thread until painted' };
const KEPT = {
  id: 'kept',
  title: `kept after ${CYCLES} times mounted and unmounted`,
  unit: 'bytes',
  base: BASE,
  targets: [ours(BASE, 1)],
};
const grown = (id, what, unit, target) => ({
  id: `grown-${id}`,
  title: `${what} that each further time adds`,
  unit,
  targets: [{ subject: 'picker', ...target }],
});
const GROWN = {
  // The engine's own data varies by some kB; 16 bytes per picker would be a leak.
  bytes: grown('bytes', 'memory', 'bytes', { of: BASE, plus: 16 * COUNT }),
  nodes: grown('nodes', 'nodes', 'nodes', { atMost: 0 }),
  listeners: grown('listeners', 'listeners', 'listeners', { atMost: 0 }),
};
const RENAME = {
  id: 'rename',
  title: 'status of 1,000 renamed and recolored, main thread until painted',
  unit: 'ms',
  base: BASE,
  targets: [ours(BASE, 1)],
};
const CHANGE = { id: 'change', title: 'conversation changed among 1,000, main thread until painted', unit: 'ms' };
const UPDATES = {
  id: 'updates',
  title: 'elements that update then',
  unit: 'elements',
  targets: [{ subject: 'picker', atMost: 1 }],
};

/** The others take seconds each time, so they are mounted once. */
const LIGHT = new Set([BASE, 'lit-button', 'picker']);

async function mounting(run, samples) {
  await eachPeer(run, { statuses: 8, count: COUNT }, async ({ page, meter }, peer) => {
    const mount = () => meter.busy(() => page.evaluate(() => window.stage.mount()));
    const unmount = () => meter.busy(() => page.evaluate(() => window.stage.unmount()));
    const before = await meter.held();
    samples.add(FIRST_MOUNT, peer, await mount());
    await page.evaluate(() => window.stage.check());
    samples.add(MEMORY, peer, ((await meter.held()).bytes - before.bytes) / COUNT);
    samples.add(FIRST_UNMOUNT, peer, await unmount());
    if (!LIGHT.has(peer)) return;
    const mounts = [await mount()];
    const unmounts = [await unmount()];
    const early = await meter.held();
    for (let cycle = 2; cycle < CYCLES; cycle++) {
      mounts.push(await mount());
      unmounts.push(await unmount());
    }
    const late = await meter.held();
    samples.add(MOUNT, peer, median(mounts));
    samples.add(UNMOUNT, peer, median(unmounts));
    samples.add(KEPT, peer, late.bytes - before.bytes);
    for (const what of Object.keys(GROWN)) samples.add(GROWN[what], peer, (late[what] - early[what]) / (CYCLES - 2));
  });
}

async function renaming(run, samples) {
  await eachPeer(run, { statuses: 8, count: COUNT, shared: true }, async ({ page, meter }, peer) => {
    await page.evaluate(() => window.stage.mount());
    const times = [];
    for (let i = 0; i < (LIGHT.has(peer) ? 3 : 1); i++) {
      times.push(await meter.busy(() => page.evaluate(() => window.stage.rename())));
      await page.evaluate(() => window.stage.check());
    }
    samples.add(RENAME, peer, median(times));
    if (peer !== 'picker') return;
    let updates;
    const change = () => page.evaluate(() => window.stage.changeOne());
    samples.add(CHANGE, peer, await meter.busy(async () => (updates = await change())));
    samples.add(UPDATES, peer, updates);
  });
}

export async function elements(run) {
  const samples = new Samples();
  await mounting(run, samples);
  await renaming(run, samples);
  return samples.summary();
}
