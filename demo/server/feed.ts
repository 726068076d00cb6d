import { FairQueue } from './fair-queue.js';
import type { Database } from './sql.js';

/** Who is further behind than this reads everything again. */
const MAX_REPLAY = 1000;

export interface FeedItem {
  seq: number;
  kind: 'status' | 'entry' | 'reset';
  /** JSON. */
  record: string | null;
  opId: string | null;
  /** Who made the change; `null` where that is not known. */
  by: string | null;
}

export interface Subscriber {
  /** In order, each once. */
  deliver(items: readonly FeedItem[]): void;
  /** The place from which it is told, or that it goes on from after `reset`. */
  begin(seq: number, hasMissed: boolean): void;
}

interface Held extends Subscriber {
  /** Up to where it was told; `undefined`: from now on. */
  position: number | undefined;
  hasBegun: boolean;
}

interface Tenant {
  subscribers: Set<Held>;
  /** The newest number that was read. */
  seq: number;
  isReading: boolean;
  isAgain: boolean;
}

const HEADS = 'SELECT tenant_id AS tenant, seq FROM pipeline.tenants WHERE tenant_id = ANY ($1::text[])';
const HEAD = 'SELECT seq, origin, pruned FROM pipeline.tenants WHERE tenant_id = $1';
const CHANGES = `SELECT seq, kind, record, op_id AS "opId", by_whom AS by FROM pipeline.changes
  WHERE tenant_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`;

/**
 * Tells streams what was written, by whatever instance. The numbers of a tenant have no holes, so a look at its newest
 * one, a few times a second and for all tenants in one query, is enough to miss nothing; hints only make it sooner.
 */
export class Feed {
  readonly #database: Database;
  readonly #tenants = new Map<string, Tenant>();
  readonly #timer: NodeJS.Timeout;
  /** Apart from that of the requests, so that streams hear of changes however many requests wait. */
  readonly #queue: FairQueue;
  #isPolling = false;

  /** @param readsAtOnce connections that the feed may use at once, besides the one of the poll. */
  constructor(database: Database, pollMs: number, readsAtOnce = 1) {
    this.#database = database;
    this.#queue = new FairQueue({ concurrency: readsAtOnce, perTenant: Infinity, total: Infinity });
    this.#timer = setInterval(() => void this.#poll(), pollMs).unref();
    database.hints?.listen((tenant) => this.#wake(tenant));
  }

  /** `since`: the place to go on from; NaN for one that cannot be; `undefined`: from now on. Returns how to stop. */
  subscribe(name: string, since: number | undefined, subscriber: Subscriber): () => void {
    const tenant = this.#tenants.get(name) ?? { subscribers: new Set(), seq: 0, isReading: false, isAgain: false };
    this.#tenants.set(name, tenant);
    const held: Held = { ...subscriber, position: since, hasBegun: false };
    tenant.subscribers.add(held);
    this.#wake(name);
    return () => {
      tenant.subscribers.delete(held);
      if (!tenant.subscribers.size && this.#tenants.get(name) === tenant) this.#tenants.delete(name);
    };
  }

  /** This instance wrote something. */
  announce(tenant: string): void {
    this.#wake(tenant);
    this.#database.hints?.send(tenant);
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
      // The next poll is the retry.
    }
    this.#isPolling = false;
  }

  /** One read at a time; what is asked for meanwhile is answered by one more. */
  #wake(name: string): void {
    const tenant = this.#tenants.get(name);
    if (!tenant) return;
    tenant.isAgain = true;
    if (!tenant.isReading) void this.#run(name, tenant);
  }

  async #run(name: string, tenant: Tenant): Promise<void> {
    tenant.isReading = true;
    while (tenant.isAgain && tenant.subscribers.size) {
      tenant.isAgain = false;
      // What failed is tried again by the next poll, which finds the number changed, or the subscriber not begun.
      await this.#queue.run(name, 'read', () => this.#read(name, tenant)).catch(() => (tenant.seq = NaN));
    }
    tenant.isReading = false;
  }

  async #read(name: string, tenant: Tenant): Promise<void> {
    const heads = await this.#database.query<{ seq: number; origin: number; pruned: number }>(HEAD, [name]);
    const { seq, origin, pruned } = heads[0] ?? { seq: 0, origin: 0, pruned: 0 };
    for (const held of tenant.subscribers) {
      const from = held.position;
      // 0 is the place before the first write, as long as nothing was cut off.
      const isKnown = from === undefined || (from <= seq && (from >= pruned || (from === 0 && pruned === origin)));
      if (from === undefined || !isKnown || seq - Math.max(from, origin) > MAX_REPLAY) {
        held.position = seq;
        held.hasBegun = true;
        held.begin(seq, from !== undefined);
      } else if (!held.hasBegun) {
        held.hasBegun = true;
        held.begin(from, false);
      }
    }
    tenant.seq = seq;
    const behind = [...tenant.subscribers].filter(({ position }) => position! < seq);
    if (!behind.length) return;
    const from = Math.max(Math.min(...behind.map(({ position }) => position!)), origin);
    const items = await this.#database.query<FeedItem>(CHANGES, [name, from, seq]);
    // Fewer: some were cut off since the head was read.
    const isComplete = items.length === seq - from;
    for (const held of behind) {
      const place = held.position!;
      held.position = seq;
      if (isComplete) held.deliver(items.filter((item) => item.seq > place));
      else held.begin(seq, true);
    }
  }
}
