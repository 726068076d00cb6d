import { html, nothing, type TemplateResult } from 'lit';
import { closeIcon, warningIcon } from '../../ui/templates.js';
import type { LocalizeController } from '../../ui/localize.js';
import type { MessageKey } from '../../locales/en.js';

/** Something that was done or that failed, told in place until it is dismissed or the next change comes. */
export interface Message {
  /** Asked for at every render, so that it speaks the language of now. */
  text(): string;
  isError?: boolean;
  /** Says what was lost when someone else signed in, so it stays when the data of the one before goes. */
  isLoss?: boolean;
  action?: { label: MessageKey & ('undo' | 'retry'); run(): void };
}

export function renderMessage(
  { text, isError = false, action }: Message,
  localized: LocalizeController['text'],
  onDismiss: () => void,
): TemplateResult {
  return html`<div class="message" part="message" role="group" aria-labelledby="message" ?data-error=${isError}>
    ${isError ? warningIcon : nothing}
    <span class="message-text" id="message" part=${isError ? 'error' : nothing}>${text()}</span>
    ${
      action
        ? html`<button
            class="link-button"
            part=${action.label === 'undo' ? 'undo' : nothing}
            type="button"
            @click=${() => action.run()}
          >
            ${localized(action.label)}
          </button>`
        : nothing
    }
    <button class="icon-button dismiss" type="button" aria-label=${localized('dismiss')} @click=${onDismiss}>
      ${closeIcon}
    </button>
  </div>`;
}
