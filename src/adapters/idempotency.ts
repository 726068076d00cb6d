/** Makes repeated writes harmless, by their `opId`. */
import type { Id } from '../model/id.js';
import { forgottenError, type Forgotten } from './rules.js';

/** How many writes are remembered. */
const MAX_REMEMBERED = 1000;

interface Remembered {
  promise: Promise<unknown>;
  /** What it resolved to; missing while it is running. */
  result?: unknown;
}

/**
 * Runs each write once: a call with the `opId` of an earlier one gets that one's promise. A write that failed can be
 * retried with the same `opId`.
 */
export class IdempotencyCache {
  readonly #writes = new Map<string, Remembered>();

  run<T>(opId: string | undefined, write: () => Promise<T>): Promise<T> {
    if (opId === undefined) return write();
    const earlier = this.#writes.get(opId);
    if (earlier) return earlier.promise as Promise<T>;
    const promise = write();
    const remembered: Remembered = { promise };
    this.#writes.set(opId, remembered);
    promise.then(
      (result) => (remembered.result = result),
      () => this.#writes.delete(opId),
    );
    if (this.#writes.size > MAX_REMEMBERED) this.#writes.delete(this.#writes.keys().next().value!);
    return promise;
  }

  /** Replaces results about what is forgotten with a refusal: repeating such a write would bring it back. */
  forget(forgotten: Forgotten): void {
    for (const remembered of this.#writes.values()) {
      if (!mentions(remembered.result, forgotten)) continue;
      remembered.promise = Promise.reject(forgottenError());
      remembered.promise.catch(() => undefined);
      delete remembered.result;
    }
  }
}

/** Whether the result of a write, or a record in it, is about something forgotten. */
export function mentions(value: unknown, forgotten: Forgotten): boolean {
  const { conversationIds, contactIds } = forgotten;
  if (typeof value === 'string') {
    // In a message. Ids are not compared with other texts: a status can have the same id as a conversation.
    return (
      value.includes('conversation "') && [...conversationIds].some((id) => value.includes(`conversation "${id}"`))
    );
  }
  if (typeof value !== 'object' || value === null) return false;
  const { conversationId, contactId } = value as { conversationId?: Id; contactId?: Id };
  if (conversationIds.has(conversationId!) || contactIds.has(contactId!)) return true;
  return (
    (value instanceof Error && mentions(value.message, forgotten)) ||
    Object.values(value).some((field) => mentions(field, forgotten))
  );
}
