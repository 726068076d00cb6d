import type { Entry } from '../model/entry.js';
import type { PipelineError } from '../model/errors.js';
import type { Ticks } from './reads.js';
import type { Watcher } from './watchers.js';

export interface Watchable {
  watch(watcher: Watcher): void;
  unwatch(watcher: Watcher): void;
}

/** What only some elements show; kept up to date with the store from when it is first wanted. */
export interface StorePart {
  readonly isWatched: boolean;
  /** Whether anything that is shown could not be read. */
  readonly hasFailed: boolean;
  /** Something changed: an entry, from what it was `before`, as far as that is known. */
  hear(entry?: Entry, before?: Entry): void;
  /** All of it may have changed. */
  refresh(): void;
  /** From now on no change is heard. */
  forget(): void;
}

/** What the parts of a store have in common with it. */
export interface Shared {
  readonly ticks: Ticks;
  /** To be awaited before anything is read. */
  ready(): Promise<void> | undefined;
  /** `isRepeat`: it had failed before, and not been read since. */
  report(error: PipelineError, isRepeat: boolean): void;
  /** Whether what is answered now is for those who asked; to be called before it is kept. */
  isSameSession(): boolean;
  /** To be called before something is watched, and after it is not any more. */
  settle(): void;
}
