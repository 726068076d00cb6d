/** Timers for the model tests. */

/** Polling interval, in milliseconds. */
const STEP = 5;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls `run` after this many milliseconds in which the process could run, so that a busy machine does not shorten it.
 * Returns a function that cancels it.
 */
export function afterRunning(ms: number, run: () => void): () => void {
  const step = 10 * STEP;
  let left = ms / step;
  const timer = setInterval(() => {
    if (--left > 0) return;
    clearInterval(timer);
    run();
  }, step);
  return () => clearInterval(timer);
}

/** Resolves when `check` holds. Rejects with the message of `explain`, or throws, after more than `ms`. */
export async function until(ms: number, check: () => boolean, explain: () => unknown): Promise<void> {
  for (let left = ms / STEP; !check(); left--) {
    if (left <= 0) throw new Error(String(explain()));
    await pause(STEP);
  }
}
