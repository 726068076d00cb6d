import type { Change } from '../../model/changes.js';
import type { ContactSummary, ConversationRef, Entry, HistoryItem, SetResult } from '../../model/entry.js';
import { PipelineError, invalid } from '../../model/errors.js';
import { formatFilter, parseFilter } from '../../model/filter.js';
import { newId, type Id } from '../../model/id.js';
import { parseNewStatus, parseStatusPatch } from '../../model/parse-write.js';
import { parseConversationRef, parseId, parseStatus } from '../../model/parse.js';
import type { Status } from '../../model/status.js';
import type {
  CallOptions,
  CountQuery,
  Counts,
  FindPage,
  FindQuery,
  PipelineAdapter,
  StatusList,
  SubscriptionState,
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
import { SetStatus } from './set-status.js';

export interface RestOptions {
  /** Where the API is, such as `/api/pipeline`; relative to the page, without a query. */
  baseUrl: string;
  /** Sent with every request; a function is asked before each attempt, so that a token can change. */
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
 * There is no `putConversations`: a server knows its conversations.
 */
export class RestAdapter implements PipelineAdapter {
  readonly #base: BaseUrl;
  readonly #http: Http;
  readonly #environment: Environment;
  readonly #credentials: RequestCredentials;
  readonly #ownFetch: typeof globalThis.fetch | undefined;
  readonly #records = new Records();
  readonly #keys = new Keys();
  readonly #requests: Requests;
  readonly #outbox: Outbox;
  readonly #setStatus: SetStatus;
  readonly #subscriptions = new Set<() => void>();
  #list: { etag: string; list: StatusList } | undefined;

  /** Throws `invalid` for a base URL that cannot be one. `environment` is for tests, and not part of the API. */
  constructor(options: RestOptions, environment: Environment = realEnvironment) {
    const { baseUrl, headers, fetch, credentials = 'same-origin', onUnauthorized, timeoutMs = 15_000 } = options;
    this.#base = new BaseUrl(baseUrl);
    this.#environment = environment;
    this.#credentials = credentials;
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
      environment,
    );
    this.#requests = new Requests(this.#http, this.#base, this.#keys);
    this.#outbox = new Outbox(environment);
    this.#setStatus = new SetStatus(this.#http, this.#base, this.#records, this.#outbox, this.#keys);
  }

  async listStatuses(options?: CallOptions): Promise<StatusList> {
    const held = this.#list;
    const read = (body: unknown, response: Response): StatusList => {
      if (response.status === 304 && held) return held.list;
      const list = this.#records.statusList(body);
      const etag = response.headers.get('etag');
      this.#list = etag ? { etag, list } : undefined;
      return list;
    };
    const headers = held && { 'If-None-Match': held.etag };
    const list = await this.#requests.read(
      { method: 'GET', path: ['statuses'], ...(headers && { headers }), read },
      options,
    );
    return { ...list, items: list.items.map((status) => ({ ...status })) };
  }

  async createStatus(
    data: { id: Id; name: string; color: string; after?: Id | null },
    options?: CallOptions,
  ): Promise<Status> {
    const body = parseNewStatus(data);
    const { id } = body;
    return this.#requests.write(
      { method: 'POST', path: ['statuses'], body, read: readStatus(id), landed: heldStatus(id, body) },
      options,
    );
  }

  async updateStatus(
    id: Id,
    patch: { name?: string; color?: string },
    options: CallOptions & { ifVersion: number },
  ): Promise<Status> {
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
    return this.#requests.join(options, (opId, signal) =>
      this.#setStatus.run({ refs, statusId, ifVersion, opId, signal }),
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
    return this.#requests.read({ method: 'GET', path, query, read: (body) => this.#records.page(body) }, options);
  }

  async history(conversationId: Id, options?: CallOptions): Promise<readonly HistoryItem[]> {
    const path = ['conversations', parseId(conversationId, 'conversationId'), 'history'];
    return this.#requests.read({ method: 'GET', path, read: (body) => this.#records.history(body) }, options);
  }

  /**
   * One tab has the stream for all tabs of the origin that have the same base URL and send the same headers. `reset`
   * comes besides when the page was away for long.
   */
  subscribe(
    listener: (change: Change) => void,
    { since, onState }: { since?: string; onState?(state: SubscriptionState): void },
  ): () => void {
    let stop = (): void => undefined;
    let isActive = !this.#requests.isClosed;
    const end = (): void => {
      isActive = false;
      this.#subscriptions.delete(end);
      stop();
    };
    if (!isActive) return end;
    this.#subscriptions.add(end);
    void this.#scope().then((scope) => {
      if (!isActive) return;
      const subscriber = {
        listener: (change: Change) => listener(this.#keys.withOpId(change)),
        onState: (state: SubscriptionState) => {
          if (state === 'live') this.#outbox.wake();
          onState?.(state);
        },
        since,
        connect: (lastEventId: string | undefined, signal: AbortSignal) => this.#openChanges(lastEventId, signal),
        complain: (thrown: unknown) => this.#records.complain(thrown),
      };
      stop = followChanges(scope, subscriber, this.#environment);
    });
    return end;
  }

  /** Ends the subscriptions and the reads, drops what waits for the network, and waits for the writes under way. */
  async close(): Promise<void> {
    for (const end of this.#subscriptions) end();
    this.#outbox.close();
    await this.#requests.close();
  }

  /** Whose changes they are; when that cannot be told, nobody shares them. */
  async #scope(): Promise<string> {
    try {
      const headers = await this.#http.hostHeaders();
      return await scopeOf(this.#base.href, this.#credentials, headers, this.#ownFetch);
    } catch {
      return newId();
    }
  }

  #openChanges(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
    const headers = {
      Accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    };
    return this.#http.open(this.#base.resolve(['changes']), headers, signal);
  }
}

function ifMatch(version: number): Record<string, string> {
  if (!Number.isSafeInteger(version) || version < 0) throw invalid('ifVersion', 'must be a whole number, 0 or more.');
  return { 'If-Match': `"${version}"` };
}

function readStatus(id: Id): (body: unknown) => Status {
  return (body) => {
    const status = parseStatus(body);
    if (status.id !== id) throw new PipelineError('bad-response', 'The server answered about another status.');
    return status;
  };
}

/** The status of a refusal, where it already is as it was asked to be. */
function heldStatus(id: Id, wanted: { name?: string; color?: string }): (refusal: PipelineError) => Status | undefined {
  return ({ current }) => {
    const held = current as Status | undefined;
    if (held?.id !== id || held.deleted) return undefined;
    const { name = held.name, color = held.color } = wanted;
    return held.name === name && held.color === color ? held : undefined;
  };
}
