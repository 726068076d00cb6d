/** Explains to users why something failed. */
import type { PipelineAdapter, WithPersistence } from '../adapters/adapter.js';
import type { MessageKey } from '../locales/en.js';
import type { PipelineError } from '../model/errors.js';
import { own, type Translate } from './localize.js';
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
  unavailable: 'errorUnavailable',
  'rate-limited': 'errorUnavailable',
};

/** The texts of errors that name what did not answer, for data that is on this device. */
const DEVICE_TEXTS: Partial<Record<PipelineError['code'], MessageKey>> = {
  timeout: 'errorStorageTimeout',
};

/** Whether an adapter keeps its data on this device, rather than at a server. */
const isOnDevice = (adapter: PipelineAdapter & Partial<WithPersistence>): boolean =>
  adapter.persistence !== undefined && adapter.putConversations !== undefined;

/** `store`: where the data is. */
export function errorText(text: Translate, error: PipelineError, store?: { adapter: PipelineAdapter }): string {
  // Own properties only: an adapter of the page may give any text as the code, such as "constructor".
  // A database of this device that another app uses; otherwise the page is older than the data.
  if (error.code === 'version-skew' && error.field === 'database') return text('errorDatabase');
  const isLocal = error.field === 'database' || (store && isOnDevice(store.adapter));
  const key = (isLocal ? own(DEVICE_TEXTS, error.code) : undefined) ?? own(ERROR_TEXTS, error.code);
  return unsetSourceText(text, error) ?? text(key ?? 'errorUnknown');
}
