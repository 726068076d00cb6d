/** The popup of the filter: the condition, the statuses to select, and a button to clear. Loaded on first use. */
import { countWaiting } from '../../store/restored-picks.js';
import { adoptStyles, type ReactiveController, type ReactiveElement } from '@lit/reactive-element';
import { live } from 'lit/directives/live.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { loadErrorText } from '../../ui/error-text.js';
import { focusAfterRemoval } from '../../ui/dom.js';
import { announce } from '../../ui/live-region.js';
import { learn, type LocalizeController } from '../../ui/localize.js';
import { PopupController } from '../../ui/popup.js';
import { inbox } from '../../locales/en/inbox.js';
import { isEmptyFilter, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { optionList, popup } from '../../styles/popup.js';
import { popupStyles } from './filter-popup.styles.js';
import type { FilterSubject } from './filter-subject.js';
import { StatusCheckboxes, type StatusCheckboxesHost } from './status-checkboxes.js';

/** Loading is announced after this time, when it becomes visible too. Milliseconds. */
const LOADING_DELAY = 1000;

export interface FilterPopupConfig {
  localize: LocalizeController;
  subject: FilterSubject;
  trigger(): HTMLElement | null;
  onChange(filter: Filter): void;
  onClear(): void;
}

export class FilterPopup implements ReactiveController {
  readonly #host: StatusCheckboxesHost;
  readonly #config: FilterPopupConfig;
  readonly #localize: LocalizeController;
  readonly #popup: PopupController;
  readonly #checkboxes: StatusCheckboxes;
  #isOpen = false;
  #hasStyles = false;
  /** The condition chosen while the filter is empty; it applies to the next selection, unless the filter is set before. */
  #nextOp: { op: Filter['op']; filter: Filter } | undefined;
  #focusPending = false;
  /** What had focus in the popup before the current update, and how to find what takes its place. */
  #focused: { element: Element; successor(): HTMLElement | undefined } | undefined;
  #loadingTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: StatusCheckboxesHost, config: FilterPopupConfig) {
    this.#host = host;
    this.#config = config;
    this.#localize = config.localize;
    learn(inbox);
    this.#popup = new PopupController(host, {
      trigger: () => config.trigger(),
      popup: () => this.#element,
      side: () => 'below',
      onDismiss: (reason) => this.close(reason === 'escape'),
    });
    this.#checkboxes = new StatusCheckboxes(host, {
      localize: config.localize,
      subject: config.subject,
      onToggle: (id) => this.#handleToggle(id),
    });
    host.addController(this);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#nextOp = undefined;
    this.#checkboxes.resetSearch();
    this.focusFirst();
    this.#host.requestUpdate();
  }

  close(focusTrigger: boolean): void {
    if (!this.#isOpen) return;
    this.#reset();
    this.#host.requestUpdate();
    // While the popup is still there, so that focus is never lost.
    if (focusTrigger) this.#config.trigger()?.focus({ preventScroll: true });
  }

  hostDisconnected(): void {
    this.#reset();
  }

  /** Focuses the first selected checkbox, else the first one, as soon as there are any. */
  focusFirst(): void {
    this.#focusPending = true;
  }

  hostUpdate(): void {
    const root = this.#host.shadowRoot;
    const element = root?.activeElement;
    this.#focused =
      root && element && this.#element?.contains(element)
        ? { element, successor: focusAfterRemoval(root, 'input[type=checkbox]') }
        : undefined;
  }

  /** Shows and places the popup, and moves focus. */
  hostUpdated(): void {
    if (!this.#isOpen) return this.#popup.hide();
    this.#popup.show();
    this.#announceLoading();
    this.#checkboxes.keepWidth();
    const { inputs } = this.#checkboxes;
    if (this.#focusPending) {
      const target = inputs.find((each) => each.checked) ?? inputs[0] ?? this.#element?.querySelector('button');
      if (!target) return;
      this.#focusPending = false;
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: 'nearest' });
    } else if (this.#focused && !this.#host.shadowRoot?.activeElement) {
      // Someone else deleted the focused status, or moved it, which makes it lose focus too.
      const { element, successor } = this.#focused;
      const target = element.isConnected ? (element as HTMLElement) : (successor() ?? inputs[0]);
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
      aria-label=${this.#localize.text('filterByStatus')}
      aria-busy=${this.#isLoading ? 'true' : 'false'}
      @input=${this.#handleInput}
      @keydown=${(event: KeyboardEvent) => this.#checkboxes.handleKeyDown(event)}
      @focusout=${this.#handleFocusOut}
    >
      ${this.#renderContent()}
    </div>`;
  }

  #reset(): void {
    this.#isOpen = false;
    this.#focused = undefined;
    this.#focusPending = false;
    clearTimeout(this.#loadingTimer);
    this.#loadingTimer = undefined;
  }

  /** Not in the constructor: an element outside a page may have no shadow root yet. */
  #adoptStyles(): void {
    if (this.#hasStyles) return;
    this.#hasStyles = true;
    const { elementStyles } = this.#host.constructor as typeof ReactiveElement;
    adoptStyles(this.#host.renderRoot as ShadowRoot, [...elementStyles, popup, optionList, popupStyles]);
  }

  #renderContent(): TemplateResult {
    const store = this.#store;
    const { text } = this.#localize;
    if (store?.phase === 'error') return this.#renderError(store);
    if (!store || this.#isLoading) return this.#renderSkeleton();
    return html`${store.error ? this.#renderError(store) : nothing}
      ${
        store.statuses.length
          ? this.#renderCondition()
          : store.error
            ? nothing
            : html`<p class="empty" part="empty">${text('noStatusesYet')}</p>`
      }
      ${
        this.#config.subject.countsError(store)
          ? html`<p class="failed error" part="error">${text('countsUnreadable')}</p>`
          : nothing
      }
      ${this.#checkboxes.render(store)}
      ${
        countWaiting(store.waiting)
          ? html`<p class="empty" part="message">${text('changesWaiting', { n: countWaiting(store.waiting) })}</p>`
          : nothing
      }
      <div class="foot">
        <button
          class="link-button"
          part="clear"
          type="button"
          ?disabled=${isEmptyFilter(this.#host.filter)}
          @click=${this.#config.onClear}
        >
          ${text('clearFilter')}
        </button>
      </div>`;
  }

  #renderCondition(): TemplateResult {
    const { text } = this.#localize;
    return html`<div class="ops" role="radiogroup" aria-label=${text('filterMode')}>
      ${(['any-of', 'none-of'] as const).map(
        (op) =>
          html`<label class="op"
            ><input
              type="radio"
              name="op"
              .checked=${live(op === this.#op)}
              @change=${() => this.#handleConditionChange(op)}
            /><span>${text(op === 'any-of' ? 'anyOf' : 'noneOf')}</span></label
          >`,
      )}
    </div>`;
  }

  #renderSkeleton(): TemplateResult {
    return html`<div class="loading">
      <span class="visually-hidden">${this.#localize.text('loading')}</span>
      ${[1, 2, 3].map(() => html`<span class="skeleton" part="skeleton"></span>`)}
    </div>`;
  }

  #renderError(store: PipelineStore): TemplateResult {
    const { text } = this.#localize;
    return html`<p class="failed" part="error">
      <span class="error">${loadErrorText(text, store.error, store.unreadableCount, store)}</span>
      <button class="button" type="button" @click=${() => void this.#handleRetry(store)}>${text('retry')}</button>
    </p>`;
  }

  get #store(): PipelineStore | undefined {
    return this.#config.subject.store;
  }

  get #isLoading(): boolean {
    return (this.#store?.phase ?? 'loading') === 'loading';
  }

  get #op(): Filter['op'] {
    const { filter } = this.#host;
    return this.#nextOp?.filter === filter ? this.#nextOp.op : filter.op;
  }

  get #element(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('#popup') ?? null;
  }

  #announceLoading(): void {
    if (!this.#isLoading) {
      clearTimeout(this.#loadingTimer);
      this.#loadingTimer = undefined;
    } else {
      const { text } = this.#localize;
      this.#loadingTimer ??= setTimeout(() => announce(text('loading'), this.#host), LOADING_DELAY);
    }
  }

  #handleToggle(id: Id | null): void {
    // A late event of a popup that was closed, by a change of source for instance.
    if (!this.#isOpen) return;
    const { statusIds } = this.#host.filter;
    const rest = statusIds.filter((each) => each !== id);
    this.#config.onChange({ op: this.#op, statusIds: rest.length < statusIds.length ? rest : [...statusIds, id] });
  }

  #handleConditionChange(op: Filter['op']): void {
    if (!this.#isOpen) return;
    const { filter } = this.#host;
    if (!isEmptyFilter(filter)) return this.#config.onChange({ op, statusIds: filter.statusIds });
    this.#nextOp = { op, filter };
    this.#host.requestUpdate();
  }

  async #handleRetry(store: PipelineStore): Promise<void> {
    await store.retry();
    if (!store.error || this.#store !== store) return;
    const { text } = this.#localize;
    const { unreadableCount } = store;
    announce(unreadableCount ? loadErrorText(text, store.error, unreadableCount) : text('loadFailed'), this.#host);
  }

  readonly #handleInput = (event: Event): void => {
    // Native `input` events are composed, and would look like events of the element.
    event.stopPropagation();
  };

  readonly #handleFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    // Without a target, what had focus may just have been removed from the page.
    if (!to || this.#element?.contains(to)) return;
    // A press on the button closes the popup by itself.
    if (this.#host.shadowRoot?.contains(to) && to !== this.#config.trigger()) this.close(false);
  };
}
