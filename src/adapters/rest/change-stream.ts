/** Shares one stream of changes among all subscribers of a page, and with the other tabs of the same session. */
import type { Change } from '../../model/changes.js';
import type { SubscriptionState } from '../adapter.js';
import { ChangeEventSource, type Connect, isSendable } from './event-stream.js';
import type { Environment } from './retry.js';
import { MAX_RECENT, TabGroup, type TabMember, canElectLeader } from './tab-leader.js';

const isNumber = (seq: string): boolean => /^\d{1,15}$/.test(seq);

/**
 * The newest changes, for subscribers and tabs that come later. Positions are opaque, but if they are numbers,
 * positions between those of two changes can be found as well.
 */
class RecentChanges {
  /** The position before the first of the changes. */
  #start: string | undefined;
  readonly #changes: Change[] = [];

  /** Everything up to this position was received; `undefined` while that is unknown. */
  get position(): string | undefined {
    return (this.#changes.at(-1)?.seq ?? this.#start) || undefined;
  }

  /** Starts at a position, without changes. */
  startAt(position: string | undefined): void {
    this.#start = position;
    this.#changes.length = 0;
  }

  push(change: Change): void {
    this.#changes.push(change);
    if (this.#changes.length > MAX_RECENT) this.#start = this.#changes.shift()!.seq;
  }

  /** The changes after `since`; `undefined` if they are unknown. */
  after(since: string): Change[] | undefined {
    const { position } = this;
    if (position === undefined || !since) return undefined;
    const index = this.#changes.findLastIndex((change) => change.seq === since);
    if (index >= 0 || since === this.#start) return this.#changes.slice(index + 1);
    if (!isNumber(since) || !isNumber(position)) return undefined;
    const start = this.#start;
    if (start === undefined || !isNumber(start) || Number(since) < Number(start)) return undefined;
    // None for a subscriber that is ahead: it will receive some changes twice, and ignore them by their versions.
    return this.#changes.filter((change) => Number(change.seq) > Number(since));
  }
}

/** After this time in the background a page reads its data again, as its timers and connections were suspended. */
const MAX_HIDDEN = 5 * 60_000;

export interface ChangeSubscriber {
  listener(change: Change): void;
  onState?: ((state: SubscriptionState) => void) | undefined;
  /** The position after which it wants changes; `undefined`: from now on. */
  since: string | undefined;
  /** Opens the stream for all subscribers. */
  connect: Connect;
  /** The origin that it is opened to, if the browser limits the connections to it. */
  server?: string | undefined;
  handleUnreadable(thrown: unknown): void;
}

/** The streams of this page, by name. */
const streams = new Map<string, ChangeStream>();

/** Subscribes to the stream with this name, which all subscribers of the page share. Returns how to unsubscribe. */
export function followChanges(name: string, subscriber: ChangeSubscriber, environment: Environment): () => void {
  let stream = streams.get(name);
  if (!stream) {
    stream = new ChangeStream(name, environment, () => streams.delete(name));
    streams.set(name, stream);
  }
  return stream.add(subscriber);
}

/** Receives the changes from the page's own connection, or from the tab that has the connection. */
export class ChangeStream implements TabMember {
  readonly #name: string;
  readonly #environment: Environment;
  readonly #onEnd: () => void;
  readonly #subscribers = new Set<ChangeSubscriber>();
  readonly #recent = new RecentChanges();
  #state: SubscriptionState | undefined;
  /** Changes may have been missed, so a `reset` is due. */
  #hasMissed = false;
  #source: ChangeEventSource | undefined;
  #tabs: TabGroup | undefined;
  #pageListeners: AbortController | undefined;
  #hiddenSince: number | undefined;

  /** `onEnd` is called when the last subscriber leaves. */
  constructor(name: string, environment: Environment, onEnd: () => void) {
    this.#name = name;
    this.#environment = environment;
    this.#onEnd = onEnd;
  }

  add(subscriber: ChangeSubscriber): () => void {
    const { since } = subscriber;
    const isFirst = !this.#subscribers.size;
    this.#subscribers.add(subscriber);
    if (isFirst) {
      this.#recent.startAt(since !== undefined && isSendable(since) ? since : undefined);
      this.#hasMissed = since !== this.#recent.position;
      this.#open();
    } else {
      if (since !== undefined) for (const change of this.replay(since)) this.#deliver(subscriber, change);
      if (this.#state) subscriber.onState?.(this.#state);
    }
    return () => {
      if (!this.#subscribers.delete(subscriber) || this.#subscribers.size) return;
      this.#pageListeners?.abort();
      this.#disconnect();
      this.#onEnd();
    };
  }

  get position(): string | undefined {
    return this.#recent.position;
  }

  get state(): SubscriptionState | undefined {
    return this.#state;
  }

  replay(since: string): Change[] {
    return this.#recent.after(since) ?? [this.#reset()];
  }

  lead(): void {
    // Without a position to resume from, changes since it was last live are missed.
    if (this.position === undefined && this.#state) this.#hasMissed = true;
    this.#source = new ChangeEventSource(
      (lastEventId, signal) => this.#anySubscriber().connect(lastEventId, signal),
      { position: this.position, hasMissed: this.#hasMissed, server: this.#anySubscriber().server },
      {
        handleChange: (change) => {
          this.receive(change);
          this.#tabs?.broadcastChange(change);
        },
        handlePosition: (seq) => {
          // Only needed to start from; after that, the changes have the position.
          if (this.position === undefined) this.#recent.startAt(seq);
        },
        handleState: (state) => {
          this.setState(state);
          this.#tabs?.broadcastState(state);
        },
        handleUnreadable: (thrown) => this.#anySubscriber().handleUnreadable(thrown),
      },
      this.#environment,
    );
  }

  follow(): void {
    this.#source?.close();
    this.#source = undefined;
  }

  receive(change: Change): void {
    if (change.kind === 'reset') this.#hasMissed = false;
    this.#recent.push(change);
    for (const subscriber of this.#subscribers) this.#deliver(subscriber, change);
  }

  catchUp(changes: readonly Change[], leaderPosition: string | null): void {
    for (const change of changes) this.receive(change);
    if (this.position === undefined && leaderPosition !== null) this.#recent.startAt(leaderPosition);
    if (this.#hasMissed) this.receive(this.#reset());
  }

  setState(state: SubscriptionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const subscriber of this.#subscribers) subscriber.onState?.(state);
  }

  #reset(): Change {
    return { kind: 'reset', seq: this.position ?? '' };
  }

  /** In a microtask of its own: a listener that throws affects neither the stream nor the other listeners. */
  #deliver(subscriber: ChangeSubscriber, change: Change): void {
    queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber.listener(change));
  }

  #anySubscriber(): ChangeSubscriber {
    return [...this.#subscribers][0]!;
  }

  #open(): void {
    this.#connect();
    this.#pageListeners = new AbortController();
    const { signal } = this.#pageListeners;
    const on = (target: EventTarget | undefined, type: string, run: (event: Event) => void): void =>
      target?.addEventListener?.(type, run, { signal });
    on(globalThis, 'online', () => {
      this.#source?.reconnect();
      this.#tabs?.wake();
    });
    on(globalThis.document, 'visibilitychange', () => this.#handleVisibilityChange());
    // A page in the back/forward cache could not use its connections, and open ones keep it out of the cache. On
    // unload, leaving the group passes the lock on at once: WebKit lets a removed frame keep its locks.
    on(globalThis, 'pagehide', () => this.#disconnect());
    on(globalThis, 'pageshow', (event) => {
      if (!(event as PageTransitionEvent).persisted) return;
      this.#connect();
      this.#reload();
    });
  }

  #connect(): void {
    if (this.#tabs || this.#source) return;
    if (canElectLeader()) this.#tabs = new TabGroup(this.#name, this, this.#environment);
    else this.lead();
  }

  #disconnect(): void {
    this.#tabs?.close();
    this.#tabs = undefined;
    this.follow();
  }

  #handleVisibilityChange(): void {
    const now = this.#environment.now();
    if (document.visibilityState === 'hidden') {
      this.#hiddenSince = now;
      return;
    }
    const wasHiddenLong = this.#hiddenSince !== undefined && now - this.#hiddenSince >= MAX_HIDDEN;
    this.#hiddenSince = undefined;
    this.#source?.wake();
    this.#tabs?.wake();
    if (wasHiddenLong) this.#reload();
  }

  /** Makes this page read again. Not a change for other tabs: nothing is known to be missing. */
  #reload(): void {
    for (const subscriber of this.#subscribers) this.#deliver(subscriber, this.#reset());
  }
}
