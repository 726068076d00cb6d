import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';

/**
 * By name, never by class: QuotaExceededError is a DOMException in some browsers and a class of its own in others.
 * AbortError is a transaction that the browser gave up, mostly with its connection; our own aborts throw what caused them.
 */
const KNOWN = new Map<string, [PipelineErrorCode, string]>([
  ['QuotaExceededError', ['quota', 'Nothing was saved: the storage of this device is full.']],
  ['VersionError', ['version-skew', 'A newer version of this page has changed the database: reload the page.']],
  ['UnknownError', ['storage-lost', 'The browser could not read or write its storage.']],
  ['InvalidStateError', ['storage-lost', 'The connection to the storage of this browser was lost.']],
  ['AbortError', ['storage-lost', 'The browser gave the write up: nothing was saved.']],
]);

export const nameOf = (thrown: unknown): unknown => (thrown as { name?: unknown } | null | undefined)?.name;

/** Whatever IndexedDB threw, as a `PipelineError` with the cause kept. */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const [code, message] = KNOWN.get(String(nameOf(thrown))) ?? [
    'unknown',
    thrown instanceof Error ? thrown.message : String(thrown),
  ];
  return new PipelineError(code, message, { cause: thrown });
}
