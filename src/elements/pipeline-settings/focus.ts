import type { ReactiveElement } from '@lit/reactive-element';
import type { Id } from '../../model/id.js';

/** What a row has to operate it by; also the class of the button. */
export type Control = 'handle' | 'edit' | 'delete';

export const CONTROLS = ['handle', 'edit', 'delete'] as const satisfies readonly Control[];

/** Keeps focus from getting lost when what had it is moved, replaced or removed. */
export class FocusKeeper {
  readonly #host: ReactiveElement;
  readonly #isClosed: () => boolean;
  #held: { element: HTMLElement; row: number; control: Control | undefined } | undefined;

  /** `isClosed`: whether what waits to be focused is of another source by now. */
  constructor(host: ReactiveElement, isClosed: () => boolean) {
    this.#host = host;
    this.#isClosed = isClosed;
  }

  /** Whether focus may be moved: it is in the element or nowhere. Whoever went on to another field is left alone. */
  get isOurs(): boolean {
    const root = this.#host.getRootNode() as Document | ShadowRoot;
    if (root.activeElement === this.#host) return true;
    return document.activeElement === null || document.activeElement === document.body;
  }

  /** Whether focus is inside what a selector matches. */
  isIn(selector: string): boolean {
    return Boolean(this.#host.shadowRoot?.activeElement?.closest(selector));
  }

  find(selector: string): HTMLElement | null {
    return this.#host.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  }

  /** A control of a status's row. */
  control(id: Id, control: Control): HTMLElement | null {
    return this.find(`li[data-id="${CSS.escape(id)}"] > .${control}`);
  }

  /** Where a new status is begun: the button, or the form that is there in its place. */
  get add(): HTMLElement | null {
    return this.find('.add, .foot .field');
  }

  /** Called before each render. */
  remember(): void {
    const element = this.#host.shadowRoot?.activeElement as HTMLElement | null | undefined;
    const row = element?.closest('li');
    // A form in a row was opened by its pencil.
    const control = row ? (CONTROLS.find((each) => element?.classList.contains(each)) ?? 'edit') : undefined;
    this.#held = element ? { element, row: row ? this.#rows.indexOf(row) : -1, control } : undefined;
  }

  /** Called after each render: an element that is moved loses focus, and so does one that is taken away. */
  restore(): void {
    const held = this.#held;
    this.#held = undefined;
    if (!held || this.#host.shadowRoot?.activeElement || !this.isOurs) return;
    const rows = this.#rows;
    const row = rows[Math.min(held.row, rows.length - 1)];
    const heir = (held.control && row?.querySelector<HTMLElement>(`:scope > .${held.control}`)) ?? this.add;
    (held.element.isConnected ? held.element : heir)?.focus({ preventScroll: true });
  }

  get #rows(): HTMLElement[] {
    return [...(this.#host.shadowRoot?.querySelectorAll('li') ?? [])];
  }

  /** Focuses what is found once the element has rendered. */
  async moveTo(find: () => HTMLElement | null | undefined): Promise<void> {
    await this.#host.updateComplete;
    if (this.#isClosed()) return;
    const target = find();
    if (!target || !this.isOurs) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
}
