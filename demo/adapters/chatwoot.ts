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
/** A status; `value` is what Chatwoot shows and stores for it: the name it was created with, never used twice. */
interface Row extends StatusRow {
  value: string;
}

/** What the definition's description holds. */
interface Pipeline {
  /** Of the definition; `undefined` as long as there is none. */
  id: number | undefined;
  /** How many deletes and restores there were. */
  moves: number;
  rows: Map<Id, Row>;
}

/**
 * A delete gives its conversations a higher version without touching them. So versions run in stretches: each delete
 * or restore begins the next one, and within it a conversation counts its own changes.
 */
const STRETCH = 1_000_000;
// #endregion

export interface ChatwootOptions {
  /** Such as `https://chat.example.com`. */
  baseUrl: string;
  accountId: number;
  /** Of an agent or a bot; it can do all that this one can, so keep it out of pages: let a proxy of yours add it. */
  token: string;
  /** Key of the custom attribute; `pipeline_status` unless told. */
  attributeKey?: string;
  /** Chatwoot's number of a conversation, where the page calls it by another id. */
  numberOf?(conversationId: Id): number | undefined;
}

/** Keeps a pipeline in the custom attributes of Chatwoot's conversations. */
export class ChatwootAdapter implements PipelineAdapter {
  readonly #api: ChatwootApi;
  readonly #key: string;
  readonly #numberOf: (conversationId: Id) => number | undefined;
  readonly #once = new IdempotencyCache();
  /** The last write: the next one waits for it. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor({ attributeKey = 'pipeline_status', numberOf = numberIn, ...options }: ChatwootOptions) {
    this.#api = new ChatwootApi(options);
    this.#key = attributeKey;
    this.#numberOf = numberOf;
  }

  // #region statuses
  async listStatuses(options?: CallOptions): Promise<StatusList> {
    const { rows } = await this.#load(options);
    return { items: liveStatuses(rows), seq: '0' }; // nothing to subscribe to, so no place in it
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

  /** How many conversations have the status now, those that came by a delete included. */
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
    // After the conversations: a status that one of them has is known then.
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
          // Those before it are stored: only a call for one can still be refused as a whole.
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
      throw new PipelineError('conflict', 'The conversation was changed meanwhile.', { current });
    }
    const attributes = {
      // Chatwoot replaces them all: what is not sent back is lost.
      ...conversation.custom_attributes,
      [this.#key]: to === null ? null : pipeline.rows.get(to)!.value,
      [`${this.#key}_contact`]: contactId ?? current?.contactId ?? null,
      [`${this.#key}_version`]: Math.max(current?.version ?? 0, pipeline.moves * STRETCH) + 1,
      [`${this.#key}_changed_at`]: (current?.statusId ?? null) === to ? (current?.changedAt ?? 0) : Date.now(),
    };
    await this.#api.putAttributes(conversation.id, attributes, options);
    conversation.custom_attributes = attributes;
    return this.#entryIn(pipeline, conversationId, attributes)!;
  }

  /** What the attributes say, with deletes followed; `undefined` when the pipeline never knew the conversation. */
  #entryIn({ rows }: Pipeline, conversationId: Id, attributes: Attributes): Entry | undefined {
    const value = attributes[this.#key] ?? null;
    const version = attributes[`${this.#key}_version`];
    if (value === null && version === undefined) return undefined;
    return resolveEntry(rows, {
      conversationId,
      contactId: (attributes[`${this.#key}_contact`] as Id | undefined) ?? null,
      // Agents may have edited the list in Chatwoot: a value of theirs is no status of ours.
      statusId: [...rows.values()].find((row) => row.value === value)?.id ?? null,
      // Without a version it was picked in Chatwoot.
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
      const message = `The custom attribute "${this.#key}" is there already, and was not made by this adapter.`;
      throw new PipelineError('bad-response', message, { cause });
    }
  }

  /** One request for all that changed: Chatwoot has no transaction, but this is one. */
  async #save({ id, moves, rows }: Pipeline, options?: CallOptions): Promise<void> {
    // A value that is the name goes without saying.
    const stored = [...rows.values()].map(({ value, ...row }) => (value === row.name ? row : { ...row, value }));
    const description = JSON.stringify({ moves, rows: stored });
    if (description.length > MAX_DESCRIPTION) {
      throw new PipelineError('limit', `Chatwoot keeps at most ${MAX_DESCRIPTION} characters of statuses.`);
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

  /** One write after the other, each from what Chatwoot has by then; the same `opId` twice happens once. */
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

/** The name, or with a number behind it where a status had it before: its conversations still hold the value. */
function freeValue({ rows }: Pipeline, name: string): string {
  const taken = new Set([...rows.values()].map((row) => nameKey(row.value)));
  let value = name;
  for (let n = 2; taken.has(nameKey(value)); n++) value = `${name} (${n})`;
  return value;
}
