/** Lets listeners throw on purpose without failing the test run. */
/** What of Node's `process` is used here. */
interface NodeProcess {
  hasUncaughtExceptionCaptureCallback?(): boolean;
  setUncaughtExceptionCaptureCallback?(callback: ((error: unknown) => void) | null): void;
}

/** An expected error. Its message starts with the name of the package, so that logs can be filtered. */
class ThrownOnPurpose extends Error {}
// On the prototype, so that the stack starts with it too.
ThrownOnPurpose.prototype.name = 'pipeline-elements';

export function throwOnPurpose(): never {
  throw new ThrownOnPurpose('a listener of the adapter suite throws on purpose.');
}

/**
 * Runs `body` and ignores uncaught errors meanwhile. A listener that throws may cause one, as with event targets, and test
 * runners would fail the running case.
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
  // Chromium calls the listeners of the window in the order of registration, capturing or not: Mocha's `onerror` would be
  // called before ours.
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
