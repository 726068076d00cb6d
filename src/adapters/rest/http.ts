import { PipelineError } from '../../model/errors.js';
import { aborted, checkAborted, pause, unlessAborted } from './aborting.js';
import { dismiss, readJson } from './body.js';
import type { Environment } from './environment.js';
import { Limit } from './limit.js';
import { problemOf } from './problem.js';
import { MAX_ATTEMPTS, isTemporary, mayHaveHappened, parseRetryAfter, retryDelay } from './retry.js';
import { SignIn, type OnUnauthorized } from './sign-in.js';

/** Request headers, or a function that gives them for each request (an access token that changes, say). */
export type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

export interface HttpOptions {
  headers: HeadersSource | undefined;
  fetch: typeof globalThis.fetch;
  credentials: RequestCredentials;
  onUnauthorized: OnUnauthorized | undefined;
  timeoutMs: number;
}

export interface Call<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** Names a write: all its attempts carry it. */
  key?: string;
  signal?: AbortSignal | undefined;
  /** The answer, rebuilt from the parsed body of a 2xx (or from nothing, of a 304). What it throws is a bad response. */
  read(body: unknown, response: Response): T;
  /** Whether a refusal shows that an earlier attempt, whose answer was lost, has done it: then what it resolves to. */
  landed?(refusal: PipelineError): T | undefined;
  /** An earlier attempt may have done it. Kept here, so that a call sent again later remembers. */
  mayHaveHappened?: boolean;
  /** Without a network it rejects with `offline` at once: the caller tries again. */
  isPatient?: boolean;
  /** One attempt only. */
  isHasty?: boolean;
}

type Outcome<T> = { value: T } | Failure;

interface Failure {
  error: PipelineError;
  isTemporary: boolean;
  mayHaveHappened: boolean;
  isUnauthorized?: boolean;
}

/** Bytes of requests under way that outlive the page; browsers allow 64 kB for all of it together. */
const KEEPALIVE_BYTES = 30_000;

/** Sends requests: with a time limit, again when that may help, with a renewed sign-in, and never following redirects. */
export class Http {
  readonly #options: HttpOptions;
  readonly #environment: Environment;
  readonly #signIn: SignIn;
  #keptAlive = 0;

  constructor(options: HttpOptions, environment: Environment) {
    this.#options = options;
    this.#environment = environment;
    this.#signIn = new SignIn(options.onUnauthorized);
  }

  /** Rejects with a `PipelineError`. */
  async send<T>(call: Call<T>): Promise<T> {
    let isRenewed = false;
    for (let attempt = 1; ; attempt++) {
      checkAborted(call.signal);
      const { generation } = this.#signIn;
      const outcome = await this.#exchange(call, attempt);
      if ('value' in outcome) return outcome.value;
      if (outcome.isUnauthorized && !isRenewed && (await this.#signIn.renew(generation, call.signal))) {
        isRenewed = true;
        attempt--;
        continue;
      }
      const { error } = outcome;
      const landed = call.mayHaveHappened ? call.landed?.(error) : undefined;
      if (landed !== undefined) return landed;
      call.mayHaveHappened ||= outcome.mayHaveHappened;
      const isOffline = error.code === 'offline' && (call.isPatient || !this.#environment.isOnline());
      if (!outcome.isTemporary || isOffline || attempt >= (call.isHasty ? 1 : MAX_ATTEMPTS)) throw error;
      const delay = error.retryAfterMs ?? retryDelay(attempt, this.#environment);
      await pause(this.#environment, delay, call.signal);
    }
  }

  /**
   * Opens a stream: one attempt, besides one with a renewed sign-in. Resolves to the answer, whatever its status, as
   * soon as it begins. Rejects when there is none.
   */
  async open(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    for (let isRenewed = false; ; isRenewed = true) {
      const { generation } = this.#signIn;
      const init: RequestInit = { ...this.#init(), headers: await this.#headers(headers), signal };
      checkAborted(signal);
      const { fetch } = this.#options;
      const response = await unlessAborted(fetch(url, init), signal);
      if (response.status !== 401 || isRenewed) return response;
      dismiss(response);
      if (!(await this.#signIn.renew(generation, signal))) return response;
    }
  }

  /** The headers of the host, as they are now. Rejects with `auth` when it cannot give them. */
  async hostHeaders(): Promise<Headers> {
    const { headers } = this.#options;
    try {
      return new Headers(typeof headers === 'function' ? await headers() : headers);
    } catch (cause) {
      if (cause instanceof PipelineError) throw cause;
      throw new PipelineError('auth', 'The headers of the request could not be made.', { cause });
    }
  }

  async #exchange<T>(call: Call<T>, attempt: number): Promise<Outcome<T>> {
    const limit = new Limit(this.#environment, this.#options.timeoutMs, call.signal);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    // A write that was begun is finished also when the tab is closed. A character is at most three bytes.
    const size = call.key === undefined ? Infinity : 3 * (body?.length ?? 0);
    const isKeptAlive = this.#keptAlive + size <= KEEPALIVE_BYTES;
    if (isKeptAlive) this.#keptAlive += size;
    let isSent = false;
    try {
      const headers = await limit.race(this.#headers({ ...call.headers, ...ownHeaders(call) }));
      const init: RequestInit = { ...this.#init(), method: call.method, headers, signal: limit.signal };
      if (body !== undefined) init.body = body;
      if (isKeptAlive) init.keepalive = true;
      isSent = true;
      const { fetch } = this.#options;
      const response = await limit.race(fetch(call.url, init));
      if (!response.ok && response.status !== 304) return await this.#refusal(response, limit, call, attempt);
      const answer = response.status === 304 ? undefined : await readJson(response, limit);
      return { value: readable(() => call.read(answer, response)) };
    } catch (thrown) {
      return failure(thrown, isSent);
    } finally {
      limit.end();
      if (isKeptAlive) this.#keptAlive -= size;
    }
  }

  async #refusal(response: Response, limit: Limit, call: Call<unknown>, attempt: number): Promise<Failure> {
    const { status, headers } = response;
    const retryAfter = parseRetryAfter(headers.get('retry-after'), this.#environment.now());
    // A page of a proxy, say: the status tells enough.
    const body = await readJson(response, limit).catch((thrown: unknown) => {
      if (thrown instanceof PipelineError && thrown.code === 'bad-response') return undefined;
      throw thrown;
    });
    const error = problemOf(status, body, retryAfter);
    // An earlier attempt under this key is still at work.
    const isRunning =
      status === 409 &&
      call.key !== undefined &&
      error.code === 'conflict' &&
      error.current === undefined &&
      (attempt > 1 || retryAfter !== undefined);
    return {
      error,
      isTemporary: isTemporary(status) || isRunning,
      mayHaveHappened: mayHaveHappened(status) || isRunning,
      isUnauthorized: status === 401,
    };
  }

  #init(): RequestInit {
    // A redirect could lead a token, or a write, to another place.
    return { credentials: this.#options.credentials, redirect: 'error', cache: 'no-store' };
  }

  async #headers(own: Readonly<Record<string, string>>): Promise<Headers> {
    const headers = await this.hostHeaders();
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    return headers;
  }
}

function ownHeaders({ body, key }: Call<unknown>): Record<string, string> {
  return {
    Accept: 'application/json, application/problem+json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(key === undefined ? {} : { 'Idempotency-Key': key }),
  };
}

/** What `read` makes of an answer; what it cannot read is a bad response. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PipelineError && cause.code !== 'invalid') throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PipelineError('bad-response', `The server's answer cannot be read: ${why}`, { cause });
  }
}

function failure(thrown: unknown, isSent: boolean): Failure {
  if (thrown instanceof PipelineError) {
    if (thrown.code === 'aborted') throw aborted(thrown.cause);
    const isTemporary = thrown.code === 'timeout' || thrown.code === 'offline';
    return { error: thrown, isTemporary, mayHaveHappened: isSent };
  }
  const error = new PipelineError('offline', 'The server could not be reached.', { cause: thrown });
  return { error, isTemporary: true, mayHaveHappened: true };
}
