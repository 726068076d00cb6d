import { type Change, parseChange } from '../../model/changes.js';
import type { SubscriptionState } from '../adapter.js';
import { pause, unlessAborted } from './aborting.js';
import { dismiss } from './body.js';
import type { Environment } from './environment.js';
import { EventStreamParser, type StreamEvent } from './event-stream.js';
import { parseRetryAfter, reconnectDelay } from './retry.js';

/** Servers send a comment every 15 s: three of them missing means that the connection is dead. */
const SILENCE = 45_000;
const MIN_RETRY = 1000;
const MAX_RETRY = 60_000;
const MAX_ID = 1000;

/** Answers that mean that there is no stream here, now or later. 204 is the standard's way to say stop. */
const NONE: ReadonlySet<number> = new Set([204, 404, 405, 501]);
/** Answers after which it goes on trying as if the connection were lost. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Opens the stream after `lastEventId` (`undefined`: from now on), whatever the answer's status. */
export type Connect = (lastEventId: string | undefined, signal: AbortSignal) => Promise<Response>;

export interface StreamListener {
  hear(change: Change): void;
  /** All up to here was heard, changes or not. */
  setPosition(seq: string): void;
  setState(state: SubscriptionState): void;
  complain(thrown: unknown): void;
}

/** Whether a place can be sent in a header; where not, all that is left is to start from now and read again. */
export const isSendable = (seq: string): boolean => seq.length <= MAX_ID && /^[\x21-\x7e]+$/.test(seq);

/** Follows `GET /changes`, and goes on where it was after every interruption. */
export class ChangeStream {
  readonly #connect: Connect;
  readonly #listener: StreamListener;
  readonly #environment: Environment;
  readonly #closing = new AbortController();
  #position: string | undefined;
  #hasMissed: boolean;
  #retry = MIN_RETRY;
  #failures = 0;
  #waiting: AbortController | undefined;
  #connection: AbortController | undefined;

  /** `hasMissed`: what came before is unknown; it says `reset` as soon as it is live. */
  constructor(
    connect: Connect,
    start: { position: string | undefined; hasMissed: boolean },
    listener: StreamListener,
    environment: Environment,
  ) {
    const { position } = start;
    this.#connect = connect;
    this.#position = position !== undefined && isSendable(position) ? position : undefined;
    this.#hasMissed = start.hasMissed || this.#position !== position;
    this.#listener = listener;
    this.#environment = environment;
    void this.#run();
  }

  /** It may work now: does not wait any longer. */
  wake(): void {
    this.#failures = 0;
    this.#waiting?.abort();
  }

  /** The network was away: a connection from before is dead, whatever it looks like. */
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
      this.#listener.setState(next.state);
      if (next.state === 'down' && next.after === undefined) return;
      const delay = reconnectDelay(this.#failures++, this.#retry, MAX_RETRY, this.#environment);
      await this.#wait(Math.max(delay, next.after ?? 0));
    }
  }

  /** One connection, until it ends. Resolves to how things are then; `down` without `after` is for good. */
  async #follow(): Promise<{ state: SubscriptionState; after?: number }> {
    const connection = (this.#connection = new AbortController());
    const handleClose = (): void => connection.abort();
    this.#closing.signal.addEventListener('abort', handleClose);
    let cancelWatchdog = (): void => undefined;
    const watch = (): void => {
      cancelWatchdog();
      cancelWatchdog = this.#environment.after(SILENCE, () => connection.abort());
    };
    try {
      watch();
      const response = await unlessAborted(this.#connect(this.#position, connection.signal), connection.signal);
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || !response.body || !/^(text\/event-stream|$)/i.test(type)) {
        dismiss(response);
        return this.#refused(response);
      }
      this.#listener.setState('live');
      if (this.#hasMissed) this.#hear({ kind: 'reset', seq: this.#position ?? '' });
      await this.#read(response.body, connection.signal, watch);
    } catch {
      // Lost, like one that ended: both go on where they were.
    } finally {
      cancelWatchdog();
      connection.abort();
      this.#closing.signal.removeEventListener('abort', handleClose);
    }
    // Without a place to go on from, what comes until the next connection is lost.
    if (this.#position === undefined) this.#hasMissed = true;
    return { state: 'retrying' };
  }

  #refused({ status, headers }: Response): { state: SubscriptionState; after?: number } {
    if (NONE.has(status)) return { state: 'down' };
    const after = parseRetryAfter(headers.get('retry-after'), this.#environment.now()) ?? 0;
    const isPassing = status < 400 || status >= 500 || PASSING.has(status);
    return isPassing ? { state: 'retrying', after } : { state: 'down', after: MAX_RETRY };
  }

  async #read(body: ReadableStream<Uint8Array>, signal: AbortSignal, watch: () => void): Promise<void> {
    const reader = body.getReader();
    // Ends a read that waits, also when the body does not know of the signal.
    const handleAbort = (): void => void reader.cancel().catch(() => undefined);
    signal.addEventListener('abort', handleAbort);
    const parser = new EventStreamParser(
      (event) => signal.aborted || this.#take(event),
      (ms) => (this.#retry = Math.min(Math.max(ms, MIN_RETRY), MAX_RETRY)),
    );
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) return;
      watch();
      this.#failures = 0;
      parser.push(value);
    }
  }

  #take(event: StreamEvent): void {
    const seq = event.id || this.#position || '';
    if (event.id) {
      this.#position = isSendable(event.id) ? event.id : undefined;
      this.#listener.setPosition(event.id);
    }
    if (event.type === 'reset' || event.isCut) return this.#hear({ kind: 'reset', seq });
    if (event.type !== 'status' && event.type !== 'entry') return;
    try {
      this.#hear(changeOf(event.type, event.data, seq));
    } catch (thrown) {
      this.#listener.complain(thrown);
    }
  }

  #hear(change: Change): void {
    if (change.kind === 'reset') this.#hasMissed = false;
    this.#listener.hear(change);
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

/** The record itself is the data; beside its fields may stand the `opId` of the call that caused it, and who made it. */
function changeOf(kind: 'status' | 'entry', data: string, seq: string): Change {
  const value = JSON.parse(data) as Record<string, unknown> | null;
  const record = typeof value?.[kind] === 'object' ? value[kind] : value;
  return parseChange({ kind, [kind]: record, seq, opId: value?.['opId'], by: value?.['by'] });
}
