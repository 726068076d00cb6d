/** So many turns of the microtask queue take a store's two questions to an adapter that answers from memory, and back. */
const TURNS = 40;

let turns: Promise<void> | undefined;

/**
 * Resolves when an adapter that has its data at hand has answered, within the very task: what is rendered first then
 * shows it, instead of a placeholder that nobody would see. One wait for all elements that ask in a turn.
 */
export function atHand(): Promise<void> {
  return (turns ??= (async () => {
    for (let i = 0; i < TURNS; i++) await Promise.resolve();
    turns = undefined;
  })());
}
