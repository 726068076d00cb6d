/** Supplies the headers by which the host authenticates requests, and renews an expired sign-in. */
import { PipelineError } from '../../model/errors.js';
import { unlessAborted } from './retry.js';

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
   * Renews the sign-in after a request of this generation was refused. Requests refused together share one renewal; one
   * of an earlier generation is simply sent again. Resolves to whether sending it again may help.
   */
  async renew(generation: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (generation < this.#generation) return true;
    if (!this.#onUnauthorized) return false;
    this.#renewal ??= this.#renew(this.#onUnauthorized);
    return unlessAborted(this.#renewal, signal);
  }

  async #renew(onUnauthorized: OnUnauthorized): Promise<boolean> {
    try {
      const isRenewed = (await onUnauthorized()) !== false;
      if (isRenewed) this.#generation++;
      return isRenewed;
    } catch {
      return false;
    } finally {
      this.#renewal = undefined;
    }
  }
}
