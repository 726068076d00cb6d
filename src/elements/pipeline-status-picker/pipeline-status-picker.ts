import { css, type PropertyValues } from '@lit/reactive-element';
import { property } from '@lit/reactive-element/decorators/property.js';
import { PipelineErrorEvent } from '../../events.js';
import { chipColor, chipParts } from '../../internal/chip-look.js';
import { chipStyles } from '../../internal/chip.styles.js';
import { everyMinute, formatDuration, stopEveryMinute } from '../../internal/clock.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { Interest } from '../../store/store.js';
import { base } from '../../styles/base.js';
import { tokens } from '../../styles/tokens.js';
import type { Chooser, ChooserHost } from './chooser.js';
import { idsOf, readConversations, viewOf, type Conversations, type View } from './conversations.js';
import { FormControl } from './form-control.js';
import { chooserClass, loadChooser, loadChooserSoon } from './load-chooser.js';
import { showNotes, type Notes } from './notes.js';
import { makePill, showInPill, type PillLook } from './pill.js';
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
  /** One sheet: every shadow root of a thousand has to be told of each. */
  static override styles = css`
    ${tokens}${base}${chipStyles}${styles}
  `;

  /** The conversation whose status it is. */
  @property({ attribute: 'conversation-id' }) conversationId: string | null = null;

  /** The contact behind the conversation, kept with it so that contacts can be filtered. */
  @property({ attribute: 'contact-id' }) contactId: string | null = null;

  /** Several conversations at once: shows the status they share or "Mixed". Goes before `conversation-id`. */
  @property({ attribute: false }) conversations: Conversations | null = null;

  /** Where it stands: under the inbox name, or above the text area (where it opens upward). */
  @property({ reflect: true, useDefault: true }) placement: 'details' | 'composer' | null = null;

  /** How big the pill is. */
  @property({ reflect: true, useDefault: true }) size: 'small' | 'medium' = 'medium';

  /** Shows the status without a way to change it. */
  @property({ type: Boolean, reflect: true, useDefault: true }) readonly = false;

  /** Greyed out and out of the form. */
  @property({ type: Boolean, reflect: true, useDefault: true }) disabled = false;

  /** Hides "No status". */
  @property({ type: Boolean, reflect: true, useDefault: true }) required = false;

  /** Name in a form. */
  @property({ reflect: true, useDefault: true }) name: string | null = null;

  /** With more statuses than this the popup has a search field. */
  @property({ type: Number, attribute: 'search-threshold' }) searchThreshold = 12;

  #value: Id | null = null;
  #searched = false;
  #refs: Conversations = [];
  #view!: View;
  #pill: HTMLElement | undefined;
  /** What the pill shows. */
  #pillLook: PillLook | undefined;
  /** Whether anything stands beside the pill. */
  #hasNotes = false;
  #chooser: Chooser | undefined;
  /** Goes up when an opening is taken back: the chooser may be on its way then. */
  #wish = 0;
  /** Why the chooser is not here, though it was wanted. */
  #failure: PipelineError | undefined;

  /**
   * The status id; `null` for no status, or where several conversations have different ones. Settable only without
   * conversations; the attribute is the value that a form's reset goes back to.
   */
  @property()
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
    this.#wish++;
    this.#chooser?.close(this.shadowRoot?.activeElement != null);
  }

  override focus(options?: FocusOptions): void {
    this.#pill?.focus(options);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    loadChooserSoon();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    stopEveryMinute(this.stores);
    this.#chooser?.leave();
  }

  protected override interest(): Interest {
    return { statuses: true, conversationIds: this.#refs.map((ref) => ref.conversationId) };
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('conversationId') || changed.has('contactId') || changed.has('conversations')) {
      const before = idsOf(this.#refs);
      this.#refs = readConversations(this);
      // Not when a host only hands over a new list of the same.
      if (idsOf(this.#refs) !== before) {
        this.#chooser?.reset();
        // Nor a list that is only about to be rendered: the host opened it for these.
        if (this.#pill?.ariaExpanded === 'true') this.hide();
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
    const { isLoading, error } = this.#view;
    const notes: Notes = {
      since: this.#since(),
      unread: isLoading && error ? this.text('loadFailed') : '',
      failure: this.#failure ? this.errorText(this.#failure) : '',
    };
    const hasNotes = Boolean(notes.since || notes.unread || notes.failure);
    if (hasNotes || this.#hasNotes) showNotes(this.#pill!, notes);
    this.#hasNotes = hasNotes;
    this.#chooser?.render();
  }

  protected override updated(): void {
    const { isLoading, error, statusId, isSaving } = this.#view;
    this.tellForm(this.#pill!, !(this.isBound && isLoading));
    this.setState('open', this.#isOpen);
    this.setState('loading', isLoading);
    this.setState('saving', isSaving);
    this.setState('error', this.#hasMessage || error !== undefined);
    this.setState('empty', !isLoading && statusId === null);
  }

  #showPill(): void {
    const { isLoading, error, statusId, isSaving } = this.#view;
    if (!this.#pill || (this.#pill.localName === 'button') === this.readonly) {
      const before = this.#pill;
      this.#pill = makePill(this.readonly);
      if (!this.readonly) {
        this.#pill.addEventListener('click', this.#handleTriggerClick);
        this.#pill.addEventListener('keydown', this.#handleTriggerKeyDown);
      }
      this.#pillLook = undefined;
      if (before) before.replaceWith(this.#pill);
      else this.renderRoot.append(this.#pill);
    }
    const status = isLoading ? undefined : this.store?.status(statusId ?? null);
    const isSkeleton = isLoading && !error;
    const isOpen = this.#isOpen;
    const hasSearch = this.#hasSearch;
    const look: PillLook = {
      button: {
        'aria-haspopup': hasSearch ? 'dialog' : 'listbox',
        'aria-expanded': isOpen ? 'true' : 'false',
        'aria-controls': isOpen ? (hasSearch ? 'popup' : 'listbox') : null,
        'aria-label': this.text('pipelineStatus'),
        'aria-busy': isSaving || isLoading ? 'true' : null,
        'aria-required': this.required ? 'true' : null,
        'aria-describedby': this.#hasMessage ? 'error' : null,
        disabled: this.isDisabled ? '' : null,
      },
      chip: {
        class: isSkeleton ? 'skeleton' : error && isLoading ? 'chip failed' : 'chip',
        part: isSkeleton ? 'skeleton' : chipParts(status),
        'data-none': status ? null : '',
      },
      color: chipColor(status),
      label: this.#label(status),
      prefix: `${this.text('pipelineStatus')}: `,
    };
    showInPill(this.#pill, look, this.#pillLook);
    this.#pillLook = look;
  }

  #label(status: Status | undefined): string {
    const { isLoading, error, statusId } = this.#view;
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
    const view = viewOf(this.store, this.#refs);
    return this.isBound ? view : { ...view, statusId: this.#value };
  }

  get #isOpen(): boolean {
    return this.#chooser?.isOpen ?? false;
  }

  /** Whether something beside the pill says what went wrong. */
  get #hasMessage(): boolean {
    const { isLoading, error } = this.#view;
    return Boolean((isLoading && error) || this.#failure || this.#chooser?.message);
  }

  /** Does something with the chooser as soon as it is here: mostly at once. */
  #use(act: (chooser: Chooser) => void): void {
    if (this.isDisabled || this.readonly || !this.isConnected) return;
    const Class = chooserClass();
    if (Class) return act((this.#chooser ??= new Class(this.#forChooser())));
    if (this.#failure) this.requestUpdate();
    this.#failure = undefined;
    const wish = this.#wish;
    const hadFocus = this.shadowRoot?.activeElement != null;
    loadChooser().then(
      () => {
        // Whoever went on meanwhile does not want it any more.
        const hasLeft = hadFocus && !this.shadowRoot?.activeElement;
        if (wish === this.#wish && !hasLeft) this.#use(act);
      },
      (error: PipelineError) => {
        this.#failure = error;
        this.requestUpdate();
        this.dispatchEvent(new PipelineErrorEvent(error, 'load'));
      },
    );
  }

  #forChooser(): ChooserHost {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the getters
    const element = this;
    return {
      element,
      localize: this.localize,
      get store() {
        return element.store;
      },
      get trigger() {
        return element.#pill!;
      },
      get conversations() {
        return element.isBound ? element.#refs : undefined;
      },
      get shared() {
        return element.#look().statusId;
      },
      get hasSearch() {
        return element.#hasSearch;
      },
      get isLoading() {
        return element.#look().isLoading;
      },
      get loadError() {
        return element.#look().error;
      },
      text: (key, values) => this.text(key, values),
      errorText: (error) => this.errorText(error),
      take: (value) => {
        this.value = value;
        this.fireNative();
      },
      fireNative: () => this.fireNative(),
    };
  }

  readonly #handleTriggerClick = (): void => {
    if (this.#isOpen) this.#chooser!.close(true);
    else this.show();
  };

  readonly #handleTriggerKeyDown = (event: KeyboardEvent): void => {
    if (this.#isOpen) return;
    const { key } = event;
    if (key === 'Escape') this.#wish++;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (key === 'z' && (event.ctrlKey || event.metaKey)) {
      if (!this.#chooser?.undo()) return;
    } else if (key === 'ArrowDown') this.show();
    else if (key === 'ArrowUp' || key === 'Home') this.#use((chooser) => chooser.open('first'));
    else if (key === 'End') this.#use((chooser) => chooser.open('last'));
    else if (isPlain && key.length === 1 && key !== ' ') this.#use((chooser) => chooser.open(undefined, key));
    else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-status-picker': PipelineStatusPicker;
  }
}
