import type { ContactSummary, Entry } from '../model/entry.js';
import type { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { Reads } from './reads.js';
import type { Shared, StorePart } from './part.js';
import type { PipelineStore } from './store.js';
import type { Watcher } from './watchers.js';

type Summaries = ReadonlyMap<Id, ContactSummary>;

/** The contacts of a store. */
export class Contacts implements StorePart {
  readonly #store: PipelineStore;
  readonly #shared: Shared;
  readonly #reads: Reads<ContactSummary>;

  constructor(store: PipelineStore, shared: Shared) {
    this.#store = store;
    this.#shared = shared;
    this.#reads = new Reads<ContactSummary>(
      (ids) => this.lookUp(ids),
      () => ({ statusIds: [], latest: null }),
      shared,
    );
  }

  /** Reads what is nobody's state. */
  async lookUp(ids: readonly Id[]): Promise<Summaries> {
    return (await this.#store.adapter.getContacts?.(ids)) ?? new Map<Id, ContactSummary>();
  }

  get(id: Id): ContactSummary | undefined {
    return this.#reads.get(id);
  }

  error(id: Id): PipelineError | undefined {
    return this.#reads.error(id);
  }

  watch(id: Id, watcher: Watcher): void {
    this.#shared.settle();
    this.#reads.watch(id, watcher);
  }

  unwatch(id: Id, watcher: Watcher): void {
    this.#reads.unwatch(id, watcher);
    this.#shared.settle();
  }

  get isWatched(): boolean {
    return this.#reads.isWatched;
  }

  get hasFailed(): boolean {
    return this.#reads.hasFailed;
  }

  /** A conversation was given a status, or to another contact. */
  hear(entry?: Entry, before?: Entry): void {
    for (const id of new Set([entry?.contactId, before?.contactId])) if (id) this.#reads.reread(id);
  }

  refresh(): void {
    this.#reads.refresh();
  }

  forget(): void {
    this.#reads.forget();
  }
}
