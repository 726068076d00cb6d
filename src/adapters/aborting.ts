/** Rejects calls that were aborted or that come after `close()`: always with the code `aborted`. */
import { PipelineError } from '../model/errors.js';

export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}

/** The error of every call that is made after `close()`. */
export const closedError = (): PipelineError => new PipelineError('aborted', 'The adapter was closed.');

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
