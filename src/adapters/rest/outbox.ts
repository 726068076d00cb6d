import { PipelineError } from '../../model/errors.js';
import { aborted } from './aborting.js';
import type { Environment } from './environment.js';
import { reconnectDelay } from './retry.js';

const MAX_WAITING = 500;
/** How long servers commonly remember an idempotency key; a write must not go out after that. */
export const MAX_AGE = 24 * 60 * 60 * 1000;
const FIRST_DELAY = 1000;
const MAX_DELAY = 30_000;

/** Failures after which a write goes on waiting. */
const WAITS: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable', 'rate-limited']);

interface Waiting {
  order: number;
  /** Gives up when the signal says so. */
  send(signal: AbortSignal): Promise<unknown>;
  controller: AbortController;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  since: number;
}

/**
 * Writes that wait for the network, in memory, and go out in order, one at a time. Their promises settle when the
 * server has answered.
 */
export class Outbox {
  readonly #environment: Environment;
  readonly #waiting: Waiting[] = [];
  #isSending = false;
  #isClosed = false;
  #failures = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  get isEmpty(): boolean {
    return !this.#waiting.length;
  }

  /** Sends it after all with a lower `order`. `send` rejects with `offline` when there is still no network. */
  add<T>(order: number, send: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) return reject(aborted());
      if (this.#waiting.length >= MAX_WAITING) {
        return reject(new PipelineError('offline', `${MAX_WAITING} changes wait for the network already.`));
      }
      const handleAbort = (): void => this.#remove(waiting, aborted(signal?.reason));
      const waiting: Waiting = {
        order,
        send,
        controller: new AbortController(),
        resolve: (value) => {
          signal?.removeEventListener('abort', handleAbort);
          resolve(value as T);
        },
        reject: (reason: PipelineError) => {
          signal?.removeEventListener('abort', handleAbort);
          reject(reason);
        },
        since: this.#environment.now(),
      };
      if (signal?.aborted) return reject(aborted(signal.reason));
      signal?.addEventListener('abort', handleAbort);
      if (!this.#waiting.length) globalThis.addEventListener?.('online', this.wake);
      const last = this.#waiting.findLastIndex((each, index) => each.order < order || (this.#isSending && index === 0));
      this.#waiting.splice(last + 1, 0, waiting);
      if (!this.#isSending && !this.#cancelTimer) this.#sendLater();
    });
  }

  /** The network may be back. */
  readonly wake = (): void => {
    this.#failures = 0;
    if (!this.#isSending) void this.#sendAll();
  };

  /** Everything that waits is rejected, and not sent from here any more. */
  drop(reason: PipelineError): void {
    for (const waiting of [...this.#waiting]) this.#remove(waiting, reason);
  }

  /** Everything that waits is rejected with `aborted`, and never sent. */
  close(): void {
    this.#isClosed = true;
    this.drop(aborted());
  }

  async #sendAll(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isSending = true;
    let head: Waiting | undefined;
    while ((head = this.#waiting[0])) {
      const isTooOld = this.#environment.now() - head.since > MAX_AGE;
      if (isTooOld) {
        this.#remove(
          head,
          new PipelineError('offline', 'The change waited for the network for a day.', { retryable: false }),
        );
        continue;
      }
      try {
        head.resolve(await head.send(head.controller.signal));
        this.#remove(head);
        this.#failures = 0;
      } catch (thrown) {
        const error = PipelineError.from(thrown);
        if (!WAITS.has(error.code)) this.#remove(head, error);
        else if (this.#waiting.length) {
          this.#sendLater(error.retryAfterMs);
          break;
        }
      }
    }
    this.#isSending = false;
  }

  #sendLater(atLeast = 0): void {
    const delay = reconnectDelay(this.#failures++, FIRST_DELAY, MAX_DELAY, this.#environment);
    this.#cancelTimer = this.#environment.after(Math.max(delay, atLeast), () => void this.#sendAll());
  }

  #remove(waiting: Waiting, reason?: PipelineError): void {
    const index = this.#waiting.indexOf(waiting);
    if (index >= 0) this.#waiting.splice(index, 1);
    if (reason) {
      waiting.reject(reason);
      // It may be about to be sent.
      waiting.controller.abort(reason);
    }
    if (this.#waiting.length) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    globalThis.removeEventListener?.('online', this.wake);
  }
}
