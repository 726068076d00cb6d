import { html, type TemplateResult } from 'lit/html.js';
import type { MessageKey } from '../../locales/en.js';
import type { PipelineError } from '../../model/errors.js';

export interface Speaker {
  text(key: MessageKey): string;
  errorText(error: PipelineError): string;
}

/** What went wrong, under the button: why the popup did not open, or why the list is not filtered. */
export function renderFailures(
  { text, errorText }: Speaker,
  popup: PipelineError | undefined,
  list: PipelineError | undefined,
  onRetry: () => void,
): TemplateResult | undefined {
  if (popup) return html`<p class="message error" part="error" role="alert">${errorText(popup)}</p>`;
  if (!list) return undefined;
  return html`<p class="message" part="error">
    <span class="error">${text('filterFailed')}</span> ${errorText(list)}
    <button class="link-button" type="button" @click=${onRetry}>${text('retry')}</button>
  </p>`;
}
