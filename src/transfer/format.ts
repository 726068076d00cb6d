/**
 * The file format: JSON Lines. The first line names the format, then come the statuses in order, then the conversations.
 * The last line says how many there are, so that a file that was cut off is noticed.
 */
import type { ConversationRecord, StatusRecord } from '../adapters/transfer.js';
import type { HistoryItem } from '../model/entry.js';
import { invalid, PipelineError } from '../model/errors.js';
import { contentOf, parseContent } from '../model/status.js';
import {
  fieldsOf,
  nullableId,
  nullableStatusId,
  parseCount,
  parseId,
  parseStatusId,
  parseTime,
  type Fields,
} from '../model/validate.js';

const FORMAT = 'pipeline-elements';
const VERSION = 1;

/** One line of a file. */
export type Line =
  | { type: 'pipeline'; format: typeof FORMAT; version: number }
  | ({ type: 'status' } & StatusRecord)
  | ({ type: 'conversation' } & ConversationRecord)
  | { type: 'end'; statuses: number; conversations: number };

/** What is wrong with one line of a file. */
export interface LineProblem {
  /** Counted from 1. */
  line: number;
  /** The field that is wrong, such as `color`. */
  field?: string;
  message: string;
}

/** How many problems an `ImportError` lists. */
const MAX_LISTED = 100;

/** Nothing was imported. `code` is `invalid`, and `field` names the first line, such as `line 3`. */
export class ImportError extends PipelineError {
  /** What is wrong, in the order of the lines; at most 100. */
  readonly problems: readonly LineProblem[];

  constructor(problems: readonly LineProblem[], count = problems.length) {
    const [first] = problems;
    const others = count > 1 ? ` ${count - 1} more line(s) have problems.` : '';
    super('invalid', `Nothing was imported. Line ${first!.line}: ${first!.message}${others}`, {
      field: `line ${first!.line}`,
      count,
    });
    this.problems = problems.slice(0, MAX_LISTED);
  }
}

export const header = (): Line => ({ type: 'pipeline', format: FORMAT, version: VERSION });

/** One line of JSON, with its line feed. */
export const serialize = (line: Line): string => `${JSON.stringify(line)}\n`;

export const statusLine = (status: StatusRecord): Line => ({
  type: 'status',
  id: status.id,
  ...contentOf(status),
  ...(status.deleted ? { deleted: true } : {}),
});

/** Parses one line. Throws `invalid`, naming the field. */
export function parseLine(text: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('line', 'must be a JSON object on a line of its own.');
  }
  const row = fieldsOf(value, 'line');
  switch (row['type']) {
    case 'pipeline':
      if (row['format'] !== FORMAT) throw invalid('format', `must be "${FORMAT}".`);
      if (row['version'] !== VERSION) {
        throw invalid('version', `must be ${VERSION}: a newer release of pipeline-elements can read this file.`);
      }
      return header();
    case 'status':
      return { type: 'status', ...parseStatusRecord(row) };
    case 'conversation':
      return { type: 'conversation', ...parseConversationRecord(row) };
    case 'end':
      return {
        type: 'end',
        statuses: parseCount(row['statuses'], 'statuses'),
        conversations: parseCount(row['conversations'], 'conversations'),
      };
    default:
      throw invalid('type', 'must be "pipeline", "status", "conversation" or "end".');
  }
}

function parseStatusRecord(row: Fields): StatusRecord {
  return { id: parseStatusId(row['id']), ...parseContent(row), ...(row['deleted'] === true ? { deleted: true } : {}) };
}

function parseConversationRecord(row: Fields): ConversationRecord {
  const record: ConversationRecord = {
    conversationId: parseId(row['conversationId'], 'conversationId'),
    contactId: nullableId(row['contactId'] ?? null, 'contactId'),
    statusId: nullableStatusId(row['statusId'] ?? null, 'statusId'),
    changedAt: parseTime(row['changedAt'] ?? 0, 'changedAt'),
  };
  if (row['activityAt'] !== undefined) record.activityAt = parseTime(row['activityAt'], 'activityAt');
  if (row['history'] !== undefined) {
    if (!Array.isArray(row['history'])) throw invalid('history', 'must be a list.');
    record.history = row['history'].map(parseHistoryItem);
  }
  return record;
}

function parseHistoryItem(value: unknown, index: number): HistoryItem {
  const field = `history[${index}]`;
  const row = fieldsOf(value, field);
  const item: HistoryItem = {
    from: nullableStatusId(row['from'] ?? null, `${field}.from`),
    to: nullableStatusId(row['to'] ?? null, `${field}.to`),
    at: parseTime(row['at'], `${field}.at`),
  };
  if (row['by'] !== undefined) {
    if (typeof row['by'] !== 'string') throw invalid(`${field}.by`, 'must be a string.');
    item.by = row['by'];
  }
  return item;
}
