import { unwrap } from 'idb';
import { nameOf } from './errors.js';
import type { ReadTx, WriteTx } from './schema.js';

const ignore = (): undefined => undefined;

/**
 * Runs `work` in a transaction that was just begun and resolves to its result once all that it wrote is committed. When
 * `work` throws, all of it is undone. `work` awaits nothing but requests of the transaction, or the browser would commit early.
 */
export async function transact<Tx extends ReadTx, T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  const finished = finish(tx);
  finished.catch(ignore);
  try {
    const result = await work(tx);
    commit(tx);
    // What was read is true already; what was written is so when it is committed.
    if (tx.mode !== 'readonly') await finished;
    return result;
  } catch (thrown) {
    abort(tx);
    const reason = await finished.catch((error: unknown) => error);
    // A request only says that it was aborted; why is known to the transaction.
    throw nameOf(thrown) === 'AbortError' && reason ? reason : thrown;
  }
}

/**
 * Resolves when the transaction is committed. Quota may fail at the commit, after every request succeeded, with nothing
 * but `abort`. idb's `tx.done` also settles at the first failed request, when the reason is not known yet.
 */
function finish(tx: ReadTx): Promise<void> {
  tx.done.catch(ignore);
  const transaction = unwrap(tx as WriteTx);
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError')),
    );
  });
}

/** Now: by itself it would commit only once it has heard of the end of every request. */
function commit(tx: ReadTx): void {
  try {
    tx.commit();
  } catch {
    // It failed already, and says why itself.
  }
}

function abort(tx: ReadTx): void {
  try {
    tx.abort();
  } catch {
    // It is over already.
  }
}
