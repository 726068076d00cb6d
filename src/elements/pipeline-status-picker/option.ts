import { html, nothing, type TemplateResult } from 'lit/html.js';
import { chipParts } from '../../ui/chip-look.js';
import { checkIcon } from '../../ui/icons.js';
import { statusColor } from '../../ui/status-color.js';
import type { StatusOption } from '../../ui/searchable-list.js';

/** What the id of an option begins with, before its place in the list. */
export const OPTION = 'option-';

/** A chip, in the option's own template, and nothing that could be left out: there may be two hundred. */
export const renderOption = (
  { value, label, status }: StatusOption,
  index: number,
  isSelected: boolean,
  isActive: boolean,
): TemplateResult =>
  html`<div
    class="option"
    part="option"
    role="option"
    id=${OPTION + index}
    tabindex="-1"
    aria-selected=${isSelected ? 'true' : 'false'}
    ?data-active=${isActive}
    ?data-none=${value === null}
  >
    ${isSelected ? html`<span class="check" part="check">${checkIcon}</span>` : nothing}<span
      class="chip"
      part=${chipParts(status)}
      ?data-none=${!status}
      ${statusColor(status)}
      ><span class="swatch" part="swatch"></span><bdi class="label" part="label" .textContent=${label}></bdi
    ></span>
  </div>`;

/** Takes the width of an option, and no more. */
export const renderWidth = (label: string): TemplateResult =>
  html`<div class="option width" aria-hidden="true">
    <span class="chip"><span class="swatch"></span><span class="label">${label}</span></span>
  </div>`;
