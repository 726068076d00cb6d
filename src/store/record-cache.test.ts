/** How much the store keeps in memory. */
import { expect } from '@open-wc/testing';
import { Clock, MAX_CACHED, RecordCache } from './record-cache.js';
import type { Watcher } from './watchers.js';

const watcher: Watcher = { update: () => undefined };
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A cache of records that are their own ids, and the ids that it fetched. */
function cacheOfIds(): { cache: RecordCache<string>; fetched: string[] } {
  const fetched: string[] = [];
  const cache = new RecordCache<string>(
    {
      fetch: async (ids) => {
        fetched.push(...ids);
        return new Map(ids.map((id) => [id, id]));
      },
      unknown: (id) => id,
    },
    {
      clock: new Clock(),
      state: 'live' as const,
      ready: undefined,
      isSameSession: () => true,
      handleWatchersChange: () => undefined,
      reportFailure: (error) => {
        throw error;
      },
    },
  );
  return { cache, fetched };
}

/** Shows a thousand records at a time and leaves them, as someone does who scrolls through a long list. */
async function scroll(cache: RecordCache<string>, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `c${n}`);
  for (let start = 0; start < count; start += 1000) {
    const page = ids.slice(start, start + 1000);
    for (const id of page) cache.watch(id, watcher);
    await turn();
    for (const id of page) cache.unwatch(id, watcher);
  }
  return ids;
}

describe('RecordCache', () => {
  it('does not grow without bound while someone scrolls through a list', async () => {
    const { cache } = cacheOfIds();
    const ids = await scroll(cache, 2 * MAX_CACHED);
    expect(ids.filter((id) => cache.get(id) !== undefined)).to.have.length.at.most(MAX_CACHED);
  });

  it('does not drop a watched record to keep the bound', async () => {
    const { cache, fetched } = cacheOfIds();
    cache.watch('watched', watcher);
    await scroll(cache, 2 * MAX_CACHED);
    expect(cache.get('watched')).to.equal('watched');
    expect(fetched.filter((id) => id === 'watched')).to.have.length(1);
  });

  it('does not fetch again what was shown a moment ago', async () => {
    const { cache, fetched } = cacheOfIds();
    const ids = await scroll(cache, 1000);
    await scroll(cache, 1000);
    expect(fetched).to.have.length(ids.length);
  });
});
