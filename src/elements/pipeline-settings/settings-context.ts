/** What the parts of the settings share: the data, texts, messages, focus, and the one way to write. */
import type { ReactiveElement } from '@lit/reactive-element';
import {
  PipelineBeforeStatusesChangeEvent,
  PipelineErrorEvent,
  PipelineStatusesChangeEvent,
  type StatusesAction,
} from '../../events.js';
import type { MessageKey } from '../../locales/en.js';
import type { PaletteColor } from '../../model/color.js';
import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { Mutations } from '../../store/mutations.js';
import { dispatcherAt } from '../../ui/dispatch.js';
import { canTakeFocus, focusAfterRemoval } from '../../ui/dom.js';
import { announce, announceFailure } from '../../ui/live-region.js';
import type { Values } from '../../ui/localize.js';

/** A message below the list, shown until it is dismissed or the next change succeeds. */
export interface Notice {
  /** Called in each render, so that it follows a change of language. */
  text(): string;
  isError?: boolean;
  /** Reports a change that was lost when another user signed in. It stays when that user's data is shown. */
  isLoss?: boolean;
  action?: { label: MessageKey & ('undo' | 'retry'); run(): void };
}

/** The result of a write. Without an error, the page canceled it, or the data comes from another source by now. */
export type WriteResult<T> = { ok: true; value: T } | { ok: false; error?: PipelineError };

/** What the element provides to its parts. */
export interface SettingsSource {
  store(): PipelineStore | undefined;
  palette(): readonly PaletteColor[];
  readonly(): boolean;
  text(key: MessageKey, values?: Values): string;
  errorText(error: PipelineError): string;
  /** Replaces the message that is shown; `undefined` removes it. */
  show(notice: Notice | undefined): void;
  /** Reports a write that was lost because another user signed in, unless the data comes from another adapter by now. */
  reportLoss(store: PipelineStore, error: PipelineError, action: string): void;
}

/** Context for one source of data. It is closed when the source changes: no part then writes, reports or moves focus. */
export class SettingsContext {
  readonly host: ReactiveElement;
  readonly focus: SettingsFocus;
  readonly text: SettingsSource['text'];
  readonly errorText: SettingsSource['errorText'];
  readonly #source: SettingsSource;
  #isClosed = false;
  #pendingWrites = 0;
  /** What was shown last. */
  #notice: Notice | undefined;

  constructor(host: ReactiveElement, source: SettingsSource) {
    this.host = host;
    this.#source = source;
    this.focus = new SettingsFocus(host, () => this.#isClosed);
    this.text = source.text;
    this.errorText = source.errorText;
  }

  /** The data comes from another source from now on. */
  close(): void {
    this.#isClosed = true;
  }

  get store(): PipelineStore | undefined {
    return this.#isClosed ? undefined : this.#source.store();
  }

  get statuses(): readonly Status[] {
    return this.store?.statuses ?? [];
  }

  /** The place of a status in the list, from 1. */
  position(id: Id): number {
    return this.statuses.findIndex((status) => status.id === id) + 1;
  }

  get palette(): readonly PaletteColor[] {
    return this.#source.palette();
  }

  get readonly(): boolean {
    return this.#source.readonly();
  }

  get isSaving(): boolean {
    return this.#pendingWrites > 0;
  }

  show(notice: Notice | undefined): void {
    if (this.#isClosed) return;
    this.#notice = notice;
    this.#source.show(notice);
  }

  /** Shows and announces why something failed, with "Try again" if it can be retried. */
  showError(text: () => string, retry?: () => void): void {
    this.show({ text, isError: true, ...(retry ? { action: { label: 'retry', run: retry } } : {}) });
    if (!this.#isClosed) announceFailure(text(), this.host);
  }

  /** Announces `text` unless a newer one follows within `delay` milliseconds. `from`: the element it is about, by default the host. */
  announce(text: string, { from, delay = 0 }: { from?: Element | null; delay?: number } = {}): void {
    if (!this.#isClosed) announce(text, from ?? this.host, delay);
  }

  /**
   * Writes, unless a listener cancels. `call` runs synchronously, and its change is shown at once.
   * An error with the code `expected` is returned without a `pipeline-error` event.
   */
  async write<T>(
    action: StatusesAction,
    status: Status,
    call: (writes: Mutations) => Promise<T>,
    expected?: PipelineErrorCode,
  ): Promise<WriteResult<T>> {
    const { host, store } = this;
    if (!store || !host.dispatchEvent(new PipelineBeforeStatusesChangeEvent(action, status))) return { ok: false };
    // The listener may have changed the source.
    if (this.#isClosed) return { ok: false };
    this.#pendingWrites++;
    host.requestUpdate();
    const dispatch = dispatcherAt(host);
    const shownBefore = this.#notice;
    try {
      const value = await call(Mutations.of(store));
      if (this.#isClosed) return { ok: false };
      const changed = (action !== 'delete' && store.status(status.id)) || status;
      dispatch(new PipelineStatusesChangeEvent(action, changed));
      // Another change may have failed since this one began.
      if (this.#notice === shownBefore) this.show(undefined);
      return { ok: true, value };
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      if (error.code === 'session-changed') this.#source.reportLoss(store, error, `${action}-status`);
      if (this.#isClosed || error.code === 'session-changed') return { ok: false };
      if (error.code !== expected) dispatch(new PipelineErrorEvent(error, `${action}-status`));
      return { ok: false, error };
    } finally {
      this.#pendingWrites--;
      host.requestUpdate();
    }
  }
}

const ROW_CONTROLS = ['handle', 'edit', 'delete'] as const;

/** A button of a row; also its class. */
export type RowControl = (typeof ROW_CONTROLS)[number];

/** The button of a row that an event is about, and the id of its status. */
export function rowControlOf(event: Event): { id?: Id; control?: RowControl } {
  const button = (event.target as Element).closest('button');
  const control = ROW_CONTROLS.find((each) => button?.classList.contains(each));
  const id = button?.parentElement?.dataset['id'];
  return control && id !== undefined ? { id, control } : {};
}

/** Keeps focus in the settings when the focused element is moved, replaced or removed. */
export class SettingsFocus {
  readonly #host: ReactiveElement;
  readonly #isClosed: () => boolean;
  #remembered: { element: HTMLElement; control: RowControl | undefined; row(): HTMLElement | undefined } | undefined;

  constructor(host: ReactiveElement, isClosed: () => boolean) {
    this.#host = host;
    this.#isClosed = isClosed;
  }

  /** Whether focus is inside an element that matches `selector`. */
  isIn(selector: string): boolean {
    return Boolean(this.#host.shadowRoot?.activeElement?.closest(selector));
  }

  find(selector: string): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  }

  /** A button in the row of a status. */
  control(id: Id, control: RowControl): HTMLElement | null {
    return this.find(`li[data-id="${CSS.escape(id)}"] > .${control}`);
  }

  /** The button that opens the form for a new status, or the name field of that form. */
  get add(): HTMLElement | null {
    return this.find('.add, .foot .field');
  }

  /** Called before each render. */
  remember(): void {
    const root = this.#host.shadowRoot;
    const element = root?.activeElement as HTMLElement | null | undefined;
    if (!root || !element) {
      this.#remembered = undefined;
      return;
    }
    // A form in a row was opened by the pencil.
    const control = element.closest('li')
      ? (ROW_CONTROLS.find((each) => element.classList.contains(each)) ?? 'edit')
      : undefined;
    this.#remembered = { element, control, row: focusAfterRemoval(root, 'li') };
  }

  /** Called after each render: an element that was moved or removed has lost focus. */
  restore(): void {
    const remembered = this.#remembered;
    this.#remembered = undefined;
    if (!remembered || this.#host.shadowRoot?.activeElement || !canTakeFocus(this.#host)) return;
    const { element, control, row } = remembered;
    const successor = (control && row()?.querySelector<HTMLElement>(`:scope > .${control}`)) ?? this.add;
    (element.isConnected ? element : successor)?.focus({ preventScroll: true });
  }

  /** Focuses the element that `find` returns once the host has rendered. */
  async moveTo(find: () => HTMLElement | null | undefined): Promise<void> {
    await this.#host.updateComplete;
    if (this.#isClosed()) return;
    const target = find();
    if (!target || !canTakeFocus(this.#host)) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
