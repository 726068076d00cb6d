/** Numbers and logs all writes: gives versions, lets subscriptions resume, and provides histories. */
import { unwrap } from 'idb';
import type { Change } from '../../model/changes.js';
import type { ConversationRef, Entry } from '../../model/entry.js';
import { newId, type Id } from '../../model/id.js';
import { toStatus, type StatusRow } from '../../model/reassignment.js';
import type { Status } from '../../model/status.js';
import { parseUser } from '../rules.js';
import type { CallOptions } from '../adapter.js';
import type { Rows } from '../rules.js';
import {
  heirsOf,
  type BulkRow,
  type ChangeBody,
  type ConversationRow,
  type Heir,
  type HistoryEvent,
  type JournalRow,
  type LogRow,
  type ReadTx,
  type StoredStatusId,
  type WriteTx,
} from './schema.js';
import { parseStagedId, withStagedIds } from './staging.js';
import {
  getConversations,
  getDeletedStatuses,
  getLiveStatuses,
  isReadableConversation,
  isReadableJournal,
  isReadableLog,
  rawStore,
  resultOf,
  type StoredRows,
} from './stored.js';

/** How many changes are kept for resumed subscriptions and histories. Older ones are removed in batches. */
export const LOG_LENGTH = 10_000;
const PRUNE_BATCH = 256;
/** How many changes are written in one task. */
const LOGGED_AT_ONCE = 500;
/** A write to more conversations is reported as one `reset`; so are more missed changes than `MAX_REPLAY`. */
const MAX_LISTED = 100;
const MAX_REPLAY = 1000;

/** How many conversations are read and written at a time: limits the memory that a long list takes. */
export const MAX_BATCH = 10_000;

/** The key under which a journal that cannot be read is kept when it is replaced. */
const UNREADABLE = 'journal (unreadable)';
const KEY = 'journal';

interface StoredJournal {
  row: JournalRow;
  /** The stored record, if it cannot be read: `row` is then computed from all other records. */
  unreadable?: JournalRow;
}

async function loadJournal(tx: ReadTx): Promise<StoredJournal> {
  const meta = unwrap(tx.objectStore('meta'));
  const row = await resultOf(meta.get(KEY) as IDBRequest<JournalRow | undefined>);
  if (!row) return { row: await rebuildJournal(tx) };
  if (isReadableJournal(tx, row)) return { row };
  const { generation } = row;
  const rebuilt = await rebuildJournal(tx);
  return { row: typeof generation === 'string' ? { ...rebuilt, generation } : rebuilt, unreadable: row };
}

/** Identifies the database: see `JournalRow`. Empty if that is not known. */
export async function readGeneration(tx: ReadTx): Promise<string> {
  return (await loadJournal(tx)).row.generation ?? '';
}

/** The `seq` of the newest write. */
export async function readSeq(tx: ReadTx): Promise<number> {
  return (await loadJournal(tx)).row.seq;
}

/** The live statuses, and the `seq` of the newest write. */
export async function readStatusesAndSeq(tx: ReadTx): Promise<{ live: Rows; seq: number }> {
  const [{ rows }, seq] = await Promise.all([getLiveStatuses(tx), readSeq(tx)]);
  return { live: rows, seq };
}

/** Everything that a read needs to know of statuses. */
export interface Resolution {
  /** The live statuses, and the deleted ones that conversations have: those without content, only with what replaces them. */
  rows: Rows;
  /** How many conversations have each status that any has. */
  held: JournalRow['held'];
  /** The long writes that are being prepared or cleaned up. */
  bulks: readonly BulkRow[];
}

/** Reads the live statuses and what replaces deleted ones. The cost does not depend on how many were deleted. */
export async function readStatuses(tx: ReadTx): Promise<Resolution> {
  const [{ rows }, { row }] = await Promise.all([getLiveStatuses(tx), loadJournal(tx)]);
  return { rows: withHeirs(rows, row), held: row.held, bulks: row.bulks ?? [] };
}

function withHeirs(live: Rows, { heirs = [], bulks = [] }: JournalRow): Rows {
  if (!heirs.length && !bulks.length) return live;
  const rows = new Map(live);
  for (const [id, heir, movedVersion, deletedAt] of heirs) {
    const blank = { name: '', color: '#000000', rank: '', version: 0 } as const;
    if (!rows.has(id)) rows.set(id, { id, ...blank, deleted: true, heir, movedVersion, deletedAt });
  }
  return bulks.length ? withStagedIds(rows, bulks) : rows;
}

/** What the writes of one transaction share. */
export interface Write extends WriteSettings {
  tx: WriteTx;
  /** The statuses that are not deleted. */
  live: Rows;
  /** What conversations resolve to: see `Resolution`. */
  rows: Rows;
  /** Ids of statuses whose records cannot be read. */
  unreadable: ReadonlySet<Id>;
  journal: Journal;
  /** The conversations that the call is about. */
  refs: readonly ConversationRef[];
  /** What is stored of the first `MAX_BATCH` of them. */
  firstBatch: StoredRows<ConversationRow>;
}

/** What the options of the adapter decide for all its writes. */
export interface WriteSettings {
  user?: string | undefined;
  undoPeriodMs: number;
}

/** Reads everything that a write needs at once, so that it waits for the database only once. */
export async function beginWrite(
  tx: WriteTx,
  refs: readonly ConversationRef[],
  options: CallOptions | undefined,
  settings: WriteSettings,
): Promise<Write> {
  const { user } = settings;
  const by = options?.by === undefined ? user : parseUser(options.by, 'by');
  const author: Author = {
    ...(options?.opId === undefined ? {} : { opId: options.opId }),
    ...(by === undefined ? {} : { by }),
  };
  const reads = [getLiveStatuses(tx), loadJournal(tx), readBatch(tx, refs, 0)] as const;
  const [{ rows: live, unreadable }, stored, firstBatch] = await Promise.all(reads);
  const rows = withHeirs(live, stored.row);
  return { ...settings, tx, live, rows, unreadable, journal: new Journal(stored, author), refs, firstBatch };
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
export class Journal {
  /** The counter before this transaction. */
  readonly base: number;
  /** Identifies the database: see `JournalRow`. */
  readonly generation: string;
  #before: JournalRow;
  readonly #held: Map<StoredStatusId, number>;
  #heirs: Map<StoredStatusId, Heir>;
  #unreadable: JournalRow | undefined;
  readonly author: Author;
  #bulks: Map<string, BulkRow>;
  #seq: number;
  #rows: LogRow[] = [];
  #entries = 0;
  /** Whether something changed that nobody sees. */
  #isChanged = false;

  constructor({ row, unreadable }: StoredJournal, author: Author) {
    this.#before = row;
    this.#unreadable = unreadable;
    this.#held = new Map(row.held);
    this.#heirs = new Map(row.heirs?.map((heir) => [heir[0], heir]));
    this.#seq = this.base = row.seq;
    this.generation = row.generation ?? newId();
    this.author = author;
    this.#bulks = new Map(row.bulks?.map((bulk) => [bulk.id, bulk]));
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
    this.#isChanged = true;
  }

  /** How many conversations have each status, including the writes of this transaction. */
  get held(): JournalRow['held'] {
    return [...this.#held].filter(([, n]) => n > 0);
  }

  /** What replaces each deleted status that conversations have. */
  get heirs(): Heir[] {
    // Staged ids contain other ones.
    if (this.#bulks.size) return [...this.#heirs.values()];
    return [...this.#heirs.values()].filter(([stored]) => (this.#held.get(stored) ?? 0) > 0);
  }

  /** Conversations of a status that is deleted now resolve to `heir`, and so do those that resolved to it before. */
  addHeir(id: Id, heir: Id | null, movedVersion: number, deletedAt: number): void {
    for (const [stored, end, , at] of [...this.#heirs.values()]) {
      if (end === id) this.#heirs.set(stored, [stored, heir, movedVersion, Math.max(at, deletedAt)]);
    }
    this.#heirs.set(id, [id, heir, movedVersion, deletedAt]);
  }

  /** Conversations that had the deleted status `from` have its replacement `to` now, which may be deleted too. */
  inheritHeir(from: Id, to: Id): void {
    const heir = this.#heirs.get(from);
    if (heir) this.#heirs.set(to, [to, heir[1], heir[2], heir[3]]);
  }

  /** Computes all replacements again. `rows`: the live and the deleted statuses. */
  recomputeHeirs(rows: Rows): void {
    const staged = [...this.#held.keys()].flatMap((stored) => parseStagedId(stored)?.origin ?? []);
    const to = this.bulks.map((bulk) => bulk.to);
    const ids = new Set([...this.#held.keys(), ...this.#heirs.keys(), ...staged, ...to]);
    this.#heirs = new Map(heirsOf(rows, ids).map((heir) => [heir[0], heir]));
  }

  /** The long writes that are being prepared or cleaned up. */
  get bulks(): BulkRow[] {
    return [...this.#bulks.values()];
  }

  putBulk(bulk: BulkRow): void {
    this.#bulks.set(bulk.id, bulk);
    this.#isChanged = true;
  }

  removeBulk(id: string): void {
    this.#isChanged = this.#bulks.delete(id) || this.#isChanged;
  }

  /** Tells the long writes that this one changed a conversation. */
  touch(conversationId: Id): void {
    for (const bulk of this.bulks) {
      if (bulk.state === 'staging') this.putBulk({ ...bulk, touched: [...bulk.touched, conversationId] });
    }
  }

  /** Makes a long write of `n` conversations visible. Subscribers receive a `reset`. */
  commitBulk(bulk: BulkRow, n: number): void {
    const reserved = Math.min(n, LOG_LENGTH);
    this.#seq += reserved;
    this.logReset();
    this.putBulk({ ...bulk, state: 'committed', seq: this.#seq, at: Date.now(), reserved, touched: [] });
  }

  /** Logs for a history what a committed long write did, as far as the log is long enough. */
  logBulkEvent(bulk: BulkRow, conversationId: Id, event: HistoryEvent): void {
    const { opId, by, logged } = this.#bulks.get(bulk.id)!;
    if (logged >= bulk.reserved) return;
    this.putBulk({ ...this.#bulks.get(bulk.id)!, logged: logged + 1 });
    const author = { ...(opId === undefined ? {} : { opId }), ...(by === undefined ? {} : { by }) };
    this.#rows.push({ seq: bulk.seq - bulk.reserved + logged, ...author, subject: `c${conversationId}`, event });
  }

  /** Writes and logs a status with the next version. */
  putStatus(tx: WriteTx, row: StatusRow, event?: HistoryEvent): Status {
    const next = { ...row, version: this.nextVersion() };
    rawStore(tx, next.deleted ? 'deletedStatuses' : 'statuses').put(next);
    if (event) rawStore(tx, next.deleted ? 'statuses' : 'deletedStatuses').delete(next.id);
    const status = toStatus(next);
    this.#log({ kind: 'status', status }, event && { subject: 's', event });
    return status;
  }

  /** Logs a conversation that was written with the version of `entry`. */
  logEntry(entry: Entry, event?: HistoryEvent): void {
    this.#entries++;
    this.#log({ kind: 'entry', entry }, event && { subject: `c${entry.conversationId}`, event });
  }

  /** Logs an event for histories only: subscribers receive nothing of it. */
  logEvent(subject: string, event: HistoryEvent, by?: string): void {
    this.#rows.push({ seq: this.nextVersion(), ...(by === undefined ? {} : { by }), subject, event });
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
    this.#heirs.clear();
    this.#bulks.clear();
    this.#rows = [];
    this.logReset();
  }

  /** Writes the log and the counter, as the last part of the transaction. */
  async save(tx: WriteTx): Promise<void> {
    if (this.#seq === this.base && !this.#isChanged) return;
    if (this.#entries > MAX_LISTED) {
      this.#rows = this.#rows.filter((row) => row.event ?? row.change?.kind !== 'entry');
      for (const row of this.#rows) if (row.change?.kind === 'entry') delete row.change;
      this.logReset();
    }
    const log = tx.objectStore('log');
    const rawLog = rawStore(tx, 'log');
    for (const [n, row] of this.#rows.entries()) {
      const request = rawLog.put(row) as IDBRequest<number>;
      // So that the page can respond in between.
      if (n % LOGGED_AT_ONCE === LOGGED_AT_ONCE - 1) await resultOf(request);
    }
    const { pruned, logged } = this.#before;
    const journal = {
      key: this.#before.key,
      seq: this.#seq,
      pruned,
      logged: logged + this.#rows.length,
      held: this.held,
      heirs: this.heirs,
      ...(this.#bulks.size ? { bulks: this.bulks } : {}),
      generation: this.generation,
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
    this.#rows.push({ seq: this.#seq, change, ...this.author, ...extra });
  }
}

function toChanges(rows: readonly LogRow[]): Change[] {
  return rows.flatMap(({ seq, opId, by, change }) =>
    change
      ? [{ ...change, seq: String(seq), ...(opId === undefined ? {} : { opId }), ...(by === undefined ? {} : { by }) }]
      : [],
  );
}

/** The newest `seq`, the changes after each position (`undefined`: none are needed), and the database they are of. */
export async function readChanges(
  tx: ReadTx,
  positions: readonly (number | undefined)[],
): Promise<{ seq: number; generation: string; changes: (Change[] | 'reset')[] }> {
  const { seq, generation = '' } = (await loadJournal(tx)).row;
  return {
    seq,
    generation,
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
  const reads: [Promise<StoredRows<StatusRow>>, Promise<StatusRow[]>, Promise<ConversationRow[]>, Promise<number[]>] = [
    getLiveStatuses(tx),
    getDeletedStatuses(tx),
    tx.objectStore('conversations').getAll(),
    tx.objectStore('log').getAllKeys(IDBKeyRange.upperBound(Number.MAX_SAFE_INTEGER)),
  ];
  const [live, deleted, conversations, loggedSeqs] = await Promise.all(reads);
  const rows = new Map([...deleted.map((row) => [row.id, row] as const), ...live.rows]);
  const held = new Map<StoredStatusId, number>();
  let seq = loggedSeqs.at(-1) ?? 0;
  for (const row of rows.values()) {
    seq = Math.max(seq, row.version, row.movedVersion ?? 0);
  }
  for (const row of conversations) {
    if (!isReadableConversation(tx, row)) continue;
    seq = Math.max(seq, row.version);
    held.set(row.statusId, (held.get(row.statusId) ?? 0) + 1);
  }
  const staged = [...held.keys()].flatMap((stored) => parseStagedId(stored) ?? []);
  const heirs = heirsOf(rows, new Set([...held.keys(), ...staged.map(({ origin }) => origin)]));
  // Whether it was committed is not known any more.
  const lost = { state: 'aborted', to: '', seq: 0, at: 0, reserved: 0, logged: 0, touchedAt: 0, touched: [] } as const;
  const bulks = [...new Set(staged.map(({ bulk }) => bulk))].map((id) => ({ id, ...lost, touched: [] }));
  return { key: KEY, seq, pruned: seq, logged: loggedSeqs.length, held: [...held], heirs, bulks };
}
