// The REST API of the section "A server" as an OpenAPI 3.1 document. The build writes it to dist/openapi.json; the
// tests check every request of RestAdapter and every response of the reference server against it.
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema) => ({ 'application/json': { schema } });
const object = (properties, optional = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const list = (items, more = {}) => ({ type: 'array', items, ...more });
const nullable = (schema) => ({ oneOf: [schema, { type: 'null' }] });

const MAX_BATCH = 200;
const MAX_HOST_BATCH = 1000;

/** The content of a status: the same fields as `StatusContent` in src/model/status.ts. */
const CONTENT = { name: ref('Name'), color: ref('Color') };
const OPTIONAL_CONTENT = [];
/** In requests, colors may be in upper case. */
const WRITTEN_CONTENT = { ...CONTENT, color: { type: 'string' } };
/** In a patch, `null` clears an optional field. */
const CHANGED_CONTENT = {
  ...WRITTEN_CONTENT,
  ...Object.fromEntries(OPTIONAL_CONTENT.map((field) => [field, nullable(CONTENT[field])])),
};

const schemas = {
  Id: {
    type: 'string',
    minLength: 1,
    maxLength: 256,
    pattern: '^(?!\\.{1,2}$)[^\\u0000-\\u001f\\u007f-\\u009f]+$',
    description: 'Of a conversation or a contact: well-formed Unicode, no control characters, not "." or "..".',
  },
  StatusId: {
    type: 'string',
    minLength: 1,
    maxLength: 256,
    pattern: '^(?!\\.{1,2}$)[^/\\\\\\u0000-\\u001f\\u007f-\\u009f]+$',
    description: 'Like Id, and also without "/" and "\\", because it is part of paths.',
  },
  Name: {
    type: 'string',
    minLength: 1,
    description: '1 to 64 graphemes, trimmed, NFC; unique, ignoring case.',
  },
  Color: { type: 'string', pattern: '^#[0-9a-f]{6}$', description: 'Lower case.' },
  Version: { type: 'integer', minimum: 0, description: 'Only grows.' },
  Status: object(
    {
      id: ref('StatusId'),
      ...CONTENT,
      rank: { type: 'string', description: 'The position: compare by code units, then by id.' },
      version: ref('Version'),
      deleted: { const: true },
    },
    ['deleted', ...OPTIONAL_CONTENT],
  ),
  Entry: object({
    conversationId: ref('Id'),
    contactId: nullable(ref('Id')),
    statusId: nullable(ref('StatusId')),
    version: ref('Version'),
    changedAt: { type: 'number', minimum: 0, description: 'Milliseconds since 1970; 0 if it never had a status.' },
  }),
  Contact: object({
    contactId: ref('Id'),
    statusIds: list(nullable(ref('StatusId')), { description: 'The statuses of all its conversations.' }),
    latest: { ...nullable(ref('StatusId')), description: 'The status of the most recently active one.' },
  }),
  Result: {
    oneOf: [
      object({ conversationId: ref('Id'), ok: { const: true }, entry: ref('Entry') }),
      object({ conversationId: ref('Id'), ok: { const: false }, error: ref('Problem') }),
    ],
  },
  Counts: object({
    byStatus: { type: 'object', additionalProperties: { type: 'integer', minimum: 0 } },
    none: { type: 'integer', minimum: 0 },
  }),
  Page: object({ ids: list(ref('Id')), nextPageToken: { type: 'string', description: 'Missing on the last page.' } }, [
    'nextPageToken',
  ]),
  HistoryItem: object(
    {
      from: nullable(ref('StatusId')),
      to: nullable(ref('StatusId')),
      at: { type: 'number', minimum: 0, description: 'Milliseconds since 1970.' },
      by: { type: 'string' },
    },
    ['by'],
  ),
  Problem: {
    ...object(
      {
        type: { type: 'string', description: 'Ends with the error code, such as `in-use`.' },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string' },
        field: { type: 'string', description: '`invalid`: the field with the error.' },
        count: { type: 'integer', description: '`in-use`: the number of conversations with the status.' },
        current: { description: '`conflict`: the current record.' },
      },
      ['title', 'status', 'detail', 'field', 'count', 'current'],
    ),
    description: 'RFC 9457.',
  },
};

const path = (name) => ({ name, in: 'path', required: true, schema: ref('StatusId') });
const CONVERSATION_PATH = {
  ...path('id'),
  description: 'Other ids, with "/" or "\\", go into the body of batch-set and of /conversations/history.',
};
const query = (name, schema, description = '') => ({ name, in: 'query', schema, ...(description && { description }) });
const header = (name, required, description) => ({
  name,
  in: 'header',
  required,
  description,
  schema: { type: 'string' },
});

const KEY = header(
  'Idempotency-Key',
  false,
  'The same for every retry of a write, which is then done once. The response is kept for 24 hours, errors with 404, ' +
    '409, 412 and 422 included.',
);
const SESSION = header(
  'Pipeline-Session',
  false,
  'The value of the last response. If someone else has signed in since, the server responds with 409 and does nothing.',
);
const IF_MATCH = header('If-Match', true, 'The ETag of the changed record.');
const FILTER = [
  query('op', { enum: ['any-of', 'none-of'] }),
  { ...query('status', list({ type: 'string' }), 'Status ids; an empty one means no status.'), explode: true },
  query('pageSize', { type: 'integer' }),
  query('pageToken', { type: 'string' }, 'Opaque.'),
];
const MATCH = query('contactMatch', { enum: ['any', 'latest'], default: 'any' });

const FIND_BODY = {
  op: { enum: ['any-of', 'none-of'] },
  statusIds: list(nullable(ref('Id')), { description: '`null` means no status; an empty list matches everything.' }),
  pageSize: { type: 'integer' },
  pageToken: { type: 'string', description: 'Opaque.' },
};

const SESSION_NAME = {
  description: 'An opaque name of the user and tenant. Only missing if they are unknown.',
  schema: { type: 'string' },
};
const problem = (description, headers = { 'Pipeline-Session': SESSION_NAME }) => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/problem+json': { schema: ref('Problem') } },
});
const PROBLEMS = {
  304: {
    description: 'The client already has this version.',
    headers: { 'Pipeline-Session': { ...SESSION_NAME, required: true } },
  },
  400: problem('Malformed: not JSON, or not percent-encoded UTF-8.'),
  401: problem('`auth`: not signed in.', null),
  403: problem('`forbidden`.'),
  404: problem('`not-found`.'),
  409: problem(
    '`session-changed`, `in-use` with `count`, `status-deleted`, an id that is taken, or a key whose request is running.',
  ),
  410: problem('The page token has expired: start again.'),
  412: problem('`conflict` with `current`.'),
  413: problem('`limit`: the body is too long.'),
  415: problem('The body is not JSON.'),
  422: problem('`invalid` with `field`, `limit`, or a key that was used for another request.'),
  428: problem('If-Match is missing.'),
  429: problem('`rate-limited`: see Retry-After.'),
  500: problem('`unknown`.'),
  503: problem('`unavailable`: see Retry-After.'),
  504: problem('`timeout`: the outcome is unknown.'),
};
const COMMON = [400, 401, 403, 404, 409, 429, 500, 503, 504];

/** An operation: its parameters and responses, and its errors in addition to the common ones. */
function operation(operationId, summary, { parameters = [], body, isBodyOptional, success, failures = [] }) {
  const codes = [...new Set([...COMMON, ...failures, ...(body ? [400, 413, 415, 422] : [])])].sort();
  return {
    operationId,
    summary,
    parameters: [...parameters, SESSION],
    ...(body ? { requestBody: { required: !isBodyOptional, content: json(body) } } : {}),
    responses: { ...success, ...Object.fromEntries(codes.map((code) => [code, PROBLEMS[code]])) },
  };
}

const ALWAYS = { 'Pipeline-Session': { ...SESSION_NAME, required: true } };
const ETAG = { ETag: { required: true, schema: { type: 'string' } } };
const answer = (schema, { code = 200, headers = {} } = {}) => ({
  [code]: { description: 'Done.', headers: { ...ALWAYS, ...headers }, content: json(schema) },
});
const ACTIONS = ['create', 'update', 'move', 'delete', 'restore', 'set', 'forget', 'tell'];
const CAN = {
  type: 'object',
  description: 'What the caller may do: `true`, or the reason why not. Missing actions are allowed.',
  properties: Object.fromEntries(ACTIONS.map((action) => [action, { oneOf: [{ const: true }, { type: 'string' }] }])),
};
const STATUS_FIELDS = list(
  { enum: ['names', 'description', 'kind', 'archived', 'isDefault', 'staleAfter'] },
  { description: 'The optional status fields that the server stores.' },
);
const WRITE = { parameters: [KEY], failures: [409, 422] };

export const document = {
  openapi: '3.1.0',
  info: {
    title: 'Pipeline',
    version,
    description:
      'The API that `RestAdapter` of pipeline-elements uses. Paths are relative to the base URL, the `src` of a provider.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/api/pipeline' }],
  paths: {
    '/statuses': {
      get: operation('listStatuses', 'The pipeline, in order', {
        parameters: [header('If-None-Match', false, 'The ETag of the list that the client has.')],
        success: answer(
          object({ items: list(ref('Status')), seq: { type: 'string' }, statusFields: STATUS_FIELDS, can: CAN }, [
            'statusFields',
            'can',
          ]),
          { headers: ETAG },
        ),
        failures: [304],
      }),
      post: operation('createStatus', 'Adds a status', {
        ...WRITE,
        body: object({ id: ref('StatusId'), ...WRITTEN_CONTENT, after: nullable(ref('StatusId')) }, [
          'after',
          ...OPTIONAL_CONTENT,
        ]),
        success: answer(ref('Status'), { code: 201, headers: ETAG }),
      }),
    },
    '/statuses/{id}': {
      parameters: [path('id')],
      patch: operation('updateStatus', 'Renames or recolors a status', {
        parameters: [KEY, IF_MATCH],
        body: object(CHANGED_CONTENT, Object.keys(CHANGED_CONTENT)),
        success: answer(ref('Status'), { headers: ETAG }),
        failures: [409, 412, 422, 428],
      }),
      delete: operation('deleteStatus', 'Deletes a status', {
        parameters: [
          KEY,
          IF_MATCH,
          query(
            'moveTo',
            { type: 'string' },
            'The new status of its conversations; empty: none. If missing, it must have no conversations.',
          ),
        ],
        success: answer(object({ moved: { type: 'integer', minimum: 0 } })),
        failures: [409, 412, 422, 428],
      }),
    },
    '/statuses/{id}/move': {
      parameters: [path('id')],
      post: operation('moveStatus', 'Moves a status to the position after another', {
        ...WRITE,
        body: object({ after: nullable(ref('StatusId')) }),
        success: answer(object({ items: list(ref('Status')) })),
      }),
    },
    '/statuses/{id}/restore': {
      parameters: [path('id')],
      post: operation('restoreStatus', 'Restores a deleted status', {
        ...WRITE,
        body: { type: 'object' },
        isBodyOptional: true,
        success: answer(object({ status: ref('Status'), restored: { type: 'integer', minimum: 0 } })),
      }),
    },
    '/conversations/batch-get': {
      post: operation('getEntries', 'The status of each of several conversations', {
        body: object({ ids: list(ref('Id'), { maxItems: MAX_BATCH }) }),
        success: answer(object({ items: list(ref('Entry')) })),
      }),
    },
    '/contacts/batch-get': {
      post: operation('getContacts', 'The statuses of each of several contacts', {
        body: object({ ids: list(ref('Id'), { maxItems: MAX_BATCH }) }),
        success: answer(object({ items: list(ref('Contact')) })),
      }),
    },
    '/conversations/{id}/status': {
      parameters: [CONVERSATION_PATH],
      put: operation('setStatus', 'Sets the status of a conversation', {
        parameters: [KEY, header('If-Match', false, 'The ETag of its entry.')],
        body: object({ statusId: nullable(ref('StatusId')), contactId: nullable(ref('Id')) }, ['contactId']),
        success: answer(ref('Entry'), { headers: ETAG }),
        failures: [409, 412],
      }),
    },
    '/conversations/batch-set': {
      post: operation('setStatuses', 'Sets the status of several conversations, of each by itself', {
        ...WRITE,
        parameters: [KEY, header('If-Match', false, 'A conversation with another ETag is a `conflict` in its result.')],
        body: object({
          conversations: list(object({ conversationId: ref('Id'), contactId: nullable(ref('Id')) }, ['contactId']), {
            maxItems: MAX_BATCH,
          }),
          statusId: nullable(ref('StatusId')),
        }),
        success: answer(object({ results: list(ref('Result')) })),
      }),
    },
    '/counts': {
      get: operation('count', 'Counts conversations or contacts by status', {
        parameters: [{ ...query('of', { enum: ['conversation', 'contact'] }), required: true }, MATCH],
        success: answer(ref('Counts')),
        failures: [422],
      }),
    },
    '/conversations': {
      get: operation('findConversations', 'Finds conversations by status, newest activity first', {
        parameters: FILTER,
        success: answer(ref('Page')),
        failures: [410, 422],
      }),
    },
    '/contacts': {
      get: operation('findContacts', 'Finds contacts by status, newest activity first', {
        parameters: [...FILTER, MATCH],
        success: answer(ref('Page')),
        failures: [410, 422],
      }),
    },
    '/conversations/find': {
      post: operation('findConversationsByBody', 'The same, with a query of any length', {
        body: object(FIND_BODY, ['pageSize', 'pageToken']),
        success: answer(ref('Page')),
        failures: [410, 422],
      }),
    },
    '/contacts/find': {
      post: operation('findContactsByBody', 'The same, with a query of any length', {
        body: object({ ...FIND_BODY, contactMatch: MATCH.schema }, ['pageSize', 'pageToken', 'contactMatch']),
        success: answer(ref('Page')),
        failures: [410, 422],
      }),
    },
    '/conversations/{id}/history': {
      parameters: [CONVERSATION_PATH],
      get: operation('history', 'The status history of a conversation, oldest first', {
        success: answer(object({ items: list(ref('HistoryItem')) })),
        failures: [422],
      }),
    },
    '/forget': {
      post: operation('forget', 'Erases conversations, and contacts with their conversations; for the host only', {
        ...WRITE,
        body: {
          ...object(
            {
              conversationIds: list(ref('Id'), { maxItems: MAX_HOST_BATCH }),
              contactIds: list(ref('Id'), { maxItems: MAX_HOST_BATCH }),
            },
            ['conversationIds', 'contactIds'],
          ),
          additionalProperties: false,
        },
        success: {
          204: { description: 'Done, also for unknown ids. Streams send a `reset`.', headers: ALWAYS },
        },
      }),
    },
    '/conversations/history': {
      post: operation('historyById', 'The same for an id that cannot be part of a path', {
        body: object({ id: ref('Id') }),
        success: answer(object({ items: list(ref('HistoryItem')) })),
      }),
    },
    '/changes': {
      get: operation('subscribe', 'Changes as they happen', {
        parameters: [header('Last-Event-ID', false, 'The position to resume from: a `seq`.')],
        success: {
          200: {
            description:
              'Events `status`, `entry` and `reset`; the id of each is its `seq`. The data of the first two is the record, ' +
              'with `opId` (the key of the write) and `by` (its author) where they are known. The server ends a stream ' +
              'from time to time, and when the caller may no longer read: resume with Last-Event-ID.',
            headers: ALWAYS,
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
        },
      }),
    },
  },
  components: { schemas },
};
