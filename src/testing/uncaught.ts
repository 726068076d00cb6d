/** What of Node's `process` is used here. */
interface NodeProcess {
  hasUncaughtExceptionCaptureCallback?(): boolean;
  setUncaughtExceptionCaptureCallback?(callback: ((error: unknown) => void) | null): void;
}

/** An error that nobody has to look into; begins with the name of the package, by which logs can be filtered. */
class ThrownOnPurpose extends Error {}
// On the prototype, so that the stack begins with it too.
ThrownOnPurpose.prototype.name = 'pipeline-elements';

export function throwOnPurpose(): never {
  throw new ThrownOnPurpose('a listener of the adapter suite throws on purpose.');
}

/**
 * Runs `body` while uncaught errors are nobody's failure. A listener that throws may end as an uncaught error: that is
 * how event targets report it, and test runners would blame the running case.
 */
export async function ignoringUncaught(body: () => Promise<void>): Promise<void> {
  const scope = globalThis as { process?: NodeProcess; onerror?: unknown };
  const { process } = scope;
  const capturing = process?.setUncaughtExceptionCaptureCallback && !process.hasUncaughtExceptionCaptureCallback?.();
  const { onerror } = scope;
  const handleError = (event: Event): void => {
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  if (capturing) process.setUncaughtExceptionCaptureCallback?.(() => {});
  // Chromium calls what listens to the window in the order of registration, capturing or not: Mocha's `onerror` would
  // come before a listener of ours.
  if (onerror !== undefined) scope.onerror = () => true;
  globalThis.addEventListener?.('error', handleError, true);
  try {
    await body();
  } finally {
    if (capturing) process.setUncaughtExceptionCaptureCallback?.(null);
    if (onerror !== undefined) scope.onerror = onerror;
    globalThis.removeEventListener?.('error', handleError, true);
  }
}
