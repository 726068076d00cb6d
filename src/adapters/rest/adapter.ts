/** The adapter of a REST API. */
import type { Change } from '../../model/changes.js';
import {
  type ContactSummary,
  type ConversationRef,
  type Entry,
  type HistoryItem,
  type SetResult,
  parseConversationRef,
} from '../../model/entry.js';
import { PipelineError, invalid } from '../../model/errors.js';
import { formatFilter, parseFilter } from '../../model/filter.js';
import { newId, type Id } from '../../model/id.js';
import {
  type NewStatus,
  type Status,
  type StatusPatch,
  parseNewStatus,
  parseStatus,
  parseStatusPatch,
  patched,
  sameContent,
} from '../../model/status.js';
import { parseId } from '../../model/validate.js';
import { sessionChanged } from '../../model/session-changed.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  PipelineAdapter,
  StatusList,
  SubscriptionState,
  WithSession,
} from '../adapter.js';
import { pageSizeOf } from '../paging.js';
import { realEnvironment, type Environment } from './environment.js';
import { Http, type HeadersSource } from './http.js';
import { Keys } from './keys.js';
import { followChanges } from './live.js';
import { Outbox } from './outbox.js';
import { BaseUrl } from './paths.js';
import { Records } from './records.js';
import { Requests } from './requests.js';
import { scopeOf } from './scope.js';
import { Session, type SessionChange } from './session.js';
import { SetStatus } from './set-status.js';
import { Subscription } from './subscription.js';

export interface RestOptions {
  /** Where the API is, such as `/api/pipeline`; relative to the page, without a query. */
  baseUrl: string;
  /**
   * Sent with every request; a function is asked before each attempt, so that a token can change. Where the server does not
   * name its sessions, `Authorization` and headers whose names speak of a token, key, session, user, tenant or account show
   * who asks.
   */
  headers?: HeadersSource;
  /** Instead of the browser's. Tabs share a change stream only with the browser's own. */
  fetch?: typeof globalThis.fetch;
  /** `same-origin` unless told: cookies go to the page's own origin only. */
  credentials?: RequestCredentials;
  /**
   * Called when the server answers 401, once for all requests refused together: renew what `headers` gives. The
   * requests are then sent once more. `false` or a rejection: they fail with `auth`, as without this.
   */
  onUnauthorized?(): unknown;
  /** For each attempt, in milliseconds; 15,000 unless told. */
  timeoutMs?: number;
}

/**
 * Keeps a pipeline on a server that speaks the REST API of this package (`openapi.json`).
 *
 * Every write has a key, under which it happens once however often it is sent. Network failures and the answers 408,
 * 425, 429, 502, 503 and 504 are tried again, five attempts in all, then reject: `offline`, `timeout`, `unavailable` or
 * `rate-limited`. Without a network `setStatus` waits instead, in memory, for at most a day, and is sent in order when
 * the network is back. Aborting stops the waiting; what was sent may still happen.
 *
 * Everything belongs to the session that the server names in `Pipeline-Session`. When an answer names another one,
 * subscribers receive a `reset` with `forget`, unfinished writes reject with `session-changed`, and unfinished picks are
 * kept in memory for a day, to be sent when the earlier session is back. A server that names no session is judged by
 * `headers`: a write is not sent with other credentials than it was made with. For another user of such a server, close
 * the adapter and make a new one. At sign-out, `close()` drops what waits; nothing is stored in the browser.
 *
 * There is no `putConversations`: a server knows its conversations.
 */
export class RestAdapter implements PipelineAdapter, WithSession {
  readonly #base: BaseUrl;
  readonly #http: Http;
  readonly #environment: Environment;
  readonly #ownFetch: typeof globalThis.fetch | undefined;
  readonly #records = new Records();
  readonly #keys = new Keys();
  readonly #requests: Requests;
  readonly #outbox: Outbox;
  readonly #setStatus: SetStatus;
  readonly #session = new Session((change) => this.#handleSessionChange(change));
  readonly #subscriptions = new Set<Subscription>();
  /** The session that the list was read in. */
  #listedIn = 0;
  /** Tells the stream of a session without a name from all others. */
  readonly #ownScope = newId();
  #list: { etag: string; list: StatusList } | undefined;

  /** Throws `invalid` for a base URL that cannot be one. `environment` is for tests, and not part of the API. */
  constructor(options: RestOptions, environment: Environment = realEnvironment) {
    const { baseUrl, headers, fetch, credentials = 'same-origin', onUnauthorized, timeoutMs = 15_000 } = options;
    this.#base = new BaseUrl(baseUrl);
    this.#environment = environment;
    this.#ownFetch = fetch;
    this.#http = new Http(
      {
        headers,
        // Looked up late, so that what replaces it on the page (a mock, say) is used; and never called as a method.
        fetch: (input, init) => (fetch ?? globalThis.fetch)(input, init),
        credentials,
        onUnauthorized: onUnauthorized && (() => onUnauthorized.call(options)),
        timeoutMs,
      },
      this.#session,
      () => this.#base.resolve(['statuses']),
      environment,
    );
    this.#requests = new Requests(this.#http, this.#base, this.#keys);
    this.#outbox = new Outbox(environment);
    this.#setStatus = new SetStatus(this.#http, this.#base, this.#records, this.#outbox, this.#keys, environment);
  }

  /** Another value: someone else is signed in. */
  get session(): string {
    return String(this.#session.namedEpoch);
  }

  /** Another value: requests carry other credentials, or someone else is signed in. */
  get credentials(): string {
    return String(this.#session.epoch);
  }

  async listStatuses(options?: CallOptions): Promise<StatusList> {
    // Looked at for each attempt: a change of the session takes the list away.
    const headers = (): Record<string, string> => (this.#list ? { 'If-None-Match': this.#list.etag } : {});
    const read = (body: unknown, response: Response): StatusList => {
      this.#listedIn = this.#session.namedEpoch;
      if (response.status === 304 && this.#list) return this.#list.list;
      const list = this.#records.statusList(body);
      const etag = response.headers.get('etag');
      this.#list = etag ? { etag, list } : undefined;
      return list;
    };
    const list = await this.#requests.read({ method: 'GET', path: ['statuses'], headers, read }, options);
    return { ...list, items: list.items.map((status) => ({ ...status })) };
  }

  async createStatus(data: NewStatus, options?: CallOptions): Promise<Status> {
    const body = parseNewStatus(data);
    const { id } = body;
    return this.#requests.write(
      { method: 'POST', path: ['statuses'], body, read: readStatus(id), landed: heldStatus(id, body) },
      options,
    );
  }

  async updateStatus(id: Id, patch: StatusPatch, options: CallOptions & { ifVersion: number }): Promise<Status> {
    const body = parseStatusPatch(patch);
    const path = ['statuses', parseId(id)];
    const headers = ifMatch(options.ifVersion);
    return this.#requests.write(
      { method: 'PATCH', path, headers, body, read: readStatus(id), landed: heldStatus(id, body) },
      options,
    );
  }

  async moveStatus(id: Id, after: Id | null, options?: CallOptions): Promise<readonly Status[]> {
    const path = ['statuses', parseId(id), 'move'];
    const body = { after: after === null ? null : parseId(after, 'after') };
    return this.#requests.write({ method: 'POST', path, body, read: (answer) => this.#records.order(answer) }, options);
  }

  async deleteStatus(
    id: Id,
    options: CallOptions & { ifVersion: number; moveTo?: Id | null },
  ): Promise<{ moved: number }> {
    const { moveTo, ifVersion } = options;
    const path = ['statuses', parseId(id)];
    const query = new URLSearchParams();
    if (moveTo !== undefined) query.set('moveTo', moveTo === null ? '' : parseId(moveTo, 'moveTo'));
    // It is gone, as asked; how many conversations went along is not known any more.
    const landed = ({ code, field, current }: PipelineError): { moved: number } | undefined => {
      const isGone = code === 'status-deleted' || code === 'not-found' || (current as Status | undefined)?.deleted;
      return isGone && field !== 'moveTo' ? { moved: 0 } : undefined;
    };
    const read = (answer: unknown): { moved: number } => this.#records.moved(answer);
    return this.#requests.write({ method: 'DELETE', path, query, headers: ifMatch(ifVersion), read, landed }, options);
  }

  async restoreStatus(id: Id, options?: CallOptions): Promise<{ status: Status; restored: number }> {
    const path = ['statuses', parseId(id), 'restore'];
    return this.#requests.write(
      { method: 'POST', path, body: {}, read: (answer) => this.#records.restored(answer) },
      options,
    );
  }

  async getEntries(conversationIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, Entry>> {
    return this.#requests.lookUp('conversations', conversationIds, 'conversationId', options, (body, asked) =>
      this.#records.entries(body, asked).map((entry) => [entry.conversationId, entry] as const),
    );
  }

  async getContacts(contactIds: readonly Id[], options?: CallOptions): Promise<ReadonlyMap<Id, ContactSummary>> {
    return this.#requests.lookUp('contacts', contactIds, 'contactId', options, (body, asked) =>
      this.#records.contacts(body, asked),
    );
  }

  /** Rejects when none of it was accepted; otherwise what was refused has its error in its result. */
  async setStatus(
    conversations: readonly ConversationRef[],
    statusId: Id | null,
    options?: CallOptions & { ifVersion?: number },
  ): Promise<readonly SetResult[]> {
    const refs = conversations.map(parseConversationRef);
    if (statusId !== null) parseId(statusId, 'statusId');
    const { ifVersion } = options ?? {};
    if (ifVersion !== undefined) ifMatch(ifVersion);
    return this.#requests.join(options, (opId, signal, mark) =>
      this.#setStatus.run({ refs, statusId, ifVersion, opId, signal, mark }),
    );
  }

  async count({ of, contactMatch }: CountQuery, options?: CallOptions): Promise<Counts> {
    const query = new URLSearchParams({ of });
    if (of === 'contact') query.set('contactMatch', contactMatch ?? 'any');
    return this.#requests.read(
      { method: 'GET', path: ['counts'], query, read: (body) => this.#records.counts(body) },
      options,
    );
  }

  /** Rejects with `invalid`, field `pageToken`, when the token has expired: start again without one. */
  async find({ of, filter, contactMatch, pageSize, pageToken }: FindQuery, options?: CallOptions): Promise<FindPage> {
    const query = new URLSearchParams(formatFilter(parseFilter(filter)));
    if (of === 'contact') query.set('contactMatch', contactMatch ?? 'any');
    if (pageSize !== undefined) query.set('pageSize', String(pageSizeOf(pageSize)));
    if (pageToken !== undefined) query.set('pageToken', pageToken);
    const path = [of === 'contact' ? 'contacts' : 'conversations'];
    const read = (body: unknown): FindPage => this.#records.page(body);
    return this.#requests.read({ method: 'GET', path, query, read, isContinued: pageToken !== undefined }, options);
  }

  async history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    const path = ['conversations', parseId(conversationId, 'conversationId'), 'history'];
    return this.#requests.read({ method: 'GET', path, read: (body) => this.#records.history(body) }, options);
  }

  /**
   * Where the server names its sessions, one tab has the stream for all tabs of the origin in the same session of the
   * same API. `reset` also comes when the page was away for long, and with `forget` when the session changes.
   */
  subscribe(
    listener: (change: Change) => void,
    { since, onState }: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    if (this.#requests.isClosed) return () => undefined;
    const subscription = new Subscription({
      listener: (change) => listener(this.#keys.withOpId(change)),
      onState: (state) => {
        if (state === 'live') this.#outbox.wake();
        onState?.(state);
      },
      connect: (lastEventId, signal) => this.#openChanges(lastEventId, signal),
      complain: (thrown) => this.#records.complain(thrown),
    });
    this.#subscriptions.add(subscription);
    const isOld = since !== undefined && this.#listedIn !== this.#session.namedEpoch;
    if (isOld) queueMicrotask(() => subscription.deliver({ kind: 'reset', seq: '', forget: true }));
    void this.#follow(subscription, isOld ? '' : since);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.end();
    };
  }

  /** Ends the subscriptions and the reads, drops what waits for the network, and waits for the writes under way. */
  async close(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.end();
    this.#subscriptions.clear();
    this.#outbox.close();
    this.#setStatus.forget();
    await this.#requests.close();
  }

  /** Follows the changes of the session of now. */
  async #follow(subscription: Subscription, since: string | undefined): Promise<void> {
    const { name, epoch } = this.#session;
    const scope =
      name === undefined
        ? `${this.#ownScope}:${epoch}`
        : await scopeOf(this.#base.href, name, this.#ownFetch).catch(() => `${this.#ownScope}:${epoch}`);
    if (epoch === this.#session.epoch) {
      subscription.start((subscriber) => followChanges(scope, { ...subscriber, since }, this.#environment));
    }
  }

  #handleSessionChange({ before, now }: SessionChange): void {
    this.#list = undefined;
    if (before !== undefined) this.#setStatus.keep(before);
    const error = sessionChanged();
    const isNamed = before !== undefined || now !== undefined;
    // First: what is shown must not outlive its session, and what is rejected must not be tried again in the next one.
    for (const subscription of [...this.#subscriptions]) {
      subscription.stop();
      subscription.deliver({ kind: 'reset', seq: '', ...(isNamed ? { forget: true } : {}) });
      // An impossible place: what changes until the new stream is open is not to be missed.
      if (this.#subscriptions.has(subscription)) void this.#follow(subscription, '');
    }
    if (isNamed) {
      this.#outbox.drop(error);
      this.#requests.abortWrites(error);
    } else this.#outbox.wake();
    if (now !== undefined) this.#setStatus.resume(now);
  }

  #openChanges(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
    const headers = {
      Accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    };
    return this.#http.open(this.#base.resolve(['changes']), headers, signal);
  }
}

function ifMatch(version: number): () => Record<string, string> {
  if (!Number.isSafeInteger(version) || version < 0) throw invalid('ifVersion', 'must be a whole number, 0 or more.');
  return () => ({ 'If-Match': `"${version}"` });
}

function readStatus(id: Id): (body: unknown) => Status {
  return (body) => {
    const status = parseStatus(body);
    if (status.id !== id) throw new PipelineError('bad-response', 'The server answered about another status.');
    return status;
  };
}

/** The status of a refusal, where it already is as it was asked to be. */
function heldStatus(id: Id, wanted: StatusPatch): (refusal: PipelineError) => Status | undefined {
  return ({ current }) => {
    const held = current as Status | undefined;
    if (held?.id !== id || held.deleted) return undefined;
    return sameContent(patched(held, wanted), held) ? held : undefined;
  };
}
