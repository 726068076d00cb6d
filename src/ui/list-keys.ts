/** How long a run of typed letters counts as one word, milliseconds. */
const TYPING = 500;
const PAGE = 10;

/** Where a key leads in a list of `length` items; `undefined` when the key does not move. No wrapping around. */
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
      return Math.min(last, current + PAGE);
    case 'PageUp':
      return Math.max(0, current - PAGE);
    default:
      return undefined;
  }
}

export const isPrintable = (event: KeyboardEvent): boolean =>
  event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;

/** Finds an item by the letters typed: quickly typed ones make a word, one letter again and again goes through its items. */
export class TypeAhead {
  #typed = '';
  #at = -Infinity;

  /** Whether a word is being typed, so that a space belongs to it. */
  get isTyping(): boolean {
    return this.#typed !== '' && performance.now() - this.#at < TYPING;
  }

  find(key: string, labels: readonly string[], current: number, collator: Intl.Collator): number | undefined {
    const typed = this.isTyping ? this.#typed + key : key;
    this.#typed = typed;
    this.#at = performance.now();
    const isRepeat = [...typed].every((letter) => letter === typed[0]);
    const word = isRepeat ? typed[0]! : typed;
    const starts = (label: string): boolean => collator.compare(label.slice(0, word.length), word) === 0;
    // A word that is still being typed may fit the current item; a repeated letter wants the next one.
    const from = isRepeat ? current + 1 : Math.max(0, current);
    for (let step = 0; step < labels.length; step++) {
      const index = (from + step) % labels.length;
      if (starts(labels[index]!)) return index;
    }
    return undefined;
  }
}
