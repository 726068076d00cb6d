/** Maps the calls of the REST API (openapi.json) to reads and writes. */
import { Hono, type Context } from 'hono';
import { liveStatuses, parseForgetQuery } from '../../src/adapters/rules.js';
import type { Id } from '../../src/model/id.js';
import { parseConversationRef } from '../../src/model/entry.js';
import { nullableStatusId, parseId, parseStatusId } from '../../src/model/validate.js';
import { MAX_HOST_BATCH, checkLength, checkText, idsOf, listOf, readBody, refOf, type Body } from './body.js';
import { readContacts } from './contacts.js';
import { putConversations, readEntries, setStatus } from './conversations.js';
import { count } from './counters.js';
import { findPage } from './find.js';
import { forget } from './forget.js';
import { etagOf, idempotencyKey, ifMatch, matchesIfNoneMatch, requiredIfMatch } from './headers.js';
import type { Identity } from './request-guard.js';
import { hash } from './hash.js';
import { readHistory } from './history.js';
import type { Answer, Idempotency } from './idempotency.js';
import { toProblem } from './problem.js';
import { checkMay, knownRoles, permissionsOf, type Action } from './permissions.js';
import {
  choice,
  contactMatchOf,
  findParametersOf,
  findParametersOfBody,
  single,
  type FindParameters,
} from './query.js';
import type { ChangeStreams } from './sse.js';
import { createStatus, deleteStatus, moveStatus, restoreStatus, updateStatus } from './statuses.js';
import type { ReadContext, Store, WriteContext } from './store.js';

export interface Env {
  Bindings: Identity & {
    /** Aborted when the client no longer waits for the response. */
    signal: AbortSignal;
    /** Whether the same request would still be allowed. */
    isStillAllowed(): Promise<boolean>;
  };
}

type RouteContext = Context<Env>;

export interface RouteOptions {
  store: Store;
  idempotency: Idempotency;
  streams: ChangeStreams;
  pageTokenLifetimeMs: number;
  undoPeriodMs: number;
}

/** Optional status fields that this server stores. */
const STATUS_FIELDS: readonly string[] = [];

export function createRoutes(options: RouteOptions): Hono<Env> {
  const { store, idempotency, streams, pageTokenLifetimeMs, undoPeriodMs } = options;
  const app = new Hono<Env>();

  const read = <T>(c: RouteContext, work: (read: ReadContext) => Promise<T>): Promise<T> =>
    store.read(c.env.caller.tenant, work, c.env.signal);

  const write = async (
    c: RouteContext,
    body: Body | undefined,
    work: (write: WriteContext) => Promise<Answer>,
  ): Promise<Response> => {
    const { tenant, user: by } = c.env.caller;
    const { signal } = c.env;
    const { pathname, search } = new URL(c.req.url);
    const payload = [c.req.method, pathname + search, c.req.header('If-Match') ?? '', body?.text ?? ''].join('\n');
    const opId = idempotencyKey(c.req.header('Idempotency-Key'));
    return respond(await idempotency.write({ tenant, by, opId, signal, payload }, work));
  };

  // Called before the body is read, so that requests that will be rejected cost little.
  const check = (c: RouteContext, action?: Action): void => {
    if (action) checkMay(c.env.caller, action);
    store.checkRoom(c.env.caller.tenant);
  };

  app.get('/statuses', async (c) => {
    const list = await read(c, async ({ head, live }) => ({ items: liveStatuses(live), seq: String(head.seq) }));
    const etag = listEtagOf(list.seq, c.env);
    if (matchesIfNoneMatch(c.req.header('If-None-Match'), etag))
      return new Response(null, { status: 304, headers: { ETag: etag } });
    const body = { ...list, statusFields: STATUS_FIELDS, can: permissionsOf(c.env.caller) };
    return respond({ status: 200, body, headers: { ETag: etag } });
  });

  app.post('/statuses', async (c) => {
    check(c, 'create');
    const body = await readBody(c.req.raw);
    for (const field of ['id', 'after']) checkText(body.fields[field], field);
    return write(c, body, async (write) => versioned(201, await createStatus(write, body.fields)));
  });

  app.patch('/statuses/:id', async (c) => {
    check(c, 'update');
    const id = idOf(c);
    const matchesVersion = requiredIfMatch(c.req.header('If-Match'));
    const body = await readBody(c.req.raw);
    return write(c, body, async (write) => versioned(200, await updateStatus(write, id, body.fields, matchesVersion)));
  });

  app.delete('/statuses/:id', async (c) => {
    check(c, 'delete');
    const id = idOf(c);
    const matchesVersion = requiredIfMatch(c.req.header('If-Match'));
    const value = single(queryOf(c), 'moveTo');
    const moveTo = value === undefined ? undefined : value === '' ? null : parseStatusId(value, 'moveTo');
    return write(c, undefined, async (write) => ok(await deleteStatus(write, id, { matchesVersion, moveTo })));
  });

  app.post('/statuses/:id/move', async (c) => {
    check(c, 'move');
    const id = idOf(c);
    const body = await readBody(c.req.raw);
    const after = nullableStatusId(checkText(body.fields['after'], 'after'), 'after');
    return write(c, body, async (write) => ok({ items: await moveStatus(write, id, after) }));
  });

  app.post('/statuses/:id/restore', async (c) => {
    check(c, 'restore');
    const id = idOf(c);
    const body = await readBody(c.req.raw, true);
    return write(c, body, async (write) => ok(await restoreStatus(write, id, undoPeriodMs)));
  });

  app.post('/conversations/batch-get', async (c) => {
    check(c);
    const ids = idsOf((await readBody(c.req.raw)).fields['ids']);
    return respond(ok({ items: await read(c, (read) => readEntries(read, ids)) }));
  });

  app.post('/contacts/batch-get', async (c) => {
    check(c);
    const ids = idsOf((await readBody(c.req.raw)).fields['ids']);
    return respond(ok({ items: await read(c, (read) => readContacts(read, ids)) }));
  });

  app.put('/conversations/:id/status', async (c) => {
    check(c, 'set');
    const matchesVersion = ifMatch(c.req.header('If-Match'));
    const body = await readBody(c.req.raw);
    const ref = refOf({ conversationId: idOf(c, 'conversationId'), contactId: body.fields['contactId'] });
    const statusId = nullableStatusId(checkText(body.fields['statusId'], 'statusId'), 'statusId');
    return write(c, body, async (write) => {
      const [result] = await setStatus(write, [ref], statusId, matchesVersion);
      if (!result!.ok) throw result!.error;
      return versioned(200, result!.entry);
    });
  });

  app.post('/conversations/batch-set', async (c) => {
    check(c, 'set');
    const matchesVersion = ifMatch(c.req.header('If-Match'));
    const body = await readBody(c.req.raw);
    const refs = listOf(body.fields['conversations'], 'conversations', refOf);
    const statusId = nullableStatusId(checkText(body.fields['statusId'], 'statusId'), 'statusId');
    return write(c, body, async (write) => {
      const results = await setStatus(write, refs, statusId, matchesVersion);
      return ok({ results: results.map((each) => (each.ok ? each : { ...each, error: toProblem(each.error) })) });
    });
  });

  app.get('/counts', async (c) => {
    const query = queryOf(c);
    const of = choice(query, 'of', ['conversation', 'contact']);
    const contactMatch = contactMatchOf(query);
    const { byStatus, none } = await read(c, (read) => count(read, { of, contactMatch }));
    return respond(ok({ byStatus: Object.fromEntries(byStatus), none }));
  });

  for (const [path, of] of [
    ['/conversations', 'conversation'],
    ['/contacts', 'contact'],
  ] as const) {
    const find = async (c: RouteContext, parameters: FindParameters): Promise<Response> =>
      respond(ok(await read(c, (read) => findPage(read, { of, ...parameters }, pageTokenLifetimeMs))));
    app.get(path, (c) => find(c, findParametersOf(queryOf(c))));
    app.post(`${path}/find`, async (c) => {
      check(c);
      return find(c, findParametersOfBody((await readBody(c.req.raw)).fields));
    });
  }

  app.get('/conversations/:id/history', async (c) => {
    const id = idOf(c, 'conversationId');
    return respond(ok({ items: await read(c, (read) => readHistory(read, id)) }));
  });

  // For ids that cannot be part of a path.
  app.post('/conversations/history', async (c) => {
    check(c);
    const id = parseId(checkText((await readBody(c.req.raw)).fields['id'], 'id'));
    return respond(ok({ items: await read(c, (read) => readHistory(read, id)) }));
  });

  app.get('/changes', (c) => {
    const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' };
    if (c.req.raw.method === 'HEAD') return new Response(null, { headers });
    const { caller, isStillAllowed } = c.env;
    return new Response(streams.open(caller.tenant, c.req.header('Last-Event-ID'), isStillAllowed), { headers });
  });

  // For the host only, not part of the clients' API: registers conversations, their contacts and their activity.
  app.put('/conversations', async (c) => {
    check(c, 'tell');
    const body = await readBody(c.req.raw);
    const refs = listOf(body.fields['conversations'], 'conversations', parseConversationRef, MAX_HOST_BATCH);
    return write(c, body, async (write) => {
      await putConversations(write, refs);
      return { status: 204, body: undefined };
    });
  });

  // For the host only too: erases conversations and contacts.
  app.post('/forget', async (c) => {
    check(c, 'forget');
    const body = await readBody(c.req.raw);
    for (const field of ['conversationIds', 'contactIds']) checkLength(body.fields[field], field, MAX_HOST_BATCH);
    const query = parseForgetQuery(body.fields);
    return write(c, body, async (write) => {
      await forget(write, query);
      return { status: 204, body: undefined };
    });
  });

  return app;
}

/**
 * The sequence number identifies the list and its position in the change feed. The hash identifies the caller, so that
 * a 304 never reuses a response to someone else.
 */
const listEtagOf = (seq: string, { caller, session }: Identity): string =>
  `"${seq}.${hash(JSON.stringify([session, knownRoles(caller)])).slice(0, 16)}"`;

const ok = (body: unknown): Answer => ({ status: 200, body });

const versioned = (status: number, body: { version: number }): Answer => ({
  status,
  body,
  headers: { ETag: etagOf(body.version) },
});

function respond({ status, body, headers }: Answer): Response {
  if (body === undefined) return new Response(null, { status, headers: { ...headers } });
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** An id in the path, which has no "/" and "\\", like that of a status: proxies decode them too early. */
const idOf = (c: RouteContext, field = 'id'): Id => parseStatusId(c.req.param('id'), field);

const queryOf = (c: RouteContext): URLSearchParams => new URL(c.req.url).searchParams;
