/** Ids in one call, as the wire allows. */
export const BATCH_SIZE = 200;
/** Calls at once: a browser has six connections to a server, and the page needs some too. */
const AT_ONCE = 3;

export function inBatches<T>(items: readonly T[], size = BATCH_SIZE): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  return batches;
}

/** Runs `work` on each item, a few at once, and resolves to the results in order. The first failure begins no more. */
export async function aFewAtOnce<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      const index = next++;
      try {
        results[index] = await work(items[index]!, index);
      } catch (thrown) {
        hasFailed = true;
        throw thrown;
      }
    }
  };
  await Promise.all(items.slice(0, AT_ONCE).map(worker));
  return results;
}
