// Holds every answer of the server to the OpenAPI document.
import Ajv2020 from 'ajv/dist/2020.js';
import { document } from '../../scripts/openapi.mjs';

const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ $id: 'openapi.json', components: document.components });
const validators = new Map();

/** Each path of the document as a pattern; those without parameters first. */
const paths = Object.entries(document.paths)
  .map(([template, operations]) => ({
    operations,
    template,
    pattern: new RegExp(`^${template.replaceAll('{id}', '[^/]+')}$`),
  }))
  .sort((a, b) => a.template.split('{').length - b.template.split('{').length);

export const seen = new Set();

/** Refs inside of a schema, as ajv resolves them: in the document. */
const resolve = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"openapi.json#/components'));

/**
 * Throws when the document knows no such answer. Paths that it does not have are the server's own business: what it
 * says of them is a problem, or the demo's.
 */
export function check(method, url, { status, headers, body }) {
  const found = paths.find(({ pattern }) => pattern.test(url.split('?')[0]));
  const operation = found?.operations[method.toLowerCase()];
  if (!operation) return;
  const where = `${method} ${found.template} ${status}`;
  const response = operation.responses[status];
  if (!response) throw new Error(`${where}: the OpenAPI document has no such answer: ${JSON.stringify(body)}`);
  seen.add(where);
  const type = headers.get('content-type')?.split(';')[0];
  const content = response.content ?? {};
  if (!response.content) return;
  if (!content[type]) throw new Error(`${where}: ${type} is not in the OpenAPI document`);
  if (!validators.has(where)) validators.set(where, ajv.compile(resolve(content[type].schema)));
  const validate = validators.get(where);
  if (type.includes('json') && !validate(body)) {
    throw new Error(
      `${where}: not as the OpenAPI document says: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`,
    );
  }
}
