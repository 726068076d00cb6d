/** Exports everything that an adapter has, as a stream of JSON Lines. */
import type { PipelineAdapter } from '../adapters/adapter.js';
import type { ConversationRecord, Export, TransferOptions, WithTransfer } from '../adapters/transfer.js';
import type { Id } from '../model/id.js';
import { PipelineError } from '../model/errors.js';
import { checkAborted } from '../model/abort.js';
import { header, serialize, statusLine, type Line } from './format.js';

export interface ExportOptions extends TransferOptions {
  /** The conversations to export, for an adapter without `find()`, which cannot list them. */
  conversationIds?: readonly Id[];
}

/** The most ids that one request of the REST wire may name. */
export const BATCH = 200;
/** How many histories are read at a time: browsers open six connections to a server. */
const HISTORIES_AT_ONCE = 6;

/**
 * Everything as UTF-8 text in JSON Lines: the statuses in order, and each conversation with its status, contact, activity
 * and history, as far as the adapter keeps them. Data is read while the stream is read. The stream fails with a
 * `PipelineError`.
 *
 *     const file = await new Response(exportPipeline(adapter)).blob();
 */
export function exportPipeline(adapter: PipelineAdapter, options: ExportOptions = {}): ReadableStream<Uint8Array> {
  return toByteStream(lines(adapter, options));
}

async function* lines(adapter: PipelineAdapter, options: ExportOptions): AsyncGenerator<string> {
  const { statuses, conversations, total = 0 } = await readAll(adapter, options);
  yield [header(), ...statuses.map(statusLine)].map(serialize).join('');
  let done = 0;
  for await (const batch of conversations) {
    checkAborted(options.signal);
    yield batch.map((each) => serialize({ type: 'conversation', ...each })).join('');
    done += batch.length;
    options.onProgress?.(done, total);
  }
  checkAborted(options.signal);
  const end: Line = { type: 'end', statuses: statuses.length, conversations: done };
  yield serialize(end);
}

/** Everything that the adapter has. Rejects with a `PipelineError`. */
export async function readAll(adapter: PipelineAdapter, options: ExportOptions, hasHistories = true): Promise<Export> {
  const { exportAll } = adapter as Partial<WithTransfer>;
  const callOptions = options.signal ? { signal: options.signal } : {};
  if (exportAll && !options.conversationIds) return exportAll.call(adapter, callOptions);
  if (!adapter.find && !options.conversationIds) {
    throw new PipelineError(
      'invalid',
      'conversationIds: this adapter has no find(), so name the conversations to export.',
      { field: 'conversationIds' },
    );
  }
  const { items } = await adapter.listStatuses(callOptions);
  const ids = options.conversationIds ? batchesOfIds(options.conversationIds) : foundIds(adapter, callOptions);
  return {
    statuses: items,
    conversations: readConversations(adapter, ids, callOptions, hasHistories),
    ...(options.conversationIds ? { total: options.conversationIds.length } : {}),
  };
}

function* batchesOfIds(ids: readonly Id[]): Generator<readonly Id[]> {
  for (let start = 0; start < ids.length; start += BATCH) yield ids.slice(start, start + BATCH);
}

async function* foundIds(adapter: PipelineAdapter, options: { signal?: AbortSignal }): AsyncGenerator<readonly Id[]> {
  let pageToken: string | undefined;
  do {
    const filter = { op: 'any-of', statusIds: [] } as const;
    const page = await adapter.find!(
      { of: 'conversation', filter, pageSize: BATCH, ...(pageToken ? { pageToken } : {}) },
      options,
    );
    yield page.ids;
    pageToken = page.nextPageToken;
  } while (pageToken);
}

async function* readConversations(
  adapter: PipelineAdapter,
  batches: Iterable<readonly Id[]> | AsyncIterable<readonly Id[]>,
  options: { signal?: AbortSignal },
  hasHistories: boolean,
): AsyncGenerator<readonly ConversationRecord[]> {
  // While pages are read, activity can move a conversation to a page that was already read, or to one that was not.
  const seen = new Set<Id>();
  for await (const ids of batches) {
    const fresh = ids.filter((id) => !seen.has(id) && seen.add(id));
    const entries = await adapter.getEntries(fresh, options);
    const records: ConversationRecord[] = [];
    for (let start = 0; start < fresh.length; start += HISTORIES_AT_ONCE) {
      const some = fresh.slice(start, start + HISTORIES_AT_ONCE);
      records.push(
        ...(await Promise.all(
          some.map(async (conversationId): Promise<ConversationRecord> => {
            const history = hasHistories ? await adapter.history?.(conversationId, options) : undefined;
            const { contactId = null, statusId = null, changedAt = 0 } = entries.get(conversationId) ?? {};
            const record = { conversationId, contactId, statusId, changedAt };
            return history?.length ? { ...record, history } : record;
          }),
        )),
      );
    }
    yield records;
  }
}

/** The text as a stream of bytes, made as it is read. */
export function toByteStream(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await chunks.next();
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      } catch (thrown) {
        controller.error(PipelineError.from(thrown));
      }
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
