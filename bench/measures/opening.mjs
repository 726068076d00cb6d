// Measures the time from the click to the painted list, with few statuses and with the maximum.
import { eachPeer } from '../harness/run-peers.mjs';
import { Samples } from '../harness/samples.mjs';
import { median } from '../harness/stats.mjs';

const FLOOR = 'lit-button';
const FRAME = 1000 / 60;

const measuresOf = (statuses) => ({
  wall: {
    id: `open-${statuses}`,
    title: `opened with ${statuses} statuses, from press to painted`,
    unit: 'ms',
    base: FLOOR,
    targets: [{ subject: 'picker', of: FLOOR, plus: FRAME }],
  },
  busy: {
    id: `open-${statuses}-busy`,
    title: `opened with ${statuses} statuses, main thread until all of it is painted`,
    unit: 'ms',
    base: FLOOR,
  },
});

async function press({ page, session }, { x, y }) {
  const opening = page.evaluate(() => window.stage.nextOpening());
  // Waits for earlier messages, so that the page is listening.
  await page.evaluate(() => undefined);
  const mouse = (type) =>
    session.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1 });
  // Sent together, so that the round trip between the two does not count.
  await Promise.all([mouse('mousePressed'), mouse('mouseReleased')]);
  return opening;
}

export async function opening(run) {
  const samples = new Samples();
  for (const statuses of [8, 200]) {
    const { wall, busy } = measuresOf(statuses);
    await eachPeer(run, { statuses, count: 1 }, async (opened, peer) => {
      const { page, meter } = opened;
      await page.evaluate(() => window.stage.mount());
      const at = await page.evaluate(() => window.stage.point());
      const times = [];
      const works = [];
      for (let i = 0; i < 3; i++) {
        works.push(await meter.busy(async () => times.push(await press(opened, at))));
        await page.evaluate(() => window.stage.close());
        await page.keyboard.press('Escape');
        await page.evaluate(() => window.stage.closed());
      }
      samples.add(wall, peer, median(times));
      samples.add(busy, peer, median(works));
    });
  }
  return samples.summary();
}
