import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Distance from the trigger and from the edges of the screen, px. */
const GAP = 4;
const MARGIN = 8;
const SMALLEST = 120;

export interface PopupOptions {
  /** The element the popup belongs to. */
  trigger(): HTMLElement | null;
  /** The popup, an element with `popover="manual"`, present while open. */
  popup(): HTMLElement | null;
  /** Where it opens if there is room. */
  side(): 'above' | 'below';
  /** Asked to close: by Escape, by a press outside, or because focus went elsewhere. */
  onDismiss(reason: 'escape' | 'outside' | 'blur'): void;
}

/**
 * Shows a popover in the top layer beside its trigger and keeps it there.
 *
 * Positions are computed: CSS anchor positioning ignores a transform of an ancestor in Firefox, and the visual
 * viewport (an open keyboard on a phone) in all. `manual`, because light dismissal is missing on iOS before 18.3 and
 * a press on the trigger would close and open again.
 */
export class PopupController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: PopupOptions;
  #abort: AbortController | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: PopupOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.hide();
  }

  /** Shows the popup that was just rendered, or places it again when its content changed. */
  show(): void {
    const popup = this.#options.popup();
    if (!popup?.isConnected) return;
    if (!this.#abort) {
      this.#abort = new AbortController();
      const { signal } = this.#abort;
      document.addEventListener('pointerdown', this.#handlePointerDown, { capture: true, signal });
      this.#host.addEventListener('keydown', this.#handleKeyDown, { signal });
      this.#host.addEventListener('focusout', this.#handleFocusOut, { signal });
      const place = (): void => this.#place();
      window.addEventListener('scroll', place, { capture: true, passive: true, signal });
      window.addEventListener('resize', place, { signal });
      window.visualViewport?.addEventListener('resize', place, { signal });
      window.visualViewport?.addEventListener('scroll', place, { signal });
    }
    const isNew = !popup.matches(':popover-open');
    if (isNew) popup.showPopover();
    this.#place(isNew);
  }

  hide(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    const popup = this.#options.popup();
    if (popup?.matches(':popover-open')) popup.hidePopover();
  }

  readonly #handlePointerDown = (event: PointerEvent): void => {
    const path = event.composedPath();
    const { popup, trigger } = this.#options;
    if (!path.includes(popup()!) && !path.includes(trigger()!)) this.#options.onDismiss('outside');
  };

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    // Ours alone: the dialog around it stays open.
    event.preventDefault();
    event.stopPropagation();
    this.#options.onDismiss('escape');
  };

  readonly #handleFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    // Without a target the window lost focus, or a press on something that takes none: the popup stays.
    if (!to || to === this.#host || this.#host.shadowRoot?.contains(to) || this.#host.contains(to)) return;
    this.#options.onDismiss('blur');
  };

  #place(isNew = false): void {
    const popup = this.#options.popup();
    const trigger = this.#options.trigger();
    if (!popup || !trigger) return;
    const anchor = trigger.getBoundingClientRect();
    const view = window.visualViewport;
    // A fixed element is placed in the layout viewport, of which a zoomed or keyboard-covered page shows a part.
    const left = view?.offsetLeft ?? 0;
    const top = view?.offsetTop ?? 0;
    const right = left + (view?.width ?? window.innerWidth);
    const bottom = top + (view?.height ?? window.innerHeight);

    // Firefox forgets how far it was scrolled when for a moment there is room for all of it.
    const scrolled = (isNew ? [] : [popup, ...popup.children])
      .filter((element) => element.scrollTop > 0)
      .map((element) => ({ element, to: element.scrollTop }));

    const { style } = popup;
    style.setProperty('max-block-size', 'none');
    style.setProperty('max-inline-size', `${right - left - 2 * MARGIN}px`);
    style.setProperty('min-inline-size', `${Math.min(anchor.width, right - left - 2 * MARGIN)}px`);
    const { width, height } = popup.getBoundingClientRect();

    const above = anchor.top - top - GAP - MARGIN;
    const below = bottom - anchor.bottom - GAP - MARGIN;
    const first = this.#options.side() === 'above' ? above : below;
    const other = this.#options.side() === 'above' ? below : above;
    const flips = first < height && other > first;
    const isAbove = (this.#options.side() === 'above') !== flips;
    // However little room there is, and wherever the trigger went, all of it stays in sight.
    const room = Math.min(Math.max(SMALLEST, isAbove ? above : below), bottom - top - 2 * MARGIN);
    const shown = Math.min(height, room);
    const isRtl = getComputedStyle(trigger).direction === 'rtl';
    const start = isRtl ? anchor.right - width : anchor.left;
    const x = Math.max(left + MARGIN, Math.min(start, right - MARGIN - width));
    const y = isAbove ? anchor.top - GAP - shown : anchor.bottom + GAP;
    style.setProperty('max-block-size', `${room}px`);
    style.setProperty('left', `${x}px`);
    style.setProperty('top', `${Math.max(top + MARGIN, Math.min(y, bottom - MARGIN - shown))}px`);
    popup.toggleAttribute('data-above', isAbove);
    for (const { element, to } of scrolled) if (element.scrollTop !== to) element.scrollTop = to;
  }
}
