/** An example adapter that stores a pipeline in Chatwoot. */
import {
  IdempotencyCache,
  PipelineError,
  checkDelete,
  checkRestore,
  liveStatuses,
  nameKey,
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
  type ConversationRef,
  type Entry,
  type Id,
  type PipelineAdapter,
  type NewStatus,
  type Placement,
  type SetResult,
  type Status,
  type StatusList,
  type StatusPatch,
  type StatusRow,
} from 'pipeline-elements/adapter';
import { ChatwootApi, MAX_DESCRIPTION, type Attributes, type Conversation } from './chatwoot-api.js';

// #region data
/** A status. Chatwoot shows and stores its `value`: the name it was created with, which is never reused. */
interface Row extends StatusRow {
  value: string;
}

/** The JSON in the definition's description. */
interface Pipeline {
  /** The definition's id; `undefined` before it is created. */
  id: number | undefined;
  /** The number of deletes and restores so far. */
  moves: number;
  rows: Map<Id, Row>;
}

/**
 * A delete must raise the version of its conversations without touching them. Therefore versions consist of an era and
 * a counter: each delete or restore starts a new era, and within it a conversation counts its own changes.
 */
const STRETCH = 1_000_000;
// #endregion

export interface ChatwootOptions {
  /** Such as `https://chat.example.com`. */
  baseUrl: string;
  accountId: number;
  /**
   * The access token of an agent or a bot. It grants all their rights, so keep it out of pages: add it in your proxy.
   */
  token: string;
  /** Key of the custom attribute; default: `pipeline_status`. */
  attributeKey?: string;
  /** Maps a conversation id to Chatwoot's number, if the page uses other ids. */
  numberOf?(conversationId: Id): number | undefined;
}

/** Stores a pipeline in the custom attributes of Chatwoot's conversations. */
export class ChatwootAdapter implements PipelineAdapter {
  readonly #api: ChatwootApi;
  readonly #key: string;
  readonly #numberOf: (conversationId: Id) => number | undefined;
  readonly #once = new IdempotencyCache();
  /** The last write; the next one waits for it. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor({ attributeKey = 'pipeline_status', numberOf = numberIn, ...options }: ChatwootOptions) {
    this.#api = new ChatwootApi(options);
    this.#key = attributeKey;
    this.#numberOf = numberOf;
  }

  // #region statuses
  async listStatuses(options?: CallOptions): Promise<StatusList> {
    const { rows } = await this.#load(options);
    return { items: liveStatuses(rows), seq: '0' }; // there is no change feed, so the position is constant
  }

  createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    return this.#write(options, async (pipeline) => {
      const plan = planCreate(pipeline.rows, data);
      if ('existing' in plan) return toStatus(plan.existing);
      placeRows(pipeline, plan.moved);
      const row = putRow(pipeline, { ...plan.row, value: freeValue(pipeline, plan.row.name) });
      await this.#save(pipeline, options);
      return toStatus(row);
    });
  }

  updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    return this.#write(options, async (pipeline) => {
      const held = pipeline.rows.get(id);
      const next = planUpdate(pipeline.rows, id, patch, options.ifVersion);
      if (next === held) return toStatus(held);
      const row = putRow(pipeline, { ...held!, ...next });
      await this.#save(pipeline, options);
      return toStatus(row);
    });
  }

  moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    return this.#write(options, async (pipeline) => {
      const placements = planMove(pipeline.rows, id, after);
      placeRows(pipeline, placements);
      if (placements.length) await this.#save(pipeline, options);
      return liveStatuses(pipeline.rows);
    });
  }
  // #endregion

  // #region delete
  deleteStatus(id: Id, options: CallOptions & { ifVersion: number; moveTo?: Id | null }): Promise<{ moved: number }> {
    return this.#write(options, async (pipeline) => {
      const moved = await this.#countHaving(pipeline, id, options);
      checkDelete(pipeline.rows, id, options, moved);
      const movedVersion = ++pipeline.moves * STRETCH;
      const gone = { deleted: true, heir: options.moveTo ?? null, movedVersion, deletedAt: Date.now() } as const;
      putRow(pipeline, { ...pipeline.rows.get(id)!, ...gone });
      await this.#save(pipeline, options);
      return { moved };
    });
  }

  restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    return this.#write(options, async (pipeline) => {
      if (!checkRestore(pipeline.rows, id).deleted) return { status: toStatus(pipeline.rows.get(id)!), restored: 0 };
      const { deleted: _, heir: _heir, deletedAt: _deletedAt, ...row } = pipeline.rows.get(id)!;
      const status = toStatus(putRow(pipeline, { ...row, movedVersion: ++pipeline.moves * STRETCH }));
      await this.#save(pipeline, options);
      return { status, restored: await this.#countHaving(pipeline, id, options) };
    });
  }

  /** How many conversations currently have the status, including those inherited from deleted ones. */
  #countHaving({ rows }: Pipeline, id: Id, options?: CallOptions): Promise<number> {
    const values = [...rows.values()].filter((row) => resolveStatusId(rows, row.id) === id).map((row) => row.value);
    return values.length ? this.#api.countHaving(this.#key, values, options) : Promise.resolve(0);
  }
  // #endregion

  // #region entries
  async getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    checkAborted(options);
    const ids = conversationIds.map((id) => parseId(id, 'conversationId'));
    const conversations = await this.#conversations(ids, options);
    // Read after the conversations, so that it includes every status they have.
    const pipeline = await this.#load(options);
    const entries = new Map<Id, Entry>();
    for (const [id, { custom_attributes }] of conversations) {
      const entry = this.#entryIn(pipeline, id, custom_attributes);
      if (entry) entries.set(id, entry);
    }
    return entries;
  }

  setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    return this.#write(options, async (pipeline) => {
      const refs = conversations.map(parseConversationRef);
      const status =
        statusId === null ? null : requireLiveStatus(pipeline.rows, parseId(statusId, 'statusId'), 'statusId').id;
      const ids = refs.map((ref) => ref.conversationId);
      const held = await this.#conversations(ids, options);
      const results: SetResult[] = [];
      for (const ref of refs) {
        try {
          const entry = await this.#setOne(pipeline, held.get(ref.conversationId), ref, status, options);
          results.push({ conversationId: ref.conversationId, ok: true, entry });
        } catch (error) {
          // Earlier conversations are already stored, so only a call for a single one can be rejected as a whole.
          if (refs.length === 1) throw error;
          results.push({ conversationId: ref.conversationId, ok: false, error: PipelineError.from(error) });
        }
      }
      return results;
    });
  }
  // #endregion

  // #region set one
  async #setOne(
    pipeline: Pipeline,
    conversation: Conversation | undefined,
    { conversationId, contactId }: ConversationRef,
    to: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<Entry> {
    if (!conversation) throw new PipelineError('not-found', `Chatwoot has no conversation "${conversationId}".`);
    const current = this.#entryIn(pipeline, conversationId, conversation.custom_attributes);
    if (options?.ifVersion !== undefined && options.ifVersion !== (current?.version ?? 0)) {
      throw new PipelineError('conflict', 'The conversation has been changed in the meantime.', { current });
    }
    const attributes = {
      // Chatwoot replaces all attributes, so those that are not sent would be lost.
      ...conversation.custom_attributes,
      [this.#key]: to === null ? null : pipeline.rows.get(to)!.value,
      [`${this.#key}_contact`]: current?.contactId ?? contactId ?? null,
      [`${this.#key}_version`]: Math.max(current?.version ?? 0, pipeline.moves * STRETCH) + 1,
      [`${this.#key}_changed_at`]: (current?.statusId ?? null) === to ? (current?.changedAt ?? 0) : Date.now(),
    };
    await this.#api.putAttributes(conversation.id, attributes, options);
    conversation.custom_attributes = attributes;
    return this.#entryIn(pipeline, conversationId, attributes)!;
  }

  /**
   * The entry stored in the attributes, with deletes resolved; `undefined` if the pipeline does not know the
   * conversation.
   */
  #entryIn({ rows }: Pipeline, conversationId: Id, attributes: Attributes): Entry | undefined {
    const value = attributes[this.#key] ?? null;
    const version = attributes[`${this.#key}_version`];
    if (value === null && version === undefined) return undefined;
    return resolveEntry(rows, {
      conversationId,
      contactId: (attributes[`${this.#key}_contact`] as Id | undefined) ?? null,
      // Agents may have added values to the list in Chatwoot; these are not statuses.
      statusId: [...rows.values()].find((row) => row.value === value)?.id ?? null,
      // A value without a version was picked in Chatwoot.
      version: Number(version ?? 1),
      changedAt: Number(attributes[`${this.#key}_changed_at`] ?? 0),
    });
  }
  // #endregion

  async #conversations(ids: readonly Id[], options?: CallOptions): Promise<Map<Id, Conversation>> {
    const numbers = new Map<Id, number>();
    for (const id of ids) {
      const number = this.#numberOf(id);
      if (number !== undefined) numbers.set(id, number);
    }
    const found = await this.#api.getConversations([...numbers.values()], options);
    const conversations = new Map<Id, Conversation>();
    for (const [id, number] of numbers) {
      const conversation = found.get(number);
      if (conversation) conversations.set(id, conversation);
    }
    return conversations;
  }

  // #region storage
  async #load(options?: CallOptions): Promise<Pipeline> {
    const definition = await this.#api.findDefinition(this.#key, options);
    if (!definition) return { id: undefined, moves: 0, rows: new Map() };
    try {
      const { moves, rows } = JSON.parse(definition.attribute_description ?? '') as { moves: number; rows: Row[] };
      return {
        id: definition.id,
        moves,
        rows: new Map(rows.map((row) => [row.id, { ...row, value: row.value ?? row.name }])),
      };
    } catch (cause) {
      const message = `The custom attribute "${this.#key}" already exists and was not created by this adapter.`;
      throw new PipelineError('bad-response', message, { cause });
    }
  }

  /** Sends all changes in one request, which makes them atomic: Chatwoot has no transactions. */
  async #save({ id, moves, rows }: Pipeline, options?: CallOptions): Promise<void> {
    // A value equal to the name is omitted.
    const stored = [...rows.values()].map(({ value, ...row }) => (value === row.name ? row : { ...row, value }));
    const description = JSON.stringify({ moves, rows: stored });
    if (description.length > MAX_DESCRIPTION) {
      throw new PipelineError('limit', `Chatwoot stores at most ${MAX_DESCRIPTION} characters of statuses.`);
    }
    const values = liveStatuses(rows).map((status) => rows.get(status.id)!.value);
    await this.#api.putDefinition(
      {
        id,
        attribute_key: this.#key,
        attribute_display_name: 'Pipeline status',
        attribute_description: description,
        attribute_values: values,
      },
      options,
    );
  }

  /** Runs writes one at a time, each on Chatwoot's current data. A repeated `opId` has no effect. */
  #write<T>(options: CallOptions | undefined, work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
    return this.#once.run(options?.opId, async () => {
      checkAborted(options);
      const result = this.#tail.then(async () => work(await this.#load(options)));
      this.#tail = result.catch(() => {});
      return result;
    });
  }
  // #endregion
}

const numberIn = (conversationId: Id): number | undefined =>
  /^[1-9]\d{0,9}$/.test(conversationId) ? Number(conversationId) : undefined;

function checkAborted(options: CallOptions | undefined): void {
  if (options?.signal?.aborted) throw new PipelineError('aborted', 'The call was aborted.');
}

function putRow(pipeline: Pipeline, row: Row): Row {
  const next = { ...row, version: row.version + 1 };
  pipeline.rows.set(row.id, next);
  return next;
}

function placeRows(pipeline: Pipeline, placements: readonly Placement[]): void {
  for (const { id, rank } of placements) putRow(pipeline, { ...pipeline.rows.get(id)!, rank });
}

/** The name, with a number appended if a status had this value before, because conversations may still have it. */
function freeValue({ rows }: Pipeline, name: string): string {
  const taken = new Set([...rows.values()].map((row) => nameKey(row.value)));
  let value = name;
  for (let n = 2; taken.has(nameKey(value)); n++) value = `${name} (${n})`;
  return value;
}
