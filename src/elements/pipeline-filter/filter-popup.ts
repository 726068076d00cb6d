import { adoptStyles, type ReactiveElement } from '@lit/reactive-element';
import { live } from 'lit/directives/live.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { indexForKey } from '../../ui/list-keys.js';
import { announce } from '../../ui/live-region.js';
import { learn, type LocalizeController } from '../../ui/localize.js';
import { PopupController } from '../../ui/popup.js';
import { inbox } from '../../locales/en/inbox.js';
import type { MessageKey } from '../../locales/en.js';
import type { PipelineError } from '../../model/errors.js';
import { isEmptyFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { popup } from '../../styles/popup.js';
import { FilterChoices } from './filter-choices.js';
import { popupStyles } from './filter-popup.styles.js';
import type { Subject } from './held-statuses.js';

/** Nothing is said, as nothing is shown, of what takes less. Milliseconds. */
const LOADING_DELAY = 1000;

/** The filter as its popup sees it. */
export interface FilterPopupOptions {
  trigger(): HTMLElement | null;
  store(): PipelineStore | undefined;
  subject(): Subject;
  errorText(error: PipelineError): string;
  onChange(filter: Filter): void;
  onClear(): void;
}

export type FilterPopupHost = ReactiveElement & { readonly filter: Filter; readonly searchThreshold: number };

/** What opens: how to match, the choices, and how to clear. Loaded with the first use. */
export class FilterPopup {
  readonly #host: FilterPopupHost;
  readonly #localize: LocalizeController;
  readonly #options: FilterPopupOptions;
  readonly #popup: PopupController;
  readonly #choices: FilterChoices;
  #isOpen = false;
  #isStyled = false;
  /** How to match, chosen while the filter is empty: the next choice goes with it. */
  #next: { op: Filter['op']; after: Filter } | undefined;
  #focusPending = false;
  /** What has focus, and where it stood among the checkboxes: others can take it out of the page. */
  #focused: HTMLElement | null = null;
  #focusedAt = -1;
  #loadingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: FilterPopupHost, localize: LocalizeController, options: FilterPopupOptions) {
    this.#host = host;
    this.#localize = localize;
    this.#options = options;
    learn(inbox);
    this.#popup = new PopupController(host, {
      trigger: () => options.trigger(),
      popup: () => this.#element,
      side: () => 'below',
      onDismiss: (reason) => this.close(reason === 'escape'),
    });
    this.#choices = new FilterChoices(host, localize, options, (id) => this.#toggle(id));
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#next = undefined;
    this.#choices.reset();
    this.#focused = null;
    this.focusFirst();
    this.#host.requestUpdate();
  }

  close(focusTrigger: boolean): void {
    if (!this.#isOpen) return;
    this.leave();
    this.#host.requestUpdate();
    // Before the popup goes away, so that focus is never nowhere.
    if (focusTrigger) this.#options.trigger()?.focus({ preventScroll: true });
  }

  /** The element left the page. */
  leave(): void {
    this.#isOpen = false;
    this.#focused = null;
    this.#focusPending = false;
    clearTimeout(this.#loadingTimer);
    this.#loadingTimer = undefined;
  }

  /** Goes to the first chosen checkbox, or the first, as soon as there is one. */
  focusFirst(): void {
    this.#focusPending = true;
  }

  /** Called after each render: shows the popup, and puts focus where it belongs. */
  settle(): void {
    if (!this.#isOpen) return this.#popup.hide();
    this.#popup.show();
    this.#announceLoading();
    this.#choices.keepWidth();
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

  render(): TemplateResult | typeof nothing {
    if (!this.#isOpen) return nothing;
    this.#adoptStyles();
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

  /** Not sooner: an element that is not in a page yet has no place for them. */
  #adoptStyles(): void {
    if (this.#isStyled) return;
    this.#isStyled = true;
    const { elementStyles } = this.#host.constructor as typeof ReactiveElement;
    adoptStyles(this.#host.renderRoot as ShadowRoot, [...elementStyles, popup, popupStyles]);
  }

  #renderContent(): TemplateResult {
    const store = this.#options.store();
    if (store?.phase === 'error') return this.#renderError(store);
    if (!store || this.#isLoading) return this.#renderSkeleton();
    return html`${store.error ? this.#renderError(store) : nothing}
      ${
        store.statuses.length
          ? this.#renderOps()
          : html`<p class="empty" part="empty">${this.#text('noStatusesYet')}</p>`
      }
      ${this.#choices.render(store)}
      <div class="foot">
        <button
          class="link-button"
          part="clear"
          type="button"
          ?disabled=${isEmptyFilter(this.#host.filter)}
          @click=${this.#options.onClear}
        >
          ${this.#text('clearFilter')}
        </button>
      </div>`;
  }

  #renderOps(): TemplateResult {
    const chosen = this.#op;
    return html`<div class="ops" role="radiogroup" aria-label=${this.#text('filterMode')}>
      ${(['any-of', 'none-of'] as const).map(
        (op) =>
          html`<label class="op"
            ><input type="radio" name="op" .checked=${live(op === chosen)} @change=${() => this.#setOp(op)} /><span
              >${this.#text(op === 'any-of' ? 'anyOf' : 'noneOf')}</span
            ></label
          >`,
      )}
    </div>`;
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

  #text(key: MessageKey): string {
    return this.#localize.text(key);
  }

  get #element(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('#popup') ?? null;
  }

  get #boxes(): HTMLInputElement[] {
    return [...(this.#element?.querySelectorAll<HTMLInputElement>('input[type=checkbox]') ?? [])];
  }

  get #isLoading(): boolean {
    return (this.#options.store()?.phase ?? 'loading') === 'loading';
  }

  get #op(): Filter['op'] {
    const { filter } = this.#host;
    return this.#next?.after === filter ? this.#next.op : filter.op;
  }

  #toggle(id: Id | null): void {
    // What was on offer is not any more.
    if (!this.#isOpen) return;
    const { statusIds } = this.#host.filter;
    const rest = statusIds.filter((each) => each !== id);
    this.#options.onChange({ op: this.#op, statusIds: rest.length < statusIds.length ? rest : [...statusIds, id] });
  }

  #setOp(op: Filter['op']): void {
    if (!this.#isOpen) return;
    const { filter } = this.#host;
    if (!isEmptyFilter(filter)) return this.#options.onChange({ op, statusIds: filter.statusIds });
    this.#next = { op, after: filter };
    this.#host.requestUpdate();
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
    if (store.error && this.#options.store() === store) announce(this.#text('loadFailed'), this.#host);
  }

  readonly #handleInput = (event: Event): void => {
    // Only the native one of a control inside; it would leave the shadow root.
    event.stopPropagation();
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
    // A press on the button closes by itself.
    if (this.#host.shadowRoot?.contains(to) && to !== this.#options.trigger()) this.close(false);
  };
}
