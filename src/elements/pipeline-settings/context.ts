import type { ReactiveElement } from '@lit/reactive-element';
import type { Values } from '../../internal/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/store.js';
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
}

/** What the parts of the settings share. */
export class SettingsContext {
  readonly host: ReactiveElement;
  readonly focus: FocusKeeper;
  readonly writer: Writer;
  readonly text: SettingsSource['text'];
  readonly errorText: SettingsSource['errorText'];
  readonly show: SettingsSource['show'];
  readonly #source: SettingsSource;

  constructor(host: ReactiveElement, source: SettingsSource) {
    this.host = host;
    this.#source = source;
    this.focus = new FocusKeeper(host);
    this.writer = new Writer(this);
    this.text = (key, values) => source.text(key, values);
    this.errorText = (error) => source.errorText(error);
    this.show = (message) => source.show(message);
  }

  get store(): PipelineStore | undefined {
    return this.#source.store();
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
}
