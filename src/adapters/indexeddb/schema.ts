/** What the database looks like: its name, its records, its versions and how it is upgraded from one to the next. */
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { Entry } from '../../model/entry.js';
import { resolveEntry, type StatusRow } from '../../model/reassignment.js';
import { invalid, PipelineError } from '../../model/errors.js';
import { newId, type Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { ConversationFacts } from '../rules.js';

const DEFAULT_DATABASE = 'pipeline-elements';

/**
 * A status id as it was set on a conversation, `''` for no status: a `null` would drop the record from the indexes. The
 * status may have been deleted since: `resolveStoredId` gives the status that counts now.
 */
export type StoredStatusId = Id;

export interface ConversationRow {
  conversationId: Id;
  /** Its contact and activity once the long write that it is part of is committed; missing: as they are. */
  pending?: ConversationFacts;
  /** Missing when there is no contact: the record is not in the index `byContact` then. */
  contactId?: Id;
  /** The host said that it has no contact: a picker does not give it one. */
  isUnlinked?: true;
  statusId: StoredStatusId;
  version: number;
  changedAt: number;
  /** Minus the time of the newest message, so that reading an index forward gives the newest first. */
  order: number;
}

/** A contact with at least one conversation: a summary of its conversations, so that reads do not have to load them. */
export interface ContactRow {
  contactId: Id;
  /** How many of its conversations have each status. */
  held: [StoredStatusId, number][];
  /** The statuses in `held`, sorted and joined: contacts with the same statuses are adjacent in `bySignature`. */
  signature: string;
  /** The status of its most recently active conversation, and that conversation's id. */
  latest: StoredStatusId;
  latestId: Id;
  /** That conversation's `order`. */
  order: number;
}

/** The number of contacts with a signature (key `s:` + signature) or with a latest status (key `l:` + status id). */
export interface CounterRow {
  key: string;
  n: number;
}

export type ChangeBody = { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset' };

/** What histories are computed from. `heir` is the stored name of the replacement status (`StatusRow.heir`). */
export type HistoryEvent =
  | { kind: 'set'; from: StoredStatusId; to: StoredStatusId; at: number }
  | { kind: 'delete'; statusId: Id; heir: Id | null; at: number }
  /** `heir`: the status that its conversations had while it was deleted. */
  | { kind: 'restore'; statusId: Id; heir: Id | null; at: number };

export interface LogRow {
  seq: number;
  opId?: string;
  /** Who made the write, where that is known. */
  by?: string;
  /** What subscribers receive; missing when a `reset` of the same or a later write replaces it. */
  change?: ChangeBody;
  /** Set together with `event`: `c` + conversation id, or `s` for an event that affects all conversations of a status. */
  subject?: string;
  event?: HistoryEvent;
}

export interface DeletedStatusRow extends StatusRow {
  /** The delete can no longer be undone: its conversations are being given what replaces it. */
  isExpired?: true;
}

/** What a status that is not live any more resolves to: `StatusRow` has the fields, computed along all its replacements. */
export type Heir = [stored: StoredStatusId, heir: Id | null, movedVersion: number, deletedAt: number];

/** A write of many conversations that is being prepared or cleaned up: see staging.ts. */
export interface BulkRow {
  id: string;
  state: 'staging' | 'committed' | 'aborted';
  /** The new status. */
  to: StoredStatusId;
  opId?: string;
  by?: string;
  /** Once it is committed: its version, when it was committed, and how many numbers before `seq` are for its histories. */
  seq: number;
  at: number;
  reserved: number;
  /** How many of these are used. */
  logged: number;
  /** When it last went on; 0 once nobody is working on it. */
  touchedAt: number;
  /** The conversations that other writes changed while it was being prepared. */
  touched: Id[];
}

export interface JournalRow {
  key: string;
  /** The counter of writes: the version and `seq` of the newest one. */
  seq: number;
  /** Everything up to this `seq` has been removed from the log. */
  pruned: number;
  /** How many records the log has. */
  logged: number;
  /** How many conversations have each status. Kept here because every write changes this record anyway. */
  held: [StoredStatusId, number][];
  /**
   * For each status in `held` that is deleted: what counts instead. A read resolves every conversation with these and the
   * live statuses, so it never loads deleted ones, however many there are. Missing: none.
   */
  heirs?: Heir[];
  bulks?: BulkRow[];
  /**
   * Identifies this database: one that was deleted and created again has another, so its counter says nothing about
   * positions in the former one. Missing only in a damaged record; the next write adds a new one.
   */
  generation?: string;
}

type Position = [order: number, id: Id];

export interface Schema extends DBSchema {
  meta: { key: string; value: JournalRow };
  statuses: { key: Id; value: StatusRow };
  /** Kept apart from those that every call reads. */
  deletedStatuses: {
    key: Id;
    value: DeletedStatusRow;
    indexes: { byDeletedAt: number; byHeir: Id; byRank: [rank: string, id: Id] };
  };
  conversations: {
    key: Id;
    value: ConversationRow;
    indexes: { byOrder: Position; byStatus: [string, ...Position]; byContact: [string, ...Position] };
  };
  contacts: {
    key: Id;
    value: ContactRow;
    indexes: { byOrder: Position; bySignature: [string, ...Position]; byLatest: [string, ...Position] };
  };
  counters: { key: string; value: CounterRow };
  log: { key: number; value: LogRow; indexes: { bySubject: [string, number] } };
}

export type StoreName = 'meta' | 'statuses' | 'deletedStatuses' | 'conversations' | 'contacts' | 'counters' | 'log';

/** Every transaction spans all stores: most writes touch most of them, and reads do not block each other. */
export const STORES: StoreName[] = [
  'meta',
  'statuses',
  'deletedStatuses',
  'conversations',
  'contacts',
  'counters',
  'log',
];

/** The stores that every version has. */
const FIRST_STORES: readonly StoreName[] = ['meta', 'statuses', 'conversations', 'contacts', 'counters', 'log'];

export type Database = IDBPDatabase<Schema>;
export type WriteTx = IDBPTransaction<Schema, StoreName[], 'readwrite'>;
export type ReadTx = IDBPTransaction<Schema, StoreName[], 'readonly'> | WriteTx;
type UpgradeTx = IDBPTransaction<Schema, StoreName[], 'versionchange'>;

/**
 * What each version changed: the first function creates version 1, the next one makes version 2 of it, and so on. A new
 * database goes through all of them. Released ones are never edited: see "Change the database" in CONTRIBUTING.md.
 */
const UPGRADES: readonly ((database: Database, tx: UpgradeTx) => Promise<void>)[] = [
  async function createStores(database) {
    database.createObjectStore('meta', { keyPath: 'key' });
    database.createObjectStore('statuses', { keyPath: 'id' });
    const conversations = database.createObjectStore('conversations', { keyPath: 'conversationId' });
    conversations.createIndex('byOrder', ['order', 'conversationId']);
    conversations.createIndex('byStatus', ['statusId', 'order', 'conversationId']);
    conversations.createIndex('byContact', ['contactId', 'order', 'conversationId']);
    const contacts = database.createObjectStore('contacts', { keyPath: 'contactId' });
    contacts.createIndex('byOrder', ['order', 'contactId']);
    contacts.createIndex('bySignature', ['signature', 'order', 'contactId']);
    contacts.createIndex('byLatest', ['latest', 'order', 'contactId']);
    database.createObjectStore('counters', { keyPath: 'key' });
    const log = database.createObjectStore('log', { keyPath: 'seq' });
    log.createIndex('bySubject', ['subject', 'seq']);
  },
  async function addGeneration(database, tx) {
    const meta = tx.objectStore('meta');
    const journal = (await meta.get('journal')) ?? { key: 'journal', seq: 0, pruned: 0, logged: 0, held: [] };
    await meta.put({ ...journal, generation: newId() });
    await separateDeletedStatuses(database, tx);
  },
];

/** The version of a database of this release. */
export const SCHEMA_VERSION = UPGRADES.length;

/**
 * Upgrades a database from any earlier version, in the one transaction that the browser gives for it: when something
 * fails, the database is as it was. May only await requests of `tx`. Throws if the database is another app's.
 */
export async function upgrade(database: Database, from: number, tx: UpgradeTx): Promise<void> {
  const isEmpty = !database.objectStoreNames.length;
  if (!isEmpty) requireOwnStores(database, from);
  for (const step of UPGRADES.slice(isEmpty ? 0 : from)) await step(database, tx);
}

/** Part of version 2: deleted statuses have a store of their own, and the journal knows what replaces them. */
async function separateDeletedStatuses(database: Database, tx: UpgradeTx): Promise<void> {
  const deletedStatuses = database.createObjectStore('deletedStatuses', { keyPath: 'id' });
  deletedStatuses.createIndex('byDeletedAt', 'deletedAt');
  deletedStatuses.createIndex('byHeir', 'heir');
  deletedStatuses.createIndex('byRank', ['rank', 'id']);
  const statuses = tx.objectStore('statuses');
  const meta = tx.objectStore('meta');
  const [all, journal] = await Promise.all([statuses.getAll(), meta.get('journal')]);
  const rows = new Map(all.map((row) => [row.id, row]));
  for (const row of all) {
    // A record that cannot be read stays where it is.
    if (row.deleted !== true || typeof row.id !== 'string') continue;
    void deletedStatuses.put(row);
    void statuses.delete(row.id);
  }
  if (Array.isArray(journal?.held)) {
    const ids = journal.held.map(([stored]) => stored);
    void meta.put({ ...journal, heirs: heirsOf(rows, ids) });
  }
}

/** What replaces each of these statuses, where it is deleted. `rows`: all statuses. */
export function heirsOf(rows: ReadonlyMap<Id, StatusRow>, ids: Iterable<StoredStatusId>): Heir[] {
  return [...ids].flatMap((stored) => {
    if (!rows.get(stored)?.deleted) return [];
    const entry = { conversationId: '', contactId: null, statusId: stored, version: 0, changedAt: 0 };
    const { statusId, version, changedAt } = resolveEntry(rows, entry);
    return [[stored, statusId, version, changedAt]];
  });
}

/** Throws `version-skew` (field `database`) for a database that another app made: it must not be changed. */
export function requireOwnStores({ name, objectStoreNames }: Database, version: number): void {
  const expected = version === SCHEMA_VERSION ? STORES : FIRST_STORES;
  if (expected.every((each) => objectStoreNames.contains(each))) return;
  const found = objectStoreNames.length ? `has the object stores ${[...objectStoreNames].join(', ')}` : 'is empty';
  throw new PipelineError(
    'version-skew',
    `The IndexedDB database "${name}" (version ${version}) belongs to another app: it ${found}, which pipeline-elements did not make. Nothing in it was changed. Choose another name, such as new IndexedDBAdapter({ database: "${name}-pipeline" }).`,
    { field: 'database' },
  );
}

/** The error for a database that a newer release has upgraded. */
export const newerVersionError = (name: string, version: number): PipelineError =>
  new PipelineError(
    'version-skew',
    `The IndexedDB database "${name}" has version ${version}, made by a newer release of pipeline-elements; this release knows version ${SCHEMA_VERSION}. Nothing in it was changed. Reload the page, or install the newer release again.`,
  );

/** The database name in the options of the adapter, or the default. Throws `invalid`. */
export function parseDatabaseOptions(options: { database?: unknown } | null): string {
  if (typeof options !== 'object' || options === null) {
    throw invalid('database', 'must be given in an object, such as { database: "acme:agent-7" }.');
  }
  if (!('database' in options)) return DEFAULT_DATABASE;
  const { database } = options;
  if (typeof database === 'string' && database.trim()) return database;
  throw invalid(
    'database',
    'must be a string that is not blank, such as "acme:agent-7", one for each tenant and user. Make the adapter when the name is known; leave the option out for the database that everyone shares.',
  );
}
