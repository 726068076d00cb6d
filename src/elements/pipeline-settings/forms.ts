/** The open forms: one to add a status, and one for each status that is edited. What the user typed is never discarded. */
import { nextColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import { newId, type Id } from '../../model/id.js';
import { parseStatus, type Status, type StatusContent, type StatusPatch } from '../../model/status.js';
import { patched } from '../../model/status-edits.js';
import { type DraftProblem, problemOf, StatusDraft, type StatusFormHandlers } from './status-form.js';
import type { SettingsContext, WriteResult } from './settings-context.js';

const EXAMPLES = ['exampleLeads', 'examplePurchase', 'exampleRepurchase'] as const;

export class StatusForms {
  readonly #context: SettingsContext;
  readonly #edits = new Map<Id, StatusDraft>();
  #add: StatusDraft | undefined;
  /** The user canceled the form that was offered. It is offered again after there have been statuses. */
  #isDeclined = false;

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  get add(): StatusDraft | undefined {
    return this.#add;
  }

  edit(id: Id): StatusDraft | undefined {
    return this.#edits.get(id);
  }

  openAdd(): void {
    this.closeUntouched();
    this.#add ??= new StatusDraft(this.#emptyContent);
    void this.#focusName(this.#add);
  }

  openEdit(status: Status): void {
    this.closeUntouched();
    const draft = this.#edits.get(status.id) ?? new StatusDraft(status);
    this.#edits.set(status.id, draft);
    void this.#focusName(draft);
  }

  /** Closes the forms in which nothing was typed. */
  closeUntouched(): void {
    if (!this.#add?.isTouched) this.#add = undefined;
    for (const [id, draft] of this.#edits) if (!draft.isTouched) this.#edits.delete(id);
  }

  /** Called before each render: follows what others do to the statuses. */
  update(): void {
    const { statuses, readonly, focus } = this.#context;
    if (readonly) this.#reset();
    for (const [id, draft] of this.#edits) {
      if (draft.isSaving) continue;
      const current = statuses.find((status) => status.id === id);
      if (current) draft.rebase(current);
      else this.#closeDeleted(draft);
    }
    if (statuses.length) this.#isDeclined = false;
    if (this.#add && !this.#add.isSaving) this.#add.suggestColor(this.#freeColor);
    if (!statuses.length && !readonly && !this.#isDeclined) this.#add ??= new StatusDraft(this.#emptyContent, true);
    const isUnused = this.#add?.isOffered && !this.#add.isTouched && !this.#add.isSaving;
    if (statuses.length && isUnused && !focus.isIn('.foot')) this.#add = undefined;
  }

  handlers(draft: StatusDraft): StatusFormHandlers {
    return {
      onSubmit: () => void (draft.base ? this.#saveEdit(draft, draft.base) : this.#saveNew(draft)),
      onCancel: () => {
        if (draft.isOffered) this.#isDeclined = true;
        void this.#close(draft);
      },
      onInput: (change) => {
        draft.content = { ...draft.content, ...change };
        // After a failed save, each change may fix the name.
        if (draft.problem)
          draft.problem = draft.problem.field === 'name' ? draft.check(this.#context.statuses) : undefined;
        this.#context.host.requestUpdate();
      },
    };
  }

  /** Adds three statuses to an empty pipeline. */
  async addExamples(): Promise<void> {
    const context = this.#context;
    if (context.isSaving) return;
    for (const key of EXAMPLES) {
      const content = { name: context.text(key), color: this.#freeColor };
      const result = await this.#create(newId(), content);
      if (result.ok) continue;
      if (result.error) this.#showNotAdded(content, result.error);
      return;
    }
    const { statuses, focus } = context;
    const name = statuses.at(-1)?.name ?? '';
    await focus.moveTo(() => focus.add);
    context.announce(context.text('statusAdded', { name, n: statuses.length }));
  }

  async #saveNew(draft: StatusDraft): Promise<void> {
    // Enter was pressed twice.
    if (draft.isSaving && !draft.isTouched) return;
    if (this.#hasProblem(draft)) return;
    const context = this.#context;
    const { checked, content: typed } = draft;
    const id = newId();
    draft.isSaving = true;
    // Another one can be typed while this one is saved.
    const saving = this.#create(id, checked, () => draft.restart(this.#emptyContent));
    if (context.focus.isIn('.foot')) void this.#focusName(draft);
    const result = await saving;
    draft.isSaving = false;
    context.host.requestUpdate();
    if (result.ok) {
      context.announce(context.text('statusAdded', { name: checked.name, n: context.position(id) }));
    } else if (this.#add !== draft || draft.isTouched) {
      // The form is closed, or the next name is being typed into it.
      if (result.error) this.#showNotAdded(typed, result.error);
    } else {
      draft.content = typed;
      this.#showFailure(draft, result.error);
    }
  }

  /** `onShown` is called once the list shows the new status, before it is saved. */
  #create(id: Id, content: StatusContent, onShown?: () => void): Promise<WriteResult<Status>> {
    const status: Status = { id, ...content, rank: '', version: 0 };
    return this.#context.write('create', status, (writes) => {
      const creating = writes.createStatus({ id, ...content });
      onShown?.();
      return creating;
    });
  }

  #showNotAdded({ name }: StatusContent, error: PipelineError): void {
    const { text, errorText } = this.#context;
    this.#context.showError(() => `${text('statusNotAdded', { name })} ${errorText(error)}`);
  }

  async #saveEdit(draft: StatusDraft, base: Status): Promise<void> {
    if (draft.isSaving || this.#hasProblem(draft)) return;
    const context = this.#context;
    const { patch } = draft;
    if (!Object.keys(patch).length) return this.#close(draft);
    draft.isSaving = true;
    const status = patched(base, patch);
    const result = await this.#update(base, status, patch);
    draft.isSaving = false;
    const isOpen = this.#edits.get(base.id) === draft;
    if (result.ok) {
      if (isOpen) await this.#close(draft);
      context.announce(context.text('statusSaved', { name: status.name }));
      return;
    }
    const { error } = result;
    if (!isOpen) return error && this.#showNotSaved(base, status, patch, error);
    if (error?.code === 'status-deleted' || error?.code === 'not-found') return this.#closeDeleted(draft);
    if (error?.code !== 'conflict') return this.#showFailure(draft, error);
    const current = readStatus(error.current) ?? context.statuses.find(({ id }) => id === base.id);
    if (!current || current.deleted) return this.#closeDeleted(draft);
    // Others changed only what the user did not.
    if (current.version !== base.version && draft.rebase(current)) return this.#saveEdit(draft, current);
    draft.overwrite(current);
    this.#showProblem(draft, { field: 'name', key: 'changedMeanwhile', values: { name: current.name } });
  }

  #update(base: Status, status: Status, patch: StatusPatch): Promise<WriteResult<Status>> {
    return this.#context.write('update', status, (writes) => writes.updateStatus(base, patch));
  }

  /** The form was closed while its change was being saved. */
  #showNotSaved(base: Status, status: Status, patch: StatusPatch, error: PipelineError): void {
    const context = this.#context;
    const retry = async (): Promise<void> => {
      const result = await this.#update(base, status, patch);
      if (result.ok) context.announce(context.text('statusSaved', { name: status.name }));
      else if (result.error) this.#showNotSaved(base, status, patch, result.error);
    };
    context.showError(
      () => `${context.text('statusNotSaved', { name: base.name })} ${context.errorText(error)}`,
      error.retryable ? () => void retry() : undefined,
    );
  }

  get #freeColor(): StatusContent['color'] {
    const { palette, statuses } = this.#context;
    const used = statuses.map((status) => status.color);
    return nextColor(palette, used) as StatusContent['color'];
  }

  get #emptyContent(): StatusContent {
    return { name: '', color: this.#freeColor };
  }

  #hasProblem(draft: StatusDraft): boolean {
    const problem = draft.check(this.#context.statuses);
    if (problem) this.#showProblem(draft, problem);
    return problem !== undefined;
  }

  /** Without an error the page canceled the write. */
  #showFailure(draft: StatusDraft, error: PipelineError | undefined): void {
    if (error) this.#showProblem(draft, problemOf(error, draft.content));
  }

  #showProblem(draft: StatusDraft, problem: DraftProblem): void {
    const context = this.#context;
    draft.problem = problem;
    context.host.requestUpdate();
    if (problem.field === 'name') void this.#focusName(draft);
    context.announce(problem.error ? context.errorText(problem.error) : context.text(problem.key, problem.values));
  }

  /** Focus returns to the button that opened the form. */
  async #close(draft: StatusDraft): Promise<void> {
    const { focus, host } = this.#context;
    const id = draft.base?.id;
    const hadFocus = focus.isIn('form');
    if (id === undefined) this.#add = undefined;
    else this.#edits.delete(id);
    host.requestUpdate();
    if (hadFocus) await focus.moveTo(() => (id === undefined ? focus.add : focus.control(id, 'edit')));
  }

  #closeDeleted(draft: StatusDraft): void {
    void this.#close(draft);
    this.#context.showError(() => this.#context.text('deletedMeanwhile'));
  }

  #reset(): void {
    this.#add = undefined;
    this.#edits.clear();
    this.#isDeclined = false;
  }

  async #focusName({ number }: StatusDraft): Promise<void> {
    const { host, focus } = this.#context;
    host.requestUpdate();
    await focus.moveTo(() => focus.find(`#name-${number}`));
  }
}

function readStatus(value: unknown): Status | undefined {
  try {
    return parseStatus(value);
  } catch {
    return undefined;
  }
}
