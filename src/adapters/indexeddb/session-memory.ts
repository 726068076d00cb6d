/** Keeps a pipeline in memory while the browser gives no storage, and copies it to the database once it does. */
import type { ConversationRef, SetResult } from '../../model/entry.js';
import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import { newId, type Id } from '../../model/id.js';
import type { Status } from '../../model/status.js';
import type { CallOptions, ForgetQuery, PipelineAdapter } from '../adapter.js';
import { MemoryAdapter } from '../memory.js';
import type { Import, TransferOptions } from '../transfer.js';

/** Errors by which an adapter refuses one status or conversation; after any other, copying is tried again later. */
const REFUSED: ReadonlySet<PipelineErrorCode> = new Set([
  'invalid',
  'limit',
  'conflict',
  'status-deleted',
  'not-found',
]);

/** A `MemoryAdapter` that remembers which conversations it was told of, so that they can be copied. */
export class SessionMemory extends MemoryAdapter {
  readonly #refs = new Map<Id, ConversationRef>();
  /** The conversations whose status was set here. */
  readonly #set = new Set<Id>();

  override async setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    const results = await super.setStatus(conversations, statusId, options);
    results.forEach(({ ok, conversationId }, i) => {
      if (!ok) return;
      this.#remember(conversations[i]!);
      this.#set.add(conversationId);
    });
    return results;
  }

  override async putConversations(conversations: readonly ConversationRef[], options?: CallOptions): Promise<void> {
    await super.putConversations(conversations, options);
    for (const ref of conversations) this.#remember(ref);
  }

  override async forget(query: ForgetQuery, options?: CallOptions): Promise<void> {
    await super.forget(query, options);
    const known = await this.getEntries([...this.#refs.keys()]);
    for (const id of this.#refs.keys()) {
      if (known.has(id)) continue;
      this.#refs.delete(id);
      this.#set.delete(id);
    }
    const contactIds = new Set(query.contactIds);
    for (const [id, { contactId, ...ref }] of this.#refs) if (contactIds.has(contactId!)) this.#refs.set(id, ref);
  }

  override async importAll(data: Import, options?: TransferOptions): Promise<void> {
    await super.importAll(data, options);
    for (const { conversationId, contactId, activityAt } of data.conversations) {
      this.#remember({ conversationId, contactId, ...(activityAt === undefined ? {} : { activityAt }) });
      this.#set.add(conversationId);
    }
  }

  /**
   * Copies everything to another adapter, where it comes after what is there. A status whose id or name is there becomes
   * that one; a status that was set here replaces the one there, because it was set later. Can be repeated after an error.
   * Resolves to descriptions of what the other adapter refused.
   */
  async copyTo(target: PipelineAdapter): Promise<readonly string[]> {
    const refused: string[] = [];
    const refuse = (what: string, thrown: unknown): void => {
      const error = PipelineError.from(thrown);
      if (!REFUSED.has(error.code)) throw error;
      refused.push(`${what} was not copied to the storage of this device: ${error.message}`);
    };
    const byStatus = await this.#conversationsByStatus();
    const { items: there } = await target.listStatuses();
    const copies = new Map<Id | null, Id>();
    for (const status of (await this.listStatuses()).items) {
      try {
        copies.set(status.id, findSame(there, status) ?? (await createCopy(target, status)));
      } catch (thrown) {
        const count = byStatus.get(status.id)?.length ?? 0;
        refuse(`The status "${status.name}", which ${count} conversation${count === 1 ? ' has' : 's have'},`, thrown);
        byStatus.delete(status.id);
      }
    }
    try {
      if (this.#refs.size) await target.putConversations?.([...this.#refs.values()]);
    } catch (thrown) {
      refuse('The list of conversations', thrown);
    }
    for (const [statusId, conversations] of byStatus) {
      try {
        const results = await target.setStatus(conversations, copies.get(statusId) ?? null);
        for (const result of results) {
          if (!result.ok) refuse(`The status of the conversation "${result.conversationId}"`, result.error);
        }
      } catch (thrown) {
        refuse(`The status of ${conversations.length} conversations`, thrown);
      }
    }
    return refused;
  }

  /** The conversations whose status was set here. */
  async #conversationsByStatus(): Promise<Map<Id | null, ConversationRef[]>> {
    const byStatus = new Map<Id | null, ConversationRef[]>();
    for (const [id, { statusId }] of await this.getEntries([...this.#set])) {
      byStatus.set(statusId, [...(byStatus.get(statusId) ?? []), this.#refs.get(id)!]);
    }
    return byStatus;
  }

  #remember(ref: ConversationRef): void {
    this.#refs.set(ref.conversationId, { ...this.#refs.get(ref.conversationId), ...ref });
  }
}

/** The stored status that counts as the same. */
function findSame(there: readonly Status[], { id, name }: Status): Id | undefined {
  const isSameName = (each: Status): boolean => each.name.toLowerCase() === name.toLowerCase();
  return (there.find((each) => each.id === id) ?? there.find(isSameName))?.id;
}

async function createCopy(target: PipelineAdapter, { id, name, color }: Status): Promise<Id> {
  const create = async (copyId: Id): Promise<Id> => (await target.createStatus({ id: copyId, name, color })).id;
  try {
    return await create(id);
  } catch (thrown) {
    // The id of a status that was deleted there.
    if (!['conflict', 'status-deleted'].includes(PipelineError.from(thrown).code)) throw thrown;
    return create(newId());
  }
}
