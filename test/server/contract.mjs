// Checks every request and response of the server against the OpenAPI document.
import Ajv2020 from 'ajv/dist/2020.js';
import { document } from '../../scripts/openapi.mjs';

const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ $id: 'openapi.json', components: document.components });
const validators = new Map();

/** Each path of the document as a pattern; paths without parameters come first. */
const paths = Object.entries(document.paths)
  .map(([template, operations]) => ({
    operations,
    template,
    pattern: new RegExp(`^${template.replaceAll('{id}', '([^/]+)')}$`),
  }))
  .sort((a, b) => a.template.split('{').length - b.template.split('{').length);

/** Seen responses, such as `GET /statuses 200`. */
export const seen = new Set();
/** Seen request parts, such as `GET /counts query of`. */
export const sent = new Set();

/** The headers that the API uses; operations that do not list one ignore it. */
const HEADERS = ['idempotency-key', 'if-match', 'if-none-match', 'last-event-id', 'pipeline-session'];

/** References inside a schema, in the form that ajv resolves. */
const resolve = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi.json#/components'));

/** Disallows additional fields. */
const closed = (schema) =>
  JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
  );

/** The validation errors of a value; '' if it is valid. */
function faultOf(name, schema, value) {
  if (!validators.has(name)) validators.set(name, ajv.compile(resolve(schema)));
  const validate = validators.get(name);
  return validate(value) ? '' : `${ajv.errorsText(validate.errors)}: ${JSON.stringify(value).slice(0, 300)}`;
}

function find(method, url) {
  const [path] = url.split('?');
  for (const { operations, template, pattern } of paths) {
    const match = pattern.exec(path);
    const operation = match && operations[method.toLowerCase()];
    if (!operation) continue;
    const parameters = [...(operations.parameters ?? []), ...(operation.parameters ?? [])];
    return { operation, parameters, id: match[1], where: `${method} ${template}` };
  }
  return undefined;
}

/** A parameter with the type of its schema; `undefined` if missing. */
function valueOf({ in: place, name, schema }, { id, query, headers }) {
  if (place === 'path') return decodeURIComponent(id);
  if (place === 'header') return headers.get(name) ?? undefined;
  const values = query.getAll(name);
  if (schema.type === 'array') return values.length ? values : undefined;
  if (values.length > 1) return values;
  return schema.type === 'integer' && /^-?\d+$/.test(values[0]) ? Number(values[0]) : values[0];
}

/**
 * Validates a request against the document; returns '' if it is valid, or if its path is not in the document.
 *
 * @param url relative to the base URL, with its query.
 * @param body its text; `undefined`: none.
 * @param isStrict whether unknown fields of the body are errors; a server ignores them.
 */
export function requestFault(method, url, headers, body, isStrict = false) {
  const found = find(method, url);
  if (!found) return '';
  const { where } = found;
  sent.add(where);
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  return [
    ...found.parameters.map((each) => parameterFault(where, each, valueOf(each, { id: found.id, query, headers }))),
    ...unknownParameters(found.parameters, query, headers),
    bodyFault(where, found.operation.requestBody, headers, body, isStrict),
  ]
    .filter(Boolean)
    .join('; ');
}

function parameterFault(where, { in: place, name, required, schema }, value) {
  const own = `${place} ${name}`;
  if (value === undefined) return required && `${own} is missing`;
  sent.add(`${where} ${own}`);
  const fault = faultOf(`${where} ${own}`, schema, value);
  return fault && `${own}: ${fault}`;
}

function unknownParameters(parameters, query, headers) {
  const known = new Set(parameters.map(({ in: place, name }) => `${place} ${name.toLowerCase()}`));
  const given = [...query.keys()].map((name) => `query ${name.toLowerCase()}`);
  const named = HEADERS.filter((name) => headers.has(name)).map((name) => `header ${name}`);
  return [...given, ...named].filter((each) => !known.has(each)).map((each) => `${each} is unknown`);
}

function bodyFault(where, requestBody, headers, text, isStrict) {
  if (!text) return requestBody?.required && 'there is no body';
  if (!requestBody) return 'there is a body';
  const { content } = requestBody;
  const type = headers.get('content-type')?.split(';')[0].trim().toLowerCase();
  if (!content[type]) return `body: ${type} is not in the document`;
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return 'body: no JSON';
  }
  for (const name of Object.keys(body ?? {})) sent.add(`${where} body ${name}`);
  const { schema } = content[type];
  const fault = isStrict
    ? faultOf(`${where} body, closed`, closed(schema), body)
    : faultOf(`${where} body`, schema, body);
  return fault && `body: ${fault}`;
}

/** Throws if the document does not describe the response. */
export function checkAnswer(method, url, { status, headers, body }) {
  const found = find(method, url);
  if (!found) return;
  const where = `${found.where} ${status}`;
  const response = found.operation.responses[status];
  if (!response) throw new Error(`${where}: the OpenAPI document has no such response: ${JSON.stringify(body)}`);
  seen.add(where);
  for (const [name, { required }] of Object.entries(response.headers ?? {})) {
    if (required && !headers.has(name)) throw new Error(`${where}: missing header ${name}`);
  }
  if (!response.content) return;
  const type = headers.get('content-type')?.split(';')[0];
  const content = response.content[type];
  if (!content) throw new Error(`${where}: ${type} is not in the OpenAPI document`);
  const fault = type.includes('json') && faultOf(where, content.schema, body);
  if (fault) throw new Error(`${where}: does not match the OpenAPI document: ${fault}`);
}

/** A `fetch` for a client that may only send what is in the document; anything else is reported to `onFault`. */
export const heldFetch = (baseUrl, onFault) => async (input, init) => {
  const { method, url, headers } = new Request(input, init);
  const path = url.slice(baseUrl.length);
  const fault = requestFault(method, path, headers, init?.body, true);
  if (fault) onFault(`${method} ${path}: ${fault}`);
  return fetch(input, init);
};
