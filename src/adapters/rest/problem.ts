import { PipelineError, type PipelineErrorCode, type PipelineErrorOptions } from '../../model/errors.js';
import { parseEntry } from '../../model/entry.js';
import { parseStatus } from '../../model/status.js';

/** Codes that a server can mean; the others are about this side. */
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

const BY_STATUS: Readonly<Record<number, PipelineErrorCode>> = {
  400: 'invalid',
  401: 'auth',
  403: 'forbidden',
  404: 'not-found',
  408: 'timeout',
  409: 'conflict',
  410: 'invalid',
  412: 'conflict',
  413: 'limit',
  422: 'invalid',
  425: 'unavailable',
  428: 'invalid',
  429: 'rate-limited',
};

const MAX_MESSAGE = 300;
const MAX_FIELD = 64;

/**
 * A refusal as an error: by the last word of the problem's `type` (RFC 9457) where that is one of our codes, else by
 * the HTTP status. The server's words are kept short, and are only ever text.
 *
 * @param body the parsed body, of any shape; the refusal of one item of a batch has the same fields.
 */
export function problemOf(status: number, body: unknown, retryAfterMs?: number): PipelineError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const { type, field, count, current } = problem;
  const word = typeof type === 'string' ? lastWord(type) : problem['code'];
  const byStatus = BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'unknown');
  const code = SERVER_CODES.find((each) => each === word) ?? byStatus;
  const options: PipelineErrorOptions = {};
  if (retryAfterMs !== undefined) options.retryAfterMs = retryAfterMs;
  if (typeof field === 'string') options.field = short(field, MAX_FIELD);
  else if (status === 410) options.field = 'pageToken';
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) options.count = count;
  const record = recordOf(current);
  if (record) options.current = record;
  const words = [problem['detail'], problem['title']].find((each) => typeof each === 'string' && each.trim());
  const message = words ? short(words as string, MAX_MESSAGE) : `The server refused it (${status || code}).`;
  return new PipelineError(code, message, options);
}

/** What follows the last `/`, `#` or `:`. */
function lastWord(type: string): string {
  return type.slice(Math.max(type.lastIndexOf('/'), type.lastIndexOf('#'), type.lastIndexOf(':')) + 1);
}

function recordOf(value: unknown): unknown {
  for (const parse of [parseStatus, parseEntry]) {
    try {
      return parse(value);
    } catch {
      // The other kind, or none.
    }
  }
  return undefined;
}

const short = (text: string, length: number): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, length);
