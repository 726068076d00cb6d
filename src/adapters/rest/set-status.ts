/** Writes the statuses of conversations: in batches, once each, and only in the session that the write was made in. */
import { type ConversationRef, type Entry, type SetResult } from '../../model/entry.js';
import { PipelineError } from '../../model/errors.js';
import { sessionChanged } from '../../model/abort.js';
import type { Id } from '../../model/id.js';
import { readEntry, readRecord } from '../../model/reading.js';
import { isPathSegment } from '../../model/validate.js';
import type { CallOptions, SettledWrite, WaitingWrite } from '../adapter.js';
import type { Decoder, RecordsById } from './decode.js';
import { badResponse, isSuperseded, keptError, supersededError } from './errors.js';
import type { Http } from './http.js';
import type { Outbox, OutboxIdentity, OutboxWrite } from './outbox.js';
import {
  BATCH_SIZE,
  type BaseUrl,
  type HttpRequest,
  type IdempotencyKeys,
  ifMatch,
  inBatches,
  limitConcurrency,
} from './request.js';
import type { Environment } from './retry.js';
import type { Session, WriteContext } from './session.js';
import { RETRIED, type WriteHandle, type WriteQueue } from './write-queue.js';

export interface StatusWrite extends WriteHandle {
  refs: readonly ConversationRef[];
  statusId: Id | null;
  ifVersion: number | undefined;
  /** Called after each request. */
  onProgress?: CallOptions['onProgress'];
}

/** The conversations of a write that are sent in one request. */
interface StatusWritePart extends OutboxWrite {
  /** The `opId` of the call; of a write that an earlier page has made, its key. */
  readonly opId: string;
  readonly signal: AbortSignal;
  readonly context: WriteContext;
  readonly onWait: CallOptions['onWait'];
  /** The server's name for the session that it belongs to, once that is known. */
  sessionName: string | undefined;
  /** An earlier page has made it: no caller waits for it. */
  readonly isRestored: boolean;
  readonly isFirst: boolean;
}

export interface StatusWriterOptions {
  http: Http;
  base: BaseUrl;
  decoder: Decoder;
  queue: WriteQueue;
  keys: IdempotencyKeys;
  session: Session;
  outbox: Outbox;
  environment: Environment;
}

type OutboxListener = (settled?: SettledWrite) => void;

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #unfinished = new Set<StatusWritePart>();
  readonly #waiting = new Map<StatusWritePart, WaitingWrite>();
  #waitingList: readonly WaitingWrite[] = [];
  readonly #listeners = new Set<OutboxListener>();
  /** What was settled while nobody listened. */
  #unreported: SettledWrite[] = [];
  #isClosed = false;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** The writes that wait for the network, or that an earlier page has made. */
  get waiting(): readonly WaitingWrite[] {
    return this.#waitingList;
  }

  /** See `WithOutbox`. */
  onWaiting(listener: OutboxListener): () => void {
    this.#listeners.add(listener);
    const unreported = this.#unreported;
    this.#unreported = [];
    queueMicrotask(() => {
      if (!this.#listeners.has(listener)) return;
      for (const settled of unreported) listener(settled);
      if (this.#waitingList.length) listener();
    });
    return () => this.#listeners.delete(listener);
  }

  /** Resolves to one result for each conversation, in order. Rejects if no part of the write was accepted. */
  async write(write: StatusWrite): Promise<SetResult[]> {
    const { key, statusId, ifVersion, signal, context, onWait } = write;
    // A conversation that is named twice is sent once.
    const byId = new Map<Id, ConversationRef>();
    for (const ref of write.refs) byId.set(ref.conversationId, { ...byId.get(ref.conversationId), ...ref });
    // A version belongs to one conversation, and a batch cannot have one.
    const batches = inBatches([...byId.values()], ifVersion === undefined ? BATCH_SIZE : 1);
    const call = { opId: key, statusId, ifVersion, signal, context, onWait, sessionName: context.sessionName };
    const since = this.#options.environment.now();
    const parts = batches.map((refs, index): StatusWritePart => {
      const isFirst = index === 0;
      return { ...call, refs, since, key: this.#options.keys.ofPart(key, index), isRestored: false, isFirst };
    });
    this.#options.outbox.add(parts, identityOf(context));
    const limit = limitConcurrency();
    const errors: PipelineError[] = [];
    let remaining = byId.size;
    const send = async (part: StatusWritePart, index: number): Promise<SetResult[]> => {
      try {
        return await this.#send(part, limit);
      } catch (thrown) {
        return failed(part, (errors[index] = PipelineError.from(thrown)));
      } finally {
        this.#setWaiting(part, undefined);
        remaining -= part.refs.length;
        report(write, remaining);
      }
    };
    const results = await Promise.all(parts.map(send));
    const [firstError, ...otherErrors] = errors.filter(Boolean);
    if (firstError && (otherErrors.length + 1 === parts.length || signal.aborted)) throw firstError;
    const resultById = new Map(results.flat().map((result) => [result.conversationId, result]));
    return write.refs.map(({ conversationId }) => resultById.get(conversationId)!);
  }

  /** Sends writes that an earlier page has made, in the current session. */
  restore(writes: readonly OutboxWrite[]): void {
    if (this.#isClosed) return;
    const { http, session } = this.#options;
    for (const write of writes) {
      const context = http.captureContext();
      const { signal } = new AbortController();
      const own = { opId: write.key, signal, context, sessionName: session.name, isRestored: true, isFirst: false };
      const onWait: CallOptions['onWait'] = (wait) => {
        if (this.#waiting.has(part)) this.#setWaiting(part, { ...waitingOf(part), wait });
      };
      const part: StatusWritePart = { ...write, ...own, onWait };
      void this.#sendRestored(part);
    }
  }

  /** Reports writes of credentials that are gone, which are not sent. */
  reportLost(writes: readonly OutboxWrite[]): void {
    for (const write of writes) this.#report({ ...write, opId: write.key }, failed(write, sessionChanged()));
  }

  /**
   * The server has named the session that began with `epoch`. Its requests, some of which were made before, are kept for
   * it when it ends; their callers receive `session-changed`.
   */
  nameSession(sessionName: string, epoch: number): void {
    const unnamed = [...this.#unfinished].filter((part) => !part.sessionName && part.context.epoch === epoch);
    for (const part of unnamed) part.sessionName = sessionName;
    this.#options.outbox.rename(
      unnamed.map(({ key }) => key),
      sessionName,
    );
  }

  /** What was not reported is about the session that has ended. */
  endSession(): void {
    this.#unreported = [];
  }

  /** From now on what could not be sent is kept for the next adapter of its session. */
  close(): void {
    this.#isClosed = true;
  }

  async #sendRestored(part: StatusWritePart): Promise<void> {
    try {
      this.#report(part, await this.#send(part, (call) => call()));
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      if (!this.#mustKeep(part, error)) this.#report(part, failed(part, error));
    } finally {
      // Last: what it changed is known before it is no longer pending.
      this.#setWaiting(part, undefined);
    }
  }

  async #send(part: StatusWritePart, limit: ReturnType<typeof limitConcurrency>): Promise<SetResult[]> {
    const { http, queue, outbox } = this.#options;
    const [first] = part.refs;
    const isSingle = part.refs.length === 1 && isPathSegment(first!.conversationId);
    const request = isSingle ? this.#singleRequest(part, first!) : this.#batchRequest(part);
    this.#unfinished.add(part);
    let isKept = false;
    try {
      return await queue.run({
        conversationIds: part.refs.map((ref) => ref.conversationId),
        signal: part.signal,
        since: part.since,
        isRestored: part.isRestored,
        isCounted: part.isFirst,
        onDelay: () => this.#setWaiting(part, waitingOf(part)),
        onWait: part.onWait,
        send: async () => {
          try {
            return await limit(() => http.send(request));
          } catch (thrown) {
            const error = PipelineError.from(thrown);
            if (error.code !== 'timeout') throw error;
            return await this.#checkApplied(part, error);
          }
        },
        sendDelayed: async (signal) => {
          if (!(await outbox.claim(part))) throw supersededError();
          request.isDelayed = true;
          request.signal = signal;
          // Its first attempts, of which this page knows nothing, may have been applied.
          request.mayBeApplied ||= part.isRestored;
          return http.send(request);
        },
      });
    } catch (thrown) {
      const error = PipelineError.from(thrown);
      if (isSuperseded(error)) return failed(part, error);
      isKept = this.#mustKeep(part, error);
      throw isKept && error.code === 'aborted' ? keptError() : error;
    } finally {
      this.#unfinished.delete(part);
      outbox.end(part, isKept);
    }
  }

  /** Whether a failure only means that this adapter cannot send the write: the next one of its session can. */
  #mustKeep(part: StatusWritePart, { code }: PipelineError): boolean {
    const { session } = this.#options;
    if (this.#isClosed && !part.signal.aborted && (code === 'aborted' || RETRIED.has(code))) return true;
    if (code === 'auth' && part.context.epoch === session.epoch && session.name !== undefined) {
      this.nameSession(session.name, session.epoch);
    }
    return (code === 'auth' || code === 'session-changed') && part.sessionName !== undefined;
  }

  #setWaiting(part: StatusWritePart, waiting: WaitingWrite | undefined): void {
    if (waiting) this.#waiting.set(part, waiting);
    else if (!this.#waiting.delete(part)) return;
    this.#waitingList = [...this.#waiting.values()];
    for (const listener of [...this.#listeners]) listener();
  }

  /** Reports a write that no caller waits for. */
  #report(part: Pick<StatusWritePart, 'opId' | 'refs' | 'statusId' | 'since'>, results: readonly SetResult[]): void {
    const settled: SettledWrite = { write: waitingOf(part), results };
    if (this.#listeners.size) for (const listener of [...this.#listeners]) listener(settled);
    else if (!this.#isClosed) this.#unreported.push(settled);
  }

  #singleRequest(part: StatusWritePart, ref: ConversationRef): HttpRequest<SetResult[]> {
    const { statusId, ifVersion, key, signal, context, onWait } = part;
    const { conversationId, contactId } = ref;
    return {
      method: 'PUT',
      url: this.#options.base.resolve(['conversations', conversationId, 'status']),
      body: { statusId, ...(contactId == null ? {} : { contactId }) },
      ...(ifVersion === undefined ? {} : { headers: () => ifMatch(ifVersion) }),
      key,
      signal,
      context,
      onWait,
      failsFastOffline: true,
      read: (body) => {
        const entry = readRecord('entry', body, readEntry);
        if (entry.conversationId === conversationId) return [{ conversationId, ok: true, entry }];
        throw badResponse('The server responded with another conversation.');
      },
      resultIfApplied: ({ current }) => {
        const entry = current as Entry | undefined;
        const isApplied = entry?.conversationId === conversationId && entry.statusId === statusId;
        return isApplied ? [{ conversationId, ok: true, entry }] : undefined;
      },
    };
  }

  /** Also for a single conversation whose id cannot stand in a path. */
  #batchRequest({
    refs,
    statusId,
    ifVersion,
    key,
    signal,
    context,
    onWait,
  }: StatusWritePart): HttpRequest<SetResult[]> {
    const ids = refs.map((ref) => ref.conversationId);
    const conversations = refs.map(({ conversationId, contactId }) => ({
      conversationId,
      ...(contactId == null ? {} : { contactId }),
    }));
    return {
      method: 'POST',
      url: this.#options.base.resolve(['conversations', 'batch-set']),
      body: { conversations, statusId },
      ...(ifVersion === undefined ? {} : { headers: () => ifMatch(ifVersion) }),
      key,
      signal,
      context,
      onWait,
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
      // Not compared by contact: the one that the host told the server counts, not the one that was sent.
      if (entry?.statusId !== statusId) throw error;
      return { conversationId, ok: true, entry };
    });
  }
}

/** In a microtask: a listener that throws does not affect the write. */
function report({ onProgress, refs }: StatusWrite, remaining: number): void {
  const of = refs.length;
  // A conversation that is named twice counts as done with the last request.
  if (onProgress) queueMicrotask(() => onProgress(remaining ? Math.max(0, of - remaining) : of, of));
}

function waitingOf(part: Pick<StatusWritePart, 'opId' | 'refs' | 'statusId' | 'since'>): WaitingWrite {
  const { opId, refs: conversations, statusId, since } = part;
  return { opId, conversations, statusId, since };
}

const failed = ({ refs }: Pick<OutboxWrite, 'refs'>, error: PipelineError): SetResult[] =>
  refs.map(({ conversationId }) => ({ conversationId, ok: false, error }));

async function identityOf({ sessionName, credentials }: WriteContext): Promise<OutboxIdentity> {
  if (sessionName !== undefined) return { isNamed: true, text: sessionName };
  return { isNamed: false, text: (await credentials) ?? '' };
}
