/**
 * Reads records of an adapter or a server. One that cannot be read never fails the others, and is never silently missing:
 * an answer carries what could not be read, and why.
 */
import { PipelineError } from './errors.js';
import type { Id } from './id.js';
import { fieldsOf, isMap, show, type Fields } from './validate.js';

/** A record that could not be read. */
export interface Unreadable {
  /** Its id, if that could be read. */
  readonly id: Id | undefined;
  readonly error: PipelineError;
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

const unreadableByAnswer = new WeakMap<object, readonly Unreadable[]>();

/** What could not be read of an answer of an adapter. */
export const unreadableIn = (answer: object): readonly Unreadable[] => unreadableByAnswer.get(answer) ?? [];

/** Notes what could not be read of an answer, and returns the answer. */
export function withUnreadable<A extends object>(answer: A, unreadable: readonly Unreadable[]): A {
  if (unreadable.length) unreadableByAnswer.set(answer, unreadable);
  return answer;
}

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
  return withUnreadable(records, unreadable);
}

/** The records of a map that can be read, by id. The others are in `unreadableIn(…)` of the result, with those of the map. */
export function readMap<T>(map: unknown, what: string, parse: (record: unknown) => T): Map<Id, T> {
  if (!isMap(map)) {
    throw new PipelineError('bad-response', `${what} must be a Map; found ${show(map)}.`, { field: what });
  }
  const records = new Map<Id, T>();
  const unreadable = [...unreadableIn(map)];
  for (const [key, record] of map) {
    const id = String(key);
    try {
      records.set(id, parse(record));
    } catch (thrown) {
      unreadable.push({ id, error: unreadableError(`${what} ${show(id)}`, record, thrown) });
    }
  }
  return withUnreadable(records, unreadable);
}

/** One error for all of them; `undefined` if there are none. */
export function summarize(unreadable: readonly Unreadable[]): PipelineError | undefined {
  const [first] = unreadable;
  if (!first) return undefined;
  const { length: count } = unreadable;
  if (unreadable.every(({ error }) => error === first.error)) return first.error;
  const { code, message, field } = first.error;
  const others = count > 1 ? ` (and ${count - 1} more)` : '';
  return new PipelineError(code, message + others, {
    cause: first.error,
    ...(field === undefined ? {} : { field }),
  });
}

/** Whether reading again found the same records to be wrong, which was reported before. */
export const isSameProblem = (before: PipelineError | undefined, now: PipelineError): boolean =>
  before?.message === now.message && ['bad-response', 'invalid', 'storage-lost'].includes(now.code) && !now.retryable;

/** The fields of an answer. Throws a `bad-response` that says what was found instead of an object. */
export const fieldsOfAnswer = (answer: unknown, what: string): Fields =>
  readRecord(what, answer, (value) => fieldsOf(value, 'it'));
