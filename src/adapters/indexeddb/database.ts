import { unwrap } from 'idb';
import type { Change } from '../../model/changes.js';
import {
  type ContactSummary,
  type ConversationRef,
  type Entry,
  type HistoryItem,
  type SetResult,
  parseConversationRef,
} from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import { toStatus, type StatusRow } from '../../model/reassignment.js';
import type { Id } from '../../model/id.js';
import type { Placement } from '../../model/rank.js';
import { parseId, parseUser } from '../../model/validate.js';
import type { NewStatus, Status, StatusPatch } from '../../model/status.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  PipelineAdapter,
  StatusList,
  SubscriptionState,
} from '../adapter.js';
import { IdempotencyCache } from '../idempotency.js';
import {
  checkDelete,
  checkRestore,
  requireLiveStatus,
  liveStatuses,
  planCreate,
  planMove,
  planUpdate,
  type Rows,
} from '../rules.js';
import { Connection } from './connection.js';
import { readContacts, resolveId, resolveSignature, toContacts } from './contacts.js';
import { putConversations, readHeldOf, setStatuses, toEntries, type Write } from './conversations.js';
import { readCounters } from './counters.js';
import { Feed } from './feed.js';
import { findPage, planFind, readGroups } from './find.js';
import { readStory, toHistory } from './history.js';
import { Journal, readChanges, readHeld, readSeq, type Author } from './journal.js';
import { STORES, type JournalRow, type ReadTx } from './schema.js';
import { getConversations, resultOf, sender } from './requests.js';
import { readableStatuses } from './stored.js';

/** A pipeline in an IndexedDB database: what each call reads and writes, in one transaction each. */
export class DatabaseAdapter implements Required<PipelineAdapter> {
  readonly #connection: Connection;
  readonly #feed: Feed;
  readonly #user: string | undefined;
  #once = new IdempotencyCache();

  /** `user`: who makes the writes, where the calls do not say. */
  constructor(database: string, user?: string) {
    this.#user = user;
    this.#connection = new Connection(database, () => this.#feed.lost());
    this.#feed = new Feed(database, {
      read: (places) => this.#readChanges(places),
      pause: () => this.#connection.release(),
    });
  }

  /** Opens the database. Rejects with what the browser threw. */
  async open(): Promise<void> {
    await this.#connection.open();
  }

  listStatuses(): Promise<StatusList> {
    return this.#read(readSeq, (rows, seq) => ({ items: liveStatuses(rows), seq: String(seq) }));
  }

  createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    return this.#write('strict', options, async (write) => {
      const plan = planCreate(write.rows, data);
      if ('existing' in plan) return toStatus(plan.existing);
      checkNotUnreadable(write, plan.row.id);
      placeRows(write, plan.moved);
      return write.journal.putStatus(write.tx, plan.row);
    });
  }

  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    return this.#write('strict', options, async ({ tx, rows, journal }) => {
      const next = planUpdate(rows, id, patch, options.ifVersion);
      return next === rows.get(id) ? toStatus(next) : journal.putStatus(tx, next);
    });
  }

  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    return this.#write('strict', options, async (write) => {
      const placed = placeRows(write, planMove(write.rows, id, after));
      return liveStatuses(new Map([...write.rows, ...placed]));
    });
  }

  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#write('strict', options, async ({ tx, rows, journal }) => {
      const moved = countHaving(journal.held, rows, id);
      const row = checkDelete(rows, id, options, moved);
      const heir = options.moveTo ?? null;
      const at = Date.now();
      const movedVersion = journal.seq + 1;
      const deleted = { ...row, deleted: true as const, heir, movedVersion, deletedAt: at };
      journal.putStatus(tx, deleted, { kind: 'delete', statusId: id, heir, at });
      if (moved) journal.logReset();
      return { moved };
    });
  }

  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#write('strict', options, async ({ tx, rows, journal }) => {
      const { deleted, heir = null, deletedAt: _, ...row } = checkRestore(rows, id);
      if (!deleted) return { status: toStatus(row), restored: 0 };
      const next = { ...row, movedVersion: journal.seq + 1 };
      const status = journal.putStatus(tx, next, { kind: 'restore', statusId: id, heir, at: Date.now() });
      const restored = countHaving(journal.held, new Map([...rows, [id, next]]), id);
      if (restored) journal.logReset();
      return { status, restored };
    });
  }

  async getEntries(conversationIds: readonly Id[]): Promise<ReadonlyMap<Id, Entry>> {
    const ids = conversationIds.map((id) => parseId(id, 'conversationId'));
    return this.#read(
      (tx) => getConversations(tx, ids),
      (rows, held) => toEntries(rows, held.rows, ids),
    );
  }

  async setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    const refs = conversations.map(parseConversationRef);
    const work = async (write: Write): Promise<SetResult[]> => {
      if (statusId !== null) requireLiveStatus(write.rows, parseId(statusId, 'statusId'), 'statusId');
      return setStatuses(write, refs, statusId, options?.ifVersion);
    };
    return this.#write('relaxed', options, work, refs);
  }

  async putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    const refs = conversations.map(parseConversationRef);
    return this.#write('relaxed', options, (write) => putConversations(write, refs), refs);
  }

  async getContacts(contactIds: readonly Id[]): Promise<ReadonlyMap<Id, ContactSummary>> {
    const ids = contactIds.map((id) => parseId(id, 'contactId'));
    return this.#read((tx) => readContacts(tx, ids), toContacts);
  }

  count({ of, contactMatch }: CountQuery): Promise<Counts> {
    const bySignature = of !== 'conversation' && contactMatch !== 'latest';
    const read = (tx: ReadTx): Promise<[string, number][]> =>
      of === 'conversation' ? readHeld(tx) : readCounters(tx, bySignature ? 's' : 'l');
    return this.#read(read, (rows, counters) => {
      const total = new Map<Id | null, number>();
      for (const [group, n] of counters) {
        for (const id of bySignature ? resolveSignature(rows, group) : [resolveId(rows, group)]) {
          total.set(id, (total.get(id) ?? 0) + n);
        }
      }
      const none = total.get(null) ?? 0;
      total.delete(null);
      return { byStatus: total as Map<Id, number>, none };
    });
  }

  async find(query: FindQuery): Promise<FindPage> {
    const plan = planFind(query);
    return this.#read(
      (tx) => readGroups(tx, plan),
      (rows, groups, tx) => findPage(tx, rows, groups, plan),
    );
  }

  async history(conversationId: Id): Promise<readonly HistoryItem[]> {
    const id = parseId(conversationId, 'conversationId');
    return this.#read((tx) => readStory(tx, id), toHistory);
  }

  subscribe(
    listener: (change: Change) => void,
    options: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    return this.#feed.subscribe(listener, options);
  }

  /**
   * Empties the database. The database itself stays: deleting it waits for every other tab to let go. So does the
   * counter, without which the other tabs would take what comes next for old news.
   */
  clear(): Promise<void> {
    this.#once = new IdempotencyCache();
    return this.#write('strict', undefined, async ({ tx, journal }) => {
      for (const name of STORES) sender(tx, name).clear();
      journal.startOver();
    });
  }

  async close(): Promise<void> {
    this.#feed.close();
    this.#connection.close();
  }

  /** Reads something, and the statuses beside it, which decide what it means. */
  #read<Read, T>(
    read: (tx: ReadTx) => Promise<Read>,
    use: (rows: Rows, read: Read, tx: ReadTx) => T | Promise<T>,
  ): Promise<T> {
    return this.#connection.read(async (tx) => {
      const [{ rows }, found] = await Promise.all([readRows(tx), read(tx)]);
      return use(rows, found, tx);
    });
  }

  /**
   * Checks and writes in one transaction; the same `opId` twice happens once.
   *
   * `strict` waits until the disk has it: for the pipeline itself, which is written rarely and kept nowhere else.
   * `relaxed` is safe from a crash of the page or the browser, not from a power cut; a pick should not wait for a disk.
   */
  #write<T>(
    durability: 'strict' | 'relaxed',
    options: CallOptions | undefined,
    work: (write: Write) => Promise<T>,
    about: readonly ConversationRef[] = [],
  ): Promise<T> {
    return this.#once.run(options?.opId, async () => {
      const author = authorOf(options, this.#user);
      const { result, journal } = await this.#connection.write(durability, async (tx) => {
        const reads = [readRows(tx), Journal.open(tx, author), readHeldOf(tx, about)] as const;
        const [{ rows, unreadable }, journal, held] = await Promise.all(reads);
        const result = await work({ tx, rows, unreadable, journal, held });
        await journal.save(tx);
        return { result, journal };
      });
      if (journal.seq > journal.base) this.#feed.committed(journal.base, journal.seq, journal.changes);
      return result;
    });
  }

  #readChanges(places: readonly (number | undefined)[]): Promise<{ seq: number; changes: (Change[] | 'reset')[] }> {
    return this.#connection.read(async (tx) => ({
      seq: await readSeq(tx),
      changes: await Promise.all(places.map(async (place) => (place === undefined ? [] : readChanges(tx, place)))),
    }));
  }
}

async function readRows(tx: ReadTx): Promise<ReturnType<typeof readableStatuses>> {
  const rows = await resultOf(unwrap(tx.objectStore('statuses')).getAll() as IDBRequest<StatusRow[]>);
  return readableStatuses(tx, rows);
}

/** A new status must not be written over one that cannot be read. */
function checkNotUnreadable({ unreadable }: Write, id: Id): void {
  if (!unreadable.has(id)) return;
  throw new PipelineError('conflict', `id: there is a status "${id}" already, whose stored record cannot be read.`, {
    field: 'id',
  });
}

function authorOf(options: CallOptions | undefined, user: string | undefined): Author {
  const by = options?.by === undefined ? user : parseUser(options.by, 'by');
  return {
    ...(options?.opId === undefined ? {} : { opId: options.opId }),
    ...(by === undefined ? {} : { by }),
  };
}

function placeRows({ tx, rows, journal }: Write, placements: readonly Placement[]): [Id, Status][] {
  return placements.map(({ id, rank }) => [id, journal.putStatus(tx, { ...rows.get(id)!, rank })]);
}

/** How many conversations have the status now. */
function countHaving(held: JournalRow['held'], rows: Rows, statusId: Id): number {
  return held.reduce((sum, [stored, n]) => (resolveId(rows, stored) === statusId ? sum + n : sum), 0);
}
