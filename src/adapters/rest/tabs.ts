import type { Change } from '../../model/changes.js';
import type { SubscriptionState } from '../adapter.js';
import { newId } from '../../model/id.js';
import type { Environment } from './environment.js';
import { readMessage, writeMessage, type Message } from './messages.js';

/** A follower asks anew after that long without a word: a message may have been lost, or the leader be frozen. */
const SILENCE = 45_000;
/** A leader that does not answer for that long is not there any more, whatever it holds: phones freeze hidden tabs. */
const PATIENCE = 3000;

/** What a page does in either role. */
export interface Member {
  /** The place up to which it has heard everything. */
  readonly position: string | undefined;
  readonly state: SubscriptionState | undefined;
  /** What came after `since`, or one `reset` where it cannot tell. */
  replay(since: string): Change[];
  /** Opens the stream itself from now on. */
  lead(): void;
  /** Does not any more. */
  follow(): void;
  /** From the leader. */
  hear(change: Change): void;
  /** The leader's answer to `position`, or to having none; its own is told too. */
  catchUp(changes: readonly Change[], leaderPosition: string | null): void;
  setState(state: SubscriptionState): void;
}

export const canShare = (): boolean =>
  !!globalThis.navigator?.locks && typeof BroadcastChannel !== 'undefined' && !!globalThis.crypto?.subtle;

/**
 * Makes one of the pages with the same `name` the leader, which has the stream, and the others hear what it hears:
 * six open streams are all that HTTP/1.1 gives to an origin, and a seventh tab would never load. The leader holds a Web
 * Lock; when its page goes, the next one in line gets it.
 */
export class Tabs {
  readonly #name: string;
  readonly #member: Member;
  readonly #environment: Environment;
  readonly #channel: BroadcastChannel;
  #isClosed = false;
  #isLeading = false;
  /** Who is followed (or this one, leading), and how much it has said. */
  #epoch: string | undefined;
  #said = 0;
  /** Names the question that waits for an answer. */
  #question: string | undefined;
  #cancelTimer: (() => void) | undefined;
  #inLine: AbortController | undefined;
  #release: (() => void) | undefined;

  constructor(name: string, member: Member, environment: Environment) {
    this.#name = name;
    this.#member = member;
    this.#environment = environment;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readMessage(data);
      if (message) this.#handleMessage(message);
    };
    this.#standInLine();
    this.#ask();
  }

  /** Tells the followers, when leading. */
  tell(change: Change): void {
    if (this.#isLeading) this.#post({ type: 'change', epoch: this.#epoch!, n: ++this.#said, change });
  }

  tellState(state: SubscriptionState): void {
    if (this.#isLeading) this.#post({ type: 'state', epoch: this.#epoch!, n: this.#said, state });
  }

  /** Looks whether the leader is still there. */
  wake(): void {
    if (!this.#isLeading) this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#inLine?.abort();
    this.#release?.();
    this.#channel.close();
  }

  #standInLine(isStealing = false): void {
    this.#inLine?.abort();
    const inLine = (this.#inLine = new AbortController());
    const options: LockOptions = isStealing ? { steal: true } : { signal: inLine.signal };
    navigator.locks
      .request(this.#name, options, () => (inLine.signal.aborted ? undefined : this.#lead()))
      .catch((thrown: unknown) => {
        if (this.#isClosed || inLine.signal.aborted) return;
        // Another page took the lock from this one, which did not answer it: frozen, then woken.
        if ((thrown as { name?: unknown } | null)?.name === 'AbortError') this.#handleLockLost();
        // There are no locks here after all (a sandboxed frame, say): a stream of its own.
        else void this.#lead();
      });
  }

  /** Holds the lock until the promise resolves. */
  #lead(): Promise<void> {
    this.#cancelTimer?.();
    this.#question = undefined;
    this.#isLeading = true;
    this.#epoch = newId();
    this.#said = 0;
    this.#member.lead();
    this.#post({ type: 'state', epoch: this.#epoch, n: 0, state: this.#member.state ?? null });
    return new Promise((resolve) => (this.#release = resolve));
  }

  #handleLockLost(): void {
    this.#isLeading = false;
    this.#epoch = undefined;
    this.#member.follow();
    this.#standInLine();
    this.#ask();
  }

  #handleMessage(message: Message): void {
    if (this.#isClosed) return;
    if (message.type === 'ask') {
      if (this.#isLeading) this.#answer(message.from, message.since);
      return;
    }
    if (this.#isLeading) return;
    if (message.type === 'answer') {
      if (message.to !== this.#question) return;
      this.#question = undefined;
      this.#epoch = message.epoch;
      this.#said = message.n;
      this.#member.catchUp(message.changes, message.seq);
    } else if (this.#question) {
      // The answer will have it, unless a leader only begins and has never heard the question.
      if (message.type === 'change' || message.n > 0) return;
      this.#question = undefined;
      this.#ask();
      return;
    } else if (message.epoch !== this.#epoch || message.n > this.#said + (message.type === 'change' ? 1 : 0)) {
      this.#ask();
      return;
    } else if (message.type === 'change') {
      if (message.n <= this.#said) return;
      this.#said = message.n;
      this.#member.hear(message.change);
    }
    if (message.type !== 'change' && message.state) this.#member.setState(message.state);
    this.#waitForWord();
  }

  #answer(to: string, since: string | undefined): void {
    const { position, state } = this.#member;
    this.#post({
      type: 'answer',
      to,
      epoch: this.#epoch!,
      n: this.#said,
      state: state ?? null,
      seq: position ?? null,
      changes: since === undefined ? [] : this.#member.replay(since),
    });
  }

  #ask(): void {
    if (this.#question) return;
    const from = (this.#question = newId());
    const since = this.#member.position;
    this.#post(since === undefined ? { type: 'ask', from } : { type: 'ask', from, since });
    this.#after(PATIENCE, () => {
      this.#question = undefined;
      // A hidden page has time, and may be throttled itself.
      if (globalThis.document?.visibilityState === 'hidden') this.#waitForWord();
      else this.#standInLine(true);
    });
  }

  #waitForWord(): void {
    this.#after(SILENCE, () => this.#ask());
  }

  #after(ms: number, run: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#environment.after(ms, run);
  }

  #post(message: Message): void {
    if (!this.#isClosed) this.#channel.postMessage(writeMessage(message));
  }
}
