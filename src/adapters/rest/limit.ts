import { aborted } from './aborting.js';
import type { Environment } from './environment.js';
import { PipelineError } from '../../model/errors.js';

/**
 * How long one exchange with the server may take, body included. A `fetch` that ignores its signal is not waited for
 * either.
 */
export class Limit {
  readonly #controller = new AbortController();
  readonly #over: Promise<never>;
  readonly #caller: AbortSignal | undefined;
  readonly #cancelTimer: () => void;
  #stop!: (error: PipelineError) => void;

  constructor(environment: Environment, ms: number, caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.#over = new Promise((_, reject) => {
      this.#stop = (error) => {
        reject(error);
        this.#controller.abort(error);
      };
    });
    // Mostly nobody races any more when it is over.
    this.#over.catch(() => undefined);
    this.#cancelTimer = environment.after(ms, () =>
      this.#stop(new PipelineError('timeout', `The server did not answer within ${ms / 1000} s.`)),
    );
    if (caller?.aborted) this.#handleAbort();
    else caller?.addEventListener('abort', this.#handleAbort);
  }

  /** For `fetch`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The promise; rejects with `timeout` or `aborted` when that comes first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#over]);
  }

  end(): void {
    this.#cancelTimer();
    this.#caller?.removeEventListener('abort', this.#handleAbort);
  }

  readonly #handleAbort = (): void => this.#stop(aborted(this.#caller?.reason));
}
