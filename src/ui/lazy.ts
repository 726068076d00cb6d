/** Loads code when it is first used, and keeps what is asked of it until it arrives. */
import { PipelineErrorEvent } from '../events/error.js';
import { PipelineError } from '../model/errors.js';
import { policyRefusal, refusalOf } from './trusted-types.js';

/** A module that is imported on first use, once for the whole page. */
export class LazyCode<Code> {
  readonly #import: () => Promise<Code>;
  #code: Code | undefined;
  #loading: Promise<Code> | undefined;
  #isScheduled = false;

  constructor(load: () => Promise<Code>) {
    this.#import = load;
  }

  /** The loaded code; `undefined` until it has arrived. */
  get code(): Code | undefined {
    return this.#code;
  }

  /** Loads the code. Rejects with a `PipelineError` on failure; the next call tries again. */
  load(): Promise<Code> {
    this.#loading ??= this.#import().then(
      (code) => (this.#code = code),
      (thrown: unknown) => {
        this.#loading = undefined;
        throw (
          refusalOf(thrown) ??
          new PipelineError('unavailable', 'A part of the code could not be loaded.', { cause: thrown })
        );
      },
    );
    return this.#loading;
  }

  /** Loads the code when the page is idle, so that the first use does not wait for it. */
  loadSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const load = (): void => void this.load().catch(() => undefined);
    // Safari has no requestIdleCallback (https://bugs.webkit.org/show_bug.cgi?id=164193). Remove when all supported versions do.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(load, { timeout: 2000 });
    else setTimeout(load, 300);
  }
}

type LazyHost = HTMLElement & { requestUpdate(): void };

/** The part of one element that is made from lazily loaded code. Requests made before the code arrives are queued. */
export class LazyPart<Code, Part> {
  readonly #host: LazyHost;
  readonly #code: LazyCode<Code>;
  readonly #create: (code: Code) => Part;
  #part: Part | undefined;
  #failure: PipelineError | undefined;
  #loading: Promise<void> | undefined;
  /** Incremented by `cancel()`: requests made before it are dropped. */
  #generation = 0;

  constructor(host: LazyHost, code: LazyCode<Code>, create: (code: Code) => Part) {
    this.#host = host;
    this.#code = code;
    this.#create = create;
  }

  /** The part; `undefined` until it was first used. */
  get part(): Part | undefined {
    return this.#part;
  }

  /** Why the code could not be loaded, if the last attempt failed. */
  get failure(): PipelineError | undefined {
    return this.#failure;
  }

  /** Resolves when the queued requests have been carried out, or have failed. */
  get settled(): Promise<void> | undefined {
    return this.#loading;
  }

  /** Calls `act` with the part: synchronously when the code is loaded, otherwise once it is. Retries after a failure. */
  use(act: (part: Part) => void): void {
    const { code } = this.#code;
    if (code) return act((this.#part ??= this.#create(code)));
    if (this.#failure) this.#host.requestUpdate();
    this.#failure = undefined;
    this.#loading = this.#code.load().then(
      () => {
        this.use(act);
        this.#host.requestUpdate();
      },
      (error: PipelineError) => this.#fail(error),
    );
  }

  /** Like `use()`, for a user's action: dropped if it was canceled or if focus has left the element by then. */
  useNow(act: (part: Part) => void): void {
    const generation = this.#generation;
    const hadFocus = this.#hasFocus;
    this.use((part) => {
      const hasLeft = hadFocus && !this.#hasFocus;
      if (generation === this.#generation && !hasLeft) act(part);
    });
  }

  /** Drops the user's actions that are still waiting for the code. */
  cancel(): void {
    this.#generation++;
  }

  get #hasFocus(): boolean {
    return this.#host.shadowRoot?.activeElement != null;
  }

  #fail(error: PipelineError): void {
    // All requests that waited for one load fail with the same error, which is reported once.
    if (this.#failure === error) return;
    this.#failure = error;
    this.#host.requestUpdate();
    // The element itself reports that the page's security policy lets no element work.
    if (error !== policyRefusal()) this.#host.dispatchEvent(new PipelineErrorEvent(error, 'load'));
  }
}
