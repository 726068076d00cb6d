/** Renders the form to add or edit a status: its name, its color, and a preview. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SettingsContext } from './settings-context.js';
import type { MessageKey } from '../../locales/en.js';
import { settings as words } from '../../locales/en/settings.js';
import { DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { PipelineError } from '../../model/errors.js';
import { contentOf, type Status, STATUS_FIELDS, type StatusContent, type StatusPatch } from '../../model/status.js';
import { MAX_STATUSES, nameKey, sameContent } from '../../model/status-edits.js';
import { checkName, MAX_NAME_GRAPHEMES, parseColor } from '../../model/validate.js';
import type { Values } from '../../ui/localize.js';
import { warnOnce } from '../../ui/warn.js';
import { checkIcon, chip, plusIcon, statusColor, warningIcon } from '../../ui/templates.js';

export interface StatusFormHandlers {
  onSubmit(): void;
  onCancel(): void;
  onInput(change: Partial<StatusContent>): void;
}

export function renderStatusForm(
  context: SettingsContext,
  draft: StatusDraft,
  handlers: StatusFormHandlers,
): TemplateResult {
  const { text } = context;
  const { base, problem } = draft;
  const { name } = draft.content;
  const [nameId, problemId] = [`name-${draft.number}`, `problem-${draft.number}`];
  const handleSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    handlers.onSubmit();
  };
  const handleKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a word, Escape cancels the composition.
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    handlers.onCancel();
  };
  const problemText =
    problem &&
    html`<p class="problem error" id=${problemId} part="error">
      ${warningIcon}${problem.error ? context.errorText(problem.error) : text(problem.key, problem.values)}
    </p>`;
  return html`<form
    class="form"
    part="form"
    novalidate
    aria-label=${base ? text('editName', { name: base.name }) : text('addStatus')}
    aria-busy=${draft.isSaving ? 'true' : 'false'}
    @submit=${handleSubmit}
    @keydown=${handleKeyDown}
  >
    <div class="group">
      <label for=${nameId}>${text('statusName')}</label>
      <input
        class="field"
        id=${nameId}
        type="text"
        autocomplete="off"
        dir="auto"
        .value=${name}
        aria-invalid=${problem?.field === 'name' ? 'true' : 'false'}
        aria-describedby=${problem?.field === 'name' ? problemId : nothing}
        @input=${(event: Event) => handlers.onInput({ name: (event.target as HTMLInputElement).value })}
      />
      ${problem?.field === 'name' ? problemText : nothing}
    </div>
    ${renderPalette(context, draft, handlers)} ${problem?.field === 'color' ? problemText : nothing}
    ${problem?.field === 'form' ? problemText : nothing}
    <div class="actions">
      <span class="preview" aria-hidden="true">${chip(draft.content, name.trim() || text('statusName'))}</span>
      <button class="button cancel" type="button" @click=${handlers.onCancel}>${text('cancel')}</button>
      <button class="button primary" type="submit" aria-disabled=${draft.isSaving ? 'true' : nothing}>
        ${text(base ? 'save' : 'add')}
      </button>
    </div>
  </form>`;
}

function renderPalette(context: SettingsContext, draft: StatusDraft, { onInput }: StatusFormHandlers): TemplateResult {
  const { text, palette } = context;
  const chosen = draft.content.color;
  const isListed = palette.some(({ color }) => color === chosen);
  const twin = findSameColor(draft, context.statuses);
  const choose = (color: string): void => onInput({ color: color as StatusContent['color'] });
  const hintId = `color-hint-${draft.number}`;
  return html`<div class="group">
    <span class="legend" aria-hidden="true">${text('color')}</span>
    <div
      class="palette"
      part="palette"
      role="radiogroup"
      aria-label=${text('color')}
      aria-describedby=${twin ? hintId : nothing}
    >
      ${palette.map(
        ({ name, color }) =>
          html`<label class="color" title=${colorName(name, text)} ${statusColor({ name: '', color })}>
            <input
              type="radio"
              name="color"
              aria-label=${colorName(name, text)}
              .checked=${color === chosen}
              @change=${() => choose(color)}
            /><span class="dot">${checkIcon}</span>
          </label>`,
      )}
      <label
        class="color custom"
        title=${text('customColor')}
        ?data-chosen=${!isListed}
        ${statusColor({ name: '', color: chosen })}
      >
        <input
          type="color"
          aria-label=${text('customColor')}
          .value=${chosen}
          @input=${(event: Event) => choose((event.target as HTMLInputElement).value)}
        /><span class="dot">${isListed ? plusIcon : checkIcon}</span>
      </label>
    </div>
    ${twin ? html`<p class="hint" id=${hintId}>${text('colorTaken', { name: twin.name })}</p>` : nothing}
  </div>`;
}

/** Another status with the chosen color: allowed, but hard to tell apart. */
function findSameColor(draft: StatusDraft, statuses: readonly Status[]): Status | undefined {
  // A status that is being added is already in the list.
  if (draft.isSaving || !draft.hasChosenColor) return undefined;
  return statuses.find((status) => status.id !== draft.base?.id && status.color === draft.content.color);
}

/** Names of the default palette are translated; those of a host are shown as they are. */
function colorName(name: string, text: SettingsContext['text']): string {
  return Object.hasOwn(words, name) ? text(name as MessageKey) : name;
}

/** The colors of the host, or the default palette if they are invalid. */
export function readPalette(value: readonly PaletteColor[]): readonly PaletteColor[] {
  try {
    const palette = [...value].map(({ name, color }) => ({ name: String(name), color: parseColor(color) }));
    if (palette.length) return palette;
  } catch {
    warnOnce('<pipeline-settings>: palette is a list like [{ name: "Sky", color: "#2775f8" }].');
  }
  return DEFAULT_PALETTE;
}

/** Why a draft cannot be saved, and where the form shows it. */
export type DraftProblem = { field: keyof StatusContent | 'form' } & (
  { key: MessageKey; values?: Values; error?: never } | { error: PipelineError }
);

let count = 0;

export class StatusDraft {
  /** Makes the ids of its form's fields unique. */
  readonly number = ++count;
  content: StatusContent;
  /** The form was opened because there are no statuses, not by the user. It closes once there are some. */
  isOffered: boolean;
  problem: DraftProblem | undefined;
  isSaving = false;
  /** The status being edited, as it was when the edit began or was last merged; `undefined` for a new one. */
  #base: Status | undefined;
  /** The content without what the user typed. */
  #original: StatusContent;

  constructor(original: StatusContent | Status, isOffered = false) {
    this.#base = 'id' in original ? original : undefined;
    this.#original = original;
    this.content = contentOf(original);
    this.isOffered = isOffered;
  }

  get base(): Status | undefined {
    return this.#base;
  }

  get isTouched(): boolean {
    return !sameContent(this.content, this.#original);
  }

  get hasChosenColor(): boolean {
    return this.content.color !== this.#original.color;
  }

  /** The content with its name normalized. */
  get checked(): StatusContent {
    return { ...this.content, name: checkName(this.content.name).name };
  }

  /** What saving would change. */
  get patch(): StatusPatch {
    const { checked } = this;
    const changed = STATUS_FIELDS.filter((field) => checked[field] !== this.#original[field]);
    return Object.fromEntries(changed.map((field) => [field, checked[field] ?? null]));
  }

  /** Clears the form for the next status. */
  restart(original: StatusContent): void {
    this.#original = original;
    this.content = contentOf(original);
    this.problem = undefined;
    this.isOffered = false;
  }

  /** Sets the color to one that is free, unless the user has chosen one. */
  suggestColor(color: StatusContent['color']): void {
    if (this.hasChosenColor) return;
    this.#original = { ...this.#original, color };
    this.content = { ...this.content, color };
  }

  /** Merges changes by others into the fields that the user has not touched. Returns false on a conflict. */
  rebase(current: Status): boolean {
    const { content } = this;
    const before = this.#original;
    const agrees = STATUS_FIELDS.every(
      (field) =>
        content[field] === before[field] || current[field] === before[field] || current[field] === content[field],
    );
    if (agrees) this.overwrite(current);
    return agrees;
  }

  /** The same even on a conflict: saving from now on overwrites what others changed. */
  overwrite(current: Status): void {
    const touched = STATUS_FIELDS.filter((field) => this.content[field] !== this.#original[field]);
    const typed = Object.fromEntries(touched.map((field) => [field, this.content[field]]));
    this.content = { ...contentOf(current), ...typed };
    this.#base = this.#original = current;
  }

  /** Returns what is wrong with the draft, as far as that is known without the adapter. */
  check(statuses: readonly Status[]): DraftProblem | undefined {
    const { name, problem } = checkName(this.content.name);
    if (problem === 'empty') return { field: 'name', key: 'nameEmpty' };
    if (problem === 'too-long') return { field: 'name', key: 'nameTooLong', values: { n: MAX_NAME_GRAPHEMES } };
    if (problem) return { field: 'name', key: 'nameForbidden' };
    const key = nameKey(name);
    const taken = statuses.find((status) => status.id !== this.#base?.id && nameKey(status.name) === key);
    if (taken) return { field: 'name', key: 'nameTaken', values: { name: taken.name } };
    if (!this.#base && statuses.length >= MAX_STATUSES) return limitProblem();
    return undefined;
  }
}

const limitProblem = (): DraftProblem => ({ field: 'form', key: 'limitReached', values: { n: MAX_STATUSES } });

/** How the form shows an error of the adapter. */
export function problemOf(error: PipelineError, content: StatusContent): DraftProblem {
  if (error.code === 'limit') return limitProblem();
  if (error.code === 'invalid' && error.field === 'color') return { field: 'color', key: 'colorInvalid' };
  // `check` has found everything else that can be wrong with a name.
  const { name } = checkName(content.name);
  if (error.code === 'invalid' && error.field === 'name') return { field: 'name', key: 'nameTaken', values: { name } };
  return { field: 'form', error };
}
