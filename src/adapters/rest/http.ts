/** Sends requests: with a time limit, again when that may help, and in no other session than the one they belong to. */
import { PipelineError } from '../../model/errors.js';
import { sessionChanged } from '../../model/abort.js';
import type { CallOptions } from '../adapter.js';
import {
  type Auth,
  credentialsOf,
  type Session,
  SESSION_HEADER,
  type SessionSnapshot,
  type WriteContext,
} from './session.js';
import { decode, discard, readJson, readProblem } from './decode.js';
import { Diagnosis, isSignedOut } from './diagnosis.js';
import { type AttemptFailure, errorOfProblem, failureWithoutResponse, sessionFailure } from './errors.js';
import { ACCEPT, type HttpOptions, type HttpRequest, contentHeaders } from './request.js';
import {
  Deadline,
  type Environment,
  MAX_ATTEMPTS,
  MAX_RETRY_WAIT,
  checkAborted,
  isTemporary,
  mayBeApplied,
  parseRetryAfter,
  pause,
  retryDelay,
  unlessAborted,
} from './retry.js';
import { checkNotRedirected, isRedirect } from './signed-out.js';

/** How often one read starts again because the session has changed. */
const MAX_SESSION_CHANGES = 3;
/** Bytes of requests in flight that outlive the page; browsers allow 64 kB for all of them together. */
const KEEPALIVE_BYTES = 30_000;

/** Never follows redirects. When the session ends, its unfinished writes fail, and its reads start again. */
export class Http {
  readonly #options: HttpOptions;
  readonly #auth: Auth;
  readonly #session: Session;
  readonly #environment: Environment;
  readonly #diagnosis: Diagnosis;
  readonly #reads = new Set<AbortController>();
  #verification: { credentials: string; result: Promise<AttemptFailure | undefined> } | undefined;
  #keepaliveBytes = 0;
  #isClosed = false;

  constructor(options: HttpOptions, auth: Auth, session: Session, environment: Environment) {
    this.#options = options;
    this.#auth = auth;
    this.#session = session;
    this.#environment = environment;
    this.#diagnosis = new Diagnosis(options);
  }

  /** Throws `aborted` if the client is closed or the caller has aborted the call. */
  checkOpen(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw new PipelineError('aborted', 'The adapter was closed.');
    checkAborted(signal);
  }

  /** Ends the reads. */
  close(): void {
    this.#isClosed = true;
    for (const read of this.#reads) read.abort();
  }

  /** Sends a read, which ends when the client is closed. */
  async read<T>(request: HttpRequest<T>, options: CallOptions | undefined): Promise<T> {
    const signal = options?.signal;
    this.checkOpen(signal);
    const controller = new AbortController();
    const handleAbort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', handleAbort);
    this.#reads.add(controller);
    try {
      return await this.send({ ...request, signal: controller.signal });
    } finally {
      signal?.removeEventListener('abort', handleAbort);
      this.#reads.delete(controller);
    }
  }

  /** Rejects with a `PipelineError`. */
  async send<T>(request: HttpRequest<T>): Promise<T> {
    const { context, signal } = request;
    let isRenewed = false;
    let isDelayed = request.isDelayed ?? false;
    let [sessionChanges, waitedMs] = [0, 0];
    for (let attempt = 1; ; attempt++) {
      checkAborted(signal);
      const { generation } = this.#auth;
      const outcome = await this.#attempt(request, attempt, isDelayed);
      if ('value' in outcome) return outcome.value;
      const { error } = outcome;
      if (outcome.isOtherSession) {
        if (context || request.isContinuation || ++sessionChanges > MAX_SESSION_CHANGES) throw sessionChanged();
        attempt--;
        continue;
      }
      isDelayed = true;
      if (outcome.isUnauthorized && !isRenewed) {
        // The write is old, and nothing shows whether the user who signs in now is the one who made it.
        if (context && request.isDelayed && this.#session.name === undefined) throw sessionChanged();
        request.onWait?.({ reason: 'sign-in' });
        const isSignedIn = await this.#auth.renew(generation, signal).finally(() => request.onWait?.(undefined));
        if (isSignedIn) {
          isRenewed = true;
          attempt--;
          continue;
        }
      }
      const applied = request.mayBeApplied ? request.resultIfApplied?.(error) : undefined;
      if (applied !== undefined) return applied;
      request.mayBeApplied ||= outcome.mayBeApplied;
      const isOffline = error.code === 'offline' && (request.failsFastOffline || !this.#environment.isOnline());
      const maxAttempts = request.isSingleAttempt ? 1 : MAX_ATTEMPTS;
      if (!outcome.isTemporary || isOffline || attempt >= maxAttempts) throw error;
      // An element shows that a read has failed, and that a write is on its way. A read that waits shows nothing.
      if ((waitedMs += error.retryAfterMs ?? 0) > MAX_RETRY_WAIT && request.key === undefined) throw error;
      const delay = retryDelay(attempt, this.#environment, error.retryAfterMs);
      request.onWait?.({ reason: 'retry', at: this.#environment.now() + delay });
      await pause(this.#environment, delay, signal);
      request.onWait?.(undefined);
    }
  }

  /**
   * Opens a stream: one attempt, and another one after the sign-in was renewed. Resolves to the response, whatever its
   * status, as soon as it begins.
   */
  async open(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    for (let isRenewed = false; ; isRenewed = true) {
      const { generation } = this.#auth;
      const hostHeaders = await this.#auth.headers();
      const snapshot = await this.#session.beginRequest(hostHeaders, () => this.#auth.headers());
      checkAborted(signal);
      const response = await unlessAborted(this.#fetch(url, { signal }, hostHeaders, headers), signal);
      const isCurrent = this.#session.readResponse(response.headers, snapshot);
      if (response.status === 409 && !response.headers.has(SESSION_HEADER)) this.#session.end(snapshot);
      if (!isCurrent || this.#session.epoch !== snapshot.epoch) {
        discard(response);
        throw sessionChanged();
      }
      if (!(await isSignedOut(response, signal))) return response;
      discard(response);
      if (isRenewed || !(await this.#auth.renew(generation, signal))) return new Response(null, { status: 401 });
    }
  }

  /** The session and credentials of a write that is made now. */
  captureContext(): WriteContext {
    const headers = this.#auth.headers();
    const credentials = headers.then(credentialsOf, () => undefined);
    const { epoch, name: sessionName } = this.#session;
    return { epoch, sessionName, headers, credentials };
  }

  async #attempt<T>(
    request: HttpRequest<T>,
    attempt: number,
    isDelayed: boolean,
  ): Promise<{ value: T } | AttemptFailure> {
    const { context, method } = request;
    const deadline = new Deadline(this.#environment, this.#options.timeoutMs, request.signal);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    // A write that was sent is completed even if the page is closed. A character has at most three bytes.
    const size = request.key === undefined ? Infinity : 3 * (body?.length ?? 0);
    const keepalive = this.#keepaliveBytes + size <= KEEPALIVE_BYTES;
    if (keepalive) this.#keepaliveBytes += size;
    let isSent = false;
    try {
      const hostHeaders = await deadline.race(this.#hostHeaders(request, isDelayed));
      const snapshot = await deadline.race(this.#session.beginRequest(hostHeaders, () => this.#auth.headers()));
      if (context && !(await deadline.race(this.#session.checkWrite(context, snapshot, isDelayed)))) {
        const failure = await deadline.race(this.#verifySession(hostHeaders, snapshot));
        if (failure) return failure;
        await deadline.race(this.#session.checkWrite(context, snapshot, false));
      }
      const headers = { ...request.headers?.(), ...contentHeaders(request) };
      const init: RequestInit = { method, signal: deadline.signal };
      if (body !== undefined) init.body = body;
      if (keepalive) init.keepalive = true;
      isSent = true;
      const response = await deadline.race(this.#fetch(request.url, init, hostHeaders, headers));
      const isCurrent = this.#session.readResponse(response.headers, snapshot);
      const { epoch } = this.#session;
      if (!isCurrent || (context && epoch !== snapshot.epoch)) {
        discard(response);
        return sessionFailure();
      }
      if (isRedirect(response))
        throw await deadline.race(this.#diagnosis.ofRedirect(response, request.url, hostHeaders));
      checkNotRedirected(response, request.url);
      if (!response.ok && response.status !== 304) {
        return await this.#refusal(response, deadline, request.key !== undefined, attempt, snapshot);
      }
      const hasNoBody = response.status === 304 || response.status === 204;
      const parsed = hasNoBody ? undefined : await readJson(response, deadline);
      const isStale = request.isContinuation && epoch !== snapshot.epoch;
      if (epoch !== this.#session.epoch || isStale) return sessionFailure();
      return { value: decode(() => request.read(parsed, response)) };
    } catch (thrown) {
      return failureWithoutResponse(thrown, isSent);
    } finally {
      deadline.clear();
      if (keepalive) this.#keepaliveBytes -= size;
    }
  }

  /** The host's headers from when a write was made, for its first attempt; otherwise the current ones. */
  #hostHeaders({ context }: HttpRequest<unknown>, isDelayed: boolean): Promise<Headers> {
    const captured = context?.headers;
    if (context) context.headers = undefined;
    return captured && !isDelayed ? captured : this.#auth.headers();
  }

  /** `ownHeaders` take precedence. A redirect could pass a token or a write on to another server. */
  async #fetch(
    url: string,
    init: RequestInit,
    hostHeaders: Headers,
    ownHeaders: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const headers = new Headers(hostHeaders);
    for (const [name, value] of Object.entries(ownHeaders)) headers.set(name, value);
    if (this.#session.name !== undefined) headers.set(SESSION_HEADER, this.#session.name);
    const { fetch, credentials } = this.#options;
    try {
      return await fetch(url, { ...init, headers, credentials, redirect: 'manual', cache: 'no-store' });
    } catch (thrown) {
      if (init.signal?.aborted) throw thrown;
      throw (await this.#diagnosis.ofNoResponse(url, { method: 'GET', ...init, headers })) ?? thrown;
    }
  }

  async #refusal(
    response: Response,
    deadline: Deadline,
    hasKey: boolean,
    attempt: number,
    snapshot: SessionSnapshot,
  ): Promise<AttemptFailure> {
    const { status, headers } = response;
    const retryAfter = parseRetryAfter(headers, this.#environment.now());
    const error = errorOfProblem(status, await readProblem(response, deadline), retryAfter);
    if (error.code === 'session-changed') {
      if (!headers.has(SESSION_HEADER)) this.#session.end(snapshot);
      return sessionFailure();
    }
    // The server is still processing an earlier attempt with this key.
    const isProcessing =
      status === 409 &&
      hasKey &&
      error.code === 'conflict' &&
      error.current === undefined &&
      (attempt > 1 || retryAfter !== undefined);
    return {
      error,
      isTemporary: isTemporary(status) || isProcessing,
      mayBeApplied: mayBeApplied(status) || isProcessing,
      isUnauthorized: status === 401 || error.code === 'auth',
    };
  }

  /** Asks the server which session the credentials belong to. Concurrent writes share one request. */
  #verifySession(hostHeaders: Headers, snapshot: SessionSnapshot): Promise<AttemptFailure | undefined> {
    const { credentials } = snapshot;
    if (this.#verification?.credentials === credentials) return this.#verification.result;
    const own = (this.#verification = { credentials, result: this.#probe(hostHeaders, snapshot) });
    return own.result.finally(() => this.#verification === own && (this.#verification = undefined));
  }

  async #probe(hostHeaders: Headers, snapshot: SessionSnapshot): Promise<AttemptFailure | undefined> {
    const deadline = new Deadline(this.#environment, this.#options.timeoutMs, undefined);
    try {
      const init: RequestInit = { method: 'GET', signal: deadline.signal };
      const url = this.#options.probeUrl();
      const response = await deadline.race(this.#fetch(url, init, hostHeaders, { Accept: ACCEPT }));
      if (!this.#session.readResponse(response.headers, snapshot)) {
        discard(response);
        return sessionFailure();
      }
      if (isRedirect(response)) throw await deadline.race(this.#diagnosis.ofRedirect(response, url, hostHeaders));
      if (!response.ok) {
        return { ...(await this.#refusal(response, deadline, false, 1, snapshot)), mayBeApplied: false };
      }
      await readJson(response, deadline);
      return undefined;
    } catch (thrown) {
      return { ...failureWithoutResponse(thrown, true), mayBeApplied: false };
    } finally {
      deadline.clear();
    }
  }
}
