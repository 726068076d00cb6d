/** Renders the form to add or edit a status: its name, its color, and a preview. */
import { html, nothing, type TemplateResult } from 'lit';
import type { MessageKey } from '../../locales/en.js';
import { settings as words } from '../../locales/en/settings.js';
import { DEFAULT_PALETTE, type PaletteColor } from '../../model/color.js';
import type { Status, StatusContent } from '../../model/status.js';
import { parseColor } from '../../model/validate.js';
import { chip } from '../../ui/templates.js';
import { checkIcon, plusIcon, warningIcon } from '../../ui/templates.js';
import { warnOnce } from '../../ui/pipeline-element.js';
import { statusColor } from '../../ui/templates.js';
import type { StatusDraft } from './draft.js';
import type { SettingsContext } from './settings-context.js';

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
