// Measures a filter that hides most of a long list.
import { openPage } from '../harness/browser.mjs';
import { Samples } from '../harness/samples.mjs';
import { tasksOf } from '../harness/trace.mjs';

const LOOP = 'one-loop';
const FILTER = 'pipeline-filter';
const STATUSES = 8;
const COUNT = 10_000;
const LONG_TASK = 50;
const FRAME = 1000 / 60;

const LONGEST = {
  id: 'filter-longest',
  title: '10,000 rows filtered by one toggle, longest task',
  unit: 'ms',
  base: LOOP,
  targets: [{ subject: FILTER, atMost: LONG_TASK }],
};
const WORK = {
  id: 'filter-work',
  title: 'the same, main thread for each 2,000 rows',
  unit: 'ms',
  base: LOOP,
  targets: [{ subject: FILTER, atMost: FRAME }],
};

export async function filter({ browser, origin, rounds }) {
  const samples = new Samples();
  for (let round = 0; round < rounds; round++) {
    for (const subject of [LOOP, FILTER]) {
      const { page, close } = await openPage(browser, `${origin}/`);
      await page.evaluate(
        async (subject, data) => {
          const { start } = await import('/page/list.js');
          window.stage = await start(subject, data);
        },
        subject,
        { statuses: STATUSES, count: COUNT },
      );
      const tasks = await tasksOf(page, () => page.evaluate(() => window.stage.toggle()));
      const shown = await page.evaluate(() => window.stage.shown());
      if (shown !== COUNT / STATUSES) throw new Error(`${subject}: ${shown} rows are shown`);
      samples.add(LONGEST, subject, Math.max(...tasks));
      samples.add(WORK, subject, (tasks.reduce((sum, task) => sum + task, 0) * 2000) / COUNT);
      await close();
    }
  }
  return samples.summary();
}
