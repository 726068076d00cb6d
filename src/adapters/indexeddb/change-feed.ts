/** Sends every committed change to the subscribers of an adapter, and to other tabs. */
import type { SubscribeOptions, SubscriptionState } from '../adapter.js';
import { toPipelineError } from './open.js';
import type { Change } from '../../model/changes.js';

/** The delay before a failed read is retried; doubled each time, up to the maximum (milliseconds). */
const RETRY_DELAY = 1000;
const MAX_RETRY_DELAY = 30_000;

interface Subscriber {
  listener(change: Change): void;
  onState?(state: SubscriptionState): void;
  /** The `seq` up to which changes were delivered; `undefined` until the first read gives the current one. */
  position: number | undefined;
  /** The database that `position` belongs to; `undefined` until the first read. */
  generation: string | undefined;
  /** Writes of this tab until then. */
  early: Change[];
  state: SubscriptionState | undefined;
}

export interface ChangeSource {
  /** The newest `seq`, the changes after each position (`undefined`: none are needed), and the database they are of. */
  read(
    positions: readonly (number | undefined)[],
  ): Promise<{ seq: number; generation: string; changes: (Change[] | 'reset')[] }>;
  /** Called when the page enters the back/forward cache, where an open connection would block other tabs. */
  pause(): void;
}

/**
 * Delivers each change once, in order, and only after it is committed. Writes of this tab are passed to `handleCommit`;
 * those of other tabs are read from the log when a broadcast arrives. Listens to broadcasts only while there are
 * subscribers.
 */
export class ChangeFeed {
  readonly #source: ChangeSource;
  readonly #broadcast: Broadcast;
  readonly #subscribers = new Set<Subscriber>();
  #isReading = false;
  #mustReadAgain = false;
  #isConnectionLost = false;
  /** The database that was seen last, and its newest `seq` that anyone was given. */
  #generation: string | undefined;
  #newest = 0;
  /** Positions up to this one may belong to a former database that was deleted and created again. */
  #ambiguous = -1;
  #failures = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(database: string, source: ChangeSource) {
    this.#source = source;
    this.#broadcast = new Broadcast(database, { wake: () => void this.#catchUp(), pause: () => source.pause() });
  }

  subscribe(listener: (change: Change) => void, { since, onState }: SubscribeOptions): () => void {
    const subscriber: Subscriber = {
      listener,
      ...(onState ? { onState } : {}),
      position: since === undefined ? undefined : Number(since),
      generation: undefined,
      early: [],
      state: undefined,
    };
    this.#subscribers.add(subscriber);
    this.#broadcast.open();
    void this.#catchUp();
    return () => {
      this.#subscribers.delete(subscriber);
      if (!this.#subscribers.size) this.close();
    };
  }

  /** A position was given to a caller. */
  handleRead(seq: number, generation: string): void {
    if (this.#generation !== undefined && this.#generation !== generation) {
      this.#ambiguous = Math.max(this.#ambiguous, this.#newest);
      this.#newest = 0;
    }
    this.#generation = generation;
    this.#newest = Math.max(this.#newest, seq);
  }

  /** A write of this tab is committed: it took the counter of the database from `base` to `seq`. */
  handleCommit(base: number, seq: number, generation: string, changes: readonly Change[]): void {
    this.handleRead(seq, generation);
    let isComplete = true;
    for (const subscriber of this.#subscribers) {
      if (subscriber.position === base && subscriber.generation === generation) this.#deliver(subscriber, changes, seq);
      else isComplete = false;
      if (subscriber.position === undefined) subscriber.early.push(...changes);
    }
    if (!isComplete) void this.#catchUp();
    this.#broadcast.post(seq);
  }

  /** The connection was closed, maybe because the data was deleted or replaced: subscribers receive a `reset`. */
  handleConnectionLost(): void {
    this.#isConnectionLost = true;
    // A read in progress uses the new connection, or is retried.
    if (!this.#isReading) void this.#catchUp();
  }

  close(): void {
    this.#subscribers.clear();
    this.#broadcast.close();
    clearTimeout(this.#retryTimer);
    this.#failures = 0;
  }

  /** Reads and delivers missing changes. One read at a time: calls during a read are answered by one more. */
  async #catchUp(): Promise<void> {
    this.#mustReadAgain = true;
    if (this.#isReading) return;
    this.#isReading = true;
    clearTimeout(this.#retryTimer);
    while (this.#mustReadAgain && this.#subscribers.size) {
      this.#mustReadAgain = false;
      await this.#read();
    }
    this.#isReading = false;
  }

  async #read(): Promise<void> {
    const subscribers = [...this.#subscribers];
    const positions = subscribers.map((subscriber) => subscriber.position);
    try {
      const { seq, generation, changes } = await this.#source.read(positions);
      this.handleRead(seq, generation);
      const isConnectionLost = this.#isConnectionLost;
      this.#isConnectionLost = false;
      this.#failures = 0;
      subscribers.forEach((subscriber, i) => {
        const position = positions[i];
        const isReplaced =
          subscriber.generation === undefined
            ? position !== undefined && position <= this.#ambiguous
            : subscriber.generation !== generation;
        subscriber.generation = generation;
        if (position === undefined) this.#deliver(subscriber, subscriber.early.splice(0), seq);
        else if (isReplaced) this.#reset(subscriber, Infinity, seq);
        else if (isConnectionLost || changes[i] === 'reset') this.#reset(subscriber, position, seq);
        else this.#deliver(subscriber, changes[i]!, seq);
        this.#setState(subscriber, 'live');
      });
    } catch (thrown) {
      const isOutdated = toPipelineError(thrown).code === 'version-skew';
      for (const subscriber of subscribers) {
        // The next read fails with the reason, which is shown with the data.
        if (isOutdated && subscriber.state !== 'down') {
          this.#notify(subscriber, { kind: 'reset', seq: String(subscriber.position ?? 0) });
        }
        this.#setState(subscriber, isOutdated ? 'down' : 'retrying');
      }
      if (isOutdated || !this.#subscribers.size || this.#mustReadAgain) return;
      const delay = Math.min(RETRY_DELAY * 2 ** this.#failures++, MAX_RETRY_DELAY);
      this.#retryTimer = setTimeout(() => void this.#catchUp(), delay);
    }
  }

  /** Delivers changes, without those that were delivered during the read. */
  #deliver(subscriber: Subscriber, changes: readonly Change[], seq: number): void {
    const { position = 0 } = subscriber;
    for (const change of changes) if (Number(change.seq) > position) this.#notify(subscriber, change);
    subscriber.position = Math.max(position, seq);
  }

  /** `readFrom`: the position when the read began. A lower `seq` means that it belongs to another database. */
  #reset(subscriber: Subscriber, readFrom: number, seq: number): void {
    const { position = 0 } = subscriber;
    // `NaN` for a `since` that is no number.
    subscriber.position = readFrom > seq ? seq : Math.max(position, seq) || seq;
    this.#notify(subscriber, { kind: 'reset', seq: String(subscriber.position) });
  }

  /** Each change in a microtask of its own: a listener that throws affects neither the write nor other listeners. */
  #notify(subscriber: Subscriber, change: Change): void {
    queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber.listener(change));
  }

  #setState(subscriber: Subscriber, state: SubscriptionState): void {
    if (subscriber.state === state || !this.#subscribers.has(subscriber)) return;
    subscriber.state = state;
    queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber.onState?.(state));
  }
}

/** Version of the messages between tabs. Messages of other versions are ignored. */
const PROTOCOL = 1;

export interface BroadcastEvents {
  /** There may be new changes to read. */
  wake(): void;
  /** The page enters the back/forward cache. */
  pause(): void;
}

/**
 * Sends and receives hints that there are new changes. Any script of the origin can send one, so a hint carries no data
 * that is used. A message to a page in the back/forward cache may be lost or evict the page: the channel is closed while
 * the page is there, and its return counts as a hint.
 */
export class Broadcast {
  readonly #name: string;
  readonly #events: BroadcastEvents;
  #channel: BroadcastChannel | undefined;
  #listeners: AbortController | undefined;
  /** The newest `seq` that was not sent yet. One hint covers all commits before it. */
  #unsent: number | undefined;

  constructor(database: string, events: BroadcastEvents) {
    this.#name = `pipeline-elements:${database}`;
    this.#events = events;
  }

  /** Receives hints until `close()`. */
  open(): void {
    if (this.#listeners) return;
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const { wake, pause } = this.#events;
    const handlePageHide = (event: PageTransitionEvent): void => {
      this.#send();
      if (!event.persisted) return;
      this.#disconnect();
      pause();
    };
    const handlePageShow = (event: PageTransitionEvent): void => {
      if (!event.persisted) return;
      this.#connect();
      wake();
    };
    const handleVisibilityChange = (): void => {
      if (document.visibilityState === 'visible') wake();
    };
    this.#connect();
    globalThis.addEventListener?.('pagehide', handlePageHide, { signal });
    globalThis.addEventListener?.('pageshow', handlePageShow, { signal });
    globalThis.document?.addEventListener('visibilitychange', handleVisibilityChange, { signal });
  }

  close(): void {
    this.#listeners?.abort();
    this.#listeners = undefined;
    this.#disconnect();
  }

  /** Sends a hint, normally in the next task so that the caller of the write continues first. */
  post(seq: number): void {
    const isScheduled = this.#unsent !== undefined;
    this.#unsent = seq;
    // At once when it could be lost: without listeners `pagehide` is not handled; in a hidden page timers are delayed.
    if (!this.#channel || globalThis.document?.hidden) this.#send();
    else if (!isScheduled) setTimeout(() => this.#send());
  }

  #send(): void {
    if (this.#unsent === undefined) return;
    const channel = this.#channel ?? openChannel(this.#name);
    channel?.postMessage({ v: PROTOCOL, seq: this.#unsent });
    this.#unsent = undefined;
    if (channel !== this.#channel) channel?.close();
  }

  #connect(): void {
    this.#channel ??= openChannel(this.#name);
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isHint(data)) this.#events.wake();
    };
  }

  #disconnect(): void {
    this.#send();
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** `undefined` where the browser refuses, for instance in a frame of another site: a write must not fail for that. */
function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

function isHint(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const { v, seq } = data as { v?: unknown; seq?: unknown };
  return v === PROTOCOL && Number.isSafeInteger(seq) && (seq as number) >= 0 && Object.keys(data).length === 2;
}
