/** Checks untrusted values (ids, names, colors, counts, times): each check returns the value as it is stored, or throws `invalid`. */
import { invalid, PipelineError } from './errors.js';
import type { Id } from './id.js';

export const MAX_NAME_GRAPHEMES = 64;
/** In UTF-16 code units. One grapheme can have any number of them; this bounds what is stored. */
const MAX_NAME_LENGTH = MAX_NAME_GRAPHEMES * 16;
export const MAX_ID_LENGTH = 256;
const MAX_RANK_LENGTH = 64;
/** Longest name of an author that is kept, in UTF-16 code units. */
export const MAX_BY_LENGTH = 256;

const CONTROL = /\p{Cc}/u;
const BIDI_OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u;
const VISIBLE = /[^\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;
const COLOR = /^#[0-9a-f]{6}$/i;
const LONE_SURROGATE = /\p{Cs}/u;

/** An object whose fields have not been checked. */
export type Fields = Record<string, unknown>;

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(what, 'must be an object.');
  return value as Fields;
}

/**
 * Checks an id of the host: 1–256 UTF-16 code units, well-formed, no control characters, no `/` or `\`, not `.` or `..`
 * (such an id could escape its segment of a URL). Throws `invalid`.
 */
export function parseId(value: unknown, field = 'id'): Id {
  if (typeof value !== 'string' || value === '') throw invalid(field, 'must be a non-empty string.');
  if (value.length > MAX_ID_LENGTH) throw invalid(field, `must have at most ${MAX_ID_LENGTH} characters.`);
  if (LONE_SURROGATE.test(value)) throw invalid(field, 'must be well-formed Unicode.');
  if (CONTROL.test(value)) throw invalid(field, 'must not contain control characters.');
  if (/[/\\]/.test(value)) throw invalid(field, 'must not contain "/" or "\\".');
  if (value === '.' || value === '..') throw invalid(field, 'must not be "." or "..".');
  return value;
}

export const nullableId = (value: unknown, field: string): Id | null => (value === null ? null : parseId(value, field));

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Counts characters as a person would. Stops at `limit` + 1. */
export function countGraphemes(text: string, limit = Infinity): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) if (++count > limit) break;
  return count;
}

/** Why a name is invalid; the elements have a text for each. */
export type NameProblem = 'empty' | 'too-long' | 'forbidden-characters';

/** The name as it is stored (trimmed, NFC), or what is wrong with it. */
export function checkName(value: string): { name: string; problem?: NameProblem } {
  // Trimmed first: pasted text often ends in a tab or a line break, which is not an error.
  const name = value.trim().normalize('NFC');
  // Checks the text as it was given: normalizing hides a lone surrogate in Firefox.
  if (LONE_SURROGATE.test(value)) return { name, problem: 'forbidden-characters' };
  if (!VISIBLE.test(name)) return { name, problem: CONTROL.test(name) ? 'forbidden-characters' : 'empty' };
  if (CONTROL.test(name) || BIDI_OVERRIDE.test(name)) return { name, problem: 'forbidden-characters' };
  // A name has at most as many graphemes as code units, so most names need no segmentation.
  if (name.length <= MAX_NAME_GRAPHEMES) return { name };
  const isLong = name.length > MAX_NAME_LENGTH || countGraphemes(name, MAX_NAME_GRAPHEMES) > MAX_NAME_GRAPHEMES;
  return isLong ? { name, problem: 'too-long' } : { name };
}

const NAME_MESSAGES: Record<NameProblem, string> = {
  empty: 'must have at least one visible character.',
  'too-long': `must have at most ${MAX_NAME_GRAPHEMES} characters.`,
  'forbidden-characters': 'must not contain control or text-direction override characters.',
};

/** A status name as it is stored: trimmed, NFC, 1–64 graphemes, no control or bidi-override characters. Throws `invalid`. */
export function parseName(value: unknown, field = 'name'): string {
  if (typeof value !== 'string') throw invalid(field, 'must be a string.');
  const { name, problem } = checkName(value);
  if (problem) throw invalid(field, NAME_MESSAGES[problem]);
  return name;
}

/** `#rrggbb`, in lower case. Throws `invalid`. */
export function parseColor(value: unknown, field = 'color'): `#${string}` {
  if (typeof value !== 'string' || !COLOR.test(value)) throw invalid(field, 'must be a color like "#2775f8".');
  return value.toLowerCase() as `#${string}`;
}

/** A whole number, 0 or more. */
export function parseCount(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw invalid(field, 'must be a whole number, 0 or more.');
  }
  return value;
}

/** Milliseconds since the epoch. */
export function parseTime(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw invalid(field, 'must be a time in milliseconds, 0 or more.');
  }
  return value;
}

/** The opaque text that orders statuses, 1–64 characters. */
export function parseRank(value: unknown): string {
  if (typeof value !== 'string' || !value || value.length > MAX_RANK_LENGTH || CONTROL.test(value)) {
    throw invalid('rank', `must be a string of 1 to ${MAX_RANK_LENGTH} characters.`);
  }
  return value;
}

/**
 * Parses lists of records and skips unreadable ones. Reports only the first problem, because the same records are often read
 * repeatedly.
 */
export class ReadableRecords {
  readonly #sender: string;
  readonly #onUnreadable: (error: PipelineError) => void;
  #isReported = false;

  /** `sender`: who sent the records, as the subject of the message, such as "The adapter". */
  constructor(sender: string, onUnreadable: (error: PipelineError) => void) {
    this.#sender = sender;
    this.#onUnreadable = onUnreadable;
  }

  /** The parsed records, without those that make `parse` throw. */
  parse<R, T>(records: Iterable<R>, parse: (record: R) => T): T[] {
    const parsed: T[] = [];
    let unreadable = 0;
    let cause: unknown;
    for (const record of records) {
      try {
        parsed.push(parse(record));
      } catch (thrown) {
        unreadable++;
        cause = thrown;
      }
    }
    if (unreadable) this.report(unreadable, cause);
    return parsed;
  }

  /** Reports unreadable records, unless some were reported before. */
  report(unreadable: number, cause: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${this.#sender} sent ${unreadable} unreadable record(s), which are left out: ${reason}`;
    this.#onUnreadable(new PipelineError('bad-response', message, { cause }));
  }
}
