import { nothing, type TemplateResult } from 'lit';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { SettingsContext } from './context.js';
import { renderDeleteDialog, type Question } from './delete-dialog.js';
import { problemOf } from './draft.js';

/** Deletes statuses, asks where their conversations go, and takes a delete back. */
export class Deletion {
  readonly #context: SettingsContext;
  readonly #countOf: (id: Id) => number | undefined;
  #question: Question | undefined;
  #isRestoring = false;

  constructor(context: SettingsContext, countOf: (id: Id) => number | undefined) {
    this.#context = context;
    this.#countOf = countOf;
  }

  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  /** At once when nothing has the status, else the dialog asks first. */
  async request(status: Status): Promise<void> {
    const count = this.#countOf(status.id) ?? 0;
    if (count > 0) return this.#ask(status, count);
    const heir = this.#neighbour(status.id);
    const error = await this.#delete(status, undefined, heir);
    if (!error) return;
    if (error.code === 'in-use') return this.#ask(status, error.count ?? 1);
    const reason = (): string => this.#context.errorText(error);
    this.#fail('statusNotDeleted', status, reason, error, () => void this.request(status));
  }

  /** Called before each render: what is asked about may have been deleted by someone else. */
  follow(): void {
    const context = this.#context;
    const question = this.#question;
    if (!question || question.isSaving) return;
    const current = context.statuses.find(({ id }) => id === question.status.id);
    if (current && !context.readonly) {
      const others = context.statuses.filter(({ id }) => id !== current.id);
      const isTargetGone = question.target !== null && !others.some(({ id }) => id === question.target);
      this.#question = {
        ...question,
        status: current,
        count: this.#countOf(current.id) || question.count,
        ...(isTargetGone ? { target: others[0]?.id ?? null, isMove: question.isMove && others.length > 0 } : {}),
        ...(isTargetGone && question.isMove ? { problem: () => context.text('statusDeletedMeanwhile') } : {}),
      };
      return;
    }
    this.#question = undefined;
    if (context.readonly) return;
    context.show({ text: () => context.text('deletedMeanwhile'), isError: true });
    context.announce(context.text('deletedMeanwhile'));
  }

  /** Called when the host has rendered. */
  settle(): void {
    const dialog = this.#context.focus.find('dialog') as HTMLDialogElement | null;
    if (!dialog || dialog.matches(':modal')) return;
    // Taken out of the page and put back, it is open but not modal.
    dialog.removeAttribute('open');
    dialog.showModal();
    dialog.querySelector<HTMLElement>('input:checked')?.focus();
  }

  reset(): void {
    this.#question = undefined;
  }

  render(): TemplateResult | typeof nothing {
    if (!this.#question) return nothing;
    return renderDeleteDialog(this.#context, this.#question, {
      onChange: (patch) => this.#update(patch),
      onConfirm: () => void this.#confirm(),
      onCancel: () => this.#cancel(),
    });
  }

  #ask(status: Status, count: number): void {
    const target = this.#neighbour(status.id) ?? null;
    this.#question = { status, count, isMove: false, target, isSaving: false };
    this.#context.host.requestUpdate();
  }

  #update(patch: Partial<Question>): void {
    if (this.#question) this.#question = { ...this.#question, problem: undefined, ...patch };
    this.#context.host.requestUpdate();
  }

  #cancel(): void {
    const { focus, host } = this.#context;
    const id = this.#question?.status.id;
    if (id === undefined || this.#question?.isSaving) return;
    this.#question = undefined;
    host.requestUpdate();
    void focus.moveTo(() => focus.control(id, 'delete'));
  }

  async #confirm(): Promise<void> {
    const context = this.#context;
    const question = this.#question;
    if (!question || question.isSaving) return;
    const { status, isMove, target } = question;
    const heir = this.#neighbour(status.id);
    this.#update({ isSaving: true });
    const error = await this.#delete(status, isMove ? target : null, heir);
    if (!error) return;
    const isTargetGone = error.code === 'status-deleted' && error.field === 'moveTo';
    const isGone = !isTargetGone && (error.code === 'status-deleted' || error.code === 'not-found');
    const problem = (): string =>
      `${context.text('statusNotDeleted', { name: status.name })} ${context.errorText(error)}`;
    this.#update({ isSaving: false, ...(isGone ? {} : { problem }) });
    await context.host.updateComplete;
    context.announce(problem(), { from: context.focus.find('dialog') });
  }

  /** Writes, then says what was done and offers to take it back. Resolves to the refusal, if there was one. */
  async #delete(
    status: Status,
    moveTo: Id | null | undefined,
    heir: Id | undefined,
  ): Promise<PipelineError | undefined> {
    const context = this.#context;
    const { id, name } = status;
    const outcome = await context.writer.write(
      'delete',
      status,
      (writes) => writes.deleteStatus(status, moveTo),
      'in-use',
    );
    if (!outcome.ok && outcome.error) {
      if (!this.#question) void context.focus.moveTo(() => context.focus.control(id, 'delete'));
      return outcome.error;
    }
    const wasAsked = this.#question !== undefined;
    this.#question = undefined;
    context.host.requestUpdate();
    if (!outcome.ok) {
      void context.focus.moveTo(() => context.focus.control(id, 'delete'));
      return undefined;
    }
    if (wasAsked) {
      const next = (): HTMLElement | null => (heir === undefined ? null : context.focus.control(heir, 'delete'));
      await context.focus.moveTo(() => next() ?? context.focus.add);
    }
    const { moved } = outcome.value;
    const text = (): string => {
      const target = (moveTo && context.store?.status(moveTo)?.name) || context.text('noStatus');
      return moved
        ? context.text('statusDeletedMoved', { name, n: moved, target })
        : context.text('statusDeleted', { name });
    };
    const canUndo = context.store?.can('restoreStatus');
    context.show({
      text,
      ...(canUndo ? { action: { label: 'undo', run: () => void this.#restore(status) } } : {}),
    });
    context.announce(text());
    return undefined;
  }

  async #restore(status: Status): Promise<void> {
    const context = this.#context;
    const { id, name } = status;
    if (this.#isRestoring) return;
    this.#isRestoring = true;
    const outcome = await context.writer.write('restore', status, (writes) => writes.restoreStatus(id));
    this.#isRestoring = false;
    if (outcome.ok) {
      await context.focus.moveTo(() => context.focus.control(id, 'edit'));
      const n = context.statuses.findIndex((each) => each.id === id) + 1;
      context.announce(context.text('statusRestored', { name, n }));
      return;
    }
    const { error } = outcome;
    if (!error) return;
    const problem = problemOf(error, status);
    const reason = (): string =>
      problem.error ? context.errorText(problem.error) : context.text(problem.key, problem.values);
    this.#fail('statusNotRestored', status, reason, error, () => void this.#restore(status));
  }

  #fail(
    key: 'statusNotDeleted' | 'statusNotRestored',
    { name }: Status,
    reason: () => string,
    error: PipelineError,
    retry: () => void,
  ): void {
    const context = this.#context;
    const text = (): string => `${context.text(key, { name })} ${reason()}`;
    context.show({ text, isError: true, ...(error.retryable ? { action: { label: 'retry', run: retry } } : {}) });
    context.announce(text());
  }

  /** The next status, else the one before. */
  #neighbour(id: Id): Id | undefined {
    const { statuses } = this.#context;
    const index = statuses.findIndex((status) => status.id === id);
    return (statuses[index + 1] ?? statuses[index - 1])?.id;
  }
}
