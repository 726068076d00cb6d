import type { SetResult } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import { newId } from '../model/id.js';
import { mustWait, type Intent, type Operation } from './operations.js';

/**
 * The pending operations in the order in which they were asked for. Each is sent when nothing before it stands in its
 * way, and leaves when the adapter has answered.
 */
export class OperationQueue {
  #operations: readonly Operation[] = [];
  readonly #perform: (operation: Operation) => Promise<unknown>;
  readonly #onChange: (operation: Operation) => void;

  /** `perform` calls the adapter and keeps what it confirms; `onChange` hears when an operation comes and when it goes. */
  constructor(perform: (operation: Operation) => Promise<unknown>, onChange: (operation: Operation) => void) {
    this.#perform = perform;
    this.#onChange = onChange;
  }

  get pending(): readonly Operation[] {
    return this.#operations;
  }

  add(intent: Intent): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const refs = intent.kind === 'set' ? intent.conversations : [];
      const operation: Operation = {
        opId: newId(),
        intent,
        sent: false,
        conversations: new Map(refs.map((ref) => [ref.conversationId, ref])),
        settle: { resolve, reject },
        superseded: [],
      };
      for (const earlier of this.#operations) supersede(earlier, operation);
      this.#operations = [...this.#operations.filter((each) => !isEmptySet(each)), operation];
      this.#onChange(operation);
      this.#pump();
    });
  }

  #pump(): void {
    this.#operations.forEach((operation, index) => {
      if (operation.sent) return;
      if (this.#operations.slice(0, index).some((earlier) => mustWait(operation, earlier))) return;
      operation.sent = true;
      void this.#send(operation);
    });
  }

  async #send(operation: Operation): Promise<void> {
    let settle: () => void;
    try {
      const result = await this.#perform(operation);
      settle = () => operation.settle.resolve(result);
    } catch (thrown) {
      settle = () => operation.settle.reject(PipelineError.from(thrown));
    }
    this.#operations = this.#operations.filter((each) => each !== operation);
    this.#onChange(operation);
    settle();
    this.#pump();
  }
}

const isEmptySet = ({ intent, conversations }: Operation): boolean => intent.kind === 'set' && conversations.size === 0;

/** A waiting pick gives up the conversations that a later pick is about. */
function supersede(earlier: Operation, later: Operation): void {
  if (earlier.sent || earlier.intent.kind !== 'set' || later.intent.kind !== 'set') return;
  for (const conversationId of later.conversations.keys()) {
    if (!earlier.conversations.delete(conversationId)) continue;
    const error = new PipelineError('aborted', 'A later pick took its place.');
    earlier.superseded.push({ conversationId, ok: false, error } satisfies SetResult);
  }
  if (isEmptySet(earlier)) earlier.settle.resolve(earlier.superseded);
}
