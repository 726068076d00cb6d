import { html, nothing, type TemplateResult } from 'lit';
import { warningIcon } from '../../ui/templates.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { SettingsContext } from './context.js';

/** A delete that waits for an answer: what becomes of the conversations. */
export interface Question {
  readonly status: Status;
  readonly count: number;
  /** They get `target`, rather than no status. */
  readonly isMove: boolean;
  /** The status that is chosen in the list; `null` when there is no other. */
  readonly target: Id | null;
  readonly isSaving: boolean;
  /** Asked for at every render, so that it speaks the language of now. */
  readonly problem?: (() => string) | undefined;
}

export interface DialogHandlers {
  onChange(patch: Partial<Question>): void;
  onConfirm(): void;
  onCancel(): void;
}

/** Asks what becomes of the conversations of a status that is to be deleted. */
export function renderDeleteDialog(
  { text, statuses, store }: SettingsContext,
  { status, count, isMove, target, isSaving, problem }: Question,
  { onChange, onConfirm, onCancel }: DialogHandlers,
): TemplateResult {
  const others = statuses.filter(({ id }) => id !== status.id);
  const handleCancel = (event: Event): void => {
    event.preventDefault();
    onCancel();
  };
  const handleKeyDown = (event: KeyboardEvent): void => {
    // Elements around it that close at Escape hear of keys from the top layer too.
    if (event.key === 'Escape') event.stopPropagation();
  };
  return html`<dialog
    class="dialog"
    aria-labelledby="delete-title"
    aria-describedby="delete-text"
    aria-busy=${isSaving ? 'true' : 'false'}
    @cancel=${handleCancel}
    @close=${onCancel}
    @keydown=${handleKeyDown}
  >
    <h2 id="delete-title">${text('deleteTitle', { name: status.name })}</h2>
    <p id="delete-text">
      ${text('deleteQuestion', { n: count })}
      ${store?.can('restoreStatus') ? nothing : html`<strong>${text('deleteFinal')}</strong>`}
    </p>
    <div class="choices" role="radiogroup" aria-labelledby="delete-text">
      <label class="choice">
        <input type="radio" name="destination" .checked=${!isMove} @change=${() => onChange({ isMove: false })} /><span
          >${text('noStatus')}</span
        >
      </label>
      ${
        others.length
          ? html`<div class="choice">
              <label>
                <input
                  type="radio"
                  name="destination"
                  .checked=${isMove}
                  @change=${() => onChange({ isMove: true })}
                /><span>${text('moveTo')}</span>
              </label>
              <select
                class="field"
                aria-label=${text('moveTo')}
                @change=${(event: Event) => onChange({ isMove: true, target: (event.target as HTMLSelectElement).value })}
              >
                ${others.map(({ id, name }) => html`<option value=${id} .selected=${id === target}>${name}</option>`)}
              </select>
            </div>`
          : nothing
      }
    </div>
    ${problem ? html`<p class="problem error" part="error">${warningIcon}${problem()}</p>` : nothing}
    <div class="actions">
      <button class="button" type="button" @click=${onCancel}>${text('cancel')}</button>
      <button class="button danger" type="button" aria-disabled=${isSaving ? 'true' : nothing} @click=${onConfirm}>
        ${text('delete')}
      </button>
    </div>
  </dialog>`;
}
