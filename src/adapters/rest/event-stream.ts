/**
 * Receives the server-sent events of `GET /changes`, and reconnects after every interruption.
 *
 * The parser is our own: the maintained one, eventsource-parser, drops events that contain only an id, which are how the
 * server reports a position without a change, and does not limit the length of a line.
 */
import type { Change } from '../../model/changes.js';
import { readChange } from '../../model/reading.js';
import type { SubscriptionState } from '../adapter.js';
import { discard } from './decode.js';
import { type Environment, parseRetryAfter, pause, reconnectDelay, unlessAborted } from './retry.js';

/** Characters of one event that are kept. */
const MAX_EVENT = 64_000;

export interface StreamEvent {
  /** `''` if the event has none. */
  type: string;
  data: string;
  /** The last id received so far. */
  id: string;
  /** It was too big, and its data is missing. */
  isTruncated: boolean;
}

/**
 * Parses `text/event-stream` (WHATWG HTML 9.2.6) in chunks. Unlike `EventSource`, it also reports events without
 * data, if they have a type or a new id.
 */
export class EventStreamParser {
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #onRetry: (ms: number) => void;
  readonly #decoder = new TextDecoder();
  /** The line that is not complete yet. */
  #rest = '';
  #endedWithCr = false;
  /** The beginning of the current line was too long, and was dropped. */
  #isSkippingLine = false;
  #isTruncated = false;
  #type = '';
  #data: string[] = [];
  #size = 0;
  #id = '';
  #reportedId = '';

  constructor(onEvent: (event: StreamEvent) => void, onRetry: (ms: number) => void) {
    this.#onEvent = onEvent;
    this.#onRetry = onRetry;
  }

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return;
    if (this.#endedWithCr && text.startsWith('\n')) text = text.slice(1);
    this.#endedWithCr = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\r|\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (this.#isSkippingLine) this.#isSkippingLine = false;
      else this.#parseLine(line);
    }
    if (this.#rest.length <= MAX_EVENT) return;
    this.#rest = '';
    this.#isSkippingLine = true;
    this.#truncate();
  }

  #parseLine(line: string): void {
    if (!line) return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') this.#type = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.#onRetry(Number(value));
    else if (name === 'data') {
      this.#size += value.length + 1;
      if (this.#size > MAX_EVENT) this.#truncate();
      else this.#data.push(value);
    }
  }

  #truncate(): void {
    this.#isTruncated = true;
    this.#data = [];
  }

  #dispatch(): void {
    const event = { type: this.#type, data: this.#data.join('\n'), id: this.#id, isTruncated: this.#isTruncated };
    const isEvent = this.#type || this.#data.length || this.#isTruncated || this.#id !== this.#reportedId;
    this.#reportedId = this.#id;
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    this.#isTruncated = false;
    if (isEvent) this.#onEvent(event);
  }
}

/** Servers send a comment every 15 s. After 45 s of silence, the connection is considered dead. */
const SILENCE_TIMEOUT = 45_000;
const MIN_RETRY = 1000;
const MAX_RETRY = 60_000;
const MAX_ID_LENGTH = 1000;
/** Least time between two resets because of unreadable events. */
const RESET_INTERVAL = 1000;

/** Responses that mean that there is no stream, now or later. The standard uses 204 to stop clients. */
const NO_STREAM: ReadonlySet<number> = new Set([204, 404, 405, 501]);
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

/** Follows `GET /changes`, and resumes from the last position after every interruption. */
export class ChangeEventSource {
  readonly #connect: Connect;
  readonly #handlers: ChangeEventHandlers;
  readonly #environment: Environment;
  readonly #closing = new AbortController();
  #position: string | undefined;
  #hasMissed: boolean;
  #retry = MIN_RETRY;
  #failures = 0;
  #isResetRequested = false;
  #isResetDelayed = false;
  #waiting: AbortController | undefined;
  #connection: AbortController | undefined;

  /** `hasMissed`: earlier changes are unknown, so it reports a `reset` once it is live. */
  constructor(
    connect: Connect,
    start: { position: string | undefined; hasMissed: boolean },
    handlers: ChangeEventHandlers,
    environment: Environment,
  ) {
    const { position } = start;
    this.#connect = connect;
    this.#position = position !== undefined && isSendable(position) ? position : undefined;
    this.#hasMissed = start.hasMissed || this.#position !== position;
    this.#handlers = handlers;
    this.#environment = environment;
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
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const next = await this.#follow();
      if (this.#isClosed) return;
      this.#handlers.handleState(next.state);
      if (next.state === 'down' && next.after === undefined) return;
      const delay = reconnectDelay(this.#failures++, this.#retry, MAX_RETRY, this.#environment);
      await this.#wait(Math.max(delay, next.after ?? 0));
    }
  }

  /** Follows one connection until it ends. Resolves to the state after it; `down` without `after` is permanent. */
  async #follow(): Promise<{ state: SubscriptionState; after?: number }> {
    const connection = (this.#connection = new AbortController());
    const handleClose = (): void => connection.abort();
    this.#closing.signal.addEventListener('abort', handleClose);
    let cancelTimeout = (): void => undefined;
    const restartTimeout = (): void => {
      cancelTimeout();
      cancelTimeout = this.#environment.after(SILENCE_TIMEOUT, () => connection.abort());
    };
    try {
      restartTimeout();
      const response = await unlessAborted(this.#connect(this.#position, connection.signal), connection.signal);
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || !response.body || !/^(text\/event-stream|$)/i.test(type)) {
        discard(response);
        return this.#stateAfterRefusal(response);
      }
      this.#handlers.handleState('live');
      if (this.#hasMissed) this.#report({ kind: 'reset', seq: this.#position ?? '' });
      await this.#read(response.body, connection.signal, restartTimeout);
    } catch {
      // A lost connection resumes like one that has ended.
    } finally {
      cancelTimeout();
      connection.abort();
      this.#closing.signal.removeEventListener('abort', handleClose);
    }
    // Without a position to resume from, changes until the next connection are missed.
    if (this.#position === undefined) this.#hasMissed = true;
    return { state: 'retrying' };
  }

  #stateAfterRefusal({ status, headers }: Response): { state: SubscriptionState; after?: number } {
    if (NO_STREAM.has(status)) return { state: 'down' };
    const after = parseRetryAfter(headers.get('retry-after'), this.#environment.now()) ?? 0;
    const isTemporary = status < 400 || status >= 500 || TEMPORARY.has(status);
    return isTemporary ? { state: 'retrying', after } : { state: 'down', after: MAX_RETRY };
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
      this.#failures = 0;
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
      this.#requestReset();
    }
  }

  /** Reports a `reset`, so that what changed is read. At most once in a while: every event may be unreadable. */
  #requestReset(): void {
    this.#isResetRequested = true;
    if (this.#isResetDelayed || this.#isClosed) return;
    this.#isResetRequested = false;
    this.#isResetDelayed = true;
    this.#report({ kind: 'reset', seq: this.#position ?? '' });
    const cancel = this.#environment.after(RESET_INTERVAL, () => {
      this.#closing.signal.removeEventListener('abort', cancel);
      this.#isResetDelayed = false;
      if (this.#isResetRequested) this.#requestReset();
    });
    this.#closing.signal.addEventListener('abort', cancel);
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
  return readChange({ kind, [kind]: record, seq, opId: value?.['opId'], by: value?.['by'] });
}
