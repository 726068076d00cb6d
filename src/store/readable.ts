import { PipelineError } from '../model/errors.js';

/** Sorts out the records that cannot be read; it is said once, not for every record of every read. */
export class Readable {
  readonly #report: (error: PipelineError) => void;
  #isReported = false;

  constructor(report: (error: PipelineError) => void) {
    this.#report = report;
  }

  /** The records that can be read. */
  all<K, T>(records: Iterable<readonly [K, unknown]>, parse: (value: unknown) => T): Map<K, T> {
    const good = new Map<K, T>();
    let unreadable = 0;
    let reason: unknown;
    for (const [id, value] of records) {
      try {
        good.set(id, parse(value));
      } catch (thrown) {
        unreadable++;
        reason = thrown;
      }
    }
    if (unreadable) this.complain(unreadable, reason);
    return good;
  }

  complain(unreadable: number, cause: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `The adapter sent ${unreadable} unreadable record(s), which are left out: ${why}`;
    this.#report(new PipelineError('bad-response', message, { cause }));
  }
}
