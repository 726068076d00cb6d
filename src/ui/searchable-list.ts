/** The statuses to choose from in a popup, and the search field that filters a long list of them. */
import { searchCollator } from './formats.js';
import { live } from 'lit/directives/live.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Id } from '../model/id.js';
import type { Status } from '../model/status.js';
import { withName } from './templates.js';
import { searchIcon } from './templates.js';
import { announce } from './live-region.js';
import type { LocalizeController } from './localize.js';

/** How long the user must pause before the number of results is announced, milliseconds. */
const ANNOUNCE_DELAY = 500;

/** A choice: a status, or "No status". */
export interface StatusOption {
  readonly value: Id | null;
  readonly label: string;
  readonly status?: Status | undefined;
}

export interface SearchableListConfig {
  /** Every option, in order. */
  options(): readonly StatusOption[];
  /** Whether there is a search field. */
  isSearchable(): boolean;
  /** The user changed the query; called before the host renders. */
  onSearch?(): void;
}

/** What a search field needs whose arrow keys move through a listbox, as `aria-activedescendant` describes. */
export interface Combobox {
  listboxId: string;
  activeOptionId: string | undefined;
  onKeyDown(event: KeyboardEvent): void;
}

export class SearchableList {
  readonly #host: HTMLElement & { requestUpdate(): void };
  readonly #localize: LocalizeController;
  readonly #config: SearchableListConfig;
  #query = '';

  constructor(
    host: HTMLElement & { requestUpdate(): void },
    localize: LocalizeController,
    config: SearchableListConfig,
  ) {
    this.#host = host;
    this.#localize = localize;
    this.#config = config;
  }

  /** What the user is searching for. */
  get query(): string {
    return this.#query;
  }

  set query(query: string) {
    this.#query = query;
  }

  /** The options that match the query. */
  get matches(): readonly StatusOption[] {
    const options = this.#config.options();
    const query = this.#config.isSearchable() ? this.#query.trim() : '';
    if (!query) return options;
    const collator = searchCollator(this.#localize.tag);
    return options.filter(({ label }) => contains(label, query, collator));
  }

  /** The search field, while it is rendered. */
  get field(): HTMLInputElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLInputElement>('.search') ?? null;
  }

  /** Renders the search field, if there is one. */
  renderField(combobox?: Combobox): TemplateResult | typeof nothing {
    if (!this.#config.isSearchable()) return nothing;
    const label = this.#localize.text('search');
    return html`<div class="search-row">
      ${searchIcon}<input
        class="search"
        part="search"
        type=${combobox ? 'text' : 'search'}
        role=${combobox ? 'combobox' : nothing}
        autocomplete="off"
        spellcheck="false"
        aria-autocomplete=${combobox ? 'list' : nothing}
        aria-expanded=${combobox ? 'true' : nothing}
        aria-controls=${combobox?.listboxId ?? nothing}
        aria-activedescendant=${combobox?.activeOptionId ?? nothing}
        aria-label=${label}
        placeholder=${label}
        .value=${live(this.#query)}
        @input=${this.#handleInput}
        @keydown=${combobox?.onKeyDown}
      />
    </div>`;
  }

  /** Renders what stands in place of the options when none matches. */
  renderNoResults(): TemplateResult {
    const { text } = this.#localize;
    return html`<p class="empty" part="empty">
      ${withName((query) => text('noResults', { query }), this.#query)}
      <button class="link-button" part="clear" type="button" @click=${this.#handleClear}>${text('clearSearch')}</button>
    </p>`;
  }

  readonly #handleInput = (event: Event): void => {
    // The element has input events of its own; this one must not leave it.
    event.stopPropagation();
    this.#query = (event.target as HTMLInputElement).value;
    this.#config.onSearch?.();
    this.#host.requestUpdate();
    const { text } = this.#localize;
    const n = this.matches.length;
    const message = n ? text('statusesFound', { n }) : text('noResults', { query: this.#query });
    announce(message, this.#host, ANNOUNCE_DELAY);
  };

  readonly #handleClear = (): void => {
    this.#query = '';
    this.#host.requestUpdate();
    this.field?.focus({ preventScroll: true });
  };
}

/** One option for each status. */
export const optionsOf = (statuses: readonly Status[]): StatusOption[] =>
  statuses.map((status) => ({ value: status.id, label: status.name, status }));

/** Whether a text contains a query by the rules of the language, ignoring case and accents. */
function contains(text: string, query: string, collator: Intl.Collator): boolean {
  for (let start = 0; start + query.length <= text.length; start++) {
    if (collator.compare(text.slice(start, start + query.length), query) === 0) return true;
  }
  return false;
}
