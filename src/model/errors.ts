/** What went wrong, in one word that code can branch on. */
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
  /** Whether the same call may succeed later; by default decided by the code. */
  retryable?: boolean;
  /** Milliseconds to wait before the next try, when the other side said so. */
  retryAfterMs?: number;
  /** `conflict`: the record as it is now. */
  current?: unknown;
  /** `invalid`: the name of the field that is wrong. */
  field?: string;
  /** `in-use`: how many conversations have the status. */
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

/** The one error class of the package: every adapter rejects with it and every element reports it. */
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

  /** Anything thrown, as a `PipelineError`: itself, an abort as `aborted`, the rest as `unknown` with the cause kept. */
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
