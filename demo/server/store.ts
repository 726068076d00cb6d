/** Runs a tenant's reads and writes as transactions. */
import type { Rows } from '../../src/adapters/rules.js';
import { StatementBatch } from './statement-batch.js';
import { FairQueue } from './fair-queue.js';
import { Journal } from './journal.js';
import { readLive, type KnownStatuses } from './status-rows.js';
import { withRetries, type Database, type Sql } from './sql.js';

export interface Head {
  /** The sequence number of the newest write. */
  seq: number;
  /** The first sequence number. */
  origin: number;
  /** Changes up to this number have been deleted from the feed. */
  pruned: number;
  statusesVersion: number;
  /** The database's clock, so that the clocks of the instances do not matter. */
  now: number;
}

/** A consistent view of a tenant's data. */
export interface ReadContext {
  tx: Sql;
  tenant: string;
  head: Head;
  /** The statuses that are not deleted. */
  live: Rows;
  /** These and the deleted ones that were read so far: `readStatuses` (status-rows.ts) adds those of a list of ids. */
  rows: Rows;
  statuses: KnownStatuses;
}

/** A tenant's data, locked against other writers. */
export interface WriteContext extends ReadContext {
  journal: Journal;
  /** Statements to run at the end of the transaction. */
  batch: StatementBatch;
  /** The user who writes, if known. */
  by: string | undefined;
  /** Drops everything planned so far. */
  discard(): void;
}

export interface WriteOptions {
  by?: string | undefined;
  /** Identifies the write in the change feed, so that its author recognizes the echo. */
  opId?: string | undefined;
  /** Aborted when the client no longer waits; work that has not started by then is skipped. */
  signal?: AbortSignal | undefined;
}

const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
const HEAD = `SELECT seq, origin, pruned, statuses_version AS "statusesVersion", ${NOW} AS now
  FROM pipeline.tenants WHERE tenant_id = $1`;
/** Starts at the current time, so numbers are higher than any issued before, even by a database that was lost. */
const CREATE = `INSERT INTO pipeline.tenants (tenant_id, origin, seq, statuses_version, pruned)
  SELECT $1, now, now, 0, now FROM (SELECT ${NOW} AS now) clock ON CONFLICT DO NOTHING`;

const CACHED_TENANTS = 500;
const UNBOUNDED = { concurrency: 1, perTenant: Infinity, total: Infinity };

/**
 * Reads and writes one tenant's data, each in one transaction.
 *
 * A writer first locks the row of its tenant, so a tenant's writers run one at a time, across all instances: what a
 * writer has checked stays true until it commits, the change feed has no gaps, and deadlocks are impossible. The price
 * is that a tenant's writes do not run in parallel; an inbox makes a few per second. The queue in front distributes the
 * connections of this instance between the tenants.
 */
export class Store {
  readonly #database: Database;
  readonly #onWritten: (tenant: string) => void;
  readonly #queue: FairQueue;
  /** Statuses rarely change but every call needs them. The version tells whether the cached ones are current. */
  readonly #statuses = new Map<string, KnownStatuses>();

  constructor(database: Database, onWritten: (tenant: string) => void, queue = new FairQueue(UNBOUNDED)) {
    this.#database = database;
    this.#onWritten = onWritten;
    this.#queue = queue;
  }

  /** Throws `rate-limited` if the tenant has so many waiting jobs that another would be rejected. */
  checkRoom(tenant: string): void {
    this.#queue.checkRoom(tenant);
  }

  read<T>(tenant: string, work: (read: ReadContext) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const transaction = (): Promise<T> =>
      this.#database.snapshot(async (tx) => {
        const [head = UNKNOWN] = await tx.query<Head>(HEAD, [tenant]);
        const statuses = await this.#readStatuses(tx, tenant, head);
        return work({ tx, tenant, head, statuses, live: statuses.live, rows: statuses.rows });
      });
    return this.#queue.run(tenant, 'read', () => withRetries(transaction), signal);
  }

  /** `work` may run more than once, each time with fresh data. */
  async write<T>(
    tenant: string,
    { by, opId, signal }: WriteOptions,
    work: (write: WriteContext) => Promise<T>,
  ): Promise<T> {
    let hasChanges = false;
    const transaction = (): Promise<T> =>
      this.#database.transaction(async (tx) => {
        const head = await lock(tx, tenant);
        const statuses = await this.#readStatuses(tx, tenant, head);
        const { live, rows } = statuses;
        const journal = new Journal(tenant, head, { by, opId });
        const batch = new StatementBatch();
        const discard = (): void => {
          journal.clear();
          batch.clear();
        };
        const result = await work({ tx, tenant, head, statuses, live, rows, journal, batch, by, discard });
        hasChanges = journal.save(batch);
        await batch.run(tx);
        return result;
      });
    const result = await this.#queue.run(tenant, 'write', () => withRetries(transaction), signal);
    if (hasChanges) this.#onWritten(tenant);
    return result;
  }

  async #readStatuses(tx: Sql, tenant: string, { statusesVersion: version }: Head): Promise<KnownStatuses> {
    const cached = this.#statuses.get(tenant);
    this.#statuses.delete(tenant);
    const statuses = cached?.version === version ? cached : await readLive(tx, tenant, version);
    // Reinserted as the newest entry; the least recently used one is evicted.
    this.#statuses.set(tenant, statuses);
    if (this.#statuses.size > CACHED_TENANTS) this.#statuses.delete(this.#statuses.keys().next().value!);
    return statuses;
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
