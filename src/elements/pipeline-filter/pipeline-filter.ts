/**
 * The `<pipeline-filter>` element: a button that opens the statuses to filter by, and the selected ones beside it.
 * Longer than 300 lines because half of it is the documented API.
 */
import type { PropertyDeclarations, PropertyValues } from '@lit/reactive-element';
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { FindPage } from '../../adapters/adapter.js';
import { PipelineFilterChangeEvent } from '../../events.js';
import { filter as messages } from '../../locales/en/closed.js';
import type { PipelineError } from '../../model/errors.js';
import { EMPTY_FILTER, formatFilter, isEmptyFilter, type ContactMatch, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { Interest, PipelineStore } from '../../store/pipeline.js';
import { LiveUpdates } from '../../store/live-updates.js';
import { base, tokens } from '../../styles/base.js';
import { buttons } from '../../styles/buttons.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { chipStyles } from '../../ui/chip.js';
import { errorText } from '../../ui/error-text.js';
import { focusAfterRemoval } from '../../ui/dom.js';
import { FormAssociatedElement } from '../../ui/form-associated.js';
import { filterIcon } from '../../ui/templates.js';
import { LazyCode, LazyPart } from '../../ui/lazy.js';
import { silence } from '../../ui/live-region.js';
import { learn } from '../../ui/localize.js';
import { unsetSourceText } from '../../ui/unset-source.js';
import { FilterSubject, frozen, isEqual, readFilter, readQuery, without } from './filter-subject.js';
import type { ListFilter } from './list-filter.js';
import { styles } from './pipeline-filter.styles.js';
import { RemovedStatuses, renderSelectedChips } from './selected-statuses.js';

const popupCode = new LazyCode(async () => (await import('./filter-popup.js')).FilterPopup);
const wordsCode = new LazyCode(async () => {
  const { inbox } = await import('../../locales/en/inbox.js');
  learn(inbox);
  return inbox;
});
const listCode = new LazyCode(async () => (await import('./list-filter.js')).ListFilter);

/**
 * A button that opens a checkbox for each status and one for "No status". With `for` it filters a list of the page; hosts
 * that render the list themselves call `passes()`, `select()` and `find()`.
 *
 * @summary Filters conversations or contacts by status.
 * @tag pipeline-filter
 *
 * @fires {PipelineFilterChangeEvent} pipeline-filter-change - When the user changed the filter, or a status in it was deleted.
 * @fires {PipelineErrorEvent} pipeline-error - When loading failed; the element shows it too.
 *
 * @csspart trigger - The button.
 * @csspart caret - The arrow of the button.
 * @csspart popup - The popup.
 * @csspart search - The search field, above `search-threshold` statuses.
 * @csspart group - The checkboxes.
 * @csspart option - One checkbox with its status.
 * @csspart check - The checkbox itself.
 * @csspart chip - The pill of a status; also carries `status-{slug}`.
 * @csspart swatch - The dot in the status's color.
 * @csspart label - The name in a pill.
 * @csspart count - How many conversations or contacts have the status.
 * @csspart clear - A button that clears the filter, or removes one status from it.
 * @csspart message - Which statuses were removed from the filter, that live updates are paused, or how many changes are waiting.
 * @csspart error - Why loading failed.
 * @csspart empty - The text when there is nothing to choose.
 * @csspart skeleton - The placeholder while loading.
 *
 * @cssstate open - The popup is open.
 * @cssstate filtered - Something is selected.
 * @cssstate loading - The statuses are still loading.
 * @cssstate error - Loading failed.
 * @cssstate empty - There are no statuses.
 */
export class PipelineFilter extends FormAssociatedElement {
  static override properties: PropertyDeclarations = {
    filter: { attribute: false },
    value: {},
    of: {},
    htmlFor: { attribute: 'for' },
    contactMatch: { attribute: 'contact-match' },
    name: { reflect: true },
    disabled: { type: Boolean, reflect: true },
    searchThreshold: { type: Number, attribute: 'search-threshold' },
  };

  static override styles = [tokens, base, controlTokens, buttons, chipStyles, styles];

  /** What is filtered. */
  of: 'conversation' | 'contact' = 'conversation';

  /** Id of a list in the same root, whose items with `data-conversation-id` (or `data-contact-id`) are filtered. */
  htmlFor: string | null = null;

  /** How a contact with several conversations is judged: by any of them, or by the most recently active. */
  contactMatch: ContactMatch = 'any';

  /** Name in a form; its value is the URL form of the filter. */
  name: string | null = null;

  disabled = false;

  /** With more statuses than this the popup has a search field. */
  searchThreshold = 12;

  #filter: Filter = EMPTY_FILTER;
  /** The filter as the element itself last changed it; any other value was set by the host. */
  #ownFilter: Filter | undefined;
  /** Whether the change event for removed statuses is still to be fired. */
  #hasRemoved = false;
  /** Whether the button is pointed at or focused: it is about to be opened. */
  #isNear = false;
  /** The query whose counts are watched; '' for none. */
  #watchedCounts = '';
  readonly #subject = new FilterSubject(this, { store: () => this.store, updated: () => super.getUpdateComplete() });
  readonly #removed = new RemovedStatuses(this, this.localize);
  readonly #list = new LazyPart(this, listCode, (List) => new List(this, this.localize, this.#subject));
  readonly #popup = new LazyPart(
    this,
    popupCode,
    (Popup) =>
      new Popup(this, {
        localize: this.localize,
        subject: this.#subject,
        trigger: () => this.#trigger,
        onChange: (filter) => this.#handleChange(filter),
        onClear: this.#handleClear,
      }),
  );

  /** `{ op, statusIds }`; `null` among the ids stands for "no status". Setting it fires no event. */
  get filter(): Filter {
    return this.#filter;
  }

  set filter(value: Filter) {
    this.#setFilter(readFilter(value));
  }

  /** The URL form of the filter, such as `op=any-of&status=ID&status=`; '' shows everything. */
  get value(): string {
    return formatFilter(this.#filter);
  }

  set value(value: string | null) {
    this.#setFilter(readQuery(value));
  }

  /**
   * Whether a conversation (or contact) passes the filter, decided from loaded data only. An id with no loaded data counts
   * as one without a status.
   */
  passes(id: Id): boolean {
    return this.#subject.passes(id);
  }

  /** The ids that pass, in order; what is not loaded is looked up. Rejects with a `PipelineError`. */
  select(ids: readonly Id[]): Promise<Id[]> {
    return this.#subject.select(ids);
  }

  /** A page of the ids that pass, newest activity first, from the adapter. Rejects with a `PipelineError`. */
  find(options: { pageSize?: number; pageToken?: string } = {}): Promise<FindPage> {
    return this.#subject.find(options);
  }

  /** Opens the popup, unless the filter is disabled. */
  show(): void {
    if (this.#isUsable) this.#popup.useNow((popup) => popup.open());
  }

  /** Closes the popup. */
  hide(): void {
    this.#popup.cancel();
    this.#popup.part?.close(false);
  }

  override focus(options?: FocusOptions): void {
    this.#trigger?.focus(options);
  }

  constructor() {
    super();
    learn(messages);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    popupCode.loadSoon();
    wordsCode.loadSoon();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#isNear = false;
    this.#popup.cancel();
  }

  protected override interest(store: PipelineStore): Interest {
    this.#subject.start(store);
    // Counts are read again after every change, so only while the user is about to see them.
    return { statuses: true, also: this.#watchedCounts ? this.#subject.counts(store) : undefined };
  }

  protected override sourceChanged(): void {
    silence(this);
    this.#subject.abort();
    this.#removed.carryOver(this.filter);
    this.hide();
    // The focused chip may disappear, or name a status of the old source.
    if (this.shadowRoot?.activeElement) this.focus({ preventScroll: true });
    this.#list.part?.changeSource();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const hasNewSubject = changed.has('of') || changed.has('contactMatch');
    if (hasNewSubject) this.#subject.validate();
    if (changed.has('filter')) this.#removed.clearMessage();
    if (changed.has('filter') && this.filter !== this.#ownFilter) this.#removed.dropCarriedOver();
    this.#removeDeleted();
    if (hasNewSubject || changed.has('filter') || changed.has('htmlFor')) this.#useList((list) => list.refresh());
    if (!this.#isUsable) this.hide();
    const { of, contactMatch = '' } = this.#subject.query;
    const counts = this.#isOpen || this.#isNear ? `${of} ${contactMatch}` : '';
    if (counts !== this.#watchedCounts) {
      this.#watchedCounts = counts;
      this.stores.rewatch();
    }
  }

  protected override update(changed: PropertyValues): void {
    const content = this.#render();
    super.update(changed);
    render(content, this.renderRoot, { host: this });
  }

  #render(): TemplateResult | typeof nothing {
    if (!this.#subject.isSupported) return nothing;
    const { filter, store, localize, isDisabled } = this;
    return html`${this.#renderTrigger()} ${this.#popup.part?.render() ?? nothing}
    ${renderSelectedChips({
      filter,
      store,
      localize,
      isDisabled,
      isOpen: this.#isOpen,
      onRemove: (id) => this.#handleRemove(id),
      onClear: this.#handleClear,
    })}
    ${this.#renderError() ?? this.#removed.render()} ${this.#renderPaused()}`;
  }

  #renderPaused(): TemplateResult | typeof nothing {
    if (!this.store?.cache(LiveUpdates).isPaused) return nothing;
    if (wordsCode.code) return html`<p class="message" part="message" role="status">${this.text('livePaused')}</p>`;
    // The words of the popup, which it has usually loaded when the page was idle.
    wordsCode.load().then(
      () => this.requestUpdate(),
      () => undefined,
    );
    return nothing;
  }

  #renderTrigger(): TemplateResult {
    const n = this.filter.statusIds.length;
    return html`<button
      class="button trigger"
      part="trigger"
      type="button"
      aria-label=${n ? this.text('filterByStatusSelected', { n }) : this.text('filterByStatus')}
      aria-expanded=${this.#isOpen ? 'true' : 'false'}
      aria-controls=${this.#isOpen ? 'popup' : nothing}
      ?disabled=${this.isDisabled}
      @click=${this.#handleClick}
      @keydown=${this.#handleKeyDown}
      @pointerenter=${this.#handleNear}
      @pointerleave=${this.#handleNear}
      @focus=${this.#handleNear}
      @blur=${this.#handleNear}
    >
      ${filterIcon}<span>${this.text('status')}</span>${
        n ? html`<span class="badge" data-count=${this.localize.formats.number.format(n)}></span>` : nothing
      }<span class="caret" part="caret"></span>
    </button>`;
  }

  /** The error under the button. Errors of the store are shown in the popup, except those that only the page's author can fix. */
  #renderError(): TemplateResult | undefined {
    const { text } = this;
    const storeError = this.store?.error;
    const { failure } = this.#popup;
    const alert = (storeError && unsetSourceText(text, storeError)) ?? (failure && errorText(text, failure));
    if (alert) return html`<p class="message error" part="error" role="alert">${alert}</p>`;
    const listError = this.#listError;
    if (!listError) return undefined;
    return html`<p class="message" part="error">
      <span class="error">${text('filterFailed')}</span> ${errorText(text, listError, this.store)}
      <button class="link-button" type="button" @click=${this.#handleRetry}>${text('retry')}</button>
    </p>`;
  }

  protected override updated(): void {
    if (this.#hasRemoved) {
      this.#hasRemoved = false;
      this.#fireChange();
    }
    const { store } = this;
    const trigger = this.#trigger;
    this.setFormValue(this.value || null, this.value);
    if (trigger) this.setLabels(trigger, trigger);
    this.setState('open', this.#isOpen);
    this.setState('filtered', !isEmptyFilter(this.filter));
    this.setState('loading', !store || store.phase === 'loading');
    const countsError = store && this.#subject.countsError(store);
    this.setState('error', Boolean(store?.error ?? countsError ?? this.#popup.failure ?? this.#listError));
    this.setState('empty', store?.phase === 'ready' && !store.error && store.statuses.length === 0);
  }

  /** `updateComplete` also waits for requests to parts whose code is still loading. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await Promise.all([this.#popup.settled, this.#list.settled]);
    return super.getUpdateComplete();
  }

  get #trigger(): HTMLElement | null {
    return this.renderRoot.querySelector('.trigger');
  }

  get #isOpen(): boolean {
    return this.#popup.part?.isOpen ?? false;
  }

  get #isUsable(): boolean {
    return !this.isDisabled && this.#subject.isSupported;
  }

  /** Why the list is not filtered although it should be. */
  get #listError(): PipelineError | undefined {
    if (isEmptyFilter(this.filter) || this.store?.phase !== 'ready') return undefined;
    return this.#list.failure ?? this.#list.part?.error;
  }

  /** `undefined` (an invalid filter) changes nothing. */
  #setFilter(filter: Filter | undefined): void {
    const before = this.#filter;
    if (!filter || isEqual(before, filter)) return;
    this.#filter = frozen(filter);
    this.requestUpdate('filter', before);
  }

  /** Sets the filter on behalf of the user or because of a deletion, without what the current source does not know. */
  #setOwnFilter(filter: Filter): void {
    this.#setFilter(this.#removed.withoutUnknown(filter, this.store));
    this.#ownFilter = this.filter;
  }

  #removeDeleted(): void {
    const rest = this.#removed.removeDeleted(this.filter, this.store);
    if (!rest) return;
    this.#setOwnFilter(rest);
    this.#hasRemoved = true;
  }

  #fireChange(): void {
    this.dispatchEvent(new PipelineFilterChangeEvent(this.filter, this.#subject.query.of));
  }

  #useList(act: (list: ListFilter) => void): void {
    if (this.htmlFor) this.#list.use(act);
  }

  #handleChange(filter: Filter): void {
    const { store } = this;
    this.#useList((list) => store === this.store && list.announceNext());
    this.#setOwnFilter(filter);
    this.#fireChange();
  }

  #handleRemove(id: Id | null): void {
    const neighbor = focusAfterRemoval(this.renderRoot as ShadowRoot, '.remove');
    this.#handleChange(without(this.filter, [id]));
    // The focused button disappears: focus moves to the next chip, or to the button that opens the popup.
    void super.getUpdateComplete().then(() => (neighbor() ?? this).focus({ preventScroll: true }));
  }

  readonly #handleClear = (): void => {
    this.#handleChange(EMPTY_FILTER);
    // The pressed button disappears or is disabled.
    if (this.#isOpen) this.#popup.part!.focusFirst();
    else this.focus({ preventScroll: true });
  };

  readonly #handleClick = (): void => {
    if (this.#isOpen) this.#popup.part!.close(true);
    else this.show();
  };

  readonly #handleKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') this.#popup.cancel();
  };

  /** Starts to load the counts before the popup is opened. */
  readonly #handleNear = ({ type }: Event): void => {
    this.#isNear = type === 'pointerenter' || type === 'focus';
    if (!this.#isOpen) this.requestUpdate();
  };

  readonly #handleRetry = (): void => {
    if (this.#list.failure) this.#useList((list) => list.refresh());
    else void this.store?.retry();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-filter': PipelineFilter;
  }
}
