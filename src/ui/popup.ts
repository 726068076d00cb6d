/** Shows a popover beside its trigger and keeps it in place, also while the trigger is being pressed. */
import type { ReactiveController, ReactiveControllerHost } from '@lit/reactive-element';

/** Distance from the trigger, from the edges of the screen, and the least height where there is little room; px. */
const GAP = 4;
const MARGIN = 8;
const MIN_HEIGHT = 120;

export interface PopupOptions {
  /** The element the popup belongs to. */
  trigger(): HTMLElement | null;
  /** The popup: an element with `popover="manual"`, in the page while it is open. */
  popup(): HTMLElement | null;
  /** The side on which it opens if there is room. */
  side(): 'above' | 'below';
  /** The user dismisses the popup: with Escape, by a press outside, or by moving focus elsewhere. */
  onDismiss(reason: 'escape' | 'outside' | 'blur'): void;
}

/**
 * The position is computed: CSS anchor positioning ignores the transform of an ancestor in Firefox, and the visual viewport
 * (an open keyboard on a phone) in every browser. The popover is `manual`, not `auto`: light dismiss does not work on iOS
 * before 18.3 (https://caniuse.com/mdn-api_htmlelement_popover), and a press on the trigger would close and reopen it.
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

  /** Shows the popup that was just rendered, or repositions it after its content has changed. */
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
    // Handled here only: a dialog around it stays open.
    event.preventDefault();
    event.stopPropagation();
    this.#options.onDismiss('escape');
  };

  readonly #handleFocusOut = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    // Without a target the window lost focus, or something was pressed that takes none: the popup stays.
    if (!to || to === this.#host || this.#host.shadowRoot?.contains(to) || this.#host.contains(to)) return;
    this.#options.onDismiss('blur');
  };

  #place(isNew = false): void {
    const popup = this.#options.popup();
    const trigger = this.#options.trigger();
    if (!popup || !trigger) return;
    const anchor = trigger.getBoundingClientRect();
    const view = window.visualViewport;
    // A fixed element is positioned in the layout viewport. A zoomed page, or one with a keyboard over it, shows a part of it.
    const left = view?.offsetLeft ?? 0;
    const top = view?.offsetTop ?? 0;
    const right = left + (view?.width ?? window.innerWidth);
    const bottom = top + (view?.height ?? window.innerHeight);

    // Removing the maximum height below resets the scroll position in Firefox, so it is restored at the end.
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
    // However little room there is, and wherever the trigger has moved, all of the popup stays on the screen.
    const room = Math.min(Math.max(MIN_HEIGHT, isAbove ? above : below), bottom - top - 2 * MARGIN);
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

/** The longest time between lifting a finger and its click, milliseconds. */
const CLICK_DELAY = 350;

const delayed = new Set<() => void>();
let isPressed = false;
let timer: ReturnType<typeof setTimeout> | undefined;

function handlePressStart(): void {
  clearTimeout(timer);
  isPressed = true;
}

function endPressAfter(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    isPressed = false;
    const actions = [...delayed];
    delayed.clear();
    for (const action of actions) action();
  }, milliseconds);
}

/** Runs `action` after the current press and its click; at once if nothing is pressed. */
export function afterPress(action: () => void): void {
  if (isPressed) delayed.add(action);
  else action();
}

const options = { capture: true, passive: true } as const;
globalThis.addEventListener?.('pointerdown', handlePressStart, options);
globalThis.addEventListener?.('pointerup', () => endPressAfter(CLICK_DELAY), options);
globalThis.addEventListener?.('pointercancel', () => endPressAfter(0), options);
globalThis.addEventListener?.('click', () => endPressAfter(0), options);
