import { html, nothing, type TemplateResult } from 'lit';
import type { LocalizeController } from '../../internal/localize.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';

/** A delete that waits for an answer: what becomes of the conversations. */
export interface DeleteQuestion {
  status: Status;
  /** How many conversations have the status. */
  count: number;
  /** The chosen answer; `undefined` while "Move to" has no target. */
  moveTo: Id | null;
  isMove: boolean;
  problem?: string;
}

export interface DialogHandlers {
  onChange(question: DeleteQuestion): void;
  onConfirm(): void;
  onCancel(): void;
}

/** Asks what becomes of the conversations of a status that is to be deleted. */
export function renderDeleteDialog(
  question: DeleteQuestion,
  statuses: readonly Status[],
  canUndo: boolean,
  text: LocalizeController['text'],
  { onChange, onConfirm, onCancel }: DialogHandlers,
): TemplateResult {
  const { status, count, isMove, moveTo, problem } = question;
  const others = statuses.filter(({ id }) => id !== status.id);
  const target = moveTo ?? others[0]?.id ?? null;
  const handleCancel = (event: Event): void => {
    event.preventDefault();
    onCancel();
  };
  return html`<dialog
    class="dialog"
    aria-labelledby="delete-title"
    aria-describedby="delete-text"
    @cancel=${handleCancel}
  >
    <form
      method="dialog"
      @submit=${(event: Event) => {
        event.preventDefault();
        onConfirm();
      }}
    >
      <h2 id="delete-title">${text('deleteTitle', { name: status.name })}</h2>
      <p id="delete-text">
        ${text('deleteQuestion', { n: count })}${canUndo ? nothing : html` <strong>${text('deleteFinal')}</strong>`}
      </p>
      <div class="choices" role="radiogroup" aria-labelledby="delete-text">
        <label
          ><input
            type="radio"
            name="destination"
            .checked=${!isMove}
            @change=${() => onChange({ ...question, isMove: false })}
          />${text('noStatus')}</label
        >
        ${
          others.length
            ? html`<label
                  ><input
                    type="radio"
                    name="destination"
                    .checked=${isMove}
                    @change=${() => onChange({ ...question, isMove: true, moveTo: target })}
                  />${text('moveTo')}</label
                ><select
                  class="field"
                  aria-label=${text('moveTo')}
                  @change=${(event: Event) =>
                    onChange({ ...question, isMove: true, moveTo: (event.target as HTMLSelectElement).value })}
                >
                  ${others.map(({ id, name }) => html`<option value=${id} .selected=${id === target}>${name}</option>`)}
                </select>`
            : nothing
        }
      </div>
      ${problem ? html`<p class="error" part="error" role="alert">${problem}</p>` : nothing}
      <div class="actions">
        <button class="button" type="button" autofocus @click=${onCancel}>${text('cancel')}</button>
        <button class="button danger" type="submit">${text('delete')}</button>
      </div>
    </form>
  </dialog>`;
}
