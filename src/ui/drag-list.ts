/**
 * Reorders the items of a list by mouse, touch and pen. The only file that loads SortableJS.
 * Slightly over 300 lines, so that all workarounds for SortableJS are in one place.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type Sortable from 'sortablejs';

export interface DragListOptions {
  /**
   * The list, a positioned element. Its `li` children are dragged by their `.handle`; each has a `data-id`.
   * `null` when nothing can be dragged.
   */
  list(): HTMLElement | null;
  onStart(): void;
  /** An item was dropped right after `after` (`null`: first). Not called if the drag was canceled or changed nothing. */
  onMove(id: string, after: string | null): void;
  /** The drag is over, however it ended, and the DOM is as it was before it. */
  onEnd(): void;
}

/** How long rows take to make way, in milliseconds. */
const GLIDE_DURATION = 150;
/** A press that moves less is a click, in pixels. */
const TOLERANCE = 4;

/** A press on a handle, which becomes a drag once the pointer has moved. */
interface Press {
  readonly item: HTMLElement;
  readonly down: PointerEvent;
  /** Where the item was when it was pressed, in the viewport. */
  readonly origin: DOMRect;
  /** Removes the listeners of this press. */
  readonly listening: AbortController;
  /** The latest position of the pointer that pressed. */
  pointer: PointerEvent;
  isCanceled: boolean;
  drag?: Drag;
  copy?: DraggedCopy;
}

interface Drag {
  /** Keeps the original place of the item for Lit, wherever its neighbors go. */
  readonly marker: Comment;
  readonly settled: Promise<void>;
  settle(): void;
}

/** The copy of the item that follows the pointer, drawn by SortableJS. */
interface DraggedCopy {
  readonly element: HTMLElement;
  x: number;
  y: number;
  frame: number;
}

/**
 * SortableJS recognizes the drag, draws the copy under the pointer and scrolls. Where the item goes is decided here, so
 * that a release at any moment stores the order on screen, even one that SortableJS has not processed yet.
 *
 * The item is moved in the DOM, which belongs to Lit. It is put back before `onMove` is called, and Lit then renders
 * the new order. The host must not render during a drag: it awaits `settled`.
 */
export class DragListController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #options: DragListOptions;
  #list: HTMLElement | null = null;
  #sortable: Sortable | undefined;
  #clickGuard: Sortable | undefined;
  /** The latest `pointerdown` in the host. */
  #down: PointerEvent | undefined;
  #press: Press | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, options: DragListOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
    host.addEventListener('pointerdown', (event) => (this.#down = event), { capture: true });
  }

  /** Resolves when the current drag is over; `undefined` if nothing is being dragged. */
  get settled(): Promise<void> | undefined {
    return this.#press?.drag?.settled;
  }

  hostUpdated(): void {
    const list = this.#options.list();
    if (list === this.#list) return;
    this.cancel();
    this.#list = list;
    if (list) void this.#attach(list);
  }

  hostDisconnected(): void {
    this.cancel();
  }

  /** Cancels the drag, or the press that could become one. The list can be dragged again after the next render. */
  cancel(): void {
    this.#detach();
    this.#list = null;
  }

  async #attach(list: HTMLElement): Promise<void> {
    const { default: SortableClass } = await import('sortablejs');
    if (this.#list !== list || !this.#host.isConnected) return;
    this.#sortable = SortableClass.create(list, {
      handle: '.handle',
      draggable: 'li',
      sort: false,
      // Nothing can be dragged to other lists of the page that use SortableJS, or from them.
      group: { name: 'pipeline-statuses', pull: false, put: false },
      // Native dragging would drop the row's text into text fields, and does not work by touch.
      forceFallback: true,
      fallbackTolerance: TOLERANCE,
      ghostClass: 'ghost',
      chosenClass: 'chosen',
      fallbackClass: 'dragged',
      onChoose: ({ item }) => this.#handlePress(item),
      onStart: () => this.#handleStart(SortableClass.ghost),
      onUnchoose: () => this.#finish(),
    });
    // SortableJS ignores the next click after a drag, whenever it comes, if the drag passed over no list with an item
    // to replace (https://github.com/SortableJS/Sortable/issues/1937, open in 1.15.7). An empty list that is near
    // every point prevents that; `#swallowClick` takes the click that belongs to the drag.
    this.#clickGuard = SortableClass.create(document.createElement('ol'), {
      group: { name: 'pipeline-statuses-guard', pull: false, put: false },
      emptyInsertThreshold: 0,
    });
  }

  /** Makes SortableJS forget the list. It stops a drag without an event, and leaves behind what it has drawn. */
  #detach(): void {
    this.#sortable?.destroy();
    this.#clickGuard?.destroy();
    this.#sortable = this.#clickGuard = undefined;
    const press = this.#press;
    if (!press) return;
    press.copy?.element.remove();
    press.item.classList.remove('ghost', 'chosen');
    press.item.style.willChange = '';
    press.isCanceled = true;
    this.#finish();
    // The button is still down: its release is no click.
    if (press.drag) document.addEventListener('pointerup', () => this.#swallowClick(), { capture: true, once: true });
  }

  #handlePress(item: HTMLElement): void {
    const down = this.#down;
    if (!down) return;
    const listening = new AbortController();
    const origin = item.getBoundingClientRect();
    const press: Press = { item, down, origin, listening, pointer: down, isCanceled: false };
    this.#press = press;
    this.#clickGuard?.option('emptyInsertThreshold', Infinity);
    const options = { capture: true, signal: listening.signal };
    // SortableJS follows every pointer; only the one that pressed moves the item.
    const isOther = ({ pointerId }: PointerEvent): boolean => pointerId !== down.pointerId;
    const handleMove = (event: PointerEvent): void => {
      if (isOther(event)) return;
      press.pointer = event;
      const distance = Math.max(Math.abs(event.clientX - down.clientX), Math.abs(event.clientY - down.clientY));
      if (distance >= TOLERANCE) this.#begin(press);
    };
    const handleUp = (event: PointerEvent): void => {
      // The pointer may have moved since the last frame, and SortableJS may not have started yet.
      if (press.drag && !isOther(event)) moveToPointer(this.#list!, item, event.clientY);
    };
    document.addEventListener('pointermove', handleMove, options);
    document.addEventListener('pointerup', handleUp, options);
    // The system took over the touch. SortableJS treats that as a release.
    document.addEventListener('pointercancel', () => (press.isCanceled = true), options);
  }

  #begin(press: Press): void {
    if (press.drag) return;
    const { item, listening } = press;
    // The host may have removed it since it was pressed.
    if (item.parentNode !== this.#list) return this.#reattach();
    let settle = (): void => undefined;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const marker = document.createComment('');
    item.after(marker);
    press.drag = { marker, settled, settle };
    document.addEventListener('keydown', this.#handleKeyDown, { capture: true, signal: listening.signal });
    this.#options.onStart();
  }

  /** SortableJS has drawn the copy. */
  #handleStart(element: HTMLElement | null): void {
    const press = this.#press;
    if (!press || !element) return;
    this.#begin(press);
    if (!press.drag) return;
    // Its buttons are not those of the row.
    element.inert = true;
    const copy: DraggedCopy = { element, x: 0, y: 0, frame: 0 };
    press.copy = copy;
    // In each frame, because the list also moves under a pointer that stands still: it scrolls.
    const follow = (): void => {
      this.#placeCopy(press, copy);
      moveToPointer(this.#list!, press.item, press.pointer.clientY, glide);
      copy.frame = requestAnimationFrame(follow);
    };
    follow();
  }

  /** Keeps the copy in the list and in its column. SortableJS places it under the pointer by `transform`. */
  #placeCopy({ origin, down, pointer }: Press, copy: DraggedCopy): void {
    const { top, bottom } = this.#list!.getBoundingClientRect();
    const rect = copy.element.getBoundingClientRect();
    const y = Math.min(Math.max(pointer.clientY, top + 1), bottom - 1);
    copy.x += origin.left - rect.left;
    copy.y += origin.top + y - down.clientY - rect.top;
    copy.element.style.translate = `${copy.x}px ${copy.y}px`;
  }

  /** The pointer was released, or the drag was canceled. */
  #finish(): void {
    const press = this.#press;
    if (!press) return;
    const { item, drag, isCanceled } = press;
    this.#press = undefined;
    press.listening.abort();
    this.#clickGuard?.option('emptyInsertThreshold', 0);
    if (press.copy) cancelAnimationFrame(press.copy.frame);
    if (!drag) return;
    const after = idBefore(item, item);
    const afterBefore = idBefore(drag.marker, item);
    drag.marker.replaceWith(item);
    this.#swallowClick();
    if (!isCanceled && after !== afterBefore) this.#options.onMove(item.dataset['id']!, after);
    drag.settle();
    this.#options.onEnd();
  }

  readonly #handleKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    // It cancels only the drag: the dialog around the list stays open.
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#reattach();
  };

  #reattach(): void {
    this.#detach();
    if (this.#list) void this.#attach(this.#list);
  }

  /** Browsers fire a click where a drag ends. */
  #swallowClick(): void {
    const swallow = (event: Event): void => {
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    this.#host.addEventListener('click', swallow, true);
    setTimeout(() => this.#host.removeEventListener('click', swallow, true));
  }
}

/** The id of the item before a node, without the dragged one. */
function idBefore(node: ChildNode, dragged: Element): string | null {
  for (let each = node.previousSibling; each; each = each.previousSibling) {
    if (each instanceof HTMLElement && each !== dragged && each.dataset['id'] !== undefined) return each.dataset['id'];
  }
  return null;
}

/**
 * Moves an item of a list to a height of the viewport. It passes a neighbor once the pointer is where the item would
 * then be, so that a tall neighbor does not make it jump back and forth. Layout counts, not where rows glide at present.
 */
function moveToPointer(
  list: HTMLElement,
  item: HTMLElement,
  clientY: number,
  animate?: (rows: readonly HTMLElement[], move: () => void) => void,
): void {
  const box = list.getBoundingClientRect();
  // An ancestor may be scaled.
  const y = (clientY - box.top) * (list.offsetHeight / box.height || 1);
  const rows = [...list.querySelectorAll<HTMLElement>(':scope > li:not(.dragged)')];
  const index = rows.indexOf(item);
  const height = item.offsetHeight;
  let top = item.offsetTop;
  let move: (() => void) | undefined;
  for (const next of rows.slice(index + 1)) {
    const topAfter = next.offsetTop + next.offsetHeight - height;
    if (y < Math.max(top + height, topAfter)) break;
    top = topAfter;
    move = () => next.after(item);
  }
  for (const previous of rows.slice(0, index).reverse()) {
    if (y >= Math.min(top, previous.offsetTop + height)) break;
    top = previous.offsetTop;
    move = () => previous.before(item);
  }
  if (!move) return;
  if (animate) animate(rows, move);
  else move();
}

/** Lets rows glide from where they were to where `move` puts them. */
function glide(rows: readonly HTMLElement[], move: () => void): void {
  const tops = rows.map((row) => row.offsetTop);
  move();
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  for (const [i, row] of rows.entries()) {
    const distance = tops[i]! - row.offsetTop;
    if (!distance) continue;
    // Added to a glide that still goes on.
    const options = { duration: GLIDE_DURATION, easing: 'ease', composite: 'add' } as const;
    row.animate({ transform: [`translateY(${distance}px)`, 'translateY(0)'] }, options);
  }
}
