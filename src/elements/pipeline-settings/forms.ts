import { nextColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import { newId, type Id } from '../../model/id.js';
import { type Status, parseStatus } from '../../model/status.js';
import type { SettingsContext } from './context.js';
import { Draft, problemOf, type Problem } from './draft.js';
import type { FormHandlers } from './status-form.js';

/** The forms that are open: one to add, and one for each status that is edited. What was typed is never thrown away. */
export class Forms {
  readonly #context: SettingsContext;
  readonly #edits = new Map<Id, Draft>();
  #add: Draft | undefined;
  /** "Cancel" in the form that was offered: not offered again until there is something in the list. */
  #isDeclined = false;

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  get add(): Draft | undefined {
    return this.#add;
  }

  edit(id: Id): Draft | undefined {
    return this.#edits.get(id);
  }

  openAdd(): void {
    this.putAway();
    this.#add ??= new Draft(this.#fresh());
    void this.#focusField(this.#add);
  }

  openEdit(status: Status): void {
    this.putAway();
    const draft = this.#edits.get(status.id) ?? new Draft(status);
    this.#edits.set(status.id, draft);
    void this.#focusField(draft);
  }

  /** Closes the forms that nothing was typed into: the user went on to something else. */
  putAway(): void {
    if (!this.#add?.isTouched) this.#add = undefined;
    for (const [id, draft] of this.#edits) if (!draft.isTouched) this.#edits.delete(id);
  }

  reset(): void {
    this.#add = undefined;
    this.#edits.clear();
    this.#isDeclined = false;
  }

  /** Called before each render: keeps up with what others do to the statuses. */
  follow(): void {
    const { statuses, readonly } = this.#context;
    if (readonly) this.reset();
    for (const [id, draft] of this.#edits) {
      if (draft.isSaving) continue;
      const current = statuses.find((status) => status.id === id);
      if (current) draft.rebase(current);
      else this.#closeDeleted(draft);
    }
    if (statuses.length) this.#isDeclined = false;
    if (this.#add && !this.#add.isSaving) this.#add.offerColor(this.#freeColor);
    if (!statuses.length && !readonly && !this.#isDeclined) this.#add ??= new Draft(this.#fresh(), true);
    const isIdle = this.#add?.isOffered && !this.#add.isTouched && !this.#add.isSaving;
    if (statuses.length && isIdle && !this.#context.focus.isIn('.foot')) this.#add = undefined;
  }

  handlers(draft: Draft): FormHandlers {
    return {
      onSubmit: () => void (draft.base ? this.#saveEdit(draft, draft.base) : this.#saveNew(draft)),
      onCancel: () => this.#cancel(draft),
      onInput: (patch) => {
        Object.assign(draft, patch);
        // Once something was wrong, every letter may put it right.
        if (draft.problem)
          draft.problem = draft.problem.field === 'name' ? draft.check(this.#context.statuses) : undefined;
        this.#context.host.requestUpdate();
      },
    };
  }

  async #saveNew(draft: Draft): Promise<void> {
    // The second press of a quick Enter, Enter.
    if (draft.isSaving && !draft.isTouched) return;
    if (this.#refuses(draft)) return;
    const context = this.#context;
    const { name = '', color = draft.color } = draft.patch;
    const typed = { name: draft.name, color: draft.color };
    const id = newId();
    const status: Status = { id, name, color: color as Status['color'], rank: '', version: 0 };
    draft.isSaving = true;
    const writing = context.writer.write('create', status, (writes) => {
      const creating = writes.createStatus({ id, name, color });
      // Shown in the list from here on: the form is ready for the next one while this one is on its way.
      draft.restart(this.#fresh());
      return creating;
    });
    const hadFocus = context.focus.isIn('.foot');
    if (hadFocus) void this.#focusField(draft);
    const outcome = await writing;
    draft.isSaving = false;
    context.host.requestUpdate();
    if (!outcome.ok) return this.#failNew(draft, typed, outcome.error);
    const n = context.statuses.findIndex((each) => each.id === id) + 1;
    context.announce(context.text('statusAdded', { name, n }));
  }

  /** What was typed comes back, unless the next name is being typed there: then it is told beside the list. */
  #failNew(draft: Draft, typed: { name: string; color: string }, error: PipelineError | undefined): void {
    const context = this.#context;
    if (this.#add !== draft || draft.isTouched) {
      if (!error) return;
      const text = (): string => `${context.text('statusNotAdded', { name: typed.name })} ${context.errorText(error)}`;
      context.show({ text, isError: true });
      context.announce(text());
      return;
    }
    Object.assign(draft, typed);
    this.#fail(draft, error);
  }

  async #saveEdit(draft: Draft, base: Status): Promise<void> {
    if (draft.isSaving || this.#refuses(draft)) return;
    const { patch } = draft;
    const context = this.#context;
    const { name = base.name, color = base.color } = patch;
    if (!Object.keys(patch).length) return this.#cancel(draft);
    draft.isSaving = true;
    const next: Status = { ...base, name, color: color as Status['color'] };
    const outcome = await context.writer.write('update', next, (writes) => writes.updateStatus(base, patch));
    draft.isSaving = false;
    if (outcome.ok) {
      await this.#close(draft);
      context.announce(context.text('statusSaved', { name }));
      return;
    }
    const { error } = outcome;
    if (error?.code === 'status-deleted' || error?.code === 'not-found') return this.#closeDeleted(draft);
    if (error?.code !== 'conflict') return this.#fail(draft, error);
    const current = readStatus(error.current) ?? context.statuses.find(({ id }) => id === base.id);
    if (!current || current.deleted) return this.#closeDeleted(draft);
    // They changed what was not touched here: there is nothing to ask.
    if (current.version !== base.version && draft.rebase(current)) return this.#saveEdit(draft, current);
    draft.overwrite(current);
    this.#complain(draft, { field: 'name', key: 'changedMeanwhile', values: { name: current.name } });
  }

  get #freeColor(): string {
    const { palette, statuses } = this.#context;
    return nextColor(
      palette,
      statuses.map((status) => status.color),
    );
  }

  #fresh(): { name: string; color: string } {
    return { name: '', color: this.#freeColor };
  }

  /** Whether a draft cannot be saved as it is; says why. */
  #refuses(draft: Draft): boolean {
    const problem = draft.check(this.#context.statuses);
    if (problem) this.#complain(draft, problem);
    return problem !== undefined;
  }

  /** A write that failed, or was cancelled by the page: what was typed stays. */
  #fail(draft: Draft, error: PipelineError | undefined): void {
    if (error) this.#complain(draft, problemOf(error, draft));
  }

  #complain(draft: Draft, problem: Problem): void {
    const context = this.#context;
    draft.problem = problem;
    context.host.requestUpdate();
    if (problem.field === 'name') void this.#focusField(draft);
    context.announce(problem.error ? context.errorText(problem.error) : context.text(problem.key, problem.values));
  }

  #cancel(draft: Draft): void {
    if (draft.isOffered) this.#isDeclined = true;
    void this.#close(draft);
  }

  /** Focus goes back to where the form was opened from. */
  async #close(draft: Draft): Promise<void> {
    const { focus, host } = this.#context;
    const id = draft.base?.id;
    const hadFocus = focus.isIn('form');
    if (id === undefined) this.#add = undefined;
    else this.#edits.delete(id);
    host.requestUpdate();
    if (hadFocus) await focus.moveTo(() => (id === undefined ? focus.add : focus.control(id, 'edit')));
  }

  #closeDeleted(draft: Draft): void {
    const context = this.#context;
    void this.#close(draft);
    context.show({ text: () => context.text('deletedMeanwhile'), isError: true });
    context.announce(context.text('deletedMeanwhile'));
  }

  async #focusField({ number }: Draft): Promise<void> {
    this.#context.host.requestUpdate();
    await this.#context.focus.moveTo(() => this.#context.focus.find(`#name-${number}`));
  }
}

function readStatus(value: unknown): Status | undefined {
  try {
    return parseStatus(value);
  } catch {
    return undefined;
  }
}
