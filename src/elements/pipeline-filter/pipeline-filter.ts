import type { PropertyDeclarations, PropertyValues } from '@lit/reactive-element';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { FindPage } from '../../adapters/adapter.js';
import { PipelineFilterChangeEvent } from '../../events/filter-change.js';
import { chipStyles } from '../../ui/chip.styles.js';
import { LazyPart } from '../../ui/lazy-part.js';
import { silence } from '../../ui/live-region.js';
import { learn } from '../../ui/localize.js';
import { filter as words } from '../../locales/en/filter.js';
import type { PipelineError } from '../../model/errors.js';
import { EMPTY_FILTER, isEmptyFilter, type ContactMatch, type Filter } from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import type { Interest, PipelineStore } from '../../store/pipeline.js';
import { CountCache } from '../../store/counts.js';
import { base } from '../../styles/base.js';
import { buttons } from '../../styles/buttons.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { tokens } from '../../styles/tokens.js';
import { find } from '../../store/lookups.js';
import { AwaitedStore } from './awaited-store.js';
import { neighbourOfFocus, renderChosen } from './chosen.js';
import { Departures } from './departed.js';
import { renderFailures } from './failures.js';
import type { FilterPopupOptions } from './filter-popup.js';
import { without } from './filter-value.js';
import { FilterControl } from './form-control.js';
import { Judge } from './judge.js';
import { listCode, popupCode } from './lazy-code.js';
import type { ListController, ListControllerOptions } from './list-controller.js';
import { matchesSelector } from './matches-selector.js';
import { styles } from './pipeline-filter.styles.js';
import { renderTrigger } from './trigger.js';

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
export class PipelineFilter extends FilterControl {
  static override properties: PropertyDeclarations = {
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

  private get trigger(): HTMLElement | null {
    return this.renderRoot.querySelector('.trigger');
  }

  readonly #departures = new Departures(this, this.localize);
  /** About to be opened: the button is pointed at, or has focus. */
  #isNear = false;
  #hasLeft = false;
  #countsOf = '';
  readonly #judge = new Judge(this, () => this.store);
  readonly #awaited = new AwaitedStore(this, { stores: this.stores, rendered: () => super.getUpdateComplete() });
  /** The filter as the element itself last changed it: any other was set by the host. */
  #own: Filter | undefined;

  /** The element as its parts see it. */
  readonly #self: FilterPopupOptions & ListControllerOptions = {
    trigger: () => this.trigger,
    store: () => this.store,
    subject: () => this.#judge.subject,
    listId: () => this.htmlFor,
    isActive: () => this.#judge.isActive,
    passes: (held) => this.#judge.passes(held),
    errorText: (error) => this.errorText(error),
    onChange: (filter) => this.#change(filter),
    onClear: () => this.#clear(),
    text: (key, values) => this.text(key, values),
  };

  readonly #popup = new LazyPart(this, popupCode, (Popup) => new Popup(this, this.localize, this.#self));
  readonly #list = new LazyPart(this, listCode, (Controller) => new Controller(this, this.#self));

  override matches<K extends keyof HTMLElementTagNameMap>(selectors: K): this is HTMLElementTagNameMap[K];
  override matches<K extends keyof SVGElementTagNameMap>(selectors: K): this is SVGElementTagNameMap[K];
  override matches<K extends keyof MathMLElementTagNameMap>(selectors: K): this is MathMLElementTagNameMap[K];
  override matches(id: Id): boolean;
  /**
   * Whether a conversation (or contact) passes, by what is loaded; one that is not known has no status. What can only
   * be a selector keeps the meaning that every element gives it.
   */
  override matches(id: Id): boolean {
    const passes = this.#judge.passesLoaded(id) ?? matchesSelector(id, (selector) => super.matches(selector));
    return passes ?? this.#judge.passes([]);
  }

  /** The ids that pass, in order; what is not loaded is looked up. Rejects with a `PipelineError`. */
  async select(ids: readonly Id[]): Promise<Id[]> {
    const { filter } = this;
    const all = [...ids];
    return isEmptyFilter(filter) ? all : this.#awaited.ask((store) => this.#judge.select(all, filter, store));
  }

  /** A page of the ids that pass, newest activity first, from the adapter. Rejects with a `PipelineError`. */
  async find(options: { pageSize?: number; pageToken?: string } = {}): Promise<FindPage> {
    const { filter } = this;
    return this.#awaited.ask((store) => find(store, { ...this.#judge.subject, filter, ...options }));
  }

  /** Opens the popup, if it may be used. */
  show(): void {
    if (this.isDisabled || this.#judge.isUnavailable) return;
    this.#popup.useNow((popup) => popup.open());
  }

  /** Closes the popup. */
  hide(): void {
    this.#popup.cancel();
    this.#popup.part?.close(false);
  }

  override focus(options?: FocusOptions): void {
    this.trigger?.focus(options);
  }

  constructor() {
    super();
    learn(words);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    popupCode.loadSoon();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#isNear = false;
    this.#popup.cancel();
    this.#popup.part?.leave();
  }

  protected override interest(store: PipelineStore): Interest {
    this.#awaited.arrive(store);
    // Under a stream of changes numbers are counted anew again and again: only while someone looks.
    return { statuses: true, also: this.#countsOf ? store.cache(CountCache).of(this.#judge.subject) : undefined };
  }

  protected override sourceChanged(): void {
    silence(this);
    this.#awaited.abort();
    this.#departures.carry(this.filter);
    this.hide();
    // What has focus goes away, or names what the old source had.
    if (this.shadowRoot?.activeElement) this.focus({ preventScroll: true });
    this.#list.part?.changeSource();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const isOther = changed.has('of') || changed.has('contactMatch');
    if (isOther) this.#judge.checkSubject();
    if (changed.has('filter')) this.#departures.forget();
    if (changed.has('filter') && this.filter !== this.#own) this.#departures.release();
    this.#dropDeleted();
    if (isOther || changed.has('filter') || changed.has('htmlFor')) this.#useList((list) => list.refresh());
    if (this.isDisabled || this.#judge.isUnavailable) this.hide();
    const { of, contactMatch = '' } = this.#judge.subject;
    const countsOf = this.#isOpen || this.#isNear ? `${of} ${contactMatch}` : '';
    if (countsOf !== this.#countsOf) {
      this.#countsOf = countsOf;
      this.stores.rewatch();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.#judge.isUnavailable) return nothing;
    const { filter, store, localize, isDisabled } = this;
    const look = { filter, store, localize, isDisabled, isOpen: this.#isOpen };
    return html`${renderTrigger({
      ...look,
      onClick: this.#handleClick,
      onEscape: () => this.#popup.cancel(),
      onNear: this.#handleNear,
    })}
    ${this.#popup.part?.render() ?? nothing}
    ${renderChosen({ ...look, onRemove: (id) => this.#remove(id), onClear: () => this.#clear() })}
    ${
      renderFailures(
        this.#self,
        { store: store?.error, popup: this.#popup.failure, list: this.#listError },
        this.#handleRetry,
      ) ?? this.#departures.render()
    }`;
  }

  protected override updated(): void {
    this.#popup.part?.settle();
    if (this.#hasLeft) {
      this.#hasLeft = false;
      this.#fire();
    }
    this.tellForm(this.trigger);
    const { store } = this;
    this.setState('open', this.#isOpen);
    this.setState('filtered', !isEmptyFilter(this.filter));
    this.setState('loading', !store || store.phase === 'loading');
    this.setState('error', Boolean(store?.error ?? this.#popup.failure ?? this.#listError));
    this.setState('empty', store?.phase === 'ready' && store.statuses.length === 0);
  }

  /** `updateComplete` waits for what was asked of a part that is on its way, too. */
  protected override async getUpdateComplete(): Promise<boolean> {
    await super.getUpdateComplete();
    await Promise.all([this.#popup.settled, this.#list.settled]);
    return super.getUpdateComplete();
  }

  get #isOpen(): boolean {
    return this.#popup.part?.isOpen ?? false;
  }

  /** Why the list is not filtered, though there is something to filter by. */
  get #listError(): PipelineError | undefined {
    if (isEmptyFilter(this.filter) || this.store?.phase !== 'ready') return undefined;
    return this.#list.failure ?? this.#list.part?.error;
  }

  /** By the user. */
  #change(filter: Filter): void {
    const { store } = this;
    this.#useList((list) => store === this.store && list.announceNext());
    this.#takeOwn(this.#departures.chosenHere(filter, store));
    this.#fire();
  }

  #takeOwn(filter: Filter): void {
    this.take(filter);
    this.#own = this.filter;
  }

  #fire(): void {
    this.dispatchEvent(new PipelineFilterChangeEvent(this.filter, this.#judge.subject.of));
  }

  #remove(id: Id | null): void {
    const next = neighbourOfFocus(this.renderRoot as ShadowRoot);
    this.#change(without(this.filter, [id]));
    // The button goes away under the focus: the next one takes it, or what opens the filter.
    void super.getUpdateComplete().then(() => (next() ?? this).focus({ preventScroll: true }));
  }

  #clear(): void {
    this.#change(EMPTY_FILTER);
    // The button that was pressed goes away, or can be pressed no more.
    if (this.#isOpen) this.#popup.part!.focusFirst();
    else this.focus({ preventScroll: true });
  }

  #dropDeleted(): void {
    const rest = this.#departures.leave(this.filter, this.store);
    if (!rest) return;
    this.#takeOwn(this.#departures.chosenHere(rest, this.store));
    this.#hasLeft = true;
  }

  #useList(act: (list: ListController) => void): void {
    if (this.htmlFor) this.#list.use(act);
  }

  readonly #handleClick = (): void => {
    if (this.#isOpen) this.#popup.part!.close(true);
    else this.show();
  };

  readonly #handleRetry = (): void => {
    if (this.#list.failure) this.#useList((list) => list.refresh());
    else void this.store?.retry();
  };

  /** The numbers are asked for when the button is pointed at, or has focus. */
  readonly #handleNear = ({ type }: Event): void => {
    this.#isNear = type === 'pointerenter' || type === 'focus';
    if (!this.#isOpen) this.requestUpdate();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-filter': PipelineFilter;
  }
}
