import { indexForKey } from '../../ui/list-keys.js';
import type { Id } from '../../model/id.js';
import { precedingId } from '../../model/rank.js';
import type { Status } from '../../model/status.js';
import type { SettingsContext } from './context.js';
import type { Control } from './focus.js';

/** Where a status can be sent by the menu of its handle. */
export type Direction = 'up' | 'down' | 'top' | 'bottom';

/** Repeated presses of an arrow are one announcement, milliseconds. */
const PAUSE = 500;

/** A status in hand: taken from one place, held over another. Nothing is written before it is dropped. */
interface Grab {
  readonly id: Id;
  readonly from: number;
  to: number;
}

/** Moves statuses. Mouse, touch, pen, menu and both ways by keyboard end in `move`. */
export class Reorder {
  readonly #context: SettingsContext;
  #grab: Grab | undefined;
  #pointerWatch: AbortController | undefined;

  constructor(context: SettingsContext) {
    this.#context = context;
  }

  /** The status that is carried with the keyboard. */
  get grabbedId(): Id | undefined {
    return this.#grab?.id;
  }

  /** The statuses as they are shown: with the carried one at its place of now. */
  arrange(statuses: readonly Status[]): readonly Status[] {
    return this.#grab ? withMoved(statuses, this.#grab.id, this.#grab.to) : statuses;
  }

  /** Called before each render: what is carried may have been deleted by someone else. */
  follow(): void {
    const { statuses, readonly } = this.#context;
    const id = this.#grab?.id;
    if (id === undefined) return;
    if (readonly || !statuses.some((status) => status.id === id)) this.reset();
  }

  reset(): void {
    this.#pointerWatch?.abort();
    this.#grab = undefined;
  }

  /** Puts a status right after another (`null`: first), and focus on its control. */
  async move(id: Id, after: Id | null, control: Control = 'handle'): Promise<void> {
    const context = this.#context;
    const before = context.statuses;
    const status = before.find((each) => each.id === id);
    if (!status) return;
    const { name } = status;
    const [from, total] = [before.indexOf(status) + 1, before.length];
    const refocus = (): Promise<void> => context.focus.moveTo(() => context.focus.control(id, control));
    let isStarted = false;
    const outcome = await context.writer.write('move', status, (writes) => {
      isStarted = true;
      const moving = writes.moveStatus(id, after);
      const n = context.statuses.findIndex((each) => each.id === id) + 1;
      void refocus().then(() => this.#say('dropped', { name, from, n, total }));
      return moving;
    });
    if (outcome.ok) return;
    await refocus();
    const place = (): { name: string; from: number } => ({
      name,
      from: context.statuses.findIndex((each) => each.id === id) + 1,
    });
    if (!isStarted) this.#say('moveCancelled', place());
    const { error } = outcome;
    if (!error) return;
    const text = (): string => `${context.text('orderNotSaved', place())} ${context.errorText(error)}`;
    context.show({
      text,
      isError: true,
      ...(error.retryable ? { action: { label: 'retry', run: () => void this.move(id, after, control) } } : {}),
    });
    context.announce(text());
  }

  /** Moves one step, or all the way. */
  moveTo(id: Id, direction: Direction, control?: Control): void {
    const { statuses } = this.#context;
    const last = statuses.length - 1;
    const index = statuses.findIndex((status) => status.id === id);
    const to = { up: Math.max(0, index - 1), down: Math.min(last, index + 1), top: 0, bottom: last }[direction];
    if (to === index) this.#sayEdge(id, to);
    else void this.move(id, precedingId(withMoved(statuses, id, to), id), control);
  }

  /** A key on a control of a row. Returns whether it was one for moving. */
  handleKeyDown(event: KeyboardEvent, id: Id, control: Control): boolean {
    if (event.ctrlKey || event.metaKey) return false;
    const { key } = event;
    if (this.#grab) return this.#handleGrabbed(event);
    if (event.altKey) {
      if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
      this.moveTo(id, key === 'ArrowUp' ? 'up' : 'down', control);
    } else if (key === ' ' && control === 'handle') {
      if (!event.repeat) this.#take(id);
    } else return false;
    return true;
  }

  #take(id: Id): void {
    const { statuses, host } = this.#context;
    const from = statuses.findIndex((status) => status.id === id);
    this.#grab = { id, from, to: from };
    this.#pointerWatch = new AbortController();
    // Whoever takes the mouse has done with the keyboard.
    const options = { capture: true, once: true, signal: this.#pointerWatch.signal };
    document.addEventListener('pointerdown', () => this.#drop(false), options);
    host.requestUpdate();
    this.#say('grabbed', { name: statuses[from]?.name ?? '', n: from + 1, total: statuses.length });
  }

  #handleGrabbed(event: KeyboardEvent): boolean {
    const grab = this.#grab!;
    const { statuses, host, focus } = this.#context;
    const { key } = event;
    if (key === 'Tab') {
      // Focus goes on from here by itself.
      this.#drop(false);
      return false;
    }
    if (key === ' ' || key === 'Enter') {
      if (!event.repeat) this.#drop(true);
    } else if (key === 'Escape') {
      const name = this.#nameOf(grab.id);
      this.reset();
      host.requestUpdate();
      void focus
        .moveTo(() => focus.control(grab.id, 'handle'))
        .then(() => {
          this.#say('moveCancelled', { name, from: grab.from + 1 });
        });
    } else {
      const to = indexForKey(key, grab.to, statuses.length);
      if (to === undefined) return false;
      if (to === grab.to) this.#sayEdge(grab.id, to);
      else this.#say('movedWhile', { name: this.#nameOf(grab.id), n: to + 1, total: statuses.length }, PAUSE);
      grab.to = to;
      host.requestUpdate();
      void focus.moveTo(() => focus.control(grab.id, 'handle'));
    }
    return true;
  }

  #drop(keepsFocus: boolean): void {
    const grab = this.#grab;
    if (!grab) return;
    const { statuses, host } = this.#context;
    const after = precedingId(this.arrange(statuses), grab.id);
    const isMoved = after !== precedingId(statuses, grab.id);
    this.reset();
    host.requestUpdate();
    if (isMoved) void this.move(grab.id, after);
    else if (keepsFocus) {
      this.#say('movedWhile', { name: this.#nameOf(grab.id), n: grab.to + 1, total: statuses.length });
    }
  }

  #nameOf(id: Id): string {
    return this.#context.statuses.find((status) => status.id === id)?.name ?? '';
  }

  #sayEdge(id: Id, index: number): void {
    this.#say(index === 0 ? 'alreadyFirst' : 'alreadyLast', { name: this.#nameOf(id) });
  }

  #say(
    key: 'grabbed' | 'movedWhile' | 'moveCancelled' | 'alreadyFirst' | 'alreadyLast' | 'dropped',
    values: Record<string, string | number>,
    delay = 0,
  ): void {
    this.#context.announce(this.#context.text(key, values), { delay });
  }
}

/** `list` with one item at another place. */
function withMoved(list: readonly Status[], id: Id, to: number): Status[] {
  const item = list.find((status) => status.id === id);
  const others = list.filter((status) => status.id !== id);
  return item ? [...others.slice(0, to), item, ...others.slice(to)] : [...list];
}
