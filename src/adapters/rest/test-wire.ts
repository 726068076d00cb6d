/** Servers for tests: one with scripted replies, and one that implements the API with a `MemoryAdapter`. */
import type { Change } from '../../model/changes.js';
import { PipelineError, type PipelineErrorCode } from '../../model/errors.js';
import { EMPTY_FILTER, parseFilterQuery } from '../../model/filter.js';
import type { FindQuery } from '../adapter.js';
import { MemoryAdapter } from '../memory.js';
import type { ConversationRef } from '../../model/entry.js';
import { SESSION_HEADER } from './session.js';

export const BASE = 'https://api.test/v1/pipeline';

/** A request as the server receives it. */
export interface Seen {
  method: string;
  /** Relative to the base URL, escaped. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
  init: RequestInit;
}

export type Reply = Response | Error | Promise<Response>;

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

export function problem(
  status: number,
  code: string,
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response {
  const body = { type: `https://pipeline-elements.dev/problems/${code}`, title: code, status, ...fields };
  return json(body, status, { 'content-type': 'application/problem+json', ...headers });
}

export const networkError = (): Error => new TypeError('Failed to fetch');

/** Never responds, and ignores its signal. */
export const silence = (): Promise<Response> => new Promise(() => undefined);

export function seenOf(input: RequestInfo | URL, init: RequestInit = {}): Seen {
  const url = new URL(input instanceof Request ? input.url : input);
  return {
    method: init.method ?? 'GET',
    path: url.pathname.slice(new URL(BASE).pathname.length),
    query: url.searchParams,
    headers: new Headers(init.headers),
    body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
    init,
  };
}

/** A `fetch` that returns the replies in order, repeats the last one, and records the requests. */
export function scripted(...replies: ((seen: Seen) => Reply)[]): { fetch: typeof fetch; seen: Seen[] } {
  const seen: Seen[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = seenOf(input, init);
    seen.push(request);
    const reply = replies[Math.min(seen.length, replies.length) - 1]!(request);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { fetch, seen };
}

const STATUS_OF: Partial<Record<PipelineErrorCode, number>> = {
  'not-found': 404,
  conflict: 412,
  'in-use': 409,
  'status-deleted': 409,
  limit: 422,
  invalid: 422,
};

interface Faults {
  /** Called before each request except those for the stream is processed. A reply replaces the response. */
  before?(seen: Seen): Reply | undefined;
  /** Called with each response to such a request, which the reply replaces. */
  after?(seen: Seen, response: Response): Reply;
}

/** A server without a network, the reference for the API in the tests of this folder. */
export class WireServer {
  /** The data of the current session. */
  adapter = new MemoryAdapter();
  /** The name of the session. `undefined`: the server does not name its sessions. */
  session: string | undefined;
  readonly faults: Faults = {};
  readonly seen: Seen[] = [];
  /** The open streams. */
  readonly streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  streamsOpened = 0;

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const seen = seenOf(input, init);
    if (init.signal?.aborted) throw new DOMException('aborted', 'AbortError');
    this.seen.push(seen);
    const wanted = seen.headers.get(SESSION_HEADER);
    if (this.session !== undefined && wanted !== null && wanted !== this.session) {
      return this.#named(problem(409, 'session-changed'));
    }
    if (seen.path === '/changes') return this.#named(this.#changes(seen, init.signal ?? undefined));
    const early = this.faults.before?.(seen);
    if (early instanceof Error) throw early;
    if (early) return early;
    const { session } = this;
    const response = this.#named(await this.#answer(seen), session);
    const late = this.faults.after?.(seen, response) ?? response;
    if (late instanceof Error) throw late;
    return late;
  };

  /** Writes to every open stream. */
  send(text: string): void {
    for (const stream of this.streams) stream.enqueue(new TextEncoder().encode(text));
  }

  /** Ends every open stream. */
  cut(): void {
    for (const stream of this.streams) stream.close();
    this.streams.clear();
  }

  #named(response: Response, session = this.session): Response {
    if (session !== undefined) response.headers.set(SESSION_HEADER, session);
    return response;
  }

  async #answer(seen: Seen): Promise<Response> {
    try {
      return await this.#route(seen);
    } catch (thrown) {
      const { code, message, field, count, current } = PipelineError.from(thrown);
      return problem(STATUS_OF[code] ?? 500, code, { detail: message, field, count, current });
    }
  }

  async #route({ method, path, query, headers, body }: Seen): Promise<Response> {
    const { adapter } = this;
    const key = headers.get('idempotency-key');
    const options = key === null ? {} : { opId: key };
    const ifMatch = headers.get('if-match');
    const ifVersion = ifMatch === null ? NaN : Number(JSON.parse(ifMatch));
    const fields = (body ?? {}) as Record<string, never>;
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    const id = segments[1] ?? '';
    switch (
      `${method} ${segments.map((each, i) => (i === 1 && !/^(batch-|find$)/.test(each) ? ':id' : each)).join('/')}`
    ) {
      case 'GET statuses': {
        const list = await adapter.listStatuses();
        const etag = `"${list.seq}"`;
        if (headers.get('if-none-match') === etag) return new Response(null, { status: 304 });
        return json(list, 200, { etag });
      }
      case 'POST statuses':
        return json(await adapter.createStatus(fields as never, options), 201);
      case 'PATCH statuses/:id':
        return json(await adapter.updateStatus(id, fields, { ...options, ifVersion }));
      case 'POST statuses/:id/move':
        return json({ items: await adapter.moveStatus(id, fields['after']!, options) });
      case 'DELETE statuses/:id': {
        const moveTo = query.get('moveTo');
        const where = moveTo === null ? {} : { moveTo: moveTo || null };
        return json(await adapter.deleteStatus(id, { ...options, ifVersion, ...where }));
      }
      case 'POST statuses/:id/restore':
        return json(await adapter.restoreStatus(id, options));
      case 'POST conversations/batch-get':
        return json({ items: [...(await adapter.getEntries(fields['ids']!)).values()] });
      case 'POST contacts/batch-get': {
        const contacts = await adapter.getContacts(fields['ids']!);
        return json({ items: [...contacts].map(([contactId, contact]) => ({ contactId, ...contact })) });
      }
      case 'PUT conversations/:id/status': {
        const { statusId, contactId } = fields as unknown as { statusId: string | null; contactId?: string };
        const ref: ConversationRef = { conversationId: id, ...(contactId === undefined ? {} : { contactId }) };
        const version = ifMatch === null ? {} : { ifVersion };
        const [result] = await adapter.setStatus([ref], statusId, { ...options, ...version });
        if (!result!.ok) throw result!.error;
        return json(result!.entry);
      }
      case 'POST conversations/batch-set': {
        const results = await adapter.setStatus(fields['conversations']!, fields['statusId']!, options);
        return json({ results });
      }
      case 'GET counts': {
        const { byStatus, none } = await adapter.count(Object.fromEntries(query) as never);
        return json({ byStatus: Object.fromEntries(byStatus), none });
      }
      case 'GET conversations':
      case 'GET contacts':
        return json(await adapter.find(findQueryOf(segments[0]!, query)));
      case 'POST forget':
        await adapter.forget(fields, options);
        return new Response(null, { status: 204 });
      case 'POST conversations/find':
      case 'POST contacts/find': {
        const { op, statusIds, ...more } = fields;
        const of = segments[0] === 'contacts' ? 'contact' : 'conversation';
        return json(await adapter.find({ of, filter: { op: op!, statusIds: statusIds! }, ...more }));
      }
      case 'GET conversations/:id/history':
        return json({ items: await adapter.history(id) });
      default:
        return problem(404, 'not-found', { detail: `${method} ${path}` });
    }
  }

  #changes({ headers }: Seen, signal: AbortSignal | undefined): Response {
    this.streamsOpened++;
    const since = headers.get('last-event-id');
    let end = (): void => undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.streams.add(controller);
        const write = (text: string): void => {
          if (this.streams.has(controller)) controller.enqueue(new TextEncoder().encode(text));
        };
        write(': hello\n\n');
        const known = since === null || /^\d+$/.test(since);
        const stop = this.adapter.subscribe(
          (change) => write(eventOf(change)),
          known && since !== null ? { since } : {},
        );
        if (!known) void this.adapter.listStatuses().then(({ seq }) => write(eventOf({ kind: 'reset', seq })));
        end = () => {
          stop();
          this.streams.delete(controller);
        };
        signal?.addEventListener('abort', () => {
          if (this.streams.has(controller)) controller.error(new DOMException('aborted', 'AbortError'));
          end();
        });
      },
      cancel: () => end(),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }
}

export function eventOf(change: Change): string {
  const record = change.kind === 'status' ? change.status : change.kind === 'entry' ? change.entry : {};
  const { opId, by } = change;
  return `event: ${change.kind}\nid: ${change.seq}\ndata: ${JSON.stringify({ ...record, opId, by })}\n\n`;
}

function findQueryOf(of: string, query: URLSearchParams): FindQuery {
  const filter = new URLSearchParams();
  for (const name of ['op', 'status']) for (const value of query.getAll(name)) filter.append(name, value);
  return {
    of: of === 'contacts' ? 'contact' : 'conversation',
    filter: filter.size ? parseFilterQuery(filter.toString()) : EMPTY_FILTER,
    ...(query.has('contactMatch') ? { contactMatch: query.get('contactMatch') as 'any' } : {}),
    ...(query.has('pageSize') ? { pageSize: Number(query.get('pageSize')) } : {}),
    ...(query.has('pageToken') ? { pageToken: query.get('pageToken')! } : {}),
  };
}
