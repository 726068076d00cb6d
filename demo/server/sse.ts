import { PipelineError } from '../../src/model/errors.js';
import type { Feed, FeedItem } from './feed.js';
import { StreamPermission, type PermissionOptions } from './stream-permission.js';

/** What a client should wait before it connects again, milliseconds; it adds some chance itself. */
const RETRY_MS = 1000;
/** Bytes that wait for a client which does not read: it is cut off, and goes on later where it was. */
const MAX_WAITING = 1_000_000;

export interface StreamOptions extends PermissionOptions {
  heartbeatMs: number;
  /** Streams at once: no tenant has more than half of them, rounded up. */
  max: number;
}

/** The open change streams of this instance. */
export class Streams {
  readonly #feed: Feed;
  readonly #options: StreamOptions;
  readonly #permission: StreamPermission;
  readonly #open = new Set<ChangeStream>();
  readonly #ofTenant = new Map<string, number>();
  #isClosed = false;

  constructor(feed: Feed, options: StreamOptions) {
    this.#feed = feed;
    this.#options = options;
    this.#permission = new StreamPermission(options);
  }

  /**
   * A `text/event-stream` of the changes after `lastEventId` (`undefined`: from now on), until `isStillAllowed` does not
   * resolve to `true`. Throws `unavailable` and `rate-limited` when there are too many.
   */
  open(
    tenant: string,
    lastEventId: string | undefined,
    isStillAllowed: () => Promise<boolean>,
  ): ReadableStream<Uint8Array> {
    this.#checkRoom(tenant);
    const stream = new ChangeStream(this.#options.heartbeatMs, () => {
      this.#open.delete(stream);
      this.#count(tenant, -1);
    });
    this.#open.add(stream);
    this.#count(tenant, 1);
    const stopFeed = this.#feed.subscribe(tenant, placeOf(lastEventId), {
      begin: (seq, hasMissed) => stream.write(hasMissed ? `event: reset\nid: ${seq}\ndata: {}\n\n` : `id: ${seq}\n\n`),
      deliver: (items) => stream.write(items.map(eventOf).join('')),
    });
    const stopChecks = this.#permission.watch(isStillAllowed, () => stream.close());
    stream.onEnd = () => {
      stopFeed();
      stopChecks();
    };
    return stream.body;
  }

  /** Ends all of them: their clients connect again, to another instance. */
  close(): void {
    this.#isClosed = true;
    for (const stream of [...this.#open]) stream.close();
  }

  #checkRoom(tenant: string): void {
    const { max } = this.#options;
    if (this.#isClosed || this.#open.size >= max) {
      throw new PipelineError('unavailable', 'Too many change streams.', { retryAfterMs: 10_000 });
    }
    if ((this.#ofTenant.get(tenant) ?? 0) >= Math.ceil(max / 2)) {
      throw new PipelineError('rate-limited', 'Too many change streams.', { retryAfterMs: 10_000 });
    }
  }

  #count(tenant: string, by: 1 | -1): void {
    const next = (this.#ofTenant.get(tenant) ?? 0) + by;
    if (next) this.#ofTenant.set(tenant, next);
    else this.#ofTenant.delete(tenant);
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
