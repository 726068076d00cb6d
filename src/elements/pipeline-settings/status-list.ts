/** Renders what the settings show besides forms: rows, the empty state, messages and load errors. */
import { html, nothing, type TemplateResult } from 'lit';
import { DEFAULT_COLOR } from '../../model/status.js';
import type { Status } from '../../model/status.js';
import { chip } from '../../ui/templates.js';
import { closeIcon, dotsIcon, pencilIcon, trashIcon, warningIcon } from '../../ui/templates.js';
import { statusColor } from '../../ui/templates.js';
import { renderStatusForm, type StatusDraft, type StatusFormHandlers } from './status-form.js';
import type { Notice, SettingsContext } from './settings-context.js';

export interface StatusRowState {
  /** How many conversations have the status; `undefined` if that is not known. */
  count: number | undefined;
  formatCount(count: number): string;
  isGrabbed: boolean;
  isMenuOpen: boolean;
  /** The form that replaces the row while it is edited. */
  edit?: { draft: StatusDraft; handlers: StatusFormHandlers };
}

/** One status of the list. The list handles the events of its buttons. */
export function renderRow(context: SettingsContext, status: Status, state: StatusRowState): TemplateResult {
  const { id, name } = status;
  if (state.edit) {
    const { draft, handlers } = state.edit;
    return html`<li class="row editing" part="row" data-id=${id}>${renderStatusForm(context, draft, handlers)}</li>`;
  }
  const { text } = context;
  const label = html`<span class="name" title=${name}>${chip(status, name)}</span>${renderCount(context, state)}`;
  if (context.readonly) return html`<li class="row" part="row" data-id=${id}>${label}</li>`;
  return html`<li class="row" part="row" data-id=${id} ?data-grabbed=${state.isGrabbed}>
    <button
      class="icon-button handle"
      part="handle"
      type="button"
      aria-label=${text('reorderName', { name })}
      aria-describedby="reorder-hint"
      aria-haspopup="menu"
      aria-expanded=${state.isMenuOpen ? 'true' : 'false'}
      aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
    >
      ${dotsIcon}</button
    >${label}<button class="icon-button edit" part="edit" type="button" aria-label=${text('editName', { name })}>
      ${pencilIcon}</button
    ><button class="icon-button delete" part="delete" type="button" aria-label=${text('deleteName', { name })}>
      ${trashIcon}
    </button>
  </li>`;
}

/** A whole sentence, or only the number where there is no room for it. Screen readers always get the sentence. */
function renderCount(
  { text }: SettingsContext,
  { count, formatCount }: StatusRowState,
): TemplateResult | typeof nothing {
  if (count === undefined) return nothing;
  return html`<span class="count" part="count" ?data-zero=${count === 0}
    ><span class="number" aria-hidden="true">${formatCount(count)}</span
    ><span class="sentence">${text('usage', { n: count })}</span></span
  >`;
}

export function renderEmpty({ text, palette, readonly }: SettingsContext, onUseExamples: () => void): TemplateResult {
  if (readonly) return html`<p class="empty" part="empty">${text('noStatusesYet')}</p>`;
  return html`<div class="empty" part="empty">
    <div class="sketch" aria-hidden="true">
      ${[0, 1, 2].map(
        (i) => html`<span ${statusColor({ name: '', color: palette[i]?.color ?? DEFAULT_COLOR })}></span>`,
      )}
    </div>
    <h2>${text('emptyTitle')}</h2>
    <p>${text('emptyText')}</p>
    <button class="button" type="button" @click=${onUseExamples}>${text('useExamples')}</button>
  </div>`;
}

export function renderNotice(
  { text }: SettingsContext,
  { text: message, isError = false, action }: Notice,
  onDismiss: () => void,
): TemplateResult {
  return html`<div class="message" part="message" role="group" aria-labelledby="message" ?data-error=${isError}>
    ${isError ? warningIcon : nothing}
    <span class="message-text" id="message" part=${isError ? 'error' : nothing}>${message()}</span>
    ${
      action
        ? html`<button
            class="link-button"
            part=${action.label === 'undo' ? 'undo' : nothing}
            type="button"
            @click=${() => action.run()}
          >
            ${text(action.label)}
          </button>`
        : nothing
    }
    <button class="icon-button dismiss" type="button" aria-label=${text('dismiss')} @click=${onDismiss}>
      ${closeIcon}
    </button>
  </div>`;
}

export function renderPaused({ text }: SettingsContext): TemplateResult {
  return html`<p class="paused" part="message" role="status">${text('livePaused')}</p>`;
}

export function renderLoadError(
  { text }: SettingsContext,
  message: string,
  { isRetrying, onRetry }: { isRetrying: boolean; onRetry(): void },
): TemplateResult {
  return html`<div class="banner" data-error>
    ${warningIcon}
    <span part="error">${message}</span>
    <button class="button" type="button" aria-disabled=${isRetrying ? 'true' : nothing} @click=${onRetry}>
      ${text('retry')}
    </button>
  </div>`;
}
