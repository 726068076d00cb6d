/** What the providers and elements of a page share, of whatever copy of the package they are. */

/** An element in the page whose data may come from a provider or from the default adapter. */
export interface Follower {
  /** Asks the providers around it again. */
  ask(): void;
  /** Finds its store again, by what it was told. */
  resolve(): void;
}

interface Registry {
  /** Providers in the page that have a source: where there are none, nobody has to be asked. */
  sources: number;
  readonly followers: Set<Follower>;
}

const KEY = Symbol.for('pipeline-elements/registry/1');

export const registry = ((globalThis as Record<symbol, unknown>)[KEY] ??= {
  sources: 0,
  followers: new Set(),
} satisfies Registry) as Registry;

/** A provider has another source than before, or none any more. */
export function askAgain(): void {
  for (const follower of [...registry.followers]) follower.ask();
}

let isPlanned = false;

/** The same, later in the turn: of many providers that come and go in one, each element is told once. */
export function askSoon(): void {
  if (isPlanned) return;
  isPlanned = true;
  queueMicrotask(() => {
    isPlanned = false;
    askAgain();
  });
}

/** A source that elements may wait for is known now. */
export function resolveAgain(): void {
  for (const follower of [...registry.followers]) follower.resolve();
}
