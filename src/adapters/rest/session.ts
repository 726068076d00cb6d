/** Tracks the session that requests belong to: who is signed in, as far as the server and the headers show it. */
import { sessionChanged } from '../../model/errors.js';
import { credentialsOf } from './auth.js';

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
