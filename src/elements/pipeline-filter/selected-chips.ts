/** Renders the selected statuses beside the button: a chip to remove each, and a button that clears the filter. */
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { chip, closeIcon } from '../../ui/templates.js';
import type { LocalizeController } from '../../ui/localize.js';
import { isEmptyFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';

export interface SelectedChips {
  filter: Filter;
  store: PipelineStore | undefined;
  localize: LocalizeController;
  isDisabled: boolean;
  /** Whether the popup is open, which has a button to clear of its own. */
  isOpen: boolean;
  onRemove(id: Id | null): void;
  onClear(): void;
}

export function renderSelectedChips(selected: SelectedChips): TemplateResult | typeof nothing {
  const { filter, localize, isDisabled, isOpen, onClear } = selected;
  if (isEmptyFilter(filter)) return nothing;
  const isNoneOf = filter.op === 'none-of';
  return html`<span class="chosen" role="group" aria-label=${localize.text(isNoneOf ? 'noneOf' : 'anyOf')}>
    ${isNoneOf ? html`<span class="not" aria-hidden="true">${localize.text('notPrefix')}</span>` : nothing}
    ${repeat(
      inPipelineOrder(selected),
      (id) => id ?? '',
      (id) => renderChip(selected, id),
    )}
    <button
      class="link-button clear"
      part="clear"
      type="button"
      ?data-away=${isOpen}
      ?disabled=${isDisabled}
      @click=${onClear}
    >
      ${localize.text('clearFilter')}
    </button>
  </span>`;
}

/** The selected ids in the order of the pipeline, "No status" last. */
function inPipelineOrder({ filter, store }: SelectedChips): (Id | null)[] {
  const places = new Map(store?.statuses.map(({ id }, index) => [id, index]));
  const placeOf = (id: Id | null): number => (id === null ? Infinity : (places.get(id) ?? places.size));
  return [...filter.statusIds].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0));
}

function renderChip({ store, localize, isDisabled, onRemove }: SelectedChips, id: Id | null): TemplateResult {
  const status = store?.status(id);
  if (id !== null && !status && store?.phase !== 'ready') {
    return html`<span class=${store?.error ? 'unknown' : 'skeleton'} part="skeleton"></span>`;
  }
  // A status can be unknown when it was selected under another data source.
  const name = status?.name ?? localize.text(id === null ? 'noStatus' : 'unknownStatus');
  return html`<button
    class="remove"
    part="clear"
    type="button"
    aria-label=${localize.text('removeFromFilter', { name })}
    ?disabled=${isDisabled}
    @click=${() => onRemove(id)}
  >
    ${chip(status, name, html`<span class="cross">${closeIcon}</span>`)}
  </button>`;
}
