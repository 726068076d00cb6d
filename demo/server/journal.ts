/** Numbers the writes of a transaction and collects what it writes to statuses, their moves, and the change feed. */
import type { Entry } from '../../src/model/entry.js';
import { toStatus, type StatusRow } from '../../src/model/reassignment.js';
import type { Id } from '../../src/model/id.js';
import { type Status } from '../../src/model/status.js';
import { nameKey } from '../../src/model/status-edits.js';
import type { StatementBatch } from './statement-batch.js';
import { hash } from './hash.js';
import { CONTENT_COLUMNS } from './status-columns.js';
import type { Head, WriteOptions } from './store.js';

/** How many changes are kept per tenant; older ones are deleted in batches. */
const FEED_LENGTH = 10_000;
const PRUNE_BATCH = 256;
/** How many deletes and restores of statuses are kept for the histories of conversations. */
const MOVES_LENGTH = 1000;

interface ChangeRow {
  seq: number;
  kind: 'status' | 'entry' | 'reset';
  record: string | null;
}

/** A delete or restore of a status; `heir` is where its conversations went, or came back from. */
export interface Move {
  kind: 'delete' | 'restore';
  statusId: Id;
  heir: Id | null;
}

/** The columns of a status except its id, and their types. */
const COLUMNS: [column: string, type: string][] = [
  ...CONTENT_COLUMNS.map(({ column, type }): [string, string] => [column, type]),
  ['name_key', 'text'],
  ['rank', 'text'],
  ['version', 'bigint'],
  ['deleted', 'boolean'],
  ['heir', 'text'],
  ['moved_version', 'bigint'],
  ['deleted_at', 'bigint'],
];
const columns = (format: (column: string, type: string) => string): string =>
  COLUMNS.map(([column, type]) => format(column, type)).join(', ');

const PUT_STATUSES = `INSERT INTO pipeline.statuses
    (tenant_id, status_id, ${columns((column) => column)}, by_whom)
  SELECT $1, r.id, ${columns((column) => `r.${column}`)}, $3
  FROM json_to_recordset($2::json) AS r (id text, ${columns((column, type) => `${column} ${type}`)})
  ON CONFLICT (tenant_id, status_id) DO UPDATE SET
    ${columns((column) => `${column} = excluded.${column}`)}, by_whom = excluded.by_whom`;

const PUT_MOVES = `INSERT INTO pipeline.moves (tenant_id, seq, kind, status_id, heir, at, by_whom)
  SELECT $1, r.seq, r.kind, r.status_id, r.heir, $3, $4
  FROM json_to_recordset($2::json) AS r (seq bigint, kind text, status_id text, heir text)`;

const PRUNE_MOVES = `DELETE FROM pipeline.moves WHERE tenant_id = $1 AND seq <=
  (SELECT seq FROM pipeline.moves WHERE tenant_id = $1 ORDER BY seq DESC OFFSET $2 LIMIT 1)`;

const PUT_CHANGES = `INSERT INTO pipeline.changes (tenant_id, seq, kind, record, op_id, at, by_whom)
  SELECT $1, r.seq, r.kind, r.record, $3, $4, $5
  FROM json_to_recordset($2::json) AS r (seq bigint, kind text, record text)`;

const PUT_HEAD = 'UPDATE pipeline.tenants SET seq = $2, statuses_version = $3, pruned = $4 WHERE tenant_id = $1';

const PRUNE_CHANGES = 'DELETE FROM pipeline.changes WHERE tenant_id = $1 AND seq <= $2';

/** Numbers the writes of one transaction and records them for the change feed. */
export class Journal {
  readonly #tenant: string;
  readonly #head: Head;
  readonly #writer: WriteOptions;
  #seq!: number;
  #statusesVersion!: number;
  /** Set if all changes up to this number are to be deleted. */
  #pruned: number | undefined;
  readonly #statuses = new Map<Id, StatusRow>();
  readonly #moves: (Move & { seq: number })[] = [];
  readonly #changes: ChangeRow[] = [];

  constructor(tenant: string, head: Head, writer: WriteOptions) {
    this.#tenant = tenant;
    this.#head = head;
    this.#writer = writer;
    this.clear();
  }

  /** Resets to the state before the first write. */
  clear(): void {
    this.#seq = this.#head.seq;
    this.#statusesVersion = this.#head.statusesVersion;
    this.#pruned = undefined;
    this.#statuses.clear();
    for (const list of [this.#moves, this.#changes]) list.length = 0;
  }

  get seq(): number {
    return this.#seq;
  }

  /**
   * Returns the version for the next write. Each version needs one change record; `putStatus` and `logReset` add
   * theirs.
   */
  next(): number {
    return ++this.#seq;
  }

  /** Stores a status under the next version. */
  putStatus(row: StatusRow, move?: Omit<Move, 'statusId'>): Status {
    const next = { ...row, version: this.next() };
    this.#statuses.set(row.id, next);
    this.#statusesVersion = this.#seq;
    if (move) this.#moves.push({ ...move, statusId: row.id, seq: this.#seq });
    const status = toStatus(next);
    this.#log('status', status);
    return status;
  }

  /**
   * For a purge of deleted statuses: all instances, of earlier releases too, then read the statuses again, so that none
   * restores a purged one from memory. Clients ignore the record, because its version is not new to them.
   */
  logPurge(status: Status): void {
    this.next();
    this.#statusesVersion = this.#seq;
    this.#log('status', status);
  }

  logEntry(entry: Entry): void {
    this.#log('entry', entry);
  }

  /** For when too many records changed to list them. */
  logReset(): void {
    this.next();
    this.#log('reset');
  }

  /** Reports a `reset` instead of all earlier changes, and deletes those: everyone reads again anyway. */
  startOver(): void {
    this.#pruned = this.#seq;
    this.logReset();
  }

  /** Adds the collected writes to the batch. Returns whether there are any. */
  save(batch: StatementBatch): boolean {
    if (this.#seq === this.#head.seq) return false;
    const tenant = this.#tenant;
    const { now } = this.#head;
    const { by = null, opId = null } = this.#writer;
    if (this.#statuses.size) {
      batch.add(PUT_STATUSES, [tenant, JSON.stringify([...this.#statuses.values()].map(columnsOf)), by]);
    }
    if (this.#moves.length) {
      const moves = this.#moves.map(({ seq, kind, statusId, heir }) => ({ seq, kind, status_id: statusId, heir }));
      batch.add(PUT_MOVES, [tenant, JSON.stringify(moves), now, by]);
      batch.addLater(PRUNE_MOVES, [tenant, MOVES_LENGTH]);
    }
    const isLong = this.#seq - this.#head.pruned >= FEED_LENGTH + PRUNE_BATCH;
    const pruned = this.#pruned ?? (isLong ? this.#seq - FEED_LENGTH : this.#head.pruned);
    batch.add(PUT_CHANGES, [tenant, JSON.stringify(this.#changes), opId, now, by]);
    batch.add(PUT_HEAD, [tenant, this.#seq, this.#statusesVersion, pruned]);
    if (pruned > this.#head.pruned) batch.addLater(PRUNE_CHANGES, [tenant, pruned]);
    return true;
  }

  #log(kind: ChangeRow['kind'], record?: Status | Entry): void {
    this.#changes.push({ seq: this.#seq, kind, record: record ? JSON.stringify(record) : null });
  }
}

function columnsOf(row: StatusRow): object {
  const { id, rank, version, deleted = false, heir = null, movedVersion = null, deletedAt = null } = row;
  return {
    ...Object.fromEntries(CONTENT_COLUMNS.map(({ field, column }) => [column, row[field] ?? null])),
    ...{ id, name_key: hash(nameKey(row.name)), rank, version, deleted, heir },
    ...{ moved_version: movedVersion, deleted_at: deletedAt },
  };
}
