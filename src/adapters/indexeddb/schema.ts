import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import type { Entry } from '../../model/entry.js';
import type { StatusRow } from '../../model/reassignment.js';
import type { Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';

export const SCHEMA_VERSION = 1;

/**
 * A status id as it was given to a conversation, `''` for none: a `null` would drop the row out of the indexes. The
 * status may be deleted since; who reads a row follows its heirs (model/reassignment.ts).
 */
export type StoredStatusId = Id;

export interface ConversationRow {
  conversationId: Id;
  /** Left out when there is no contact: the row is not in the index `byContact` then. */
  contactId?: Id;
  statusId: StoredStatusId;
  version: number;
  changedAt: number;
  /** Minus the time of the newest message, so that a walk forward meets the newest first. */
  order: number;
}

/** A contact with at least one conversation, summed up so that no read has to walk its conversations. */
export interface ContactRow {
  contactId: Id;
  /** How many of its conversations have each status. */
  held: [StoredStatusId, number][];
  /** The statuses of `held`, sorted and joined: contacts with the same ones stand together in `bySignature`. */
  signature: string;
  /** The status of its most recently active conversation, and which one that is. */
  latest: StoredStatusId;
  latestId: Id;
  /** That conversation's `order`. */
  order: number;
}

/** `s:` + signature: contacts; `l:` + status: contacts whose latest conversation has it. */
export interface CounterRow {
  key: string;
  n: number;
}

export type ChangeBody = { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset' };

/** What a history is replayed from. */
export type HistoryEvent =
  | { kind: 'set'; from: StoredStatusId; to: StoredStatusId; at: number }
  | { kind: 'delete'; statusId: Id; heir: Id | null; at: number }
  /** `heir`: where its conversations were until then. */
  | { kind: 'restore'; statusId: Id; heir: Id | null; at: number };

export interface LogRow {
  seq: number;
  opId?: string;
  /** Who made the write, where that is known. */
  by?: string;
  /** Told to subscribers; missing when a `reset` in the same write speaks for it. */
  change?: ChangeBody;
  /** Set together: `c` + conversation id, or `s` for what concerns the conversations of a status. */
  subject?: string;
  event?: HistoryEvent;
}

export interface JournalRow {
  key: string;
  /** The counter: version and place of the newest write. */
  seq: number;
  /** Everything up to here is no longer in the log. */
  pruned: number;
  /** How many rows the log has. */
  logged: number;
  /** How many conversations have each status. Here, as every pick changes it: one record less to read and to write. */
  held: [StoredStatusId, number][];
}

type Place = [order: number, id: Id];

export interface Schema extends DBSchema {
  meta: { key: string; value: JournalRow };
  statuses: { key: Id; value: StatusRow };
  conversations: {
    key: Id;
    value: ConversationRow;
    indexes: { byOrder: Place; byStatus: [string, ...Place]; byContact: [string, ...Place] };
  };
  contacts: {
    key: Id;
    value: ContactRow;
    indexes: { byOrder: Place; bySignature: [string, ...Place]; byLatest: [string, ...Place] };
  };
  counters: { key: string; value: CounterRow };
  log: { key: number; value: LogRow; indexes: { bySubject: [string, number] } };
}

export type StoreName = 'meta' | 'statuses' | 'conversations' | 'contacts' | 'counters' | 'log';

/** Every transaction spans all stores: writes touch most of them anyway, and reads do not block each other. */
export const STORES: StoreName[] = ['meta', 'statuses', 'conversations', 'contacts', 'counters', 'log'];

export type Database = IDBPDatabase<Schema>;
export type WriteTx = IDBPTransaction<Schema, StoreName[], 'readwrite'>;
export type ReadTx = IDBPTransaction<Schema, StoreName[], 'readonly'> | WriteTx;

/** Brings a database of any earlier version up to this one. */
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
