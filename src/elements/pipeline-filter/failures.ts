import { html, type TemplateResult } from 'lit/html.js';
import type { Values } from '../../ui/localize.js';
import { unsetSourceText } from '../../ui/unset-source.js';
import type { MessageKey } from '../../locales/en.js';
import type { PipelineError } from '../../model/errors.js';

export interface Speaker {
  text(key: MessageKey, values?: Values): string;
  errorText(error: PipelineError): string;
}

/** Why nothing was read, why the popup did not open, why the list is not filtered. */
export type Failures = Readonly<Record<'store' | 'popup' | 'list', PipelineError | undefined>>;

/** What went wrong, under the button. What could not be read is told in the popup, except where only the page can help. */
export function renderFailures(
  { text, errorText }: Speaker,
  { store, popup, list }: Failures,
  onRetry: () => void,
): TemplateResult | undefined {
  const urgent = (store && unsetSourceText(text, store)) ?? (popup && errorText(popup));
  if (urgent) return html`<p class="message error" part="error" role="alert">${urgent}</p>`;
  if (!list) return undefined;
  return html`<p class="message" part="error">
    <span class="error">${text('filterFailed')}</span> ${errorText(list)}
    <button class="link-button" type="button" @click=${onRetry}>${text('retry')}</button>
  </p>`;
}
