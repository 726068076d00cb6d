import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { FindPage } from '../../adapters/adapter.js';
import { PipelineFilterChangeEvent } from '../../events.js';
import { chip, chipStyles } from '../../internal/chip.js';
import { caretIcon, closeIcon, filterIcon, searchIcon } from '../../internal/icons.js';
import { indexForKey } from '../../internal/list-keys.js';
import { contains } from '../../internal/listbox.js';
import { announce } from '../../internal/live-region.js';
import { PipelineElement, warnOnce } from '../../internal/pipeline-element.js';
import { PopupController } from '../../internal/popup.js';
import { PipelineError } from '../../model/errors.js';
import {
  EMPTY_FILTER,
  contactMatchesFilter,
  formatFilter,
  isEmptyFilter,
  matchesFilter,
  parseFilter,
  parseFilterQuery,
  sameFilter,
  type ContactMatch,
  type Filter,
} from '../../model/filter.js';
import type { Id } from '../../model/id.js';
import { parseId } from '../../model/parse.js';
import type { Status } from '../../model/status.js';
import type { PipelineStore } from '../../store/store.js';
import { base } from '../../styles/base.js';
import { tokens } from '../../styles/tokens.js';
import { ListFilter } from './list-filter.js';
import { matchesSelector } from './matches-selector.js';
import { styles } from './pipeline-filter.styles.js';

/** A result is spoken when the user has paused, milliseconds. */
const ANNOUNCE_DELAY = 500;

interface Choice {
  id: Id | null;
  name: string;
  status?: Status;
}

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
export class PipelineFilter extends PipelineElement {
  static readonly formAssociated = true;
  static override styles = [tokens, base, chipStyles, styles];

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
  @state() private formDisabled = false;
  @state() private search = '';
  @state() private message = '';

  @query('.trigger') private readonly trigger!: HTMLElement;
  @query('.popup') private readonly popupElement!: HTMLElement | null;

  #filter: Filter = EMPTY_FILTER;
  #op: Filter['op'] = 'any-of';
  #list: ListFilter | undefined;
  #listKey = '';
  #focusPending = false;
  #announcePending = false;
  #rootObserver: MutationObserver | undefined;

  readonly #popup = new PopupController(this, {
    trigger: () => this.trigger,
    popup: () => this.popupElement,
    side: () => 'below',
    onDismiss: (reason) => this.#close(reason === 'escape'),
  });

  /** `{ op, statusIds }`; `null` among the ids stands for "no status". Setting it fires no event. */
  @property({ attribute: false })
  get filter(): Filter {
    return this.#filter;
  }

  set filter(value: Filter) {
    try {
      this.#set(parseFilter(value));
    } catch (thrown) {
      const { message } = PipelineError.from(thrown);
      warnOnce(`<pipeline-filter>: ${message} Write { op: 'any-of', statusIds: ['id', null] }.`);
    }
  }

  /** The URL form of the filter, such as `op=any-of&status=ID&status=`; '' shows everything. */
  @property()
  get value(): string {
    return formatFilter(this.#filter);
  }

  set value(value: string | null) {
    try {
      this.#set(parseFilterQuery(value ?? ''));
    } catch (thrown) {
      const { message } = PipelineError.from(thrown);
      warnOnce(`<pipeline-filter>: ${message} Write value="op=any-of&status=ID".`);
    }
  }

  get form(): HTMLFormElement | null {
    return this.internals.form;
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
    return (
      matchesSelector(id, (selector) => super.matches(selector)) ?? this.#judge(id) ?? matchesFilter(this.#filter, null)
    );
  }

  /** The ids that pass, in order; what is not loaded is looked up. */
  async select(ids: readonly Id[]): Promise<Id[]> {
    const { store } = this;
    const filter = this.#filter;
    if (isEmptyFilter(filter) || !store) return [...ids];
    const isContact = this.#of === 'contact';
    const missing = ids.filter((id) => this.#judge(id) === undefined);
    if (isContact) {
      const found = await store.getContacts(missing);
      return ids.filter((id) => {
        const contact = found.get(id);
        return this.#judge(id) ?? this.#passes(contact?.statusIds ?? [], contact?.latest ?? null);
      });
    }
    const found = await store.getEntries(missing);
    return ids.filter((id) => this.#judge(id) ?? matchesFilter(filter, found.get(id)?.statusId ?? null));
  }

  /** A page of the ids that pass, newest activity first, from the adapter. Rejects with a `PipelineError`. */
  async find(options: { pageSize?: number; pageToken?: string } = {}): Promise<FindPage> {
    const { store } = this;
    if (!store) throw new PipelineError('unavailable', 'The element is not in a page, so it has no adapter.');
    return store.find({ ...this.#query, filter: this.#filter, ...options });
  }

  /** Opens the popup, if it may be used. */
  show(): void {
    if (this.isOpen || this.disabled || this.formDisabled) return;
    this.isOpen = true;
    this.search = '';
    this.#op = this.#filter.op;
    this.#focusPending = true;
  }

  /** Closes the popup. */
  hide(): void {
    this.#close(false);
  }

  formResetCallback(): void {
    this.value = this.getAttribute('value');
  }

  formDisabledCallback(disabled: boolean): void {
    this.formDisabled = disabled;
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (typeof state === 'string') this.value = state;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isOpen = false;
    this.#leaveList();
    this.#rootObserver?.disconnect();
    this.#rootObserver = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  protected override watch(store: PipelineStore, update: () => void): (() => void)[] {
    // The list is judged by another store now.
    this.#leaveList();
    return [store.watchStatuses(update), store.watchCounts(this.#query, update)];
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('of') || changed.has('contactMatch')) {
      this.#leaveList();
      this.stores.rewatch();
    }
    this.#dropDeleted();
    if ((this.disabled || this.formDisabled) && this.isOpen) this.isOpen = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    // An adapter that cannot look contacts up has no filter for them.
    if (this.store && this.#of === 'contact' && !this.store.can('getContacts')) return nothing;
    const n = this.#filter.statusIds.length;
    return html`<button
        class="button trigger"
        part="trigger"
        type="button"
        aria-label=${n ? this.text('filterByStatusSelected', { n }) : this.text('filterByStatus')}
        aria-expanded=${this.isOpen ? 'true' : 'false'}
        aria-controls=${this.isOpen ? 'popup' : nothing}
        ?disabled=${this.disabled || this.formDisabled}
        @click=${() => (this.isOpen ? this.#close(true) : this.show())}
      >
        ${filterIcon}<span>${this.text('status')}</span>${
          n ? html`<span class="badge" data-count=${this.localize.formats.number.format(n)}></span>` : nothing
        }<span class="caret" part="caret">${caretIcon}</span>
      </button>
      ${this.#renderChosen()} ${this.message ? html`<p class="message" part="message">${this.message}</p>` : nothing}
      ${this.isOpen ? this.#renderPopup() : nothing}`;
  }

  protected override updated(): void {
    if (this.isOpen) {
      this.#popup.show();
      this.#settleFocus();
    } else {
      this.#popup.hide();
    }
    this.#followList();
    this.internals.setFormValue(this.value || null, this.value);
    const { store } = this;
    this.setState('open', this.isOpen);
    this.setState('filtered', !isEmptyFilter(this.#filter));
    this.setState('loading', !store || store.phase === 'loading');
    this.setState('error', Boolean(store?.error));
    this.setState('empty', store?.phase === 'ready' && store.statuses.length === 0);
  }

  #renderChosen(): TemplateResult | typeof nothing {
    if (isEmptyFilter(this.#filter)) return nothing;
    return html`<span class="chosen">
      ${this.#filter.op === 'none-of' ? html`<span class="not">${this.text('notPrefix')}</span>` : nothing}
      ${this.#filter.statusIds.map((id) => {
        const { name, status } = this.#choice(id);
        return html`<button
          class="remove"
          part="clear"
          type="button"
          aria-label=${this.text('removeFromFilter', { name })}
          ?disabled=${this.disabled || this.formDisabled}
          @click=${() => this.#remove(id)}
        >
          ${chip(status, name, html`<span class="cross">${closeIcon}</span>`)}
        </button>`;
      })}
    </span>`;
  }

  #renderPopup(): TemplateResult {
    return html`<div
      class="popup"
      id="popup"
      part="popup"
      popover="manual"
      role="group"
      aria-label=${this.text('filterByStatus')}
      @keydown=${this.#handleKeyDown}
    >
      ${this.#renderPopupContent()}
    </div>`;
  }

  #renderPopupContent(): TemplateResult {
    const { store } = this;
    if (store?.phase === 'error') {
      return html`<p class="empty error" part="error">
        ${this.text('loadFailed')} ${this.errorText(store.error!)}
        <button class="link-button" @click=${() => void store.retry()}>${this.text('retry')}</button>
      </p>`;
    }
    if (!store || store.phase === 'loading') {
      return html`<div class="loading" aria-busy="true"><span class="skeleton" part="skeleton"></span></div>`;
    }
    const choices = this.#choices;
    const shown = this.#found;
    const hasSearch = store.statuses.length > this.searchThreshold;
    return html`${hasSearch ? this.#renderSearch() : nothing} ${choices.length > 1 ? this.#renderModes() : nothing}
      <div class="group" part="group">
        ${repeat(
          shown,
          ({ id }) => id ?? '',
          (choice) => this.#renderChoice(choice),
        )}
        ${
          shown.length
            ? nothing
            : html`<p class="empty" part="empty">${this.text('noResults', { query: this.search })}</p>`
        }
      </div>
      <div class="foot">
        <button
          class="link-button"
          part="clear"
          type="button"
          ?disabled=${isEmptyFilter(this.#filter)}
          @click=${this.#handleClear}
        >
          ${this.text('clearFilter')}
        </button>
      </div>`;
  }

  #renderModes(): TemplateResult {
    return html`<div class="modes" role="radiogroup" aria-label=${this.text('filterMode')}>
      ${(['any-of', 'none-of'] as const).map(
        (op) =>
          html`<label class="mode"
            ><input type="radio" name="op" .checked=${this.#op === op} @change=${() => this.#setOp(op)} /><span
              >${this.text(op === 'any-of' ? 'anyOf' : 'noneOf')}</span
            ></label
          >`,
      )}
    </div>`;
  }

  #renderSearch(): TemplateResult {
    return html`<div class="search-row">
      ${searchIcon}<input
        class="search"
        part="search"
        type="text"
        autocomplete="off"
        spellcheck="false"
        aria-label=${this.text('search')}
        placeholder=${this.text('search')}
        .value=${this.search}
        @input=${this.#handleSearch}
      />
    </div>`;
  }

  #renderChoice({ id, name, status }: Choice): TemplateResult {
    const counts = this.store?.counts(this.#query);
    const n = counts && (id === null ? counts.none : (counts.byStatus.get(id) ?? 0));
    const label =
      n === undefined ? name : this.text(this.#of === 'contact' ? 'contacts' : 'conversations', { name, n });
    return html`<label class="option" part="option" ?data-none=${id === null}>
      <input
        type="checkbox"
        part="check"
        aria-label=${label}
        .checked=${this.#filter.statusIds.includes(id)}
        @change=${() => this.#toggle(id)}
      />
      ${chip(status, name)}
      ${
        n === undefined
          ? nothing
          : html`<span class="count" part="count" aria-hidden="true">${this.localize.formats.compact.format(n)}</span>`
      }
    </label>`;
  }

  get #of(): 'conversation' | 'contact' {
    if (this.of === 'contact') return 'contact';
    if (this.of !== 'conversation')
      warnOnce(`<pipeline-filter of="${String(this.of)}">: write "conversation" or "contact".`);
    return 'conversation';
  }

  get #query(): { of: 'conversation' | 'contact'; contactMatch?: ContactMatch } {
    return this.#of === 'contact' ? { of: 'contact', contactMatch: this.contactMatch } : { of: 'conversation' };
  }

  get #choices(): Choice[] {
    const statuses = this.store?.statuses ?? [];
    return [...statuses.map((status) => ({ id: status.id, name: status.name, status })), this.#choice(null)];
  }

  /** The choices that the search leaves. */
  get #found(): Choice[] {
    const text = this.search.trim();
    if (!text) return this.#choices;
    return this.#choices.filter(({ name }) => contains(name, text, this.localize.formats.collator));
  }

  #choice(id: Id | null): Choice {
    if (id === null) return { id, name: this.text('noStatus') };
    const status = this.store?.status(id);
    if (status) return { id, name: status.name, status };
    return { id, name: this.store?.phase === 'ready' ? this.text('deletedStatus') : '…' };
  }

  #passes(statusIds: readonly (Id | null)[], latest: Id | null): boolean {
    return contactMatchesFilter(this.#filter, this.contactMatch === 'latest' ? [latest] : statusIds);
  }

  /** Whether an id passes, by what is loaded; `undefined` where nothing is. */
  #judge(id: Id): boolean | undefined {
    if (isEmptyFilter(this.#filter)) return true;
    if (this.#of === 'contact') {
      const contact = this.store?.contact(id);
      return contact && this.#passes(contact.statusIds, contact.latest);
    }
    const entry = this.store?.entry(id);
    return entry && matchesFilter(this.#filter, entry.statusId);
  }

  // Changing the filter.

  #set(filter: Filter): void {
    const before = this.#filter;
    if (sameFilter(before, filter)) return;
    this.#filter = Object.freeze({ op: filter.op, statusIds: Object.freeze([...filter.statusIds]) });
    this.message = '';
    this.#list?.refresh();
    this.requestUpdate('filter', before);
  }

  #change(statusIds: readonly (Id | null)[], op = this.#op): void {
    this.#announcePending = true;
    this.#set({ op, statusIds });
    this.#fire();
  }

  #fire(): void {
    this.dispatchEvent(new PipelineFilterChangeEvent(this.#filter, this.#of));
  }

  #toggle(id: Id | null): void {
    const { statusIds } = this.#filter;
    this.#change(statusIds.includes(id) ? statusIds.filter((each) => each !== id) : [...statusIds, id]);
  }

  #setOp(op: Filter['op']): void {
    this.#op = op;
    if (isEmptyFilter(this.#filter)) this.requestUpdate();
    else this.#change(this.#filter.statusIds, op);
  }

  #remove(id: Id | null): void {
    const index = this.#filter.statusIds.indexOf(id);
    this.#change(
      this.#filter.statusIds.filter((each) => each !== id),
      this.#filter.op,
    );
    // The button goes away under the focus: the next one takes it, or what opens the filter.
    void this.updateComplete.then(() => {
      const buttons = this.renderRoot.querySelectorAll<HTMLElement>('.remove');
      (buttons[Math.min(index, buttons.length - 1)] ?? this.trigger).focus({ preventScroll: true });
    });
  }

  readonly #handleClear = (): void => {
    this.#change([], 'any-of');
    this.#op = 'any-of';
    this.#focusPending = true;
  };

  /** A status that was deleted leaves the filter, and it is said: a filter must not turn into another one unseen. */
  #dropDeleted(): void {
    const { store } = this;
    if (store?.phase !== 'ready') return;
    const live = new Set(store.statuses.map(({ id }) => id));
    // A delete that is on its way may yet be refused.
    const isGone = (id: Id | null): id is Id => id !== null && !live.has(id) && (store.status(id)?.deleted ?? true);
    const gone = this.#filter.statusIds.filter(isGone);
    if (!gone.length) return;
    const names = gone.map((id) => store.status(id)?.name ?? this.text('deletedStatus'));
    const statusIds = this.#filter.statusIds.filter((id) => !isGone(id));
    this.#set({ op: this.#filter.op, statusIds });
    this.message = names.map((name) => this.text('statusLeftFilter', { name })).join(' ');
    announce(this.message, this);
    this.#fire();
  }

  // The popup.

  #close(focusTrigger: boolean): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (focusTrigger) this.trigger.focus({ preventScroll: true });
  }

  get #boxes(): HTMLInputElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLInputElement>('input[type=checkbox]')];
  }

  #settleFocus(): void {
    if (!this.#focusPending) return;
    const boxes = this.#boxes;
    const target = boxes.find((box) => box.checked) ?? boxes[0];
    if (!target) return;
    this.#focusPending = false;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'nearest' });
  }

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    const boxes = this.#boxes;
    const current = boxes.indexOf(event.target as HTMLInputElement);
    const isSearch = (event.target as Element).matches('.search');
    if (isSearch ? event.key !== 'ArrowDown' : current < 0) return;
    const index = indexForKey(event.key, current, boxes.length);
    if (index === undefined) return;
    event.preventDefault();
    boxes[index]?.focus();
  };

  readonly #handleSearch = (event: InputEvent): void => {
    event.stopPropagation();
    this.search = (event.target as HTMLInputElement).value;
    const n = this.#found.length;
    const words = n ? this.text('statusesFound', { n }) : this.text('noResults', { query: this.search });
    announce(words, this, ANNOUNCE_DELAY);
  };

  // The page's list.

  /** Filters the list while there is something to filter by; a list that is not there yet is waited for. */
  #followList(): void {
    const id = this.htmlFor;
    if (!id || !this.isConnected) {
      this.#rootObserver?.disconnect();
      this.#rootObserver = undefined;
      this.#leaveList();
      return;
    }
    const root = this.getRootNode() as Document | ShadowRoot;
    if (!this.#rootObserver) {
      this.#rootObserver = new MutationObserver(() => this.#findList());
      this.#rootObserver.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ['id'] });
    }
    this.#findList();
  }

  #findList(): void {
    const root = this.getRootNode() as Document | ShadowRoot;
    const list = this.htmlFor ? root.getElementById(this.htmlFor) : null;
    const { store } = this;
    if (!list || !store || isEmptyFilter(this.#filter)) {
      this.#leaveList();
      return;
    }
    if (this.#list?.list === list && this.#listKey === this.#of) return;
    this.#leaveList();
    this.#listKey = this.#of;
    const isContact = this.#of === 'contact';
    this.#list = new ListFilter(list, isContact ? 'data-contact-id' : 'data-conversation-id', {
      matches: (rowId) => (isReadable(rowId) ? this.#judge(rowId) : matchesFilter(this.#filter, null)),
      watch: (rowId, onChange) => {
        if (!isReadable(rowId)) return () => undefined;
        return isContact ? store.watchContact(rowId, onChange) : store.watchEntry(rowId, onChange);
      },
      onSettled: (n) => this.#announceShown(n),
    });
  }

  #leaveList(): void {
    this.#list?.close();
    this.#list = undefined;
  }

  #announceShown(n: number): void {
    if (!this.#announcePending) return;
    this.#announcePending = false;
    announce(this.text(this.#of === 'contact' ? 'contactsShown' : 'conversationsShown', { n }), this, ANNOUNCE_DELAY);
  }
}

/** An id that no adapter takes has no status, and must not spoil the look-up of the others. */
function isReadable(id: string): boolean {
  try {
    parseId(id);
    return true;
  } catch {
    warnOnce(`<pipeline-filter>: the list has an item with the id "${id.slice(0, 40)}", which is not valid.`);
    return false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'pipeline-filter': PipelineFilter;
  }
}
