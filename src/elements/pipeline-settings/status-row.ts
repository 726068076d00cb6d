import { html, nothing, type TemplateResult } from 'lit';
import { chip } from '../../ui/templates.js';
import { dotsIcon, pencilIcon, trashIcon } from '../../ui/templates.js';
import type { Status } from '../../model/status.js';
import type { SettingsContext } from './context.js';
import { renderForm, type FormHandlers } from './status-form.js';
import type { Draft } from './draft.js';

export interface RowState {
  /** How many conversations have the status; missing where nobody can count. */
  count: number | undefined;
  formatCount(count: number): string;
  isGrabbed: boolean;
  isMenuOpen: boolean;
  /** The edit that goes on in place of the row. */
  edit?: { draft: Draft; handlers: FormHandlers };
}

/** One status of the list. Its buttons are listened to by the list. */
export function renderRow(context: SettingsContext, status: Status, state: RowState): TemplateResult {
  const { id, name } = status;
  if (state.edit) {
    const { draft, handlers } = state.edit;
    return html`<li class="row editing" part="row" data-id=${id}>${renderForm(context, draft, handlers)}</li>`;
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

/** The whole sentence where there is room, the bare number where there is not; always the sentence when spoken. */
function renderCount({ text }: SettingsContext, { count, formatCount }: RowState): TemplateResult | typeof nothing {
  if (count === undefined) return nothing;
  return html`<span class="count" part="count" ?data-zero=${count === 0}
    ><span class="number" aria-hidden="true">${formatCount(count)}</span
    ><span class="sentence">${text('usage', { n: count })}</span></span
  >`;
}
