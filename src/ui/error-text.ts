/** Explains to users why something failed. */
import type { MessageKey } from '../locales/en.js';
import type { PipelineError } from '../model/errors.js';
import type { Translate } from './localize.js';
import { unsetSourceText } from './unset-source.js';

const ERROR_TEXTS: Partial<Record<PipelineError['code'], MessageKey>> = {
  offline: 'errorOffline',
  timeout: 'errorTimeout',
  auth: 'errorAuth',
  'session-changed': 'errorSessionChanged',
  forbidden: 'errorForbidden',
  'not-found': 'errorNotFound',
  conflict: 'errorConflict',
  'status-deleted': 'statusDeletedMeanwhile',
  quota: 'errorQuota',
  'storage-lost': 'errorStorage',
  'storage-blocked': 'errorBlocked',
  'version-skew': 'errorVersion',
  'bad-response': 'errorUnreadable',
  unavailable: 'errorUnavailable',
  'rate-limited': 'errorUnavailable',
};

export function errorText(text: Translate, error: PipelineError): string {
  // Own properties only: an adapter of the page may give any text as the code, such as "constructor".
  const key = Object.hasOwn(ERROR_TEXTS, error.code) ? ERROR_TEXTS[error.code] : undefined;
  return unsetSourceText(text, error) ?? text(key ?? 'errorUnknown');
}

/** What could not be loaded of the list of statuses, and why. */
export function loadErrorText(text: Translate, error: PipelineError | undefined, unreadableCount: number): string {
  if (unreadableCount) return text('someUnreadable', { n: unreadableCount });
  return error ? `${text('loadFailed')} ${errorText(text, error)}` : text('loadFailed');
}
