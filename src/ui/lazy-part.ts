import type { ReactiveControllerHost } from 'lit';
import { PipelineErrorEvent } from '../events/error.js';
import type { PipelineError } from '../model/errors.js';
import type { LazyCode } from './lazy-code.js';
import { policyRefusal } from './trusted-types.js';

/** A part of one element whose code is loaded when it is first used. What is asked of it meanwhile is not lost. */
export class LazyPart<Code, Part> {
  readonly #host: Pick<ReactiveControllerHost, 'requestUpdate'> & HTMLElement;
  readonly #code: LazyCode<Code>;
  readonly #create: (code: Code) => Part;
  #part: Part | undefined;
  #failure: PipelineError | undefined;
  #loading: Promise<void> | undefined;
  /** Goes up when what was asked is taken back. */
  #wish = 0;

  constructor(
    host: Pick<ReactiveControllerHost, 'requestUpdate'> & HTMLElement,
    code: LazyCode<Code>,
    create: (code: Code) => Part,
  ) {
    this.#host = host;
    this.#code = code;
    this.#create = create;
  }

  /** The part, once it was used. */
  get part(): Part | undefined {
    return this.#part;
  }

  /** Why it is not here, though it was wanted. */
  get failure(): PipelineError | undefined {
    return this.#failure;
  }

  /** Resolves when it has done what it was asked for, or cannot. */
  get settled(): Promise<void> | undefined {
    return this.#loading;
  }

  /** Does something with it as soon as it is here: mostly at once. After a failure it tries again. */
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

  /** The same for what the user asks: whoever went on meanwhile, or took it back, does not want it any more. */
  useNow(act: (part: Part) => void): void {
    const wish = this.#wish;
    const hadFocus = this.#hasFocus;
    this.use((part) => {
      const hasLeft = hadFocus && !this.#hasFocus;
      if (wish === this.#wish && !hasLeft) act(part);
    });
  }

  /** Takes back what the user asked for and is still to be done. */
  cancel(): void {
    this.#wish++;
  }

  get #hasFocus(): boolean {
    return this.#host.shadowRoot?.activeElement != null;
  }

  #fail(error: PipelineError): void {
    // Told once, however many waited.
    if (this.#failure === error) return;
    this.#failure = error;
    this.#host.requestUpdate();
    // The element itself shows and reports that no element can be shown.
    if (error !== policyRefusal()) this.#host.dispatchEvent(new PipelineErrorEvent(error, 'load'));
  }
}
