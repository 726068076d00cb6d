/** Creates an instance of the reference server: wires up the database, the routes and the change streams. */
import { PipelineError } from '../../src/model/errors.js';
import { type ConversationRef, parseConversationRef } from '../../src/model/entry.js';
import { tenantOf, type Authorize } from './access.js';
import { createApp } from './app.js';
import { parseBasePath } from './base-path.js';
import { putConversations } from './conversations.js';
import { allowOrigin, isPreflight, preflight } from './cors.js';
import { FairQueue } from './fair-queue.js';
import { ChangeFeed } from './change-feed.js';
import { RequestGuard, SESSION_HEADER } from './request-guard.js';
import { Idempotency } from './idempotency.js';
import { startCleanup } from './cleanup.js';
import { HttpError, errorResponse, problemResponse, report } from './problem.js';
import type { Database } from './sql.js';
import { ChangeStreams } from './sse.js';
import { migrate } from './migrate.js';
import { UNDO_PERIOD_MS } from './purge.js';
import { Store } from './store.js';

export interface ServerOptions {
  /** Opens the database. Called once, immediately; requests wait for it. */
  open(): Promise<Database>;
  /** Identifies the caller of a request. */
  authorize: Authorize;
  /**
   * Where the API is mounted; default: `/api`. In `/api/:tenant`, the segment is passed to `authorize` as the tenant.
   */
  basePath?: string;
  /** Other origins whose pages may use the API, such as `https://inbox.example`. */
  allowedOrigins?: readonly string[];
  /** How often to poll the database for changes made by other instances, in milliseconds. */
  pollMs?: number;
  heartbeatMs?: number;
  requestTimeoutMs?: number;
  pageTokenLifetimeMs?: number;
  /** How long a deleted status can be restored, in milliseconds; then it is purged. Default: 30 days. */
  undoPeriodMs?: number;
  maxStreams?: number;
  /** How often the caller of an open stream is reauthorized, in milliseconds. Default and maximum: 30,000. */
  streamRecheckMs?: number;
  /** Maximum duration of a stream, in milliseconds, after which its client must reconnect. Default: 15 minutes. */
  streamLifetimeMs?: number;
  /** How many reads and writes may wait for the database: per tenant (default: 200) and in total (default: 1000). */
  maxQueuedPerTenant?: number;
  maxQueued?: number;
  /** Receives a line for each migration of the database's schema. Default: `console.info`. */
  log?(line: string): void;
  /** Receives unexpected errors; their details are not part of the response. */
  onError?(thrown: unknown): void;
}

export interface PipelineServer {
  /** Resolves to `undefined` if the path does not belong to this API. Never rejects. */
  fetch(request: Request): Promise<Response | undefined>;
  /** Whether a URL's path belongs to this API. */
  owns(pathname: string): boolean;
  /** For the host: which conversations exist, their contacts, and when they were last active. */
  putConversations(tenant: string, conversations: readonly ConversationRef[]): Promise<void>;
  /** Resolves when the database is open; rejects if it cannot be opened. */
  ready: Promise<void>;
  /** Ends the streams, waits for pending requests, and closes the database. */
  close(): Promise<void>;
}

interface Services {
  app: ReturnType<typeof createApp>;
  store: Store;
  streams: ChangeStreams;
  close(): Promise<void>;
}

/** The state of a request that is being answered. */
interface RequestState {
  /** Set once the caller is identified. */
  session?: string;
  /** Aborted when the client no longer waits for the response. */
  signal: AbortSignal;
}

const REQUEST_TIMEOUT_MS = 15_000;
const CLOSING_MS = 10_000;
/** Connections kept free of requests: for reading the change feed, and one for polling, NOTIFY and the cleanup. */
const RESERVED = 3;
const MAX_RECHECK_MS = 30_000;

/** An instance of the API. All persistent state is in the database, so any number of instances can share one. */
export function createServer(options: ServerOptions): PipelineServer {
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, onError = console.error, allowedOrigins = [] } = options;
  if (typeof options.authorize !== 'function') {
    throw new TypeError('authorize: is required: a function that identifies the caller of a request.');
  }
  const basePath = parseBasePath(options.basePath ?? '/api');
  const guard = new RequestGuard(basePath, options.authorize, allowedOrigins);
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;
  let opening: Promise<Services> | undefined;

  /** After a failure, the next request tries again. */
  const open = (): Promise<Services> => {
    opening ??= start(options, basePath.pattern);
    opening.catch(() => (opening = undefined));
    return opening;
  };

  const openServices = async (): Promise<Services> => {
    try {
      return await open();
    } catch (thrown) {
      report(thrown, onError);
      throw new PipelineError('unavailable', 'The database cannot be opened.', { retryAfterMs: 5000 });
    }
  };

  const answer = async (request: Request, state: RequestState): Promise<Response> => {
    try {
      if (isPreflight(request, allowedOrigins)) return preflight();
      const identity = await abortable(guard.identify(request), state.signal);
      state.session = identity.session;
      guard.check(request, identity);
      if (closing) {
        const error = new PipelineError('unavailable', 'The server is shutting down.', { retryAfterMs: 1000 });
        throw new HttpError(503, error, { Connection: 'close' });
      }
      const { app } = await openServices();
      const isStillAllowed = (): Promise<boolean> => guard.isStillAllowed(request, identity);
      return await app.fetch(request, { ...identity, signal: state.signal, isStillAllowed });
    } catch (thrown) {
      return errorResponse(thrown, onError);
    }
  };

  const close = async (): Promise<void> => {
    const services = await opening?.catch(() => undefined);
    services?.streams.close();
    await Promise.race([Promise.allSettled(running), pause(CLOSING_MS)]);
    await services?.close();
  };

  const ready = open().then(() => undefined);
  // A caller that does not await `ready` sees the error in its requests; unhandled, it would end the process.
  ready.catch(() => undefined);

  return {
    ready,
    owns: (pathname) => basePath.owns(pathname),
    async fetch(request) {
      if (!basePath.owns(new URL(request.url).pathname)) return undefined;
      const controller = new AbortController();
      const state: RequestState = { signal: controller.signal };
      request.signal.addEventListener('abort', () => controller.abort(), { once: true });
      const response = answer(request, state);
      running.add(response);
      void response.finally(() => running.delete(response));
      return withCommonHeaders(
        request,
        await withTimeout(response, requestTimeoutMs, controller),
        state,
        allowedOrigins,
      );
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

async function start(options: ServerOptions, basePath: string): Promise<Services> {
  const database = await options.open();
  try {
    await migrate(database, options.log ?? console.info);
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
  const { connections } = database;
  const forFeed = connections > RESERVED ? RESERVED - 1 : 1;
  const feed = new ChangeFeed(database, options.pollMs ?? 500, forFeed);
  const queue = new FairQueue({
    concurrency: Math.max(1, connections - RESERVED),
    perTenant: options.maxQueuedPerTenant ?? 200,
    total: options.maxQueued ?? 1000,
  });
  const store = new Store(database, (tenant) => feed.announce(tenant), queue);
  const streams = new ChangeStreams(feed, {
    heartbeatMs: options.heartbeatMs ?? 15_000,
    // The sum of the two limits how long a stream can outlive its permission: one minute at most.
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
    undoPeriodMs: options.undoPeriodMs ?? UNDO_PERIOD_MS,
    pageTokenLifetimeMs: options.pageTokenLifetimeMs ?? 24 * 60 * 60 * 1000,
  });
  const stopCleanup = startCleanup(database, options.undoPeriodMs, (tenant) => feed.announce(tenant));
  const close = async (): Promise<void> => {
    stopCleanup();
    feed.close();
    await database.close();
  };
  return { app, store, streams, close };
}

/** Sets the headers that every response has. */
function withCommonHeaders(
  request: Request,
  response: Response,
  { session }: RequestState,
  allowedOrigins: readonly string[],
): Response {
  const { headers } = response;
  headers.set('Cache-Control', 'no-store');
  headers.set('X-Content-Type-Options', 'nosniff');
  if (session !== undefined) headers.set(SESSION_HEADER, session);
  if (allowedOrigins.length) allowOrigin(request, allowedOrigins, headers);
  return response;
}

/** The response, or a timeout error. After a timeout, as after a lost connection, the outcome of a write is unknown. */
async function withTimeout(response: Promise<Response>, ms: number, controller: AbortController): Promise<Response> {
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

/** Rejects when the signal is aborted, so that an `authorize` that never settles leaks nothing. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new PipelineError('aborted', 'The client no longer waits for the response.'));
    if (signal.aborted) refuse();
    signal.addEventListener('abort', refuse, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', refuse));
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
