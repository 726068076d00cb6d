/** Limits how long the store waits for an answer of the adapter. */
import { PipelineError } from '../model/errors.js';

/** Milliseconds that an adapter may be silent. The requests and transactions of ours answer sooner. */
export const ANSWER_LIMIT = 30_000;

/** The limit of one call. */
export class AnswerLimit {
  readonly #what: string;
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reject: ((error: PipelineError) => void) | undefined;

  /** `what` is called, for the message. `parts`: how many requests the call may take. */
  constructor(what: string, parts = 1) {
    this.#what = what;
    this.#ms = ANSWER_LIMIT * parts;
  }

  /**
   * Settles like `answer`, or rejects with `timeout` when the time is over. An answer that arrives later is passed to
   * `keep`, because it is still true.
   */
  race<T>(answer: Promise<T>, keep?: (answer: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let isLate = false;
      this.#reject = (error) => {
        isLate = true;
        reject(error);
      };
      this.restart();
      answer
        .then((value) => (isLate ? keep?.(value) : resolve(value)))
        .catch(reject)
        .finally(() => this.suspend());
    });
  }

  /** The adapter has shown that it is working: the time starts again. */
  restart(): void {
    this.suspend();
    this.#timer = setTimeout(() => {
      const message = `The adapter did not answer ${this.#what} within ${this.#ms / 1000} s.`;
      this.#reject?.(new PipelineError('timeout', message));
    }, this.#ms);
  }

  /** The adapter has said that it waits for something: there is no limit until it goes on. */
  suspend(): void {
    clearTimeout(this.#timer);
  }
}
