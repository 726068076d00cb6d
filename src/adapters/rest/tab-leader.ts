/** Elects one of the tabs that share a change stream as the leader, which opens it and broadcasts its changes. */
import { type Change, parseChange } from '../../model/changes.js';
import { newId } from '../../model/id.js';
import type { SubscriptionState } from '../adapter.js';
import type { Environment } from './retry.js';
import { openTabLock, PROTOCOL_VERSION, type TabLock } from './tab-lock.js';

const MAX_TEXT_LENGTH = 1000;
/** Changes that a tab keeps for others, and so the most in one message. */
export const MAX_RECENT = 500;

/** What the tabs send each other. `epoch` identifies a leader, and `n` counts its changes so far. */
export type TabMessage =
  /** A follower asks what came after `since`. */
  | { type: 'ask'; from: string; since?: string }
  | {
      type: 'answer';
      to: string;
      epoch: string;
      n: number;
      state: SubscriptionState | null;
      seq: string | null;
      changes: Change[];
    }
  | { type: 'change'; epoch: string; n: number; change: Change }
  | { type: 'state'; epoch: string; n: number; state: SubscriptionState | null };

export function encodeTabMessage(message: TabMessage): unknown {
  return { v: PROTOCOL_VERSION, ...message };
}

/** The message, rebuilt field by field, or `undefined`: any script of the origin can post to the channel. */
function decodeTabMessage(data: unknown): TabMessage | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const { v, type, from, since, to, epoch, n, state, seq, changes, change } = data as Record<string, unknown>;
  if (v !== PROTOCOL_VERSION) return undefined;
  if (type === 'ask') {
    if (!isText(from) || (since !== undefined && !isText(since))) return undefined;
    return since === undefined ? { type, from } : { type, from, since };
  }
  if (!isText(epoch) || !Number.isSafeInteger(n)) return undefined;
  const head = { epoch, n: n as number };
  try {
    if (type === 'change') return { type, ...head, change: parseChange(change) };
    if (!isState(state)) return undefined;
    if (type === 'state') return { type, ...head, state };
    if (type !== 'answer' || !isText(to) || !Array.isArray(changes) || changes.length > MAX_RECENT) return undefined;
    if (seq !== null && !isText(seq)) return undefined;
    return { type, to, ...head, state, seq, changes: changes.map(parseChange) };
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT_LENGTH;

const isState = (value: unknown): value is SubscriptionState | null =>
  value === 'live' || value === 'retrying' || value === 'down' || value === null;

/** A follower asks again after this time without a message: one may be lost, or the leader frozen. */
const SILENCE_TIMEOUT = 45_000;
/** A leader that does not answer within this time loses the lock: phones freeze hidden tabs. */
const ANSWER_TIMEOUT = 3000;

/** What a tab does in either role. */
export interface TabMember {
  /** Everything up to this position was received. */
  readonly position: string | undefined;
  readonly state: SubscriptionState | undefined;
  /** The changes after `since`, or one `reset` if they are unknown. */
  replay(since: string): Change[];
  /** Opens the stream. */
  lead(): void;
  /** Closes the stream. */
  follow(): void;
  /** Receives a change from the leader. */
  receive(change: Change): void;
  /** Receives the changes after its `position`, or none if it has none, and the leader's position. */
  catchUp(changes: readonly Change[], leaderPosition: string | null): void;
  setState(state: SubscriptionState): void;
}

/** In pages and workers. Elsewhere nothing is shared, and an open channel would keep a Node process alive. */
export const canElectLeader = (): boolean => !!globalThis.location && typeof BroadcastChannel !== 'undefined';

/**
 * A tab's membership in the group of tabs with the same `name`. HTTP/1.1 allows six connections to an origin, so with
 * a stream in each tab, the seventh would never load. The leader holds a lock; when its tab is closed, the next tab
 * receives it.
 */
export class TabGroup {
  readonly #member: TabMember;
  readonly #environment: Environment;
  readonly #channel: BroadcastChannel;
  readonly #lock: TabLock;
  #isClosed = false;
  #isLeader = false;
  /** Identifies the current leader. */
  #epoch: string | undefined;
  /** Changes that the current leader has sent. */
  #changeCount = 0;
  /** Identifies the question that awaits an answer. */
  #questionId: string | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(name: string, member: TabMember, environment: Environment) {
    this.#member = member;
    this.#environment = environment;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = decodeTabMessage(data);
      if (message) this.#handleMessage(message);
    };
    this.#lock = openTabLock(name, environment, {
      handleGranted: () => this.#lead(),
      handleLost: () => this.#handleLockLost(),
    });
    this.#lock.request();
    this.#ask();
  }

  /** Sends a change to the followers, if this tab is the leader. */
  broadcastChange(change: Change): void {
    if (this.#isLeader) this.#post({ type: 'change', epoch: this.#epoch!, n: ++this.#changeCount, change });
  }

  broadcastState(state: SubscriptionState): void {
    if (this.#isLeader) this.#post({ type: 'state', epoch: this.#epoch!, n: this.#changeCount, state });
  }

  /** Checks that the leader still answers. */
  wake(): void {
    if (!this.#isLeader) this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#lock.close();
    this.#channel.close();
  }

  #lead(): void {
    if (this.#isLeader || this.#isClosed) return;
    this.#cancelTimer?.();
    this.#questionId = undefined;
    this.#isLeader = true;
    this.#epoch = newId();
    this.#changeCount = 0;
    this.#member.lead();
    this.#post({ type: 'state', epoch: this.#epoch, n: 0, state: this.#member.state ?? null });
  }

  #handleLockLost(): void {
    this.#isLeader = false;
    this.#epoch = undefined;
    this.#member.follow();
    this.#lock.request();
    this.#ask();
  }

  #handleMessage(message: TabMessage): void {
    if (this.#isClosed) return;
    if (message.type === 'ask') {
      if (this.#isLeader) this.#answer(message.from, message.since);
      return;
    }
    if (this.#isLeader) return;
    if (message.type === 'answer') {
      if (message.to !== this.#questionId) return;
      this.#questionId = undefined;
      this.#epoch = message.epoch;
      this.#changeCount = message.n;
      this.#member.catchUp(message.changes, message.seq);
    } else if (this.#questionId) {
      // The answer includes it, unless this is a new leader, which did not receive the question.
      if (message.type === 'change' || message.n > 0) return;
      this.#questionId = undefined;
      this.#ask();
      return;
    } else if (message.epoch !== this.#epoch || message.n > this.#changeCount + (message.type === 'change' ? 1 : 0)) {
      this.#ask();
      return;
    } else if (message.type === 'change') {
      if (message.n <= this.#changeCount) return;
      this.#changeCount = message.n;
      this.#member.receive(message.change);
    }
    if (message.type !== 'change' && message.state) this.#member.setState(message.state);
    this.#restartSilenceTimer();
  }

  #answer(to: string, since: string | undefined): void {
    const { position, state } = this.#member;
    this.#post({
      type: 'answer',
      to,
      epoch: this.#epoch!,
      n: this.#changeCount,
      state: state ?? null,
      seq: position ?? null,
      changes: since === undefined ? [] : this.#member.replay(since),
    });
  }

  #ask(): void {
    if (this.#questionId) return;
    const from = (this.#questionId = newId());
    const since = this.#member.position;
    this.#post(since === undefined ? { type: 'ask', from } : { type: 'ask', from, since });
    this.#setTimer(ANSWER_TIMEOUT, () => {
      this.#questionId = undefined;
      // A hidden tab can wait, and its timers may be throttled.
      if (globalThis.document?.visibilityState === 'hidden') this.#restartSilenceTimer();
      else this.#lock.request(true);
    });
  }

  #restartSilenceTimer(): void {
    this.#setTimer(SILENCE_TIMEOUT, () => this.#ask());
  }

  #setTimer(ms: number, run: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#environment.after(ms, run);
  }

  #post(message: TabMessage): void {
    if (!this.#isClosed) this.#channel.postMessage(encodeTabMessage(message));
  }
}
