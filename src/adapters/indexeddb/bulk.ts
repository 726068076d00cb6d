/** Sets the status of many conversations: in small transactions, with other calls in between, and all or nothing. */
import type { ConversationRef, Entry, SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import { checkAborted } from '../../model/abort.js';
import { newId, type Id } from '../../model/id.js';
import { parseId } from '../../model/validate.js';
import type { CallOptions } from '../adapter.js';
import { factsFromPage } from '../rules.js';
import type { Connection } from './connection.js';
import {
  conflictError,
  factsOf,
  setStatuses,
  settledRow,
  toEntry,
  unreadableError,
  updateConversations,
  withFacts,
} from './conversations.js';
import { beginWrite, readStatuses, type Journal, type Write, type WriteSettings } from './journal.js';
import type { BulkRow, ConversationRow, WriteTx } from './schema.js';
import { parseStagedId, writeStagedId, type StagedKind } from './staging.js';
import { requireLive } from './statuses.js';
import { isReadableConversation } from './stored.js';

/** Up to this many conversations are written in one transaction. */
export const MAX_AT_ONCE = 500;
/** How long one transaction should take (milliseconds), and how many conversations it writes. */
const PART_DURATION = 20;
const FIRST_PART_LENGTH = 200;
const MIN_PART_LENGTH = 25;
const MAX_PART_LENGTH = 1000;
/** A write that has not gone on for so long is given up: its page was closed, or is frozen (milliseconds). */
const ABANDONED_AFTER = 60_000;
/** How often is asked whether the write of another tab is done (milliseconds). */
const WAIT = 50;

export type Database = Pick<Connection, 'read' | 'write'>;
type BulkOptions = CallOptions & { ifVersion?: number };

/** A transaction of a long write. */
function write<T>(
  database: Database,
  settings: WriteSettings,
  work: (change: Write) => Promise<T>,
  refs: readonly ConversationRef[] = [],
  options?: CallOptions,
): Promise<{ result: T; journal: Journal }> {
  return database.write('relaxed', async (tx: WriteTx) => {
    const change = await beginWrite(tx, refs, options, settings);
    const result = await work(change);
    await change.journal.save(tx);
    return { result, journal: change.journal };
  });
}

const isAbandoned = (bulk: BulkRow): boolean => Math.abs(Date.now() - bulk.touchedAt) > ABANDONED_AFTER;

/** Writes as many conversations at a time as take about `PART_DURATION`. `next` writes a part; it resolves to whether there is more. */
async function inParts(next: (length: number) => Promise<boolean>): Promise<void> {
  for (let length = FIRST_PART_LENGTH; ;) {
    const start = performance.now();
    if (!(await next(length))) return;
    const factor = PART_DURATION / Math.max(1, performance.now() - start);
    length = Math.round(length * Math.min(2, Math.max(0.5, factor)));
    length = Math.min(MAX_PART_LENGTH, Math.max(MIN_PART_LENGTH, length));
  }
}

/** One `setStatus` of many conversations. See staging.ts. */
export class BulkWrite {
  readonly #database: Database;
  readonly #settings: WriteSettings;
  readonly #refs: readonly ConversationRef[];
  readonly #to: Id | null;
  readonly #options: BulkOptions;
  readonly #id = newId().slice(-12);
  readonly #results: SetResult[] = [];
  /** The entries that the commit completes, by conversation. */
  readonly #staged = new Map<Id, { entry: Entry; kind: StagedKind; index: number; ref: ConversationRef }>();
  /** The conversations that need no change, which another call may change before the commit. */
  readonly #unchanged = new Map<Id, { index: number; ref: ConversationRef }>();
  #progress = 0;

  constructor(
    database: Database,
    settings: WriteSettings,
    refs: readonly ConversationRef[],
    to: Id | null,
    options: BulkOptions = {},
  ) {
    this.#database = database;
    this.#settings = settings;
    this.#refs = refs;
    this.#to = to === null ? null : parseId(to, 'statusId');
    this.#options = options;
  }

  /**
   * Resolves once everything is written. `onCommit` is called when everybody can see it. When it rejects, nobody ever sees
   * anything of it; `finishBulks` removes what is left.
   */
  async run(onCommit: (journal: Journal) => void): Promise<readonly SetResult[]> {
    const { signal } = this.#options;
    let committed: Journal;
    try {
      await this.#begin();
      let done = 0;
      await inParts(async (length) => {
        checkAborted(signal);
        const part = this.#refs.slice(done, done + length);
        await this.#write((change) => this.#stage(change), part);
        done += part.length;
        this.#report(done / 2);
        return done < this.#refs.length;
      });
      committed = await this.#commit();
    } catch (thrown) {
      await this.#giveUp().catch(() => undefined);
      throw thrown;
    }
    onCommit(committed);
    // It is stored: what fails from here on is done again later.
    await settle(this.#database, this.#settings, this.#id, (n) => this.#report(this.#progress + n / 2)).catch(
      () => undefined,
    );
    this.#report(this.#refs.length);
    return this.#results;
  }

  /** Waits for another long write, and announces this one. */
  async #begin(): Promise<void> {
    for (;;) {
      checkAborted(this.#options.signal);
      const { result: others } = await this.#write(async (change) => {
        const { bulks } = change.journal;
        if (this.#to !== null) await requireLive(change, this.#to, 'statusId');
        if (!bulks.length) this.#announce(change);
        return bulks;
      });
      if (!others.length) return;
      await finishBulks(this.#database, this.#settings);
      if (others.some((bulk) => !isAbandoned(bulk))) await new Promise((resolve) => setTimeout(resolve, WAIT));
    }
  }

  #announce({ journal }: Write): void {
    journal.putBulk({
      id: this.#id,
      state: 'staging',
      to: this.#to ?? '',
      ...journal.author,
      seq: 0,
      at: 0,
      reserved: 0,
      logged: 0,
      touchedAt: Date.now(),
      touched: [],
    });
  }

  /** Prepares some conversations. */
  async #stage(change: Write): Promise<void> {
    const { journal, rows } = change;
    this.#ownBulk(journal);
    if (this.#to !== null) await requireLive(change, this.#to, 'statusId');
    await updateConversations(change, (ref, stored) => {
      const { conversationId } = ref;
      const index = this.#results.length;
      if (stored === 'unreadable') {
        this.#results.push({ conversationId, ok: false, error: unreadableError(conversationId) });
        return undefined;
      }
      const isRepeated = stored && parseStagedId(stored.statusId)?.bulk === this.#id;
      const earlier = isRepeated ? this.#staged.get(conversationId) : undefined;
      const current = earlier?.entry ?? (stored && toEntry(rows, stored));
      const { ifVersion } = this.#options;
      if (ifVersion !== undefined && (earlier || ifVersion !== (current?.version ?? 0))) {
        this.#results.push({ conversationId, ok: false, error: conflictError(conversationId, current) });
        return undefined;
      }
      if (earlier) {
        this.#results.push({ conversationId, ok: true, entry: earlier.entry });
        return undefined;
      }
      const known = stored && factsOf(stored);
      const facts = factsFromPage(ref, known);
      const isKnown = facts.contactId === known?.contactId && facts.activityAt === known.activityAt;
      const to = this.#to ?? '';
      const isSame = stored !== undefined && (current?.statusId ?? null) === this.#to;
      const entry: Entry = { ...toEntry(rows, withFacts(conversationId, stored, facts)), statusId: this.#to };
      this.#results.push({ conversationId, ok: true, entry });
      if (isSame && stored.statusId === to && isKnown) {
        this.#unchanged.set(conversationId, { index, ref });
        return undefined;
      }
      const kind = !stored ? '+' : isSame ? '=' : '*';
      this.#staged.set(conversationId, { entry, kind, index, ref });
      const statusId = writeStagedId({ kind, bulk: this.#id, origin: stored?.statusId ?? '' });
      if (!stored) return { ...withFacts(conversationId, stored, facts), statusId };
      return {
        ...stored,
        statusId,
        ...(isSame ? { changedAt: entry.changedAt } : {}),
        ...(isKnown ? {} : { pending: facts }),
      };
    });
  }

  /** Makes everything visible. Conversations that other calls wrote in the meantime are written again, with it. */
  async #commit(): Promise<Journal> {
    const { result: touched } = await this.#write(async ({ journal }) => this.#ownBulk(journal).touched);
    // Those that are touched between these two transactions are only known in the second one: then it is tried again.
    let known = new Set(touched);
    for (;;) {
      checkAborted(this.#options.signal);
      const mine = [...known].flatMap((id) => this.#staged.get(id) ?? this.#unchanged.get(id) ?? []);
      const refs = mine.map(({ ref }) => ref);
      const { result: missing, journal } = await this.#write(async (change) => {
        const bulk = this.#ownBulk(change.journal);
        if (!bulk.touched.every((id) => known.has(id))) return bulk.touched;
        if (this.#to !== null) await requireLive(change, this.#to, 'statusId');
        const results = await setStatuses(change, this.#to, this.#options.ifVersion);
        results.forEach((result, i) => (this.#results[mine[i]!.index] = result));
        checkAborted(this.#options.signal);
        change.journal.commitBulk(bulk, this.#staged.size);
        return undefined;
      }, refs);
      if (missing) {
        known = new Set(missing);
        continue;
      }
      for (const id of known) this.#staged.delete(id);
      const { seq, at } = this.#committed(journal);
      for (const { entry, kind } of this.#staged.values()) {
        entry.version = seq;
        if (kind === '*' || (kind === '+' && this.#to !== null)) entry.changedAt = at;
      }
      return journal;
    }
  }

  /** The record of this write. Throws if another tab gave it up, or the data was deleted. */
  #ownBulk(journal: Journal): BulkRow {
    const bulk = journal.bulks.find(({ id }) => id === this.#id);
    if (bulk?.state !== 'staging') {
      throw new PipelineError('storage-lost', 'The write was interrupted for too long: nothing was saved.');
    }
    journal.putBulk({ ...bulk, touchedAt: Date.now() });
    return bulk;
  }

  #committed = (journal: Journal): BulkRow => journal.bulks.find(({ id }) => id === this.#id)!;

  async #giveUp(): Promise<void> {
    await this.#write(async ({ journal }) => {
      const bulk = journal.bulks.find(({ id }) => id === this.#id);
      if (bulk?.state === 'staging') journal.putBulk({ ...bulk, state: 'aborted', touchedAt: 0 });
    });
  }

  #write<T>(
    work: (change: Write) => Promise<T>,
    refs?: readonly ConversationRef[],
  ): Promise<{ result: T; journal: Journal }> {
    return write(this.#database, this.#settings, work, refs, this.#options);
  }

  /** Half of the work is preparing, the other half is replacing staged ids. */
  #report(progress: number): void {
    const { onProgress } = this.#options;
    const of = this.#refs.length;
    const before = Math.floor(this.#progress);
    this.#progress = Math.min(of, Math.max(progress, this.#progress));
    const done = Math.floor(this.#progress);
    // In a microtask: a listener that throws does not affect the write.
    if (onProgress && done > before) queueMicrotask(() => onProgress(done, of));
  }
}

/** Replaces the staged ids of a committed or aborted write with what they resolve to. */
async function settle(
  database: Database,
  settings: WriteSettings,
  id: string,
  onProgress: (settled: number) => void,
): Promise<void> {
  await inParts(async (length) => {
    const { result } = await write(database, settings, (change) => settlePart(change, id, length));
    onProgress(result);
    return result > 0;
  });
}

/** Replaces some staged ids, and resolves to how many. */
async function settlePart(change: Write, id: string, length: number): Promise<number> {
  const { tx, journal } = change;
  const bulk = journal.bulks.find((each) => each.id === id);
  if (!bulk || bulk.state === 'staging') return 0;
  for (const [stored] of journal.held) {
    if (parseStagedId(stored)?.bulk !== id) continue;
    const all = IDBKeyRange.bound([stored], [stored, []]);
    const found: ConversationRow[] = await tx.objectStore('conversations').index('byStatus').getAll(all, length);
    const rows = new Map(
      found.filter((row) => isReadableConversation(tx, row)).map((row) => [row.conversationId, row] as const),
    );
    if (!rows.size) continue;
    const refs = [...rows.keys()].map((conversationId) => ({ conversationId }));
    await updateConversations(
      { ...change, refs, firstBatch: { rows, unreadable: new Set() } },
      ({ conversationId }) => settledRow(journal, rows.get(conversationId)!) ?? 'erase',
    );
    if (bulk.touchedAt) journal.putBulk({ ...journal.bulks.find((each) => each.id === id)!, touchedAt: Date.now() });
    return rows.size;
  }
  journal.removeBulk(id);
  return 0;
}

/** Completes committed writes and undoes others, whose page was closed. Resolves to whether one is still going on. */
export async function finishBulks(database: Database, settings: WriteSettings): Promise<boolean> {
  if (!(await database.read(readStatuses)).bulks.length) return false;
  const { result: bulks } = await write(database, settings, async ({ journal }) => {
    for (const bulk of journal.bulks) {
      if (bulk.state === 'staging' && isAbandoned(bulk)) journal.putBulk({ ...bulk, state: 'aborted', touchedAt: 0 });
    }
    return journal.bulks;
  });
  let isGoingOn = false;
  for (const bulk of bulks) {
    if (isAbandoned(bulk)) await settle(database, settings, bulk.id, () => undefined);
    else isGoingOn = true;
  }
  return isGoingOn;
}
