/** Orders writes: one at a time per conversation, one per `opId`, and those that wait for the network one after another. */
import { PipelineError } from '../../model/errors.js';
import { newId, type Id } from '../../model/id.js';
import type { CallOptions, CallWait } from '../adapter.js';
import { abortedError, supersededError, tooOldError } from './errors.js';
import type { Http } from './http.js';
import type { IdempotencyKeys } from './request.js';
import { type Environment, reconnectDelay, spreadRetryAfter, unlessAborted } from './retry.js';
import type { WriteContext } from './session.js';

/** What every request of one write has in common. */
export interface WriteHandle {
  key: string;
  /** Aborted when every caller of the write has aborted, or its session ended. */
  signal: AbortSignal;
  context: WriteContext;
  /** Called when it has to wait. See `CallOptions`. */
  onWait: CallOptions['onWait'];
}

interface InFlightWrite {
  result: Promise<unknown>;
  controller: AbortController;
  callers: number;
}

/** Writes in flight. A call with the `opId` of one of them shares its result. */
export class InFlightWrites {
  readonly #http: Http;
  readonly #keys: IdempotencyKeys;
  readonly #byOpId = new Map<string, InFlightWrite>();

  constructor(http: Http, keys: IdempotencyKeys) {
    this.#http = http;
    this.#keys = keys;
  }

  /** Starts the write, with a new `opId` if the caller gave none. */
  async run<T>(options: CallOptions | undefined, start: (handle: WriteHandle) => Promise<T>): Promise<T> {
    const callerSignal = options?.signal;
    this.#http.checkOpen(callerSignal);
    const key = options?.opId === undefined ? newId() : this.#keys.check(options.opId);
    const write = this.#byOpId.get(key) ?? this.#start(key, start, options?.onWait);
    write.callers++;
    try {
      return await unlessAborted(write.result as Promise<T>, callerSignal);
    } finally {
      if (--write.callers === 0 && callerSignal?.aborted) {
        write.controller.abort(callerSignal.reason);
        // The next call with this opId must not share the result "aborted".
        this.#remove(key, write);
      }
    }
  }

  /** Ends all writes in flight with this reason. */
  abort(reason: PipelineError): void {
    const writes = [...this.#byOpId.values()];
    this.#byOpId.clear();
    for (const { controller } of writes) controller.abort(reason);
  }

  /** Resolves when all current writes have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#byOpId.values()].map(({ result }) => result));
  }

  #start(key: string, start: (handle: WriteHandle) => Promise<unknown>, onWait: CallOptions['onWait']): InFlightWrite {
    const controller = new AbortController();
    const run = async (): Promise<unknown> =>
      start({ key, signal: controller.signal, context: this.#http.captureContext(), onWait });
    const write = { result: run(), controller, callers: 0 };
    this.#byOpId.set(key, write);
    const handleEnd = (): void => this.#remove(key, write);
    write.result.then(handleEnd, handleEnd);
    return write;
  }

  #remove(key: string, write: InFlightWrite): void {
    if (this.#byOpId.get(key) === write) this.#byOpId.delete(key);
  }
}

const MAX_DELAYED = 500;
/** How long servers commonly remember an idempotency key. A write must not be sent after that. */
export const MAX_WRITE_AGE = 24 * 60 * 60 * 1000;
const FIRST_DELAY = 1000;
const MAX_DELAY = 30_000;

const OFFLINE: CallWait = { reason: 'offline' };

/** Errors after which a delayed write goes on waiting. */
export const RETRIED: ReadonlySet<string> = new Set(['offline', 'timeout', 'unavailable', 'rate-limited']);

/** A write that the queue sends. */
export interface QueuedWrite<T> {
  conversationIds: readonly Id[];
  signal: AbortSignal;
  /** When it was made, milliseconds since the epoch. */
  since: number;
  /** An earlier page has made it: it is sent as one that has waited, before those made since. */
  isRestored: boolean;
  /** Whether it is one more write of the user, rather than a part of one, or one that already waits. */
  isCounted: boolean;
  /** Called when it begins to wait for the network. */
  onDelay(): void;
  /** Called when it waits for the network, or for its next attempt. */
  onWait?: CallOptions['onWait'];
  /** The first attempt. Rejects with `offline` if there is no network. */
  send(): Promise<T>;
  /** An attempt after the write has waited for the network. */
  sendDelayed(signal: AbortSignal): Promise<T>;
}

interface DelayedWrite {
  conversationIds: readonly Id[];
  order: number;
  onWait: CallOptions['onWait'];
  send(signal: AbortSignal): Promise<unknown>;
  controller: AbortController;
  resolve(value: unknown): void;
  reject(reason: unknown): void;
  since: number;
}

/**
 * Sends the writes to a conversation in the order in which they were added, so that a late response cannot let an older
 * write replace a newer one. Without a network, all writes wait and are then sent in order, one at a time; a later one
 * supersedes those that wait.
 */
export class WriteQueue {
  readonly #environment: Environment;
  /** The last write to each conversation. */
  readonly #last = new Map<Id, Promise<unknown>>();
  /** Writes that wait for the network. While they are sent, the first one is in flight. */
  readonly #delayed: DelayedWrite[] = [];
  #added = 0;
  #isSending = false;
  #isClosed = false;
  #failures = 0;
  #cancelTimer: (() => void) | undefined;
  /** What the delayed writes wait for. */
  #wait: CallWait = OFFLINE;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Sends the write as soon as the earlier ones to its conversations have ended or wait for the network as well. */
  async run<T>(write: QueuedWrite<T>): Promise<T> {
    const { conversationIds, isRestored, send } = write;
    const order = this.#added++;
    if (!isRestored) this.#supersede(new Set(conversationIds));
    // The result is in an object, so that the turn of a delayed write ends before its result is known.
    const attempt = async (): Promise<{ result: Promise<T> }> => {
      if (!this.#delayed.length && !isRestored) {
        try {
          return { result: Promise.resolve(await send()) };
        } catch (thrown) {
          if (PipelineError.from(thrown).code !== 'offline') throw thrown;
        }
      }
      const result = this.#delay(order, write);
      result.catch(() => undefined);
      return { result };
    };
    const earlier = conversationIds.flatMap((id) => this.#last.get(id) ?? []);
    const turn = Promise.allSettled(earlier).then(attempt);
    for (const id of conversationIds) this.#last.set(id, turn);
    const handleEnd = (): void => {
      for (const id of conversationIds) if (this.#last.get(id) === turn) this.#last.delete(id);
    };
    turn.then(handleEnd, handleEnd);
    return (await turn).result;
  }

  /** Sends the delayed writes now: the network may be back. */
  readonly wake = (): void => {
    this.#failures = 0;
    if (!this.#isSending) void this.#sendAll();
  };

  /** Rejects all delayed writes, which are not sent. */
  drop(reason: PipelineError): void {
    for (const write of [...this.#delayed]) this.#remove(write, reason);
  }

  /** Rejects all delayed writes, now and later, with `aborted`. */
  close(): void {
    this.#isClosed = true;
    this.drop(abortedError());
  }

  /** Removes the waiting writes to no other conversations than these. */
  #supersede(conversationIds: ReadonlySet<Id>): void {
    const waiting = this.#delayed.slice(this.#isSending ? 1 : 0);
    for (const write of waiting) {
      if (write.conversationIds.every((id) => conversationIds.has(id))) this.#remove(write, supersededError());
    }
  }

  #delay<T>(order: number, queued: QueuedWrite<T>): Promise<T> {
    const { conversationIds, signal, since, isRestored, isCounted, sendDelayed, onWait } = queued;
    return new Promise<T>((resolve, reject) => {
      if (this.#isClosed) return reject(abortedError());
      if (isCounted && this.#delayed.length >= MAX_DELAYED) {
        return reject(new PipelineError('offline', `${MAX_DELAYED} changes are already waiting for the network.`));
      }
      if (signal.aborted) return reject(abortedError(signal.reason));
      const handleAbort = (): void => this.#remove(write, abortedError(signal.reason));
      const later = isRestored ? this.#delayed.find((each) => each.since > since) : undefined;
      const write: DelayedWrite = {
        conversationIds,
        order: later ? later.order - 0.5 : order,
        onWait,
        send: sendDelayed,
        controller: new AbortController(),
        resolve: (value) => {
          signal.removeEventListener('abort', handleAbort);
          resolve(value as T);
        },
        reject: (reason: PipelineError) => {
          signal.removeEventListener('abort', handleAbort);
          reject(reason);
        },
        since,
      };
      signal.addEventListener('abort', handleAbort);
      if (!this.#delayed.length) globalThis.addEventListener?.('online', this.wake);
      const isBefore = (each: DelayedWrite, index: number): boolean =>
        each.order < write.order || (this.#isSending && index === 0);
      this.#delayed.splice(this.#delayed.findLastIndex(isBefore) + 1, 0, write);
      queued.onDelay();
      onWait?.(this.#wait);
      if (isRestored) this.wake();
      else if (!this.#isSending && !this.#cancelTimer) this.#sendLater();
    });
  }

  async #sendAll(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isSending = true;
    let first: DelayedWrite | undefined;
    while ((first = this.#delayed[0])) {
      if (this.#environment.now() - first.since > MAX_WRITE_AGE) {
        this.#remove(first, tooOldError());
        continue;
      }
      try {
        first.resolve(await first.send(first.controller.signal));
        this.#remove(first);
        this.#failures = 0;
      } catch (thrown) {
        const error = PipelineError.from(thrown);
        if (!RETRIED.has(error.code)) this.#remove(first, error);
        else if (this.#delayed.length) {
          this.#sendLater(error);
          break;
        }
      }
    }
    this.#isSending = false;
  }

  #sendLater(error?: PipelineError): void {
    const usual = reconnectDelay(this.#failures++, FIRST_DELAY, MAX_DELAY, this.#environment);
    const asked = error?.retryAfterMs;
    const delay = asked === undefined ? usual : Math.max(usual, spreadRetryAfter(asked, this.#environment));
    this.#cancelTimer = this.#environment.after(delay, () => void this.#sendAll());
    const isOffline = !error || error.code === 'offline';
    this.#wait = isOffline ? OFFLINE : { reason: 'retry', at: this.#environment.now() + delay };
    for (const { onWait } of this.#delayed) onWait?.(this.#wait);
  }

  #remove(write: DelayedWrite, reason?: PipelineError): void {
    const index = this.#delayed.indexOf(write);
    if (index >= 0) this.#delayed.splice(index, 1);
    if (reason) {
      write.reject(reason);
      // It may be in flight.
      write.controller.abort(reason);
    }
    if (this.#delayed.length) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    globalThis.removeEventListener?.('online', this.wake);
  }
}
