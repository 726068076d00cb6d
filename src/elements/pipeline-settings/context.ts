import type { ReactiveElement } from '@lit/reactive-element';
import { announce } from '../../ui/live-region.js';
import type { Values } from '../../ui/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { FocusKeeper } from './focus.js';
import type { Message } from './message.js';
import { Writer } from './writer.js';

/** What the element gives to its parts. */
export interface SettingsSource {
  store(): PipelineStore | undefined;
  palette(): readonly PaletteColor[];
  readonly(): boolean;
  text(key: MessageKey, values?: Values): string;
  errorText(error: PipelineError): string;
  /** Shows a message in place of the one that is there; `undefined` takes it away. */
  show(message: Message | undefined): void;
  /** A write to a store was lost because someone else signed in: tells it, unless the data comes from elsewhere now. */
  tellLoss(store: PipelineStore, error: PipelineError, action: string): void;
}

/**
 * What the parts of the settings share, for one source of data. With the next source it is closed: then there is no
 * store to write to, and whatever parts still wait for shows nothing, says nothing and moves no focus.
 */
export class SettingsContext {
  readonly host: ReactiveElement;
  readonly focus: FocusKeeper;
  readonly writer: Writer;
  readonly text: SettingsSource['text'];
  readonly errorText: SettingsSource['errorText'];
  readonly tellLoss: SettingsSource['tellLoss'];
  readonly #source: SettingsSource;
  #isClosed = false;

  constructor(host: ReactiveElement, source: SettingsSource) {
    this.host = host;
    this.#source = source;
    this.focus = new FocusKeeper(host, () => this.#isClosed);
    this.writer = new Writer(this);
    this.text = (key, values) => source.text(key, values);
    this.errorText = (error) => source.errorText(error);
    this.tellLoss = (...loss) => source.tellLoss(...loss);
  }

  get isClosed(): boolean {
    return this.#isClosed;
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

  get palette(): readonly PaletteColor[] {
    return this.#source.palette();
  }

  get readonly(): boolean {
    return this.#source.readonly();
  }

  show(message: Message | undefined): void {
    if (!this.#isClosed) this.#source.show(message);
  }

  /** Speaks `text` once nothing newer came for `delay` milliseconds; `from` where that is not the host. */
  announce(text: string, { from, delay = 0 }: { from?: Element | null; delay?: number } = {}): void {
    if (!this.#isClosed) announce(text, from ?? this.host, delay);
  }
}
