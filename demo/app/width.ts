/** The width from which the list and the conversation are side by side; also used in chats.css. */
const SIDE_BY_SIDE_REM = 48;

/** Measured in rem, like in the style sheets: larger text means a narrower page. */
export function sideBySide(): boolean {
  const root = document.documentElement;
  return root.clientWidth >= SIDE_BY_SIDE_REM * parseFloat(getComputedStyle(root).fontSize);
}

export function followWidth(listener: () => void, signal: AbortSignal): void {
  let before = sideBySide();
  addEventListener(
    'resize',
    () => {
      if (sideBySide() === before) return;
      before = !before;
      listener();
    },
    { signal },
  );
}
