import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type Sortable from 'sortablejs';

export interface SortableOptions {
  /** The list whose items (`li`) are dragged by their `.handle`; each has a `data-id`. `null`: nothing to drag. */
  list(): HTMLElement | null;
  onStart(id: string): void;
  /** Dropped right after `after` (`null`: first). Not called for a drag that was taken back or led nowhere. */
  onMove(id: string, after: string | null): void;
  /** The drag is over, however it ended, and the DOM is as it was before it. */
  onEnd(): void;
}

/** What of Sortable 1.15 is not in its types: where it hears of the pointer, and the two steps of its start. */
interface Internals {
  _onTouchMove(event: PointerLike): void;
  _onDragStart(event: Event, isFallback: boolean): void;
  _dragStarted(isFallback: boolean, event: Event): void;
  _dragStartId: number;
}

/** A row that Sortable lets glide to its place: the timer that ends it. */
type Gliding = HTMLElement & { animated?: number | false };

type PointerLike = Pick<MouseEvent, 'clientX' | 'clientY' | 'cancelable' | 'preventDefault'> & { touches?: TouchList };

const ANIMATION = 150;
/** A press that moves less is a click, px. */
const TOLERANCE = 4;

/**
 * Dragging by SortableJS, for mouse, touch and pen. Sortable moves elements that Lit takes for its own, so when a drag
 * ends the item is put back where it was, and only then the data is told: Lit does the moving. While a drag lasts the
 * host must not render; it awaits `settled`. Sortable is loaded when there is something to drag, by this file only.
 */
export class SortableController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: SortableOptions;
  #sortable: Sortable | undefined;
  #list: HTMLElement | null = null;
  /** Stands where the dragged item was, whatever becomes of its neighbours. */
  #marker: Comment | undefined;
  #isTakenBack = false;
  /** Where the pointer went down, px from the left. */
  #x = 0;
  #settled: Promise<void> | undefined;
  #settle: (() => void) | undefined;
  #dragging: AbortController | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: SortableOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** While something is dragged: resolves when that is over. */
  get settled(): Promise<void> | undefined {
    return this.#settled;
  }

  hostUpdated(): void {
    const list = this.#options.list();
    if (list === this.#list) return;
    this.#destroy();
    this.#list = list;
    if (list) void this.#attach(list);
  }

  hostDisconnected(): void {
    this.cancel();
  }

  /** Takes back what is dragged, and forgets a press that could become a drag. The list is attached again when it renders. */
  cancel(): void {
    this.#takeBack();
    this.#destroy();
    this.#list = null;
  }

  async #attach(list: HTMLElement): Promise<void> {
    const { default: SortableClass } = await import('sortablejs');
    if (this.#list !== list || !this.#host.isConnected) return;
    const sortable = SortableClass.create(list, {
      handle: '.handle',
      draggable: 'li',
      // Native dragging would drop the row's text into a message box, and cannot be done by touch.
      forceFallback: true,
      fallbackTolerance: TOLERANCE,
      animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ANIMATION,
      ghostClass: 'ghost',
      chosenClass: 'chosen',
      fallbackClass: 'dragged',
      onChoose: (event) => {
        const { originalEvent } = event as unknown as { originalEvent: PointerLike };
        this.#x = (originalEvent.touches?.[0] ?? originalEvent).clientX;
      },
      onStart: ({ item }) => {
        this.#settled = new Promise((resolve) => (this.#settle = resolve));
        this.#isTakenBack = false;
        this.#marker = document.createComment('');
        item.after(this.#marker);
        alignGhost(SortableClass.ghost, item);
        this.#dragging = new AbortController();
        const options = { capture: true, signal: this.#dragging.signal };
        document.addEventListener('keydown', this.#handleKeyDown, options);
        // The system took the finger away. Sortable would take that for a drop.
        for (const type of ['pointercancel', 'touchcancel']) {
          document.addEventListener(type, () => (this.#isTakenBack = true), options);
        }
        // Sortable looks under the pointer every 50 ms, and not while rows make way; a quick hand has let go before.
        const handleUp = (event: PointerEvent): void => {
          if (!this.#isTakenBack) placeUnder(list, item, this.#within(list, event).clientY);
        };
        document.addEventListener('pointerup', handleUp, options);
        this.#options.onStart(item.dataset['id']!);
      },
      onEnd: ({ item }) => this.#handleEnd(item),
    });
    // The row goes up and down, within the list: a hand that drifts off to the side or past an end means it still.
    const internals = sortable as unknown as Internals;
    const follow = internals._onTouchMove;
    internals._onTouchMove = (event) => follow(this.#within(list, event));
    // Sortable starts one timer late, and a busy page delivers a quick hand's release before that: nothing would move.
    const start = internals._onDragStart;
    internals._onDragStart = (event, isFallback) => {
      start(event, isFallback);
      clearTimeout(internals._dragStartId);
      internals._dragStarted(isFallback, event);
    };
    list.addEventListener('pointerdown', () => settleRows(list), { capture: true });
    this.#sortable = sortable;
  }

  /** The event as if the pointer had stayed in the column that it began in, and in the list. */
  #within(list: HTMLElement, event: PointerLike): PointerLike {
    const { top, bottom } = list.getBoundingClientRect();
    const { clientY } = event.touches?.[0] ?? event;
    return {
      clientX: this.#x,
      clientY: Math.min(Math.max(clientY, top + 1), bottom - 1),
      cancelable: event.cancelable,
      preventDefault: () => event.preventDefault(),
    };
  }

  #handleEnd(item: HTMLElement): void {
    const marker = this.#marker;
    if (!marker) return;
    this.#marker = undefined;
    this.#dragging?.abort();
    const id = item.dataset['id']!;
    const after = idBefore(item, item);
    const before = idBefore(marker, item);
    marker.replaceWith(item);
    this.#swallowClick();
    if (!this.#isTakenBack && after !== before) this.#options.onMove(id, after);
    this.#settle?.();
    this.#settled = undefined;
    this.#options.onEnd();
  }

  #destroy(): void {
    this.#sortable?.destroy();
    this.#sortable = undefined;
  }

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    // Ours alone: the dialog around it stays open.
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#takeBack();
  };

  /** Sortable cannot be told to stop, but it believes a released button. */
  #takeBack(): void {
    if (!this.#marker) return;
    this.#isTakenBack = true;
    document.dispatchEvent(new PointerEvent('pointerup', { bubbles: true }));
    document.dispatchEvent(new MouseEvent('mouseup', { bubbles: true }));
    // The real button is still down; what it clicks on when it comes up is no click either.
    document.addEventListener('pointerup', () => this.#swallowClick(), { capture: true, once: true });
  }

  /** Browsers click what a drag was dropped on. */
  #swallowClick(): void {
    let isClicked = false;
    const watch = (): void => void (isClicked = true);
    const swallow = (event: Event): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener('click', watch, true);
    this.#host.addEventListener('click', swallow, true);
    setTimeout(() => {
      window.removeEventListener('click', watch, true);
      // Sortable 1.15 swallows the next click too, whenever it comes: after a touch that would be a real one.
      if (!isClicked) this.#host.dispatchEvent(new MouseEvent('click', { cancelable: true }));
      this.#host.removeEventListener('click', swallow, true);
    });
  }
}

/** Ends what is left of a drop's animation. Sortable does not hear a press on a row that still moves. */
function settleRows(list: HTMLElement): void {
  for (const row of list.querySelectorAll<Gliding>(':scope > li')) {
    if (!row.animated) continue;
    clearTimeout(row.animated);
    row.animated = false;
    row.style.transition = row.style.transform = '';
  }
}

/** The id of the item before a node, passing over the dragged one. */
function idBefore(node: ChildNode, dragged: Element): string | null {
  for (let each = node.previousSibling; each; each = each.previousSibling) {
    if (each instanceof HTMLElement && each !== dragged && each.dataset['id'] !== undefined) return each.dataset['id'];
  }
  return null;
}

/** Gives an item the place of the one at a height of the screen, px; where rows are still on their way, of the one that will be there. */
function placeUnder(list: HTMLElement, item: HTMLElement, y: number): void {
  const { top } = list.getBoundingClientRect();
  const items = [...list.querySelectorAll<HTMLElement>(':scope > li:not(.dragged)')];
  const under = items.findLast((each) => top + each.offsetTop <= y);
  // Over a tall one, a row that is being edited, either side can be meant: what is seen counts.
  if (!under || under === item || under.offsetHeight > 2 * item.offsetHeight) return;
  if (items.indexOf(under) > items.indexOf(item)) under.after(item);
  else under.before(item);
}

/**
 * Puts the copy that follows the pointer over its item. Sortable places it in the viewport, but a transform, filter or
 * containment of an ancestor outside of the shadow root makes that ancestor the one that counts.
 */
function alignGhost(ghost: HTMLElement | null, item: HTMLElement): void {
  if (!ghost) return;
  // Seen, and nothing else: its buttons are those of the row.
  ghost.inert = true;
  const [is, wanted] = [ghost.getBoundingClientRect(), item.getBoundingClientRect()];
  ghost.style.left = `${parseFloat(ghost.style.left) + wanted.left - is.left}px`;
  ghost.style.top = `${parseFloat(ghost.style.top) + wanted.top - is.top}px`;
}
