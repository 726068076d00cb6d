/** Writes the statuses of conversations: in batches, once each, and only in the session that the write was made in. */
import { type ConversationRef, type Entry, type SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import type { Id } from '../../model/id.js';
import { readEntry, readRecord } from '../../model/reading.js';
import { isPathSegment } from '../../model/validate.js';
import type { Decoder, RecordsById } from './decode.js';
import { badResponse } from './errors.js';
import type { Http } from './http.js';
import {
  BATCH_SIZE,
  type BaseUrl,
  type HttpRequest,
  type IdempotencyKeys,
  ifMatch,
  inBatches,
  mapConcurrently,
} from './request.js';
import type { Environment } from './retry.js';
import { MAX_WRITE_AGE, type WriteHandle, type WriteQueue } from './write-queue.js';

/** Requests that are kept for one session that has ended. */
const MAX_SUSPENDED = 500;

export interface StatusWrite extends WriteHandle {
  refs: readonly ConversationRef[];
  statusId: Id | null;
  ifVersion: number | undefined;
}

/** The conversations of a write that are sent in one request. */
interface StatusWritePart extends StatusWrite {
  /** When it was made, milliseconds since the epoch. */
  since: number;
}

export interface StatusWriterOptions {
  http: Http;
  base: BaseUrl;
  decoder: Decoder;
  queue: WriteQueue;
  keys: IdempotencyKeys;
  environment: Environment;
}

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #unfinished = new Set<StatusWritePart>();
  /** Unfinished requests of sessions that have ended, by the server's name for the session. */
  readonly #suspended = new Map<string, StatusWritePart[]>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Resolves to one result for each conversation, in order. Rejects if no part of the write was accepted. */
  async write(write: StatusWrite): Promise<SetResult[]> {
    // A conversation that is named twice is sent once.
    const byId = new Map<Id, ConversationRef>();
    for (const ref of write.refs) byId.set(ref.conversationId, { ...byId.get(ref.conversationId), ...ref });
    // A version belongs to one conversation, and a batch cannot have one.
    const batches = inBatches([...byId.values()], write.ifVersion === undefined ? BATCH_SIZE : 1);
    const errors: PipelineError[] = [];
    const results = await mapConcurrently(batches, async (refs, index): Promise<SetResult[]> => {
      try {
        const key = this.#options.keys.ofPart(write.key, index);
        return await this.#send({ ...write, refs, key, since: this.#options.environment.now() });
      } catch (thrown) {
        const error = PipelineError.from(thrown);
        errors[index] = error;
        return refs.map(({ conversationId }) => ({ conversationId, ok: false, error }));
      }
    });
    const [firstError, ...otherErrors] = errors.filter(Boolean);
    if (firstError && (otherErrors.length + 1 === batches.length || write.signal.aborted)) throw firstError;
    const resultById = new Map(results.flat().map((result) => [result.conversationId, result]));
    return write.refs.map(({ conversationId }) => resultById.get(conversationId)!);
  }

  /**
   * Keeps unfinished requests for the session that they were made in, whose callers receive `session-changed`. `resume`
   * sends them when that session is back.
   */
  suspend(session: string): void {
    const earlier = this.#suspended.get(session) ?? [];
    this.#suspended.set(session, [...earlier, ...this.#unfinished].slice(-MAX_SUSPENDED));
  }

  /** Sends the requests that were kept for a session, which is the current one again. */
  resume(session: string): void {
    const parts = this.#suspended.get(session) ?? [];
    this.#suspended.delete(session);
    for (const part of parts) {
      if (this.#options.environment.now() - part.since > MAX_WRITE_AGE) continue;
      const { signal } = new AbortController();
      this.#send({ ...part, signal, context: this.#options.http.captureContext() }).catch((thrown: unknown) => {
        // No caller waits for it any more.
        const ids = part.refs.map((ref) => ref.conversationId).join(', ');
        console.warn(`pipeline-elements: a change of an earlier session was not saved (${ids}):`, thrown);
      });
    }
  }

  /** Drops the requests that are kept for other sessions. */
  dropSuspended(): void {
    this.#suspended.clear();
  }

  async #send(part: StatusWritePart): Promise<SetResult[]> {
    const [first] = part.refs;
    const isSingle = part.refs.length === 1 && isPathSegment(first!.conversationId);
    const request = isSingle ? this.#singleRequest(part, first!) : this.#batchRequest(part);
    this.#unfinished.add(part);
    try {
      return await this.#options.queue.run({
        conversationIds: part.refs.map((ref) => ref.conversationId),
        signal: part.signal,
        send: async () => {
          try {
            return await this.#options.http.send(request);
          } catch (thrown) {
            const error = PipelineError.from(thrown);
            if (error.code !== 'timeout') throw error;
            return await this.#checkApplied(part, error);
          }
        },
        sendDelayed: (signal) => {
          request.isDelayed = true;
          request.signal = signal;
          return this.#options.http.send(request);
        },
      });
    } finally {
      this.#unfinished.delete(part);
    }
  }

  #singleRequest(part: StatusWritePart, ref: ConversationRef): HttpRequest<SetResult[]> {
    const { statusId, ifVersion, key, signal, context } = part;
    const { conversationId, contactId } = ref;
    return {
      method: 'PUT',
      url: this.#options.base.resolve(['conversations', conversationId, 'status']),
      body: { statusId, ...(contactId === undefined ? {} : { contactId }) },
      ...(ifVersion === undefined ? {} : { headers: () => ifMatch(ifVersion) }),
      key,
      signal,
      context,
      failsFastOffline: true,
      read: (body) => {
        const entry = readRecord('entry', body, readEntry);
        if (entry.conversationId === conversationId) return [{ conversationId, ok: true, entry }];
        throw badResponse('The server responded with another conversation.');
      },
      resultIfApplied: ({ current }) => {
        const entry = current as Entry | undefined;
        const isApplied = entry?.conversationId === conversationId && isAsWritten(entry, ref, statusId);
        return isApplied ? [{ conversationId, ok: true, entry }] : undefined;
      },
    };
  }

  /** Also for a single conversation whose id cannot stand in a path. */
  #batchRequest({ refs, statusId, ifVersion, key, signal, context }: StatusWritePart): HttpRequest<SetResult[]> {
    const ids = refs.map((ref) => ref.conversationId);
    const conversations = refs.map(({ conversationId, contactId }) => ({
      conversationId,
      ...(contactId === undefined ? {} : { contactId }),
    }));
    return {
      method: 'POST',
      url: this.#options.base.resolve(['conversations', 'batch-set']),
      body: { conversations, statusId },
      ...(ifVersion === undefined ? {} : { headers: () => ifMatch(ifVersion) }),
      key,
      signal,
      context,
      failsFastOffline: true,
      read: (body) => this.#options.decoder.results(body, ids),
    };
  }

  /** Reads the entries after all responses to a write were lost. Throws the error unless the write was applied. */
  async #checkApplied(part: StatusWritePart, error: PipelineError): Promise<SetResult[]> {
    const { refs, statusId, signal, context } = part;
    const ids = refs.map((ref) => ref.conversationId);
    const request: HttpRequest<RecordsById<Entry>> = {
      method: 'POST',
      url: this.#options.base.resolve(['conversations', 'batch-get']),
      body: { ids },
      signal,
      context,
      isDelayed: true,
      isSingleAttempt: true,
      read: (body) => this.#options.decoder.entries(body, new Set(ids)),
    };
    const answer = await this.#options.http.send(request).catch(() => undefined);
    const entries = new Map(answer?.records);
    return refs.map((ref) => {
      const { conversationId } = ref;
      const entry = entries.get(conversationId);
      if (!entry || !isAsWritten(entry, ref, statusId)) throw error;
      return { conversationId, ok: true, entry };
    });
  }
}

/** Whether an entry already is as the write makes it. */
function isAsWritten(entry: Entry, ref: ConversationRef, statusId: Id | null): boolean {
  return entry.statusId === statusId && (ref.contactId === undefined || entry.contactId === ref.contactId);
}
