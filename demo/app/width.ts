/** From here on list and conversation stand side by side; chats.css says the same. */
const SIDE_BY_SIDE_REM = 48;

/** Measured in the page's own letters, as the style sheets do: larger text means a narrower page. */
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
