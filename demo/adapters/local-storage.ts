/** An example adapter that stores a pipeline in localStorage. */
import {
  IdempotencyCache,
  PipelineError,
  checkDelete,
  checkRestore,
  liveStatuses,
  parseConversationRef,
  parseId,
  planCreate,
  planMove,
  planUpdate,
  requireLiveStatus,
  resolveEntry,
  resolveStatusId,
  toStatus,
  type CallOptions,
  type Change,
  type ConversationRef,
  type Entry,
  type Id,
  type PipelineAdapter,
  type Placement,
  type SetResult,
  type Status,
  type StatusList,
  type StatusPatch,
  type StatusRow,
  type SubscriptionState,
} from 'pipeline-elements/adapter';

// #region data
/** All data, stored as one item of localStorage, so that each write is atomic. */
interface Data {
  /** Incremented by every write; used as versions and as the position in the change log. */
  seq: number;
  rows: Map<Id, StatusRow>;
  entries: Map<Id, Entry>;
  /** The latest changes, oldest first, for other tabs. */
  log: Change[];
}

/** How many changes are kept. Tabs that missed more receive a `reset`. */
const LOG_LENGTH = 100;

/**
 * How long another tab's write may take to become visible here, in milliseconds. After that, the storage was cleared.
 */
const PATIENCE = 500;
// #endregion

/** Stores a small pipeline in localStorage, shared by all tabs of an origin. */
export class LocalStorageAdapter implements PipelineAdapter {
  readonly #key: string;
  readonly #idempotency = new IdempotencyCache();
  readonly #subscriptions = new Set<() => void>();
  /** Releases the lock that announces this tab's last write. */
  #release: (() => void) | undefined;
  #isClosed = false;

  /** @param options `name` separates tenants and users. */
  constructor({ name }: { name: string }) {
    this.#key = `pipeline-elements:${name}`;
  }

  // #region statuses
  async listStatuses(options?: CallOptions): Promise<StatusList> {
    this.#checkCall(options);
    const { rows, seq } = this.#read();
    return { items: liveStatuses(rows), seq: String(seq) };
  }

  createStatus(
    input: { id: Id; name: string; color: string; after?: Id | null },
    options?: CallOptions,
  ): Promise<Status> {
    return this.#write(options, (data) => {
      const plan = planCreate(data.rows, input);
      if ('existing' in plan) return toStatus(plan.existing);
      placeRows(data, plan.moved, options);
      return putRow(data, plan.row, options);
    });
  }

  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    return this.#write(options, (data) => {
      const row = planUpdate(data.rows, id, patch, options.ifVersion);
      return row === data.rows.get(id) ? toStatus(row) : putRow(data, row, options);
    });
  }

  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    return this.#write(options, (data) => {
      placeRows(data, planMove(data.rows, id, after), options);
      return liveStatuses(data.rows);
    });
  }

  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#write(options, (data) => {
      const moved = having(data, id);
      const row = checkDelete(data.rows, id, options, moved);
      const heir = options.moveTo ?? null;
      const gone = { deleted: true, heir, movedVersion: data.seq + 1, deletedAt: Date.now() } as const;
      putRow(data, { ...row, ...gone }, options);
      // One change instead of one per conversation: subscribers reload the conversations they show.
      if (moved) note(data, { kind: 'reset' }, options);
      return { moved };
    });
  }
  // #endregion

  // #region restore
  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#write(options, (data) => {
      const { deleted, heir: _heir, deletedAt: _deletedAt, ...row } = checkRestore(data.rows, id);
      if (!deleted) return { status: toStatus(row), restored: 0 };
      const status = putRow(data, { ...row, movedVersion: data.seq + 1 }, options);
      const restored = having(data, id);
      if (restored) note(data, { kind: 'reset' }, options);
      return { status, restored };
    });
  }
  // #endregion

  // #region entries
  async getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    this.#checkCall(options);
    const { rows, entries } = this.#read();
    const found = new Map<Id, Entry>();
    for (const id of conversationIds) {
      const entry = entries.get(parseId(id, 'conversationId'));
      if (entry) found.set(id, resolveEntry(rows, entry));
    }
    return found;
  }

  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#write(options, (data) => {
      const refs = conversations.map(parseConversationRef);
      if (statusId !== null) requireLiveStatus(data.rows, parseId(statusId, 'statusId'), 'statusId');
      return refs.map((ref) => setOne(data, ref, statusId, options));
    });
  }
  // #endregion

  // #region subscribe
  subscribe(
    listener: (change: Change) => void,
    { since, onState }: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    if (this.#isClosed) return () => undefined;
    let told = since === undefined ? this.#read().seq : Number(since);
    const tell = (): void => {
      const { seq, log } = this.#read();
      if (told === seq) return;
      const isComplete = told < seq && Number(log[0]?.seq) <= told + 1;
      const missed: Change[] = isComplete
        ? log.filter((change) => Number(change.seq) > told)
        : [{ kind: 'reset', seq: String(seq) }];
      told = seq;
      // Isolated: a listener that throws affects neither the writer nor the following changes.
      for (const change of missed) queueMicrotask(() => this.#subscriptions.has(stop) && listener(change));
    };
    // Writes of other tabs arrive as this event; #write dispatches the same event for our own.
    const handleStorage = ({ key }: StorageEvent): void => {
      if (key === this.#key || key === null) tell();
    };
    const stop = (): void => {
      this.#subscriptions.delete(stop);
      removeEventListener('storage', handleStorage);
    };
    this.#subscriptions.add(stop);
    addEventListener('storage', handleStorage);
    tell();
    onState?.('live');
    return stop;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of this.#subscriptions) stop();
    this.#release?.();
  }
  // #endregion

  // #region storage
  /** Checks and writes while no other tab does. A repeated `opId` has no effect. */
  async #write<T>(options: CallOptions | undefined, work: (data: Data) => T): Promise<T> {
    this.#checkCall(options);
    return this.#idempotency.run(options?.opId, () =>
      navigator.locks
        .request(this.#key, { ...(options?.signal && { signal: options.signal }) }, async () => {
          await this.#catchUp();
          const data = this.#read();
          const { seq } = data;
          const result = work(data);
          if (data.seq !== seq) {
            this.#save(data);
            await this.#mark(data.seq);
          }
          return result;
        })
        .catch((error: unknown) => {
          throw PipelineError.from(error);
        }),
    );
  }

  /** Throws for a call that is aborted already, or made after `close()`. */
  #checkCall(options: CallOptions | undefined): void {
    if (this.#isClosed) throw new PipelineError('aborted', 'The adapter was closed.');
    if (options?.signal?.aborted) throw new PipelineError('aborted', 'The call was aborted.');
  }

  /*
   * Tabs may be in separate processes, where a write becomes visible with a delay even after its lock was released. But
   * all tabs can see the names of locks: each tab holds one that names its last write, and the next writer waits for
   * that write.
   */
  async #mark(seq: number): Promise<void> {
    const before = this.#release;
    await new Promise<void>((hold) => {
      // Shared: after the storage was cleared the numbers restart, and another tab may still hold this name.
      void navigator.locks.request(`${this.#key}@${seq}`, { mode: 'shared' }, () => {
        hold();
        return new Promise<void>((release) => (this.#release = release));
      });
    });
    before?.();
  }

  async #catchUp(): Promise<void> {
    const { held = [] } = await navigator.locks.query();
    const marks = held.flatMap(({ name = '' }) => (name.startsWith(`${this.#key}@`) ? [name] : []));
    const latest = Math.max(0, ...marks.map((name) => Number(name.slice(this.#key.length + 1))));
    const end = Date.now() + PATIENCE;
    while (this.#read().seq < latest && Date.now() < end) await new Promise((resolve) => setTimeout(resolve));
  }

  #read(): Data {
    try {
      const text = localStorage.getItem(this.#key);
      if (text === null) return { seq: 0, rows: new Map(), entries: new Map(), log: [] };
      const { seq, rows, entries, log } = JSON.parse(text) as Record<keyof Data, never>;
      return { seq, rows: new Map(rows), entries: new Map(entries), log };
    } catch (cause) {
      throw new PipelineError('storage-blocked', 'localStorage cannot be read.', { cause });
    }
  }

  #save({ seq, rows, entries, log }: Data): void {
    const text = JSON.stringify({ seq, rows: [...rows], entries: [...entries], log: log.slice(-LOG_LENGTH) });
    try {
      localStorage.setItem(this.#key, text);
    } catch (cause) {
      throw new PipelineError('quota', 'localStorage is full.', { cause });
    }
    // The browser notifies every tab but this one.
    dispatchEvent(new StorageEvent('storage', { key: this.#key, storageArea: localStorage }));
  }
  // #endregion
}

/** How many conversations currently have the status, including those that a delete moved to it. */
function having({ rows, entries }: Data, statusId: Id): number {
  return [...entries.values()].filter((entry) => resolveStatusId(rows, entry.statusId) === statusId).length;
}

/** Assigns versions and collects the changes. */
function note(
  data: Data,
  body: { kind: 'status'; status: Status } | { kind: 'entry'; entry: Entry } | { kind: 'reset' },
  options?: CallOptions,
): void {
  const opId = options?.opId;
  data.log.push({ ...body, seq: String(++data.seq), ...(opId !== undefined && { opId }) });
}

function putRow(data: Data, row: StatusRow, options?: CallOptions): Status {
  const next = { ...row, version: data.seq + 1 };
  data.rows.set(row.id, next);
  note(data, { kind: 'status', status: toStatus(next) }, options);
  return toStatus(next);
}

function placeRows(data: Data, placements: readonly Placement[], options?: CallOptions): void {
  for (const { id, rank } of placements) putRow(data, { ...data.rows.get(id)!, rank }, options);
}

// #region set one
function setOne(
  data: Data,
  { conversationId, contactId }: ConversationRef,
  to: Id | null,
  options?: CallOptions & { ifVersion?: number },
): SetResult {
  const held = data.entries.get(conversationId);
  const current = held && resolveEntry(data.rows, held);
  const { ifVersion } = options ?? {};
  if (ifVersion !== undefined && ifVersion !== (current?.version ?? 0)) {
    const error = new PipelineError('conflict', 'The conversation has been changed in the meantime.', { current });
    return { conversationId, ok: false, error };
  }
  const entry: Entry = {
    conversationId,
    contactId: current?.contactId ?? contactId ?? null,
    statusId: to,
    version: data.seq + 1,
    changedAt: (current?.statusId ?? null) === to ? (current?.changedAt ?? 0) : Date.now(),
  };
  // Not compared with `current`: picking an inherited status stores it in the conversation.
  if (held?.statusId === to && held.contactId === entry.contactId) return { conversationId, ok: true, entry: current! };
  data.entries.set(conversationId, entry);
  note(data, { kind: 'entry', entry }, options);
  return { conversationId, ok: true, entry };
}
// #endregion
