/** Decides when a request is sent again and when it is given up: delays, time limits, and cancellation. */
import { PipelineError } from '../../model/errors.js';
import { abortedError } from './errors.js';
import type { OutboxStorage } from './outbox-storage.js';

/** Time, randomness, connectivity and storage, which tests replace. */
export interface Environment {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `run` once, after `ms`. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** A number of at least 0 and less than 1. */
  random(): number;
  /** `false` where the browser believes that there is no network. It can be wrong both ways, so it decides nothing alone. */
  isOnline(): boolean;
  /** Where unfinished writes are stored; by default in the browser. */
  readonly outboxStorage?: OutboxStorage;
}

export const realEnvironment: Environment = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
  isOnline: () => globalThis.navigator?.onLine !== false,
};

/** Attempts per call, including the first. */
export const MAX_ATTEMPTS = 5;
const FIRST_DELAY = 300;
const MAX_DELAY = 30_000;
const MAX_RETRY_AFTER = 60_000;
/** A server that asks to be called again at once, or in the past, must not be called in a tight loop. */
const MIN_RETRY_AFTER = 250;
const MIN_SPREAD = 1000;
const MAX_SPREAD = 10_000;
/** How long one read waits in total because of `Retry-After`. Longer waits are the caller's, who can show them. */
export const MAX_RETRY_WAIT = 30_000;

/** Responses after which the same request may succeed a moment later. No other 4xx is worth retrying (AIP-194). */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504]);
/** Those of them that say that the request was not processed. */
const NOT_PROCESSED: ReadonlySet<number> = new Set([425, 429]);

export const isTemporary = (status: number): boolean => TEMPORARY.has(status);

/** Whether a write may have been applied although the server responded with this status. */
export const mayBeApplied = (status: number): boolean =>
  status >= 500 || (isTemporary(status) && !NOT_PROCESSED.has(status));

/**
 * Milliseconds to wait after an attempt (counted from 1): full jitter, from 0.3 s, doubled up to 30 s, and at least what
 * the server asked for.
 */
export function retryDelay(attempt: number, environment: Environment, retryAfterMs?: number): number {
  const delay = environment.random() * Math.min(MAX_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
  return retryAfterMs === undefined ? delay : Math.max(delay, spreadRetryAfter(retryAfterMs, environment));
}

/** Between half and all of a delay that doubles from `first` up to `most`: never zero, different for each client. */
export function reconnectDelay(failures: number, first: number, most: number, environment: Environment): number {
  const delay = Math.min(most, first * 2 ** Math.min(failures, 30));
  return delay / 2 + (environment.random() * delay) / 2;
}

/**
 * The `Retry-After` of a response as milliseconds: 0 to 60,000. Several values, which may come from several proxies,
 * arrive as one header; the longest counts.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  // The clock of this device may be wrong, so an HTTP date is compared with the server's clock if that is known.
  const serverTime = parseHttpDate(headers.get('date') ?? '');
  const reference = Number.isNaN(serverTime) ? now : serverTime;
  // A date contains a comma as well: `Wed, 21 Oct 2026 07:28:00 GMT`.
  const values = (headers.get('retry-after') ?? '').split(/,(?!\s*\d{1,2}[ -][a-z]{3})/i).map((each) => each.trim());
  const waits = values.map((value) => (SECONDS.test(value) ? Number(value) * 1000 : parseHttpDate(value) - reference));
  const longest = Math.max(...waits.filter((ms) => !Number.isNaN(ms)));
  return longest === -Infinity ? undefined : Math.min(Math.max(longest, 0), MAX_RETRY_AFTER);
}

const SECONDS = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/** Only texts with a time of day: `Date.parse` makes a date of almost anything. */
const parseHttpDate = (text: string): number => (/\d:\d\d/.test(text) ? Date.parse(text) : NaN);

/**
 * Milliseconds to wait when the server asked for `retryAfterMs`: never less, and up to half as much again (at least up to
 * a second), so that clients that were refused together do not come back together.
 */
export function spreadRetryAfter(retryAfterMs: number, environment: Environment): number {
  const spread = Math.min(Math.max(retryAfterMs / 2, MIN_SPREAD), MAX_SPREAD);
  return Math.max(retryAfterMs, MIN_RETRY_AFTER) + environment.random() * spread;
}

/** Throws `aborted` when the signal is aborted. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason);
}

/** Settles like the promise, or rejects with `aborted` as soon as the signal is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let handleAbort = (): void => undefined;
  const abortion = new Promise<never>((_, reject) => {
    handleAbort = () => reject(abortedError(signal.reason));
  });
  if (signal.aborted) handleAbort();
  else signal.addEventListener('abort', handleAbort);
  try {
    return await Promise.race([promise, abortion]);
  } finally {
    signal.removeEventListener('abort', handleAbort);
  }
}

/** Resolves after `ms`, or rejects with `aborted`. */
export async function pause(environment: Environment, ms: number, signal: AbortSignal | undefined): Promise<void> {
  checkAborted(signal);
  let cancel = (): void => undefined;
  try {
    await unlessAborted(new Promise<void>((resolve) => (cancel = environment.after(ms, resolve))), signal);
  } finally {
    cancel();
  }
}

/**
 * Limits the time of one request and its response, including the body. It also ends the wait for a `fetch` that ignores
 * its signal.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #expiry: Promise<never>;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #cancelTimer: () => void;
  #expire!: (error: PipelineError) => void;

  constructor(environment: Environment, ms: number, callerSignal: AbortSignal | undefined) {
    this.#callerSignal = callerSignal;
    this.#expiry = new Promise((_, reject) => {
      this.#expire = (error) => {
        reject(error);
        this.#controller.abort(error);
      };
    });
    // Usually nothing awaits it any more when it rejects.
    this.#expiry.catch(() => undefined);
    this.#cancelTimer = environment.after(ms, () =>
      this.#expire(new PipelineError('timeout', `The server did not respond within ${ms / 1000} s.`)),
    );
    if (callerSignal?.aborted) this.#handleAbort();
    else callerSignal?.addEventListener('abort', this.#handleAbort);
  }

  /** For `fetch`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Settles like the promise, or rejects with `timeout` or `aborted` if that happens first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#expiry]);
  }

  /** Stops the timer. */
  clear(): void {
    this.#cancelTimer();
    this.#callerSignal?.removeEventListener('abort', this.#handleAbort);
  }

  readonly #handleAbort = (): void => this.#expire(abortedError(this.#callerSignal?.reason));
}
