/** Moves statuses. Mouse, touch, pen, menu and both ways by keyboard all end in `moveStatus`. */
import type { Id } from '../../model/id.js';
import { precedingId } from '../../model/rank.js';
import type { Status } from '../../model/status.js';
import { indexForKey } from '../../ui/list-keys.js';
import type { MenuItem } from '../../ui/menu.js';
import type { RowControl, SettingsContext } from './settings-context.js';

/** Where the menu of a handle can move a status. */
export type MoveDirection = 'up' | 'down' | 'top' | 'bottom';

/** Several key presses within this time are announced once, in milliseconds. */
const ANNOUNCE_DELAY = 500;

/** A status that is being moved by keyboard: shown at its new place, and written when it is dropped. */
interface KeyboardMove {
  readonly id: Id;
  /** Indexes in the list. */
  readonly from: number;
  to: number;
}

export class StatusReorder {
  readonly #context: SettingsContext;
  #grabbed: KeyboardMove | undefined;
  /** Stops listening for the pointer. */
  #listening: AbortController | undefined;

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  /** The status that is being moved by keyboard. */
  get grabbedId(): Id | undefined {
    return this.#grabbed?.id;
  }

  /** The statuses in the order to show: with the grabbed one at its new place. */
  arrange(statuses: readonly Status[]): readonly Status[] {
    return this.#grabbed ? withMoved(statuses, this.#grabbed.id, this.#grabbed.to) : statuses;
  }

  /** Called before each render: another user may have deleted the grabbed status. */
  update(): void {
    const { statuses, readonly } = this.#context;
    const id = this.#grabbed?.id;
    if (id === undefined) return;
    if (readonly || !statuses.some((status) => status.id === id)) this.reset();
  }

  reset(): void {
    this.#listening?.abort();
    this.#grabbed = undefined;
  }

  /** Puts a status right after another (`null`: first), and focuses `control` in its row. */
  async moveStatus(id: Id, after: Id | null, control: RowControl = 'handle'): Promise<void> {
    const context = this.#context;
    const status = context.statuses.find((each) => each.id === id);
    if (!status) return;
    const { name } = status;
    const from = context.position(id);
    const total = context.statuses.length;
    const refocus = (): Promise<void> => context.focus.moveTo(() => context.focus.control(id, control));
    let isStarted = false;
    const result = await context.write('move', status, (writes) => {
      isStarted = true;
      const moving = writes.moveStatus(id, after);
      const n = context.position(id);
      void refocus().then(() => this.#announce('dropped', { name, from, n, total }));
      return moving;
    });
    if (result.ok) return;
    await refocus();
    const place = (): { name: string; from: number } => ({ name, from: context.position(id) });
    if (!isStarted) this.#announce('moveCancelled', place());
    const { error } = result;
    if (!error) return;
    context.showError(
      () => `${context.text('orderNotSaved', place())} ${context.errorText(error)}`,
      error.retryable ? () => void this.moveStatus(id, after, control) : undefined,
    );
  }

  moveInDirection(id: Id, direction: MoveDirection, control?: RowControl): void {
    const { statuses } = this.#context;
    const last = statuses.length - 1;
    const index = statuses.findIndex((status) => status.id === id);
    const to = { up: Math.max(0, index - 1), down: Math.min(last, index + 1), top: 0, bottom: last }[direction];
    if (to === index) this.#announceEdge(id, to);
    else void this.moveStatus(id, precedingId(withMoved(statuses, id, to), id), control);
  }

  /** Handles a key pressed on a button of a row. Returns whether it was used. */
  handleKeyDown(event: KeyboardEvent, id: Id, control: RowControl): boolean {
    if (event.ctrlKey || event.metaKey) return false;
    const { key } = event;
    if (this.#grabbed) return this.#handleGrabbedKeyDown(event, this.#grabbed);
    if (event.altKey) {
      if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
      this.moveInDirection(id, key === 'ArrowUp' ? 'up' : 'down', control);
    } else if (key === ' ' && control === 'handle') {
      if (!event.repeat) this.#grab(id);
    } else return false;
    return true;
  }

  #grab(id: Id): void {
    const { statuses, host } = this.#context;
    const from = statuses.findIndex((status) => status.id === id);
    this.#grabbed = { id, from, to: from };
    this.#listening = new AbortController();
    // A user who takes the mouse has finished with the keyboard.
    const options = { capture: true, once: true, signal: this.#listening.signal };
    document.addEventListener('pointerdown', () => this.#drop(false), options);
    host.requestUpdate();
    this.#announce('grabbed', { name: statuses[from]?.name ?? '', n: from + 1, total: statuses.length });
  }

  #handleGrabbedKeyDown(event: KeyboardEvent, grabbed: KeyboardMove): boolean {
    const { statuses, host, focus } = this.#context;
    const { key } = event;
    if (key === 'Tab') {
      // Not prevented: focus moves on.
      this.#drop(false);
      return false;
    }
    const refocus = (): Promise<void> => focus.moveTo(() => focus.control(grabbed.id, 'handle'));
    const name = this.#nameOf(grabbed.id);
    if (key === ' ' || key === 'Enter') {
      if (!event.repeat) this.#drop(true);
    } else if (key === 'Escape') {
      this.reset();
      host.requestUpdate();
      void refocus().then(() => this.#announce('moveCancelled', { name, from: grabbed.from + 1 }));
    } else {
      const to = indexForKey(key, grabbed.to, statuses.length);
      if (to === undefined) return false;
      if (to === grabbed.to) this.#announceEdge(grabbed.id, to);
      else this.#announce('movedWhile', { name, n: to + 1, total: statuses.length }, ANNOUNCE_DELAY);
      grabbed.to = to;
      host.requestUpdate();
      void refocus();
    }
    return true;
  }

  #drop(isAnnounced: boolean): void {
    const grabbed = this.#grabbed;
    if (!grabbed) return;
    const { statuses, host } = this.#context;
    const { id, to } = grabbed;
    const after = precedingId(this.arrange(statuses), id);
    const isMoved = after !== precedingId(statuses, id);
    this.reset();
    host.requestUpdate();
    if (isMoved) void this.moveStatus(id, after);
    else if (isAnnounced) {
      this.#announce('movedWhile', { name: this.#nameOf(id), n: to + 1, total: statuses.length });
    }
  }

  #nameOf(id: Id): string {
    return this.#context.statuses.find((status) => status.id === id)?.name ?? '';
  }

  #announceEdge(id: Id, index: number): void {
    this.#announce(index === 0 ? 'alreadyFirst' : 'alreadyLast', { name: this.#nameOf(id) });
  }

  #announce(
    key: 'grabbed' | 'movedWhile' | 'moveCancelled' | 'alreadyFirst' | 'alreadyLast' | 'dropped',
    values: Record<string, string | number>,
    delay = 0,
  ): void {
    this.#context.announce(this.#context.text(key, values), { delay });
  }
}

/** The menu of the handle at an index of the list. */
export function moveMenuItems({ text, statuses }: SettingsContext, index: number): MenuItem<MoveDirection>[] {
  const isFirst = index === 0;
  const isLast = index === statuses.length - 1;
  return [
    { key: 'up', label: text('moveUp'), isDisabled: isFirst },
    { key: 'down', label: text('moveDown'), isDisabled: isLast },
    { key: 'top', label: text('moveToTop'), isDisabled: isFirst },
    { key: 'bottom', label: text('moveToBottom'), isDisabled: isLast },
  ];
}

/** `list` with one item at another index. */
function withMoved(list: readonly Status[], id: Id, to: number): Status[] {
  const item = list.find((status) => status.id === id);
  const others = list.filter((status) => status.id !== id);
  return item ? [...others.slice(0, to), item, ...others.slice(to)] : [...list];
}
