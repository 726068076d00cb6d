import type { Change } from '../../model/changes.js';
import type { SubscriptionState } from '../adapter.js';
import type { Environment } from './environment.js';
import { RecentChanges } from './recent.js';
import { ChangeStream, isSendable, type Connect } from './stream.js';
import { Tabs, canShare, type Member } from './tabs.js';

/** After that long out of sight, what is shown is read again: timers and connections of hidden pages sleep. */
const LONG_HIDDEN = 5 * 60_000;

export interface Subscriber {
  listener(change: Change): void;
  onState?: ((state: SubscriptionState) => void) | undefined;
  /** The place after which it wants to hear; `undefined`: from now on. */
  since: string | undefined;
  connect: Connect;
  complain(thrown: unknown): void;
}

/** The streams of this page, by scope. */
const streams = new Map<string, LiveChanges>();

/** Hears the changes of a scope, over one stream for all who do. Returns how to stop. */
export function followChanges(scope: string, subscriber: Subscriber, environment: Environment): () => void {
  let live = streams.get(scope);
  if (!live) {
    live = new LiveChanges(scope, environment, () => streams.delete(scope));
    streams.set(scope, live);
  }
  return live.add(subscriber);
}

/** One page's end of the changes of one scope: hears them from its own stream, or from the tab that has it. */
export class LiveChanges implements Member {
  readonly #scope: string;
  readonly #environment: Environment;
  readonly #onEnd: () => void;
  readonly #subscribers = new Set<Subscriber>();
  readonly #recent = new RecentChanges();
  #state: SubscriptionState | undefined;
  #hasMissed = false;
  #stream: ChangeStream | undefined;
  #tabs: Tabs | undefined;
  #listeners: AbortController | undefined;
  #hiddenSince: number | undefined;

  /** `onEnd`: the last subscriber has gone. */
  constructor(scope: string, environment: Environment, onEnd: () => void) {
    this.#scope = scope;
    this.#environment = environment;
    this.#onEnd = onEnd;
  }

  add(subscriber: Subscriber): () => void {
    const { since } = subscriber;
    const isFirst = !this.#subscribers.size;
    this.#subscribers.add(subscriber);
    if (isFirst) {
      this.#recent.begin(since !== undefined && isSendable(since) ? since : undefined);
      this.#hasMissed = since !== this.#recent.position;
      this.#open();
    } else {
      if (since !== undefined) for (const change of this.replay(since)) this.#deliver(subscriber, change);
      if (this.#state) subscriber.onState?.(this.#state);
    }
    return () => {
      if (!this.#subscribers.delete(subscriber) || this.#subscribers.size) return;
      this.#close();
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
    // Without a place to go on from, what came since it was live is lost.
    if (this.position === undefined && this.#state) this.#hasMissed = true;
    this.#stream = new ChangeStream(
      (lastEventId, signal) => this.#someone().connect(lastEventId, signal),
      { position: this.position, hasMissed: this.#hasMissed },
      {
        hear: (change) => {
          this.#take(change);
          this.#tabs?.tell(change);
        },
        setPosition: (seq) => {
          // Of use to one that began without; for the others, the changes tell.
          if (this.position === undefined) this.#recent.begin(seq);
        },
        setState: (state) => {
          this.setState(state);
          this.#tabs?.tellState(state);
        },
        complain: (thrown) => this.#someone().complain(thrown),
      },
      this.#environment,
    );
  }

  follow(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  hear(change: Change): void {
    this.#take(change);
  }

  catchUp(changes: readonly Change[], position: string | null): void {
    for (const change of changes) this.#take(change);
    if (this.position === undefined && position !== null) this.#recent.begin(position);
    if (this.#hasMissed) this.#take(this.#reset());
  }

  setState(state: SubscriptionState): void {
    if (this.#state === state) return;
    this.#state = state;
    for (const subscriber of this.#subscribers) subscriber.onState?.(state);
  }

  #take(change: Change): void {
    if (change.kind === 'reset') this.#hasMissed = false;
    this.#recent.push(change);
    for (const subscriber of this.#subscribers) this.#deliver(subscriber, change);
  }

  #reset(): Change {
    return { kind: 'reset', seq: this.position ?? '' };
  }

  /** Later and one by one: a listener that throws hurts neither the stream nor the other listeners. */
  #deliver(subscriber: Subscriber, change: Change): void {
    queueMicrotask(() => this.#subscribers.has(subscriber) && subscriber.listener(change));
  }

  #someone(): Subscriber {
    return [...this.#subscribers][0]!;
  }

  #open(): void {
    this.#join();
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const on = (target: EventTarget | undefined, type: string, run: (event: Event) => void): void =>
      target?.addEventListener?.(type, run, { signal });
    on(globalThis, 'online', () => {
      this.#stream?.reconnect();
      this.#tabs?.wake();
    });
    on(globalThis.document, 'visibilitychange', () => this.#handleVisibility());
    // In the back/forward cache a page keeps nothing open: it could not use it, and would lose its place there. And one
    // that goes for good goes sooner so: WebKit lets a removed frame keep its locks.
    on(globalThis, 'pagehide', () => this.#part());
    on(globalThis, 'pageshow', (event) => {
      if (!(event as PageTransitionEvent).persisted) return;
      this.#join();
      this.#readAgain();
    });
  }

  #close(): void {
    this.#listeners?.abort();
    this.#part();
  }

  #join(): void {
    if (this.#tabs || this.#stream) return;
    if (canShare()) this.#tabs = new Tabs(this.#scope, this, this.#environment);
    else this.lead();
  }

  #part(): void {
    this.#tabs?.close();
    this.#tabs = undefined;
    this.follow();
  }

  #handleVisibility(): void {
    const now = this.#environment.now();
    if (document.visibilityState === 'hidden') {
      this.#hiddenSince = now;
      return;
    }
    const isLong = this.#hiddenSince !== undefined && now - this.#hiddenSince >= LONG_HIDDEN;
    this.#hiddenSince = undefined;
    this.#stream?.wake();
    this.#tabs?.wake();
    if (isLong) this.#readAgain();
  }

  /** Not kept among the recent changes: nothing is known to be missing, and other tabs are not concerned. */
  #readAgain(): void {
    for (const subscriber of this.#subscribers) this.#deliver(subscriber, this.#reset());
  }
}
