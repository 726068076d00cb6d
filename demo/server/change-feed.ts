/** Delivers the changes of each tenant to its subscribers, whichever instance wrote them. */
import { FairQueue } from './fair-queue.js';
import { withRetries, type Database } from './sql.js';

/** Subscribers that are further behind must read everything again. */
const MAX_REPLAY = 1000;

export interface FeedChange {
  seq: number;
  kind: 'status' | 'entry' | 'reset';
  /** JSON. */
  record: string | null;
  opId: string | null;
  /** The user who made the change, if known. */
  by: string | null;
}

export interface Subscriber {
  /** Receives changes in order, each once. */
  deliver(items: readonly FeedChange[]): void;
  /** Reports the position from which changes follow; with `hasMissed`, earlier changes are lost and need a `reset`. */
  begin(seq: number, hasMissed: boolean): void;
}

interface Subscription extends Subscriber {
  /** The position up to which changes were delivered; `undefined`: start at the current one. */
  position: number | undefined;
  hasBegun: boolean;
}

interface Tenant {
  subscribers: Set<Subscription>;
  /** The newest sequence number that was read. */
  seq: number;
  isReading: boolean;
  isReadRequested: boolean;
}

const HEADS = 'SELECT tenant_id AS tenant, seq FROM pipeline.tenants WHERE tenant_id = ANY ($1::text[])';
const HEAD = 'SELECT seq, origin, pruned FROM pipeline.tenants WHERE tenant_id = $1';
const CHANGES = `SELECT seq, kind, record, op_id AS "opId", by_whom AS by FROM pipeline.changes
  WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`;

/**
 * Delivers changes to streams. A tenant's sequence numbers have no gaps, so polling the newest one (a few times a
 * second, for all tenants in one query) is enough to miss nothing; notifications only reduce the delay.
 */
export class ChangeFeed {
  readonly #database: Database;
  readonly #tenants = new Map<string, Tenant>();
  readonly #timer: NodeJS.Timeout;
  /** Separate from the queue of the requests, so that waiting requests do not delay the streams. */
  readonly #queue: FairQueue;
  #isPolling = false;

  /** @param readsAtOnce connections that the feed may use at once, in addition to the one for polling. */
  constructor(database: Database, pollMs: number, readsAtOnce = 1) {
    this.#database = database;
    this.#queue = new FairQueue({ concurrency: readsAtOnce, perTenant: Infinity, total: Infinity });
    this.#timer = setInterval(() => void this.#poll(), pollMs).unref();
    database.notifier?.listen((tenant) => this.#wake(tenant));
  }

  /**
   * `since`: the position to resume from; NaN: unknown position; `undefined`: from now on. Returns how to unsubscribe.
   */
  subscribe(name: string, since: number | undefined, subscriber: Subscriber): () => void {
    const tenant = this.#tenants.get(name) ?? {
      subscribers: new Set(),
      seq: 0,
      isReading: false,
      isReadRequested: false,
    };
    this.#tenants.set(name, tenant);
    const subscription: Subscription = { ...subscriber, position: since, hasBegun: false };
    tenant.subscribers.add(subscription);
    this.#wake(name);
    return () => {
      tenant.subscribers.delete(subscription);
      if (!tenant.subscribers.size && this.#tenants.get(name) === tenant) this.#tenants.delete(name);
    };
  }

  /** Called after this instance has written a change. */
  announce(tenant: string): void {
    this.#wake(tenant);
    this.#database.notifier?.notify(tenant);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#tenants.clear();
  }

  async #poll(): Promise<void> {
    if (this.#isPolling || !this.#tenants.size) return;
    this.#isPolling = true;
    try {
      const heads = await this.#database.query<{ tenant: string; seq: number }>(HEADS, [[...this.#tenants.keys()]]);
      for (const { tenant, seq } of heads) if (this.#tenants.get(tenant)?.seq !== seq) this.#wake(tenant);
    } catch {
      // The next poll retries.
    }
    this.#isPolling = false;
  }

  /** One read runs at a time; requests that arrive meanwhile are served by one more. */
  #wake(name: string): void {
    const tenant = this.#tenants.get(name);
    if (!tenant) return;
    tenant.isReadRequested = true;
    if (!tenant.isReading) void this.#run(name, tenant);
  }

  async #run(name: string, tenant: Tenant): Promise<void> {
    tenant.isReading = true;
    while (tenant.isReadRequested && tenant.subscribers.size) {
      tenant.isReadRequested = false;
      // NaN differs from every sequence number, so the next poll tries again.
      await this.#queue.run(name, 'read', () => this.#read(name, tenant)).catch(() => (tenant.seq = NaN));
    }
    tenant.isReading = false;
  }

  #query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return withRetries(() => this.#database.query<Row>(text, values));
  }

  async #read(name: string, tenant: Tenant): Promise<void> {
    const heads = await this.#query<{ seq: number; origin: number; pruned: number }>(HEAD, [name]);
    const { seq, origin, pruned } = heads[0] ?? { seq: 0, origin: 0, pruned: 0 };
    for (const subscription of tenant.subscribers) {
      const from = subscription.position;
      // 0 is the position before the first write; it is valid until changes are pruned.
      const isKnown = from === undefined || (from <= seq && (from >= pruned || (from === 0 && pruned === origin)));
      if (from === undefined || !isKnown || seq - Math.max(from, origin) > MAX_REPLAY) {
        subscription.position = seq;
        subscription.hasBegun = true;
        subscription.begin(seq, from !== undefined);
      } else if (!subscription.hasBegun) {
        subscription.hasBegun = true;
        subscription.begin(from, false);
      }
    }
    tenant.seq = seq;
    const behind = [...tenant.subscribers].filter(({ position }) => position! < seq);
    if (!behind.length) return;
    const from = Math.max(Math.min(...behind.map(({ position }) => position!)), origin);
    const items = await this.#query<FeedChange>(CHANGES, [name, from, seq]);
    // Otherwise some changes were pruned after the head was read.
    const isComplete = items.length === seq - from;
    for (const subscription of behind) {
      const position = subscription.position!;
      subscription.position = seq;
      if (isComplete) subscription.deliver(items.filter((item) => item.seq > position));
      else subscription.begin(seq, true);
    }
  }
}
