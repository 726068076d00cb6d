import { html, nothing, type TemplateResult } from 'lit/html.js';
import { filterIcon } from '../../ui/templates.js';
import type { LocalizeController } from '../../ui/localize.js';
import type { Filter } from '../../model/filter.js';

export interface Trigger {
  filter: Filter;
  localize: LocalizeController;
  isDisabled: boolean;
  isOpen: boolean;
  onClick(): void;
  onEscape(): void;
  /** It is pointed at or has focus, or is not and has not any more. */
  onNear(event: Event): void;
}

/** The button that opens the popup. */
export function renderTrigger(trigger: Trigger): TemplateResult {
  const { filter, localize, isDisabled, isOpen, onClick, onEscape, onNear } = trigger;
  const n = filter.statusIds.length;
  return html`<button
    class="button trigger"
    part="trigger"
    type="button"
    aria-label=${n ? localize.text('filterByStatusSelected', { n }) : localize.text('filterByStatus')}
    aria-expanded=${isOpen ? 'true' : 'false'}
    aria-controls=${isOpen ? 'popup' : nothing}
    ?disabled=${isDisabled}
    @click=${onClick}
    @keydown=${({ key }: KeyboardEvent) => key === 'Escape' && onEscape()}
    @pointerenter=${onNear}
    @pointerleave=${onNear}
    @focus=${onNear}
    @blur=${onNear}
  >
    ${filterIcon}<span>${localize.text('status')}</span>${
      n ? html`<span class="badge" data-count=${localize.formats.number.format(n)}></span>` : nothing
    }<span class="caret" part="caret"></span>
  </button>`;
}
