// Finds the fewest acts that still fail. The shrinking of fast-check removes one act at a time, which would take too
// long: a run takes a second, and has to be repeated, because the result also depends on the timing.

/** The most concurrent runs of the same acts. */
const MOST_TRIES = 12;
const TIME_MS = 300_000;

/** The errors of `tries` concurrent runs. */
async function failures(run, acts, tries) {
  const runs = await Promise.allSettled(Array.from({ length: tries }, () => run(acts)));
  return runs.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
}

/**
 * Removes half of the acts, a quarter, and so on down to single ones, as long as `run` still rejects. Resolves to the
 * remaining acts and their last failure, or to `undefined` if none of the `starts`, which are tried in turn, fails.
 */
export async function shrink(starts, run) {
  const end = performance.now() + TIME_MS;
  let [fewest, failed] = [[], []];
  while (!failed.length) {
    if (performance.now() > end) return undefined;
    for (fewest of starts) if ((failed = await failures(run, fewest, MOST_TRIES)).length) break;
  }
  // Twice the number of runs that one failure took on average.
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

/** Runs the same acts several times. Rejects if one run does. */
export async function runSome(run, acts) {
  for (const failure of await failures(run, acts, MOST_TRIES)) throw failure;
}
