import { adoptStyles, html, nothing, render, type ReactiveElement, type TemplateResult } from 'lit';
import { errorText } from '../../ui/error-text.js';
import { announce, silence } from '../../ui/live-region.js';
import { learn, type LocalizeController } from '../../ui/localize.js';
import { PopupController } from '../../ui/popup.js';
import { afterPress } from '../../ui/press.js';
import { inbox } from '../../locales/en/inbox.js';
import type { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { PipelineStore } from '../../store/pipeline.js';
import { controlTokens } from '../../styles/control-tokens.js';
import { controls } from '../../styles/controls.js';
import { popup } from '../../styles/popup.js';
import { chooserStyles } from './chooser.styles.js';
import type { Conversations, View } from './conversations.js';
import { Listbox } from './listbox.js';
import type { ListOption } from './option.js';
import { Picks, type PickHost } from './pick.js';

/** The picker as its chooser sees it. */
export interface ChooserHost {
  readonly element: ReactiveElement & { placement: string | null; required: boolean; value: Id | null };
  readonly localize: LocalizeController;
  readonly store: PipelineStore | undefined;
  readonly stores: PickHost['stores'];
  readonly trigger: HTMLElement;
  /** The conversations it is for; `undefined` where it is a plain form control. */
  readonly conversations: Conversations | undefined;
  /** What the conversations show, or the control. */
  readonly view: View;
  readonly hasSearch: boolean;
  fireNative(): void;
}

/** What a picker is once it is used: the list that opens, and what becomes of a pick. Loaded with the first use. */
export class Chooser {
  readonly #host: ChooserHost;
  readonly #picks: Picks;
  readonly #popup: PopupController;
  readonly #listbox: Listbox;
  #isOpen = false;

  constructor(host: ChooserHost) {
    const { element } = host;
    learn(inbox);
    this.#host = host;
    this.#picks = new Picks({
      element,
      stores: host.stores,
      conversations: () => host.conversations ?? [],
      text: (key, values) => host.localize.text(key, values),
      errorText: (error) => this.#errorText(error),
      update: () => element.requestUpdate(),
      fireNative: () => host.fireNative(),
    });
    this.#popup = new PopupController(element, {
      trigger: () => host.trigger,
      popup: () => element.shadowRoot?.querySelector<HTMLElement>('.popup') ?? null,
      side: () => (element.placement === 'composer' ? 'above' : 'below'),
      onDismiss: (reason) => this.close(reason === 'escape'),
    });
    this.#listbox = new Listbox(element, host.localize, {
      options: () => this.#options(),
      selected: () => host.view.statusId,
      searchable: () => host.hasSearch,
      onPick: (value) => this.#handlePick(value),
      onClose: (leaves) => this.close(leaves),
    });
    const { elementStyles } = element.constructor as typeof ReactiveElement;
    adoptStyles(element.renderRoot as ShadowRoot, [...elementStyles, controlTokens, controls, popup, chooserStyles]);
    element.addEventListener('focusout', this.#handleFocusOut);
  }

  #errorText(error: PipelineError): string {
    return errorText((key, values) => this.#host.localize.text(key, values), error);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves when all that was opened is about to be rendered. */
  get settled(): Promise<void> | undefined {
    return this.#listbox.settled;
  }

  /** Why the last pick failed; '' when it did not. */
  get message(): string {
    return this.#picks.message;
  }

  /** Opens the list; a letter that was typed on the button goes on in it. */
  open(at?: 'first' | 'last', typed?: string): void {
    if (!this.#isOpen) {
      this.#picks.clearMessage();
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
    // Before the popup goes away, so that focus is never nowhere (and Tab goes on from here).
    if (focusTrigger) this.#host.trigger.focus({ preventScroll: true });
  }

  /** Takes the last pick back. Returns whether there is one. */
  undo(): boolean {
    if (!this.#picks.canUndo) return false;
    void this.#picks.undo();
    return true;
  }

  /** Other conversations are shown now. */
  reset(): void {
    this.#picks.reset();
  }

  /** The element left the page. */
  leave(): void {
    this.#isOpen = false;
    this.#picks.forget();
  }

  /** The data comes from another source: closes the list, and drops what was begun. */
  changeSource(isSession: boolean): void {
    const { element, trigger } = this.#host;
    silence(element);
    this.#picks.changeSource(isSession);
    // What has focus goes away.
    if (element.shadowRoot?.activeElement) trigger.focus({ preventScroll: true });
    this.close(false);
    this.#popup.hide();
    this.render();
    if (this.message) announce(this.message, element);
  }

  /** Called before each render. */
  check(): void {
    if (this.#host.store) this.#picks.check(this.#host.store);
  }

  /** Shows what became of a pick, beside the pill, and the list while it is open. */
  render(): void {
    const { element } = this.#host;
    const content = html`${this.#picks.render()}${this.#isOpen ? this.#renderPopup() : nothing}`;
    render(content, element.renderRoot, { host: element });
  }

  /** Called after each render. */
  settle(): void {
    if (this.#isOpen) {
      this.#popup.show();
      this.#listbox.settle();
    } else {
      this.#popup.hide();
    }
  }

  #renderPopup(): TemplateResult {
    const { hasSearch } = this.#host;
    return html`<div
      class="popup"
      id="popup"
      part="popup"
      popover="manual"
      role=${hasSearch ? 'dialog' : nothing}
      aria-label=${hasSearch ? this.#host.localize.text('pipelineStatus') : nothing}
    >
      ${this.#renderContent()}
    </div>`;
  }

  #renderContent(): TemplateResult {
    const { localize, store } = this.#host;
    const { isLoading, error } = this.#host.view;
    if (error) {
      return html`<p class="error" part="error">
        ${localize.text('loadFailed')} ${this.#errorText(error)}
        <button class="link-button" @click=${() => void store?.retry()}>${localize.text('retry')}</button>
      </p>`;
    }
    // Nor the list alone: where it begins depends on the status that is chosen.
    if (!isLoading) return this.#listbox.render();
    return html`<p class="empty loading" part="empty">${localize.text('loading')}</p>`;
  }

  #options(): ListOption[] {
    const statuses = this.#host.store?.statuses ?? [];
    const options: ListOption[] = statuses.map((status) => ({ value: status.id, label: status.name, status }));
    const canClear = !this.#host.element.required && (statuses.length > 0 || this.#host.view.statusId !== null);
    return canClear ? [...options, { value: null, label: this.#host.localize.text('noStatus') }] : options;
  }

  #handlePick(to: Id | null): void {
    const { element, store, conversations } = this.#host;
    // What was on offer is not any more.
    if (!this.#isOpen) return;
    const { statusId: from } = this.#host.view;
    this.close(true);
    if (to === from) return;
    if (!conversations) {
      element.value = to;
      this.#host.fireNative();
    } else if (store && conversations.length) void this.#picks.pick(store, conversations, from, to);
  }

  /** The offer to take a pick back lasts until the user goes on to something else; no clock takes it away. */
  readonly #handleFocusOut = (event: FocusEvent): void => {
    const { element } = this.#host;
    const to = event.relatedTarget as Node | null;
    if (!to || to === element || element.shadowRoot?.contains(to)) return;
    // Without the button the page may move: not from under the pointer.
    afterPress(() => this.#picks.forget());
  };
}
