/** What could not be read of an answer of an adapter: kept beside the answer, so that it is never silently missing. */
import type { PipelineError } from './errors.js';
import type { Id } from './id.js';

/** A record that could not be read. */
export interface Unreadable {
  /** Its id, if that could be read. */
  readonly id: Id | undefined;
  readonly error: PipelineError;
}

export interface UnreadableRecords {
  readonly list: readonly Unreadable[];
  /** One error for all of them. */
  readonly summary: PipelineError;
  /** Why the record with this id is missing; also if it may be one whose id could not be read. */
  errorOf(id: Id): PipelineError | undefined;
}

const unreadableByAnswer = new WeakMap<object, UnreadableRecords>();

/** What could not be read of an answer. */
export const unreadableIn = (answer: object): UnreadableRecords | undefined => unreadableByAnswer.get(answer);

/** Notes what could not be read of an answer, and returns the answer. */
export function withUnreadable<A extends object>(answer: A, unreadable: UnreadableRecords | undefined): A {
  if (unreadable) unreadableByAnswer.set(answer, unreadable);
  return answer;
}

/** Whether reading again found the same records to be wrong, which was reported before. */
export const isSameProblem = (before: PipelineError | undefined, now: PipelineError): boolean =>
  before?.message === now.message && ['bad-response', 'invalid', 'storage-lost'].includes(now.code) && !now.retryable;
