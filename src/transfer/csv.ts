/** Exports conversations and their status as a table, for spreadsheets. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import { checkAborted } from '../model/abort.js';
import { readAll, toByteStream, type ExportOptions } from './export.js';

const COLUMNS = ['conversation', 'contact', 'status', 'since', 'last activity'];

/** What spreadsheets would run as a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * Conversations and their status as CSV (RFC 4180, UTF-8 with a byte order mark, as spreadsheets expect), with the columns
 * `conversation`, `contact`, `status` (its name), `since` and `last activity` (ISO 8601). A text that a spreadsheet would
 * run as a formula begins with an apostrophe.
 */
export function exportCsv(adapter: PipelineAdapter, options: ExportOptions = {}): ReadableStream<Uint8Array> {
  return toByteStream(rows(adapter, options));
}

async function* rows(adapter: PipelineAdapter, options: ExportOptions): AsyncGenerator<string> {
  const { statuses, conversations, total = 0 } = await readAll(adapter, options, false);
  const names = new Map(statuses.map(({ id, name }) => [id, name]));
  yield `\uFEFF${toRow(COLUMNS)}`;
  let done = 0;
  for await (const batch of conversations) {
    checkAborted(options.signal);
    yield batch
      .map(({ conversationId, contactId, statusId, changedAt, activityAt }) =>
        toRow([
          conversationId,
          contactId ?? '',
          statusId === null ? '' : (names.get(statusId) ?? statusId),
          toDate(changedAt),
          toDate(activityAt),
        ]),
      )
      .join('');
    done += batch.length;
    options.onProgress?.(done, total);
  }
}

const toRow = (fields: readonly string[]): string => `${fields.map(toField).join(',')}\r\n`;

function toField(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The latest time that a `Date` can be. */
const MAX_TIME = 8.64e15;

/** The time in ISO 8601; empty if there is none. */
const toDate = (time = 0): string => (time > 0 && time <= MAX_TIME ? new Date(time).toISOString() : '');
