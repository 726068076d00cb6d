/** Numbers and logs all writes: gives versions, lets subscriptions resume, and provides histories. */
import { unwrap } from 'idb';
import type { Change } from '../../model/changes.js';
import type { ConversationRef, Entry } from '../../model/entry.js';
import type { Id } from '../../model/id.js';
import { toStatus, type StatusRow } from '../../model/reassignment.js';
import type { Status } from '../../model/status.js';
import { parseUser } from '../rules.js';
import type { CallOptions } from '../adapter.js';
import type { Rows } from '../rules.js';
import type {
  ChangeBody,
  ConversationRow,
  HistoryEvent,
  JournalRow,
  LogRow,
  ReadTx,
  StoredStatusId,
  WriteTx,
} from './schema.js';
import {
  getConversations,
  getStatuses,
  isReadableConversation,
  isReadableJournal,
  isReadableLog,
  rawStore,
  resultOf,
  type StoredRows,
} from './stored.js';

/** How many changes are kept for resumed subscriptions and histories. Older ones are removed in batches. */
const LOG_LENGTH = 10_000;
const PRUNE_BATCH = 256;
/** A write to more conversations is reported as one `reset`; so are more missed changes than `MAX_REPLAY`. */
const MAX_LISTED = 100;
const MAX_REPLAY = 1000;

/** How many conversations are read and written at a time: limits the memory that a long list takes. */
export const MAX_BATCH = 10_000;

/** The key under which a journal that cannot be read is kept when it is replaced. */
const UNREADABLE = 'journal (unreadable)';
const NEW: JournalRow = { key: 'journal', seq: 0, pruned: 0, logged: 0, held: [] };

interface StoredJournal {
  row: JournalRow;
  /** The stored record, if it cannot be read: `row` is then computed from all other records. */
  unreadable?: JournalRow;
}

async function loadJournal(tx: ReadTx): Promise<StoredJournal> {
  const meta = unwrap(tx.objectStore('meta'));
  const row = (await resultOf(meta.get(NEW.key) as IDBRequest<JournalRow | undefined>)) ?? NEW;
  return isReadableJournal(tx, row) ? { row } : { row: await rebuildJournal(tx), unreadable: row };
}

/** The `seq` of the newest write. */
export async function readSeq(tx: ReadTx): Promise<number> {
  return (await loadJournal(tx)).row.seq;
}

/** How many conversations have each status that any has. */
export async function readConversationCounts(tx: ReadTx): Promise<JournalRow['held']> {
  return (await loadJournal(tx)).row.held;
}

/** What the writes of one transaction share. */
export interface Write {
  tx: WriteTx;
  rows: Rows;
  /** Ids of statuses whose records cannot be read. */
  unreadable: ReadonlySet<Id>;
  journal: Journal;
  /** The conversations that the call is about. */
  refs: readonly ConversationRef[];
  /** What is stored of the first `MAX_BATCH` of them. */
  firstBatch: StoredRows<ConversationRow>;
}

/** Reads everything that a write needs at once, so that it waits for the database only once. */
export async function beginWrite(
  tx: WriteTx,
  refs: readonly ConversationRef[],
  options: CallOptions | undefined,
  user: string | undefined,
): Promise<Write> {
  const by = options?.by === undefined ? user : parseUser(options.by, 'by');
  const author: Author = {
    ...(options?.opId === undefined ? {} : { opId: options.opId }),
    ...(by === undefined ? {} : { by }),
  };
  const reads = [getStatuses(tx), loadJournal(tx), readBatch(tx, refs, 0)] as const;
  const [{ rows, unreadable }, stored, firstBatch] = await Promise.all(reads);
  return { tx, rows, unreadable, journal: new Journal(stored, author), refs, firstBatch };
}

/** What is stored of the `MAX_BATCH` conversations from `start`. */
export function readBatch(
  tx: ReadTx,
  refs: readonly ConversationRef[],
  start: number,
): Promise<StoredRows<ConversationRow>> {
  const batch = refs.slice(start, start + MAX_BATCH);
  return getConversations(
    tx,
    batch.map((ref) => ref.conversationId),
  );
}

/** What is logged about the call that writes: its `opId`, and on whose behalf it is made. */
interface Author {
  opId?: string;
  by?: string;
}

/**
 * Numbers and logs the writes of one transaction, and counts the conversations of each status. The counter is read and
 * written inside the transaction, so two writes never have the same number, also in different tabs.
 */
class Journal {
  /** The counter before this transaction. */
  readonly base: number;
  #before: JournalRow;
  readonly #held: Map<StoredStatusId, number>;
  #unreadable: JournalRow | undefined;
  readonly #author: Author;
  #seq: number;
  #rows: LogRow[] = [];
  #entries = 0;

  constructor({ row, unreadable }: StoredJournal, author: Author) {
    this.#before = row;
    this.#unreadable = unreadable;
    this.#held = new Map(row.held);
    this.#seq = this.base = row.seq;
    this.#author = author;
  }

  get seq(): number {
    return this.#seq;
  }

  /** The version of the next written record. */
  nextVersion(): number {
    return ++this.#seq;
  }

  /** Counts a conversation whose status changes; `from` is `undefined` for a new one, `to` for one that is erased. */
  count(from: StoredStatusId | undefined, to: StoredStatusId | undefined): void {
    if (from !== undefined) this.#held.set(from, (this.#held.get(from) ?? 0) - 1);
    if (to !== undefined) this.#held.set(to, (this.#held.get(to) ?? 0) + 1);
  }

  /** How many conversations have each status, including the writes of this transaction. */
  get held(): JournalRow['held'] {
    return [...this.#held].filter(([, n]) => n > 0);
  }

  /** Writes and logs a status with the next version. */
  putStatus(tx: WriteTx, row: StatusRow, event?: HistoryEvent): Status {
    const next = { ...row, version: this.nextVersion() };
    rawStore(tx, 'statuses').put(next);
    const status = toStatus(next);
    this.#log({ kind: 'status', status }, event && { subject: 's', event });
    return status;
  }

  /** Logs a conversation that was written with the version of `entry`. */
  logEntry(entry: Entry, event?: HistoryEvent): void {
    this.#entries++;
    this.#log({ kind: 'entry', entry }, event && { subject: `c${entry.conversationId}`, event });
  }

  logReset(): void {
    this.nextVersion();
    this.#log({ kind: 'reset' });
  }

  /** Records of earlier writes were removed from the log; subscribers receive a `reset` instead. */
  logRemoval(removed: number): void {
    this.#before = { ...this.#before, logged: Math.max(0, this.#before.logged - removed) };
    this.logReset();
  }

  /** Begins an empty log after everything was deleted. The counter goes on, and subscribers receive a `reset`. */
  startOver(): void {
    this.#before = { ...this.#before, logged: 0 };
    this.#unreadable = undefined;
    this.#held.clear();
    this.#rows = [];
    this.logReset();
  }

  /** Writes the log and the counter, as the last part of the transaction. */
  async save(tx: WriteTx): Promise<void> {
    if (this.#seq === this.base) return;
    if (this.#entries > MAX_LISTED) {
      this.#rows = this.#rows.filter((row) => row.event ?? row.change?.kind !== 'entry');
      for (const row of this.#rows) if (row.change?.kind === 'entry') delete row.change;
      this.logReset();
    }
    const log = tx.objectStore('log');
    const rawLog = rawStore(tx, 'log');
    for (const row of this.#rows) rawLog.put(row);
    const { pruned, logged } = this.#before;
    const journal = {
      key: this.#before.key,
      seq: this.#seq,
      pruned,
      logged: logged + this.#rows.length,
      held: this.held,
    };
    const excess = journal.logged - LOG_LENGTH;
    if (excess >= PRUNE_BATCH) {
      journal.pruned = (await log.getAllKeys(undefined, excess)).at(-1)!;
      journal.logged -= excess;
      rawLog.delete(IDBKeyRange.upperBound(journal.pruned));
    }
    const meta = rawStore(tx, 'meta');
    if (this.#unreadable) meta.put({ ...this.#unreadable, key: UNREADABLE });
    meta.put(journal);
  }

  /** The changes for subscribers, to be sent once they are committed. */
  get changes(): Change[] {
    return toChanges(this.#rows);
  }

  #log(change: ChangeBody, extra?: { subject: string; event: HistoryEvent }): void {
    this.#rows.push({ seq: this.#seq, change, ...this.#author, ...extra });
  }
}

function toChanges(rows: readonly LogRow[]): Change[] {
  return rows.flatMap(({ seq, opId, by, change }) =>
    change
      ? [{ ...change, seq: String(seq), ...(opId === undefined ? {} : { opId }), ...(by === undefined ? {} : { by }) }]
      : [],
  );
}

/** The newest `seq`, and the changes after each position (`undefined`: none are needed). */
export async function readChanges(
  tx: ReadTx,
  positions: readonly (number | undefined)[],
): Promise<{ seq: number; changes: (Change[] | 'reset')[] }> {
  return {
    seq: await readSeq(tx),
    changes: await Promise.all(positions.map(async (each) => (each === undefined ? [] : changesSince(tx, each)))),
  };
}

/**
 * The changes after `since`. `reset`: there are too many, some were removed from the log or cannot be read, or `since`
 * is ahead of the counter because the database was deleted and created again.
 */
async function changesSince(tx: ReadTx, since: number): Promise<Change[] | 'reset'> {
  const { seq, pruned } = (await loadJournal(tx)).row;
  if (since === seq) return [];
  if (!(since >= pruned && since < seq)) return 'reset';
  const rows = await tx.objectStore('log').getAll(IDBKeyRange.bound(since, seq, true), MAX_REPLAY + 1);
  if (rows.length > MAX_REPLAY || !rows.every((row) => isReadableLog(tx, row))) return 'reset';
  return toChanges(rows);
}

/** Computes the journal from all other records. */
async function rebuildJournal(tx: ReadTx): Promise<JournalRow> {
  const [statuses, conversations, loggedSeqs]: [StoredRows<StatusRow>, ConversationRow[], number[]] = await Promise.all(
    [
      getStatuses(tx),
      tx.objectStore('conversations').getAll(),
      tx.objectStore('log').getAllKeys(IDBKeyRange.upperBound(Number.MAX_SAFE_INTEGER)),
    ],
  );
  const held = new Map<StoredStatusId, number>();
  let seq = loggedSeqs.at(-1) ?? 0;
  for (const row of statuses.rows.values()) {
    seq = Math.max(seq, row.version, row.movedVersion ?? 0);
  }
  for (const row of conversations) {
    if (!isReadableConversation(tx, row)) continue;
    seq = Math.max(seq, row.version);
    held.set(row.statusId, (held.get(row.statusId) ?? 0) + 1);
  }
  return { key: NEW.key, seq, pruned: seq, logged: loggedSeqs.length, held: [...held] };
}
