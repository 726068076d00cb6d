/** Checks untrusted values (ids, names, colors, counts, times): each check returns the value as it is stored, or throws `invalid`. */
import { invalid } from './errors.js';
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

const MAX_SHOWN = 60;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** A rejected id for an error. */
function showId(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (isObject(value)) return 'an object';
  return typeof value === 'string'
    ? JSON.stringify(value.slice(0, MAX_SHOWN))
    : typeof value === 'number'
      ? `${value}`
      : typeof value;
}

/**
 * Checks an id: 1–256 UTF-16 code units, well-formed, no control characters, not `.` or `..`. A whole number becomes its
 * text. An id of a conversation or a contact can contain `/` and `\`, so it is only put into a URL where it has neither.
 * Throws `invalid`.
 */
export function parseId(value: unknown, field = 'id'): Id {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) value = String(value);
  const rule =
    typeof value !== 'string' || value === ''
      ? 'must be a non-empty string or a whole number'
      : value.length > MAX_ID_LENGTH
        ? `must have at most ${MAX_ID_LENGTH} characters`
        : LONE_SURROGATE.test(value)
          ? 'must be well-formed Unicode'
          : CONTROL.test(value)
            ? 'must not contain control characters'
            : value === '.' || value === '..'
              ? 'must not be "." or ".."'
              : undefined;
  if (rule !== undefined) throw invalid(field, `${rule}; found ${showId(value)}.`);
  return value as Id;
}

/** Whether an id can be a segment of a path: many servers and proxies decode `%2F` and `%5C` too early. */
export const isPathSegment = (id: Id): boolean => !/[/\\]/.test(id);

/** Checks the id of a status: like `parseId`, but without `/` and `\`, because it stands in paths. Throws `invalid`. */
export function parseStatusId(value: unknown, field = 'id'): Id {
  const id = parseId(value, field);
  if (!isPathSegment(id)) throw invalid(field, `must not contain "/" or "\\"; found ${showId(id)}.`);
  return id;
}

/** An id of the host, or `null`. Throws `invalid`. */
export const nullableId = (value: unknown, field: string): Id | null => (value === null ? null : parseId(value, field));

export const nullableStatusId = (value: unknown, field: string): Id | null =>
  value === null ? null : parseStatusId(value, field);

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
