import { PipelineError } from '../../model/errors.js';
import { type ContactSummary, type Entry, type HistoryItem, type SetResult, parseEntry } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { MAX_STATUSES, type Status, parseStatus } from '../../model/status.js';
import { parseId } from '../../model/validate.js';
import type { Counts, FindPage, StatusList } from '../adapter.js';
import { problemOf } from './problem.js';

/*
 * The answers of the wire, rebuilt field by field. What is wrong throws; of a list, only the bad rows are left out.
 */
type Fields = Record<string, unknown>;

const MAX_BY = 200;
const MAX_TOKEN = 8000;

const bad = (what: string): PipelineError =>
  new PipelineError('bad-response', `The server's answer cannot be read: ${what}.`);

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('it must be an object');
  return value as Fields;
}

function countOf(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw bad(`${name} must be a whole number, 0 or more`);
  return value as number;
}

const nullableId = (value: unknown): Id | null => (value === null ? null : parseId(value));

/** Reads answers, and says once when rows had to be left out. */
export class Records {
  #hasComplained = false;

  /** The rows of a list that can be read. */
  rows<T>(list: unknown, parse: (row: unknown) => T): T[] {
    if (!Array.isArray(list)) throw bad('a list is missing');
    const good: T[] = [];
    for (const row of list as unknown[]) {
      try {
        good.push(parse(row));
      } catch (thrown) {
        this.complain(thrown);
      }
    }
    return good;
  }

  complain(thrown: unknown): void {
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    console.warn(`pipeline-elements: the server sent something unreadable, which is left out: ${why}`);
  }

  statusList(body: unknown): StatusList {
    const { items, seq } = fieldsOf(body);
    if (typeof seq !== 'string' && typeof seq !== 'number') throw bad('seq must be a text');
    return { items: this.statuses(items), seq: String(seq) };
  }

  /** Throws `limit` for more than a pipeline can have: showing them would hang the page. */
  statuses(items: unknown): Status[] {
    if (Array.isArray(items) && items.length > 2 * MAX_STATUSES) {
      const message = `The server lists ${items.length} statuses; a pipeline has at most ${MAX_STATUSES}.`;
      throw new PipelineError('limit', message, { count: MAX_STATUSES });
    }
    return this.rows(items, parseStatus).filter((status) => !status.deleted);
  }

  order(body: unknown): Status[] {
    return this.statuses(fieldsOf(body)['items']);
  }

  moved(body: unknown): { moved: number } {
    return { moved: countOf(fieldsOf(body)['moved'], 'moved') };
  }

  restored(body: unknown): { status: Status; restored: number } {
    const { status, restored } = fieldsOf(body);
    return { status: parseStatus(status), restored: countOf(restored, 'restored') };
  }

  entries(body: unknown, asked: ReadonlySet<Id>): Entry[] {
    return this.rows(fieldsOf(body)['items'], parseEntry).filter((entry) => asked.has(entry.conversationId));
  }

  contacts(body: unknown, asked: ReadonlySet<Id>): [Id, ContactSummary][] {
    return this.rows(fieldsOf(body)['items'], (row): [Id, ContactSummary] => {
      const { contactId, statusIds, latest } = fieldsOf(row);
      if (!Array.isArray(statusIds)) throw bad('statusIds must be a list');
      const summary = { statusIds: [...new Set(statusIds.map(nullableId))], latest: nullableId(latest) };
      return [parseId(contactId, 'contactId'), summary];
    }).filter(([id]) => asked.has(id));
  }

  /** What became of each conversation; one that the answer does not mention is missing. */
  results(body: unknown): Map<Id, SetResult> {
    // The list itself, or under a name.
    const list = Array.isArray(body) ? (body as unknown[]) : (fieldsOf(body)['results'] ?? fieldsOf(body)['items']);
    const results = this.rows(list, (row): SetResult => {
      const fields = fieldsOf(row);
      if (fields['ok'] === true) {
        const entry = parseEntry(fields['entry']);
        return { conversationId: entry.conversationId, ok: true, entry };
      }
      const error = problemOf(Number(fieldsOf(fields['error'])['status']) || 0, fields['error']);
      return { conversationId: parseId(fields['conversationId'], 'conversationId'), ok: false, error };
    });
    return new Map(results.map((result) => [result.conversationId, result]));
  }

  counts(body: unknown): Counts {
    const { byStatus, none } = fieldsOf(body);
    const rows = this.rows(Object.entries(fieldsOf(byStatus)), (row): [Id, number] => {
      const [id, count] = row as [string, unknown];
      return [parseId(id), countOf(count, 'a count')];
    });
    return { byStatus: new Map(rows), none: countOf(none, 'none') };
  }

  page(body: unknown): FindPage {
    const { ids, nextPageToken } = fieldsOf(body);
    const page = { ids: this.rows(ids, (id) => parseId(id)) };
    if (nextPageToken === undefined || nextPageToken === null || nextPageToken === '') return page;
    if (typeof nextPageToken !== 'string' || nextPageToken.length > MAX_TOKEN)
      throw bad('nextPageToken must be a text');
    return { ...page, nextPageToken };
  }

  history(body: unknown): HistoryItem[] {
    return this.rows(fieldsOf(body)['items'], (row): HistoryItem => {
      const { from, to, at, by } = fieldsOf(row);
      if (typeof at !== 'number' || !Number.isFinite(at) || at < 0) throw bad('at must be a time');
      const item: HistoryItem = { from: nullableId(from), to: nullableId(to), at };
      if (typeof by === 'string' && by) item.by = by.slice(0, MAX_BY);
      return item;
    });
  }
}
