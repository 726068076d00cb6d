/**
 * Reads records of an adapter or a server. One that cannot be read never fails the others, and is never silently missing:
 * an answer carries what could not be read, and why.
 */
import { PipelineError } from './errors.js';
import { idText, type Id } from './id.js';
import { parseEntry, type Counts, type Entry, type HistoryItem, type SetResult } from './entry.js';
import { parseContactSummary, type ContactSummary } from './contact.js';
import { completeStatuses } from './complete-statuses.js';
import { parseChange, type Change } from './changes.js';
import { parseStatus, type Status } from './status.js';
import { unreadableIn, withUnreadable, type Unreadable, type UnreadableRecords } from './unreadable.js';
import {
  fieldsOf,
  MAX_BY_LENGTH,
  nullableStatusId,
  parseColor,
  parseCount,
  parseId,
  parseStatusId,
  parseTime,
  type Fields,
} from './validate.js';

/** All of them; `undefined` if there are none. */
export function unreadableRecords(list: readonly Unreadable[]): UnreadableRecords | undefined {
  const [first] = list;
  if (!first) return undefined;
  const errors = new Map(list.map(({ id, error }) => [id, error]));
  const summary = summarize(list, first.error);
  return { list, summary, errorOf: (id) => errors.get(id) ?? errors.get(undefined) };
}

const listIn = (answer: object): readonly Unreadable[] => unreadableIn(answer)?.list ?? [];

function summarize(list: readonly Unreadable[], first: PipelineError): PipelineError {
  if (list.every(({ error }) => error === first)) return first;
  const { code, message, field } = first;
  return new PipelineError(code, `${message} (and ${list.length - 1} more)`, {
    cause: first,
    ...(field === undefined ? {} : { field }),
  });
}

const MAX_SHOWN = 60;

/** A value as text for an error: short, whatever it is. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A bigint, or an object that contains itself.
  }
  text ??= typeof value === 'bigint' ? String(value) : typeof value;
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** The error of a record: what it is, which field of it is wrong, what the field must be, and what was found. */
function unreadableError(where: string, record: unknown, thrown: unknown): PipelineError {
  const cause = PipelineError.from(thrown);
  // A part of the record has been named.
  if (cause.code === 'bad-response') return cause;
  if (cause.code !== 'invalid' || cause.field === undefined) {
    return new PipelineError('bad-response', `${where}: ${cause.message}`, { cause });
  }
  const { field } = cause;
  const rule = cause.message.slice(field.length + 2).replace(/\.$/, '');
  // The check of an id names it already.
  const found = rule.includes('; found ') ? '' : `; found ${show(valueOf(record, field))}`;
  const message = `${where}: ${field} ${rule}${found}.`;
  return new PipelineError('bad-response', message, { cause, field });
}

/** The value of a field such as `version`, or `names.fr`; the record itself if it has no fields. */
function valueOf(record: unknown, path: string): unknown {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record;
  const [field = '', ...rest] = path.split('.');
  const value = (record as Fields)[field];
  if (!rest.length) return value;
  return isMap(value) ? value.get(rest.join('.')) : valueOf(value, rest.join('.'));
}

/** What `parse` returns. What it throws becomes a `bad-response` that names the record, the field and what was found. */
export function readRecord<T>(where: string, record: unknown, parse: (record: unknown) => T): T {
  try {
    return parse(record);
  } catch (thrown) {
    throw unreadableError(where, record, thrown);
  }
}

/** Also a map of another frame. */
const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> =>
  Object.prototype.toString.call(value) === '[object Map]';

/** How to read the records of a list. */
export interface ListReading<T> {
  /** What the records are called in errors, such as "statuses". */
  readonly what: string;
  /** The field with the id of a record. */
  readonly idField?: string;
  parse(record: unknown): T;
}

/** The records of a list that can be read. The others are in `unreadableIn(…)` of the result. Throws if it is not a list. */
export function readList<T>(list: unknown, { what, idField = 'id', parse }: ListReading<T>): T[] {
  if (!Array.isArray(list)) {
    throw new PipelineError('bad-response', `${what} must be a list; found ${show(list)}.`, { field: what });
  }
  const records: T[] = [];
  const unreadable: Unreadable[] = [];
  (list as unknown[]).forEach((record, index) => {
    const isRecord = typeof record === 'object' && record !== null;
    const given = isRecord ? (record as Fields)[idField] : undefined;
    const id = typeof given === 'string' || typeof given === 'number' ? String(given) : undefined;
    const where = `${what}[${index}]${id === undefined ? '' : ` ${show(id)}`}`;
    try {
      records.push(parse(record));
    } catch (thrown) {
      unreadable.push({ id, error: unreadableError(where, record, thrown) });
    }
  });
  return withUnreadable(records, unreadableRecords(unreadable));
}

/** The records of a map that can be read, by id. The others are in `unreadableIn(…)` of the result, with those of the map. */
export function readMap<T>(map: unknown, what: string, parse: (record: unknown) => T): Map<Id, T> {
  if (!isMap(map)) {
    throw new PipelineError('bad-response', `${what} must be a Map; found ${show(map)}.`, { field: what });
  }
  const records = new Map<Id, T>();
  const unreadable = [...listIn(map)];
  for (const [key, record] of map) {
    const id = String(key);
    try {
      records.set(id, parse(record));
    } catch (thrown) {
      unreadable.push({ id, error: unreadableError(`${what} ${show(id)}`, record, thrown) });
    }
  }
  return withUnreadable(records, unreadableRecords(unreadable));
}

/** The fields of an answer. Throws a `bad-response` that says what was found instead of an object. */
export const fieldsOfAnswer = (answer: unknown, what: string): Fields =>
  readRecord(what, answer, (value) => fieldsOf(value, 'it'));

// Records in other forms than ours.

/** A color of an adapter: like `parseColor`, and also `#rgb`. Throws `invalid`. */
const readColor = (value: unknown, field = 'color'): `#${string}` =>
  parseColor(
    typeof value === 'string' && /^#[0-9a-f]{3}$/i.test(value) ? value.replace(/[^#]/g, '$&$&') : value,
    field,
  );

/** A number of an adapter, which can be decimal text, as most databases write 64-bit numbers. */
const readNumber = (value: unknown): unknown =>
  typeof value === 'bigint' || (typeof value === 'string' && /^\d{1,16}$/.test(value)) ? Number(value) : value;

/** A whole number of an adapter, 0 or more, which can be text. Throws `invalid`. */
export const readCount = (value: unknown, field: string): number => parseCount(readNumber(value), field);

/** ISO 8601 with a time zone, also with a space instead of the `T` and without minutes in the zone, as PostgreSQL writes it. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d+)?(?:Z|([+-]\d\d):?(\d\d)?)$/i;

/** A time of an adapter: milliseconds, which can be text, a `Date`, or a timestamp with a time zone. Throws `invalid`. */
function readTime(value: unknown, field: string): number {
  const timestamp = typeof value === 'string' && TIMESTAMP.exec(value);
  if (!timestamp) return parseTime(value instanceof Date ? value.getTime() : readNumber(value), field);
  // Rebuilt, because browsers differ in the forms that they parse.
  const [, date, time, seconds = ':00', fraction = '', hours = '+00', minutes = '00'] = timestamp;
  return parseTime(Date.parse(`${date}T${time}${seconds}${fraction.slice(0, 4)}${hours}:${minutes}`), field);
}

/** The record with these fields read; others, and what is no record, stay as they are. */
function withRead(
  record: unknown,
  what: string,
  fields: Readonly<Record<string, (value: unknown, field: string) => unknown>>,
): unknown {
  const row = fieldsOf(record, what);
  const read = { ...row };
  for (const [field, parse] of Object.entries(fields)) if (row[field] != null) read[field] = parse(row[field], field);
  return read;
}

/** A status, whose version can be text, and its color `#rgb`. Throws `invalid`. */
export const readStatus = (record: unknown): Status =>
  parseStatus(withRead(record, 'status', { version: readCount, color: readColor }));

/** An entry, whose version and time can be text, and that has no contact if its id is empty. Throws `invalid`. */
export const readEntry = (record: unknown): Entry =>
  parseEntry(
    withRead(record, 'entry', { contactId: (id) => (id === '' ? null : id), version: readCount, changedAt: readTime }),
  );

/** A change, whose record can have other forms. Throws `invalid`. */
export const readChange = (change: unknown): Change =>
  parseChange(withRead(change, 'change', { status: readStatus, entry: readEntry }));

/** A contact. Throws `invalid`. */
export const readContact = (record: unknown): ContactSummary => parseContactSummary(record);

/**
 * The results of `setStatus` from an adapter, one for each conversation in order. One that is missing or cannot be read is
 * a `bad-response` of that conversation, which may have been changed nevertheless.
 */
export function readSetResults(answer: unknown, conversationIds: readonly Id[]): SetResult[] {
  const results = Array.isArray(answer) ? (answer as unknown[]) : [];
  return conversationIds.map((conversationId, index): SetResult => {
    try {
      return readRecord(`results[${index}]`, results[index], (result): SetResult => {
        const { ok, entry, error } = fieldsOf(result, 'result');
        if (ok !== true) return { conversationId, ok: false, error: PipelineError.from(error) };
        return { conversationId, ok, entry: readRecord(`results[${index}] entry`, entry, readEntry) };
      });
    } catch (thrown) {
      return { conversationId, ok: false, error: PipelineError.from(thrown) };
    }
  });
}

/** Counts from an adapter; `byStatus` is a `Map`, or an object as in JSON. Throws `invalid` if any of them is not a count. */
export function readCounts(value: unknown): Counts {
  const { byStatus, none } = fieldsOf(value, 'counts');
  const counts = isMap(byStatus) ? [...byStatus] : Object.entries(fieldsOf(byStatus, 'byStatus'));
  const read = ([id, count]: readonly [unknown, unknown]): [Id, number] => [
    parseStatusId(id),
    readCount(count, `byStatus.${idText(id)}`),
  ];
  return { byStatus: new Map(counts.map(read)), none: readCount(none, 'none') };
}

/** An item of a history from an adapter. Throws `invalid`. */
export function readHistoryItem(value: unknown): HistoryItem {
  const { from, to, at, by } = fieldsOf(value, 'item');
  const item: HistoryItem = {
    from: nullableStatusId(from ?? null, 'from'),
    to: nullableStatusId(to, 'to'),
    at: readTime(at, 'at'),
  };
  if (typeof by === 'string' && by) item.by = by.slice(0, MAX_BY_LENGTH);
  return item;
}

/** What the store keeps of a list of statuses. */
export interface ReadStatuses {
  /** Without deleted ones. */
  statuses: readonly Status[];
  seq: string | undefined;
  unreadable: UnreadableRecords | undefined;
}

/** An answer to `listStatuses`. Throws if nothing of it can be read: that is not an empty pipeline. */
export function readStatusList(answer: unknown): ReadStatuses {
  const { items, seq } = fieldsOfAnswer(answer, 'list of statuses');
  const completed: unknown = Array.isArray(items) ? completeStatuses(items) : items;
  const read = readList(completed, { what: 'statuses', parse: readStatus });
  const unreadable = unreadableRecords([...listIn(items as object), ...listIn(read)]);
  const statuses = read.filter((status) => !status.deleted);
  if (unreadable && !statuses.length) throw unreadable.summary;
  return { statuses, seq: seq == null ? undefined : `${seq as string}`, unreadable };
}

/** The ids of an answer to `find`. Throws if none of them can be read. */
export function readIds(list: unknown): Id[] {
  const ids = readList(list, { what: 'ids', parse: (id) => parseId(id) });
  checkAnyReadable(ids);
  return ids;
}

/** Throws if there are records and none of them could be read. */
export function checkAnyReadable(records: readonly unknown[]): void {
  const unreadable = unreadableIn(records);
  if (unreadable && !records.length) throw unreadable.summary;
}

/** How to read what is looked up by id. */
const RECORDS = {
  entry: { field: 'conversationId', read: readEntry },
  contact: { field: 'contactId', read: readContact },
} as const;

/** The answer to a lookup. What cannot be read is in `unreadableIn(…)` of the result. */
export const readRecords = <T>(answer: unknown, what: keyof typeof RECORDS): Map<Id, T> =>
  readMap<T>(answer, what, RECORDS[what].read as (record: unknown) => T);

interface Lookup {
  readonly what: keyof typeof RECORDS;
  call(ids: readonly Id[]): Promise<unknown>;
}

/**
 * Looks records up apart from ids that are not valid, or that the adapter refuses: those are in `unreadableIn(…)`.
 * `refusal`: why the lookup of all of them was refused: by the adapter, unless one of the ids is not valid.
 */
export async function lookUpApart<T>(
  given: readonly unknown[],
  lookup: Lookup,
  refusal: PipelineError,
): Promise<Map<Id, T>> {
  const ids: Id[] = [];
  const rejected: Unreadable[] = [];
  for (const id of given) {
    try {
      ids.push(parseId(id, RECORDS[lookup.what].field));
    } catch (thrown) {
      rejected.push({ id: idText(id), error: PipelineError.from(thrown) });
    }
  }
  const found = ids.length
    ? await lookUpHalves<T>(ids, lookup, rejected.length ? undefined : refusal)
    : new Map<Id, T>();
  return withUnreadable(found, unreadableRecords([...rejected, ...listIn(found)]));
}

/** Splits a lookup that is refused because of one id, until it is known which. */
async function lookUpHalves<T>(
  ids: readonly Id[],
  lookup: Lookup,
  refusal: PipelineError | undefined,
): Promise<Map<Id, T>> {
  let error = refusal;
  try {
    if (!error) return readRecords<T>(await lookup.call(ids), lookup.what);
  } catch (thrown) {
    error = PipelineError.from(thrown);
    if (error.code !== 'invalid') throw error;
  }
  if (ids.length === 1) return withUnreadable(new Map(), unreadableRecords([{ id: ids[0], error: error }]));
  const middle = ids.length >> 1;
  const first = await lookUpHalves<T>(ids.slice(0, middle), lookup, undefined);
  const second = await lookUpHalves<T>(ids.slice(middle), lookup, undefined);
  return withUnreadable(new Map([...first, ...second]), unreadableRecords([...listIn(first), ...listIn(second)]));
}
