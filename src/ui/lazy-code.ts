import { PipelineError } from '../model/errors.js';
import { refusalOf } from './trusted-types.js';

/** A part of the package that is loaded when it is first used: once for the page, whoever asks. */
export class LazyCode<Code> {
  readonly #import: () => Promise<Code>;
  #code: Code | undefined;
  #loading: Promise<Code> | undefined;
  #isPlanned = false;

  constructor(load: () => Promise<Code>) {
    this.#import = load;
  }

  /** What was loaded, when it is here. */
  get code(): Code | undefined {
    return this.#code;
  }

  /** Loads it. Rejects with a `PipelineError` when it does not arrive; the next call tries again. */
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

  /** Loads it once the page has nothing better to do, so that the first use does not wait. */
  loadSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    const load = (): void => void this.load().catch(() => undefined);
    // Not in Safari before 26.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(load, { timeout: 2000 });
    else setTimeout(load, 300);
  }
}
