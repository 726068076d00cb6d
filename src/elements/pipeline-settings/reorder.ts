import { announce } from '../../internal/live-region.js';
import { indexForKey } from '../../internal/list-keys.js';
import type { LocalizeController } from '../../internal/localize.js';
import { precedingId } from '../../model/order.js';
import type { Status } from '../../model/status.js';

/** Where an item can be sent by the handle's menu. */
export type Direction = 'up' | 'down' | 'top' | 'bottom';

/** Repeated presses of an arrow are one announcement, milliseconds. */
const PAUSE = 500;

/** The index that a direction leads to. */
export function indexFor(direction: Direction, index: number, length: number): number {
  const last = length - 1;
  return { up: Math.max(0, index - 1), down: Math.min(last, index + 1), top: 0, bottom: last }[direction];
}

/** `list` with one item at another place. */
export function withMoved(list: readonly Status[], id: string, to: number): Status[] {
  const item = list.find((status) => status.id === id);
  const others = list.filter((status) => status.id !== id);
  return item ? [...others.slice(0, to), item, ...others.slice(to)] : [...list];
}

/** An item taken in hand with the keyboard: carried with the arrows, dropped, or taken back. */
export class KeyboardGrab {
  readonly id: string;
  readonly #from: number;
  readonly #host: HTMLElement;
  readonly #localize: LocalizeController;
  #to: number;

  constructor(host: HTMLElement, localize: LocalizeController, statuses: readonly Status[], id: string) {
    this.#host = host;
    this.#localize = localize;
    this.id = id;
    this.#from = this.#to = statuses.findIndex((status) => status.id === id);
    this.#say('grabbed', statuses, { n: this.#from + 1 });
  }

  /** The list as it would be after a drop here. */
  preview(statuses: readonly Status[]): readonly Status[] {
    return withMoved(statuses, this.id, Math.min(this.#to, statuses.length - 1));
  }

  /** Carries it where a key says. Returns whether the key did something. */
  carry(key: string, statuses: readonly Status[]): boolean {
    if (key === 'PageUp' || key === 'PageDown') return false;
    const to = indexForKey(key, this.#to, statuses.length);
    if (to === undefined) return false;
    if (to === this.#to) this.#say(to === 0 ? 'alreadyFirst' : 'alreadyLast', statuses, {});
    else this.#say('movedWhile', statuses, { n: to + 1 }, PAUSE);
    this.#to = to;
    return true;
  }

  /** What it now stands right after, if a drop changes anything. */
  drop(statuses: readonly Status[]): { after: string | null } | undefined {
    const after = precedingId(this.preview(statuses), this.id);
    return after === precedingId(statuses, this.id) ? undefined : { after };
  }

  sayCancelled(statuses: readonly Status[]): void {
    this.#say('moveCancelled', statuses, { from: this.#from + 1 });
  }

  #say(
    key: 'grabbed' | 'movedWhile' | 'moveCancelled' | 'alreadyFirst' | 'alreadyLast',
    statuses: readonly Status[],
    values: Record<string, number>,
    delay = 0,
  ): void {
    const name = statuses.find((status) => status.id === this.id)?.name ?? '';
    announce(this.#localize.text(key, { name, total: statuses.length, ...values }), this.#host, delay);
  }
}
