/** Parses records from outside, leaves out the unreadable ones, and reports them once. */
import { PipelineError } from './errors.js';

/**
 * Keeps one bad record from hiding the good ones. Only the first problem is reported: the same records are often read
 * again and again.
 */
export class ReadableRecords {
  readonly #sender: string;
  readonly #onUnreadable: (error: PipelineError) => void;
  #isReported = false;

  /** `sender`: who sent the records, as the subject of the message, such as "The adapter". */
  constructor(sender: string, onUnreadable: (error: PipelineError) => void) {
    this.#sender = sender;
    this.#onUnreadable = onUnreadable;
  }

  /** The parsed records, without those that make `parse` throw. */
  parse<R, T>(records: Iterable<R>, parse: (record: R) => T): T[] {
    const parsed: T[] = [];
    let unreadable = 0;
    let cause: unknown;
    for (const record of records) {
      try {
        parsed.push(parse(record));
      } catch (thrown) {
        unreadable++;
        cause = thrown;
      }
    }
    if (unreadable) this.report(unreadable, cause);
    return parsed;
  }

  /** Reports unreadable records, unless some were reported before. */
  report(unreadable: number, cause: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${this.#sender} sent ${unreadable} unreadable record(s), which are left out: ${reason}`;
    this.#onUnreadable(new PipelineError('bad-response', message, { cause }));
  }
}
