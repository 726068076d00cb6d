import type { Change } from '../../model/changes.js';
import { PipelineError } from '../../model/errors.js';
import type { SubscriptionState } from '../adapter.js';
import { Channel } from './channel.js';

/** How long after a failed read the next is tried: doubled each time, up to the limit (milliseconds). */
const RETRY_AFTER = 1000;
const RETRY_LIMIT = 30_000;

interface Subscriber {
  listener(change: Change): void;
  onState?(state: SubscriptionState): void;
  /** Up to where it was told; missing while the place where it begins is being read. */
  position: number | undefined;
  /** Writes of our own in the meantime. */
  early: Change[];
  state: SubscriptionState | undefined;
}

export interface FeedSource {
  /** The place of the newest write, and the changes after each of `places` (`undefined`: none are wanted). */
  read(places: readonly (number | undefined)[]): Promise<{ seq: number; changes: (Change[] | 'reset')[] }>;
  /** The page goes into the back/forward cache, where an open connection would be in the way of others. */
  pause(): void;
}

/**
 * Tells subscribers every change once, in order, and only when it is committed, whichever tab made it. Writes of our
 * own are handed over; those of others are read from the log when a hint comes in. The channel exists only while there
 * is a subscriber.
 */
export class Feed {
  readonly #source: FeedSource;
  readonly #channel: Channel;
  readonly #subscribers = new Set<Subscriber>();
  #reading = false;
  #readAgain = false;
  #lost = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(database: string, source: FeedSource) {
    this.#source = source;
    this.#channel = new Channel(database, { wake: () => void this.catchUp(), pause: () => source.pause() });
  }

  subscribe(
    listener: (change: Change) => void,
    { since, onState }: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    const subscriber: Subscriber = {
      listener,
      ...(onState ? { onState } : {}),
      position: since === undefined ? undefined : Number(since),
      early: [],
      state: undefined,
    };
    this.#subscribers.add(subscriber);
    this.#channel.open();
    void this.catchUp();
    return () => {
      this.#subscribers.delete(subscriber);
      if (!this.#subscribers.size) this.close();
    };
  }

  /** A write of our own, begun at `base`, is committed. */
  committed(base: number, seq: number, changes: readonly Change[]): void {
    let complete = true;
    for (const subscriber of this.#subscribers) {
      if (subscriber.position === base) this.#tell(subscriber, changes, seq);
      else complete = false;
      if (subscriber.position === undefined) subscriber.early.push(...changes);
    }
    if (!complete) void this.catchUp();
    this.#channel.post(seq);
  }

  /** The connection was lost, and maybe what was told with it. A read under way goes on with a new one, or is tried later. */
  lost(): void {
    this.#lost = true;
    if (!this.#reading) void this.catchUp();
  }

  close(): void {
    this.#subscribers.clear();
    this.#channel.close();
    clearTimeout(this.#retry);
    this.#failures = 0;
  }

  /** Reads what was not told yet. One read at a time; what is asked for meanwhile is answered by one more. */
  async catchUp(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading) return;
    this.#reading = true;
    clearTimeout(this.#retry);
    while (this.#readAgain && this.#subscribers.size) {
      this.#readAgain = false;
      await this.#read();
    }
    this.#reading = false;
  }

  async #read(): Promise<void> {
    const subscribers = [...this.#subscribers];
    const places = subscribers.map((subscriber) => subscriber.position);
    try {
      const { seq, changes } = await this.#source.read(places);
      const lost = this.#lost;
      this.#lost = false;
      this.#failures = 0;
      subscribers.forEach((subscriber, i) => {
        const place = places[i];
        if (place === undefined) this.#tell(subscriber, subscriber.early.splice(0), seq);
        else if (lost || changes[i] === 'reset') this.#reset(subscriber, place, seq);
        else this.#tell(subscriber, changes[i]!, seq);
        this.#setState(subscriber, 'live');
      });
    } catch (thrown) {
      const down = PipelineError.from(thrown).code === 'version-skew';
      for (const subscriber of subscribers) this.#setState(subscriber, down ? 'down' : 'retrying');
      if (down || !this.#subscribers.size || this.#readAgain) return;
      const delay = Math.min(RETRY_AFTER * 2 ** this.#failures++, RETRY_LIMIT);
      this.#retry = setTimeout(() => void this.catchUp(), delay);
    }
  }

  /** Leaves out what it was told while the read was under way. */
  #tell(subscriber: Subscriber, changes: readonly Change[], seq: number): void {
    const { position = 0 } = subscriber;
    for (const change of changes) if (Number(change.seq) > position) this.#deliver(subscriber, change);
    subscriber.position = Math.max(position, seq);
  }

  /** `place`: where it was when the read began. A counter below it was begun anew, and the subscriber goes back to it. */
  #reset(subscriber: Subscriber, place: number, seq: number): void {
    const { position = 0 } = subscriber;
    subscriber.position = place > seq ? seq : Math.max(position, seq) || seq;
    this.#deliver(subscriber, { kind: 'reset', seq: String(subscriber.position) });
  }

  /** Later and one by one: a listener that throws hurts neither the write nor the other listeners. */
  #deliver(subscriber: Subscriber, change: Change): void {
    queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber.listener(change));
  }

  #setState(subscriber: Subscriber, state: SubscriptionState): void {
    if (subscriber.state === state || !this.#subscribers.has(subscriber)) return;
    subscriber.state = state;
    queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber.onState?.(state));
  }
}
