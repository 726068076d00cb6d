/** A finger's click comes that long after it was lifted, at most; milliseconds. */
const CLICK = 350;

const waiting = new Set<() => void>();
let isUnderway = false;
let timer: ReturnType<typeof setTimeout> | undefined;

function end(): void {
  isUnderway = false;
  const acts = [...waiting];
  waiting.clear();
  for (const act of acts) act();
}

function endIn(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(end, milliseconds);
}

function begin(): void {
  clearTimeout(timer);
  isUnderway = true;
}

/**
 * Does something once the press is over that is under way, if one is: with its click. What moves before, as focus does
 * with the beginning of a press, takes away from under the pointer what the user meant.
 */
export function afterPress(act: () => void): void {
  if (isUnderway) waiting.add(act);
  else act();
}

const options = { capture: true, passive: true } as const;
globalThis.addEventListener?.('pointerdown', begin, options);
globalThis.addEventListener?.('pointerup', () => endIn(CLICK), options);
globalThis.addEventListener?.('pointercancel', () => endIn(0), options);
globalThis.addEventListener?.('click', () => endIn(0), options);
