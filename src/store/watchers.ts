export type Listener = () => void;

/** Who listens to what, by key: a change of one conversation calls the elements that show it and no others. */
export class Watchers {
  readonly #byKey = new Map<string, Set<Listener>>();

  add(key: string, listener: Listener): void {
    const listeners = this.#byKey.get(key);
    if (listeners) listeners.add(listener);
    else this.#byKey.set(key, new Set([listener]));
  }

  delete(key: string, listener: Listener): void {
    const listeners = this.#byKey.get(key);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#byKey.delete(key);
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

  notify(key: string): void {
    // A copy: a listener may stop listening, or start, while it is called.
    for (const listener of [...(this.#byKey.get(key) ?? [])]) listener();
  }

  /** Calls every listener once, however many keys it listens to. */
  notifyAll(): void {
    for (const listener of new Set([...this.#byKey.values()].flatMap((listeners) => [...listeners]))) listener();
  }
}
