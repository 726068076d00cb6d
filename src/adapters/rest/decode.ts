/** Reads response bodies and rebuilds their records field by field. Unreadable rows of a list are left out and noted. */
import { completeStatuses } from '../../model/complete-statuses.js';
import { type Counts, type Entry, type HistoryItem, type SetResult } from '../../model/entry.js';
import { type ContactSummary } from '../../model/contact.js';
import { PipelineError, invalid } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import {
  type ListReading,
  checkAnyReadable,
  fieldsOfAnswer,
  readContact,
  readCount,
  readCounts,
  readEntry,
  readHistoryItem,
  readIds,
  readList,
  readRecord,
  readStatus,
} from '../../model/reading.js';
import { type Unreadable, unreadableIn, withUnreadable } from '../../model/unreadable.js';
import { type Fields, fieldsOf, parseId } from '../../model/validate.js';
import { type Status, type StatusPatch } from '../../model/status.js';
import { MAX_STATUSES, patched, sameContent } from '../../model/status-edits.js';
import type { FindPage, StatusList } from '../adapter.js';
import { badResponse, errorOfProblem } from './errors.js';
import type { HttpRequest } from './request.js';
import type { Deadline } from './retry.js';
import { notJson } from './signed-out.js';

/** Bytes of a response that are read. A pipeline of 200 statuses is a tenth of that. */
const MAX_BODY = 1_000_000;
const MAX_PAGE_TOKEN = 8000;
/** Warnings about unreadable records; a server that sends nothing else must not fill the console. */
const MAX_REPORTED = 10;

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
  /** What has been reported in the console: the same records are often read repeatedly. */
  readonly #reported = new Set<string>();

  /** Reports an unreadable event of the change stream. */
  reportUnreadable(cause: unknown): void {
    this.#warn(
      `The server sent an unreadable change, so everything is read again: ${PipelineError.from(cause).message}`,
    );
  }

  statusList(body: unknown): StatusList {
    const { items: list, seq } = fieldsOfAnswer(body, 'response');
    const items = this.#statuses(list);
    const text = readRecord('response', body, () => {
      if (typeof seq !== 'string' && typeof seq !== 'number') throw invalid('seq', 'must be a string.');
      return String(seq);
    });
    return { items, seq: text };
  }

  order(body: unknown): Status[] {
    return this.#statuses(fieldsOfAnswer(body, 'response')['items']);
  }

  moved(body: unknown): { moved: number } {
    const { moved } = fieldsOfAnswer(body, 'response');
    return { moved: readRecord('response', body, () => readCount(moved, 'moved')) };
  }

  restored(body: unknown): { status: Status; restored: number } {
    const { status, restored } = fieldsOfAnswer(body, 'response');
    return {
      status: readRecord('status', status, readStatus),
      restored: readRecord('response', body, () => readCount(restored, 'restored')),
    };
  }

  /** The entries of these conversations. */
  entries(body: unknown, requested: ReadonlySet<Id>): RecordsById<Entry> {
    const rows = this.#rows(body, { what: 'entries', idField: 'conversationId', parse: readEntry });
    const byId = rows.map((entry): [Id, Entry] => [entry.conversationId, entry]);
    return requestedOnly(byId, requested, unreadableIn(rows)?.list);
  }

  /** The summaries of these contacts. */
  contacts(body: unknown, requested: ReadonlySet<Id>): RecordsById<ContactSummary> {
    const parse = (row: unknown): [Id, ContactSummary] => {
      const summary = readContact(row);
      return [parseId((row as Fields)['contactId'], 'contactId'), summary];
    };
    const byId = this.#rows(body, { what: 'contacts', idField: 'contactId', parse });
    return requestedOnly(byId, requested, unreadableIn(byId)?.list);
  }

  /** The result for each of these conversations. One whose result cannot be read may have been changed nevertheless. */
  results(body: unknown, conversationIds: readonly Id[]): SetResult[] {
    // Servers send the list itself, or an object with it.
    const fields = Array.isArray(body) ? { items: body as unknown } : fieldsOfAnswer(body, 'response');
    const parse = (row: unknown): SetResult => {
      const { ok, entry: record, error, conversationId } = fieldsOf(row, 'result');
      if (ok === true) {
        const entry = readRecord('entry', record, readEntry);
        return { conversationId: entry.conversationId, ok, entry };
      }
      const problem = fieldsOf(error, 'error');
      const refusal = errorOfProblem(Number(problem['status']) || 0, problem);
      return { conversationId: parseId(conversationId, 'conversationId'), ok: false, error: refusal };
    };
    const list = fields['results'] ?? fields['items'];
    const results = this.#readable(list, { what: 'results', idField: 'conversationId', parse });
    const byId = new Map(results.map((result) => [result.conversationId, result]));
    const unreadable = unreadableIn(results);
    return conversationIds.map((conversationId) => {
      const error =
        unreadable?.errorOf(conversationId) ?? badResponse(`The response has no result for "${conversationId}".`);
      return byId.get(conversationId) ?? { conversationId, ok: false, error };
    });
  }

  /** Throws if one of the counts cannot be read: a missing count means 0. */
  counts(body: unknown): Counts {
    return readRecord('counts', body, readCounts);
  }

  /** Throws if none of the ids can be read. */
  page(body: unknown): FindPage {
    const { ids: list, nextPageToken } = fieldsOfAnswer(body, 'response');
    const ids = readIds(list);
    this.#warnOf(ids);
    if (nextPageToken === undefined || nextPageToken === null || nextPageToken === '') return { ids };
    if (typeof nextPageToken !== 'string' || nextPageToken.length > MAX_PAGE_TOKEN) {
      throw invalid('nextPageToken', `must be a string of at most ${MAX_PAGE_TOKEN} characters.`);
    }
    return { ids, nextPageToken };
  }

  /** Throws if none of the items can be read. */
  history(body: unknown): HistoryItem[] {
    const items = this.#rows(body, { what: 'history', parse: readHistoryItem });
    checkAnyReadable(items);
    return items;
  }

  /** Throws `limit` for more statuses than a pipeline can have: showing them would freeze the page. */
  #statuses(items: unknown): Status[] {
    if (Array.isArray(items) && items.length > 2 * MAX_STATUSES) {
      const message = `The server lists ${items.length} statuses; a pipeline has at most ${MAX_STATUSES}.`;
      throw new PipelineError('limit', message, { count: MAX_STATUSES });
    }
    const list: unknown = Array.isArray(items) ? completeStatuses(items) : items;
    const statuses = this.#readable(list, { what: 'statuses', parse: readStatus });
    const live = statuses.filter((status) => !status.deleted);
    return withUnreadable(live, unreadableIn(statuses));
  }

  #rows<T>(body: unknown, reading: ListReading<T>): T[] {
    return this.#readable(fieldsOfAnswer(body, 'response')['items'], reading);
  }

  /** Reports unreadable records in the console: a caller of the adapter may not ask for them. */
  #readable<T>(list: unknown, reading: ListReading<T>): T[] {
    const records = readList(list, reading);
    this.#warnOf(records);
    return records;
  }

  #warnOf(records: object): void {
    const unreadable = unreadableIn(records);
    if (unreadable) this.#warn(`The server sent unreadable records, which are left out: ${unreadable.summary.message}`);
  }

  #warn(text: string): void {
    if (this.#reported.has(text) || this.#reported.size >= MAX_REPORTED) return;
    this.#reported.add(text);
    console.warn(`pipeline-elements: ${text}`);
  }
}

/** Records by id, and those that could not be read. */
export interface RecordsById<T> {
  records: [Id, T][];
  unreadable: readonly Unreadable[];
}

function requestedOnly<T>(
  records: [Id, T][],
  requested: ReadonlySet<Id>,
  unreadable: readonly Unreadable[] = [],
): RecordsById<T> {
  return {
    records: records.filter(([id]) => requested.has(id)),
    unreadable: unreadable.filter(({ id }) => id === undefined || requested.has(id)),
  };
}

/** How to read the response to a write of a status, which was applied if a refusal has the status as requested. */
export function statusResult(id: Id, requested: StatusPatch): Pick<HttpRequest<Status>, 'read' | 'resultIfApplied'> {
  return {
    read: (body) => {
      const status = readRecord('status', body, readStatus);
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
