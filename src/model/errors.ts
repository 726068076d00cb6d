/** The one error class of the package, and its codes. */

/** What went wrong, as a code that programs can branch on. */
export type PipelineErrorCode =
  | 'aborted'
  | 'offline'
  | 'timeout'
  | 'auth'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'in-use'
  | 'status-deleted'
  | 'invalid'
  | 'limit'
  | 'rate-limited'
  | 'session-changed'
  | 'unavailable'
  | 'quota'
  | 'storage-lost'
  | 'storage-blocked'
  | 'version-skew'
  | 'bad-response'
  | 'unknown';

export interface PipelineErrorOptions {
  /** Whether the same call may succeed later; by default, the code decides. */
  retryable?: boolean;
  /** Milliseconds to wait before the next attempt, if the server gave a time. */
  retryAfterMs?: number;
  /** `conflict`: the current record. */
  current?: unknown;
  /** `invalid`: the name of the field that is wrong. `version-skew`: `database`, if it belongs to another app. */
  field?: string;
  /** `in-use`: the number of conversations with the status. */
  count?: number;
  cause?: unknown;
}

const RETRYABLE: ReadonlySet<PipelineErrorCode> = new Set([
  'offline',
  'timeout',
  'rate-limited',
  'unavailable',
  'storage-lost',
  'storage-blocked',
]);

/** The error that every adapter rejects with and every element reports. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly current: unknown;
  readonly field: string | undefined;
  readonly count: number | undefined;

  constructor(code: PipelineErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.retryAfterMs = options.retryAfterMs;
    this.current = options.current;
    this.field = options.field;
    this.count = options.count;
  }

  /** Converts anything thrown: a `PipelineError` is returned as it is, an abort becomes `aborted`, the rest `unknown` with its cause. */
  static from(thrown: unknown): PipelineError {
    if (thrown instanceof PipelineError) return thrown;
    const name = (thrown as { name?: unknown } | null)?.name;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new PipelineError(name === 'AbortError' ? 'aborted' : 'unknown', message, { cause: thrown });
  }
}

export function invalid(field: string, message: string): PipelineError {
  return new PipelineError('invalid', `${field}: ${message}`, { field });
}

/** The error of every call that is made after `close()`. */
export const closedError = (): PipelineError => new PipelineError('aborted', 'The adapter was closed.');
