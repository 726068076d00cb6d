/** Tracks who is signed in: the headers that authenticate requests, renewing a sign-in, and the session that requests belong to. */
import { unlessAborted } from './retry.js';
import { PipelineError } from '../../model/errors.js';
import { sessionChanged } from '../../model/abort.js';

/** In responses: the name of the session. In requests: the last name received; the server refuses if it is outdated. */
export const SESSION_HEADER = 'Pipeline-Session';

/** Longer names are ignored: they would have to be sent with every request. */
const MAX_NAME_LENGTH = 512;

/** The session at the time a request was sent: a later change of the session makes the response stale. */
export interface SessionSnapshot {
  readonly epoch: number;
  readonly credentials: string;
}

/** The session at the time a write was made. The write is sent in no other session. */
export interface WriteContext {
  readonly epoch: number;
  /** The server's name for the session, if it was known. */
  readonly sessionName: string | undefined;
  /** The host's headers at that time, for the first attempt; `undefined` once they are used. */
  headers: Promise<Headers> | undefined;
  /** The credentials in these headers. */
  readonly credentials: Promise<string | undefined>;
}

export interface SessionChange {
  /** The server's name for the session that ended; `undefined` if the server names none. */
  previous: string | undefined;
  current: string | undefined;
}

/**
 * If the server names its sessions, a response with another name ends the session. Otherwise a change of the
 * credentials in the host's headers does.
 */
export class Session {
  readonly #onChange: (change: SessionChange) => void;
  #epoch = 0;
  #namedEpoch = 0;
  #name: string | undefined;
  #credentials: string | undefined;
  /** The credentials that the server has confirmed to belong to this session. */
  #verified: string | undefined;
  /** Whether credentials are ignored, because they differ from one call to the next. */
  #isVolatile = false;

  constructor(onChange: (change: SessionChange) => void) {
    this.#onChange = onChange;
  }

  /** Grows with every change. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Grows with every change from or to a session that the server names: data read before then is someone else's. */
  get namedEpoch(): number {
    return this.#namedEpoch;
  }

  /** `undefined` until the server names the session. */
  get name(): string | undefined {
    return this.#name;
  }

  /** The credentials of the last request; `undefined` before the first one. */
  get credentials(): string | undefined {
    return this.#credentials;
  }

  /** Notes the credentials that the next request is sent with. `getHeaders` returns the host's headers once more. */
  async beginRequest(headers: Headers, getHeaders: () => Promise<Headers>): Promise<SessionSnapshot> {
    const credentials = credentialsOf(headers);
    // Either the credentials have changed, or (with a signature, for example) they differ with every call.
    if (!this.#isFamiliar(credentials) && credentialsOf(await getHeaders()) !== credentials) this.#isVolatile = true;
    const hasChanged = !this.#isFamiliar(credentials);
    this.#credentials = credentials;
    if (hasChanged && this.#name === undefined) this.#change(undefined);
    return { epoch: this.#epoch, credentials };
  }

  /**
   * Whether a write may be sent. `false`: only after the server has confirmed the session.
   *
   * @param isDelayed time has passed since the write was made, in which another user may have signed in by cookie.
   * @throws PipelineError `session-changed`.
   */
  async checkWrite(context: WriteContext, snapshot: SessionSnapshot, isDelayed: boolean): Promise<boolean> {
    if (this.#name === undefined) {
      const credentials = await context.credentials;
      const isSame = credentials === undefined || credentials === snapshot.credentials;
      if (!this.#isVolatile && !isSame) throw sessionChanged();
      return true;
    }
    if (context.epoch !== this.#epoch) throw sessionChanged();
    return !isDelayed && (this.#isVolatile || this.#verified === snapshot.credentials);
  }

  /** Reads the session's name from a response. Returns whether the response belongs to the current session. */
  readResponse(headers: Headers, snapshot: SessionSnapshot): boolean {
    const name = headers.get(SESSION_HEADER) || undefined;
    const isCurrent = snapshot.epoch === this.#epoch;
    // An error page of a proxy has no name, nor has a 401: nobody is signed in.
    if (name === undefined || name.length > MAX_NAME_LENGTH) return isCurrent;
    if (!isCurrent) return name === this.#name;
    if (this.#name === undefined) this.#name = name;
    else if (this.#name !== name) this.#change(name);
    this.#verified = snapshot.credentials;
    return true;
  }

  /** Ends the session after the server refused its name without sending another. */
  end({ epoch }: SessionSnapshot): void {
    if (epoch === this.#epoch && this.#name !== undefined) this.#change(undefined);
  }

  /** Whether nothing has changed since the last request. */
  #isFamiliar(credentials: string): boolean {
    return this.#isVolatile || this.#credentials === undefined || this.#credentials === credentials;
  }

  #change(current: string | undefined): void {
    const previous = this.#name;
    this.#epoch++;
    if (previous !== undefined || current !== undefined) this.#namedEpoch++;
    this.#name = current;
    this.#verified = undefined;
    this.#onChange({ previous, current });
  }
}

/** Request headers, or a function that returns them for each request, for example with a token that changes. */
export type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

/** Renews the sign-in after a 401. `false` or a rejection: it could not be renewed. */
export type OnUnauthorized = () => unknown;

/** Headers that identify the user. Not those against request forgery, which some servers change with every response. */
const CREDENTIAL = /auth|token|session|api-?key|cookie|user|tenant|account|organi[sz]ation|workspace/;
const FORGERY_TOKEN = /csrf|xsrf/;

/** The headers that identify the user, as a text: the same for the same credentials. Kept in memory only. */
export function credentialsOf(headers: Headers): string {
  return JSON.stringify([...headers].filter(([name]) => CREDENTIAL.test(name) && !FORGERY_TOKEN.test(name)));
}

export class Auth {
  readonly #source: HeadersSource | undefined;
  readonly #onUnauthorized: OnUnauthorized | undefined;
  #generation = 0;
  #renewal: Promise<boolean> | undefined;
  /** Whether the last renewal succeeded. */
  #isRenewed = false;

  constructor(source: HeadersSource | undefined, onUnauthorized: OnUnauthorized | undefined) {
    this.#source = source;
    this.#onUnauthorized = onUnauthorized;
  }

  /** The host's headers as they are now. Rejects with `auth` when the host's function fails. */
  async headers(): Promise<Headers> {
    const source = this.#source;
    try {
      return new Headers(typeof source === 'function' ? await source() : source);
    } catch (cause) {
      if (cause instanceof PipelineError) throw cause;
      throw new PipelineError('auth', 'The headers of the request could not be created.', { cause });
    }
  }

  /** Counts the renewals. A request notes it before it is sent. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Renews the sign-in after a request of this generation was refused. Requests refused together share one renewal, also
   * those that were sent before it ended and refused later. Resolves to whether sending the request again may help.
   */
  async renew(generation: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (generation < this.#generation) return this.#isRenewed;
    if (!this.#onUnauthorized) return false;
    this.#renewal ??= this.#renew(this.#onUnauthorized);
    return unlessAborted(this.#renewal, signal);
  }

  async #renew(onUnauthorized: OnUnauthorized): Promise<boolean> {
    try {
      this.#isRenewed = (await onUnauthorized()) !== false;
    } catch {
      this.#isRenewed = false;
    }
    this.#generation++;
    this.#renewal = undefined;
    return this.#isRenewed;
  }
}
