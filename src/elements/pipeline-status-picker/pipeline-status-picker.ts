import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { chip, chipStyles } from '../../internal/chip.js';
import { everyMinute, formatDuration } from '../../internal/clock.js';
import { warningIcon } from '../../internal/icons.js';
import { isPrintable } from '../../internal/list-keys.js';
import { Listbox, type ListOption } from '../../internal/listbox.js';
import { PopupController } from '../../internal/popup.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/store.js';
import { base } from '../../styles/base.js';
import { tokens } from '../../styles/tokens.js';
import { isSaving, isUnread, readConversations, readError, sharedStatus, type Conversations } from './conversations.js';
import { FormControl } from './form-control.js';
import { Picks } from './pick.js';
import { styles } from './pipeline-status-picker.styles.js';

/**
 * A pill with the status of a conversation: click it, choose another.
 *
 * With `conversation-id` (or `conversations`) it reads and writes through the adapter; without, it is a form control
 * whose value is a status id.
 *
 * @summary Shows and changes the status of a conversation.
 * @tag pipeline-status-picker
 *
 * @fires {PipelineBeforeStatusChangeEvent} pipeline-before-status-change - Before a pick is written; cancel it and nothing is.
 * @fires {PipelineStatusChangeEvent} pipeline-status-change - After the adapter confirmed a pick.
 * @fires {PipelineErrorEvent} pipeline-error - When loading or a pick failed; the element shows it too.
 * @fires {Event} input - When the user picked, as a native control does.
 * @fires {Event} change - When the user picked, as a native control does.
 *
 * @csspart trigger - The button.
 * @csspart chip - The pill of a status; also carries `status-{slug}`.
 * @csspart swatch - The dot in the status's colour.
 * @csspart label - The name in a pill.
 * @csspart caret - The arrow of the button.
 * @csspart popup - What opens.
 * @csspart search - The search field, above `search-threshold` statuses.
 * @csspart clear - The button that empties the search field.
 * @csspart listbox - The list of options.
 * @csspart option - One option.
 * @csspart check - The mark of the chosen option.
 * @csspart undo - The button that takes a pick back.
 * @csspart error - Why something failed.
 * @csspart empty - The sentence when there is nothing to choose.
 * @csspart skeleton - The placeholder while loading.
 *
 * @cssstate open - The popup is open.
 * @cssstate loading - The status is not known yet.
 * @cssstate saving - A pick is on its way.
 * @cssstate error - Loading or the last pick failed.
 * @cssstate empty - The conversation has no status.
 */
export class PipelineStatusPicker extends FormControl {
  static override styles = [tokens, base, chipStyles, styles];

  /** The conversation whose status it is. */
  @property({ attribute: 'conversation-id' }) conversationId: string | null = null;

  /** The contact behind the conversation, kept with it so that contacts can be filtered. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;

  /** Several conversations at once: shows the status they share or "Mixed". Goes before `conversation-id`. */
  @property({ attribute: false }) conversations: Conversations | null = null;

  /** Where it stands: under the inbox name, or above the text area (where it opens upward). */
  @property({ reflect: true }) placement: 'details' | 'composer' | null = null;

  /** How big the pill is. */
  @property({ reflect: true }) size: 'small' | 'medium' = 'medium';

  /** Shows the status without a way to change it. */
  @property({ type: Boolean, reflect: true }) readonly = false;

  /** Greyed out and out of the form. */
  @property({ type: Boolean, reflect: true }) disabled = false;

  /** Hides "No status". */
  @property({ type: Boolean, reflect: true }) required = false;

  /** Name in a form. */
  @property({ reflect: true }) name: string | null = null;

  /** With more statuses than this the popup has a search field. */
  @property({ type: Number, attribute: 'search-threshold' }) searchThreshold = 12;

  @state() private isOpen = false;

  @query('.trigger') private readonly trigger!: HTMLElement;
  @query('.popup') private readonly popupElement!: HTMLElement | null;

  #value: Id | null = null;
  #refs: Conversations = [];

  readonly #picks = new Picks({
    element: this,
    text: (key, values) => this.text(key, values),
    errorText: (error) => this.errorText(error),
    update: () => this.requestUpdate(),
    fireNative: () => this.fireNative(),
  });

  readonly #popup = new PopupController(this, {
    trigger: () => this.trigger,
    popup: () => this.popupElement,
    side: () => (this.placement === 'composer' ? 'above' : 'below'),
    onDismiss: (reason) => this.#close(reason === 'escape'),
  });

  readonly #listbox: Listbox = new Listbox(this, this.localize, {
    options: () => this.#options(),
    selected: () => this.#shared(),
    searchable: () => this.#hasSearch,
    onPick: (value) => this.#handlePick(value),
    onClose: (leaves) => this.#close(leaves),
  });

  /**
   * The status id; `null` for no status, or where several conversations have different ones. Settable only without
   * conversations; the attribute is the value that a form's reset goes back to.
   */
  @property()
  get value(): Id | null {
    return this.isBound ? (this.#shared() ?? null) : this.#value;
  }

  set value(value: Id | null) {
    const before = this.#value;
    this.#value = value === '' || value === undefined ? null : value;
    this.requestUpdate('value', before);
  }

  /** Opens the list, if it may be used. */
  show(): void {
    this.#open();
  }

  /** Closes the list without a pick. */
  hide(): void {
    this.#close(this.shadowRoot?.activeElement != null);
  }

  override focus(options?: FocusOptions): void {
    this.trigger?.focus(options);
  }

  protected override watch(store: PipelineStore, update: () => void): (() => void)[] {
    return [
      store.watchStatuses(update),
      ...this.#refs.map((ref) => store.watchEntry(ref.conversationId, update)),
      ...(this.placement === 'details' ? [everyMinute(update)] : []),
    ];
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('conversationId') || changed.has('contactId') || changed.has('conversations')) {
      this.#refs = readConversations(this);
      this.#picks.reset();
      this.hide();
      this.stores.rewatch();
    } else if (changed.has('placement')) {
      this.stores.rewatch();
    }
    if (this.store) this.#picks.check(this.store);
    if (this.isDisabled || this.readonly) this.hide();
  }

  protected override render(): TemplateResult {
    if (this.readonly) {
      return html`<span class="trigger" part="trigger"
          ><span class="visually-hidden">${this.text('pipelineStatus')}: </span>${this.#renderChip()}</span
        >${this.#renderSince()}`;
    }
    return html`<button
        class="trigger"
        part="trigger"
        type="button"
        role="combobox"
        aria-haspopup=${this.#hasSearch ? 'dialog' : 'listbox'}
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        aria-controls=${this.isOpen ? (this.#hasSearch ? 'popup' : 'listbox') : nothing}
        aria-label=${this.text('pipelineStatus')}
        aria-busy=${this.#isSaving || this.#isLoading ? 'true' : 'false'}
        aria-required=${this.required ? 'true' : nothing}
        aria-describedby=${this.#picks.message ? 'error' : nothing}
        ?disabled=${this.isDisabled}
        @click=${this.#handleTriggerClick}
        @keydown=${this.#handleTriggerKeyDown}
      >
        ${this.#renderChip(html`<span class="caret" part="caret"></span>`)}
      </button>
      ${this.#renderSince()}${this.#picks.render()} ${this.isOpen ? this.#renderPopup() : nothing}`;
  }

  protected override updated(): void {
    if (this.isOpen) {
      this.#popup.show();
      this.#listbox.settle();
    } else {
      this.#popup.hide();
    }
    this.tellForm(this.trigger, !(this.isBound && this.#isLoading));
    this.setState('open', this.isOpen);
    this.setState('loading', this.#isLoading);
    this.setState('saving', this.#isSaving);
    this.setState('error', this.#picks.message !== '' || this.#loadError !== undefined);
    this.setState('empty', !this.#isLoading && this.#shared() === null);
  }

  #renderChip(after?: TemplateResult): TemplateResult {
    if (this.#isLoading) {
      if (!this.#loadError) return html`<span class="skeleton" part="skeleton">${this.text('loading')}</span>`;
      return html`<span class="warning"
          >${warningIcon}<span class="visually-hidden">${this.text('loadFailed')}</span></span
        >${chip(undefined, '—', after)}`;
    }
    const statusId = this.#shared();
    if (statusId === undefined) return chip(undefined, this.text('mixed'), after);
    const status = this.store?.status(statusId);
    return chip(status, status?.name ?? this.text('noStatus'), after);
  }

  /** Since when the conversation has this status, in words. */
  #renderSince(): TemplateResult | typeof nothing {
    const [ref] = this.#refs;
    if (this.placement !== 'details' || !ref || this.#refs.length > 1) return nothing;
    const entry = this.store?.entry(ref.conversationId);
    if (!entry?.statusId || !entry.changedAt || entry.pending) return nothing;
    const duration = formatDuration(Date.now() - entry.changedAt, this.localize.tag);
    return duration ? html`<span class="since">${this.text('forDuration', { duration })}</span>` : nothing;
  }

  #renderPopup(): TemplateResult {
    const hasSearch = this.#hasSearch;
    return html`<div
      class="popup"
      id="popup"
      part="popup"
      popover="manual"
      role=${hasSearch ? 'dialog' : nothing}
      aria-label=${hasSearch ? this.text('pipelineStatus') : nothing}
    >
      ${this.#renderContent()}
    </div>`;
  }

  #renderContent(): TemplateResult {
    const error = this.#loadError;
    if (error) {
      return html`<p class="error" part="error">
        ${this.text('loadFailed')} ${this.errorText(error)}
        <button class="link-button" @click=${this.#handleRetry}>${this.text('retry')}</button>
      </p>`;
    }
    if (this.store?.phase === 'ready') return this.#listbox.render();
    return html`<p class="empty loading" part="empty">${this.text('loading')}</p>`;
  }

  /** Whether it shows conversations of the adapter, rather than a value of its own. */
  protected override get isBound(): boolean {
    return this.conversations !== null || this.conversationId !== null;
  }

  get #hasSearch(): boolean {
    return (this.store?.statuses.length ?? 0) > this.searchThreshold;
  }

  get #isLoading(): boolean {
    return isUnread(this.store, this.#refs);
  }

  get #isSaving(): boolean {
    return isSaving(this.store, this.#refs);
  }

  get #loadError(): PipelineError | undefined {
    return readError(this.store, this.#refs);
  }

  /** The status to show; `undefined` where its conversations have different ones. */
  #shared(): Id | null | undefined {
    return this.isBound ? sharedStatus(this.store, this.#refs) : this.#value;
  }

  #options(): ListOption[] {
    const statuses = this.store?.statuses ?? [];
    const options: ListOption[] = statuses.map((status) => ({ value: status.id, label: status.name, status }));
    const canClear = !this.required && (statuses.length > 0 || this.#shared() !== null);
    return canClear ? [...options, { value: null, label: this.text('noStatus') }] : options;
  }

  #open(at?: 'first' | 'last'): void {
    if (this.isOpen || this.isDisabled || this.readonly) return;
    this.#picks.clearMessage();
    this.isOpen = true;
    this.#listbox.open(at);
  }

  #close(focusTrigger: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    // Before the popup goes away, so that focus is never nowhere (and Tab goes on from here).
    if (focusTrigger) this.trigger.focus({ preventScroll: true });
  }

  readonly #handleTriggerClick = (): void => {
    if (this.isOpen) this.#close(true);
    else this.#open();
  };

  readonly #handleTriggerKeyDown = (event: KeyboardEvent): void => {
    if (this.isOpen) return;
    if (event.key === 'z' && (event.ctrlKey || event.metaKey) && this.#picks.canUndo) void this.#picks.undo();
    else if (event.key === 'ArrowDown') this.#open();
    else if (event.key === 'ArrowUp' || event.key === 'Home') this.#open('first');
    else if (event.key === 'End') this.#open('last');
    else if (isPrintable(event) && event.key !== ' ') {
      this.#open();
      this.#listbox.type(event.key);
    } else return;
    event.preventDefault();
  };

  readonly #handleRetry = (): void => void this.store?.retry();

  #handlePick(to: Id | null): void {
    const from = this.#shared();
    const { store } = this;
    this.#close(true);
    if (to === from) return;
    if (this.isBound) {
      if (store && this.#refs.length) void this.#picks.pick(store, this.#refs, from, to);
      return;
    }
    this.value = to;
    this.fireNative();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('focusout', this.#handleFocusOut);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('focusout', this.#handleFocusOut);
    this.isOpen = false;
    this.#picks.forget();
  }

  /** The offer to take a pick back lasts until the user goes on to something else; no clock takes it away. */
  readonly #handleFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    if (!to || to === this || this.shadowRoot?.contains(to)) return;
    this.#picks.forget();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-status-picker': PipelineStatusPicker;
  }
}
