import {
  PipelineBeforeStatusesChangeEvent,
  PipelineErrorEvent,
  PipelineStatusesChangeEvent,
  type StatusesAction,
} from '../../events.js';
import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import type { Status } from '../../model/status.js';
import { Mutations } from '../../store/mutations.js';
import type { SettingsContext } from './context.js';

/** What became of a write. Without an error it was cancelled by the page, or is no longer about what is shown. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; error?: PipelineError };

/** The one way of the settings to change anything: the page may cancel it, and is told when it is done or has failed. */
export class Writer {
  readonly #context: SettingsContext;
  #pending = 0;

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  get isBusy(): boolean {
    return this.#pending > 0;
  }

  /**
   * Writes, unless the page cancels. `call` runs at once; what it changes shows from then on.
   * A refusal with the code `expected` is an answer rather than a failure: the page is not told.
   */
  async write<T>(
    action: StatusesAction,
    status: Status,
    call: (writes: Mutations) => Promise<T>,
    expected?: PipelineErrorCode,
  ): Promise<Outcome<T>> {
    const context = this.#context;
    const { host, store } = context;
    if (!store || !host.dispatchEvent(new PipelineBeforeStatusesChangeEvent(action, status))) return { ok: false };
    // The listener may have gone on to another source.
    if (context.isClosed) return { ok: false };
    this.#pending++;
    host.requestUpdate();
    try {
      const value = await call(Mutations.of(store));
      if (context.isClosed) return { ok: false };
      const changed = (action !== 'delete' && store.status(status.id)) || status;
      host.dispatchEvent(new PipelineStatusesChangeEvent(action, changed));
      context.show(undefined);
      return { ok: true, value };
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      if (error.code === 'session-changed') context.tellLoss(store, error, `${action}-status`);
      if (context.isClosed || error.code === 'session-changed') return { ok: false };
      if (error.code !== expected) host.dispatchEvent(new PipelineErrorEvent(error, `${action}-status`));
      return { ok: false, error };
    } finally {
      this.#pending--;
      host.requestUpdate();
    }
  }
}
