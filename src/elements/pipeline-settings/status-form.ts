import { html, nothing, type TemplateResult } from 'lit';
import { chip } from '../../ui/templates.js';
import { checkIcon, plusIcon, warningIcon } from '../../ui/templates.js';
import { statusColor } from '../../ui/templates.js';
import { settings as words } from '../../locales/en/settings.js';
import type { MessageKey } from '../../locales/en.js';
import type { Status } from '../../model/status.js';
import type { SettingsContext } from './context.js';
import type { Draft } from './draft.js';

export interface FormHandlers {
  onSubmit(): void;
  onCancel(): void;
  onInput(patch: { name?: string; color?: string }): void;
}

/** The form to add or edit a status: a name, a colour out of the palette or any other, and how it will look. */
export function renderForm(context: SettingsContext, draft: Draft, handlers: FormHandlers): TemplateResult {
  const { text } = context;
  const { base, name, color, problem } = draft;
  const [nameId, problemId] = [`name-${draft.number}`, `problem-${draft.number}`];
  const handleSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    handlers.onSubmit();
  };
  const handleKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a word, Escape is about that word.
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    handlers.onCancel();
  };
  const complaint =
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
      ${problem?.field === 'name' ? complaint : nothing}
    </div>
    ${renderPalette(context, draft, handlers)} ${problem?.field === 'color' ? complaint : nothing}
    ${problem?.field === 'form' ? complaint : nothing}
    <div class="actions">
      <span class="preview" aria-hidden="true">${chip({ name, color }, name.trim() || text('statusName'))}</span>
      <button class="button cancel" type="button" @click=${handlers.onCancel}>${text('cancel')}</button>
      <button class="button primary" type="submit" aria-disabled=${draft.isSaving ? 'true' : nothing}>
        ${text(base ? 'save' : 'add')}
      </button>
    </div>
  </form>`;
}

function renderPalette(context: SettingsContext, draft: Draft, { onInput }: FormHandlers): TemplateResult {
  const { text, palette } = context;
  const isListed = palette.some(({ color }) => color === draft.color);
  const twin = twinOf(draft, context.statuses);
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
              .checked=${color === draft.color}
              @change=${() => onInput({ color })}
            /><span class="dot">${checkIcon}</span>
          </label>`,
      )}
      <label
        class="color custom"
        title=${text('customColor')}
        ?data-chosen=${!isListed}
        ${statusColor({ name: '', color: draft.color })}
      >
        <input
          type="color"
          aria-label=${text('customColor')}
          .value=${draft.color}
          @input=${(event: Event) => onInput({ color: (event.target as HTMLInputElement).value })}
        /><span class="dot">${isListed ? plusIcon : checkIcon}</span>
      </label>
    </div>
    ${twin ? html`<p class="hint" id=${hintId}>${text('colorTaken', { name: twin.name })}</p>` : nothing}
  </div>`;
}

/** Another status with the same colour: allowed, but hard to tell apart. */
function twinOf({ base, color, hasChosenColor, isSaving }: Draft, statuses: readonly Status[]): Status | undefined {
  // Not of a colour that nobody chose, and not of the status itself: while it is being added it is in the list already.
  if (isSaving || !hasChosenColor) return undefined;
  return statuses.find((status) => status.id !== base?.id && status.color === color);
}

/** The palette's own names are translated; a host's are its own words. */
function colorName(name: string, text: SettingsContext['text']): string {
  return Object.hasOwn(words, name) ? text(name as MessageKey) : name;
}
