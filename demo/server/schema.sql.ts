/** The database schema: its first version, and the numbered migrations from each version to the next. */

/** A step from one version of the schema to the next. Never changed once it is released. */
export interface Migration {
  version: number;
  name: string;
  /** The oldest version whose servers still work with this one: during an update, both releases run at once. */
  compatibleFrom: number;
  statements: readonly string[];
}

/**
 * For PostgreSQL and compatible engines: no extensions, triggers or sequences. Ids are compared by bytes (collation
 * "C"), so the order is the same everywhere. Times are milliseconds since the epoch, by the database's clock.
 *
 * All data belongs to a tenant, and every key starts with it, so that an engine can distribute tenants over machines.
 *
 * `IF NOT EXISTS` because databases from before the migrations were numbered have these tables already.
 */
const FIRST: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS pipeline',

  // Writers lock the tenant's row first. Therefore `seq` numbers a tenant's writes in commit order and without gaps,
  // and whoever has read up to a number has missed nothing before it. `origin` is the first number: the time when the
  // tenant was created, so that a database that was lost and recreated never reuses a number that a client still holds.
  `CREATE TABLE IF NOT EXISTS pipeline.tenants (
    tenant_id text COLLATE "C" PRIMARY KEY,
    origin bigint NOT NULL,
    seq bigint NOT NULL,
    statuses_version bigint NOT NULL,
    pruned bigint NOT NULL
  )`,

  // A deleted status keeps its row, and names the status that inherited its conversations as `heir`
  // (src/model/reassignment.ts). `name_key` is a hash because a name of 64 graphemes can exceed the limit of an index.
  `CREATE TABLE IF NOT EXISTS pipeline.statuses (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    status_id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    color text NOT NULL,
    rank text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    deleted boolean NOT NULL,
    heir text COLLATE "C",
    moved_version bigint,
    deleted_at bigint,
    PRIMARY KEY (tenant_id, status_id),
    FOREIGN KEY (tenant_id, heir) REFERENCES pipeline.statuses (tenant_id, status_id)
  )`,
  `CREATE UNIQUE INDEX IF NOT EXISTS statuses_name ON pipeline.statuses (tenant_id, name_key) WHERE NOT deleted`,

  // One row per conversation, hence one status at most. `status_id` is the status it was given, which may have been
  // deleted since. `status_key` is the same with '' for none, for the index. `recency` is the negated time of the
  // newest message, so that ascending order is newest first. `events` counts the rows in `history`.
  `CREATE TABLE IF NOT EXISTS pipeline.conversations (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    conversation_id text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C",
    status_id text COLLATE "C",
    status_key text COLLATE "C" GENERATED ALWAYS AS (coalesce(status_id, '')) STORED,
    version bigint NOT NULL,
    changed_at bigint NOT NULL,
    recency double precision NOT NULL,
    events integer NOT NULL,
    PRIMARY KEY (tenant_id, conversation_id),
    FOREIGN KEY (tenant_id, status_id) REFERENCES pipeline.statuses (tenant_id, status_id)
  )`,
  `CREATE INDEX IF NOT EXISTS conversations_recency
    ON pipeline.conversations (tenant_id, recency, conversation_id)`,
  `CREATE INDEX IF NOT EXISTS conversations_status
    ON pipeline.conversations (tenant_id, status_key, recency, conversation_id)`,
  `CREATE INDEX IF NOT EXISTS conversations_contact
    ON pipeline.conversations (tenant_id, contact_id, recency, conversation_id)`,

  // A summary of each contact with at least one conversation, so that reads need not walk the conversations. `held`:
  // the number of conversations per status, as JSON. `signature`: a hash of these statuses, which groups contacts.
  `CREATE TABLE IF NOT EXISTS pipeline.contacts (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    contact_id text COLLATE "C" NOT NULL,
    held text NOT NULL,
    signature text COLLATE "C" NOT NULL,
    latest_key text COLLATE "C" NOT NULL,
    latest_id text COLLATE "C" NOT NULL,
    recency double precision NOT NULL,
    PRIMARY KEY (tenant_id, contact_id)
  )`,
  `CREATE INDEX IF NOT EXISTS contacts_recency ON pipeline.contacts (tenant_id, recency, contact_id)`,
  `CREATE INDEX IF NOT EXISTS contacts_signature ON pipeline.contacts (tenant_id, signature, recency, contact_id)`,
  `CREATE INDEX IF NOT EXISTS contacts_latest ON pipeline.contacts (tenant_id, latest_key, recency, contact_id)`,

  // How many conversations have each status_key, and how many contacts have each signature and each latest_key.
  // `status_keys`: the statuses of the group, as JSON. Updated in the transaction that changes the counted rows.
  `CREATE TABLE IF NOT EXISTS pipeline.counters (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    kind text COLLATE "C" NOT NULL,
    group_key text COLLATE "C" NOT NULL,
    status_keys text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (tenant_id, kind, group_key)
  )`,

  // Events of single conversations. Deletes and restores of statuses affect many conversations; they are in `moves`.
  `CREATE TABLE IF NOT EXISTS pipeline.history (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    conversation_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    from_key text NOT NULL,
    to_key text NOT NULL,
    at bigint NOT NULL,
    by_whom text,
    PRIMARY KEY (tenant_id, conversation_id, seq)
  )`,
  `CREATE TABLE IF NOT EXISTS pipeline.moves (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    seq bigint NOT NULL,
    kind text NOT NULL,
    status_id text NOT NULL,
    heir text,
    at bigint NOT NULL,
    by_whom text,
    PRIMARY KEY (tenant_id, seq)
  )`,

  // The change feed: one row for each number of `seq` above `pruned`.
  `CREATE TABLE IF NOT EXISTS pipeline.changes (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    seq bigint NOT NULL,
    kind text NOT NULL,
    record text,
    op_id text,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, seq)
  )`,
  `CREATE INDEX IF NOT EXISTS changes_at ON pipeline.changes (at)`,

  // Responses to writes by Idempotency-Key, stored in the transaction of the write.
  `CREATE TABLE IF NOT EXISTS pipeline.answers (
    tenant_id text COLLATE "C" NOT NULL REFERENCES pipeline.tenants,
    owner text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    answer text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (tenant_id, owner, idempotency_key)
  )`,
  `CREATE INDEX IF NOT EXISTS answers_at ON pipeline.answers (at)`,
];

/** Who last changed a status, and who made a change; null if unknown. */
const AUTHORS: readonly string[] = [
  'ALTER TABLE pipeline.statuses ADD COLUMN IF NOT EXISTS by_whom text',
  'ALTER TABLE pipeline.changes ADD COLUMN IF NOT EXISTS by_whom text',
];

/**
 * For purging deleted statuses (purge.ts). A foreign key would search all conversations of the tenant for each purged
 * status, and all statuses for its heirs; purging checks both by index instead, while it holds the tenant's lock.
 */
const PURGING: readonly string[] = [
  'ALTER TABLE pipeline.conversations DROP CONSTRAINT IF EXISTS conversations_tenant_id_status_id_fkey',
  'ALTER TABLE pipeline.statuses DROP CONSTRAINT IF EXISTS statuses_tenant_id_heir_fkey',
  'UPDATE pipeline.statuses SET deleted_at = 0 WHERE deleted AND deleted_at IS NULL',
  'UPDATE pipeline.statuses SET moved_version = version WHERE deleted AND moved_version IS NULL',
  'CREATE INDEX IF NOT EXISTS statuses_rank ON pipeline.statuses (tenant_id, rank, status_id)',
  'CREATE INDEX IF NOT EXISTS statuses_heir ON pipeline.statuses (tenant_id, heir) WHERE heir IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS statuses_deleted ON pipeline.statuses (deleted_at) WHERE deleted',
  'CREATE INDEX IF NOT EXISTS statuses_deleted_of ON pipeline.statuses (tenant_id, moved_version) WHERE deleted',
];

/** Whether the host said that a conversation has no contact: a picker does not give it one then. */
const UNLINKING: readonly string[] = [
  'ALTER TABLE pipeline.conversations ADD COLUMN IF NOT EXISTS is_unlinked boolean NOT NULL DEFAULT false',
];

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'tables', compatibleFrom: 1, statements: FIRST },
  { version: 2, name: 'authors', compatibleFrom: 1, statements: AUTHORS },
  { version: 3, name: 'purging', compatibleFrom: 1, statements: PURGING },
  { version: 4, name: 'unlinking', compatibleFrom: 1, statements: UNLINKING },
];
