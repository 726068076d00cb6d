import { css, type PropertyDeclarations, type PropertyValues } from '@lit/reactive-element';
import { atHand } from '../../ui/at-hand.js';
import { chipColor, chipParts } from '../../ui/chip-look.js';
import { chipStyles } from '../../ui/chip.styles.js';
import { everyMinute, formatDuration, stopEveryMinute } from '../../ui/clock.js';
import { LazyPart } from '../../ui/lazy-part.js';
import { unsetSourceText } from '../../ui/unset-source.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Interest } from '../../store/pipeline.js';
import { base } from '../../styles/base.js';
import { tokens } from '../../styles/tokens.js';
import type { Chooser, ChooserHost } from './chooser.js';
import {
  NOTHING_YET,
  idsOf,
  isReadOf,
  isSameView,
  readConversations,
  viewOf,
  type Conversations,
  type View,
} from './conversations.js';
import { FormControl } from './form-control.js';
import { chooserCode } from './load-chooser.js';
import { showNotes } from './notes.js';
import { Pill, shared, type PillLook } from './pill.js';
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

  /** One sheet: every shadow root of a thousand has to be told of each. */
  static override styles = css`
    ${tokens}${base}${chipStyles}${styles}
  `;

  /** The conversation whose status it is. */
  conversationId: string | null = null;

  /** The contact behind the conversation, kept with it so that contacts can be filtered. */
  contactId: string | null = null;

  /** Several conversations at once: shows the status they share or "Mixed". Goes before `conversation-id`. */
  conversations: Conversations | null = null;

  /** Where it stands: under the inbox name, or above the text area (where it opens upward). */
  placement: 'details' | 'composer' | null = null;

  /** How big the pill is. */
  size: 'small' | 'medium' = 'medium';

  /** Shows the status without a way to change it. */
  readonly = false;

  /** Greyed out and out of the form. */
  disabled = false;

  /** Hides "No status". */
  required = false;

  /** Name in a form. */
  name: string | null = null;

  /** With more statuses than this the popup has a search field. */
  searchThreshold = 12;

  #value: Id | null = null;
  #searched = false;
  #refs: Conversations = [];
  #view = NOTHING_YET;
  #pill: Pill | undefined;
  /** Whether anything stands beside the pill. */
  #hasNotes = false;
  /** Made when it is first wanted: a page has a thousand pickers. */
  #lazy: LazyPart<typeof Chooser, Chooser> | undefined;

  /**
   * The status id; `null` for no status, or where several conversations have different ones. Settable only without
   * conversations; the attribute is the value that a form's reset goes back to.
   */
  get value(): Id | null {
    return this.isBound ? (viewOf(this.store, this.#refs).statusId ?? null) : this.#value;
  }

  set value(value: Id | null) {
    const before = this.#value;
    this.#value = value === '' || value === undefined ? null : value;
    this.requestUpdate('value', before);
  }

  /** Opens the list, if it may be used. */
  show(): void {
    this.#use((chooser) => chooser.open());
  }

  /** Closes the list without a pick. */
  hide(): void {
    this.#lazy?.cancel();
    this.#chooser?.close(this.shadowRoot?.activeElement != null);
  }

  override focus(options?: FocusOptions): void {
    this.#pill?.element.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    chooserCode.loadSoon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    stopEveryMinute(this.stores);
    this.#lazy?.cancel();
    this.#chooser?.leave();
  }

  /** Whoever waits for the element after `show()` waits for its list too. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await this.#lazy?.settled;
    const isComplete = await super.getUpdateComplete();
    const rest = this.#chooser?.settled;
    return rest ? rest.then(() => this.updateComplete) : isComplete;
  }

  protected override interest(): Interest {
    // Before the first update, so that what is shown is asked for as soon as the element is in the page.
    if (!this.hasUpdated) this.#refs = readConversations(this);
    return { statuses: true, conversationIds: this.#refs.map((ref) => ref.conversationId) };
  }

  protected override sourceChanged(isSession: boolean): void {
    this.#lazy?.cancel();
    this.#chooser?.changeSource(isSession);
  }

  /** Mostly it looks the same: the list came before the conversation, or another's status was renamed. */
  protected override storeChanged(): void {
    const hadSearch = this.#searched;
    const isSame = isSameView(this.#view, this.#look()) && this.#hasSearch === hadSearch;
    if (!isSame || this.#chooser || this.placement === 'details') this.requestUpdate();
  }

  /** A placeholder that would be gone before it is painted costs as much as the status itself. */
  protected override scheduleUpdate(): void | Promise<unknown> {
    const isAwaited = !this.hasUpdated && this.store && this.#refs.length && this.#look().isLoading;
    return isAwaited ? atHand().then(() => super.scheduleUpdate()) : super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const isGiven = changed.has('conversationId') || changed.has('contactId') || changed.has('conversations');
    if (isGiven && !isReadOf(this.#refs, this)) {
      const before = idsOf(this.#refs);
      this.#refs = readConversations(this);
      // Not when a host only hands over a new list of the same.
      if (idsOf(this.#refs) !== before) {
        this.#chooser?.reset();
        // Nor a list that is only about to be rendered: the host opened it for these.
        if (this.#pill?.element.ariaExpanded === 'true') this.hide();
        this.stores.rewatch();
      }
    }
    this.#view = this.#look();
    this.#chooser?.check();
    if (this.isDisabled || this.readonly) this.hide();
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    this.#showPill();
    if (this.placement === 'details' && this.isConnected) everyMinute(this.stores);
    else stopEveryMinute(this.stores);
    this.#showNotes();
    this.#chooser?.render();
  }

  protected override updated(): void {
    const { isLoading, error, statusId, isSaving } = this.#view;
    this.#chooser?.settle();
    this.tellForm(this.#pill!.element, statusId ?? null, !(this.isBound && isLoading));
    this.setState('open', this.#isOpen);
    this.setState('loading', isLoading);
    this.setState('saving', isSaving);
    this.setState('error', this.#hasMessage || error !== undefined);
    this.setState('empty', !isLoading && statusId === null);
  }

  #showPill(): void {
    const { isLoading, error, status, isSaving } = this.#view;
    const isSkeleton = isLoading && !error;
    const isOpen = this.#isOpen;
    const hasSearch = this.#hasSearch;
    const name = this.text('pipelineStatus');
    const look: PillLook = {
      button: this.readonly
        ? undefined
        : shared({
            'aria-haspopup': hasSearch ? 'dialog' : 'listbox',
            'aria-expanded': isOpen ? 'true' : 'false',
            'aria-controls': isOpen ? (hasSearch ? 'popup' : 'listbox') : null,
            'aria-label': name,
            'aria-busy': isSaving || isLoading ? 'true' : null,
            'aria-required': this.required ? 'true' : null,
            'aria-describedby': this.#hasMessage ? 'error' : null,
            disabled: this.isDisabled ? '' : null,
          }),
      chip: {
        class: isSkeleton ? 'skeleton' : error && isLoading ? 'chip failed' : 'chip',
        part: isSkeleton ? 'skeleton' : chipParts(status),
        'data-none': status ? null : '',
      },
      color: status && chipColor(status),
      label: this.#label(),
      prefix: `${name}: `,
    };
    if (this.#pill?.isButton !== !this.readonly) this.#replacePill(Pill.of(look));
    this.#pill!.show(look);
  }

  #replacePill(pill: Pill): void {
    if (pill.isButton) {
      pill.element.addEventListener('click', PipelineStatusPicker.#handleClick);
      pill.element.addEventListener('keydown', PipelineStatusPicker.#handleKeyDown);
    }
    if (this.#pill) this.#pill.element.replaceWith(pill.element);
    else this.renderRoot.appendChild(pill.element);
    this.#pill = pill;
  }

  #showNotes(): void {
    const { isLoading, error } = this.#view;
    const since = this.#since();
    const unread = isLoading && error ? this.#unread(error) : '';
    const failure = this.#lazy?.failure ? this.text('errorUnavailable') : '';
    const hasNotes = Boolean(since || unread || failure);
    if (hasNotes || this.#hasNotes) showNotes(this.#pill!.element, { since, unread, failure });
    this.#hasNotes = hasNotes;
  }

  #unread(error: PipelineError): string {
    return unsetSourceText((key, values) => this.text(key, values), error) ?? this.text('loadFailed');
  }

  #label(): string {
    const { isLoading, error, statusId, status } = this.#view;
    if (isLoading) return error ? '—' : this.text('loading');
    return statusId === undefined ? this.text('mixed') : (status?.name ?? this.text('noStatus'));
  }

  /** Since when the conversation has this status, in words. */
  #since(): string {
    const [ref] = this.#refs;
    if (this.placement !== 'details' || !ref || this.#refs.length > 1) return '';
    const entry = this.store?.entry(ref.conversationId);
    if (!entry?.statusId || !entry.changedAt || entry.pending) return '';
    const duration = formatDuration(Date.now() - entry.changedAt, this.localize.tag);
    return duration ? this.text('forDuration', { duration }) : '';
  }

  /** Whether it shows conversations of the adapter, rather than a value of its own. */
  protected override get isBound(): boolean {
    return this.conversations !== null || this.conversationId !== null;
  }

  /** Once open with a search field, it keeps it: focus may be there. */
  get #hasSearch(): boolean {
    const isMany = (this.store?.statuses.length ?? 0) > this.searchThreshold;
    return (this.#searched = isMany || (this.#isOpen && this.#searched));
  }

  /** What there is to show now. */
  #look(): View {
    return viewOf(this.store, this.#refs, this.isBound ? undefined : this.#value);
  }

  get #chooser(): Chooser | undefined {
    return this.#lazy?.part;
  }

  get #isOpen(): boolean {
    return this.#chooser?.isOpen ?? false;
  }

  /** Whether something beside the pill says what went wrong. */
  get #hasMessage(): boolean {
    const { isLoading, error } = this.#view;
    return Boolean((isLoading && error) || this.#lazy?.failure || this.#chooser?.message);
  }

  /** Does something with the chooser as soon as it is here: mostly at once. */
  #use(act: (chooser: Chooser) => void): void {
    if (this.isDisabled || this.readonly || !this.isConnected) return;
    this.#lazy ??= new LazyPart(this, chooserCode, (Class) => new Class(this.#forChooser()));
    this.#lazy.useNow(act);
  }

  #forChooser(): ChooserHost {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the getters
    const element = this;
    return {
      element,
      localize: this.localize,
      stores: this.stores,
      get store() {
        return element.store;
      },
      get trigger() {
        return element.#pill!.element;
      },
      get conversations() {
        return element.isBound ? element.#refs : undefined;
      },
      get view() {
        return element.#look();
      },
      get hasSearch() {
        return element.#hasSearch;
      },
      fireNative: () => this.fireNative(),
    };
  }

  // One function each for all pickers.

  static readonly #of = ({ currentTarget }: Event): PipelineStatusPicker =>
    ((currentTarget as Element).getRootNode() as ShadowRoot).host as PipelineStatusPicker;

  static readonly #handleClick = (event: Event): void => {
    const picker = PipelineStatusPicker.#of(event);
    if (picker.#isOpen) picker.#chooser!.close(true);
    else picker.show();
  };

  static readonly #handleKeyDown = (event: KeyboardEvent): void => {
    if (PipelineStatusPicker.#of(event).#press(event)) event.preventDefault();
  };

  /** A key on the button. Returns whether it means something there. */
  #press({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (this.#isOpen) return false;
    if (key === 'Escape') this.#lazy?.cancel();
    const isPlain = !ctrlKey && !metaKey && !altKey;
    if (key === 'z' && (ctrlKey || metaKey)) return this.#chooser?.undo() ?? false;
    if (key === 'ArrowDown') this.show();
    else if (key === 'ArrowUp' || key === 'Home') this.#use((chooser) => chooser.open('first'));
    else if (key === 'End') this.#use((chooser) => chooser.open('last'));
    else if (isPlain && key.length === 1 && key !== ' ') this.#use((chooser) => chooser.open(undefined, key));
    else return false;
    return true;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-status-picker': PipelineStatusPicker;
  }
}
