import type { ReactiveControllerHost } from '@lit/reactive-element';
import { repeat } from 'lit/directives/repeat.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { TypeAhead, indexForKey, isPrintable } from '../../ui/list-keys.js';
import { announce } from '../../ui/live-region.js';
import type { LocalizeController } from '../../ui/localize.js';
import { SearchableList, type StatusOption } from '../../ui/searchable-list.js';
import type { Id } from '../../model/id.js';
import { FirstRows } from './first-rows.js';
import { OPTION, renderOption, renderWidth } from './option.js';

export interface ListboxOptions {
  options(): readonly StatusOption[];
  /** The chosen value; `undefined` when the conversations have different ones. */
  selected(): Id | null | undefined;
  /** Whether a search field stands above the list. */
  searchable(): boolean;
  onPick(value: Id | null): void;
  /** Asked to close; `leaves`: by Tab, focus goes on to the trigger's neighbour. */
  onClose(leaves: boolean): void;
}

type Host = ReactiveControllerHost & HTMLElement;

/**
 * The options of a popup. Without search the options take real focus, as those of a native select do: screen readers
 * on Apple's systems do not follow `aria-activedescendant` on a button. With search, focus stays in the field.
 */
export class Listbox {
  readonly #host: Host;
  readonly #localize: LocalizeController;
  readonly #options: ListboxOptions;
  readonly #typeAhead = new TypeAhead();
  readonly #rows = new FirstRows(() => {
    this.#hasMore = true;
    this.#host.requestUpdate();
  });
  readonly #search: SearchableList;
  /** Where to begin, until focus is there. */
  #start: number | 'first' | 'last' | undefined;
  #active = -1;
  /** What the active option stands for: others may move it in the list. */
  #value: Id | null | undefined;
  #focusPending = false;
  /** Rows are made before those that were there first. */
  #hasMore = false;
  #focused: Element | null = null;

  constructor(host: Host, localize: LocalizeController, options: ListboxOptions) {
    this.#host = host;
    this.#localize = localize;
    this.#options = options;
    this.#search = new SearchableList(host, localize, {
      options: () => options.options(),
      isSearchable: () => options.searchable(),
      onSearch: () => this.#goTo(0),
    });
  }

  /** Starts anew: `at` is the option to begin with, by default the chosen one. */
  open(at?: 'first' | 'last'): void {
    this.#search.query = '';
    this.#focused = null;
    this.#start = at;
    this.#focusPending = true;
    this.#rows.open();
  }

  /** Resolves when all that was opened is about to be rendered. */
  get settled(): Promise<void> | undefined {
    return this.#rows.settled;
  }

  /** A letter typed on the trigger: goes to the option that starts with it, or is the first of a search. */
  type(key: string): void {
    if (this.#focusPending && this.#options.searchable()) {
      this.#search.query = key;
      this.#start = 'first';
      return;
    }
    const labels = this.#search.matches.map((option) => option.label);
    const current = this.#focusPending ? this.#startIndex() : this.#active;
    const index = this.#typeAhead.find(key, labels, current, this.#localize.formats.collator);
    if (index === undefined) return;
    if (this.#focusPending) this.#start = index;
    else this.#activate(index);
  }

  /** Called when the popup is rendered and shown: puts focus where it belongs. */
  settle(): void {
    if (this.#focusPending) {
      // Nothing to go to before the statuses are loaded.
      if (!this.#list?.childElementCount && !this.#search.query) return;
      this.#focusPending = false;
      // Focus in a field brings up a phone's keyboard, over the list; who has typed has another.
      const { field } = this.#search;
      const isCoarse = matchMedia('(pointer: coarse)').matches;
      if (field && (this.#search.query || !isCoarse)) field.focus({ preventScroll: true });
      else this.#focusActive();
      this.#reveal();
      this.#rows.goOn();
    } else if (this.#focused && !this.#focused.isConnected) {
      // The focused option was deleted by someone else: its neighbour takes over.
      this.#goTo(Math.min(this.#active, this.#search.matches.length - 1));
      this.#focusActive();
    } else if (this.#hasMore) this.#reveal();
    this.#hasMore = false;
  }

  render(): TemplateResult {
    const searchable = this.#options.searchable();
    const shown = this.#search.matches;
    const moved = shown.findIndex((option) => option.value === this.#value);
    if (this.#focusPending) this.#goTo(this.#startIndex());
    else if (moved >= 0) this.#active = moved;
    const selected = this.#options.selected();
    const [from, to] = this.#rows.range(this.#active, shown.length);
    return html`${this.#search.renderField({
        listboxId: 'listbox',
        activeOptionId: shown[this.#active] && OPTION + this.#active,
        onKeyDown: this.#handleKeyDown,
      })}
      <div
        class="listbox options"
        id="listbox"
        part="listbox"
        role="listbox"
        aria-label=${this.#localize.text('pipelineStatus')}
        ?hidden=${shown.length === 0}
        @click=${this.#handleClick}
        @keydown=${this.#handleKeyDown}
        @focusin=${this.#handleFocusIn}
        @focusout=${this.#handleFocusOut}
      >
        ${repeat(
          shown.slice(from, to),
          (option) => option.value ?? '',
          (option, i) => {
            const index = from + i;
            return renderOption(option, index, option.value === selected, searchable && index === this.#active);
          },
        )}${this.#rows.widest(shown.map(({ label }) => label)).map(renderWidth)}
      </div>
      ${
        shown.length
          ? nothing
          : this.#search.query
            ? this.#search.renderNoResults()
            : html`<p class="empty" part="empty">${this.#localize.text('noStatusesYet')}</p>`
      }`;
  }

  get #list(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('#listbox') ?? null;
  }

  #optionAt(index: number): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>(`#${OPTION}${index}`) ?? null;
  }

  /** Which option an element is, or is in; -1 for none. */
  #indexOf(element: Element): number {
    const option = element.closest('[role=option]');
    return option ? Number(option.id.slice(OPTION.length)) : -1;
  }

  #startIndex(): number {
    const options = this.#search.matches;
    if (typeof this.#start === 'number') return this.#start;
    if (this.#start) return this.#start === 'first' ? 0 : options.length - 1;
    return Math.max(
      0,
      options.findIndex((option) => option.value === this.#options.selected()),
    );
  }

  #goTo(index: number): void {
    this.#active = index;
    this.#value = this.#search.matches[index]?.value;
  }

  #activate(index: number): void {
    if (!this.#optionAt(index)) {
      // So soon after the list opened that it is not made yet.
      this.#start = index;
      this.#focusPending = true;
      this.#host.requestUpdate();
      return;
    }
    this.#goTo(index);
    if (this.#options.searchable() && this.#host.shadowRoot?.activeElement === this.#search.field) {
      this.#host.requestUpdate();
      // VoiceOver does not follow aria-activedescendant here (react-aria: useComboBox).
      if (/^(Mac|iP)/.test(navigator.platform)) announce(this.#search.matches[index]!.label, this.#host);
    } else this.#focusActive();
    this.#reveal();
  }

  #focusActive(): void {
    const option = this.#optionAt(Math.max(0, this.#active));
    (option ?? this.#search.field)?.focus({ preventScroll: true });
  }

  #reveal(): void {
    this.#optionAt(this.#active)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  readonly #handleClick = (event: Event): void => {
    this.#pickAt(this.#indexOf(event.target as Element));
  };

  readonly #handleFocusIn = (event: Event): void => {
    this.#focused = event.target as Element;
    this.#goTo(this.#indexOf(this.#focused));
  };

  readonly #handleFocusOut = (event: FocusEvent): void => {
    // Without a target nobody moved it: the option may just have been taken out of the page.
    if (event.relatedTarget) this.#focused = null;
  };

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    // A letter or word that is still being composed has the keys to itself.
    if (event.isComposing) return;
    const inSearch = event.target === this.#search.field;
    const shown = this.#search.matches;
    // The focus, not the memory of it, says where we are.
    const focused = this.#indexOf(event.target as Element);
    const current = inSearch ? this.#active : Math.max(focused, 0);
    const isMove = !inSearch || ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp'].includes(event.key);
    const index = isMove && !event.altKey ? indexForKey(event.key, current, shown.length) : undefined;

    if (index !== undefined) this.#activate(index);
    // From a search that finds nothing Tab goes to the button that clears it.
    else if (event.key === 'Tab') return shown.length || event.shiftKey ? this.#options.onClose(true) : undefined;
    else if (event.key === 'Enter' || (event.key === 'ArrowUp' && event.altKey)) this.#pickAt(current);
    else if (inSearch) return;
    else if (event.key === ' ' && !this.#typeAhead.isTyping) this.#pickAt(current);
    else if (isPrintable(event)) this.type(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #pickAt(index: number): void {
    const option = this.#search.matches[index];
    if (option) this.#options.onPick(option.value);
  }
}
