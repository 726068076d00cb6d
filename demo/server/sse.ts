import type { Feed, FeedItem } from './feed.js';

/** What a client should wait before it connects again, milliseconds; it adds some chance itself. */
const RETRY_MS = 1000;
/** Bytes that wait for a client which does not read: it is cut off, and goes on later where it was. */
const MAX_WAITING = 1_000_000;

/** The open change streams of this instance. */
export class Streams {
  readonly #feed: Feed;
  readonly #heartbeatMs: number;
  readonly #open = new Set<ChangeStream>();

  constructor(feed: Feed, heartbeatMs: number) {
    this.#feed = feed;
    this.#heartbeatMs = heartbeatMs;
  }

  get size(): number {
    return this.#open.size;
  }

  /** A `text/event-stream` of the changes after `lastEventId` (`undefined`: from now on). */
  open(tenant: string, lastEventId: string | undefined): ReadableStream<Uint8Array> {
    const stream = new ChangeStream(this.#heartbeatMs, () => this.#open.delete(stream));
    this.#open.add(stream);
    const stop = this.#feed.subscribe(tenant, placeOf(lastEventId), {
      begin: (seq, hasMissed) => stream.write(hasMissed ? `event: reset\nid: ${seq}\ndata: {}\n\n` : `id: ${seq}\n\n`),
      deliver: (items) => stream.write(items.map(eventOf).join('')),
    });
    stream.onEnd = stop;
    return stream.body;
  }

  /** Ends all of them: their clients connect again, to another instance. */
  close(): void {
    for (const stream of [...this.#open]) stream.close();
  }
}

class ChangeStream {
  readonly body: ReadableStream<Uint8Array>;
  onEnd = (): void => undefined;
  readonly #encoder = new TextEncoder();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #onGone: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isOpen = true;

  constructor(heartbeatMs: number, onGone: () => void) {
    this.#onGone = onGone;
    this.body = new ReadableStream<Uint8Array>(
      { start: (controller) => void (this.#controller = controller), cancel: () => this.#end() },
      new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
    );
    this.#heartbeat = setInterval(() => this.write(':\n\n'), heartbeatMs).unref();
    // Something at once: proxies and clients then know that it stands.
    this.write(`retry: ${RETRY_MS}\n\n`);
  }

  write(text: string): void {
    if (!this.#isOpen) return;
    this.#controller.enqueue(this.#encoder.encode(text));
    if (-(this.#controller.desiredSize ?? 0) > MAX_WAITING) this.close();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#controller.close();
  }

  #end(): void {
    this.#isOpen = false;
    clearInterval(this.#heartbeat);
    this.onEnd();
    this.#onGone();
  }
}

/** NaN for what is no place of this server, which is behind everything. */
function placeOf(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined) return undefined;
  return /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : NaN;
}

function eventOf({ seq, kind, record, opId, by }: FeedItem): string {
  const held = recordOf(record);
  const name = held ? kind : 'reset';
  const data = {
    ...held,
    ...(opId === null ? {} : { opId }),
    ...(by === null || name === 'reset' ? {} : { by }),
  };
  return `event: ${name}\nid: ${seq}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** `undefined` for none, and for one that cannot be read: its readers then read everything again. */
function recordOf(text: string | null): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
