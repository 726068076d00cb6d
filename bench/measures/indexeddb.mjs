// Measures the IndexedDB adapter in comparison with plain IndexedDB and Dexie, with the same conversations.
import { openPage } from '../harness/browser.mjs';
import { Samples } from '../harness/samples.mjs';

const RAW = 'raw';
const OURS = 'adapter';
const SUBJECTS = [RAW, 'dexie', OURS];
/** Conversations per call. */
const BATCH = 10_000;

const named = (n) => n.toLocaleString('en');
const ours = (atMost, of) => [{ subject: OURS, atMost, ...(of ? { of } : {}) }];
const at = (count, id, title, more) => ({
  id: `idb-${id}-${count}`,
  title: `${title}, ${named(count)} stored`,
  unit: 'ms',
  ...more,
});

const measuresAt = (count) => ({
  count: at(count, 'count', 'counts of all statuses and of none', { base: RAW, targets: ours(3) }),
  firstPage: at(count, 'page', 'first 50 of a filter by 3 statuses', { base: RAW, targets: ours(1.3, [RAW, 'dexie']) }),
  lookUp: at(count, 'look-up', '1,000 ids looked up', { base: RAW, targets: ours(1.3, [RAW, 'dexie']) }),
  pick: at(count, 'pick', 'a pick until it is committed', { base: RAW, targets: ours(2, RAW) }),
});
const removalsAt = (count) => {
  const eighth = `status of ${named(count / 8)} of ${named(count)}`;
  const measure = (id, title, atMost) => ({ id: `idb-${id}-${count}`, title, unit: 'ms', targets: ours(atMost) });
  return {
    removed: measure('remove', `${eighth} deleted, with a move`, 100),
    restored: measure('restore', 'the same undone', 100),
    longest: measure('remove-pick', 'longest pick during these', 50),
  };
};
const LOAD = {
  id: 'idb-load',
  title: `${named(BATCH)} conversations stored at once, into nothing`,
  unit: 'ms',
  base: RAW,
  targets: ours(1.5, RAW),
};

async function stageOf(page, subject, name) {
  return page.evaluateHandle(
    async (subject, name) => (await import('/page/data.js')).start(subject, name),
    subject,
    name,
  );
}

const call = (stage, method, ...args) => stage.evaluate((stage, method, args) => stage[method](...args), method, args);

async function loading(page, rounds, samples) {
  for (let round = 0; round < rounds; round++) {
    for (const subject of SUBJECTS) {
      const stage = await stageOf(page, subject, `load-${subject}-${round}`);
      samples.add(LOAD, subject, await call(stage, 'load', BATCH, true));
      await call(stage, 'close');
    }
  }
}

async function asking(page, rounds, count, samples) {
  const stages = new Map();
  for (const subject of SUBJECTS) {
    const stage = await stageOf(page, subject, `${subject}-${count}`);
    for (let loaded = 0; loaded < count; loaded += BATCH) await call(stage, 'seed', Math.min(BATCH, count - loaded));
    stages.set(subject, stage);
  }
  const removals = removalsAt(count);
  for (let round = 0; round < rounds; round++) {
    for (const [method, measure] of Object.entries(measuresAt(count))) {
      for (const [subject, stage] of stages) samples.add(measure, subject, await call(stage, method));
    }
    const { removed, restored } = await call(stages.get(OURS), 'remove');
    samples.add(removals.removed, OURS, removed.took);
    samples.add(removals.restored, OURS, restored.took);
    samples.add(removals.longest, OURS, removed.longest, restored.longest);
  }
  for (const stage of stages.values()) await call(stage, 'close');
}

export async function indexeddb({ browser, origin, rounds, isFull }) {
  const samples = new Samples();
  // Not in a separate context, which would keep the data in memory.
  const { page, close } = await openPage(browser, `${origin}/`, { onDisk: true });
  await loading(page, rounds, samples);
  for (const count of isFull ? [10_000, 1_000_000] : [10_000, 100_000]) await asking(page, rounds, count, samples);
  await close();
  return samples.summary();
}
