/** Removes deleted statuses that cannot be restored any more, once nothing refers to them. Works in small parts. */
import type { Id } from '../../model/id.js';
import { finishBulks } from './bulk.js';
import type { Connection } from './connection.js';
import { updateConversations } from './conversations.js';
import { beginWrite, type Write, type WriteSettings } from './journal.js';
import type { ConversationRow, DeletedStatusRow, HistoryEvent, LogRow, ReadTx } from './schema.js';
import {
  getDeletedStatuses,
  isReadableConversation,
  isReadableDeletedStatus,
  isReadableLog,
  rawStore,
} from './stored.js';
import { isExpired } from './statuses.js';

/** How many records one transaction rewrites or removes: other calls wait at most that long. */
const PART_LENGTH = 200;
const LOG_PART_LENGTH = 500;
const REMOVED_LENGTH = 50;
/** How many replacements are followed at a time. */
const MAX_STEPS = 50;

/** How long after the database was opened the first purge begins, and the longest pause between two (milliseconds). */
const FIRST_PURGE_DELAY = 10_000;
const BULK_WAIT = 60_000;
const MAX_PURGE_DELAY = 24 * 60 * 60 * 1000;

type Database = Pick<Connection, 'read' | 'write'>;

/** Purges a database again and again, in the background, until it is stopped. A purge that fails is retried with the next. */
export class Purger {
  readonly #database: Database;
  readonly #settings: WriteSettings;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next purge begins. */
  #at = Infinity;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(database: Database, settings: WriteSettings) {
    this.#database = database;
    this.#settings = settings;
  }

  /** Purges after this delay, unless it is done earlier anyway. */
  schedule(delay: number = Math.min(this.#settings.undoPeriodMs, FIRST_PURGE_DELAY)): void {
    const inTime = Math.min(delay, MAX_PURGE_DELAY);
    const at = Date.now() + inTime;
    if (this.#isStopped || at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(() => void (this.#running = this.#run()), inTime);
    // In Node, a waiting timer keeps the process from ending.
    (this.#timer as { unref?(): void }).unref?.();
  }

  /** Resolves once a running purge has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#at = Infinity;
    const next = await purge(this.#database, this.#settings, () => this.#isStopped).catch(() => undefined);
    this.schedule(next === undefined ? MAX_PURGE_DELAY : Math.max(0, next - Date.now()));
  }
}

/**
 * Removes what it can, and resolves to when the next deleted status expires (milliseconds since the epoch), if any does.
 * What refers to a deleted status: conversations, which are given its replacement first; histories, as far as the log goes;
 * and other deleted statuses that it replaces and that can still be restored. `isStopped` is asked between the parts.
 */
export async function purge(
  database: Database,
  settings: WriteSettings,
  isStopped: () => boolean,
): Promise<number | undefined> {
  // Staged ids contain statuses that nothing else refers to.
  if (await finishBulks(database, settings)) return Date.now() + BULK_WAIT;
  const { expired, next } = await database.read((tx) => readExpired(tx, settings.undoPeriodMs));
  for (const { id } of expired) {
    while (!isStopped() && (await write(database, settings, (change) => moveConversations(change, id)))) continue;
  }
  if (expired.length && !isStopped()) {
    const { purgeable, events } = await findPurgeable(database, expired);
    for (let start = 0; start < purgeable.length && !isStopped(); start += REMOVED_LENGTH) {
      const part = purgeable.slice(start, start + REMOVED_LENGTH);
      await write(database, settings, (change) => removeStatuses(change, part, events));
    }
  }
  return next;
}

function write<T>(database: Database, settings: WriteSettings, work: (write: Write) => Promise<T>): Promise<T> {
  return database.write('relaxed', async (tx) => {
    const change = await beginWrite(tx, [], undefined, settings);
    const result = await work(change);
    await change.journal.save(tx);
    return result;
  });
}

/** The deleted statuses whose undo period is over, oldest first, and when the next one's is. */
async function readExpired(
  tx: ReadTx,
  undoPeriodMs: number,
): Promise<{ expired: DeletedStatusRow[]; next: number | undefined }> {
  const index = tx.objectStore('deletedStatuses').index('byDeletedAt');
  const limit = Date.now() - undoPeriodMs;
  const [expired, later] = await Promise.all([
    index.getAll(IDBKeyRange.upperBound(limit)),
    index.openKeyCursor(IDBKeyRange.lowerBound(limit, true)),
  ]);
  return {
    expired: expired.filter((row) => isReadableDeletedStatus(tx, row)),
    next: later ? later.key + undoPeriodMs : undefined,
  };
}

/**
 * Gives some conversations of an expired status what replaces it, as everyone sees them already: no version changes, and
 * nobody is notified. Resolves to whether there may be more.
 */
async function moveConversations(change: Write, from: Id): Promise<boolean> {
  const { tx, journal, live, undoPeriodMs } = change;
  if (!journal.held.some(([stored]) => stored === from)) return false;
  const [status] = await getDeletedStatuses(tx, [from]);
  if (!status || !isExpired(status, undoPeriodMs)) return false;
  const all = IDBKeyRange.bound([from], [from, []]);
  const rows: ConversationRow[] = await tx.objectStore('conversations').index('byStatus').getAll(all, PART_LENGTH);
  const readable = rows.filter((row) => isReadableConversation(tx, row));
  if (!readable.length) return false;
  // From now on it cannot be restored: only a part of its conversations would come back.
  if (!status.isExpired) rawStore(tx, 'deletedStatuses').put({ ...status, isExpired: true });
  const movedVersion = status.movedVersion ?? 0;
  let [to, deletedAt, version] = [status.heir ?? null, status.deletedAt ?? 0, movedVersion];
  for (let step = 0; step < MAX_STEPS && to !== null && !live.has(to); step++) {
    const [replacement]: DeletedStatusRow[] = await getDeletedStatuses(tx, [to]);
    if (replacement && !isExpired(replacement, undoPeriodMs)) break;
    to = replacement?.heir ?? null;
    deletedAt = Math.max(deletedAt, replacement?.deletedAt ?? 0);
    version = Math.max(version, replacement?.movedVersion ?? 0);
  }
  if (to !== null && !live.has(to)) journal.inheritHeir(from, to);
  const stored = new Map(readable.map((row) => [row.conversationId, row]));
  const refs = readable.map(({ conversationId }) => ({ conversationId }));
  await updateConversations({ ...change, refs, firstBatch: { rows: stored, unreadable: new Set() } }, (ref) => {
    const row = stored.get(ref.conversationId)!;
    return {
      ...row,
      statusId: to ?? '',
      version: Math.max(row.version, version),
      changedAt: Math.max(row.changedAt, deletedAt),
    };
  });
  return rows.length === PART_LENGTH;
}

type StatusEvent = Exclude<HistoryEvent, { kind: 'set' }>;

interface LoggedEvents {
  /** Statuses that conversations were given or taken from. */
  named: Set<Id>;
  /** Deletes and restores, and where they are in the log. */
  moves: (StatusEvent & { seq: number })[];
}

/** What the log says of statuses, read in parts. */
async function readEvents(database: Database): Promise<LoggedEvents> {
  const found: LoggedEvents = { named: new Set(), moves: [] };
  for (let last = 0; ;) {
    const rows = await database.read(async (tx) => {
      const part: LogRow[] = await tx.objectStore('log').getAll(IDBKeyRange.lowerBound(last, true), LOG_PART_LENGTH);
      return part.map((row) => ({ seq: row.seq, event: isReadableLog(tx, row) ? row.event : undefined }));
    });
    for (const { seq, event } of rows) {
      if (event?.kind === 'set') found.named.add(event.from).add(event.to);
      else if (event) found.moves.push({ ...event, seq });
      last = seq;
    }
    if (rows.length < LOG_PART_LENGTH) return found;
  }
}

/** Which of the expired statuses nothing refers to, and the deletes and restores of them in the log. */
async function findPurgeable(
  database: Database,
  expired: readonly DeletedStatusRow[],
): Promise<{ purgeable: Id[]; events: Map<Id, number[]> }> {
  const { named, moves } = await readEvents(database);
  const purgeable = new Set(expired.map((row) => row.id).filter((id) => !named.has(id)));
  // A status that stays keeps what replaces it, and so on.
  const references = [
    ...expired.map((row) => ({ statusId: row.id, heir: row.heir ?? null })),
    ...moves.map(({ statusId, heir }) => ({ statusId, heir })),
  ];
  for (let before = -1; before !== purgeable.size;) {
    before = purgeable.size;
    for (const { statusId, heir } of references) if (heir !== null && !purgeable.has(statusId)) purgeable.delete(heir);
  }
  const events = new Map<Id, number[]>();
  for (const { statusId, seq } of moves) {
    if (purgeable.has(statusId)) events.set(statusId, [...(events.get(statusId) ?? []), seq]);
  }
  return { purgeable: [...purgeable], events };
}

/** Removes statuses, with their deletes and restores in the log, unless something refers to them by now. */
async function removeStatuses({ tx, journal }: Write, ids: readonly Id[], events: Map<Id, number[]>): Promise<void> {
  const held = new Set(journal.held.map(([stored]) => stored));
  const statuses = rawStore(tx, 'deletedStatuses');
  const byHeir = tx.objectStore('deletedStatuses').index('byHeir');
  const log = rawStore(tx, 'log');
  // Oldest first: a status is removed after those that it replaces.
  for (const { id } of await getDeletedStatuses(tx, ids)) {
    if (held.has(id) || (await byHeir.count(id))) continue;
    statuses.delete(id);
    for (const seq of events.get(id) ?? []) {
      const row = await tx.objectStore('log').get(seq);
      if (!row) continue;
      const { event: _, subject: __, ...rest } = row;
      log.put(rest);
    }
  }
}
