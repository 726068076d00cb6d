// Serves the demo with more conversations and contacts than in the example data.
import { handleDemo } from '../../demo/serve.mjs';
import { serve } from './server.mjs';

/** The example contacts, and generated ones. */
const CONTACTS = `import { contacts as examples } from './example-contacts.js';
export * from './example-contacts.js';
export const contacts = [...examples];
const copies = new Map();
export function copyOf(contact, round) {
  const id = \`cnt_\${round * 10_000 + Number(contact.id.slice(4))}\`;
  if (!copies.has(id)) {
    copies.set(id, { ...contact, id });
    contacts.push(copies.get(id));
  }
  return copies.get(id);
}`;

/** The example conversations, and generated ones of other contacts with the same number of conversations each. */
const conversations = (count) => `import { seeds as examples } from './example-conversations.js';
import { copyOf } from './contacts.js';
export const seeds = Array.from({ length: ${count} }, (_, i) => {
  const seed = examples[i % examples.length];
  const round = Math.floor(i / examples.length);
  return round ? { ...seed, id: \`more-\${i}\`, contact: copyOf(seed.contact, round) } : seed;
});`;

/** Resolves to `{ origin, close }`. */
export function serveInbox(count) {
  const scripts = { '/data/contacts.js': CONTACTS, '/data/conversations.js': conversations(count) };
  return serve((request, response) => {
    const script = scripts[request.url];
    if (script) {
      response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' }).end(script);
      return true;
    }
    if (request.url.startsWith('/page/')) return false;
    request.url = request.url.replace('/data/example-', '/data/');
    void handleDemo(request, response);
    return true;
  });
}
