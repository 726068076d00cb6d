/** Locks among the tabs of an origin: the browser's Web Locks, or messages on plain http pages, which have none. */
import { newId } from '../../model/id.js';
import type { Environment } from './retry.js';

/** Part of all names and messages, so that tabs with another version of the protocol are ignored. */
export const PROTOCOL_VERSION = 1;

export interface TabLockHandlers {
  handleGranted(): void;
  /** Another tab has taken the lock from this one, which did not answer for a while. */
  handleLost(): void;
}

export interface TabLock {
  /**
   * Requests the lock, which is granted when it is free, at any later time.
   *
   * @param isHolderSilent the tab that holds it does not answer, so it is taken away.
   */
  request(isHolderSilent?: boolean): void;
  /** Releases the lock, or ends the request. */
  close(): void;
}

export function openTabLock(name: string, environment: Environment, handlers: TabLockHandlers): TabLock {
  return globalThis.navigator?.locks ? new WebLock(name, handlers) : new ChannelLock(name, environment, handlers);
}

class WebLock implements TabLock {
  readonly #name: string;
  readonly #handlers: TabLockHandlers;
  #isClosed = false;
  #request: AbortController | undefined;
  #release: (() => void) | undefined;

  constructor(name: string, handlers: TabLockHandlers) {
    this.#name = name;
    this.#handlers = handlers;
  }

  request(isHolderSilent = false): void {
    this.#request?.abort();
    const request = (this.#request = new AbortController());
    const options: LockOptions = isHolderSilent ? { steal: true } : { signal: request.signal };
    navigator.locks
      .request(this.#name, options, () => (request.signal.aborted ? undefined : this.#hold()))
      .catch((thrown: unknown) => {
        if (this.#isClosed || request.signal.aborted) return;
        if ((thrown as { name?: unknown } | null)?.name === 'AbortError') this.#handlers.handleLost();
        // Locks are not available, in a sandboxed frame, for example.
        else this.#handlers.handleGranted();
      });
  }

  close(): void {
    this.#isClosed = true;
    this.#request?.abort();
    this.#release?.();
  }

  /** The lock is held until the promise resolves. */
  #hold(): Promise<void> {
    this.#handlers.handleGranted();
    return new Promise((resolve) => (this.#release = resolve));
  }
}

/** How long a tab waits for objections before it holds the lock. */
const CLAIM_TIME = 300;

interface LockMessage {
  type: 'claim' | 'held' | 'released';
  /** The tab that sends it. */
  id: string;
}

/**
 * A lock by messages. A tab claims it, and holds it if no tab objects in time: one that holds it already, or one with a
 * lower id that claims it, too. Where messages are late, two tabs may hold it, until one of them learns about the other.
 */
export class ChannelLock implements TabLock {
  readonly #environment: Environment;
  readonly #handlers: TabLockHandlers & { handleDenied?(): void };
  readonly #channel: BroadcastChannel;
  readonly #id = newId();
  #state: 'idle' | 'claiming' | 'waiting' | 'held' = 'idle';
  #cancelTimer: (() => void) | undefined;

  /** `handleDenied` is called whenever another tab turns out to hold the lock. */
  constructor(name: string, environment: Environment, handlers: TabLockHandlers & { handleDenied?(): void }) {
    this.#environment = environment;
    this.#handlers = handlers;
    this.#channel = new BroadcastChannel(`${name}:lock`);
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const { v, type, id } = (data ?? {}) as Partial<LockMessage> & { v?: unknown };
      if (v === PROTOCOL_VERSION && typeof id === 'string') this.#handle(type, id);
    };
  }

  /** A holder that still answers keeps the lock in any case. */
  request(): void {
    if (this.#state === 'held' || this.#state === 'claiming') return;
    this.#state = 'claiming';
    this.#post('claim');
    this.#cancelTimer = this.#environment.after(CLAIM_TIME, () => {
      this.#state = 'held';
      this.#post('held');
      this.#handlers.handleGranted();
    });
  }

  close(): void {
    this.#cancelTimer?.();
    // Also while it claims the lock: other tabs have given way to it, and would wait for an owner that is gone.
    if (this.#state === 'held' || this.#state === 'claiming') this.#post('released');
    this.#state = 'idle';
    this.#channel.close();
  }

  #handle(type: unknown, id: string): void {
    if (this.#state === 'idle') return;
    if (type === 'released') {
      if (this.#state === 'waiting') this.request();
    } else if (type === 'claim') {
      if (this.#state === 'held') this.#post('held');
      else if (this.#state === 'claiming') this.#settle(id, 'claim');
    } else if (type === 'held') {
      if (this.#state === 'held') this.#settle(id, 'held');
      else this.#yield();
    }
  }

  /** Of two tabs that do the same, the one with the lower id goes on; the other one is told. */
  #settle(id: string, type: LockMessage['type']): void {
    if (id > this.#id) this.#post(type);
    else this.#yield();
  }

  #yield(): void {
    const wasHeld = this.#state === 'held';
    this.#cancelTimer?.();
    this.#state = 'waiting';
    if (wasHeld) this.#handlers.handleLost();
    else this.#handlers.handleDenied?.();
  }

  #post(type: LockMessage['type']): void {
    this.#channel.postMessage({ v: PROTOCOL_VERSION, type, id: this.#id });
  }
}
