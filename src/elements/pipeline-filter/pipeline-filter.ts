import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { FindPage } from '../../adapters/adapter.js';
import { PipelineFilterChangeEvent } from '../../events.js';
import { chipStyles } from '../../internal/chip.styles.js';
import { filterIcon } from '../../internal/icons.js';
import { announce } from '../../internal/live-region.js';
import { learn } from '../../internal/localize.js';
import { warnOnce } from '../../internal/pipeline-element.js';
import { PopupController } from '../../internal/popup.js';
import { inbox } from '../../locales/en/inbox.js';
import { PipelineError } from '../../model/errors.js';
import {
  EMPTY_FILTER,
  contactMatchesFilter,
  formatFilter,
  isEmptyFilter,
  type ContactMatch,
  type Filter,
} from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import { PipelineStore, type Interest } from '../../store/store.js';
import { base } from '../../styles/base.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { controls } from '../../styles/controls.js';
import { popup } from '../../styles/popup.js';
import { tokens } from '../../styles/tokens.js';
import { renderChosen } from './chosen.js';
import { departedFrom, renderDeparted, speakDeparted, type Departed } from './departed.js';
import { FilterPopup } from './filter-popup.js';
import { frozen, isEqual, readFilter, readQuery, without } from './filter-value.js';
import { FormControl } from './form-control.js';
import { canLookUp, loadedStatuses, lookUpStatuses, type Held, type Subject } from './held-statuses.js';
import { ListController } from './list-controller.js';
import { matchesSelector } from './matches-selector.js';
import { styles } from './pipeline-filter.styles.js';

/**
 * A button with a checkbox for each status, and one for "No status". With `for` it filters a list of the page; other
 * hosts ask it with `matches()`, `select()` and `find()`.
 *
 * @summary Filters conversations or contacts by status.
 * @tag pipeline-filter
 *
 * @fires {PipelineFilterChangeEvent} pipeline-filter-change - When the user changed the filter, or a status in it was deleted.
 * @fires {PipelineErrorEvent} pipeline-error - When loading failed; the element shows it too.
 *
 * @csspart trigger - The button.
 * @csspart caret - The arrow of the button.
 * @csspart popup - What opens.
 * @csspart search - The search field, above `search-threshold` statuses.
 * @csspart group - The checkboxes.
 * @csspart option - One checkbox with its status.
 * @csspart check - The checkbox itself.
 * @csspart chip - The pill of a status; also carries `status-{slug}`.
 * @csspart swatch - The dot in the status's colour.
 * @csspart label - The name in a pill.
 * @csspart count - How many conversations or contacts have the status.
 * @csspart clear - What clears the filter, or takes one status out of it.
 * @csspart message - What happened to the filter.
 * @csspart error - Why loading failed.
 * @csspart empty - The sentence when there is nothing to choose.
 * @csspart skeleton - The placeholder while loading.
 *
 * @cssstate open - The popup is open.
 * @cssstate filtered - Something is chosen.
 * @cssstate loading - The statuses are not there yet.
 * @cssstate error - Loading failed.
 * @cssstate empty - There is no status.
 */
export class PipelineFilter extends FormControl {
  static override styles = [tokens, base, controlTokens, controls, popup, chipStyles, styles];

  /** What is filtered. */
  @property() of: 'conversation' | 'contact' = 'conversation';

  /** Id of a list in the same root, whose items with `data-conversation-id` (or `data-contact-id`) are filtered. */
  @property({ attribute: 'for' }) htmlFor: string | null = null;

  /** How a contact with several conversations is judged: by any of them, or by the most recently active. */
  @property({ attribute: 'contact-match' }) contactMatch: ContactMatch = 'any';

  /** Name in a form; its value is the URL form of the filter. */
  @property({ reflect: true }) name: string | null = null;

  @property({ type: Boolean, reflect: true }) disabled = false;

  /** With more statuses than this the popup has a search field. */
  @property({ type: Number, attribute: 'search-threshold' }) searchThreshold = 12;

  @state() private isOpen = false;
  /** What left the filter, told until that changes. */
  @state() private departed: Departed | undefined;

  @query('.trigger') private readonly trigger!: HTMLElement | null;
  @query('#popup') private readonly popupElement!: HTMLElement | null;

  #filter: Filter = EMPTY_FILTER;
  /** The filter's, and while that is empty the one for what is chosen next. */
  #op: Filter['op'] = 'any-of';
  /** About to be opened: the button is pointed at, or has focus. */
  #isNear = false;
  #hasLeft = false;
  #countsOf = '';
  #waiting: ((store: PipelineStore) => void)[] = [];

  readonly #popup = new PopupController(this, {
    trigger: () => this.trigger,
    popup: () => this.popupElement,
    side: () => 'below',
    onDismiss: (reason) => this.#close(reason === 'escape'),
  });

  readonly #content: FilterPopup = new FilterPopup(this, this.localize, {
    store: () => this.store,
    subject: () => this.#subject,
    filter: () => this.#filter,
    op: () => this.#op,
    searchThreshold: () => this.searchThreshold,
    errorText: (error) => this.errorText(error),
    onToggle: (id) => this.#toggle(id),
    onOp: (op) => this.#setOp(op),
    onClear: () => this.#clear(),
    // A press on the button closes by itself.
    onLeave: (to) => to !== this.trigger && this.#close(false),
  });

  readonly #list: ListController = new ListController(this, {
    id: () => this.htmlFor,
    store: () => this.store,
    subject: () => this.#subject,
    isActive: () => !isEmptyFilter(this.#filter) && !this.#isUnavailable,
    passes: (held) => this.#passes(held),
    onSettled: (shown) => this.#announceShown(shown),
  });

  /** `{ op, statusIds }`; `null` among the ids stands for "no status". Setting it fires no event. */
  @property({ attribute: false })
  get filter(): Filter {
    return this.#filter;
  }

  set filter(value: Filter) {
    const read = readFilter(value);
    if (read) this.#set(read);
  }

  /** The URL form of the filter, such as `op=any-of&status=ID&status=`; '' shows everything. */
  @property()
  get value(): string {
    return formatFilter(this.#filter);
  }

  set value(value: string | null) {
    const read = readQuery(value);
    if (read) this.#set(read);
  }

  override matches<K extends keyof HTMLElementTagNameMap>(selectors: K): this is HTMLElementTagNameMap[K];
  override matches<K extends keyof SVGElementTagNameMap>(selectors: K): this is SVGElementTagNameMap[K];
  override matches<K extends keyof MathMLElementTagNameMap>(selectors: K): this is MathMLElementTagNameMap[K];
  override matches(id: Id): boolean;
  /**
   * Whether a conversation (or contact) passes, by what is loaded; one that is not known has no status. What can only
   * be a selector keeps the meaning that every element gives it.
   */
  override matches(id: Id): boolean {
    const held = this.store && loadedStatuses(this.store, this.#subject, id);
    if (held) return this.#passes(held);
    return matchesSelector(id, (selector) => super.matches(selector)) ?? this.#passes([]);
  }

  /** The ids that pass, in order; what is not loaded is looked up. Rejects with a `PipelineError`. */
  async select(ids: readonly Id[]): Promise<Id[]> {
    const all = [...ids];
    const filter = this.#filter;
    if (isEmptyFilter(filter)) return all;
    const store = await this.#reach();
    if (this.#isUnavailable) return all;
    const statusesOf = await lookUpStatuses(store, this.#subject, all);
    return all.filter((id) => contactMatchesFilter(filter, statusesOf(id)));
  }

  /** A page of the ids that pass, newest activity first, from the adapter. Rejects with a `PipelineError`. */
  async find(options: { pageSize?: number; pageToken?: string } = {}): Promise<FindPage> {
    const filter = this.#filter;
    const store = await this.#reach();
    return store.find({ ...this.#subject, filter, ...options });
  }

  /** Opens the popup, if it may be used. */
  show(): void {
    if (this.isOpen || this.isDisabled || this.#isUnavailable) return;
    this.isOpen = true;
    this.#op = this.#filter.op;
    this.#content.open();
  }

  /** Closes the popup. */
  hide(): void {
    this.#close(false);
  }

  override focus(options?: FocusOptions): void {
    this.trigger?.focus(options);
  }

  constructor() {
    super();
    learn(inbox);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isOpen = false;
    this.#isNear = false;
    this.#content.closed();
  }

  protected override interest(store: PipelineStore): Interest {
    for (const resolve of this.#waiting.splice(0)) resolve(store);
    // Under a stream of changes numbers are counted anew again and again: only while someone looks.
    return { statuses: true, counts: this.#countsOf ? this.#subject : undefined };
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('of') || changed.has('contactMatch')) {
      this.#checkSubject();
      this.#list.refresh();
    }
    if ((this.isDisabled || this.#isUnavailable) && this.isOpen) this.#close(false);
    const { of, contactMatch = '' } = this.#subject;
    const countsOf = this.isOpen || this.#isNear ? `${of} ${contactMatch}` : '';
    if (countsOf !== this.#countsOf) {
      this.#countsOf = countsOf;
      this.stores.rewatch();
    }
    this.#dropDeleted();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#isUnavailable) return nothing;
    const n = this.#filter.statusIds.length;
    const { isDisabled } = this;
    return html`<button
        class="button trigger"
        part="trigger"
        type="button"
        aria-label=${n ? this.text('filterByStatusSelected', { n }) : this.text('filterByStatus')}
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        aria-controls=${this.isOpen ? 'popup' : nothing}
        ?disabled=${isDisabled}
        @click=${this.#handleTriggerClick}
        @pointerenter=${this.#handleNear}
        @pointerleave=${this.#handleFar}
        @focus=${this.#handleNear}
        @blur=${this.#handleFar}
      >
        ${filterIcon}<span>${this.text('status')}</span>${
          n ? html`<span class="badge" data-count=${this.localize.formats.number.format(n)}></span>` : nothing
        }<span class="caret" part="caret"></span>
      </button>
      ${this.isOpen ? this.#content.render() : nothing}
      ${renderChosen({
        filter: this.#filter,
        store: this.store,
        localize: this.localize,
        isDisabled,
        isOpen: this.isOpen,
        onRemove: (id) => this.#remove(id),
        onClear: () => this.#clear(),
      })}
      ${this.#renderMessage()}`;
  }

  protected override updated(): void {
    if (this.isOpen) {
      this.#popup.show();
      this.#content.settle();
    } else {
      this.#popup.hide();
    }
    if (this.#hasLeft) {
      this.#hasLeft = false;
      this.#fire();
    }
    this.tellForm(this.trigger);
    const { store } = this;
    this.setState('open', this.isOpen);
    this.setState('filtered', !isEmptyFilter(this.#filter));
    this.setState('loading', !store || store.phase === 'loading');
    this.setState('error', Boolean(store?.error ?? this.#list.error));
    this.setState('empty', store?.phase === 'ready' && store.statuses.length === 0);
  }

  #renderMessage(): TemplateResult | typeof nothing {
    const { error } = this.#list;
    if (error && this.store?.phase === 'ready') {
      return html`<p class="message" part="error">
        <span class="error">${this.text('filterFailed')}</span> ${this.errorText(error)}
        <button class="link-button" type="button" @click=${() => void this.store?.retry()}>
          ${this.text('retry')}
        </button>
      </p>`;
    }
    return this.departed ? renderDeparted(this.departed, this.localize) : nothing;
  }

  get #subject(): Subject {
    if (this.of !== 'contact') return { of: 'conversation' };
    return { of: 'contact', contactMatch: this.contactMatch === 'latest' ? 'latest' : 'any' };
  }

  /** Whether the adapter has no contacts to filter: then nothing is shown, and nothing is hidden. */
  get #isUnavailable(): boolean {
    return this.store !== undefined && !canLookUp(this.#subject, this.store);
  }

  #checkSubject(): void {
    if (this.of !== 'conversation' && this.of !== 'contact')
      warnOnce(`<pipeline-filter of="${String(this.of)}">: write "conversation" or "contact".`);
    if (this.contactMatch !== 'any' && this.contactMatch !== 'latest')
      warnOnce(`<pipeline-filter contact-match="${String(this.contactMatch)}">: write "any" or "latest".`);
  }

  #passes(held: Held): boolean {
    return this.#isUnavailable || contactMatchesFilter(this.#filter, held);
  }

  /** The store, also for a host that asks in the same turn in which it made the element or gave it an adapter. */
  async #reach(): Promise<PipelineStore> {
    if (!this.isConnected) {
      if (this.adapter) return PipelineStore.of(this.adapter);
      throw new PipelineError('unavailable', 'The element is not in a page, so it has no adapter.');
    }
    await this.updateComplete;
    return this.store ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  // Changing the filter.

  #set(filter: Filter): void {
    const before = this.#filter;
    if (isEqual(before, filter)) return;
    this.#filter = frozen(filter);
    this.#op = filter.op;
    this.departed = undefined;
    this.#list.refresh();
    this.requestUpdate('filter', before);
  }

  /** By the user. */
  #change(filter: Filter): void {
    this.#list.announceNext();
    this.#set(filter);
    this.#fire();
  }

  #fire(): void {
    this.dispatchEvent(new PipelineFilterChangeEvent(this.#filter, this.#subject.of));
  }

  #toggle(id: Id | null): void {
    const { statusIds } = this.#filter;
    const rest = statusIds.filter((each) => each !== id);
    this.#change({ op: this.#op, statusIds: rest.length < statusIds.length ? rest : [...statusIds, id] });
  }

  #setOp(op: Filter['op']): void {
    if (!isEmptyFilter(this.#filter)) return this.#change({ op, statusIds: this.#filter.statusIds });
    this.#op = op;
    this.requestUpdate();
  }

  #remove(id: Id | null): void {
    const chips = [...this.renderRoot.querySelectorAll('.remove')];
    const index = chips.indexOf(this.shadowRoot?.activeElement ?? chips[0]!);
    this.#change(without(this.#filter, [id]));
    // The button goes away under the focus: the next one takes it, or what opens the filter.
    void this.updateComplete.then(() => {
      const left = this.renderRoot.querySelectorAll<HTMLElement>('.remove');
      (left[Math.min(Math.max(0, index), left.length - 1)] ?? this.trigger)?.focus({ preventScroll: true });
    });
  }

  #clear(): void {
    this.#change(EMPTY_FILTER);
    this.#op = 'any-of';
    // The button that was pressed goes away, or can be pressed no more.
    if (this.isOpen) this.#content.focusFirst();
    else this.focus({ preventScroll: true });
  }

  #dropDeleted(): void {
    const departed = departedFrom(this.#filter, this.store);
    if (!departed) return;
    this.#set(without(this.#filter, departed.ids));
    this.departed = departed;
    announce(speakDeparted(departed, this.localize), this);
    this.#hasLeft = true;
  }

  #announceShown(n: number): void {
    announce(this.text(this.#subject.of === 'contact' ? 'contactsShown' : 'conversationsShown', { n }), this, 500);
  }

  // The popup.

  #close(focusTrigger: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#content.closed();
    // Before the popup goes away, so that focus is never nowhere.
    if (focusTrigger) this.focus({ preventScroll: true });
  }

  readonly #handleTriggerClick = (): void => {
    if (this.isOpen) this.#close(true);
    else this.show();
  };

  readonly #handleNear = (): void => this.#setNear(true);

  readonly #handleFar = (): void => this.#setNear(false);

  #setNear(isNear: boolean): void {
    this.#isNear = isNear;
    if (!this.isOpen) this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-filter': PipelineFilter;
  }
}
