import type { Rows } from '../../src/adapters/rules.js';
import type { StatusRow } from '../../src/model/reassignment.js';
import type { Id } from '../../src/model/id.js';
import { contentOf, type StatusContent } from '../../src/model/status.js';
import { Batch } from './batch.js';
import { FairQueue } from './fair-queue.js';
import { Journal } from './journal.js';
import { ADDED_COLUMNS, SCHEMA } from './schema.sql.js';
import { CONTENT_COLUMNS } from './status-columns.js';
import { retried, type Database, type Sql } from './sql.js';

export interface Head {
  /** The number of the newest write. */
  seq: number;
  /** Where the numbers began. */
  origin: number;
  /** Everything up to here is no longer in the feed. */
  pruned: number;
  statusesVersion: number;
  /** By the database's clock: instances need not agree about the time. */
  now: number;
}

/** A tenant's data as it is at one moment. */
export interface Read {
  tx: Sql;
  tenant: string;
  head: Head;
  /** Every status, deleted ones included. */
  rows: Rows;
}

/** A tenant's data while nobody else writes it. */
export interface Write extends Read {
  journal: Journal;
  /** What is written when the work is done. */
  batch: Batch;
  /** Who writes, where that is known. */
  by: string | undefined;
  /** Takes back all that was planned so far. */
  discard(): void;
}

export interface Writer {
  by?: string | undefined;
  /** Names the write in the feed, so that the writer knows its echo. */
  opId?: string | undefined;
  /** Aborted when nobody waits for the answer any more: what has not begun by then is not done. */
  signal?: AbortSignal | undefined;
}

const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
const HEAD = `SELECT seq, origin, pruned, statuses_version AS "statusesVersion", ${NOW} AS now
  FROM pipeline.tenants WHERE tenant_id = $1`;
/** A number begun at a time is above all that were given before, also to a database that was lost since. */
const CREATE = `INSERT INTO pipeline.tenants (tenant_id, origin, seq, statuses_version, pruned)
  SELECT $1, now, now, 0, now FROM (SELECT ${NOW} AS now) clock ON CONFLICT DO NOTHING`;

const CONTENT = CONTENT_COLUMNS.map(({ field, column }) => `${column} AS "${field}"`).join(', ');
const STATUSES = `SELECT status_id AS id, ${CONTENT}, rank, version, deleted, heir,
  moved_version AS "movedVersion", deleted_at AS "deletedAt" FROM pipeline.statuses WHERE tenant_id = $1`;

interface StoredStatus extends StatusContent {
  id: Id;
  rank: string;
  version: number;
  deleted: boolean;
  heir: Id | null;
  movedVersion: number | null;
  deletedAt: number | null;
}

const CACHED_TENANTS = 500;
const UNBOUNDED = { concurrency: 1, perTenant: Infinity, total: Infinity };

/**
 * Reads and writes one tenant's data, each in one transaction.
 *
 * A writer locks the row of its tenant first. So the writers of one tenant take turns, in all instances: what one checks
 * is what it writes to, the feed has no holes, and no two transactions can wait for each other. The price is that a
 * tenant's writes do not run side by side; an inbox makes a few a second. The queue in front shares the connections of
 * this instance between the tenants.
 */
export class Store {
  readonly #database: Database;
  readonly #onWritten: (tenant: string) => void;
  readonly #queue: FairQueue;
  /** Statuses change rarely and are needed by every call; their version tells whether these are the current ones. */
  readonly #statuses = new Map<string, { version: number; rows: Rows }>();

  constructor(database: Database, onWritten: (tenant: string) => void, queue = new FairQueue(UNBOUNDED)) {
    this.#database = database;
    this.#onWritten = onWritten;
    this.#queue = queue;
  }

  /** Throws `rate-limited` when the tenant has so much waiting that more would be refused. */
  checkRoom(tenant: string): void {
    this.#queue.checkRoom(tenant);
  }

  read<T>(tenant: string, work: (read: Read) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const transaction = (): Promise<T> =>
      this.#database.snapshot(async (tx) => {
        const [head = UNKNOWN] = await tx.query<Head>(HEAD, [tenant]);
        return work({ tx, tenant, head, rows: await this.#readStatuses(tx, tenant, head) });
      });
    return this.#queue.run(tenant, 'read', () => retried(transaction), signal);
  }

  /** `work` may run more than once, each time on new data. */
  async write<T>(tenant: string, { by, opId, signal }: Writer, work: (write: Write) => Promise<T>): Promise<T> {
    let isNews = false;
    const transaction = (): Promise<T> =>
      this.#database.transaction(async (tx) => {
        const head = await lock(tx, tenant);
        const rows = await this.#readStatuses(tx, tenant, head);
        const journal = new Journal(tenant, head, { by, opId });
        const batch = new Batch();
        const discard = (): void => {
          journal.clear();
          batch.clear();
        };
        const result = await work({ tx, tenant, head, rows, journal, batch, by, discard });
        isNews = journal.save(batch);
        await batch.run(tx);
        return result;
      });
    const result = await this.#queue.run(tenant, 'write', () => retried(transaction), signal);
    if (isNews) this.#onWritten(tenant);
    return result;
  }

  async #readStatuses(tx: Sql, tenant: string, { statusesVersion: version }: Head): Promise<Rows> {
    const held = this.#statuses.get(tenant);
    this.#statuses.delete(tenant);
    const rows =
      held?.version === version
        ? held.rows
        : new Map((await tx.query<StoredStatus>(STATUSES, [tenant])).map((row) => [row.id, toRow(row)]));
    // Put back as the newest; the one that was used longest ago goes.
    this.#statuses.set(tenant, { version, rows });
    if (this.#statuses.size > CACHED_TENANTS) this.#statuses.delete(this.#statuses.keys().next().value!);
    return rows;
  }
}

const UNKNOWN: Head = { seq: 0, origin: 0, pruned: 0, statusesVersion: 0, now: 0 };

async function lock(tx: Sql, tenant: string): Promise<Head> {
  const lockHead = (): Promise<Head[]> => tx.query<Head>(`${HEAD} FOR UPDATE`, [tenant]);
  const [head] = await lockHead();
  if (head) return head;
  await tx.query(CREATE, [tenant]);
  return (await lockHead())[0]!;
}

function toRow(stored: StoredStatus): StatusRow {
  const { id, rank, version, deleted, heir, movedVersion, deletedAt } = stored;
  return {
    ...{ id, ...contentOf(stored), rank, version },
    ...(deleted ? { deleted, heir } : {}),
    ...(movedVersion === null ? {} : { movedVersion }),
    ...(deletedAt === null ? {} : { deletedAt }),
  };
}

const COLUMNS = `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
  WHERE table_schema = 'pipeline'`;

/** Creates what is missing. Idempotent, and several instances may do it at once. */
export async function prepare(database: Database): Promise<void> {
  for (const statement of SCHEMA) await retried(() => database.query(statement));
  const held = await database.query<{ table: string; column: string }>(COLUMNS);
  for (const { table, column, statement } of ADDED_COLUMNS) {
    if (held.some((each) => each.table === table && each.column === column)) continue;
    await retried(() => database.query(statement));
  }
}
