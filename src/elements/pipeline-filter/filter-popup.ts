import { html, nothing, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import { withName } from '../../internal/bidi.js';
import { chip } from '../../internal/chip.js';
import { searchIcon } from '../../internal/icons.js';
import { indexForKey } from '../../internal/list-keys.js';
import { contains } from '../../internal/listbox.js';
import { announce } from '../../internal/live-region.js';
import type { LocalizeController } from '../../internal/localize.js';
import type { PipelineError } from '../../model/errors.js';
import { isEmptyFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/store.js';
import type { Subject } from './held-statuses.js';

/** A search result is spoken when the user has paused, milliseconds. */
const SEARCH_DELAY = 500;
/** Nothing is said, as nothing is shown, of what takes less. Milliseconds. */
const LOADING_DELAY = 1000;

export interface FilterPopupOptions {
  store(): PipelineStore | undefined;
  subject(): Subject;
  filter(): Filter;
  /** Also while nothing is chosen: what the next choice goes with. */
  op(): Filter['op'];
  searchThreshold(): number;
  errorText(error: PipelineError): string;
  onToggle(id: Id | null): void;
  onOp(op: Filter['op']): void;
  onClear(): void;
  /** Focus went on, to something of the element that is not in the popup. */
  onLeave(to: Node): void;
}

interface Choice {
  id: Id | null;
  name: string;
  status?: Status;
}

/** The popup's content: how to match, a search field above many statuses, a checkbox for each, and how to clear. */
export class FilterPopup {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #localize: LocalizeController;
  readonly #options: FilterPopupOptions;
  #query = '';
  #focusPending = false;
  /** What has focus, and where it stood among the checkboxes: others can take it out of the page. */
  #focused: HTMLElement | null = null;
  #focusedAt = -1;
  #loadingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, localize: LocalizeController, options: FilterPopupOptions) {
    this.#host = host;
    this.#localize = localize;
    this.#options = options;
  }

  /** Starts anew. */
  open(): void {
    this.#query = '';
    this.#focused = null;
    this.focusFirst();
  }

  /** Goes to the first chosen checkbox, or the first, as soon as there is one. */
  focusFirst(): void {
    this.#focusPending = true;
  }

  /** Called when the popup is rendered and shown: puts focus where it belongs. */
  settle(): void {
    this.#announceLoading();
    this.#keepWidth();
    const boxes = this.#boxes;
    if (this.#focusPending) {
      const target = boxes.find((box) => box.checked) ?? boxes[0] ?? this.#element?.querySelector('button');
      if (!target) return;
      this.#focusPending = false;
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: 'nearest' });
    } else if (this.#focused && !this.#host.shadowRoot?.activeElement) {
      // Someone else deleted the status that had focus, or moved it, which loses focus too.
      const neighbour = boxes[Math.max(0, Math.min(this.#focusedAt, boxes.length - 1))];
      const target = this.#focused.isConnected ? this.#focused : neighbour;
      target?.focus({ preventScroll: true });
    }
  }

  closed(): void {
    this.#focused = null;
    this.#focusPending = false;
    clearTimeout(this.#loadingTimer);
    this.#loadingTimer = undefined;
  }

  render(): TemplateResult {
    return html`<div
      class="popup"
      id="popup"
      part="popup"
      popover="manual"
      role="group"
      aria-label=${this.#text('filterByStatus')}
      aria-busy=${this.#isLoading ? 'true' : 'false'}
      @input=${this.#handleInput}
      @keydown=${this.#handleKeyDown}
      @focusin=${this.#handleFocusIn}
      @focusout=${this.#handleFocusOut}
    >
      ${this.#renderContent()}
    </div>`;
  }

  #renderContent(): TemplateResult {
    const store = this.#options.store();
    if (store?.phase === 'error') return this.#renderError(store);
    if (!store || this.#isLoading) return this.#renderSkeleton();
    const shown = this.#shown(store);
    const hasStatuses = store.statuses.length > 0;
    // Firefox would have Tab stop at the group, because it scrolls.
    return html`${store.error ? this.#renderError(store) : nothing}
      ${hasStatuses ? this.#renderOps() : html`<p class="empty" part="empty">${this.#text('noStatusesYet')}</p>`}
      ${this.#hasSearch(store) ? this.#renderSearch() : nothing}
      <div class="group" part="group" tabindex="-1">
        ${repeat(
          shown,
          ({ id }) => id ?? '',
          (choice) => this.#renderChoice(store, choice),
        )}
        ${shown.length ? nothing : this.#renderNothingFound()}
      </div>
      <div class="foot">
        <button
          class="link-button"
          part="clear"
          type="button"
          ?disabled=${isEmptyFilter(this.#options.filter())}
          @click=${this.#options.onClear}
        >
          ${this.#text('clearFilter')}
        </button>
      </div>`;
  }

  #renderOps(): TemplateResult {
    const chosen = this.#options.op();
    return html`<div class="ops" role="radiogroup" aria-label=${this.#text('filterMode')}>
      ${(['any-of', 'none-of'] as const).map(
        (op) =>
          html`<label class="op"
            ><input
              type="radio"
              name="op"
              .checked=${live(op === chosen)}
              @change=${() => this.#options.onOp(op)}
            /><span>${this.#text(op === 'any-of' ? 'anyOf' : 'noneOf')}</span></label
          >`,
      )}
    </div>`;
  }

  #renderSearch(): TemplateResult {
    return html`<div class="search-row">
      ${searchIcon}<input
        class="search"
        part="search"
        type="search"
        autocomplete="off"
        spellcheck="false"
        aria-label=${this.#text('search')}
        placeholder=${this.#text('search')}
        .value=${live(this.#query)}
        @input=${this.#handleSearch}
      />
    </div>`;
  }

  #renderChoice(store: PipelineStore, { id, name, status }: Choice): TemplateResult {
    const subject = this.#options.subject();
    const counts = store.counts(subject);
    const n = counts && (id === null ? counts.none : (counts.byStatus.get(id) ?? 0));
    const words = subject.of === 'contact' ? 'contacts' : 'conversations';
    return html`<label class="option" part="option" ?data-none=${id === null}>
      <input
        type="checkbox"
        part="check"
        value=${id ?? ''}
        aria-label=${n === undefined ? name : this.#text(words, { name, n })}
        .checked=${live(this.#options.filter().statusIds.includes(id))}
        @change=${() => this.#options.onToggle(id)}
      />
      ${chip(status, name)}
      ${
        n === undefined
          ? nothing
          : html`<span class="count" part="count" aria-hidden="true">${this.#localize.formats.compact.format(n)}</span>`
      }
    </label>`;
  }

  #renderNothingFound(): TemplateResult {
    return html`<p class="empty" part="empty">
      ${withName((query) => this.#text('noResults', { query }), this.#query)}
      <button class="link-button" part="clear" type="button" @click=${this.#handleClearSearch}>
        ${this.#text('clearSearch')}
      </button>
    </p>`;
  }

  #renderSkeleton(): TemplateResult {
    return html`<div class="loading">
      <span class="visually-hidden">${this.#text('loading')}</span>
      ${[1, 2, 3].map(() => html`<span class="skeleton" part="skeleton"></span>`)}
    </div>`;
  }

  #renderError(store: PipelineStore): TemplateResult {
    return html`<p class="failed" part="error">
      <span class="error">${this.#text('loadFailed')}</span>
      ${store.error ? this.#options.errorText(store.error) : nothing}
      <button class="button" type="button" @click=${() => void this.#retry(store)}>${this.#text('retry')}</button>
    </p>`;
  }

  readonly #text: LocalizeController['text'] = (key, values) => this.#localize.text(key, values);

  get #element(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('#popup') ?? null;
  }

  get #boxes(): HTMLInputElement[] {
    return [...(this.#element?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? [])];
  }

  get #isLoading(): boolean {
    const phase = this.#options.store()?.phase ?? 'loading';
    return phase === 'loading';
  }

  #hasSearch(store: PipelineStore): boolean {
    return store.statuses.length > this.#options.searchThreshold();
  }

  /** The choices that the search leaves: the statuses in order, and "No status". */
  #shown(store: PipelineStore): Choice[] {
    const choices: Choice[] = store.statuses.map((status) => ({ id: status.id, name: status.name, status }));
    choices.push({ id: null, name: this.#text('noStatus') });
    const query = this.#hasSearch(store) ? this.#query.trim() : '';
    if (!query) return choices;
    return choices.filter(({ name }) => contains(name, query, this.#localize.formats.collator));
  }

  /** What the search leaves is narrower; the popup stays as it was, not to jump under the typing. */
  #keepWidth(): void {
    const group = this.#element?.querySelector<HTMLElement>('.group');
    if (!group || this.#query) return;
    group.style.removeProperty('--_width');
    group.style.setProperty('--_width', `${group.offsetWidth}px`);
  }

  #announceLoading(): void {
    if (!this.#isLoading) {
      clearTimeout(this.#loadingTimer);
      this.#loadingTimer = undefined;
    } else {
      this.#loadingTimer ??= setTimeout(() => announce(this.#text('loading'), this.#host), LOADING_DELAY);
    }
  }

  async #retry(store: PipelineStore): Promise<void> {
    await store.retry();
    if (store.error) announce(this.#text('loadFailed'), this.#host);
  }

  readonly #handleInput = (event: Event): void => {
    // Only the native one of a control inside; it would leave the shadow root.
    event.stopPropagation();
  };

  readonly #handleSearch = (event: InputEvent): void => {
    this.#query = (event.target as HTMLInputElement).value;
    this.#host.requestUpdate();
    const store = this.#options.store();
    const n = store ? this.#shown(store).length : 0;
    const words = n ? this.#text('statusesFound', { n }) : this.#text('noResults', { query: this.#query });
    announce(words, this.#host, SEARCH_DELAY);
  };

  readonly #handleClearSearch = (): void => {
    this.#query = '';
    this.#host.requestUpdate();
    this.#element?.querySelector<HTMLElement>('.search')?.focus({ preventScroll: true });
  };

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    const boxes = this.#boxes;
    const target = event.target as HTMLElement;
    const current = boxes.indexOf(target as HTMLInputElement);
    if (current < 0 && !(event.key === 'ArrowDown' && target.matches('.search'))) return;
    const index = indexForKey(event.key, current, boxes.length);
    if (index === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    boxes[index]?.focus();
  };

  readonly #handleFocusIn = (event: FocusEvent): void => {
    this.#focused = event.target as HTMLElement;
    this.#focusedAt = this.#boxes.indexOf(this.#focused as HTMLInputElement);
  };

  readonly #handleFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    // Without a target nobody moved it: what had it may just have been taken out of the page.
    if (!to || this.#element?.contains(to)) return;
    this.#focused = null;
    if (this.#host.shadowRoot?.contains(to)) this.#options.onLeave(to);
  };
}
