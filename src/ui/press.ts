/** Delays what would move the page until a press is over, so that the click lands on what the user pressed. */

/** The longest time between lifting a finger and its click, milliseconds. */
const CLICK_DELAY = 350;

const delayed = new Set<() => void>();
let isPressed = false;
let timer: ReturnType<typeof setTimeout> | undefined;

function handlePressStart(): void {
  clearTimeout(timer);
  isPressed = true;
}

function endPressAfter(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    isPressed = false;
    const actions = [...delayed];
    delayed.clear();
    for (const action of actions) action();
  }, milliseconds);
}

/** Runs `action` after the current press and its click; at once if nothing is pressed. */
export function afterPress(action: () => void): void {
  if (isPressed) delayed.add(action);
  else action();
}

const options = { capture: true, passive: true } as const;
globalThis.addEventListener?.('pointerdown', handlePressStart, options);
globalThis.addEventListener?.('pointerup', () => endPressAfter(CLICK_DELAY), options);
globalThis.addEventListener?.('pointercancel', () => endPressAfter(0), options);
globalThis.addEventListener?.('click', () => endPressAfter(0), options);
