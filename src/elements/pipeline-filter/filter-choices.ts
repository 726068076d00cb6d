import { html, nothing, type TemplateResult } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { withName } from '../../ui/bidi.js';
import { chip } from '../../ui/chip.js';
import { searchIcon } from '../../ui/icons.js';
import { contains } from '../../ui/contains.js';
import { announce } from '../../ui/live-region.js';
import type { LocalizeController } from '../../ui/localize.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { CountCache } from '../../store/counts.js';
import type { FilterPopupHost, FilterPopupOptions } from './filter-popup.js';

/** A search result is spoken when the user has paused, milliseconds. */
const SEARCH_DELAY = 500;

interface Choice {
  id: Id | null;
  name: string;
  status?: Status;
}

/** A checkbox for each status and for "No status", and above many of them a search field. */
export class FilterChoices {
  readonly #host: FilterPopupHost;
  readonly #localize: LocalizeController;
  readonly #options: FilterPopupOptions;
  readonly #onToggle: (id: Id | null) => void;
  #query = '';

  constructor(
    host: FilterPopupHost,
    localize: LocalizeController,
    options: FilterPopupOptions,
    onToggle: (id: Id | null) => void,
  ) {
    this.#host = host;
    this.#localize = localize;
    this.#options = options;
    this.#onToggle = onToggle;
  }

  /** Starts anew. */
  reset(): void {
    this.#query = '';
  }

  render(store: PipelineStore): TemplateResult {
    const shown = this.#shown(store);
    // Firefox would have Tab stop at the group, because it scrolls.
    return html`${this.#hasSearch(store) ? this.#renderSearch() : nothing}
      <div class="group" part="group" tabindex="-1">
        ${repeat(
          shown,
          ({ id }) => id ?? '',
          (choice) => this.#renderChoice(store, choice),
        )}
        ${shown.length ? nothing : this.#renderNothingFound()}
      </div>`;
  }

  /** What the search leaves is narrower; the popup stays as it was, not to jump under the typing. */
  keepWidth(): void {
    const group = this.#find('.group');
    if (!group || this.#query) return;
    group.style.removeProperty('--_width');
    group.style.setProperty('--_width', `${group.offsetWidth}px`);
  }

  #renderSearch(): TemplateResult {
    const localize = this.#localize;
    return html`<div class="search-row">
      ${searchIcon}<input
        class="search"
        part="search"
        type="search"
        autocomplete="off"
        spellcheck="false"
        aria-label=${localize.text('search')}
        placeholder=${localize.text('search')}
        .value=${live(this.#query)}
        @input=${this.#handleSearch}
      />
    </div>`;
  }

  #renderChoice(store: PipelineStore, { id, name, status }: Choice): TemplateResult {
    const localize = this.#localize;
    const subject = this.#options.subject();
    const { counts } = store.cache(CountCache).of(subject);
    const n = counts && (id === null ? counts.none : (counts.byStatus.get(id) ?? 0));
    const words = subject.of === 'contact' ? 'contacts' : 'conversations';
    return html`<label class="option" part="option" ?data-none=${id === null}>
      <input
        type="checkbox"
        part="check"
        value=${id ?? ''}
        aria-label=${n === undefined ? name : localize.text(words, { name, n })}
        .checked=${live(this.#host.filter.statusIds.includes(id))}
        @change=${() => this.#onToggle(id)}
      />
      ${chip(status, name)}
      ${
        n === undefined
          ? nothing
          : html`<span class="count" part="count" aria-hidden="true">${localize.formats.compact.format(n)}</span>`
      }
    </label>`;
  }

  #renderNothingFound(): TemplateResult {
    const localize = this.#localize;
    return html`<p class="empty" part="empty">
      ${withName((query) => localize.text('noResults', { query }), this.#query)}
      <button class="link-button" part="clear" type="button" @click=${this.#handleClearSearch}>
        ${localize.text('clearSearch')}
      </button>
    </p>`;
  }

  #find(selector: string): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  }

  #hasSearch(store: PipelineStore): boolean {
    return store.statuses.length > this.#host.searchThreshold;
  }

  /** The choices that the search leaves: the statuses in order, and "No status". */
  #shown(store: PipelineStore): Choice[] {
    const localize = this.#localize;
    const choices: Choice[] = store.statuses.map((status) => ({ id: status.id, name: status.name, status }));
    choices.push({ id: null, name: localize.text('noStatus') });
    const query = this.#hasSearch(store) ? this.#query.trim() : '';
    if (!query) return choices;
    return choices.filter(({ name }) => contains(name, query, localize.formats.collator));
  }

  readonly #handleSearch = (event: InputEvent): void => {
    const localize = this.#localize;
    const store = this.#options.store();
    this.#query = (event.target as HTMLInputElement).value;
    this.#host.requestUpdate();
    const n = store ? this.#shown(store).length : 0;
    const words = n ? localize.text('statusesFound', { n }) : localize.text('noResults', { query: this.#query });
    announce(words, this.#host, SEARCH_DELAY);
  };

  readonly #handleClearSearch = (): void => {
    this.#query = '';
    this.#host.requestUpdate();
    this.#find('.search')?.focus({ preventScroll: true });
  };
}
