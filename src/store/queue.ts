import type { SetResult } from '../model/entry.js';
import { PipelineError } from '../model/errors.js';
import { newId } from '../model/id.js';
import { mustWait, type Intent, type Operation } from './operations.js';
import { sessionChanged } from '../model/session-changed.js';
import { isOtherSession } from './session.js';

export interface QueueOptions {
  /** Calls the adapter and keeps what it confirms. */
  perform(operation: Operation): Promise<unknown>;
  /** An operation was added or removed. */
  onChange(operation: Operation): void;
  /** Whose session it is now. */
  session(): string | undefined;
}

/**
 * The pending operations in the order in which they were asked for. Each is sent when nothing before it stands in its
 * way, and leaves when the adapter has answered.
 */
export class OperationQueue {
  #operations: readonly Operation[] = [];
  readonly #options: QueueOptions;
  #hasEnded = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get pending(): readonly Operation[] {
    return this.#operations;
  }

  add(intent: Intent): Promise<unknown> {
    if (this.#hasEnded) return Promise.reject(sessionChanged());
    return new Promise((resolve, reject) => {
      const refs = intent.kind === 'set' ? intent.conversations : [];
      const operation: Operation = {
        opId: newId(),
        intent,
        session: this.#options.session(),
        sent: false,
        conversations: new Map(refs.map((ref) => [ref.conversationId, ref])),
        settle: { resolve, reject },
        superseded: [],
      };
      for (const earlier of this.#operations) supersede(earlier, operation);
      this.#operations = [...this.#operations.filter((each) => !isEmptySet(each)), operation];
      this.#options.onChange(operation);
      this.#pump();
    });
  }

  /** Whether the session in which an operation was made is over: then it must not be sent. */
  isOver({ session }: Operation): boolean {
    return this.#hasEnded || isOtherSession(session, this.#options.session());
  }

  /** The session is over: rejects what has not been answered, and whatever is added from now on. */
  end(): void {
    this.#hasEnded = true;
    const operations = this.#operations;
    this.#operations = [];
    for (const operation of operations) this.#drop(operation);
  }

  #drop(operation: Operation): void {
    this.#options.onChange(operation);
    operation.settle.reject(sessionChanged());
  }

  #pump(): void {
    const over = this.#operations.filter((operation) => !operation.sent && this.isOver(operation));
    if (over.length) {
      this.#operations = this.#operations.filter((operation) => !over.includes(operation));
      for (const operation of over) this.#drop(operation);
    }
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
      const result = await this.#options.perform(operation);
      settle = () => operation.settle.resolve(result);
    } catch (thrown) {
      settle = () => operation.settle.reject(PipelineError.from(thrown));
    }
    this.#operations = this.#operations.filter((each) => each !== operation);
    this.#options.onChange(operation);
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
