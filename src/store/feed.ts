import type { PipelineAdapter, SubscriptionState } from '../adapters/adapter.js';
import { type Change, parseChange } from '../model/changes.js';

interface Handlers {
  handleChange(change: Change): void;
  handleUnreadable(reason: unknown): void;
  /** The changes arrive: `isFirst`, of all since the list was read; `isBack`, after they had not. */
  handleLive(isFirst: boolean, isBack: boolean): void;
  /** `state` is another one. */
  handleState(): void;
}

/** The changes that an adapter tells, and the place up to which they are known. */
export class Feed {
  state: SubscriptionState = 'live';
  readonly #handlers: Handlers;
  #seq: string | undefined;

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  get hasPlace(): boolean {
    return this.#seq !== undefined;
  }

  /** Begins where a list ends; later lists change nothing, as what is heard goes further. */
  begin(seq: string | undefined): void {
    this.#seq ??= seq;
  }

  /** Follows the changes from the place on; returns how to stop. */
  follow(subscribe: NonNullable<PipelineAdapter['subscribe']>): () => void {
    let isActive = true;
    let isFirst = !this.hasPlace;
    const stop = subscribe((value) => isActive && this.#hear(value), {
      ...(this.#seq === undefined ? {} : { since: this.#seq }),
      onState: (state) => {
        if (!isActive) return;
        const isBack = this.state !== 'live';
        if (state === 'live') {
          this.#handlers.handleLive(isFirst, isBack);
          isFirst = false;
        }
        if (this.state === state) return;
        this.state = state;
        this.#handlers.handleState();
      },
    });
    return () => {
      isActive = false;
      stop();
    };
  }

  #hear(value: unknown): void {
    let change: Change;
    try {
      change = parseChange(value);
    } catch (thrown) {
      this.#handlers.handleUnreadable(thrown);
      return;
    }
    this.#seq = change.seq;
    this.#handlers.handleChange(change);
  }
}
