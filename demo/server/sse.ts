/** Serves change streams as server-sent events. */
import { PipelineError } from '../../src/model/errors.js';
import type { ChangeFeed, FeedChange } from './change-feed.js';
import { StreamPermission, type PermissionOptions } from './stream-permission.js';

/** The reconnection time sent to clients, in milliseconds; clients add jitter. */
const RETRY_MS = 1000;
/** Buffered bytes for a client that does not read. Above this limit it is disconnected, and resumes later. */
const MAX_WAITING = 1_000_000;

export interface StreamOptions extends PermissionOptions {
  heartbeatMs: number;
  /** Maximum number of streams. A tenant may have at most half of them, rounded up. */
  max: number;
}

/** The open change streams of this instance. */
export class ChangeStreams {
  readonly #feed: ChangeFeed;
  readonly #options: StreamOptions;
  readonly #permission: StreamPermission;
  readonly #open = new Set<ChangeStream>();
  readonly #ofTenant = new Map<string, number>();
  #isClosed = false;

  constructor(feed: ChangeFeed, options: StreamOptions) {
    this.#feed = feed;
    this.#options = options;
    this.#permission = new StreamPermission(options);
  }

  /**
   * Opens a `text/event-stream` of the changes after `lastEventId` (`undefined`: from now on). It ends when
   * `isStillAllowed` no longer resolves to `true`. Throws `unavailable` or `rate-limited` if there are too many
   * streams.
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
    const stopFeed = this.#feed.subscribe(tenant, positionOf(lastEventId), {
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

  /** Ends all streams; their clients reconnect to another instance. */
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
    // Sent immediately, so that proxies and clients know that the connection is established.
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

/** NaN if the id is not a valid position, which causes a reset. */
function positionOf(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined) return undefined;
  return /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : NaN;
}

function eventOf({ seq, kind, record, opId, by }: FeedChange): string {
  const content = recordOf(record);
  const name = content ? kind : 'reset';
  const data = {
    ...content,
    ...(opId === null ? {} : { opId }),
    ...(by === null || name === 'reset' ? {} : { by }),
  };
  return `event: ${name}\nid: ${seq}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** `undefined` if missing or malformed; clients then get a reset. */
function recordOf(text: string | null): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
