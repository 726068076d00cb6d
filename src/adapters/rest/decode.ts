/** Reads response bodies and rebuilds their records field by field. Unreadable rows of a list are left out. */
import { type ContactSummary, type Entry, type HistoryItem, type SetResult, parseEntry } from '../../model/entry.js';
import { PipelineError, invalid } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import {
  fieldsOf,
  MAX_BY_LENGTH,
  nullableId,
  parseCount,
  parseId,
  parseTime,
  ReadableRecords,
} from '../../model/validate.js';
import { MAX_STATUSES, type Status, type StatusPatch, parseStatus, patched, sameContent } from '../../model/status.js';
import type { Counts, FindPage, StatusList } from '../adapter.js';
import { badResponse, errorOfProblem } from './errors.js';
import type { HttpRequest } from './request.js';
import type { Deadline } from './retry.js';
import { notJson } from './signed-out.js';

/** Bytes of a response that are read. A pipeline of 200 statuses is a tenth of that. */
const MAX_BODY = 1_000_000;
const MAX_PAGE_TOKEN = 8000;

/**
 * The body as JSON. Rejects with `auth` if it is a sign-in page, and with `bad-response` if it is too big or anything
 * else; connection errors pass through.
 */
export async function readJson(response: Response, deadline: Deadline): Promise<unknown> {
  const text = await readText(response, deadline);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw notJson(text, cause);
  }
}

/** Refusals that may have a sign-in page as their body: oauth2-proxy sends its own with 403. */
const SIGN_IN_STATUS: ReadonlySet<number> = new Set([400, 401, 403, 405, 419, 422, 440, 498]);

/** The body of a refusal; `undefined` for the error page of a proxy, whose status is enough. Rejects with `auth` for a sign-in page. */
export async function readProblem(response: Response, deadline: Deadline): Promise<unknown> {
  try {
    return await readJson(response, deadline);
  } catch (thrown) {
    const code = thrown instanceof PipelineError ? thrown.code : undefined;
    if (code === 'bad-response' || (code === 'auth' && !SIGN_IN_STATUS.has(response.status))) return undefined;
    throw thrown;
  }
}

async function readText(response: Response, deadline: Deadline): Promise<string> {
  if (Number(response.headers.get('content-length')) > MAX_BODY) {
    discard(response);
    throw bodyTooBig();
  }
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await deadline.race(reader.read());
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > MAX_BODY) throw bodyTooBig();
      text += decoder.decode(value, { stream: true });
    }
  } catch (thrown) {
    reader.cancel().catch(() => undefined);
    throw thrown;
  }
}

const bodyTooBig = (): PipelineError => badResponse(`The server responded with more than ${MAX_BODY / 1e6} MB.`);

/** Cancels a body that is not read. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

/** What `read` returns; what it cannot read is a bad response. */
export function decode<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof PipelineError && cause.code !== 'invalid') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badResponse(`The server's response cannot be read: ${reason}`, cause);
  }
}

/** Reads the bodies of successful responses. Its methods throw what `decode` turns into a bad response. */
export class Decoder {
  readonly #readable = new ReadableRecords('The server', ({ message }) =>
    console.warn(`pipeline-elements: ${message}`),
  );

  /** Reports an unreadable event of the change stream. */
  reportUnreadable(cause: unknown): void {
    this.#readable.report(1, cause);
  }

  statusList(body: unknown): StatusList {
    const { items, seq } = fieldsOf(body, 'body');
    if (typeof seq !== 'string' && typeof seq !== 'number') throw invalid('seq', 'must be a string.');
    return { items: this.#statuses(items), seq: String(seq) };
  }

  order(body: unknown): Status[] {
    return this.#statuses(fieldsOf(body, 'body')['items']);
  }

  moved(body: unknown): { moved: number } {
    return { moved: parseCount(fieldsOf(body, 'body')['moved'], 'moved') };
  }

  restored(body: unknown): { status: Status; restored: number } {
    const { status, restored } = fieldsOf(body, 'body');
    return { status: parseStatus(status), restored: parseCount(restored, 'restored') };
  }

  /** The entries of these conversations. */
  entries(body: unknown, requested: ReadonlySet<Id>): [Id, Entry][] {
    return this.#items(body, (row): [Id, Entry] => {
      const entry = parseEntry(row);
      return [entry.conversationId, entry];
    }).filter(([id]) => requested.has(id));
  }

  /** The summaries of these contacts. */
  contacts(body: unknown, requested: ReadonlySet<Id>): [Id, ContactSummary][] {
    return this.#items(body, (row): [Id, ContactSummary] => {
      const { contactId, statusIds, latest } = fieldsOf(row, 'contact');
      const ids = listOf(statusIds, 'statusIds').map((id) => nullableId(id, 'statusIds'));
      const summary = { statusIds: [...new Set(ids)], latest: nullableId(latest, 'latest') };
      return [parseId(contactId, 'contactId'), summary];
    }).filter(([id]) => requested.has(id));
  }

  /** The result for each conversation in the response. */
  results(body: unknown): Map<Id, SetResult> {
    // Servers send the list itself, or an object with it.
    const list = Array.isArray(body) ? body : (fieldsOf(body, 'body')['results'] ?? fieldsOf(body, 'body')['items']);
    const results = this.#rows(list, 'results', (row): SetResult => {
      const fields = fieldsOf(row, 'result');
      if (fields['ok'] === true) {
        const entry = parseEntry(fields['entry']);
        return { conversationId: entry.conversationId, ok: true, entry };
      }
      const problem = fieldsOf(fields['error'], 'error');
      const error = errorOfProblem(Number(problem['status']) || 0, problem);
      return { conversationId: parseId(fields['conversationId'], 'conversationId'), ok: false, error };
    });
    return new Map(results.map((result) => [result.conversationId, result]));
  }

  counts(body: unknown): Counts {
    const { byStatus, none } = fieldsOf(body, 'body');
    const counts = Object.entries(fieldsOf(byStatus, 'byStatus'));
    const rows = this.#rows(counts, 'byStatus', (row): [Id, number] => {
      const [id, count] = row as [string, unknown];
      return [parseId(id), parseCount(count, 'byStatus')];
    });
    return { byStatus: new Map(rows), none: parseCount(none, 'none') };
  }

  page(body: unknown): FindPage {
    const { ids, nextPageToken } = fieldsOf(body, 'body');
    const page = { ids: this.#rows(ids, 'ids', (id) => parseId(id)) };
    if (nextPageToken === undefined || nextPageToken === null || nextPageToken === '') return page;
    if (typeof nextPageToken !== 'string' || nextPageToken.length > MAX_PAGE_TOKEN) {
      throw invalid('nextPageToken', `must be a string of at most ${MAX_PAGE_TOKEN} characters.`);
    }
    return { ...page, nextPageToken };
  }

  history(body: unknown): HistoryItem[] {
    return this.#items(body, (row): HistoryItem => {
      const { from, to, at, by } = fieldsOf(row, 'item');
      const item: HistoryItem = { from: nullableId(from, 'from'), to: nullableId(to, 'to'), at: parseTime(at, 'at') };
      if (typeof by === 'string' && by) item.by = by.slice(0, MAX_BY_LENGTH);
      return item;
    });
  }

  /** Throws `limit` for more statuses than a pipeline can have: showing them would freeze the page. */
  #statuses(items: unknown): Status[] {
    if (Array.isArray(items) && items.length > 2 * MAX_STATUSES) {
      const message = `The server lists ${items.length} statuses; a pipeline has at most ${MAX_STATUSES}.`;
      throw new PipelineError('limit', message, { count: MAX_STATUSES });
    }
    return this.#rows(items, 'items', parseStatus).filter((status) => !status.deleted);
  }

  #items<T>(body: unknown, parse: (row: unknown) => T): T[] {
    return this.#rows(fieldsOf(body, 'body')['items'], 'items', parse);
  }

  #rows<T>(list: unknown, field: string, parse: (row: unknown) => T): T[] {
    return this.#readable.parse(listOf(list, field), parse);
  }
}

function listOf(value: unknown, field: string): unknown[] {
  if (!Array.isArray(value)) throw invalid(field, 'must be a list.');
  return value as unknown[];
}

/** How to read the response to a write of a status, which was applied if a refusal has the status as requested. */
export function statusResult(id: Id, requested: StatusPatch): Pick<HttpRequest<Status>, 'read' | 'resultIfApplied'> {
  return {
    read: (body) => {
      const status = parseStatus(body);
      if (status.id !== id) throw badResponse('The server responded with another status.');
      return status;
    },
    resultIfApplied: ({ current }) => {
      const status = current as Status | undefined;
      if (status?.id !== id || status.deleted) return undefined;
      return sameContent(patched(status, requested), status) ? status : undefined;
    },
  };
}
