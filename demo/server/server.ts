import { PipelineError } from '../../src/model/errors.js';
import type { ConversationRef } from '../../src/model/entry.js';
import { parseConversationRef } from '../../src/model/parse.js';
import type { Authorize } from './access.js';
import { createApp } from './app.js';
import { putConversations } from './conversations.js';
import { Feed } from './feed.js';
import { Idempotency } from './idempotency.js';
import { startCleaning } from './janitor.js';
import { problemResponse } from './problem.js';
import type { Database } from './sql.js';
import { Streams } from './sse.js';
import { Store, prepare } from './store.js';

export interface ServerOptions {
  /** Opens the database. Called once, at once; requests wait for it. */
  open(): Promise<Database>;
  /** `/api` unless told: the API of a tenant is at `/api/{tenant}`, or at `/api` with `authorize`. */
  basePath?: string;
  /** Tells whose data a request is about. Left out: the path does, and everyone may. */
  authorize?: Authorize;
  /** Origins of other sites whose pages may use the API, such as `https://inbox.example`. */
  allowedOrigins?: readonly string[];
  /** How often the database is asked for news of other instances, milliseconds. */
  pollMs?: number;
  heartbeatMs?: number;
  requestTimeoutMs?: number;
  pageTokenLifetimeMs?: number;
  maxStreams?: number;
  /** What nobody expected; the answer does not tell it. */
  onError?(thrown: unknown): void;
}

export interface PipelineServer {
  /** `undefined`: the path is none of this API. Never rejects. */
  fetch(request: Request): Promise<Response | undefined>;
  /** Whether the path of a URL is one of this API. */
  owns(pathname: string): boolean;
  /** For the host: which conversations exist, whose they are, and when they were active. */
  putConversations(tenant: string, conversations: readonly ConversationRef[]): Promise<void>;
  /** The database is open. Rejects when it cannot be. */
  ready: Promise<void>;
  /** Ends the streams, waits for the requests under way, and closes the database. */
  close(): Promise<void>;
}

interface Parts {
  app: ReturnType<typeof createApp>;
  store: Store;
  streams: Streams;
  close(): Promise<void>;
}

const CLOSING_MS = 10_000;

/** An instance of the API: everything lasting is in the database, so any number of them can serve one. */
export function createServer(options: ServerOptions): PipelineServer {
  const { basePath = '/api', requestTimeoutMs = 15_000, onError = console.error } = options;
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  let opening: Promise<Parts> | undefined;

  /** What failed is tried again by the next request. */
  const open = (): Promise<Parts> => {
    opening ??= start(options, basePath);
    opening.catch(() => (opening = undefined));
    return opening;
  };

  const owns = (pathname: string): boolean => pathname === basePath || pathname.startsWith(`${basePath}/`);

  const answer = async (request: Request): Promise<Response> => {
    let parts: Parts;
    try {
      parts = await open();
    } catch (thrown) {
      onError(thrown);
      const error = new PipelineError('unavailable', 'The database cannot be opened.', { retryAfterMs: 5000 });
      return problemResponse(error);
    }
    return parts.app.fetch(request);
  };

  const close = async (): Promise<void> => {
    const parts = await opening?.catch(() => undefined);
    parts?.streams.close();
    await Promise.race([Promise.allSettled(running), pause(CLOSING_MS)]);
    await parts?.close();
  };

  return {
    ready: open().then(() => undefined),
    owns,
    async fetch(request) {
      if (!owns(new URL(request.url).pathname)) return undefined;
      if (closing) {
        const error = new PipelineError('unavailable', 'The server is going down.', { retryAfterMs: 1000 });
        return problemResponse(error, 503, { Connection: 'close' });
      }
      const response = answer(request);
      running.add(response);
      void response.finally(() => running.delete(response));
      return inTime(response, requestTimeoutMs);
    },
    async putConversations(tenant, conversations) {
      const { store } = await open();
      const refs = conversations.map(parseConversationRef);
      await store.write(tenant, {}, (write) => putConversations(write, refs));
    },
    close: () => (closing ??= close()),
  };
}

async function start(options: ServerOptions, basePath: string): Promise<Parts> {
  const database = await options.open();
  try {
    await prepare(database);
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  const feed = new Feed(database, options.pollMs ?? 500);
  const store = new Store(database, (tenant) => feed.announce(tenant));
  const streams = new Streams(feed, options.heartbeatMs ?? 15_000);
  const app = createApp({
    basePath,
    authorize: options.authorize,
    allowedOrigins: options.allowedOrigins ?? [],
    onError: options.onError ?? console.error,
    store,
    streams,
    idempotency: new Idempotency(store),
    pageTokenLifetimeMs: options.pageTokenLifetimeMs ?? 24 * 60 * 60 * 1000,
    maxStreams: options.maxStreams ?? 5000,
  });
  const stopCleaning = startCleaning(database);
  const close = async (): Promise<void> => {
    stopCleaning();
    feed.close();
    await database.close();
  };
  return { app, store, streams, close };
}

/** The answer, or that it takes too long: whether the work was done is then unknown, as after a lost connection. */
async function inTime(response: Promise<Response>, ms: number): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Response>((resolve) => {
    const error = new PipelineError('timeout', 'The server took too long.', { retryAfterMs: 1000 });
    timer = setTimeout(() => resolve(problemResponse(error)), ms);
  });
  try {
    return await Promise.race([response, late]);
  } finally {
    clearTimeout(timer);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
