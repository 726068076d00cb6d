/** A checkbox for each status and for "No status", with a search field above a long list. */
import { compactFormat } from '../../ui/formats.js';
import type { ReactiveElement } from '@lit/reactive-element';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { chip } from '../../ui/templates.js';
import { indexForKey } from '../../ui/list-keys.js';
import type { LocalizeController } from '../../ui/localize.js';
import { SearchableList, optionsOf, type StatusOption } from '../../ui/searchable-list.js';
import type { Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import type { FilterSubject } from './filter-subject.js';

export type StatusCheckboxesHost = ReactiveElement & { readonly filter: Filter; readonly searchThreshold: number };

export interface StatusCheckboxesConfig {
  localize: LocalizeController;
  subject: FilterSubject;
  onToggle(id: Id | null): void;
}

export class StatusCheckboxes {
  readonly #host: StatusCheckboxesHost;
  readonly #config: StatusCheckboxesConfig;
  readonly #list: SearchableList;

  constructor(host: StatusCheckboxesHost, config: StatusCheckboxesConfig) {
    const { localize, subject } = config;
    this.#host = host;
    this.#config = config;
    this.#list = new SearchableList(host, localize, {
      options: () => [...optionsOf(subject.store?.statuses ?? []), { value: null, label: localize.text('noStatus') }],
      isSearchable: () => (subject.store?.statuses.length ?? 0) > host.searchThreshold,
    });
  }

  /** The rendered checkboxes, in order. */
  get inputs(): HTMLInputElement[] {
    return [...(this.#group?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? [])];
  }

  resetSearch(): void {
    this.#list.query = '';
  }

  render(store: PipelineStore): TemplateResult {
    const { matches } = this.#list;
    // tabindex: Firefox makes every scrolling element a tab stop (https://bugzilla.mozilla.org/show_bug.cgi?id=1069739).
    // Remove it when Firefox, like Chromium, leaves out those with focusable content.
    return html`${this.#list.renderField()}
      <div class="group options" part="group" tabindex="-1">
        ${repeat(
          matches,
          ({ value }) => value ?? '',
          (option) => this.#renderOption(store, option),
        )}
        ${matches.length ? nothing : this.#list.renderNoResults()}
      </div>`;
  }

  /** Keeps the list as wide as it is without a search, so that it does not change while the user types. Call after render. */
  keepWidth(): void {
    const group = this.#group;
    if (!group || this.#list.query) return;
    group.style.removeProperty('--_width');
    group.style.setProperty('--_width', `${group.offsetWidth}px`);
  }

  /** Moves focus through the checkboxes, and from the search field to the first one. */
  handleKeyDown(event: KeyboardEvent): void {
    const { inputs } = this;
    const current = inputs.indexOf(event.target as HTMLInputElement);
    if (current < 0 && !(event.key === 'ArrowDown' && event.target === this.#list.field)) return;
    const index = indexForKey(event.key, current, inputs.length);
    if (index === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    inputs[index]?.focus();
  }

  #renderOption(store: PipelineStore, { value, label, status }: StatusOption): TemplateResult {
    const { localize, subject, onToggle } = this.#config;
    const { counts } = subject.counts(store);
    const n = counts && (value === null ? counts.none : (counts.byStatus.get(value) ?? 0));
    const key = subject.query.of === 'contact' ? 'contacts' : 'conversations';
    return html`<label class="option" part="option" ?data-none=${value === null}>
      <input
        type="checkbox"
        part="check"
        value=${value ?? ''}
        aria-label=${n === undefined ? label : localize.text(key, { name: label, n })}
        .checked=${live(this.#host.filter.statusIds.includes(value))}
        @change=${() => onToggle(value)}
      />
      ${chip(status, label)}
      ${
        n === undefined
          ? nothing
          : html`<span class="count" part="count" aria-hidden="true">${compactFormat(localize.tag).format(n)}</span>`
      }
    </label>`;
  }

  get #group(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('.group') ?? null;
  }
}
