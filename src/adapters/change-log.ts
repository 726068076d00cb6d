/** Numbers the writes of an adapter in memory, keeps the last changes, and sends them to subscribers. */
import type { Change } from '../model/changes.js';
import type { Entry } from '../model/entry.js';
import type { Status } from '../model/status.js';
import type { SubscribeOptions } from './adapter.js';
import { mentions } from './idempotency.js';
import type { Forgotten } from './rules.js';

/** How many changes are kept for subscriptions that resume. Older ones are answered with a `reset`. */
const LOG_LENGTH = 1000;

type ChangeBody = { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset' };

export class ChangeLog {
  #seq = 0;
  readonly #changes: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();

  /** The number of the newest write. */
  get seq(): number {
    return this.#seq;
  }

  /** Numbers the next write: the version of what it writes, and the `seq` of its change. */
  nextVersion(): number {
    return ++this.#seq;
  }

  /** Adds the change of the newest write. Call it after the data is written, so that listeners can read it. */
  add(body: ChangeBody, author: { opId?: string; by?: string }): void {
    const change: Change = { ...body, seq: String(this.#seq), ...author };
    this.#changes.push(change);
    if (this.#changes.length > LOG_LENGTH) this.#changes.shift();
    for (const listener of this.#listeners) this.#notify(listener, change);
  }

  /** Whether a kept change is about something to forget. */
  mentions(forgotten: Forgotten): boolean {
    return mentions(this.#changes, forgotten);
  }

  /** Removes all changes before the newest write, which a `reset` reports: subscribers read everything again anyway. */
  startOver(author: { opId?: string; by?: string }): void {
    this.#changes.length = 0;
    this.nextVersion();
    this.add({ kind: 'reset' }, author);
  }

  subscribe(listener: (change: Change) => void, { since, onState }: SubscribeOptions): () => void {
    // A function of its own, so that the same listener can be subscribed twice and unsubscribed once.
    const deliver = (change: Change): void => listener(change);
    if (since !== undefined) for (const change of this.#changesSince(Number(since))) this.#notify(deliver, change);
    this.#listeners.add(deliver);
    onState?.('live');
    return () => this.#listeners.delete(deliver);
  }

  close(): void {
    this.#listeners.clear();
  }

  /** The changes after `since`, or a `reset` if some of them are no longer kept. `NaN` is a `since` from elsewhere. */
  #changesSince(since: number): Change[] {
    const isComplete = since >= this.#seq || Number(this.#changes[0]?.seq) <= since + 1;
    if (!isComplete) return [{ kind: 'reset', seq: String(this.#seq) }];
    return this.#changes.filter((change) => Number(change.seq) > since);
  }

  /** In a microtask for each call: a listener that throws affects neither the write nor the other listeners. */
  #notify(listener: (change: Change) => void, change: Change): void {
    queueMicrotask(() => this.#listeners.has(listener) && listener(change));
  }
}
