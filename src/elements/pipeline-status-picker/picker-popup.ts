/** The picker's popup, and what stands beside the pill after a change. Loaded when a picker is first used. */
import { adoptStyles, type ReactiveElement } from '@lit/reactive-element';
import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { errorText } from '../../ui/error-text.js';
import { announce, silence } from '../../ui/live-region.js';
import { learn, type Translate } from '../../ui/localize.js';
import { afterPress, PopupController } from '../../ui/popup.js';
import { optionsOf, type StatusOption } from '../../ui/searchable-list.js';
import { inbox } from '../../locales/en/inbox.js';
import type { Id } from '../../model/id.js';
import { buttons } from '../../styles/buttons.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { optionList, popup } from '../../styles/popup.js';
import type { SharedStatus } from './bulk-selection.js';
import { Listbox } from './listbox.js';
import { popupStyles } from './picker-popup.styles.js';
import { StatusChanges, type StatusChangeHost } from './status-change.js';

export interface PickerPopupHost extends StatusChangeHost {
  readonly element: StatusChangeHost['element'] & { placement: string | null; required: boolean; value: Id | null };
  readonly text: Translate;
  trigger(): HTMLElement;
  status(): SharedStatus;
  hasSearch(): boolean;
}

export class PickerPopup {
  readonly #host: PickerPopupHost;
  readonly #changes: StatusChanges;
  readonly #popover: PopupController;
  readonly #listbox: Listbox;
  #isOpen = false;

  constructor(host: PickerPopupHost) {
    const { element, localize } = host;
    learn(inbox);
    this.#host = host;
    this.#changes = new StatusChanges(host);
    this.#popover = new PopupController(element, {
      trigger: () => host.trigger(),
      popup: () => element.shadowRoot?.querySelector<HTMLElement>('.popup') ?? null,
      side: () => (element.placement === 'composer' ? 'above' : 'below'),
      onDismiss: (reason) => this.close(reason === 'escape'),
    });
    this.#listbox = new Listbox(element, localize, {
      options: () => this.#options(),
      selected: () => host.status().statusId,
      isSearchable: () => host.hasSearch(),
      onSelect: (value) => this.#handleSelect(value),
      onClose: () => this.close(true),
    });
    const { elementStyles } = element.constructor as typeof ReactiveElement;
    const styles = [...elementStyles, controlTokens, buttons, popup, optionList, popupStyles];
    adoptStyles(element.renderRoot as ShadowRoot, styles);
    element.addEventListener('focusout', this.#handleFocusOut);
    element.addEventListener('keydown', this.#handleKeyDown);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when all rows of the list are about to be rendered. */
  get settled(): Promise<void> | undefined {
    return this.#listbox.settled;
  }

  /** Why the last change failed; '' if it did not. */
  get message(): string {
    return this.#changes.message;
  }

  /** The ids of what describes the pill; '' for none. */
  get description(): string {
    return this.#changes.description;
  }

  /** Opens the list. `typed`: a character that was typed on the button and continues in the list. */
  open(at?: 'first' | 'last', typed?: string): void {
    if (!this.#isOpen) {
      this.#changes.dismiss();
      this.#isOpen = true;
      this.#listbox.open(at);
      this.#host.element.requestUpdate();
    }
    if (typed) this.#listbox.type(typed);
  }

  close(focusTrigger: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#host.element.requestUpdate();
    // Before the popup is removed, so that focus is never lost, and Tab continues from the button.
    if (focusTrigger) this.#host.trigger().focus({ preventScroll: true });
  }

  /** Undoes the last change. Returns whether there was one. */
  undo(): boolean {
    if (!this.#changes.canUndo) return false;
    void this.#changes.undo();
    return true;
  }

  /** The picker shows other conversations now. */
  reset(): void {
    this.#changes.reset();
  }

  /** The element was removed from the page. */
  handleDisconnect(): void {
    this.#isOpen = false;
    this.#changes.forgetUndo();
  }

  /** The data comes from another source: closes the list and drops pending changes. */
  changeSource(isSession: boolean): void {
    const { element, trigger } = this.#host;
    silence(element);
    this.#changes.changeSource(isSession);
    // What has focus is about to be removed.
    if (element.shadowRoot?.activeElement) trigger().focus({ preventScroll: true });
    this.close(false);
    this.#popover.hide();
    this.render();
    if (this.message) announce(this.message, element);
  }

  /** Called before each render. */
  willUpdate(): void {
    const { store } = this.#host.stores;
    if (store) this.#changes.check(store);
  }

  /** Renders what stands beside the pill, and the popup while it is open. */
  render(): void {
    const { element, trigger } = this.#host;
    const hadFocus = element.shadowRoot?.activeElement != null;
    const content = html`${this.#changes.render()}${this.#isOpen ? this.#renderPopup() : nothing}`;
    render(content, element.renderRoot, { host: element });
    // A button disappears with its message when someone else changes the status.
    if (hadFocus && !element.shadowRoot?.activeElement) trigger().focus({ preventScroll: true });
  }

  /** Called after each render. */
  updated(): void {
    this.#changes.reportRejected();
    if (this.#isOpen) {
      this.#popover.show();
      this.#listbox.updated();
    } else {
      this.#popover.hide();
    }
  }

  #renderPopup(): TemplateResult {
    const hasSearch = this.#host.hasSearch();
    return html`<div
      class="popup"
      id="popup"
      part="popup"
      popover="manual"
      role=${hasSearch ? 'dialog' : nothing}
      aria-label=${hasSearch ? this.#host.text('pipelineStatus') : nothing}
    >
      ${this.#renderContent()}
    </div>`;
  }

  #renderContent(): TemplateResult {
    const { text, stores } = this.#host;
    const { isLoading, error } = this.#host.status();
    const { rejectedText } = this.#changes;
    if (rejectedText && !this.#host.conversations()?.length) {
      return html`<p class="error" part="error">${rejectedText}</p>`;
    }
    if (error) {
      return html`<p class="error" part="error">
        ${text('loadFailed')} ${errorText(text, error, stores.store)}
        <button class="link-button" @click=${() => void stores.store?.retry()}>${text('retry')}</button>
      </p>`;
    }
    // The list waits for the conversations too: their status decides where it opens.
    if (isLoading) return html`<p class="empty loading" part="empty">${text('loading')}</p>`;
    return this.#listbox.render();
  }

  #options(): StatusOption[] {
    const { element, stores, text } = this.#host;
    const options = optionsOf(stores.store?.statuses ?? []);
    const canClear = !element.required && (options.length > 0 || this.#host.status().statusId !== null);
    return canClear ? [...options, { value: null, label: text('noStatus') }] : options;
  }

  #handleSelect(to: Id | null): void {
    // The list has just closed: a late click changes nothing.
    if (!this.#isOpen) return;
    const { element, stores } = this.#host;
    const conversations = this.#host.conversations();
    const from = this.#host.status().statusId;
    this.close(true);
    if (to === from) return;
    if (!conversations) {
      element.value = to;
      this.#host.fireNativeEvents();
    } else if (stores.store && conversations.length) {
      void this.#changes.change(stores.store, conversations, from, to);
    }
  }

  /** Escape dismisses the message, and does nothing else: a dialog around it stays open. */
  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || this.#isOpen) return;
    if (!this.#changes.message) return;
    event.preventDefault();
    event.stopPropagation();
    const { element, trigger } = this.#host;
    trigger().focus({ preventScroll: true });
    this.#changes.dismiss();
    element.requestUpdate();
  };

  /** The undo button stays until the user moves on to something else; it has no timeout. */
  readonly #handleFocusOut = (event: FocusEvent): void => {
    const { element } = this.#host;
    const to = event.relatedTarget as Node | null;
    if (!to || to === element || element.shadowRoot?.contains(to)) return;
    // Removing the button may shift the page, which must not happen between pointer down and click.
    afterPress(() => this.#changes.forgetUndo());
  };
}
