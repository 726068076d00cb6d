/** Watches a store in tests. */
import type { Interest, PipelineStore } from './pipeline.js';
import type { Watcher } from './watchers.js';

/** Returns how to stop watching. */
export function watching(
  store: PipelineStore,
  interest: Interest,
  update: () => void = () => undefined,
  report?: Watcher['report'],
): () => void {
  const watcher: Watcher = { update, ...(report ? { report } : {}) };
  store.watch(interest, watcher);
  return () => store.unwatch(interest, watcher);
}
