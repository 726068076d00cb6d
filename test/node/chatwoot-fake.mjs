// A fake of the parts of Chatwoot that the adapter uses, over real HTTP, including its pitfalls: attributes are replaced
// as a whole, texts are limited to 20,000 characters, and a filter returns 25 items per page and ignores case.
import { once } from 'node:events';
import { createServer } from 'node:http';

const PAGE = 25;
const MAX_TEXT = 20_000;

class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text ? JSON.parse(text) : undefined;
}

class Account {
  definitions = [];
  conversations = new Map();
  #made = 0;

  /** A customer writes: creates a conversation that already has an attribute of another integration. */
  receive() {
    const number = this.conversations.size + 1;
    this.conversations.set(number, { id: number, custom_attributes: { order: `A-${number}` } });
    return number;
  }

  createDefinition(fields) {
    const taken = this.definitions.some(({ attribute_key }) => attribute_key === fields.attribute_key);
    if (taken) throw new Refusal(422, 'Attribute key has already been taken');
    const definition = { id: ++this.#made };
    this.definitions.push(definition);
    return this.#fill(definition, fields);
  }

  updateDefinition(id, fields) {
    const definition = this.definitions.find((each) => each.id === id);
    if (!definition) throw new Refusal(404, 'Resource could not be found');
    return this.#fill(definition, fields);
  }

  setAttributes(number, { custom_attributes }) {
    const conversation = this.conversations.get(number);
    if (!conversation) throw new Refusal(404, 'Resource could not be found');
    conversation.custom_attributes = custom_attributes;
    return { custom_attributes };
  }

  filter(page, { payload }) {
    const found = [...this.conversations.values()].filter((each) => this.#passes(each, payload));
    return { meta: { all_count: found.length }, payload: found.slice((page - 1) * PAGE, page * PAGE) };
  }

  #passes(conversation, conditions) {
    return conditions.some(({ attribute_key: key, filter_operator, values, query_operator }, n) => {
      const joins = n === conditions.length - 1 ? null : 'OR';
      if (filter_operator !== 'equal_to' || query_operator !== joins) throw new Refusal(422, 'Invalid operator');
      if (!values?.length) throw new Refusal(422, 'Invalid value');
      if (key === 'display_id') return values.includes(conversation.id);
      // Like the real one: only defined attributes are allowed, and only the first value is used.
      if (!this.definitions.some((each) => each.attribute_key === key)) throw new Refusal(422, 'Invalid attribute key');
      return conversation.custom_attributes[key]?.toLowerCase() === values[0].toLowerCase();
    });
  }

  #fill(definition, fields) {
    if (fields.attribute_display_type !== 6 || fields.attribute_model !== 0) throw new Refusal(422, 'not a list');
    if (fields.attribute_description.length > MAX_TEXT) throw new Refusal(422, 'Attribute description is too long');
    return Object.assign(definition, fields, {
      attribute_display_type: 'list',
      attribute_model: 'conversation_attribute',
    });
  }
}

export class ChatwootFake {
  static TOKEN = 'secret';
  accounts = new Map();
  /** Responses to send for the next requests instead of the real ones: `{ status, headers? }`. */
  failures = [];
  #server = createServer((request, response) => void this.#answer(request, response));

  async open() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.baseUrl = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  addAccount() {
    const id = this.accounts.size + 1;
    this.accounts.set(id, new Account());
    return id;
  }

  async #answer(request, response) {
    const send = (status, body, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    try {
      const body = await bodyOf(request);
      const failure = this.failures.shift();
      if (failure) return void send(failure.status, { error: 'told to fail' }, failure.headers);
      if (request.headers.api_access_token !== ChatwootFake.TOKEN) throw new Refusal(401, 'Invalid Access Token');
      send(200, this.#route(request.method, new URL(request.url, this.baseUrl), body));
    } catch (error) {
      send(error.status ?? 500, { error: error.message });
    }
  }

  #route(method, { pathname, searchParams }, body) {
    const [, accountId, path] = /^\/api\/v1\/accounts\/(\d+)(\/.*)$/.exec(pathname) ?? [];
    const account = this.accounts.get(Number(accountId));
    if (!account) throw new Refusal(404, 'Resource could not be found');
    const [, number] = /\/(\d+)(?:\/|$)/.exec(path) ?? [];
    switch (`${method} ${path.replace(/\d+/, 'ID')}`) {
      case 'GET /custom_attribute_definitions':
        return account.definitions;
      case 'POST /custom_attribute_definitions':
        return account.createDefinition(body);
      case 'PATCH /custom_attribute_definitions/ID':
        return account.updateDefinition(Number(number), body);
      case 'POST /conversations/filter':
        return account.filter(Number(searchParams.get('page') ?? 1), body);
      case 'POST /conversations/ID/custom_attributes':
        return account.setAttributes(Number(number), body);
      default:
        throw new Refusal(404, 'No route');
    }
  }
}
