/**
 * What the store does about what is unusual: answers and changes in other forms, missing statuses, a browser without
 * storage. Loaded when that first happens, with the code that reads other forms.
 */
import type { Change } from '../model/changes.js';
import { PipelineError } from '../model/errors.js';
import type { Id } from '../model/id.js';
import { readChange, readRecord } from '../model/reading.js';
import type { Status } from '../model/status.js';

export * from '../model/reading.js';

/** Least time between two reads because of changes that cannot be read, milliseconds. */
const UNREADABLE_INTERVAL = 1000;

/** What this code needs of a store. */
interface Store {
  readonly error: PipelineError | undefined;
  status(id: Id): Status | undefined;
  report(error: PipelineError): void;
}

/** The messages of what `reportUnreadable` has reported. */
const reported = new WeakMap<Store, Set<string>>();

/** Reports records that were left out of an answer; once for the same ones. */
export function reportUnreadable(store: Store, error: PipelineError): void {
  const messages = reported.get(store) ?? new Set<string>();
  reported.set(store, messages);
  if (messages.has(error.message)) return;
  messages.add(error.message);
  store.report(error);
}

/** Why a status that a conversation has is not shown, after the list was read again; `undefined` if it is in the list. */
export function missingStatus(store: Store, id: Id): PipelineError | undefined {
  if (store.status(id)) return undefined;
  if (store.error) return store.error;
  const message = `statusId must be the id of a status in the list; found ${JSON.stringify(id)}.`;
  const error = new PipelineError('bad-response', message, { field: 'statusId' });
  reportUnreadable(store, error);
  return error;
}

/** Why what is written does not outlive the page. */
export const notDurable = (): PipelineError =>
  new PipelineError('storage-lost', 'The browser provides no storage: changes are lost when the page is closed.', {
    retryable: false,
  });

/** What unusual changes need of the sync. */
interface ChangeHandling {
  readonly isWatched: () => boolean;
  readonly handle: (change: Change) => void;
  readonly readAgain: () => Promise<void>;
  readonly report: (error: PipelineError) => void;
}

/** Changes that do not have the usual form. */
export class UnusualChanges {
  readonly #use: ChangeHandling;
  #hasReported = false;
  #isReadingAgain = false;
  #mustReadAgain = false;

  constructor(use: ChangeHandling) {
    this.#use = use;
  }

  /** Reads a change. */
  receive(value: unknown): void {
    let change: Change;
    try {
      change = readRecord('change', value, readChange);
    } catch (thrown) {
      this.#handleUnreadable(PipelineError.from(thrown));
      return;
    }
    this.#use.handle(change);
  }

  /** Reads everything again, which includes what changed. At most once in a while: all changes may be unreadable. */
  #handleUnreadable(error: PipelineError): void {
    if (!this.#hasReported) this.#use.report(error);
    this.#hasReported = true;
    this.#mustReadAgain = true;
    if (this.#isReadingAgain) return;
    this.#isReadingAgain = true;
    this.#mustReadAgain = false;
    void this.#use.readAgain().then(() =>
      setTimeout(() => {
        this.#isReadingAgain = false;
        if (this.#mustReadAgain && this.#use.isWatched()) this.#handleUnreadable(error);
      }, UNREADABLE_INTERVAL),
    );
  }
}
