/** Tells when a page has had its chance to name a source of data, so that the default database is not opened too soon. */

let hasRun = typeof document === 'undefined';
let isWaiting = false;

/** Whether DOMContentLoaded was fired. Between the end of parsing and that event, which both are "interactive", modules run. */
function isContentLoaded(): boolean {
  if (document.readyState !== 'interactive') return document.readyState === 'complete';
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return (navigation?.domContentLoadedEventStart ?? 0) > 0;
}

/**
 * Whether the page's own modules have run since this was first asked: those of its script tags run before
 * DOMContentLoaded, and one that is loaded later runs on to its end in one task. If not, calls `then` when they have.
 */
export function hasPageRun(then: () => void): boolean {
  if (hasRun || isWaiting) return hasRun;
  isWaiting = true;
  const go = (): unknown =>
    setTimeout(() => {
      hasRun = true;
      then();
    });
  if (isContentLoaded()) go();
  else {
    document.addEventListener('DOMContentLoaded', go, { once: true });
    // Where the browser does not tell that the event has passed.
    globalThis.addEventListener('load', go, { once: true });
  }
  return hasRun;
}
