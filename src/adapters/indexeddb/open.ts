/** Opens a database: finds out whose it is, upgrades it, and explains why it cannot be opened. */
import { openDB } from 'idb';
import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import { newerVersionError, requireOwnStores, SCHEMA_VERSION, upgrade, type Database, type Schema } from './schema.js';

/** Errors of an open where the browser gives no storage to this page: it has none, or forbids it in this frame. */
const UNAVAILABLE: ReadonlySet<unknown> = new Set(['NotSupportedError', 'SecurityError']);

/**
 * By name, not by class: QuotaExceededError is a DOMException in some browsers and a class of its own in others.
 * AbortError is a transaction that the browser aborted, mostly because it closed the connection.
 */
const ERRORS = new Map<string, [PipelineErrorCode, string]>([
  ['QuotaExceededError', ['quota', 'Nothing was saved: the storage of this device is full.']],
  ['UnknownError', ['storage-lost', 'The browser could not read or write the storage of this device.']],
  ['InvalidStateError', ['storage-lost', 'The connection to the storage of this device was lost.']],
  ['AbortError', ['storage-lost', 'The browser aborted the write to the storage of this device: nothing was saved.']],
  ['SecurityError', ['storage-lost', 'The browser does not let this page use the storage of this device.']],
  ['NotSupportedError', ['storage-lost', 'The browser has no storage for this page.']],
]);

export const nameOf = (thrown: unknown): unknown => (thrown as { name?: unknown } | null | undefined)?.name;

/** Whether opening failed because the browser gives this page no storage. Other failures may hide data that is there. */
export const isUnavailable = (thrown: unknown): boolean => UNAVAILABLE.has(nameOf(thrown));

/** Any error of IndexedDB as a `PipelineError` with the original as its cause. */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const [code, message] = ERRORS.get(String(nameOf(thrown))) ?? [
    'unknown',
    thrown instanceof Error ? thrown.message : String(thrown),
  ];
  return new PipelineError(code, message, { cause: thrown });
}

/** The error of an open. An unknown one means that the storage failed, and may work later. */
export function toOpenError(thrown: unknown): unknown {
  if (thrown instanceof PipelineError || ERRORS.has(String(nameOf(thrown)))) return thrown;
  const message = `The storage of this device could not be opened: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  return new PipelineError('storage-lost', message, { cause: thrown });
}

export interface OpenEvents {
  /** Another tab keeps an older version open. */
  blocked(): void;
  /** The database is being created or upgraded. */
  upgrading(): void;
  /** Another tab wants to upgrade or delete the database: the connection must be closed at once. */
  blocking(): void;
  /** The browser closed the connection. */
  terminated(): void;
}

/**
 * Opens a database of this release's version, creating or upgrading it. Rejects with what the browser throws, or with
 * `version-skew` for a database of another app or a newer release, which is left as it is.
 */
export async function openDatabase(name: string, events: OpenEvents): Promise<Database> {
  // Reading the property throws a SecurityError in some blocked frames; other environments do not have it.
  const factory = (globalThis as { indexedDB?: IDBFactory | null }).indexedDB;
  if (!factory) throw new DOMException('There is no IndexedDB here.', 'NotSupportedError');
  const version = await versionOf(factory, name);
  // Asking another app's database for an upgrade would disturb the tabs that have it open.
  if (version !== undefined && version !== SCHEMA_VERSION) await checkDatabase(name);
  let failure: unknown;
  let upgradedFrom = 0;
  let database: Database;
  try {
    database = await openDB<Schema>(name, SCHEMA_VERSION, {
      ...events,
      upgrade(opened, from, _, tx) {
        events.upgrading();
        upgradedFrom = from;
        const keepReason = (thrown: unknown): void => void (failure ??= thrown);
        tx.done.catch(keepReason);
        upgrade(opened, from, tx).catch((thrown: unknown) => {
          keepReason(thrown);
          try {
            tx.abort();
          } catch {
            // The browser has aborted it already.
          }
        });
      },
    });
  } catch (thrown) {
    if (nameOf(thrown) === 'VersionError') await checkDatabase(name);
    // An open that fails in its upgrade only reports that it was aborted.
    throw failure ?? thrown;
  }
  try {
    requireOwnStores(database, SCHEMA_VERSION);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  if (upgradedFrom) {
    console.info(
      `pipeline-elements: upgraded the database "${name}" from version ${upgradedFrom} to ${SCHEMA_VERSION}.`,
    );
  }
  return database;
}

/** The version of a stored database; `undefined` if there is none, or if the browser does not tell. */
async function versionOf(factory: IDBFactory, name: string): Promise<number | undefined> {
  try {
    return (await factory.databases()).find((each) => each.name === name)?.version;
  } catch {
    return undefined;
  }
}

/** Throws if a stored database is another app's or a newer release's. Opens it as it is, which disturbs nobody. */
async function checkDatabase(name: string): Promise<void> {
  let isThere = true;
  let database: Database;
  try {
    database = await openDB<Schema>(name, undefined, {
      // It has been deleted meanwhile: it must not come into being in this way.
      upgrade(_, __, ___, tx) {
        isThere = false;
        tx.done.catch(() => undefined);
        tx.abort();
      },
    });
  } catch (thrown) {
    if (!isThere) return;
    throw thrown;
  }
  const { version } = database;
  try {
    if (version >= SCHEMA_VERSION || database.objectStoreNames.length) requireOwnStores(database, version);
    if (version > SCHEMA_VERSION) throw newerVersionError(name, version);
  } finally {
    database.close();
  }
}
