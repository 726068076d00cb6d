/** Version of what tabs say to each other; what has another one is not understood, and ignored. */
const PROTOCOL = 1;

export interface ChannelEvents {
  /** There may be something new to read. */
  wake(): void;
  /** The page goes into the back/forward cache. */
  pause(): void;
}

/**
 * Hints between tabs that a write was committed. Any script of the origin can send one, and a message to a page in the
 * back/forward cache may be lost or throw it out: so nothing is taken from a hint, the channel is closed while the page
 * is away, and coming back counts as a hint.
 */
export class Channel {
  readonly #name: string;
  readonly #events: ChannelEvents;
  #channel: BroadcastChannel | undefined;
  #listeners: AbortController | undefined;
  /** What the others are still to be told: one hint speaks for all that was committed before it. */
  #unsent: number | undefined;

  constructor(database: string, events: ChannelEvents) {
    this.#name = `pipeline-elements:${database}`;
    this.#events = events;
  }

  /** Listens, until `close`. */
  open(): void {
    if (this.#listeners) return;
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    const { wake, pause } = this.#events;
    this.#listen();
    globalThis.addEventListener?.(
      'pagehide',
      (event) => {
        this.#send();
        if (!event.persisted) return;
        this.#hangUp();
        pause();
      },
      { signal },
    );
    globalThis.addEventListener?.(
      'pageshow',
      (event) => {
        if (!event.persisted) return;
        this.#listen();
        wake();
      },
      { signal },
    );
    globalThis.document?.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake(), {
      signal,
    });
  }

  close(): void {
    this.#listeners?.abort();
    this.#listeners = undefined;
    this.#hangUp();
  }

  /** Tells the others, when whoever waits for the write has gone on; at once where nothing here can make up for it. */
  post(seq: number): void {
    const isDue = this.#unsent !== undefined;
    this.#unsent = seq;
    // Without a listener nobody hears the page go; in a hidden one timers are put off.
    if (!this.#channel || document.hidden) this.#send();
    else if (!isDue) setTimeout(() => this.#send());
  }

  #send(): void {
    if (this.#unsent === undefined) return;
    const channel = this.#channel ?? openChannel(this.#name);
    channel?.postMessage({ v: PROTOCOL, seq: this.#unsent });
    this.#unsent = undefined;
    if (channel !== this.#channel) channel?.close();
  }

  #listen(): void {
    this.#channel ??= openChannel(this.#name);
    if (!this.#channel) return;
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (isHint(data)) this.#events.wake();
    };
  }

  #hangUp(): void {
    this.#send();
    this.#channel?.close();
    this.#channel = undefined;
  }
}

/** A browser may refuse, for instance in a frame of another site: a write is not undone for that. */
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
