import { unwrap } from 'idb';
import type { Change } from '../../model/changes.js';
import type { Entry } from '../../model/entry.js';
import type { StatusRow } from '../../model/heirs.js';
import { toStatus } from '../../model/heirs.js';
import type { Status } from '../../model/status.js';
import type { ChangeBody, HistoryEvent, JournalRow, LogRow, ReadTx, StoredStatusId, WriteTx } from './schema.js';
import { resultOf, sender } from './requests.js';

/** How many changes are kept for those who resume and for histories; more are cut off a batch at a time. */
const LOG_LENGTH = 10_000;
const PRUNE_BATCH = 256;
/** A write to more conversations than this is announced as one `reset`; so is missing more changes than `MAX_REPLAY`. */
const MAX_LISTED = 100;
const MAX_REPLAY = 1000;

const NEW: JournalRow = { key: 'journal', seq: 0, pruned: 0, logged: 0, held: [] };

async function readJournal(tx: ReadTx): Promise<JournalRow> {
  const meta = unwrap(tx.objectStore('meta'));
  return (await resultOf(meta.get(NEW.key) as IDBRequest<JournalRow | undefined>)) ?? NEW;
}

/** The place of the newest write. */
export async function readSeq(tx: ReadTx): Promise<number> {
  return (await readJournal(tx)).seq;
}

/** How many conversations have each status that any has. */
export async function readHeld(tx: ReadTx): Promise<JournalRow['held']> {
  return (await readJournal(tx)).held;
}

/**
 * Numbers the writes of one transaction, logs them, and counts what they give. The counter is read and written inside the transaction, so no
 * two writes, of whatever tab, have the same number.
 */
export class Journal {
  /** Where the counter was before. */
  readonly base: number;
  #before: JournalRow;
  readonly #held: Map<StoredStatusId, number>;
  readonly #opId: string | undefined;
  #seq: number;
  #rows: LogRow[] = [];
  #entries = 0;

  static async open(tx: WriteTx, opId: string | undefined): Promise<Journal> {
    return new Journal(await readJournal(tx), opId);
  }

  private constructor(before: JournalRow, opId: string | undefined) {
    this.#before = before;
    this.#held = new Map(before.held);
    this.#seq = this.base = before.seq;
    this.#opId = opId;
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
    sender(tx, 'meta').put(journal);
  }

  /** What to tell subscribers, once it is committed. */
  get changes(): Change[] {
    return toChanges(this.#rows);
  }

  #log(change: ChangeBody, extra?: { subject: string; event: HistoryEvent }): void {
    this.#rows.push({ seq: this.#seq, change, ...(this.#opId === undefined ? {} : { opId: this.#opId }), ...extra });
  }
}

function toChanges(rows: readonly LogRow[]): Change[] {
  return rows.flatMap(({ seq, opId, change }) =>
    change ? [{ ...change, seq: String(seq), ...(opId === undefined ? {} : { opId }) }] : [],
  );
}

/**
 * The changes after `since`. `reset`: they are too many, or no longer in the log, or `since` is ahead of the counter
 * because the data was deleted and begun anew.
 */
export async function readChanges(tx: ReadTx, since: number): Promise<Change[] | 'reset'> {
  const { seq, pruned } = await readJournal(tx);
  if (since === seq) return [];
  if (!(since >= pruned && since < seq)) return 'reset';
  const rows = await tx.objectStore('log').getAll(IDBKeyRange.lowerBound(since, true), MAX_REPLAY + 1);
  return rows.length > MAX_REPLAY ? 'reset' : toChanges(rows);
}
