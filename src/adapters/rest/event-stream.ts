/** Receives the server-sent events of `GET /changes`, and reconnects after every interruption. */
import { type Change, parseChange } from '../../model/changes.js';
import type { SubscriptionState } from '../adapter.js';
import { ConnectionSlot } from './connection-slot.js';
import { discard } from './decode.js';
import { EventStreamParser, type StreamEvent } from './event-stream-parser.js';
import { type Environment, parseRetryAfter, pause, reconnectDelay, spreadRetryAfter, unlessAborted } from './retry.js';

/** Servers send a comment every 15 s. After 45 s of silence, the connection is considered dead. */
const SILENCE_TIMEOUT = 45_000;
const MIN_RETRY = 1000;
const MAX_RETRY = 60_000;
const MAX_ID_LENGTH = 1000;

/** A connection that ends sooner counts as a failure: a server that closes every stream must not be called all the time. */
const STABLE_AFTER = 20_000;

/**
 * Responses that mean that there is no stream. A server may send them for a moment only, while it starts for example, so
 * it is asked again, less and less often.
 */
const NO_STREAM: ReadonlySet<number> = new Set([204, 404, 405, 501]);
const MAX_RETRY_WITHOUT_STREAM = 5 * 60_000;
/** Responses of 4xx that are treated like a lost connection. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

/** Requests the stream after `lastEventId` (`undefined`: from now on). Resolves whatever the status of the response. */
export type Connect = (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;

export interface ChangeEventHandlers {
  handleChange(change: Change): void;
  /** Everything up to this position was received, whether or not it had changes. */
  handlePosition(seq: string): void;
  handleState(state: SubscriptionState): void;
  handleUnreadable(thrown: unknown): void;
}

/** Whether a position can be sent in a header. Otherwise the stream can only start from now, with a reset. */
export const isSendable = (seq: string): boolean => seq.length <= MAX_ID_LENGTH && /^[\x21-\x7e]+$/.test(seq);

/** Why there is no connection, and when to try again. */
interface Interruption {
  state: SubscriptionState;
  /** Milliseconds until the next attempt, at least. */
  after?: number;
  /** The longest delay between attempts, in milliseconds. */
  longest?: number;
}

/** A tab that may not keep a connection open asks for changes about this often, in milliseconds. */
const POLL_INTERVAL = 5000;
/** Such a connection is closed when nothing has arrived for a moment, and in any case after a while. */
const POLL_QUIET = 1000;
const MAX_POLL = 5000;

/** Follows `GET /changes`, and resumes from the last position after every interruption. */
export class ChangeEventSource {
  readonly #connect: Connect;
  readonly #handlers: ChangeEventHandlers;
  readonly #environment: Environment;
  readonly #closing = new AbortController();
  readonly #slot: ConnectionSlot | undefined;
  #position: string | undefined;
  #hasMissed: boolean;
  #retry = MIN_RETRY;
  #failures = 0;
  #waiting: AbortController | undefined;
  #connection: AbortController | undefined;

  /**
   * `hasMissed`: earlier changes are unknown, so it reports a `reset` once it is live. `server`: its origin, if it may
   * have few connections.
   */
  constructor(
    connect: Connect,
    start: { position: string | undefined; hasMissed: boolean; server: string | undefined },
    handlers: ChangeEventHandlers,
    environment: Environment,
  ) {
    const { position } = start;
    this.#connect = connect;
    this.#position = position !== undefined && isSendable(position) ? position : undefined;
    this.#hasMissed = start.hasMissed || this.#position !== position;
    this.#handlers = handlers;
    this.#environment = environment;
    this.#slot =
      start.server === undefined ? undefined : new ConnectionSlot(start.server, environment, () => this.reconnect());
    void this.#run();
  }

  /** Ends the current wait: connecting may succeed now. */
  wake(): void {
    this.#failures = 0;
    this.#waiting?.abort();
  }

  /** Replaces the connection after the network was lost, even if it still looks alive. */
  reconnect(): void {
    this.wake();
    this.#connection?.abort();
  }

  close(): void {
    this.#closing.abort();
    this.#slot?.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const isPoll = !((await this.#slot?.hold()) ?? true);
      if (this.#isClosed) return;
      const next = await this.#follow(isPoll);
      if (this.#isClosed) return;
      if (next === 'polled') {
        this.#failures = 0;
        await this.#wait(reconnectDelay(0, POLL_INTERVAL, POLL_INTERVAL, this.#environment));
        continue;
      }
      this.#handlers.handleState(next.state);
      const { after, longest = MAX_RETRY } = next;
      const delay = reconnectDelay(this.#failures++, this.#retry, longest, this.#environment);
      await this.#wait(after === undefined ? delay : Math.max(delay, spreadRetryAfter(after, this.#environment)));
    }
  }

  /** Follows one connection until it ends; `isPoll`: until it has sent the changes so far. */
  async #follow(isPoll: boolean): Promise<Interruption | 'polled'> {
    const connection = (this.#connection = new AbortController());
    const handleClose = (): void => connection.abort();
    this.#closing.signal.addEventListener('abort', handleClose);
    let isPolled = false;
    let cancelTimeout = (): void => undefined;
    const restartTimeout = (): void => {
      cancelTimeout();
      cancelTimeout = this.#environment.after(SILENCE_TIMEOUT, () => connection.abort());
    };
    const restartQuiet = (): void => {
      cancelTimeout();
      const longest = openedAt + MAX_POLL - this.#environment.now();
      cancelTimeout = this.#environment.after(Math.min(POLL_QUIET, Math.max(longest, 0)), () => {
        isPolled = true;
        connection.abort();
      });
    };
    let openedAt = 0;
    try {
      restartTimeout();
      const response = await unlessAborted(this.#connect(this.#position, connection.signal), connection.signal);
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || !response.body || !/^(text\/event-stream|$)/i.test(type)) {
        discard(response);
        return this.#stateAfterRefusal(response);
      }
      openedAt = this.#environment.now();
      this.#handlers.handleState('live');
      if (this.#hasMissed) this.#report({ kind: 'reset', seq: this.#position ?? '' });
      if (isPoll) restartQuiet();
      await this.#read(response.body, connection.signal, isPoll ? restartQuiet : restartTimeout).finally(() => {
        if (this.#environment.now() - openedAt >= STABLE_AFTER) this.#failures = 0;
      });
    } catch {
      // A lost connection resumes like one that has ended.
    } finally {
      cancelTimeout();
      connection.abort();
      this.#closing.signal.removeEventListener('abort', handleClose);
    }
    // Without a position to resume from, changes until the next connection are missed.
    if (this.#position === undefined) this.#hasMissed = true;
    if (isPolled) return 'polled';
    return { state: 'retrying' };
  }

  #stateAfterRefusal({ status, headers }: Response): Interruption {
    if (NO_STREAM.has(status)) return { state: 'down', longest: MAX_RETRY_WITHOUT_STREAM };
    const after = parseRetryAfter(headers, this.#environment.now());
    const isTemporary = status < 400 || status >= 500 || TEMPORARY.has(status);
    if (!isTemporary) return { state: 'down', after: MAX_RETRY };
    return after === undefined ? { state: 'retrying' } : { state: 'retrying', after };
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal, restartTimeout: () => void): Promise<void> {
    const reader = body.getReader();
    // Ends a pending read even if the body does not observe the signal.
    const handleAbort = (): void => void reader.cancel().catch(() => undefined);
    signal.addEventListener('abort', handleAbort);
    const parser = new EventStreamParser(
      (event) => signal.aborted || this.#handleEvent(event),
      (ms) => (this.#retry = Math.min(Math.max(ms, MIN_RETRY), MAX_RETRY)),
    );
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      restartTimeout();
      parser.push(value);
    }
  }

  #handleEvent({ type, data, id, isTruncated }: StreamEvent): void {
    const seq = id || this.#position || '';
    if (id) {
      this.#position = isSendable(id) ? id : undefined;
      this.#handlers.handlePosition(id);
    }
    if (type === 'reset' || isTruncated) return this.#report({ kind: 'reset', seq });
    if (type !== 'status' && type !== 'entry') return;
    try {
      this.#report(parseEvent(type, data, seq));
    } catch (thrown) {
      this.#handlers.handleUnreadable(thrown);
    }
  }

  #report(change: Change): void {
    if (change.kind === 'reset') this.#hasMissed = false;
    this.#handlers.handleChange(change);
  }

  async #wait(ms: number): Promise<void> {
    const waiting = (this.#waiting = new AbortController());
    const handleClose = (): void => waiting.abort();
    this.#closing.signal.addEventListener('abort', handleClose);
    await pause(this.#environment, ms, waiting.signal).catch(() => undefined);
    this.#closing.signal.removeEventListener('abort', handleClose);
    this.#waiting = undefined;
  }
}

/** The data is the record, with the `opId` of the call that caused the change and its author beside the fields. */
function parseEvent(kind: 'status' | 'entry', data: string, seq: string): Change {
  const value = JSON.parse(data) as Record<string, unknown> | null;
  const record = typeof value?.[kind] === 'object' ? value[kind] : value;
  return parseChange({ kind, [kind]: record, seq, opId: value?.['opId'], by: value?.['by'] });
}
