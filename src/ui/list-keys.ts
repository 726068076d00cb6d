/** Keyboard movement in lists and menus: arrow keys and typeahead. */

/** Letters typed with shorter pauses than this make one word, milliseconds. */
const TYPING_PAUSE = 500;
/** How many items Page Up and Page Down move. */
const PAGE_SIZE = 10;

/** The index that a key moves to in a list of `length` items, without wrapping; `undefined` for other keys. */
export function indexForKey(key: string, current: number, length: number): number | undefined {
  const last = length - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, current + 1);
    case 'ArrowUp':
      return current < 0 ? last : Math.max(0, current - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    case 'PageDown':
      return Math.min(last, current + PAGE_SIZE);
    case 'PageUp':
      return Math.max(0, current - PAGE_SIZE);
    default:
      return undefined;
  }
}

export const isPrintable = (event: KeyboardEvent): boolean =>
  event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;

/** Finds an item by typed letters. Letters typed quickly make a word; one letter repeated cycles through its items. */
export class TypeAhead {
  #typed = '';
  #at = -Infinity;

  /** Whether a word is being typed, of which a space would be a part. */
  get isTyping(): boolean {
    return this.#typed !== '' && performance.now() - this.#at < TYPING_PAUSE;
  }

  /** The index of the item that the key moves to; `undefined` for none. */
  find(key: string, labels: readonly string[], current: number, collator: Intl.Collator): number | undefined {
    const typed = this.isTyping ? this.#typed + key : key;
    this.#typed = typed;
    this.#at = performance.now();
    const isRepeat = [...typed].every((letter) => letter === typed[0]);
    const word = isRepeat ? typed[0]! : typed;
    const starts = (label: string): boolean => collator.compare(label.slice(0, word.length), word) === 0;
    // A word that is still being typed may match the current item; a repeated letter moves to the next one.
    const from = isRepeat ? current + 1 : Math.max(0, current);
    for (let step = 0; step < labels.length; step++) {
      const index = (from + step) % labels.length;
      if (starts(labels[index]!)) return index;
    }
    return undefined;
  }
}
