/** Limits how long the store waits for an answer of the adapter. */
import { PipelineError } from '../model/errors.js';

/** Milliseconds that an adapter may be silent. Requests and transactions of the package's own adapters end sooner. */
export const ANSWER_LIMIT = 30_000;

/**
 * Settles like `call`, or rejects with `timeout` when the adapter has been silent for too long. An answer that arrives
 * later is passed to `keep`, because it is still true.
 *
 * @param what is called, for the message.
 * @param call is given a function with which it says that the adapter is waiting for something, which has no limit, or
 * that it works, which starts the time again.
 * @param parts how many requests the call may take.
 */
export function withAnswerLimit<T>(
  what: string,
  call: (setWaiting: (isWaiting: boolean) => void) => Promise<T>,
  keep?: (late: T) => void,
  parts = 1,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const limit = ANSWER_LIMIT * parts;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLate = false;
    const setWaiting = (isWaiting: boolean): void => {
      clearTimeout(timer);
      if (isWaiting) return;
      timer = setTimeout(() => {
        isLate = true;
        reject(new PipelineError('timeout', `The adapter did not answer ${what} within ${limit / 1000} s.`));
      }, limit);
    };
    setWaiting(false);
    call(setWaiting)
      .then((answer) => (isLate ? keep?.(answer) : resolve(answer)))
      .catch(reject)
      .finally(() => setWaiting(true));
  });
}
