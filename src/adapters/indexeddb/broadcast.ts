/** Tells other tabs that a write was committed. */

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
    if (!this.#channel || document.hidden) this.#send();
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
