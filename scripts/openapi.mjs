// The wire of section "A server" as an OpenAPI 3.1 document. The build writes it to dist/openapi.json; the tests hold
// RestAdapter to it, request by request, and the reference server, answer by answer.
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

const schemas = {
  Id: {
    type: 'string',
    minLength: 1,
    maxLength: 256,
    pattern: '^(?!\\.{1,2}$)[^/\\\\\\u0000-\\u001f\\u007f-\\u009f]+$',
    description: 'Well-formed Unicode, no control characters, no "/" or "\\", not "." or "..".',
  },
  Name: {
    type: 'string',
    minLength: 1,
    description: '1 to 64 graphemes, trimmed, NFC; unique without regard to case.',
  },
  Color: { type: 'string', pattern: '^#[0-9a-f]{6}$', description: 'Lower case.' },
  Version: { type: 'integer', minimum: 0, description: 'Only grows.' },
  Status: object(
    {
      id: ref('Id'),
      name: ref('Name'),
      color: ref('Color'),
      rank: { type: 'string', description: 'The place: compare by code units, then by id.' },
      version: ref('Version'),
      deleted: { const: true },
    },
    ['deleted'],
  ),
  Entry: object({
    conversationId: ref('Id'),
    contactId: nullable(ref('Id')),
    statusId: nullable(ref('Id')),
    version: ref('Version'),
    changedAt: { type: 'number', minimum: 0, description: 'Milliseconds since 1970; 0 when it never had a status.' },
  }),
  Contact: object({
    contactId: ref('Id'),
    statusIds: list(nullable(ref('Id')), { description: 'Of all its conversations.' }),
    latest: { ...nullable(ref('Id')), description: 'Of the most recently active one.' },
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
  Page: object(
    { ids: list(ref('Id')), nextPageToken: { type: 'string', description: 'Missing: this was the last page.' } },
    ['nextPageToken'],
  ),
  HistoryItem: object(
    {
      from: nullable(ref('Id')),
      to: nullable(ref('Id')),
      at: { type: 'number', minimum: 0, description: 'Milliseconds since 1970.' },
      by: { type: 'string' },
    },
    ['by'],
  ),
  Problem: {
    ...object(
      {
        type: { type: 'string', description: 'Ends in the code of the error, such as `in-use`.' },
        title: { type: 'string' },
        status: { type: 'integer' },
        detail: { type: 'string' },
        field: { type: 'string', description: '`invalid`: what is wrong.' },
        count: { type: 'integer', description: '`in-use`: how many conversations have the status.' },
        current: { description: '`conflict`: the record as it is now.' },
      },
      ['title', 'status', 'detail', 'field', 'count', 'current'],
    ),
    description: 'RFC 9457.',
  },
};

const path = (name) => ({ name, in: 'path', required: true, schema: ref('Id') });
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
  'The same for each try of one write: it is done once. Its answer is kept for 24 hours, a 404, 409, 412 or 422 too.',
);
const SESSION = header(
  'Pipeline-Session',
  false,
  'The one that an answer carried last. A server where someone else is signed in by now does nothing, and answers 409.',
);
const IF_MATCH = header('If-Match', true, 'The ETag of what is changed.');
const FILTER = [
  query('op', { enum: ['any-of', 'none-of'] }),
  { ...query('status', list({ type: 'string' }), 'Status ids; an empty one stands for no status.'), explode: true },
  query('pageSize', { type: 'integer' }),
  query('pageToken', { type: 'string' }, 'Opaque.'),
];
const MATCH = query('contactMatch', { enum: ['any', 'latest'], default: 'any' });

const SESSION_NAME = {
  description: 'An opaque name of who is signed in where. Left out only where that is not known.',
  schema: { type: 'string' },
};
const problem = (description, headers = { 'Pipeline-Session': SESSION_NAME }) => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/problem+json': { schema: ref('Problem') } },
});
const PROBLEMS = {
  304: { description: 'As the client has it.', headers: { 'Pipeline-Session': { ...SESSION_NAME, required: true } } },
  400: problem('Cannot be read: no JSON, or no percent-encoded UTF-8.'),
  401: problem('`auth`: not signed in.', null),
  403: problem('`forbidden`.'),
  404: problem('`not-found`.'),
  409: problem(
    '`session-changed`, `in-use` with `count`, `status-deleted`, an id that is taken, or the same key is being written.',
  ),
  410: problem('The page token has expired: begin anew.'),
  412: problem('`conflict` with `current`.'),
  413: problem('`limit`: the body is too long.'),
  415: problem('The body is not JSON.'),
  422: problem('`invalid` with `field`, `limit`, or a key that was used for something else.'),
  428: problem('If-Match is missing.'),
  429: problem('`rate-limited`: see Retry-After.'),
  500: problem('`unknown`.'),
  503: problem('`unavailable`: see Retry-After.'),
  504: problem('`timeout`: whether it was done is unknown.'),
};
const COMMON = [400, 401, 403, 404, 409, 429, 500, 503, 504];

/** An operation: what it takes, what it answers, and how it can fail besides what everything can. */
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
  description: 'What the caller may do: `true`, or the sentence that says why not. What is missing is allowed.',
  properties: Object.fromEntries(ACTIONS.map((action) => [action, { oneOf: [{ const: true }, { type: 'string' }] }])),
};
const STATUS_FIELDS = list(
  { enum: ['names', 'description', 'kind', 'archived', 'isDefault', 'staleAfter'] },
  { description: 'The optional fields of a status that the server keeps.' },
);
const WRITE = { parameters: [KEY], failures: [409, 422] };

export const document = {
  openapi: '3.1.0',
  info: {
    title: 'Pipeline',
    version,
    description:
      'What `RestAdapter` of pipeline-elements speaks. Paths are relative to the base URL, the `src` of a provider.',
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
        body: object({ id: ref('Id'), name: ref('Name'), color: { type: 'string' }, after: nullable(ref('Id')) }, [
          'after',
        ]),
        success: answer(ref('Status'), { code: 201, headers: ETAG }),
      }),
    },
    '/statuses/{id}': {
      parameters: [path('id')],
      patch: operation('updateStatus', 'Renames or recolours', {
        parameters: [KEY, IF_MATCH],
        body: object({ name: ref('Name'), color: { type: 'string' } }, ['name', 'color']),
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
            'The status its conversations get; empty: none. Left out: none may have it.',
          ),
        ],
        success: answer(object({ moved: { type: 'integer', minimum: 0 } })),
        failures: [409, 412, 422, 428],
      }),
    },
    '/statuses/{id}/move': {
      parameters: [path('id')],
      post: operation('moveStatus', 'Puts a status right after another', {
        ...WRITE,
        body: object({ after: nullable(ref('Id')) }),
        success: answer(object({ items: list(ref('Status')) })),
      }),
    },
    '/statuses/{id}/restore': {
      parameters: [path('id')],
      post: operation('restoreStatus', 'Takes a delete back', {
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
      parameters: [path('id')],
      put: operation('setStatus', 'Gives a conversation a status', {
        parameters: [KEY, header('If-Match', false, 'The ETag of its entry.')],
        body: object({ statusId: nullable(ref('Id')), contactId: nullable(ref('Id')) }, ['contactId']),
        success: answer(ref('Entry'), { headers: ETAG }),
        failures: [409, 412],
      }),
    },
    '/conversations/batch-set': {
      post: operation('setStatuses', 'Gives several conversations a status', {
        ...WRITE,
        body: object({
          conversations: list(object({ conversationId: ref('Id'), contactId: nullable(ref('Id')) }, ['contactId']), {
            maxItems: MAX_BATCH,
          }),
          statusId: nullable(ref('Id')),
        }),
        success: answer(object({ results: list(ref('Result')) })),
      }),
    },
    '/counts': {
      get: operation('count', 'How many have each status', {
        parameters: [{ ...query('of', { enum: ['conversation', 'contact'] }), required: true }, MATCH],
        success: answer(ref('Counts')),
        failures: [422],
      }),
    },
    '/conversations': {
      get: operation('findConversations', 'Conversations by status, newest activity first', {
        parameters: FILTER,
        success: answer(ref('Page')),
        failures: [410, 422],
      }),
    },
    '/contacts': {
      get: operation('findContacts', 'Contacts by status, newest activity first', {
        parameters: [...FILTER, MATCH],
        success: answer(ref('Page')),
        failures: [410, 422],
      }),
    },
    '/conversations/{id}/history': {
      parameters: [path('id')],
      get: operation('history', 'What became of a conversation, oldest first', {
        success: answer(object({ items: list(ref('HistoryItem')) })),
        failures: [422],
      }),
    },
    '/changes': {
      get: operation('subscribe', 'Changes as they happen', {
        parameters: [header('Last-Event-ID', false, 'The place to go on from: a `seq`.')],
        success: {
          200: {
            description:
              'Events `status`, `entry` and `reset`; the id of each is its `seq`. The data of the first two is the record, ' +
              'with `opId`, the key of the write, and `by`, who made it, where they are known. The server ends a stream ' +
              'now and then, and when the caller may no longer read: go on with Last-Event-ID.',
            headers: ALWAYS,
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
        },
      }),
    },
  },
  components: { schemas },
};
