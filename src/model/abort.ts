/** How calls are aborted: by a signal, or because their session has ended. */
import { PipelineError } from './errors.js';

export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}

/** The result of the call, or `aborted` as soon as the signal fires. What was sent may still happen. */
export function unlessAborted<T>(call: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return call;
  return new Promise((resolve, reject) => {
    const handleAbort = (): void => reject(aborted(signal));
    signal.addEventListener('abort', handleAbort, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener('abort', handleAbort));
  });
}

const aborted = (signal: AbortSignal): PipelineError =>
  new PipelineError('aborted', 'The call was aborted.', { cause: signal.reason });

/** The error of a write whose session has ended. */
export const sessionChanged = (): PipelineError =>
  new PipelineError('session-changed', 'Someone else is signed in now, so the change was not sent.');
