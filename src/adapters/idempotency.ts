/** Makes repeated writes harmless, by their `opId`. */

/** How many writes are remembered. */
const MAX_REMEMBERED = 1000;

/**
 * Runs each write once: a call with the `opId` of an earlier one gets that one's promise. A write that failed can be
 * retried with the same `opId`.
 */
export class IdempotencyCache {
  readonly #results = new Map<string, Promise<unknown>>();

  run<T>(opId: string | undefined, write: () => Promise<T>): Promise<T> {
    if (opId === undefined) return write();
    const earlier = this.#results.get(opId) as Promise<T> | undefined;
    if (earlier) return earlier;
    const result = write();
    this.#results.set(opId, result);
    result.catch(() => this.#results.delete(opId));
    if (this.#results.size > MAX_REMEMBERED) this.#results.delete(this.#results.keys().next().value!);
    return result;
  }
}
