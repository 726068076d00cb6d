/**
 * Waits until a row with `content-visibility: auto` comes near what is shown. For what thousands of rows do not need at
 * once, such as pickers: a browser saves the state of every form control at every navigation.
 */
export function whenNear(row: HTMLElement, act: () => void): void {
  if (!('ContentVisibilityAutoStateChangeEvent' in window)) {
    act();
    return;
  }
  const near = new AbortController();
  row.addEventListener(
    'contentvisibilityautostatechange',
    (event) => {
      if ((event as ContentVisibilityAutoStateChangeEvent).skipped) return;
      near.abort();
      act();
    },
    { signal: near.signal },
  );
}
