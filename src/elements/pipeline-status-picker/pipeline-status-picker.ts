/** `<pipeline-status-picker>`: shows the status of a conversation and changes it. Longer than most for its documented API. */
import { css, type PropertyDeclarations, type PropertyValues } from '@lit/reactive-element';
import { chipColor, chipParts, chipStyles } from '../../ui/chip.js';
import { everyMinute, formatDuration, stopEveryMinute } from '../../ui/clock.js';
import { FormAssociatedElement } from '../../ui/form-associated.js';
import { LazyCode, LazyPart } from '../../ui/lazy.js';
import { unsetSourceText } from '../../ui/unset-source.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Interest } from '../../store/pipeline.js';
import { base, tokens } from '../../styles/base.js';
import {
  LOADING,
  NONE_REJECTED,
  idsOf,
  isParsedFrom,
  isSameStatus,
  parseConversations,
  sharedStatusOf,
  type Conversations,
  type RejectedRef,
  type SharedStatus,
} from './bulk-selection.js';
import type { PickerPopup } from './picker-popup.js';
import { Pill, renderNotes, shareAttributes, type PillContent } from './pill.js';
import { styles } from './pipeline-status-picker.styles.js';

const popupCode = new LazyCode(async () => (await import('./picker-popup.js')).PickerPopup);

/**
 * Shows the status of a conversation as a pill. Clicking it opens a list to choose another one.
 *
 * With `conversation-id` or `conversations` it reads and writes through the adapter. Without, it is a form control whose
 * value is a status id.
 *
 * @summary Shows and changes the status of a conversation.
 * @tag pipeline-status-picker
 *
 * @fires {PipelineBeforeStatusChangeEvent} pipeline-before-status-change - Before a change is written. Canceling it prevents the change.
 * @fires {PipelineStatusChangeEvent} pipeline-status-change - After the adapter has confirmed a change.
 * @fires {PipelineErrorEvent} pipeline-error - When loading or a change failed. The element shows it too.
 * @fires {Event} input - When the user picked a status, as with a native control.
 * @fires {Event} change - When the user picked a status, as with a native control.
 *
 * @csspart trigger - The button.
 * @csspart chip - The pill of a status; also carries `status-{slug}`.
 * @csspart swatch - The dot in the status's color.
 * @csspart label - The name in a pill.
 * @csspart caret - The arrow of the button.
 * @csspart popup - The popup.
 * @csspart search - The search field, above `search-threshold` statuses.
 * @csspart clear - The button that empties the search field.
 * @csspart listbox - The list of options.
 * @csspart option - One option.
 * @csspart check - The check mark of the selected option.
 * @csspart undo - The button that undoes a change.
 * @csspart error - Why something failed.
 * @csspart message - What a slow change waits for.
 * @csspart empty - The message when there is nothing to choose from.
 * @csspart skeleton - The placeholder while loading.
 *
 * @cssstate open - The popup is open.
 * @cssstate loading - The status is being read.
 * @cssstate saving - A change is being written.
 * @cssstate error - Loading or the last change failed.
 * @cssstate empty - The conversation has no status.
 */
export class PipelineStatusPicker extends FormAssociatedElement {
  static override properties: PropertyDeclarations = {
    conversationId: { attribute: 'conversation-id' },
    contactId: { attribute: 'contact-id' },
    conversations: { attribute: false },
    placement: { reflect: true, useDefault: true },
    size: { reflect: true, useDefault: true },
    readonly: { type: Boolean, reflect: true, useDefault: true },
    disabled: { type: Boolean, reflect: true, useDefault: true },
    required: { type: Boolean, reflect: true, useDefault: true },
    name: { reflect: true, useDefault: true },
    searchThreshold: { type: Number, attribute: 'search-threshold' },
    value: {},
  };

  /** One sheet: adopting each further one takes time in each of a thousand shadow roots. */
  static override styles = css`
    ${tokens}${base}${chipStyles}${styles}
  `;

  /** The conversation whose status is shown. */
  conversationId: string | null = null;

  /** The contact behind the conversation. It is stored with the conversation, so that contacts can be filtered. */
  contactId: string | null = null;

  /** Several conversations at once: shows the status that they share, or "Mixed". Takes precedence over `conversation-id`. */
  conversations: Conversations | null = null;

  /** Where the picker is placed: in the details under the inbox name, or above the text box, where it opens upward. */
  placement: 'details' | 'composer' | null = null;

  /** The size of the pill. */
  size: 'small' | 'medium' = 'medium';

  /** Shows the status as text, which cannot be changed. */
  readonly = false;

  /** Grays the picker out and excludes it from its form. */
  disabled = false;

  /** Hides "No status". */
  required = false;

  /** The name in a form. */
  name: string | null = null;

  /** With more statuses than this the popup has a search field. */
  searchThreshold = 12;

  #value: Id | null = null;
  #conversations: Conversations = [];
  #rejected = NONE_REJECTED;
  /** The status that was last rendered. */
  #rendered = LOADING;
  #hadSearch = false;
  #hasNotes = false;
  #pill: Pill | undefined;
  /** Created on first use, as a page may have a thousand pickers. */
  #lazyPopup: LazyPart<typeof PickerPopup, PickerPopup> | undefined;

  /**
   * The status id; `null` for no status, or if the conversations have different ones. Can only be set without
   * conversations. The attribute is the value after a form reset.
   */
  get value(): Id | null {
    return this.#isBound ? (sharedStatusOf(this.store, this.#conversations).statusId ?? null) : this.#value;
  }

  set value(value: Id | null) {
    const before = this.#value;
    this.#value = value === '' || value === undefined ? null : value;
    this.requestUpdate('value', before);
  }

  /** Opens the list, unless the picker is disabled or read-only. */
  show(): void {
    this.#usePopup((popup) => popup.open());
  }

  /** Closes the list without a change. */
  hide(): void {
    this.#lazyPopup?.cancel();
    this.#popup?.close(this.shadowRoot?.activeElement != null);
  }

  override focus(options?: FocusOptions): void {
    this.#pill?.element.focus(options);
  }

  override formStateRestoreCallback(state: string | File | FormData | null): void {
    // The status of a conversation is the adapter's, and no form changes it.
    if (!this.#isBound) super.formStateRestoreCallback(state);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    popupCode.loadSoon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    stopEveryMinute(this.stores);
    this.#lazyPopup?.cancel();
    this.#popup?.handleDisconnect();
  }

  /** `updateComplete` after `show()` includes the list. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await this.#lazyPopup?.settled;
    const isComplete = await super.getUpdateComplete();
    const settled = this.#popup?.settled;
    return settled ? settled.then(() => this.updateComplete) : isComplete;
  }

  protected override interest(): Interest {
    // Before the first update, so that the conversation is requested as soon as the element is in the page.
    if (!this.hasUpdated) this.#parseConversations();
    return { statuses: true, conversationIds: this.#conversations.map((ref) => ref.conversationId) };
  }

  protected override sourceChanged(isSession: boolean): void {
    this.#lazyPopup?.cancel();
    this.#popup?.changeSource(isSession);
  }

  /** Most changes of the store make no difference here: they are about other conversations or statuses. */
  protected override storeChanged(): void {
    const hadSearch = this.#hadSearch;
    const isSame = isSameStatus(this.#rendered, this.#status()) && this.#hasSearch() === hadSearch;
    if (!isSame || this.#popup || this.placement === 'details') this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('conversationId') || changed.has('contactId') || changed.has('conversations')) {
      this.#updateConversations();
    }
    this.#rendered = this.#status();
    if (this.#rendered.hasFeedback || this.#rejected.length) this.#loadPopup();
    this.#popup?.willUpdate();
    if (this.isDisabled || this.readonly) this.hide();
  }

  #parseConversations(): void {
    const rejected: RejectedRef[] = [];
    this.#conversations = parseConversations(this, rejected);
    this.#rejected = rejected.length ? rejected : NONE_REJECTED;
  }

  #updateConversations(): void {
    if (isParsedFrom(this.#conversations, this) && !this.#rejected.length) return;
    const before = idsOf(this.#conversations);
    this.#parseConversations();
    // A new list with the same conversations changes nothing.
    if (idsOf(this.#conversations) === before) return;
    this.#popup?.reset();
    // A list that the page has opened, but which is not rendered yet, is for the new conversations and stays.
    if (this.#pill?.element.ariaExpanded === 'true') this.hide();
    this.stores.rewatch();
  }

  // The handlers are static: all pickers share one function each.

  static readonly #pickerOf = ({ currentTarget }: Event): PipelineStatusPicker =>
    ((currentTarget as Element).getRootNode() as ShadowRoot).host as PipelineStatusPicker;

  static readonly #handleClick = (event: Event): void => {
    const picker = PipelineStatusPicker.#pickerOf(event);
    if (picker.#isOpen) picker.#popup!.close(true);
    else picker.show();
  };

  static readonly #handleKeyDown = (event: KeyboardEvent): void => {
    if (PipelineStatusPicker.#pickerOf(event).#handleKey(event)) event.preventDefault();
  };

  /** Handles a key on the button. Returns whether it has a meaning there. */
  #handleKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (this.#isOpen) return false;
    if (key === 'Escape') this.#lazyPopup?.cancel();
    const isPlain = !ctrlKey && !metaKey && !altKey;
    if (key === 'z' && (ctrlKey || metaKey)) return this.#popup?.undo() ?? false;
    if (key === 'ArrowDown') this.show();
    else if (key === 'ArrowUp' || key === 'Home') this.#usePopup((popup) => popup.open('first'));
    else if (key === 'End') this.#usePopup((popup) => popup.open('last'));
    else if (isPlain && key.length === 1 && key !== ' ') this.#usePopup((popup) => popup.open(undefined, key));
    else return false;
    return true;
  }

  /** Does something with the popup as soon as its code is loaded. */
  #usePopup(act: (popup: PickerPopup) => void): void {
    if (this.isDisabled || this.readonly || !this.isConnected) return;
    this.#popupPart.useNow(act);
  }

  /** Loads the popup for what it renders beside the pill. */
  #loadPopup(): void {
    const part = this.#popupPart;
    if (!part.part && !part.failure && !part.settled) part.use(() => undefined);
  }

  get #popupPart(): LazyPart<typeof PickerPopup, PickerPopup> {
    return (this.#lazyPopup ??= new LazyPart(this, popupCode, (Popup) => this.#createPopup(Popup)));
  }

  #createPopup(Popup: typeof PickerPopup): PickerPopup {
    return new Popup({
      element: this,
      stores: this.stores,
      localize: this.localize,
      text: this.text,
      trigger: () => this.#pill!.element,
      status: () => this.#status(),
      conversations: () => (this.#isBound ? this.#conversations : undefined),
      rejected: () => this.#rejected,
      hasSearch: () => this.#hasSearch(),
      fireNativeEvents: () => {
        this.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
        this.dispatchEvent(new Event('change', { bubbles: true }));
      },
    });
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    this.#renderPill();
    this.#renderNotes();
    this.#popup?.render();
  }

  protected override updated(): void {
    const { isLoading, error, statusId, isSaving } = this.#rendered;
    this.#popup?.updated();
    this.#updateForm();
    if (this.placement === 'details' && this.isConnected) everyMinute(this.stores);
    else stopEveryMinute(this.stores);
    this.setState('open', this.#isOpen);
    this.setState('loading', isLoading && !this.#invalid);
    this.setState('saving', isSaving);
    this.setState('error', this.#hasMessage || error !== undefined || this.#rejected.length > 0);
    this.setState('empty', !isLoading && statusId === null);
  }

  #updateForm(): void {
    const { isLoading, statusId = null } = this.#rendered;
    const { element, isButton } = this.#pill!;
    // While the status of a conversation is loading, the form has no value and the control is valid.
    const isKnown = !(this.#isBound && isLoading);
    if (isButton) this.setLabels(element);
    if (isKnown || this.hasFormValue) this.setFormValue(statusId ?? '');
    this.setMissing(this.required && statusId === null && isKnown ? this.text('requiredMissing') : '', element);
  }

  #renderPill(): void {
    const content = this.#pillContent();
    if (this.#pill?.isButton !== (content.button !== undefined)) {
      const pill = Pill.for(content);
      if (pill.isButton) {
        pill.element.addEventListener('click', PipelineStatusPicker.#handleClick);
        pill.element.addEventListener('keydown', PipelineStatusPicker.#handleKeyDown);
      }
      if (this.#pill) this.#pill.element.replaceWith(pill.element);
      else this.renderRoot.appendChild(pill.element);
      this.#pill = pill;
    }
    this.#pill.show(content);
  }

  #pillContent(): PillContent {
    const { isLoading, error, statusId, status, isSaving } = this.#rendered;
    const isSkeleton = isLoading && !error;
    const isOpen = this.#isOpen;
    const hasSearch = this.#hasSearch();
    const name = this.text('pipelineStatus');
    const label = !isLoading
      ? statusId === undefined
        ? this.text('mixed')
        : (status?.name ?? this.text('noStatus'))
      : error
        ? '—'
        : this.text('loading');
    return {
      button: this.readonly
        ? undefined
        : shareAttributes({
            'aria-haspopup': hasSearch ? 'dialog' : 'listbox',
            'aria-expanded': isOpen ? 'true' : 'false',
            'aria-controls': isOpen ? (hasSearch ? 'popup' : 'listbox') : null,
            'aria-label': name,
            'aria-busy': isSaving || isLoading ? 'true' : null,
            'aria-required': this.required ? 'true' : null,
            'aria-describedby': this.#popup?.description || (this.#hasMessage ? 'error' : null),
            disabled: this.isDisabled ? '' : null,
          }),
      chip: {
        class: isSkeleton ? 'skeleton' : error && isLoading ? 'chip failed' : 'chip',
        part: isSkeleton ? 'skeleton' : chipParts(status),
        'data-none': status ? null : '',
      },
      color: status && chipColor(status),
      label,
      prefix: `${name}: `,
    };
  }

  #renderNotes(): void {
    const { isLoading, error } = this.#rendered;
    const duration = this.#duration();
    const readError =
      isLoading && error && !this.#invalid ? (unsetSourceText(this.text, error) ?? this.text('loadFailed')) : '';
    const popupError = this.#lazyPopup?.failure ? this.text('errorUnavailable') : '';
    const hasNotes = Boolean(duration || readError || popupError);
    if (hasNotes || this.#hasNotes) renderNotes(this.#pill!.element, { duration, readError, popupError });
    this.#hasNotes = hasNotes;
  }

  /** How long the conversation has had its status, such as "for 3 days". */
  #duration(): string {
    const [ref] = this.#conversations;
    if (this.placement !== 'details' || !ref || this.#conversations.length > 1) return '';
    const entry = this.store?.entry(ref.conversationId);
    if (!entry?.statusId || !entry.changedAt || entry.pending) return '';
    const duration = formatDuration(Date.now() - entry.changedAt, this.localize.tag);
    return duration ? this.text('forDuration', { duration }) : '';
  }

  /** Why no conversation is shown: none of those that the page named has a valid id. */
  get #invalid(): PipelineError | undefined {
    return this.#conversations.length ? undefined : this.#rejected[0]?.error;
  }

  /** Whether the picker shows conversations of the adapter, rather than a value of its own. */
  get #isBound(): boolean {
    return this.conversations !== null || this.conversationId !== null;
  }

  /** The status as the store has it now. */
  #status(): SharedStatus {
    if (this.#invalid) return { ...LOADING, error: this.#invalid };
    return sharedStatusOf(this.store, this.#conversations, this.#isBound ? undefined : this.#value);
  }

  /** An open list keeps its search field, which may have focus. */
  #hasSearch(): boolean {
    const hasMany = (this.store?.statuses.length ?? 0) > this.searchThreshold;
    return (this.#hadSearch = hasMany || (this.#isOpen && this.#hadSearch));
  }

  get #popup(): PickerPopup | undefined {
    return this.#lazyPopup?.part;
  }

  get #isOpen(): boolean {
    return this.#popup?.isOpen ?? false;
  }

  /** Whether an error message stands beside the pill. */
  get #hasMessage(): boolean {
    const { isLoading, error } = this.#rendered;
    return Boolean((isLoading && error) || this.#lazyPopup?.failure || this.#popup?.message);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-status-picker': PipelineStatusPicker;
  }
}
