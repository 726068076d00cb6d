import type { PipelineError } from '../model/errors.js';

/** Whoever shows something of a store. */
export interface Watcher {
  /** Something that it watches may have changed. */
  update(): void;
  /** A failure that no call of its own would tell. */
  report?(error: PipelineError, action: string): void;
  /** The store that it watches has ended: the adapter has another one from now on. */
  renew?(): void;
}

/** Who watches what, by key: a change of one conversation calls the elements that show it and no others. */
export class Watchers {
  /** Mostly one alone: a set for each of a thousand conversations would weigh more than all else here. */
  readonly #byKey = new Map<string, Watcher | Set<Watcher>>();

  add(key: string, watcher: Watcher): void {
    const held = this.#byKey.get(key);
    if (held instanceof Set) held.add(watcher);
    else if (!held) this.#byKey.set(key, watcher);
    else if (held !== watcher) this.#byKey.set(key, new Set([held, watcher]));
  }

  delete(key: string, watcher: Watcher): void {
    const held = this.#byKey.get(key);
    if (held instanceof Set) held.delete(watcher);
    if (held === watcher || (held instanceof Set && !held.size)) this.#byKey.delete(key);
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

  /** Those of a key, in the order in which they came. */
  of(key: string): readonly Watcher[] {
    const held = this.#byKey.get(key);
    // A copy: a watcher may stop watching, or start, while it is called.
    return held instanceof Set ? [...held] : held ? [held] : [];
  }

  notify(key: string): void {
    for (const watcher of this.of(key)) watcher.update();
  }

  /** Every watcher once, however many keys it watches. */
  all(): ReadonlySet<Watcher> {
    return new Set([...this.keys()].flatMap((key) => this.of(key)));
  }

  notifyAll(): void {
    for (const watcher of this.all()) watcher.update();
  }
}
