// Runs in the page: puts the same conversations in every database and runs the same queries.
const STATUSES = ['s0', 's1', 's2', 's3', 's4', 's5', 's6'];
/** Each status, and "no status", has an eighth of the conversations. */
const GROUPS = [...STATUSES, null];
const WATCHED_MS = 300;

const idOf = (i) => `62812${String(i).padStart(8, '0')}@s.whatsapp.net`;
const START = Date.UTC(2025, 0, 1);

function* rowsBetween(from, to) {
  for (let i = from; i < to; i++) {
    yield { conversationId: idOf(i), statusId: GROUPS[i % GROUPS.length], activityAt: START + i * 1000 };
  }
}

/** Milliseconds that `act` takes; repeated if it is too quick for the clock. */
async function timed(act) {
  const start = performance.now();
  let times = 0;
  do {
    await act();
    times++;
  } while (performance.now() - start < 20);
  return (performance.now() - start) / times;
}

/** Picks one after the other while `act` runs; resolves to the time of `act` and of the longest pick. */
async function withPicks(database, count, act) {
  const start = performance.now();
  let took;
  const acting = act().then(() => (took = performance.now() - start));
  let longest = 0;
  for (let i = 0; performance.now() - start < WATCHED_MS || took === undefined; i++) {
    const conversationId = idOf((i * 8 + 3) % count);
    const before = performance.now();
    await database.pick(conversationId, i % 2 ? 's3' : 's4');
    longest = Math.max(longest, performance.now() - before);
  }
  await acting;
  return { took, longest };
}

export async function start(subject, name) {
  const { open } = await import(`/databases/${subject}.js`);
  const database = await open(name);
  await database.createStatuses(STATUSES);
  let count = 0;
  let turn = 0;

  const check = (condition, what) => {
    if (!condition) throw new Error(`${subject}: ${what}`);
  };

  return {
    /** Adds `n` conversations; with `isPlain`, none has a status. Resolves to the milliseconds. */
    async load(n, isPlain = false) {
      const rows = [...rowsBetween(count, count + n)];
      if (isPlain) for (const row of rows) row.statusId = null;
      const start = performance.now();
      await database.load(rows);
      count += n;
      return performance.now() - start;
    },
    /** Like `load`, in the quickest way. */
    async seed(n) {
      const rows = [...rowsBetween(count, count + n)];
      await (database.seed ?? database.load)(rows);
      count += n;
    },
    async count() {
      const counts = await database.count();
      check(counts.length === GROUPS.length && counts.reduce((a, b) => a + b) === count, `counts ${counts}`);
      return timed(() => database.count());
    },
    async firstPage() {
      const ids = await database.firstPage(['s0', 's1', 's2'], 50);
      check(ids.length === 50 && new Set(ids).size === 50, `a page of ${ids.length}`);
      return timed(() => database.firstPage(['s0', 's1', 's2'], 50));
    },
    async lookUp() {
      return timed(async () => {
        turn++;
        // Spread over all of them, not in order.
        const ids = Array.from({ length: 1000 }, (_, i) => idOf((i * 7919 + turn * 31) % count));
        const found = await database.lookUp(ids);
        check(found === new Set(ids).size, `${found} found`);
      });
    },
    pick() {
      return timed(() => {
        turn++;
        return database.pick(idOf((turn * 7919) % count), STATUSES[turn % STATUSES.length]);
      });
    },
    /** Milliseconds of a delete with its move and of its undo, each while picks continue. */
    async remove() {
      const version = await database.versionOf('s0');
      const removed = await withPicks(database, count, () => database.delete('s0', version, 's1'));
      const restored = await withPicks(database, count, () => database.restore('s0'));
      return { removed, restored };
    },
    /** Milliseconds of each call, without and with `n` deleted statuses. */
    async deleted(n) {
      const times = async () => ({
        pick: await this.pick(),
        count: await this.count(),
        firstPage: await this.firstPage(),
        lookUp: await this.lookUp(),
        list: await timed(() => database.list()),
      });
      const without = await times();
      await database.plantDeleted(n);
      return { without, with: await times() };
    },
    /** Milliseconds of one write to all conversations, and of the longest read in the meantime. */
    async setAll() {
      const ids = Array.from({ length: count }, (_, i) => idOf(i));
      const start = performance.now();
      let took;
      const writing = database.setMany(ids, 's6').then(() => (took = performance.now() - start));
      let longest = 0;
      while (took === undefined) {
        const before = performance.now();
        await database.count();
        longest = Math.max(longest, performance.now() - before);
      }
      await writing;
      return { took, longest };
    },
    async close() {
      await database.close();
      await new Promise((resolve, reject) => {
        Object.assign(indexedDB.deleteDatabase(name), { onsuccess: resolve, onerror: reject });
      });
    },
  };
}
