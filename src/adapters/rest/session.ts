/** The session that requests are made in: who is signed in where, as far as the server and the headers show it. */
import { sessionChanged } from '../../model/session-changed.js';

/** In answers: whose session it is. In requests: the one that was seen last; a server refuses when it is another by now. */
export const SESSION_HEADER = 'Pipeline-Session';

/** Longer names are not taken: they would have to be sent with every request. */
const MAX_NAME = 512;

/** Headers by which hosts say who asks. A token against request forgery is none: some servers change it with each answer. */
const CREDENTIAL = /auth|token|session|api-?key|cookie|user|tenant|account|organi[sz]ation|workspace/;
const FORGERY_TOKEN = /csrf|xsrf/;

/** What is visible from here of who asks: the same text for the same credentials. Kept in memory only. */
export function credentialsOf(headers: Headers): string {
  return JSON.stringify([...headers].filter(([name]) => CREDENTIAL.test(name) && !FORGERY_TOKEN.test(name)));
}

/** When a request was sent: a later change of the session makes its answer stale. */
export interface SentIn {
  readonly epoch: number;
  readonly credentials: string;
}

/** The session in which a write was made. It is sent in no other. */
export interface SessionMark {
  readonly epoch: number;
  /** The host's headers when it was made, for the first attempt; `undefined` once they are used. */
  headers: Promise<Headers> | undefined;
  /** What these headers show of who asks. */
  readonly credentials: Promise<string | undefined>;
}

export interface SessionChange {
  /** How the server named the session that ended; `undefined` where it names none. */
  before: string | undefined;
  now: string | undefined;
}

/**
 * Follows the session. A server that names it decides: an answer with another name ends the old session. Without names,
 * all there is to go by are the host's headers.
 */
export class Session {
  readonly #onChange: (change: SessionChange) => void;
  #epoch = 0;
  #namedEpoch = 0;
  #name: string | undefined;
  #credentials: string | undefined;
  /** The credentials that the server has confirmed to be of this session. */
  #verified: string | undefined;
  #isVolatile = false;

  constructor(onChange: (change: SessionChange) => void) {
    this.#onChange = onChange;
  }

  /** Grows with every change. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Grows with every change from or to a session that the server names: then what is shown is someone else's. */
  get namedEpoch(): number {
    return this.#namedEpoch;
  }

  /** `undefined` until the server names it. */
  get name(): string | undefined {
    return this.#name;
  }

  /** Whether these credentials were those of the request before, so that nothing has to be looked into. */
  isFamiliar(credentials: string): boolean {
    return this.#isVolatile || this.#credentials === undefined || this.#credentials === credentials;
  }

  /** The headers differ from one call to the next (a signature, say), so they do not show who asks. */
  ignoreCredentials(): void {
    this.#isVolatile = true;
  }

  /** Notes what the next request is sent with. */
  use(credentials: string): SentIn {
    const isOther = !this.isFamiliar(credentials);
    this.#credentials = credentials;
    if (isOther && this.#name === undefined) this.#change(undefined);
    return { epoch: this.#epoch, credentials };
  }

  /**
   * Whether a write may be sent; `false`: only after the server was asked whose session it is.
   *
   * @param isLate the user has waited since it was made, so that another may have signed in, with the same cookie name.
   * @throws PipelineError `session-changed`.
   */
  async admit({ epoch, credentials }: SessionMark, { credentials: now }: SentIn, isLate: boolean): Promise<boolean> {
    if (this.#name === undefined) {
      const made = await credentials;
      if (!this.#isVolatile && made !== undefined && made !== now) throw sessionChanged();
      return true;
    }
    if (epoch !== this.#epoch) throw sessionChanged();
    return !isLate && (this.#isVolatile || this.#verified === now);
  }

  /** Takes note of an answer. Returns whether it belongs to the session of now. */
  accept(answer: Headers, sentIn: SentIn): boolean {
    const name = answer.get(SESSION_HEADER) || undefined;
    const isCurrent = sentIn.epoch === this.#epoch;
    // A proxy's page, or a 401: nobody is signed in.
    if (name === undefined || name.length > MAX_NAME) return isCurrent;
    if (!isCurrent) return name === this.#name;
    if (this.#name === undefined) this.#name = name;
    else if (this.#name !== name) this.#change(name);
    this.#verified = sentIn.credentials;
    return true;
  }

  /** The server refused the name that was sent without telling another. */
  end({ epoch }: SentIn): void {
    if (epoch === this.#epoch && this.#name !== undefined) this.#change(undefined);
  }

  #change(now: string | undefined): void {
    const before = this.#name;
    this.#epoch++;
    if (before !== undefined || now !== undefined) this.#namedEpoch++;
    this.#name = now;
    this.#verified = undefined;
    this.#onChange({ before, now });
  }
}
