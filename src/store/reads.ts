import type { Id } from '../model/id.js';
import { PipelineError } from '../model/errors.js';
import { Batch } from './batch.js';
import type { Shared } from './part.js';
import { Watchers, type Watcher } from './watchers.js';

/** Records held without anyone showing them are dropped once there are more than this. */
const MAX_HELD = 10_000;

interface Held<T> {
  value: T;
  /** When it was heard, on the shared counter: an answer to an older question does not replace it. */
  heardAt: number;
}

/** Turns of hearing: every record that comes in and every question that goes out takes the next number. */
export class Ticks {
  #now = 0;
  next(): number {
    return ++this.#now;
  }
}

/** Looked-up records of one kind (entries, contacts): loaded when first watched, read again when they may have changed. */
export class Reads<T> {
  readonly watchers = new Watchers();
  readonly #held = new Map<Id, Held<T>>();
  readonly #errors = new Map<Id, PipelineError>();
  readonly #batch: Batch;
  readonly #ticks: Ticks;

  constructor(
    load: (ids: readonly Id[]) => Promise<ReadonlyMap<Id, T>>,
    missing: (id: Id) => T,
    { ready, report, ticks, isSameSession }: Shared,
    isNewer: (next: T, held: T) => boolean = () => false,
  ) {
    this.#ticks = ticks;
    this.#batch = new Batch(async (wanted) => {
      await ready();
      // Whoever went on to another source meanwhile must not have it asked for these.
      const ids = wanted.filter((id) => this.watchers.has(id));
      if (!ids.length) return;
      const askedAt = ticks.next();
      try {
        const found = await load(ids);
        if (!isSameSession()) return;
        for (const id of ids) {
          this.#errors.delete(id);
          const held = this.#held.get(id);
          const value = found.get(id) ?? missing(id);
          if (!held || held.heardAt < askedAt || isNewer(value, held.value)) this.hear(id, value);
        }
      } catch (thrown) {
        if (!isSameSession()) return;
        const error = PipelineError.from(thrown);
        const isRepeat = ids.every((id) => this.#errors.has(id));
        for (const id of ids) this.#errors.set(id, error);
        report(error, isRepeat);
        for (const id of ids) this.watchers.notify(id);
      }
    });
  }

  get(id: Id): T | undefined {
    return this.#held.get(id)?.value;
  }

  /** Why it could not be read, if so. */
  error(id: Id): PipelineError | undefined {
    return this.#errors.get(id);
  }

  get isWatched(): boolean {
    return this.watchers.size > 0;
  }

  /** Whether anything that is shown could not be read. */
  get hasFailed(): boolean {
    return [...this.#errors.keys()].some((id) => this.watchers.has(id));
  }

  watch(id: Id, watcher: Watcher): void {
    if (!this.#held.has(id) && !this.watchers.has(id)) this.#batch.add(id);
    this.watchers.add(id, watcher);
  }

  unwatch(id: Id, watcher: Watcher): void {
    this.watchers.delete(id, watcher);
    if (this.#held.size > MAX_HELD && this.#held.size > 2 * this.watchers.size) this.#dropUnwatched();
  }

  /** Keeps what was heard, if anyone asked for it, and tells those who show it. */
  hear(id: Id, value: T): void {
    if (!this.#held.has(id) && !this.watchers.has(id)) return;
    this.#held.set(id, { value, heardAt: this.#ticks.next() });
    this.watchers.notify(id);
  }

  /** Changes what is held in place, without the force of something heard. */
  amend(change: (value: T) => T): void {
    for (const held of this.#held.values()) held.value = change(held.value);
  }

  /** All that is held may be wrong: reads again what is watched, forgets the rest. What is shown stays until the answer. */
  refresh(): void {
    this.#dropUnwatched();
    for (const id of this.watchers.keys()) this.#batch.add(id);
  }

  /** One record may be wrong. */
  reread(id: Id): void {
    if (this.watchers.has(id)) this.#batch.add(id);
    else this.#held.delete(id);
  }

  forget(): void {
    this.#held.clear();
    this.#errors.clear();
  }

  #dropUnwatched(): void {
    for (const id of this.#held.keys()) if (!this.watchers.has(id)) this.#held.delete(id);
  }
}
