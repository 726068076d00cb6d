/** The counter and the log of all writes: what gives versions, resumes subscriptions and makes histories. */
import { unwrap } from 'idb';
import type { Change } from '../../model/changes.js';
import type { Entry } from '../../model/entry.js';
import type { StatusRow } from '../../model/reassignment.js';
import { toStatus } from '../../model/reassignment.js';
import type { Status } from '../../model/status.js';
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
import { resultOf, sender } from './requests.js';
import { isReadableConversation, isReadableJournal, isReadableLog, readableStatuses } from './stored.js';

/** How many changes are kept for those who resume and for histories; more are cut off a batch at a time. */
const LOG_LENGTH = 10_000;
const PRUNE_BATCH = 256;
/** A write to more conversations than this is announced as one `reset`; so is missing more changes than `MAX_REPLAY`. */
const MAX_LISTED = 100;
const MAX_REPLAY = 1000;

/** Under this key an unreadable journal is kept when another takes its place. */
const UNREADABLE = 'journal (unreadable)';
const NEW: JournalRow = { key: 'journal', seq: 0, pruned: 0, logged: 0, held: [] };

interface StoredJournal {
  row: JournalRow;
  /** The record as it is stored, where it cannot be read: `row` was then put together from all others. */
  unreadable?: JournalRow;
}

async function loadJournal(tx: ReadTx): Promise<StoredJournal> {
  const meta = unwrap(tx.objectStore('meta'));
  const row = (await resultOf(meta.get(NEW.key) as IDBRequest<JournalRow | undefined>)) ?? NEW;
  return isReadableJournal(tx, row) ? { row } : { row: await rebuildJournal(tx), unreadable: row };
}

const readJournal = async (tx: ReadTx): Promise<JournalRow> => (await loadJournal(tx)).row;

/** The place of the newest write. */
export async function readSeq(tx: ReadTx): Promise<number> {
  return (await readJournal(tx)).seq;
}

/** How many conversations have each status that any has. */
export async function readHeld(tx: ReadTx): Promise<JournalRow['held']> {
  return (await readJournal(tx)).held;
}

/** What is logged of the call that makes a write: its name, and on whose behalf it is made. */
export interface Author {
  opId?: string;
  by?: string;
}

/**
 * Numbers the writes of one transaction, logs them, and counts what they give. The counter is read and written inside
 * the transaction, so no two writes, of whatever tab, have the same number.
 */
export class Journal {
  /** Where the counter was before. */
  readonly base: number;
  #before: JournalRow;
  readonly #held: Map<StoredStatusId, number>;
  #unreadable: JournalRow | undefined;
  readonly #author: Author;
  #seq: number;
  #rows: LogRow[] = [];
  #entries = 0;

  static async open(tx: WriteTx, author: Author): Promise<Journal> {
    return new Journal(await loadJournal(tx), author);
  }

  private constructor({ row, unreadable }: StoredJournal, author: Author) {
    this.#before = row;
    this.#unreadable = unreadable;
    this.#held = new Map(row.held);
    this.#seq = this.base = row.seq;
    this.#author = author;
  }

  get seq(): number {
    return this.#seq;
  }

  /** The version for what is written next. */
  next(): number {
    return ++this.#seq;
  }

  /** A conversation was given a status; `from`: what it had, `undefined` for one that is new. */
  count(from: StoredStatusId | undefined, to: StoredStatusId): void {
    if (from !== undefined) this.#held.set(from, (this.#held.get(from) ?? 0) - 1);
    this.#held.set(to, (this.#held.get(to) ?? 0) + 1);
  }

  /** How many conversations have each status, what this transaction gave included. */
  get held(): JournalRow['held'] {
    return [...this.#held].filter(([, n]) => n > 0);
  }

  /** Writes a status row under the next version. */
  putStatus(tx: WriteTx, row: StatusRow, event?: HistoryEvent): Status {
    const next = { ...row, version: this.next() };
    sender(tx, 'statuses').put(next);
    const status = toStatus(next);
    this.#log({ kind: 'status', status }, event && { subject: 's', event });
    return status;
  }

  /** Logs a conversation that was written under the version of `entry`. */
  logEntry(entry: Entry, event?: HistoryEvent): void {
    this.#entries++;
    this.#log({ kind: 'entry', entry }, event && { subject: `c${entry.conversationId}`, event });
  }

  logReset(): void {
    this.next();
    this.#log({ kind: 'reset' });
  }

  /** After everything was deleted: the counter goes on, and whoever is behind hears `reset`. */
  startOver(): void {
    this.#before = { ...this.#before, logged: 0 };
    this.#unreadable = undefined;
    this.#held.clear();
    this.#rows = [];
    this.logReset();
  }

  /** Stores what was logged, as the last part of the transaction. */
  async save(tx: WriteTx): Promise<void> {
    if (this.#seq === this.base) return;
    if (this.#entries > MAX_LISTED) {
      this.#rows = this.#rows.filter((row) => row.event ?? row.change?.kind !== 'entry');
      for (const row of this.#rows) if (row.change?.kind === 'entry') delete row.change;
      this.logReset();
    }
    const log = tx.objectStore('log');
    const sent = sender(tx, 'log');
    for (const row of this.#rows) sent.put(row);
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
      sent.delete(IDBKeyRange.upperBound(journal.pruned));
    }
    const meta = sender(tx, 'meta');
    if (this.#unreadable) meta.put({ ...this.#unreadable, key: UNREADABLE });
    meta.put(journal);
  }

  /** What to tell subscribers, once it is committed. */
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

/**
 * The changes after `since`. `reset`: they are too many, or no longer in the log, or one cannot be read, or `since` is
 * ahead of the counter because the data was deleted and begun anew.
 */
export async function readChanges(tx: ReadTx, since: number): Promise<Change[] | 'reset'> {
  const { seq, pruned } = await readJournal(tx);
  if (since === seq) return [];
  if (!(since >= pruned && since < seq)) return 'reset';
  const rows = await tx.objectStore('log').getAll(IDBKeyRange.bound(since, seq, true), MAX_REPLAY + 1);
  if (rows.length > MAX_REPLAY || !rows.every((row) => isReadableLog(tx, row))) return 'reset';
  return toChanges(rows);
}

/** What the journal must say, out of everything else that is stored. Reads all conversations. */
async function rebuildJournal(tx: ReadTx): Promise<JournalRow> {
  const [statuses, conversations, places]: [StatusRow[], ConversationRow[], number[]] = await Promise.all([
    tx.objectStore('statuses').getAll(),
    tx.objectStore('conversations').getAll(),
    tx.objectStore('log').getAllKeys(IDBKeyRange.upperBound(Number.MAX_SAFE_INTEGER)),
  ]);
  const held = new Map<StoredStatusId, number>();
  let seq = places.at(-1) ?? 0;
  for (const row of readableStatuses(tx, statuses).rows.values()) {
    seq = Math.max(seq, row.version, row.movedVersion ?? 0);
  }
  for (const row of conversations) {
    if (!isReadableConversation(tx, row)) continue;
    seq = Math.max(seq, row.version);
    held.set(row.statusId, (held.get(row.statusId) ?? 0) + 1);
  }
  return { key: NEW.key, seq, pruned: seq, logged: places.length, held: [...held] };
}
