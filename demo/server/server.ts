import { PipelineError } from '../../src/model/errors.js';
import { type ConversationRef, parseConversationRef } from '../../src/model/entry.js';
import { tenantOf, type Authorize } from './access.js';
import { createApp } from './app.js';
import { parseBasePath } from './base-path.js';
import { putConversations } from './conversations.js';
import { allowOrigin, isPreflight, preflight } from './cors.js';
import { FairQueue } from './fair-queue.js';
import { Feed } from './feed.js';
import { Gate, SESSION_HEADER } from './gate.js';
import { Idempotency } from './idempotency.js';
import { startCleaning } from './janitor.js';
import { HttpError, errorResponse, problemResponse, report } from './problem.js';
import type { Database } from './sql.js';
import { Streams } from './sse.js';
import { Store, prepare } from './store.js';

export interface ServerOptions {
  /** Opens the database. Called once, at once; requests wait for it. */
  open(): Promise<Database>;
  /** Tells on whose behalf a request comes. */
  authorize: Authorize;
  /** Where the API is: `/api` unless told. `/api/:tenant` has a segment for the tenant, which `authorize` gets. */
  basePath?: string;
  /** Origins of other sites whose pages may use the API, such as `https://inbox.example`. */
  allowedOrigins?: readonly string[];
  /** How often the database is asked for news of other instances, milliseconds. */
  pollMs?: number;
  heartbeatMs?: number;
  requestTimeoutMs?: number;
  pageTokenLifetimeMs?: number;
  maxStreams?: number;
  /** How often an open stream's caller is authorized again, milliseconds; 30,000 unless told, and at most. */
  streamRecheckMs?: number;
  /** How long a stream may last before its client has to go on in a new one, milliseconds; 15 minutes unless told. */
  streamLifetimeMs?: number;
  /** Reads and writes that may wait for the database: of one tenant (200 unless told), and of all (1000). */
  maxQueuedPerTenant?: number;
  maxQueued?: number;
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

/** What is known of a request while it is answered. */
interface Progress {
  /** Once it is known who asks. */
  session?: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

const REQUEST_TIMEOUT_MS = 15_000;
const CLOSING_MS = 10_000;
/** Connections that no request uses: for the reads of the feed, and one for its poll, hints and the janitor. */
const RESERVED = 3;
const MAX_RECHECK_MS = 30_000;

/** An instance of the API: everything lasting is in the database, so any number of them can serve one. */
export function createServer(options: ServerOptions): PipelineServer {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, onError = console.error, allowedOrigins = [] } = options;
  if (typeof options.authorize !== 'function') {
    throw new TypeError('authorize: is required, a function that says on whose behalf a request comes.');
  }
  const basePath = parseBasePath(options.basePath ?? '/api');
  const gate = new Gate(basePath, options.authorize, allowedOrigins);
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  let opening: Promise<Parts> | undefined;

  /** What failed is tried again by the next request. */
  const open = (): Promise<Parts> => {
    opening ??= start(options, basePath.pattern);
    opening.catch(() => (opening = undefined));
    return opening;
  };

  const openParts = async (): Promise<Parts> => {
    try {
      return await open();
    } catch (thrown) {
      report(thrown, onError);
      throw new PipelineError('unavailable', 'The database cannot be opened.', { retryAfterMs: 5000 });
    }
  };

  const answer = async (request: Request, progress: Progress): Promise<Response> => {
    try {
      if (isPreflight(request, allowedOrigins)) return preflight();
      const identity = await orAborted(gate.identify(request), progress.signal);
      progress.session = identity.session;
      gate.check(request, identity);
      if (closing) {
        const error = new PipelineError('unavailable', 'The server is going down.', { retryAfterMs: 1000 });
        throw new HttpError(503, error, { Connection: 'close' });
      }
      const { app } = await openParts();
      const isStillAllowed = (): Promise<boolean> => gate.isStillAllowed(request, identity);
      return await app.fetch(request, { ...identity, signal: progress.signal, isStillAllowed });
    } catch (thrown) {
      return errorResponse(thrown, onError);
    }
  };

  const close = async (): Promise<void> => {
    const parts = await opening?.catch(() => undefined);
    parts?.streams.close();
    await Promise.race([Promise.allSettled(running), pause(CLOSING_MS)]);
    await parts?.close();
  };

  const ready = open().then(() => undefined);
  // Who does not wait for it learns from the requests; unhandled, it would end the process.
  ready.catch(() => undefined);

  return {
    ready,
    owns: (pathname) => basePath.owns(pathname),
    async fetch(request) {
      if (!basePath.owns(new URL(request.url).pathname)) return undefined;
      const controller = new AbortController();
      const progress: Progress = { signal: controller.signal };
      request.signal.addEventListener('abort', () => controller.abort(), { once: true });
      const response = answer(request, progress);
      running.add(response);
      void response.finally(() => running.delete(response));
      return finished(request, await inTime(response, requestTimeoutMs, controller), progress, allowedOrigins);
    },
    async putConversations(tenant, conversations) {
      const name = tenantOf(tenant);
      const refs = conversations.map(parseConversationRef);
      const { store } = await open();
      await store.write(name, {}, (write) => putConversations(write, refs));
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
  const { connections } = database;
  const forFeed = connections > RESERVED ? RESERVED - 1 : 1;
  const feed = new Feed(database, options.pollMs ?? 500, forFeed);
  const queue = new FairQueue({
    concurrency: Math.max(1, connections - RESERVED),
    perTenant: options.maxQueuedPerTenant ?? 200,
    total: options.maxQueued ?? 1000,
  });
  const store = new Store(database, (tenant) => feed.announce(tenant), queue);
  const streams = new Streams(feed, {
    heartbeatMs: options.heartbeatMs ?? 15_000,
    // Together they are how long a stream can outlive its permission: a minute at most.
    recheckMs: Math.min(options.streamRecheckMs ?? MAX_RECHECK_MS, MAX_RECHECK_MS),
    patienceMs: Math.min(options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS, MAX_RECHECK_MS),
    lifetimeMs: options.streamLifetimeMs ?? 15 * 60 * 1000,
    max: options.maxStreams ?? 5000,
  });
  const app = createApp({
    basePath,
    onError: options.onError ?? console.error,
    store,
    streams,
    idempotency: new Idempotency(store),
    pageTokenLifetimeMs: options.pageTokenLifetimeMs ?? 24 * 60 * 60 * 1000,
  });
  const stopCleaning = startCleaning(database);
  const close = async (): Promise<void> => {
    stopCleaning();
    feed.close();
    await database.close();
  };
  return { app, store, streams, close };
}

/** The headers of every answer, whoever made it. */
function finished(
  request: Request,
  response: Response,
  { session }: Progress,
  allowedOrigins: readonly string[],
): Response {
  const { headers } = response;
  headers.set('Cache-Control', 'no-store');
  headers.set('X-Content-Type-Options', 'nosniff');
  if (session !== undefined) headers.set(SESSION_HEADER, session);
  if (allowedOrigins.length) allowOrigin(request, allowedOrigins, headers);
  return response;
}

/** The answer, or that it takes too long: whether the work was done is then unknown, as after a lost connection. */
async function inTime(response: Promise<Response>, ms: number, controller: AbortController): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Response>((resolve) => {
    const error = new PipelineError('timeout', 'The server took too long.', { retryAfterMs: 1000 });
    timer = setTimeout(() => {
      controller.abort();
      resolve(problemResponse(error));
    }, ms);
  });
  try {
    return await Promise.race([response, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** So that a host which never says who asks holds nothing for ever. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new PipelineError('aborted', 'Nobody waits for the answer any more.'));
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', refuse));
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
