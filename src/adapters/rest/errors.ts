/** Creates the errors of failed requests: refusals of the server, unusable responses, and aborted calls. */
import { PipelineError, type PipelineErrorCode, type PipelineErrorOptions } from '../../model/errors.js';
import { sessionChanged } from '../../model/abort.js';
import { readEntry, readStatus } from '../../model/reading.js';

/** Codes that a server may send. The others describe problems of the client. */
const SERVER_CODES: readonly PipelineErrorCode[] = [
  'auth',
  'session-changed',
  'forbidden',
  'not-found',
  'conflict',
  'in-use',
  'status-deleted',
  'invalid',
  'limit',
  'rate-limited',
  'unavailable',
  'timeout',
  'quota',
  'version-skew',
  'unknown',
];

/** 419, 440 and 498 are those of Laravel, IIS and Esri for a session that has expired. */
const CODE_BY_HTTP_STATUS: Readonly<Record<number, PipelineErrorCode>> = {
  400: 'invalid',
  401: 'auth',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'invalid',
  412: 'conflict',
  413: 'limit',
  419: 'auth',
  422: 'invalid',
  425: 'unavailable',
  428: 'invalid',
  429: 'rate-limited',
  501: 'not-found',
  440: 'auth',
  498: 'auth',
};

const MAX_MESSAGE_LENGTH = 300;
const MAX_FIELD_LENGTH = 64;

/**
 * The error of a refusal. Its code is the last segment of the problem's `type` (RFC 9457) if that is one of our codes,
 * otherwise it follows from the HTTP status. Texts of the server are shortened and never interpreted as markup.
 *
 * @param body the parsed body, of any shape; the refusal of one item of a batch has the same fields.
 */
export function errorOfProblem(httpStatus: number, body: unknown, retryAfterMs?: number): PipelineError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const { type, field, count, current } = problem;
  const sentCode = typeof type === 'string' ? lastSegment(type) : problem['code'];
  const fallbackCode = CODE_BY_HTTP_STATUS[httpStatus] ?? (httpStatus >= 500 ? 'unavailable' : 'unknown');
  const code = SERVER_CODES.find((each) => each === sentCode) ?? fallbackCode;
  const options: PipelineErrorOptions = {};
  if (retryAfterMs !== undefined) options.retryAfterMs = retryAfterMs;
  if (typeof field === 'string') options.field = shorten(field, MAX_FIELD_LENGTH);
  else if (httpStatus === 410) options.field = 'pageToken';
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) options.count = count;
  const record = parseRecord(current);
  if (record) options.current = record;
  const text = [problem['detail'], problem['title']].find((each) => typeof each === 'string' && each.trim());
  const message = text
    ? shorten(text as string, MAX_MESSAGE_LENGTH)
    : `The server refused the request (${httpStatus || code}).`;
  return new PipelineError(code, message, options);
}

/** The text after the last `/`, `#` or `:`. */
function lastSegment(type: string): string {
  return type.slice(Math.max(type.lastIndexOf('/'), type.lastIndexOf('#'), type.lastIndexOf(':')) + 1);
}

function parseRecord(value: unknown): unknown {
  for (const parse of [readStatus, readEntry]) {
    try {
      return parse(value);
    } catch {
      // A record of the other kind, or none.
    }
  }
  return undefined;
}

const shorten = (text: string, length: number): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, length);

export const badResponse = (message: string, cause?: unknown): PipelineError =>
  new PipelineError('bad-response', message, cause === undefined ? {} : { cause });

/** The error of an aborted call. If the call was aborted because its session ended, `cause` says so and is returned. */
export function abortedError(cause?: unknown): PipelineError {
  if (cause instanceof PipelineError && cause.code === 'session-changed') return cause;
  return new PipelineError('aborted', 'The call was aborted.', cause === undefined ? {} : { cause });
}

/** The error of a write whose adapter was closed, and which is not lost. */
export const keptError = (): PipelineError =>
  new PipelineError(
    'aborted',
    'The adapter was closed. The write is kept, and sent by the next adapter of its session.',
  );

const SUPERSEDED = Symbol('superseded');

/** The error of a waiting write whose conversations a later one has set. */
export const supersededError = (): PipelineError =>
  new PipelineError('aborted', 'Superseded by a later pick.', { cause: SUPERSEDED });

export const isSuperseded = (error: PipelineError): boolean => error.cause === SUPERSEDED;

/** The error of a write whose idempotency key the server may have forgotten. */
export const tooOldError = (): PipelineError =>
  new PipelineError('offline', 'The change has waited for the network for a day.', { retryable: false });

/** Why one attempt failed, and what that means for the next one. */
export interface AttemptFailure {
  error: PipelineError;
  /** The response belongs to another session than the request. */
  isOtherSession?: boolean;
  /** The same request may succeed later. */
  isTemporary: boolean;
  /** The server may have applied the write all the same. */
  mayBeApplied: boolean;
  isUnauthorized?: boolean;
}

export const sessionFailure = (): AttemptFailure => ({
  error: sessionChanged(),
  isOtherSession: true,
  isTemporary: false,
  mayBeApplied: false,
});

/** The failure of an attempt that got no complete response. Rethrows when the caller has aborted it. */
export function failureWithoutResponse(thrown: unknown, isSent: boolean): AttemptFailure {
  if (thrown instanceof PipelineError) {
    if (thrown.code === 'aborted') throw abortedError(thrown.cause);
    const isTemporary = thrown.retryable;
    // A sign-in page instead of a response. What fails with this code before anything is sent are the host's headers.
    const isUnauthorized = isSent && thrown.code === 'auth';
    return { error: thrown, isTemporary, mayBeApplied: isSent && !isUnauthorized, isUnauthorized };
  }
  const error = new PipelineError('offline', 'The server could not be reached.', { cause: thrown });
  return { error, isTemporary: true, mayBeApplied: true };
}
