/*
 * The assertions of the suite, so that it runs under any test runner. Every message states the broken rule, for authors
 * of adapters who have never read the suite.
 */
import { PipelineError, type PipelineErrorCode } from '../model/errors.js';

/** How many characters of a value are printed. */
const MAX_SHOWN = 600;

/** A broken rule of the contract. Test runners print `expected` and `actual` of an error with this name. */
export class BrokenRule extends Error {
  override readonly name = 'AssertionError';
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(rule: string, expected: unknown, actual: unknown) {
    super(`${rule}\n  expected: ${show(expected)}\n  actual:   ${show(actual)}`);
    this.expected = expected;
    this.actual = actual;
  }
}

/** Fails unless both are the same by value. */
export function equal(actual: unknown, expected: unknown, rule: string): void {
  if (!sameValue(actual, expected)) throw new BrokenRule(rule, expected, actual);
}

/** Fails unless `holds`; `actual` is printed. */
export function holds(holds: boolean, rule: string, actual: unknown): asserts holds {
  if (!holds) throw new BrokenRule(rule, 'what the rule says', actual);
}

/** Fails unless both hold the same values, in any order. */
export function sameMembers(actual: Iterable<unknown>, expected: Iterable<unknown>, rule: string): void {
  const sorted = (values: Iterable<unknown>): string[] =>
    [...values].map((value) => (typeof value === 'string' ? value : show(value))).sort();
  equal(sorted(actual), sorted(expected), rule);
}

/** Fails unless the call rejects with a `PipelineError` that has one of the codes; resolves to that error. */
export async function rejects(
  call: Promise<unknown>,
  codes: PipelineErrorCode | readonly PipelineErrorCode[],
  rule: string,
): Promise<PipelineError> {
  const expected = typeof codes === 'string' ? [codes] : codes;
  const wanted = `a rejection with PipelineError '${expected.join("' or '")}'`;
  let value: unknown;
  try {
    value = await call;
  } catch (error) {
    if (!(error instanceof PipelineError)) {
      throw new BrokenRule(
        `${rule}\n  (an adapter rejects with the PipelineError of this package and nothing else)`,
        wanted,
        error,
      );
    }
    if (!expected.includes(error.code)) throw new BrokenRule(rule, wanted, error);
    return error;
  }
  throw new BrokenRule(rule, wanted, { resolvedTo: value });
}

/** Same by value: plain data, lists, maps and sets; `undefined` fields count as missing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (a instanceof Map || a instanceof Set) return sameValue([...a], b instanceof Map || b instanceof Set ? [...b] : b);
  const [left, right] = [definedFields(a), definedFields(b)];
  return (
    left.length === right.length && left.every(([key, value]) => sameValue(value, (b as Record<string, unknown>)[key]))
  );
}

const definedFields = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([, field]) => field !== undefined);

/** A value in readable form. */
export function show(value: unknown): string {
  const text =
    value instanceof PipelineError
      ? `PipelineError '${value.code}': ${value.message}`
      : value instanceof Error
        ? `${value.name}: ${value.message}`
        : (JSON.stringify(value, readable) ?? String(value));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text;
}

function readable(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { Map: [...value] };
  if (value instanceof Set) return { Set: [...value] };
  if (value instanceof Error) return show(value);
  if (value === undefined) return 'undefined';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}
