// Finds a minimal list of actions that still fails. fast-check's own shrinking leaves out one action at a time, which
// is too slow here: a try takes a second, and must be repeated because the outcome depends on timing.

/** Maximum number of concurrent tries. */
const MOST_TRIES = 12;
const TIME_MS = 300_000;

/** Resolves to whether `run(actions)` rejects in one of `tries`, together with the error. */
async function failures(run, actions, tries) {
  const runs = await Promise.allSettled(Array.from({ length: tries }, () => run(actions)));
  return runs.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
}

/**
 * Leaves out half of the actions, then a quarter, and so on down to single ones, as long as `run` still rejects.
 * Resolves to the remaining ones and the last error; `undefined` if none of the `starts` (tried in turn, repeatedly)
 * fails.
 */
export async function shrink(starts, run) {
  const end = performance.now() + TIME_MS;
  let [fewest, failed] = [[], []];
  while (!failed.length) {
    if (performance.now() > end) return undefined;
    for (fewest of starts) if ((failed = await failures(run, fewest, MOST_TRIES)).length) break;
  }
  // Twice the average number of tries.
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

/** Runs the same several times; rejects if one of them does. */
export async function runRepeatedly(run, actions) {
  for (const failure of await failures(run, actions, MOST_TRIES)) throw failure;
}
