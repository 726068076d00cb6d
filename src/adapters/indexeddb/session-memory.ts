/** Keeps a pipeline in memory while the browser gives no storage, and copies it to the database once it does. */
import type { ConversationRef, SetResult } from '../../model/entry.js';
import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import { newId, type Id } from '../../model/id.js';
import type { CallOptions, PipelineAdapter } from '../adapter.js';
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
   * Resolves to what the adapter refused.
   */
  async copyTo(target: PipelineAdapter): Promise<readonly PipelineError[]> {
    const refused: PipelineError[] = [];
    const unlessRefused = async (write: () => Promise<unknown>): Promise<void> => {
      try {
        await write();
      } catch (thrown) {
        const error = PipelineError.from(thrown);
        if (!REFUSED.has(error.code)) throw error;
        refused.push(error);
      }
    };
    const there = (await target.listStatuses()).items;
    const nameOf = (name: string): string => name.toLowerCase();
    const copies = new Map<Id | null, Id | null>([[null, null]]);
    for (const { id, name, color } of (await this.listStatuses()).items) {
      const same = there.find((each) => each.id === id) ?? there.find((each) => nameOf(each.name) === nameOf(name));
      if (same) copies.set(id, same.id);
      else {
        await unlessRefused(async () => {
          const create = (newStatusId: Id) => target.createStatus({ id: newStatusId, name, color });
          const { id: copy } = await create(id).catch((thrown: unknown) => {
            // The id of a status that was deleted there.
            if (PipelineError.from(thrown).code !== 'conflict') throw thrown;
            return create(newId());
          });
          copies.set(id, copy);
        });
      }
    }
    const refs = [...this.#refs.values()];
    if (refs.length) await unlessRefused(async () => target.putConversations?.(refs));
    const byStatus = new Map<Id | null, ConversationRef[]>();
    for (const [id, { statusId }] of await this.getEntries([...this.#set])) {
      const copy = copies.get(statusId);
      if (copy !== undefined) byStatus.set(copy, [...(byStatus.get(copy) ?? []), this.#refs.get(id)!]);
    }
    for (const [statusId, conversations] of byStatus) {
      await unlessRefused(async () => {
        for (const result of await target.setStatus(conversations, statusId))
          if (!result.ok) refused.push(result.error);
      });
    }
    return refused;
  }

  #remember(ref: ConversationRef): void {
    this.#refs.set(ref.conversationId, { ...this.#refs.get(ref.conversationId), ...ref });
  }
}
