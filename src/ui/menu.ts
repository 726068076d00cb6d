/** A menu of actions, such as the one of a handle in the settings. */
import type { ReactiveControllerHost } from '@lit/reactive-element';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Id } from '../model/id.js';
import { indexForKey } from './list-keys.js';
import { PopupController } from './popup.js';

export interface MenuItem<Key> {
  key: Key;
  label: string;
  isDisabled: boolean;
}

export interface MenuOptions<Key> {
  /** The button that opens the menu for an item. */
  trigger(id: Id): HTMLElement | null;
  onChoose(id: Id, key: Key): void;
}

/** One menu in a popover, shared by the items of a list. Focus moves into it, and returns when it closes. */
export class MenuController<Key extends string> {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: MenuOptions<Key>;
  readonly #popup: PopupController;
  #id: Id | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: MenuOptions<Key>) {
    this.#host = host;
    this.#options = options;
    this.#popup = new PopupController(host, {
      trigger: () => (this.#id === undefined ? null : options.trigger(this.#id)),
      popup: () => this.#element,
      side: () => 'below',
      onDismiss: (reason) => this.close(reason === 'escape'),
    });
  }

  /** The item that the menu is open for. */
  get id(): Id | undefined {
    return this.#id;
  }

  get #element(): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>('.menu') ?? null;
  }

  toggle(id: Id): void {
    if (this.#id === id) return this.close(true);
    this.#popup.hide();
    this.#id = id;
    this.#host.requestUpdate();
  }

  close(focusTrigger: boolean): void {
    if (this.#id === undefined) return;
    // Before the menu is removed: Tab then continues from the button.
    if (focusTrigger) this.#options.trigger(this.#id)?.focus({ preventScroll: true });
    this.#id = undefined;
    this.#host.requestUpdate();
  }

  /** Called after each render of the host. */
  settle(): void {
    if (this.#id === undefined) return this.#popup.hide();
    const isShown = this.#element?.matches(':popover-open');
    this.#popup.show();
    if (!isShown) this.#elements().find(isEnabled)?.focus({ preventScroll: true });
  }

  /** `label`: the name of the menu, also shown in full at its top. */
  render(label: string, items: readonly MenuItem<Key>[]): TemplateResult {
    return html`<div class="popup menu" part="popup" popover="manual">
      <p class="menu-label" aria-hidden="true"><bdi>${label}</bdi></p>
      <div role="menu" aria-label=${label} @click=${this.#handleClick} @keydown=${this.#handleKeyDown}>
        ${items.map(
          (item) =>
            html`<div
              class="menu-item"
              part="option"
              role="menuitem"
              tabindex="-1"
              data-key=${item.key}
              aria-disabled=${item.isDisabled ? 'true' : nothing}
            >
              ${item.label}
            </div>`,
        )}
      </div>
    </div>`;
  }

  #elements(): HTMLElement[] {
    return [...(this.#element?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
  }

  readonly #handleClick = (event: Event): void => {
    const item = (event.target as Element).closest<HTMLElement>('[role=menuitem]');
    const id = this.#id;
    if (!item || id === undefined || !isEnabled(item)) return;
    this.close(true);
    this.#options.onChoose(id, item.dataset['key'] as Key);
  };

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    const items = this.#elements();
    const current = items.indexOf(event.target as HTMLElement);
    const index = indexForKey(event.key, current, items.length);
    if (event.key === 'Tab') return this.close(true);
    if (index !== undefined) items[index]?.focus({ preventScroll: true });
    else if (event.key === 'Enter' || event.key === ' ') items[current]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

const isEnabled = (item: HTMLElement): boolean => item.getAttribute('aria-disabled') !== 'true';
