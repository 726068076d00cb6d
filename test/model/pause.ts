/** Milliseconds between two looks. */
const STEP = 5;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls `run` after so many milliseconds in which this process could run: on a busy machine a pause in which it could not
 * counts little. Returns how to prevent it.
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

/** Resolves when `check` holds. Rejects with what `explain` says, or throws, when that takes longer than `ms`. */
export async function until(ms: number, check: () => boolean, explain: () => unknown): Promise<void> {
  for (let left = ms / STEP; !check(); left--) {
    if (left <= 0) throw new Error(String(explain()));
    await pause(STEP);
  }
}
