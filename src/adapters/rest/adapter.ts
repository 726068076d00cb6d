/** The adapter of a REST API: checks the arguments of each call, and describes its request. */
import type { Change } from '../../model/changes.js';
import { type ConversationRef, type Entry, type HistoryItem, type SetResult } from '../../model/entry.js';
import { type ContactSummary } from '../../model/contact.js';
import { type PipelineError } from '../../model/errors.js';
import { sessionChanged } from '../../model/abort.js';
import type { Id } from '../../model/id.js';
import { type NewStatus, type Status, type StatusPatch } from '../../model/status.js';
import { parseNewStatus, parseStatusPatch } from '../../model/status-edits.js';
import { unreadableRecords } from '../../model/reading.js';
import { unreadableIn, withUnreadable } from '../../model/unreadable.js';
import { isPathSegment, nullableStatusId, parseId, parseStatusId } from '../../model/validate.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  ForgetQuery,
  PipelineAdapter,
  StatusList,
  SettledWrite,
  SubscriptionState,
  WaitingWrite,
  WithOutbox,
  WithSession,
} from '../adapter.js';
import { checkIds, checkRefs, parseForgetQuery } from '../rules.js';
import { Auth, type HeadersSource, Session, type SessionChange } from './session.js';
import { Decoder, type RecordsById, statusResult } from './decode.js';
import { Finder } from './find.js';
import { Http } from './http.js';
import { Outbox } from './outbox.js';
import { sharedOutboxStorage } from './outbox-storage.js';
import { BaseUrl, IdempotencyKeys, ifMatch, inBatches, mapConcurrently } from './request.js';
import { type Environment, realEnvironment } from './retry.js';
import { StatusWriter } from './set-status.js';
import { Subscriptions } from './subscriptions.js';
import { InFlightWrites, WriteQueue } from './write-queue.js';

export interface RestOptions {
  /** Where the API is, such as `/api/pipeline`, without a query. Relative to the page as it is when the adapter is created. */
  baseUrl: string;
  /**
   * Sent with every request. A function is called before each attempt, so that a token can change. If the server does
   * not name its sessions, `Authorization` and headers whose names contain words like token, key, session, user,
   * tenant or account identify the user.
   */
  headers?: HeadersSource;
  /** Used instead of the browser's. Tabs share a change stream only with the browser's own. */
  fetch?: typeof globalThis.fetch;
  /** `same-origin` by default: cookies are only sent to the page's own origin. */
  credentials?: RequestCredentials;
  /**
   * Called when the server responds with 401, or with a sign-in page or a redirect to one, to renew what `headers` returns:
   * once for all requests refused together, which are then sent once more. With `false` or a rejection they fail with `auth`, as without this option.
   */
  onUnauthorized?(): unknown;
  /** For each attempt, in milliseconds; 15,000 by default. */
  timeoutMs?: number;
}

/**
 * Keeps a pipeline on a server that implements the REST API of this package (`openapi.json`).
 *
 * Every write has an idempotency key, so that it is applied once however often it is sent. Network failures and the
 * responses 408, 425, 429, 502, 503 and 504 are retried, up to five attempts in all; then the call rejects with
 * `offline`, `timeout`, `unavailable` or `rate-limited`, a read also if it would have to wait for more than 30 s. What
 * the browser blocks is `unavailable`, and the message says what to allow. Without a network, `setStatus` waits for up to
 * a day, and is sent in order once the network is back; a later one to the same conversations supersedes it. Until it is
 * sent or refused it is stored in the browser (IndexedDB), and survives `close()`, a reload and a crash: the next adapter
 * of the same base URL and session sends it. Aborting a call ends the wait; a write that was sent may still be applied.
 *
 * All data belongs to the session that the server names in `Pipeline-Session`. When a response names another session,
 * subscribers receive a `reset` with `forget`, and unfinished writes reject with `session-changed`; those of
 * `setStatus`, also those refused because the sign-in has expired, are stored for a day and sent if that session comes
 * back. If the server does not name its sessions, `headers` identify the user: a write is never sent with other
 * credentials than those it was made with. For another user of such a server, close the adapter and create a new one.
 * Session names and credentials are stored as hashes only.
 *
 * There is no `putConversations`: a server knows its conversations.
 */
export class RestAdapter implements PipelineAdapter, WithSession, WithOutbox {
  readonly #base: BaseUrl;
  readonly #http: Http;
  readonly #decoder = new Decoder();
  readonly #keys = new IdempotencyKeys();
  readonly #writes: InFlightWrites;
  readonly #queue: WriteQueue;
  readonly #statusWriter: StatusWriter;
  readonly #finder: Finder;
  readonly #outbox: Outbox;
  readonly #session = new Session((change) => this.#handleSessionChange(change));
  readonly #subscriptions: Subscriptions;
  /** The session that the list was last read in. */
  #listEpoch = 0;
  #cachedList: { etag: string; list: StatusList } | undefined;

  /** Throws `invalid` if the base URL cannot be one. `environment` is for tests, and not part of the API. */
  constructor(options: RestOptions, environment: Environment = realEnvironment) {
    const { baseUrl, headers, fetch, credentials = 'same-origin', onUnauthorized, timeoutMs = 15_000 } = options;
    this.#base = new BaseUrl(baseUrl);
    this.#http = new Http(
      {
        // Looked up for each request, so that a mock on the page is used, and not called as a method.
        fetch: (input, init) => (fetch ?? globalThis.fetch)(input, init),
        isOwnFetch: fetch !== undefined,
        credentials,
        timeoutMs,
        probeUrl: () => this.#base.resolve(['statuses']),
      },
      new Auth(headers, onUnauthorized && (() => onUnauthorized.call(options))),
      this.#session,
      environment,
    );
    const shared = { http: this.#http, base: this.#base, decoder: this.#decoder, environment };
    this.#finder = new Finder(shared);
    this.#queue = new WriteQueue(environment);
    this.#writes = new InFlightWrites(this.#http, this.#keys);
    const session = this.#session;
    const outbox = (this.#outbox = new Outbox({
      storage: environment.outboxStorage ?? sharedOutboxStorage(),
      baseUrl: () => this.#base.href,
      now: () => environment.now(),
      identity: () => ({ isNamed: session.name !== undefined, text: session.name ?? session.credentials ?? '' }),
      onTaken: (writes) => this.#statusWriter.restore(writes),
      onLost: (writes) => this.#statusWriter.reportLost(writes),
    }));
    this.#statusWriter = new StatusWriter({ ...shared, queue: this.#queue, keys: this.#keys, session, outbox });
    this.#subscriptions = new Subscriptions({ ...shared, session: this.#session, ownFetch: fetch });
  }

  /** Changes when another user has signed in. */
  get session(): string {
    return String(this.#session.namedEpoch);
  }

  /** Changes when requests have other credentials, or another user has signed in. */
  get credentials(): string {
    return String(this.#session.epoch);
  }

  /** The writes that wait for the network, and those of earlier pages of this session that are being sent. */
  get waiting(): readonly WaitingWrite[] {
    return this.#statusWriter.waiting;
  }

  onWaiting(listener: (settled?: SettledWrite) => void): () => void {
    return this.#statusWriter.onWaiting(listener);
  }

  async listStatuses(options?: CallOptions): Promise<StatusList> {
    const url = this.#base.resolve(['statuses']);
    // Evaluated for each attempt: a change of the session clears the cache.
    const headers = (): Record<string, string> => (this.#cachedList ? { 'If-None-Match': this.#cachedList.etag } : {});
    const read = (body: unknown, response: Response): StatusList => {
      this.#listEpoch = this.#session.namedEpoch;
      if (response.status === 304 && this.#cachedList) return this.#cachedList.list;
      const list = this.#decoder.statusList(body);
      const etag = response.headers.get('etag');
      this.#cachedList = etag ? { etag, list } : undefined;
      return list;
    };
    const list = await this.#http.read({ method: 'GET', url, headers, read }, options);
    this.#sendStored();
    const items = list.items.map((status) => ({ ...status }));
    return { ...list, items: withUnreadable(items, unreadableIn(list.items)) };
  }

  async createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    const body = parseNewStatus(data);
    const url = this.#base.resolve(['statuses']);
    return this.#writes.run(options, (write) =>
      this.#http.send({ ...write, method: 'POST', url, body, ...statusResult(body.id, body) }),
    );
  }

  async updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    const body = parseStatusPatch(patch);
    const url = this.#base.resolve(['statuses', parseStatusId(id)]);
    const headers = ifMatch(options.ifVersion);
    return this.#writes.run(options, (write) =>
      this.#http.send({ ...write, method: 'PATCH', url, headers: () => headers, body, ...statusResult(id, body) }),
    );
  }

  async moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    const url = this.#base.resolve(['statuses', parseStatusId(id), 'move']);
    const body = { after: after === null ? null : parseStatusId(after, 'after') };
    const read = (response: unknown): Status[] => this.#decoder.order(response);
    return this.#writes.run(options, (write) => this.#http.send({ ...write, method: 'POST', url, body, read }));
  }

  async deleteStatus(
    id: Id,
    options: CallOptions & { ifVersion: number; moveTo?: Id | null },
  ): Promise<{ moved: number }> {
    const { moveTo, ifVersion } = options;
    const segment = parseStatusId(id);
    const query = new URLSearchParams();
    if (moveTo !== undefined) query.set('moveTo', moveTo === null ? '' : parseStatusId(moveTo, 'moveTo'));
    const url = this.#base.resolve(['statuses', segment], query);
    const headers = ifMatch(ifVersion);
    const read = (body: unknown): { moved: number } => this.#decoder.moved(body);
    // It is deleted; how many conversations were moved is not known any more.
    const resultIfApplied = ({ code, field, current }: PipelineError): { moved: number } | undefined => {
      const isDeleted = code === 'status-deleted' || code === 'not-found' || (current as Status | undefined)?.deleted;
      return isDeleted && field !== 'moveTo' ? { moved: 0 } : undefined;
    };
    return this.#writes.run(options, (write) =>
      this.#http.send({ ...write, method: 'DELETE', url, headers: () => headers, read, resultIfApplied }),
    );
  }

  async restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    const url = this.#base.resolve(['statuses', parseStatusId(id), 'restore']);
    const read = (body: unknown): { status: Status; restored: number } => this.#decoder.restored(body);
    return this.#writes.run(options, (write) => this.#http.send({ ...write, method: 'POST', url, body: {}, read }));
  }

  async getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    return this.#lookUp('conversations', conversationIds, options, (body, requested) =>
      this.#decoder.entries(body, requested),
    );
  }

  async getContacts(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>> {
    return this.#lookUp('contacts', contactIds, options, (body, requested) => this.#decoder.contacts(body, requested));
  }

  /** Rejects if the server refused all of it; otherwise the results of refused conversations have the error. */
  async setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    const { refs, complete } = checkRefs(conversations);
    const to = nullableStatusId(statusId, 'statusId');
    const { ifVersion, onProgress } = options ?? {};
    if (ifVersion !== undefined) ifMatch(ifVersion);
    const content = { refs, statusId: to, ifVersion, onProgress };
    return complete(await this.#writes.run(options, (write) => this.#statusWriter.write({ ...write, ...content })));
  }

  async count({ of, contactMatch }: CountQuery, options?: CallOptions): Promise<Counts> {
    const query = new URLSearchParams({ of });
    if (of === 'contact') query.set('contactMatch', contactMatch ?? 'any');
    const url = this.#base.resolve(['counts'], query);
    return this.#http.read({ method: 'GET', url, read: (body) => this.#decoder.counts(body) }, options);
  }

  /** Rejects with `invalid`, field `pageToken`, when the token has expired: start again without one. */
  find(query: FindQuery, options?: CallOptions): Promise<FindPage> {
    return this.#finder.find(query, options);
  }

  async history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    const id = parseId(conversationId, 'conversationId');
    const read = (body: unknown): HistoryItem[] => this.#decoder.history(body);
    if (isPathSegment(id)) {
      return this.#http.read(
        { method: 'GET', url: this.#base.resolve(['conversations', id, 'history']), read },
        options,
      );
    }
    const url = this.#base.resolve(['conversations', 'history']);
    return this.#http.read({ method: 'POST', url, body: { id }, read }, options);
  }

  /** Rejects with `forbidden` unless the server grants it: as a rule to the host's own back end only. */
  async forget(query: ForgetQuery, options?: CallOptions): Promise<void> {
    const { conversationIds, contactIds } = parseForgetQuery(query);
    const url = this.#base.resolve(['forget']);
    const bodies: Required<ForgetQuery>[] = [
      ...inBatches([...contactIds]).map((ids) => ({ conversationIds: [], contactIds: ids })),
      ...inBatches([...conversationIds]).map((ids) => ({ conversationIds: ids, contactIds: [] })),
    ];
    await this.#writes.run(options, ({ key, ...write }) =>
      mapConcurrently(bodies, (body, part) => {
        const read = (): void => undefined;
        return this.#http.send({ ...write, key: this.#keys.ofPart(key, part), method: 'POST', url, body, read });
      }),
    );
  }

  /**
   * If the server names its sessions, all tabs of the origin in the same session of the same API share one stream. Over
   * HTTP/1.1 at most three tabs keep a stream open to a server; others ask every few seconds. A `reset` also comes after
   * the page was hidden for long, and one with `forget` when the session changes.
   */
  subscribe(
    listener: (change: Change) => void,
    { since, onState }: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    const handlers = {
      listener: (change: Change) => listener(this.#keys.withCallOpId(change)),
      onState: (state: SubscriptionState) => {
        if (state === 'live') {
          this.#queue.wake();
          this.#sendStored();
        }
        onState?.(state);
      },
    };
    const isOutdated = since !== undefined && this.#listEpoch !== this.#session.namedEpoch;
    return this.#subscriptions.add(handlers, since, isOutdated);
  }

  /**
   * Ends subscriptions and reads, and waits for writes in flight. Writes that wait for the network reject with `aborted`;
   * they stay stored, and the next adapter of the same base URL and session sends them.
   */
  async close(): Promise<void> {
    this.#subscriptions.close();
    this.#statusWriter.close();
    this.#queue.close();
    this.#http.close();
    await this.#writes.settled();
    await this.#outbox.close();
  }

  /** Looks ids up, as many per request as the server allows. */
  async #lookUp<T>(
    of: 'conversations' | 'contacts',
    given: readonly Id[],
    options: CallOptions | undefined,
    read: (body: unknown, requested: ReadonlySet<Id>) => RecordsById<T>,
  ): Promise<Map<Id, T>> {
    this.#http.checkOpen(options?.signal);
    const { ids, rejected } = checkIds(given, of === 'conversations' ? 'conversationId' : 'contactId');
    const url = this.#base.resolve([of, 'batch-get']);
    const answers = await mapConcurrently(inBatches(ids), (ids) => {
      const requested = new Set(ids);
      return this.#http.read({ method: 'POST', url, body: { ids }, read: (body) => read(body, requested) }, options);
    });
    const found = new Map(answers.flatMap(({ records }) => records));
    return withUnreadable(
      found,
      unreadableRecords([...(rejected?.list ?? []), ...answers.flatMap(({ unreadable }) => unreadable)]),
    );
  }

  /** Sends what earlier adapters of the session could not send. To be called once the session is known. */
  #sendStored(): void {
    const { name, epoch } = this.#session;
    if (name !== undefined) this.#statusWriter.nameSession(name, epoch);
    this.#outbox.look();
  }

  #handleSessionChange({ previous, current }: SessionChange): void {
    this.#cachedList = undefined;
    if (previous !== undefined) this.#statusWriter.nameSession(previous, this.#session.epoch - 1);
    this.#statusWriter.endSession();
    const isNamed = previous !== undefined || current !== undefined;
    // First: shown data must not outlive its session, and rejected writes must not be retried in the next one.
    this.#subscriptions.handleSessionChange(isNamed);
    if (isNamed) {
      this.#queue.drop(sessionChanged());
      this.#writes.abort(sessionChanged());
    } else this.#queue.wake();
    if (current !== undefined) this.#sendStored();
  }
}
