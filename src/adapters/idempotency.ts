/** How many finished writes are remembered by their `opId`. */
const REMEMBERED = 1000;

/**
 * Makes a repeated write harmless: the same `opId` gets the first call's promise. A write that failed may be tried
 * again under its `opId`.
 */
export class IdempotencyCache {
  readonly #results = new Map<string, Promise<unknown>>();

  run<T>(opId: string | undefined, write: () => Promise<T>): Promise<T> {
    if (opId === undefined) return write();
    const known = this.#results.get(opId) as Promise<T> | undefined;
    if (known) return known;
    const result = write();
    this.#results.set(opId, result);
    result.catch(() => this.#results.delete(opId));
    if (this.#results.size > REMEMBERED) this.#results.delete(this.#results.keys().next().value!);
    return result;
  }
}
