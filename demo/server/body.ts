/** Reads and validates request bodies. */
import { PipelineError, invalid } from '../../src/model/errors.js';
import { type ConversationRef, parseConversationRef } from '../../src/model/entry.js';
import { parseId } from '../../src/model/validate.js';
import type { Id } from '../../src/model/id.js';
import { HttpError } from './problem.js';

export const MAX_BODY = 1_000_000;
export const MAX_BATCH = 200;
/** Higher than for clients: hosts have thousands of conversations. */
export const MAX_HOST_BATCH = 1000;

export interface Body {
  text: string;
  fields: Readonly<Record<string, unknown>>;
}

/**
 * Reads a JSON object from the body. Other content types are rejected because a form on another site could send them.
 *
 * @param isOptional read an empty body as `{}`.
 */
export async function readBody(request: Request, isOptional = false): Promise<Body> {
  const type = request.headers.get('content-type');
  if (isOptional && type === null && (await isEmpty(request))) return { text: '', fields: {} };
  if (!/^application\/json *(;|$)/i.test(type ?? '')) {
    throw new HttpError(415, invalid('Content-Type', 'must be application/json.'), { Accept: 'application/json' });
  }
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, invalid('body', 'must be JSON.'));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('body', 'must be an object.');
  return { text, fields: value as Record<string, unknown> };
}

/** The connection was lost or the chunked encoding is broken, so the client may not receive the response. */
function throwIncomplete(): never {
  throw new HttpError(400, invalid('body', 'did not arrive in full.'));
}

async function isEmpty(request: Request): Promise<boolean> {
  return !request.body || (await request.clone().body!.getReader().read()).done;
}

async function readText(request: Request): Promise<string> {
  const error = new PipelineError('limit', `body: must have at most ${MAX_BODY} bytes.`);
  // The rest of the body is not read, so the connection cannot be reused.
  const tooBig = new HttpError(413, error, { Connection: 'close' });
  if (Number(request.headers.get('content-length')) > MAX_BODY) throw tooBig;
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let [text, size] = ['', 0];
  for (;;) {
    const { done, value } = (await reader?.read().catch(throwIncomplete)) ?? { done: true };
    size += value?.byteLength ?? 0;
    if (size > MAX_BODY) {
      await reader?.cancel().catch(() => undefined);
      throw tooBig;
    }
    try {
      text += decoder.decode(value, { stream: !done });
    } catch {
      throw new HttpError(400, invalid('body', 'must be UTF-8.'));
    }
    if (done) return text;
  }
}

/** Parses an array of at most 200 items (by default) with `parse`. Throws `invalid` with the field name. */
export function listOf<T>(value: unknown, field: string, parse: (item: unknown) => T, most = MAX_BATCH): T[] {
  if (!Array.isArray(value)) throw invalid(field, 'must be a list.');
  checkLength(value, field, most);
  return value.map(parse);
}

/** Throws `invalid` for a list with more items. */
export function checkLength(value: unknown, field: string, most: number): void {
  if (Array.isArray(value) && value.length > most) throw invalid(field, `must have at most ${most} items.`);
}

export const idsOf = (value: unknown): Id[] => listOf(value, 'ids', (id) => parseId(id, 'ids'));

/** `null` means none. A missing value is an error, because it might be a mistake that removes data. */
export const nullableId = (value: unknown, field: string): Id | null => (value === null ? null : parseId(value, field));

/** Parses a conversation named by a client. Only the host may set `activityAt`, or say that there is no contact. */
export function refOf(value: unknown): ConversationRef {
  const { conversationId, contactId } = parseConversationRef(value);
  return contactId == null ? { conversationId } : { conversationId, contactId };
}
