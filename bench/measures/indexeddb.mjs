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

/** What deleted statuses cost, as a ratio to the same call without them. */
const DELETED = 20_000;
const WITHOUT = 'none deleted';
const WITH = `${named(DELETED)} deleted`;
const DELETED_MEASURES = Object.fromEntries(
  Object.entries({
    pick: 'a pick',
    count: 'counts',
    firstPage: 'first 50 of a filter',
    lookUp: '1,000 ids looked up',
    list: 'list of statuses',
  }).map(([method, title]) => [
    method,
    {
      id: `idb-deleted-${method}`,
      title: `${title}, with deleted statuses`,
      unit: 'ms',
      base: WITHOUT,
      targets: [{ subject: WITH, atMost: 1.5, of: WITHOUT }],
    },
  ]),
);
/** One write to many conversations. */
const MANY = 100_000;
const SET_ALL = {
  took: { id: 'idb-set-all', title: `one status set on ${named(MANY)} conversations`, unit: 'ms' },
  longest: { id: 'idb-set-all-read', title: 'longest read during this', unit: 'ms', targets: ours(50) },
};

async function growing(page, rounds, samples) {
  for (let round = 0; round < rounds; round++) {
    const stage = await stageOf(page, OURS, `deleted-${round}`);
    await call(stage, 'seed', BATCH);
    const times = await call(stage, 'deleted', DELETED);
    for (const [method, measure] of Object.entries(DELETED_MEASURES)) {
      samples.add(measure, WITHOUT, times.without[method]);
      samples.add(measure, WITH, times.with[method]);
    }
    await call(stage, 'close');
  }
  const stage = await stageOf(page, OURS, 'set-all');
  for (let seeded = 0; seeded < MANY; seeded += BATCH) await call(stage, 'seed', BATCH);
  const { took, longest } = await call(stage, 'setAll');
  samples.add(SET_ALL.took, OURS, took);
  samples.add(SET_ALL.longest, OURS, longest);
  await call(stage, 'close');
}

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
  await growing(page, rounds, samples);
  await close();
  return samples.summary();
}
