/** Who watches which record of a store: a change notifies the elements that show the record, and no others. */
import type { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';

/** Something that shows data of a store. */
export interface Watcher {
  /** Called when watched data may have changed. */
  update(): void;
  /** Called with an error that no call of its own would reject with, and the conversations of the failed call. */
  report?(error: PipelineError, action: string, conversationIds?: readonly Id[]): void;
  /** Called when the store has ended: from now on the adapter has another one. */
  renew?(): void;
}

/** Data that can be watched. */
export interface Watchable {
  watch(watcher: Watcher): void;
  unwatch(watcher: Watcher): void;
}

/** The watchers of records, by key. */
export class Watchers {
  /** A set only where there are several: a set for each of a thousand conversations would take most of the memory. */
  readonly #byKey = new Map<string, Watcher | Set<Watcher>>();

  add(key: string, watcher: Watcher): void {
    const current = this.#byKey.get(key);
    if (current instanceof Set) current.add(watcher);
    else if (!current) this.#byKey.set(key, watcher);
    else if (current !== watcher) this.#byKey.set(key, new Set([current, watcher]));
  }

  delete(key: string, watcher: Watcher): void {
    const current = this.#byKey.get(key);
    if (current instanceof Set) current.delete(watcher);
    if (current === watcher || (current instanceof Set && !current.size)) this.#byKey.delete(key);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#byKey.keys();
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** The watchers of a key, in the order in which they were added. */
  of(key: string): readonly Watcher[] {
    const current = this.#byKey.get(key);
    // A copy: a watcher may be added or removed while it is notified.
    return current instanceof Set ? [...current] : current ? [current] : [];
  }

  /** Every watcher once, however many keys it watches. */
  all(): ReadonlySet<Watcher> {
    return new Set([...this.keys()].flatMap((key) => this.of(key)));
  }

  notify(key: string): void {
    for (const watcher of this.of(key)) watcher.update();
  }

  notifyAll(): void {
    for (const watcher of this.all()) watcher.update();
  }
}
