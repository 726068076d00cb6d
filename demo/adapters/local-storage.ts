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
/** Everything, as it stands in one item of localStorage: what is written in one piece cannot be written by half. */
interface Data {
  /** Numbers every write: the version of what was written, and the place to resume from. */
  seq: number;
  rows: Map<Id, StatusRow>;
  entries: Map<Id, Entry>;
  /** The last changes, oldest first, for the other tabs. */
  log: Change[];
}

/** How many changes are kept. Who missed more hears a `reset`. */
const LOG_LENGTH = 100;

/** How long a write of another tab may take to show here, milliseconds. After that it was cleared. */
const PATIENCE = 500;
// #endregion

/** Keeps a small pipeline in localStorage, for all tabs of an origin. */
export class LocalStorageAdapter implements PipelineAdapter {
  readonly #key: string;
  readonly #idempotency = new IdempotencyCache();
  readonly #subscriptions = new Set<() => void>();
  /** Releases the lock whose name says what this tab wrote last. */
  #release: (() => void) | undefined;
  #isClosed = false;

  /** @param options `name` keeps tenants and users apart. */
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
      // One change instead of one for each conversation: whoever shows some of them reads those again.
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
      // Each on its own: a listener that throws hurts neither the writer nor the next change.
      for (const change of missed) queueMicrotask(() => this.#subscriptions.has(stop) && listener(change));
    };
    // Other tabs' writes come as this event; our own are sent the same way by #write.
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
  /** Checks and writes while no other tab does; the same `opId` twice happens once. */
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
   * Tabs may be processes, and a write shows in another process a moment later, which no lock waits for. But locks have
   * names that all can see: each tab holds one that tells what it wrote last, and the next to write waits for that.
   */
  async #mark(seq: number): Promise<void> {
    const before = this.#release;
    await new Promise<void>((hold) => {
      // Shared: after a clear the numbers begin anew, and another tab may still hold this one.
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
    // The browser tells every tab but this one.
    dispatchEvent(new StorageEvent('storage', { key: this.#key, storageArea: localStorage }));
  }
  // #endregion
}

/** How many conversations have the status now, those that came by a delete included. */
function having({ rows, entries }: Data, statusId: Id): number {
  return [...entries.values()].filter((entry) => resolveStatusId(rows, entry.statusId) === statusId).length;
}

/** Counts, and remembers what to tell. */
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
    const error = new PipelineError('conflict', 'The conversation was changed meanwhile.', { current });
    return { conversationId, ok: false, error };
  }
  const entry: Entry = {
    conversationId,
    contactId: contactId ?? current?.contactId ?? null,
    statusId: to,
    version: data.seq + 1,
    changedAt: (current?.statusId ?? null) === to ? (current?.changedAt ?? 0) : Date.now(),
  };
  // Not `current`: a status that came by a delete becomes the conversation's own when it is picked.
  if (held?.statusId === to && held.contactId === entry.contactId) return { conversationId, ok: true, entry: current! };
  data.entries.set(conversationId, entry);
  note(data, { kind: 'entry', entry }, options);
  return { conversationId, ok: true, entry };
}
// #endregion
