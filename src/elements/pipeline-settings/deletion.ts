/** Deletes statuses, asks in a dialog what becomes of their conversations, and undoes a delete. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import { warningIcon } from '../../ui/templates.js';
import { problemOf } from './status-form.js';
import type { SettingsContext } from './settings-context.js';

/** The state of the open dialog. */
interface DeleteQuestion {
  readonly status: Status;
  readonly count: number;
  /** Whether the conversations move to `target`; otherwise they get no status. */
  readonly isMove: boolean;
  /** The status selected in the list; `null` when there is no other. */
  readonly target: Id | null;
  readonly isSaving: boolean;
  /** Called in each render, so that it follows a change of language. */
  readonly problem?: (() => string) | undefined;
}

export class StatusDeletion {
  readonly #context: SettingsContext;
  readonly #countOf: (id: Id) => number | undefined;
  #question: DeleteQuestion | undefined;
  #isRestoring = false;

  constructor(context: SettingsContext, countOf: (id: Id) => number | undefined) {
    this.#context = context;
    this.#countOf = countOf;
  }

  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  /** Deletes a status at once if no conversation has it; otherwise opens the dialog. */
  async request(status: Status): Promise<void> {
    const count = this.#countOf(status.id) ?? 0;
    if (count > 0) return this.#ask(status, count);
    const error = await this.#delete(status, undefined);
    if (!error) return;
    if (error.code === 'in-use') return this.#ask(status, error.count ?? 1);
    const reason = (): string => this.#context.errorText(error);
    this.#showFailure('statusNotDeleted', status, reason, error, () => void this.request(status));
  }

  /** Called before each render: follows what others do to the statuses in the dialog. */
  update(): void {
    const context = this.#context;
    const question = this.#question;
    if (!question || question.isSaving) return;
    const current = context.statuses.find(({ id }) => id === question.status.id);
    if (!current || context.readonly) {
      this.#question = undefined;
      if (!context.readonly) context.showError(() => context.text('deletedMeanwhile'));
      return;
    }
    const others = context.statuses.filter(({ id }) => id !== current.id);
    const isTargetGone = question.target !== null && !others.some(({ id }) => id === question.target);
    this.#question = {
      ...question,
      status: current,
      count: this.#countOf(current.id) || question.count,
      ...(isTargetGone ? { target: others[0]?.id ?? null, isMove: question.isMove && others.length > 0 } : {}),
      ...(isTargetGone && question.isMove ? { problem: () => context.text('statusDeletedMeanwhile') } : {}),
    };
  }

  /** Called after each render: opens the dialog. */
  updated(): void {
    const dialog = this.#context.focus.find('dialog') as HTMLDialogElement | null;
    if (!dialog || dialog.matches(':modal')) return;
    // A dialog that was removed from the page and put back is open, but no longer modal.
    dialog.removeAttribute('open');
    dialog.showModal();
    dialog.querySelector<HTMLElement>('input:checked')?.focus();
  }

  reset(): void {
    this.#question = undefined;
  }

  #ask(status: Status, count: number): void {
    const target = this.#neighbor(status.id) ?? null;
    this.#question = { status, count, isMove: false, target, isSaving: false };
    this.#context.host.requestUpdate();
  }

  #change(change: Partial<DeleteQuestion>): void {
    if (this.#question) this.#question = { ...this.#question, problem: undefined, ...change };
    this.#context.host.requestUpdate();
  }

  readonly #handleCancel = (): void => {
    const id = this.#question?.status.id;
    if (id === undefined || this.#question?.isSaving) return;
    this.#question = undefined;
    this.#context.host.requestUpdate();
    this.#focusDelete(id);
  };

  readonly #handleConfirm = async (): Promise<void> => {
    const context = this.#context;
    const question = this.#question;
    if (!question || question.isSaving) return;
    const { status, isMove, target } = question;
    this.#change({ isSaving: true });
    const error = await this.#delete(status, isMove ? target : null);
    if (!error) return;
    const isTargetGone = error.code === 'status-deleted' && error.field === 'moveTo';
    const isGone = !isTargetGone && (error.code === 'status-deleted' || error.code === 'not-found');
    const problem = (): string =>
      `${context.text('statusNotDeleted', { name: status.name })} ${context.errorText(error)}`;
    this.#change({ isSaving: false, ...(isGone ? {} : { problem }) });
    await context.host.updateComplete;
    context.announce(problem(), { from: context.focus.find('dialog') });
  };

  /** Deletes a status, reports it and offers to undo it. Resolves to the error, if there was one. */
  async #delete(status: Status, moveTo: Id | null | undefined): Promise<PipelineError | undefined> {
    const context = this.#context;
    const { id, name } = status;
    const neighbor = this.#neighbor(id);
    const result = await context.write('delete', status, (writes) => writes.deleteStatus(status, moveTo), 'in-use');
    if (!result.ok && result.error) {
      if (!this.#question) this.#focusDelete(id);
      return result.error;
    }
    const wasAsked = this.#question !== undefined;
    this.#question = undefined;
    context.host.requestUpdate();
    if (!result.ok) {
      this.#focusDelete(id);
      return undefined;
    }
    if (wasAsked) {
      const next = (): HTMLElement | null =>
        neighbor === undefined ? null : context.focus.control(neighbor, 'delete');
      await context.focus.moveTo(() => next() ?? context.focus.add);
    }
    const { moved } = result.value;
    const text = (): string => {
      const target = (moveTo && context.store?.status(moveTo)?.name) || context.text('noStatus');
      return moved
        ? context.text('statusDeletedMoved', { name, n: moved, target })
        : context.text('statusDeleted', { name });
    };
    const canUndo = context.store?.can('restoreStatus');
    context.show({ text, ...(canUndo ? { action: { label: 'undo', run: () => void this.#restore(status) } } : {}) });
    context.announce(text());
    return undefined;
  }

  async #restore(status: Status): Promise<void> {
    const context = this.#context;
    const { id, name } = status;
    if (this.#isRestoring) return;
    this.#isRestoring = true;
    const result = await context.write('restore', status, (writes) => writes.restoreStatus(id));
    this.#isRestoring = false;
    if (result.ok) {
      await context.focus.moveTo(() => context.focus.control(id, 'edit'));
      context.announce(context.text('statusRestored', { name, n: context.position(id) }));
      return;
    }
    const { error } = result;
    if (!error) return;
    const problem = problemOf(error, status);
    const reason = (): string =>
      problem.error ? context.errorText(problem.error) : context.text(problem.key, problem.values);
    this.#showFailure('statusNotRestored', status, reason, error, () => void this.#restore(status));
  }

  #showFailure(
    key: 'statusNotDeleted' | 'statusNotRestored',
    { name }: Status,
    reason: () => string,
    error: PipelineError,
    retry: () => void,
  ): void {
    const { text } = this.#context;
    this.#context.showError(() => `${text(key, { name })} ${reason()}`, error.retryable ? retry : undefined);
  }

  #focusDelete(id: Id): void {
    const { focus } = this.#context;
    void focus.moveTo(() => focus.control(id, 'delete'));
  }

  /** The next status, or else the previous one. */
  #neighbor(id: Id): Id | undefined {
    const { statuses } = this.#context;
    const index = statuses.findIndex((status) => status.id === id);
    return (statuses[index + 1] ?? statuses[index - 1])?.id;
  }

  render(): TemplateResult | typeof nothing {
    if (!this.#question) return nothing;
    const { text, statuses, store } = this.#context;
    const { status, count, isMove, isSaving, problem } = this.#question;
    const handleCancel = (event: Event): void => {
      event.preventDefault();
      this.#handleCancel();
    };
    const handleKeyDown = (event: KeyboardEvent): void => {
      // Elements around the dialog that close on Escape receive its key events too.
      if (event.key === 'Escape') event.stopPropagation();
    };
    const others = statuses.filter(({ id }) => id !== status.id);
    return html`<dialog
      class="dialog"
      aria-labelledby="delete-title"
      aria-describedby="delete-text"
      aria-busy=${isSaving ? 'true' : 'false'}
      @cancel=${handleCancel}
      @close=${this.#handleCancel}
      @keydown=${handleKeyDown}
    >
      <h2 id="delete-title">${text('deleteTitle', { name: status.name })}</h2>
      <p id="delete-text">
        ${text('deleteQuestion', { n: count })}
        ${store?.can('restoreStatus') ? nothing : html`<strong>${text('deleteFinal')}</strong>`}
      </p>
      <div class="choices" role="radiogroup" aria-labelledby="delete-text">
        <label class="choice">
          <input
            type="radio"
            name="destination"
            .checked=${!isMove}
            @change=${() => this.#change({ isMove: false })}
          /><span>${text('noStatus')}</span>
        </label>
        ${others.length ? this.#renderMoveTo(others) : nothing}
      </div>
      ${problem ? html`<p class="problem error" part="error">${warningIcon}${problem()}</p>` : nothing}
      <div class="actions">
        <button class="button" type="button" @click=${this.#handleCancel}>${text('cancel')}</button>
        <button
          class="button danger"
          type="button"
          aria-disabled=${isSaving ? 'true' : nothing}
          @click=${this.#handleConfirm}
        >
          ${text('delete')}
        </button>
      </div>
    </dialog>`;
  }

  #renderMoveTo(others: readonly Status[]): TemplateResult {
    const { text } = this.#context;
    const { isMove, target } = this.#question!;
    const handleSelect = (event: Event): void =>
      this.#change({ isMove: true, target: (event.target as HTMLSelectElement).value });
    return html`<div class="choice">
      <label>
        <input
          type="radio"
          name="destination"
          .checked=${isMove}
          @change=${() => this.#change({ isMove: true })}
        /><span>${text('moveTo')}</span>
      </label>
      <select class="field" aria-label=${text('moveTo')} @change=${handleSelect}>
        ${others.map(({ id, name }) => html`<option value=${id} .selected=${id === target}>${name}</option>`)}
      </select>
    </div>`;
  }
}
