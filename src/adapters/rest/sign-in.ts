import { unlessAborted } from './aborting.js';

/** What the host does about an answer of 401; `false` or a rejection: nothing can be done. */
export type OnUnauthorized = () => unknown;

/**
 * Renews the sign-in, once for however many requests are refused together. Each request remembers under which
 * `generation` it was sent: one that was refused under an older one just goes again.
 */
export class SignIn {
  readonly #onUnauthorized: OnUnauthorized | undefined;
  #generation = 0;
  #renewing: Promise<boolean> | undefined;

  constructor(onUnauthorized: OnUnauthorized | undefined) {
    this.#onUnauthorized = onUnauthorized;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Whether a request that was refused under `generation` may work now. */
  async renew(generation: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (generation < this.#generation) return true;
    if (!this.#onUnauthorized) return false;
    this.#renewing ??= this.#renew();
    return unlessAborted(this.#renewing, signal);
  }

  async #renew(): Promise<boolean> {
    try {
      const isRenewed = (await this.#onUnauthorized!()) !== false;
      if (isRenewed) this.#generation++;
      return isRenewed;
    } catch {
      return false;
    } finally {
      this.#renewing = undefined;
    }
  }
}
