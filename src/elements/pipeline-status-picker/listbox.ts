/** The listbox in the picker's popup: options, keyboard, typeahead and search. */
import { searchCollator } from '../../ui/formats.js';
import type { ReactiveControllerHost } from '@lit/reactive-element';
import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { TypeAhead, indexForKey, isPrintable } from '../../ui/list-keys.js';
import { announce } from '../../ui/live-region.js';
import type { LocalizeController } from '../../ui/localize.js';
import { SearchableList, type StatusOption } from '../../ui/searchable-list.js';
import { checkIcon, chip } from '../../ui/templates.js';
import type { Id } from '../../model/id.js';
import { InitialRows } from './initial-rows.js';

export interface ListboxConfig {
  options(): readonly StatusOption[];
  /** The selected value; `undefined` if the conversations have different ones. */
  selected(): Id | null | undefined;
  /** Whether there is a search field above the list. */
  isSearchable(): boolean;
  onSelect(value: Id | null): void;
  /** The user leaves the list with Tab. */
  onClose(): void;
}

/** The id of an option is this prefix and its index. */
const OPTION_ID = 'option-';

/** The keys that move through the list while focus is in the search field; the others edit the query. */
const SEARCH_KEYS = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp'];

/**
 * Without a search field the options take focus, like those of a native select: screen readers on Apple's systems do not
 * follow `aria-activedescendant` on a button. With one, focus stays in the field.
 */
export class Listbox {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #localize: LocalizeController;
  readonly #config: ListboxConfig;
  readonly #search: SearchableList;
  readonly #typeAhead = new TypeAhead();
  readonly #rows = new InitialRows(() => {
    this.#hasNewRows = true;
    this.#host.requestUpdate();
  });
  /** The option to open at, until it has focus; by default the selected one. */
  #start: number | 'first' | 'last' | undefined;
  /** The active option: its index, and its value, as the index may change while the list is open. */
  #active = -1;
  #activeValue: Id | null | undefined;
  #isFocusPending = false;
  /** Rows were added before the initial ones, which scrolls the active option away. */
  #hasNewRows = false;
  #focused: Element | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement, localize: LocalizeController, config: ListboxConfig) {
    this.#host = host;
    this.#localize = localize;
    this.#config = config;
    this.#search = new SearchableList(host, localize, {
      options: () => config.options(),
      isSearchable: () => config.isSearchable(),
      onSearch: () => this.#setActive(0),
    });
  }

  /** Starts over, as the popup opens. */
  open(at?: 'first' | 'last'): void {
    this.#search.query = '';
    this.#focused = null;
    this.#start = at;
    this.#isFocusPending = true;
    this.#rows.open();
  }

  /** Resolves when all rows are about to be rendered; `undefined` if they are. */
  get settled(): Promise<void> | undefined {
    return this.#rows.settled;
  }

  /** Handles a typed character: as the start of a query, or to move to an option that starts with it. */
  type(key: string): void {
    if (this.#isFocusPending && this.#config.isSearchable()) {
      this.#search.query = key;
      this.#start = 'first';
      return;
    }
    const labels = this.#search.matches.map((option) => option.label);
    const current = this.#isFocusPending ? this.#startIndex() : this.#active;
    const index = this.#typeAhead.find(key, labels, current, searchCollator(this.#localize.tag));
    if (index === undefined) return;
    if (this.#isFocusPending) this.#start = index;
    else this.#moveTo(index);
  }

  /** Called after the popup is rendered and shown: moves focus where it belongs. */
  updated(): void {
    if (this.#isFocusPending) {
      // There is nothing to focus before the statuses are loaded.
      if (!this.#list?.childElementCount && !this.#search.query) return;
      this.#isFocusPending = false;
      // On a phone, focus in the field opens a keyboard over the list. Whoever has typed uses another keyboard.
      const { field, query } = this.#search;
      if (field && (query || !matchMedia('(pointer: coarse)').matches)) field.focus({ preventScroll: true });
      else this.#focusActive();
      this.#scrollToActive();
      this.#rows.continue();
    } else if (this.#focused && !this.#focused.isConnected) {
      // Someone else deleted the status that had focus: its neighbor takes it.
      this.#setActive(Math.min(this.#active, this.#search.matches.length - 1));
      this.#focusActive();
    } else if (this.#hasNewRows) this.#scrollToActive();
    this.#hasNewRows = false;
  }

  render(): TemplateResult {
    const { matches } = this.#search;
    const movedTo = matches.findIndex((option) => option.value === this.#activeValue);
    if (this.#isFocusPending) this.#setActive(this.#startIndex());
    else if (movedTo >= 0) this.#active = movedTo;
    const selected = this.#config.selected();
    const marksActive = this.#config.isSearchable();
    const [from, to] = this.#rows.range(this.#active, matches.length);
    return html`${this.#search.renderField({
        listboxId: 'listbox',
        activeOptionId: matches[this.#active] && OPTION_ID + this.#active,
        onKeyDown: this.#handleKeyDown,
      })}
      <div
        class="listbox options"
        id="listbox"
        part="listbox"
        role="listbox"
        aria-label=${this.#localize.text('pipelineStatus')}
        ?hidden=${matches.length === 0}
        @click=${this.#handleClick}
        @keydown=${this.#handleKeyDown}
        @focusin=${this.#handleFocusIn}
        @focusout=${this.#handleFocusOut}
      >
        ${repeat(
          matches.slice(from, to),
          (option) => option.value ?? '',
          (option, i) => {
            const index = from + i;
            return renderOption(option, index, option.value === selected, marksActive && index === this.#active);
          },
        )}${this.#rows.widest(matches.map(({ label }) => label)).map(renderWidth)}
      </div>
      ${matches.length ? nothing : this.#renderEmpty()}`;
  }

  #renderEmpty(): TemplateResult {
    if (this.#search.query) return this.#search.renderNoResults();
    return html`<p class="empty" part="empty">${this.#localize.text('noStatusesYet')}</p>`;
  }

  get #list(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('#listbox') ?? null;
  }

  #optionAt(index: number): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>(`#${OPTION_ID}${index}`) ?? null;
  }

  /** The index of the option that contains an element; -1 for none. */
  #indexOf(element: Element): number {
    const option = element.closest('[role=option]');
    return option ? Number(option.id.slice(OPTION_ID.length)) : -1;
  }

  #startIndex(): number {
    const { matches } = this.#search;
    if (typeof this.#start === 'number') return this.#start;
    if (this.#start) return this.#start === 'first' ? 0 : matches.length - 1;
    const selected = matches.findIndex((option) => option.value === this.#config.selected());
    return Math.max(0, selected);
  }

  #setActive(index: number): void {
    this.#active = index;
    this.#activeValue = this.#search.matches[index]?.value;
  }

  #moveTo(index: number): void {
    if (!this.#optionAt(index)) {
      // The list has just opened, and this row is not rendered yet.
      this.#start = index;
      this.#isFocusPending = true;
      this.#host.requestUpdate();
      return;
    }
    this.#setActive(index);
    const { field, matches } = this.#search;
    if (field && this.#host.shadowRoot?.activeElement === field) {
      this.#host.requestUpdate();
      // VoiceOver does not announce aria-activedescendant here. As in React Aria's useComboBox
      // (https://github.com/adobe/react-spectrum/blob/main/packages/@react-aria/combobox/src/useComboBox.ts); remove when it does.
      if (/^(Mac|iP)/.test(navigator.platform)) announce(matches[index]!.label, this.#host);
    } else this.#focusActive();
    this.#scrollToActive();
  }

  #focusActive(): void {
    const option = this.#optionAt(Math.max(0, this.#active));
    (option ?? this.#search.field)?.focus({ preventScroll: true });
  }

  #scrollToActive(): void {
    this.#optionAt(this.#active)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #select(index: number): void {
    const option = this.#search.matches[index];
    if (option) this.#config.onSelect(option.value);
  }

  readonly #handleClick = (event: Event): void => {
    this.#select(this.#indexOf(event.target as Element));
  };

  readonly #handleFocusIn = (event: Event): void => {
    this.#focused = event.target as Element;
    this.#setActive(this.#indexOf(this.#focused));
  };

  readonly #handleFocusOut = (event: FocusEvent): void => {
    // Without a target focus was not moved: the option may just have been removed.
    if (event.relatedTarget) this.#focused = null;
  };

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    // An input method that is composing a character handles the keys itself.
    if (event.isComposing) return;
    const isInField = event.target === this.#search.field;
    const { length } = this.#search.matches;
    const current = isInField ? this.#active : Math.max(this.#indexOf(event.target as Element), 0);
    const canMove = (!isInField || SEARCH_KEYS.includes(event.key)) && !event.altKey;
    const index = canMove ? indexForKey(event.key, current, length) : undefined;

    if (index !== undefined) this.#moveTo(index);
    else if (event.key === 'Tab') {
      // Without results Tab moves on to the button that clears the search.
      if (!length && !event.shiftKey) return;
      this.#config.onClose();
      return;
    } else if (event.key === 'Enter' || (event.key === 'ArrowUp' && event.altKey)) this.#select(current);
    else if (isInField) return;
    else if (event.key === ' ' && !this.#typeAhead.isTyping) this.#select(current);
    else if (isPrintable(event)) this.type(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

const renderOption = (
  { value, label, status }: StatusOption,
  index: number,
  isSelected: boolean,
  isActive: boolean,
): TemplateResult =>
  html`<div
    class="option"
    part="option"
    role="option"
    id=${OPTION_ID + index}
    tabindex="-1"
    aria-selected=${isSelected ? 'true' : 'false'}
    ?data-active=${isActive}
    ?data-none=${value === null}
  >
    ${isSelected ? html`<span class="check" part="check">${checkIcon}</span>` : nothing}${chip(status, label)}
  </div>`;

/** Invisible, and as wide as an option with this label. */
const renderWidth = (label: string): TemplateResult =>
  html`<div class="option width" aria-hidden="true">
    <span class="chip"><span class="swatch"></span><span class="label">${label}</span></span>
  </div>`;
