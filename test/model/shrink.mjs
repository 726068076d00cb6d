// The fewest acts that still fail. Not by fast-check's own shrinking, which leaves out one after the other: a try takes a
// second here, and has to be made several times, for what acts lead to depends on their timing too.

/** How often the same is tried at once, at most. */
const MOST_TRIES = 12;
const TIME_MS = 300_000;

/** Whether `run(acts)` rejects in one of `tries`; with how, for the one that asks. */
async function failures(run, acts, tries) {
  const runs = await Promise.allSettled(Array.from({ length: tries }, () => run(acts)));
  return runs.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
}

/**
 * Leaves out half of the acts, a quarter, and so on down to single ones, as long as `run` still rejects. Resolves to what
 * is left and to its last failure; `undefined` when none of the `starts` (one after the other, again and again) fails.
 */
export async function shrink(starts, run) {
  const end = performance.now() + TIME_MS;
  let [fewest, failed] = [[], []];
  while (!failed.length) {
    if (performance.now() > end) return undefined;
    for (fewest of starts) if ((failed = await failures(run, fewest, MOST_TRIES)).length) break;
  }
  // Twice as many as it took on average.
  const tries = Math.min(Math.ceil((2 * MOST_TRIES) / failed.length), MOST_TRIES);
  let last = failed[0];
  for (let size = Math.ceil(fewest.length / 2), isDone = false; !isDone; size = Math.ceil(size / 2)) {
    isDone = size === 1;
    for (let start = 0; start < fewest.length && performance.now() < end;) {
      const rest = fewest.toSpliced(start, size);
      const [failure] = rest.length ? await failures(run, rest, tries) : [];
      if (failure === undefined) {
        start += size;
        continue;
      }
      [fewest, last] = [rest, failure];
      if (size === 1) isDone = false;
    }
    if (performance.now() > end) break;
  }
  return { fewest, failure: last };
}

/** Several times the same; rejects when one of them does. */
export async function runSome(run, acts) {
  for (const failure of await failures(run, acts, MOST_TRIES)) throw failure;
}
