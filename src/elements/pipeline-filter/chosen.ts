import { html, nothing, type TemplateResult } from 'lit/html.js';
import { repeat } from 'lit/directives/repeat.js';
import { chip } from '../../ui/chip.js';
import { closeIcon } from '../../ui/icons.js';
import type { LocalizeController } from '../../ui/localize.js';
import { isEmptyFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';

export interface Chosen {
  filter: Filter;
  store: PipelineStore | undefined;
  localize: LocalizeController;
  isDisabled: boolean;
  /** The popup has a button to clear, too; there is one at a time. */
  isOpen: boolean;
  onRemove(id: Id | null): void;
  onClear(): void;
}

/** What is chosen, beside the button: a chip for each, with the way to take it out again. */
export function renderChosen(chosen: Chosen): TemplateResult | typeof nothing {
  const { filter, localize, isDisabled, isOpen, onClear } = chosen;
  if (isEmptyFilter(filter)) return nothing;
  const isNone = filter.op === 'none-of';
  return html`<span class="chosen" role="group" aria-label=${localize.text(isNone ? 'noneOf' : 'anyOf')}>
    ${isNone ? html`<span class="not" aria-hidden="true">${localize.text('notPrefix')}</span>` : nothing}
    ${repeat(
      inOrder(chosen),
      (id) => id ?? '',
      (id) => renderChip(chosen, id),
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

/** As in the pipeline, "No status" last. */
function inOrder({ filter, store }: Chosen): (Id | null)[] {
  const places = new Map(store?.statuses.map(({ id }, index) => [id, index]));
  const placeOf = (id: Id | null): number => (id === null ? Infinity : (places.get(id) ?? places.size));
  return [...filter.statusIds].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0));
}

function renderChip({ store, localize, isDisabled, onRemove }: Chosen, id: Id | null): TemplateResult {
  const status = store?.status(id);
  // The statuses are still loading, or could not be loaded.
  if (id !== null && !status && store?.phase !== 'ready') {
    return html`<span class=${store?.error ? 'unknown' : 'skeleton'} part="skeleton"></span>`;
  }
  // A status of another source, which the filter was made for.
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

/** What is to have focus when the chip that has it is gone: asked then, the one in its place. */
export function neighbourOfFocus(root: ShadowRoot): () => HTMLElement | undefined {
  const chips = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>('.remove')];
  const index = Math.max(0, chips().indexOf(root.activeElement as HTMLElement));
  return () => chips()[index] ?? chips().at(-1);
}
