import type { PipelineError, PipelineErrorCode } from '../../src/model/errors.js';
import { TokenExpired } from './page-token.js';
import { toPipelineError } from './sql.js';

/** An identifier, as RFC 9457 has it: its last word is the code of the error. */
const TYPE = 'https://pipeline-elements.dev/problems/';

export const PROBLEM_TYPE = 'application/problem+json';

const STATUS: Partial<Record<PipelineErrorCode, number>> = {
  // Nobody is there to read it, and it is no fault of the server; the number is the one that proxies log.
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
  aborted: 'Given up',
  auth: 'Not signed in',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  timeout: 'Took too long',
  conflict: 'Conflict',
  'in-use': 'In use',
  'status-deleted': 'Status was deleted',
  'session-changed': 'Signed in as someone else',
  invalid: 'Invalid',
  limit: 'Over a limit',
  'rate-limited': 'Too many requests',
  unavailable: 'Not available for now',
};

/** An error with the HTTP status it is answered with, where that is not the one of its code. */
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

/** The answer to whatever was thrown; what nobody expected goes to `onError`, and the answer does not tell it. */
export function errorResponse(thrown: unknown, onError: (thrown: unknown) => void): Response {
  if (thrown instanceof HttpError) return problemResponse(thrown.error, thrown.status, thrown.headers);
  const error = toPipelineError(thrown);
  if (error.code === 'unknown') report(thrown, onError);
  return problemResponse(error);
}

/** A log that fails must not cost the answer. */
export function report(thrown: unknown, onError: (thrown: unknown) => void): void {
  try {
    onError(thrown);
  } catch (failure) {
    console.error(failure);
  }
}

function statusOf(error: PipelineError): number {
  if (error instanceof TokenExpired) return 410;
  // Not a version that was seen, but an id that is taken.
  if (error.code === 'conflict' && error.field === 'id') return 409;
  return STATUS[error.code] ?? 500;
}
