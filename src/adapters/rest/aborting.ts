import { PipelineError } from '../../model/errors.js';
import type { Environment } from './environment.js';

/** The error of a call that was given up; of one that ended with its session, the error that says so. */
export function aborted(cause?: unknown): PipelineError {
  if (cause instanceof PipelineError && cause.code === 'session-changed') return cause;
  return new PipelineError('aborted', 'The call was aborted.', cause === undefined ? {} : { cause });
}

export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal.reason);
}

/** The promise, or `aborted` as soon as the signal says so, whatever becomes of the promise then. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let handleAbort = (): void => undefined;
  const end = new Promise<never>((_, reject) => {
    handleAbort = () => reject(aborted(signal.reason));
  });
  if (signal.aborted) handleAbort();
  else signal.addEventListener('abort', handleAbort);
  try {
    return await Promise.race([promise, end]);
  } finally {
    signal.removeEventListener('abort', handleAbort);
  }
}

/** Resolves after `ms`; rejects with `aborted`. */
export async function pause(environment: Environment, ms: number, signal: AbortSignal | undefined): Promise<void> {
  checkAborted(signal);
  let cancel = (): void => undefined;
  try {
    await unlessAborted(new Promise<void>((resolve) => (cancel = environment.after(ms, resolve))), signal);
  } finally {
    cancel();
  }
}
