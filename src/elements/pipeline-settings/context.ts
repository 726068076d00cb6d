import type { LitElement } from 'lit';
import type { Values } from '../../internal/localize.js';
import type { MessageKey } from '../../locales/en.js';
import type { PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/store.js';
import type { FocusKeeper } from './focus.js';
import type { Message } from './message.js';
import type { Writer } from './writer.js';

/** What the parts of the settings get from the element, and so from each other. */
export interface SettingsContext {
  readonly host: LitElement;
  readonly store: PipelineStore | undefined;
  readonly statuses: readonly Status[];
  readonly palette: readonly PaletteColor[];
  readonly readonly: boolean;
  readonly focus: FocusKeeper;
  readonly writer: Writer;
  text(key: MessageKey, values?: Values): string;
  errorText(error: PipelineError): string;
  /** Shows a message in place of the one that is there; `undefined` takes it away. */
  show(message: Message | undefined): void;
}
