/** Sends requests: with a time limit, again when that may help, and in no other session than they belong to. */
import { PipelineError } from '../../model/errors.js';
import { sessionChanged } from '../../model/session-changed.js';
import { aborted, checkAborted, pause, unlessAborted } from './aborting.js';
import { dismiss, readJson } from './body.js';
import type { Environment } from './environment.js';
import { Limit } from './limit.js';
import { problemOf } from './problem.js';
import { MAX_ATTEMPTS, isTemporary, mayHaveHappened, parseRetryAfter, retryDelay } from './retry.js';
import { SESSION_HEADER, type Session, credentialsOf, type SentIn, type SessionMark } from './session.js';
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
  /** Called for each attempt. */
  headers?(): Readonly<Record<string, string>>;
  /** Names a write: all its attempts carry it. */
  key?: string;
  /** The session that a write belongs to. A read belongs to that of now. */
  mark?: SessionMark;
  /** A read that goes on from an earlier answer: in another session that answer means nothing. */
  isContinued?: boolean;
  /** It has waited for the network. */
  hasWaited?: boolean;
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
  /** What came belongs to another session than the request. */
  isOtherSession?: boolean;
  isTemporary: boolean;
  mayHaveHappened: boolean;
  isUnauthorized?: boolean;
}

/** How often one read starts again because the session changed. */
const MAX_SESSIONS = 3;
/** Bytes of requests under way that outlive the page; browsers allow 64 kB for all of it together. */
const KEEPALIVE_BYTES = 30_000;

/** Never follows redirects. A session that ends takes its unfinished writes with it; reads start again in the new one. */
export class Http {
  readonly #options: HttpOptions;
  readonly #environment: Environment;
  readonly #signIn: SignIn;
  readonly #session: Session;
  /** A request that changes nothing and that every server knows: asks whose session it is. */
  readonly #probe: () => string;
  #verifying: { credentials: string; outcome: Promise<Failure | undefined> } | undefined;
  #keptAlive = 0;

  constructor(options: HttpOptions, session: Session, probe: () => string, environment: Environment) {
    this.#options = options;
    this.#session = session;
    this.#probe = probe;
    this.#environment = environment;
    this.#signIn = new SignIn(options.onUnauthorized);
  }

  /** Rejects with a `PipelineError`. */
  async send<T>(call: Call<T>): Promise<T> {
    let isRenewed = false;
    let isLate = call.hasWaited ?? false;
    let sessions = 0;
    for (let attempt = 1; ; attempt++) {
      checkAborted(call.signal);
      const { generation } = this.#signIn;
      const outcome = await this.#exchange(call, attempt, isLate);
      if ('value' in outcome) return outcome.value;
      const { error } = outcome;
      if (outcome.isOtherSession) {
        if (call.mark || call.isContinued || ++sessions > MAX_SESSIONS) throw sessionChanged();
        attempt--;
        continue;
      }
      isLate = true;
      if (outcome.isUnauthorized && !isRenewed) {
        // Made long ago, and nobody can say whether whoever signs in now is who made it.
        if (call.mark && call.hasWaited && this.#session.name === undefined) throw sessionChanged();
        if (await this.#signIn.renew(generation, call.signal)) {
          isRenewed = true;
          attempt--;
          continue;
        }
      }
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
      const host = await this.hostHeaders();
      const sentIn = await this.#use(host);
      const init: RequestInit = { ...this.#init(), headers: this.#with(host, headers), signal };
      checkAborted(signal);
      const { fetch } = this.#options;
      const response = await unlessAborted(fetch(url, init), signal);
      const isOurs = this.#session.accept(response.headers, sentIn);
      if (response.status === 409 && !response.headers.has(SESSION_HEADER)) this.#session.end(sentIn);
      if (!isOurs || this.#session.epoch !== sentIn.epoch) {
        dismiss(response);
        throw sessionChanged();
      }
      if (response.status !== 401 || isRenewed) return response;
      dismiss(response);
      if (!(await this.#signIn.renew(generation, signal))) return response;
    }
  }

  /** Marks a write that is made now. */
  mark(): SessionMark {
    const headers = this.hostHeaders();
    const credentials = headers.then(credentialsOf, () => undefined);
    return { epoch: this.#session.epoch, headers, credentials };
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

  async #exchange<T>(call: Call<T>, attempt: number, isLate: boolean): Promise<Outcome<T>> {
    const limit = new Limit(this.#environment, this.#options.timeoutMs, call.signal);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    // A write that was begun is finished also when the tab is closed. A character is at most three bytes.
    const size = call.key === undefined ? Infinity : 3 * (body?.length ?? 0);
    const isKeptAlive = this.#keptAlive + size <= KEEPALIVE_BYTES;
    if (isKeptAlive) this.#keptAlive += size;
    let isSent = false;
    try {
      const host = await limit.race(this.#hostHeaders(call, isLate));
      const sentIn = await limit.race(this.#use(host));
      if (call.mark && !(await limit.race(this.#session.admit(call.mark, sentIn, isLate)))) {
        const refusal = await limit.race(this.#verify(host, sentIn));
        if (refusal) return refusal;
        await limit.race(this.#session.admit(call.mark, sentIn, false));
      }
      const headers = this.#with(host, { ...call.headers?.(), ...ownHeaders(call) });
      const init: RequestInit = { ...this.#init(), method: call.method, headers, signal: limit.signal };
      if (body !== undefined) init.body = body;
      if (isKeptAlive) init.keepalive = true;
      isSent = true;
      const { fetch } = this.#options;
      const response = await limit.race(fetch(call.url, init));
      const isOurs = this.#session.accept(response.headers, sentIn);
      const { epoch } = this.#session;
      if (!isOurs || (call.mark && epoch !== sentIn.epoch)) {
        dismiss(response);
        return otherSession();
      }
      if (!response.ok && response.status !== 304) return await this.#refusal(response, limit, call, attempt, sentIn);
      const answer = response.status === 304 ? undefined : await readJson(response, limit);
      if (epoch !== this.#session.epoch || (call.isContinued && epoch !== sentIn.epoch)) return otherSession();
      return { value: readable(() => call.read(answer, response)) };
    } catch (thrown) {
      return failure(thrown, isSent);
    } finally {
      limit.end();
      if (isKeptAlive) this.#keptAlive -= size;
    }
  }

  async #refusal(
    response: Response,
    limit: Limit,
    call: Pick<Call<unknown>, 'key'>,
    attempt: number,
    sentIn: SentIn,
  ): Promise<Failure> {
    const { status, headers } = response;
    const retryAfter = parseRetryAfter(headers.get('retry-after'), this.#environment.now());
    // A page of a proxy, say: the status tells enough.
    const body = await readJson(response, limit).catch((thrown: unknown) => {
      if (thrown instanceof PipelineError && thrown.code === 'bad-response') return undefined;
      throw thrown;
    });
    const error = problemOf(status, body, retryAfter);
    if (error.code === 'session-changed') {
      if (!headers.has(SESSION_HEADER)) this.#session.end(sentIn);
      return otherSession();
    }
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

  /** Those of the moment when a write was made, for its first attempt; asked for again for every other. */
  #hostHeaders({ mark }: Call<unknown>, isLate: boolean): Promise<Headers> {
    const made = mark?.headers;
    if (mark) mark.headers = undefined;
    return made && !isLate ? made : this.hostHeaders();
  }

  async #use(host: Headers): Promise<SentIn> {
    const credentials = credentialsOf(host);
    // Other credentials, or headers that are others each time they are asked for?
    if (!this.#session.isFamiliar(credentials) && credentialsOf(await this.hostHeaders()) !== credentials) {
      this.#session.ignoreCredentials();
    }
    return this.#session.use(credentials);
  }

  /** Asks the server whose session it is, before a write that may belong to another. Writes that ask at once share it. */
  #verify(host: Headers, sentIn: SentIn): Promise<Failure | undefined> {
    const { credentials } = sentIn;
    if (this.#verifying?.credentials === credentials) return this.#verifying.outcome;
    const own = (this.#verifying = { credentials, outcome: this.#ask(host, sentIn) });
    return own.outcome.finally(() => this.#verifying === own && (this.#verifying = undefined));
  }

  async #ask(host: Headers, sentIn: SentIn): Promise<Failure | undefined> {
    const limit = new Limit(this.#environment, this.#options.timeoutMs, undefined);
    try {
      const headers = this.#with(host, { Accept: 'application/json, application/problem+json' });
      const { fetch } = this.#options;
      const init: RequestInit = { ...this.#init(), method: 'GET', headers, signal: limit.signal };
      const response = await limit.race(fetch(this.#probe(), init));
      if (!this.#session.accept(response.headers, sentIn)) {
        dismiss(response);
        return otherSession();
      }
      if (!response.ok) return { ...(await this.#refusal(response, limit, {}, 1, sentIn)), mayHaveHappened: false };
      dismiss(response);
      return undefined;
    } catch (thrown) {
      return { ...failure(thrown, false), mayHaveHappened: false };
    } finally {
      limit.end();
    }
  }

  /** A copy of the host's headers with ours, which take precedence. */
  #with(host: Headers, own: Readonly<Record<string, string>>): Headers {
    const headers = new Headers(host);
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    if (this.#session.name !== undefined) headers.set(SESSION_HEADER, this.#session.name);
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

const otherSession = (): Failure => ({
  error: sessionChanged(),
  isOtherSession: true,
  isTemporary: false,
  mayHaveHappened: false,
});

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
