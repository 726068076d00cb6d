/** Converts errors to HTTP responses with problem details (RFC 9457). */
import type { PipelineError, PipelineErrorCode } from '../../src/model/errors.js';
import { TokenExpired } from './page-token.js';
import { toPipelineError } from './sql.js';

/** The base of the problem types (RFC 9457); the last path segment is the error code. */
const TYPE = 'https://pipeline-elements.dev/problems/';

export const PROBLEM_TYPE = 'application/problem+json';

const STATUS: Partial<Record<PipelineErrorCode, number>> = {
  // The client is gone, and the server is not at fault. 499 is what proxies log in this case.
  aborted: 499,
  auth: 401,
  forbidden: 403,
  'not-found': 404,
  timeout: 504,
  conflict: 412,
  'in-use': 409,
  'status-deleted': 409,
  'session-changed': 409,
  invalid: 422,
  limit: 422,
  'rate-limited': 429,
  unavailable: 503,
};

const TITLE: Partial<Record<PipelineErrorCode, string>> = {
  aborted: 'Aborted',
  auth: 'Not signed in',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  timeout: 'Timed out',
  conflict: 'Conflict',
  'in-use': 'In use',
  'status-deleted': 'Status was deleted',
  'session-changed': 'Signed in as someone else',
  invalid: 'Invalid',
  limit: 'Over a limit',
  'rate-limited': 'Too many requests',
  unavailable: 'Not available for now',
};

/** An error with an HTTP status other than the default one of its code. */
export class HttpError extends Error {
  readonly status: number;
  readonly error: PipelineError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, error: PipelineError, headers: Readonly<Record<string, string>> = {}) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  field?: string;
  count?: number;
  current?: unknown;
}

export function toProblem(error: PipelineError, status = statusOf(error)): Problem {
  const { code, message, field, count, current } = error;
  return {
    type: TYPE + code,
    title: TITLE[code] ?? 'Failed',
    status,
    detail: message,
    ...(field === undefined ? {} : { field }),
    ...(count === undefined ? {} : { count }),
    ...(current === undefined ? {} : { current }),
  };
}

export function problemResponse(
  error: PipelineError,
  status = statusOf(error),
  headers: Readonly<Record<string, string>> = {},
): Response {
  const response = new Response(JSON.stringify(toProblem(error, status)), { status, headers });
  response.headers.set('Content-Type', PROBLEM_TYPE);
  if (error.retryAfterMs !== undefined) {
    response.headers.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)));
  }
  return response;
}

/**
 * Converts anything thrown to a response. Unexpected errors are passed to `onError`, without details in the response.
 */
export function errorResponse(thrown: unknown, onError: (thrown: unknown) => void): Response {
  if (thrown instanceof HttpError) return problemResponse(thrown.error, thrown.status, thrown.headers);
  const error = toPipelineError(thrown);
  if (error.code === 'unknown') report(thrown, onError);
  return problemResponse(error);
}

/** An error in the logger must not prevent the response. */
export function report(thrown: unknown, onError: (thrown: unknown) => void): void {
  try {
    onError(thrown);
  } catch (failure) {
    console.error(failure);
  }
}

function statusOf(error: PipelineError): number {
  if (error instanceof TokenExpired) return 410;
  // A create with an id that is taken, not a version conflict.
  if (error.code === 'conflict' && error.field === 'id') return 409;
  return STATUS[error.code] ?? 500;
}
