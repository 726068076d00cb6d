/** What the database looks like: its name, its records, its versions and how it is upgraded from one to the next. */
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { Entry } from '../../model/entry.js';
import type { StatusRow } from '../../model/reassignment.js';
import { invalid } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';

const DEFAULT_DATABASE = 'pipeline-elements';

export const SCHEMA_VERSION = 1;

/**
 * A status id as it was set on a conversation, `''` for no status: a `null` would drop the record from the indexes. The
 * status may have been deleted since: `resolveStoredId` gives the status that counts now.
 */
export type StoredStatusId = Id;

export interface ConversationRow {
  conversationId: Id;
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
}

type Position = [order: number, id: Id];

export interface Schema extends DBSchema {
  meta: { key: string; value: JournalRow };
  statuses: { key: Id; value: StatusRow };
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

export type StoreName = 'meta' | 'statuses' | 'conversations' | 'contacts' | 'counters' | 'log';

/** Every transaction spans all stores: most writes touch most of them, and reads do not block each other. */
export const STORES: StoreName[] = ['meta', 'statuses', 'conversations', 'contacts', 'counters', 'log'];

export type Database = IDBPDatabase<Schema>;
export type WriteTx = IDBPTransaction<Schema, StoreName[], 'readwrite'>;
export type ReadTx = IDBPTransaction<Schema, StoreName[], 'readonly'> | WriteTx;

/** Upgrades a database from any earlier version. */
export function upgrade(database: Database, from: number): void {
  if (from < 1) {
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
  }
}

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
