// Tests the second worked example of docs/write-an-adapter.md against a small fake of Chatwoot over HTTP.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runAdapterTests } from 'pipeline-elements/testing';
import { load } from '../../demo/server/load.mjs';
import { ChatwootFake } from './chatwoot-fake.mjs';

const { ChatwootAdapter } = await load(fileURLToPath(new URL('../../demo/adapters/chatwoot.ts', import.meta.url)));
const chatwoot = await new ChatwootFake().open();
after(() => chatwoot.close());

const accountOf = new WeakMap();

/** Maps each conversation id of the suite to a conversation of the inbox. */
function open(account = { id: chatwoot.addAccount(), numbers: new Map() }) {
  const { id: accountId, numbers } = account;
  const numberOf = (conversationId) => {
    if (!numbers.has(conversationId)) numbers.set(conversationId, chatwoot.accounts.get(accountId).receive());
    return numbers.get(conversationId);
  };
  const adapter = new ChatwootAdapter({ baseUrl: chatwoot.baseUrl, accountId, token: ChatwootFake.TOKEN, numberOf });
  accountOf.set(adapter, account);
  return adapter;
}

describe('ChatwootAdapter', () => {
  runAdapterTests({
    describe,
    it,
    create: () => open(),
    reopen: async (adapter) => open(accountOf.get(adapter)),
  });
});

describe('ChatwootAdapter in Chatwoot', () => {
  const LEADS = { id: 'leads', name: 'Leads', color: '#2775f8' };

  /** An account with a status, and a conversation that has it. */
  async function begin() {
    const accountId = chatwoot.addAccount();
    const account = chatwoot.accounts.get(accountId);
    const id = String(account.receive());
    const adapter = new ChatwootAdapter({ baseUrl: chatwoot.baseUrl, accountId, token: ChatwootFake.TOKEN });
    const leads = await adapter.createStatus(LEADS);
    await adapter.setStatus([{ conversationId: id }], 'leads');
    return { account, adapter, id, leads, attributes: () => account.conversations.get(Number(id)).custom_attributes };
  }

  const refusal = (call) =>
    call.then(
      () => assert.fail('it was not rejected'),
      (error) => error,
    );

  it('agents see the name, in a list of the names', async () => {
    const { account, attributes } = await begin();
    const [definition] = account.definitions;
    assert.equal(definition.attribute_display_type, 'list');
    assert.deepEqual(definition.attribute_values, ['Leads']);
    assert.equal(attributes().pipeline_status, 'Leads');
  });

  it('attributes of other integrations are kept', async () => {
    const { adapter, id, attributes } = await begin();
    await adapter.setStatus([{ conversationId: id }], null);
    assert.equal(attributes().order, 'A-1');
    assert.equal(attributes().pipeline_status, null);
  });

  it('a status picked in Chatwoot is read', async () => {
    const { account, adapter } = await begin();
    const number = account.receive();
    account.setAttributes(number, { custom_attributes: { pipeline_status: 'Leads' } });
    const entry = (await adapter.getEntries([String(number)])).get(String(number));
    assert.equal(entry.statusId, 'leads');
    assert.ok(entry.version > 0);
  });

  it('a value that matches no status is read as no status', async () => {
    const { account, adapter, id } = await begin();
    account.setAttributes(Number(id), { custom_attributes: { pipeline_status: 'Typed by hand' } });
    assert.equal((await adapter.getEntries([id])).get(id).statusId, null);
  });

  it('a new status with the name of a deleted one does not inherit its conversations', async () => {
    const { adapter, id, leads } = await begin();
    await adapter.deleteStatus('leads', { ifVersion: leads.version, moveTo: null });
    await adapter.createStatus({ ...LEADS, id: 'new', name: 'LEADS' });
    assert.equal((await adapter.getEntries([id])).get(id).statusId, null);
    const { version } = (await adapter.listStatuses()).items[0];
    assert.deepEqual(await adapter.deleteStatus('new', { ifVersion: version }), { moved: 0 });
  });

  it('a conversation that Chatwoot does not know is not-found and does not affect the others', async () => {
    const { adapter, id } = await begin();
    assert.equal((await refusal(adapter.setStatus([{ conversationId: '999' }], 'leads'))).code, 'not-found');
    assert.equal((await refusal(adapter.setStatus([{ conversationId: 'no number' }], 'leads'))).code, 'not-found');
    const both = await adapter.setStatus([{ conversationId: '999' }, { conversationId: id }], null);
    assert.deepEqual(
      both.map((result) => result.ok),
      [false, true],
    );
  });

  it('a list made by hand by an administrator is left unchanged', async () => {
    const { account, adapter } = await begin();
    Object.assign(account.definitions[0], { attribute_description: 'Where it stands', attribute_values: ['Open'] });
    assert.equal((await refusal(adapter.createStatus({ ...LEADS, id: 'x' }))).code, 'bad-response');
    assert.deepEqual(account.definitions[0].attribute_values, ['Open']);
  });

  it('more statuses than Chatwoot can store are rejected, and nothing is stored', async () => {
    const { adapter } = await begin();
    // With names and ids of maximum length, about 16 statuses fill the description.
    const long = (n) => ({ id: `${n}`.padEnd(256, 'i'), name: `${n}`.padEnd(64, 'n'), color: '#2775f8' });
    let count = 1;
    let error;
    while (!error) {
      error = await adapter.createStatus(long(count)).then(
        () => void count++,
        (thrown) => thrown,
      );
    }
    assert.equal(error.code, 'limit');
    assert.equal((await adapter.listStatuses()).items.length, count);
  });

  for (const [status, code] of [
    [401, 'auth'],
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [502, 'unavailable'],
  ]) {
    it(`${status} is ${code}`, async () => {
      const { adapter } = await begin();
      chatwoot.failures.push({ status, headers: { 'retry-after': '7' } });
      const error = await refusal(adapter.listStatuses());
      assert.equal(error.code, code);
      assert.equal(error.retryAfterMs, 7000);
    });
  }

  it('a rejected request does not affect the next write', async () => {
    const { adapter, id } = await begin();
    chatwoot.failures.push({ status: 502 });
    assert.equal(
      (await refusal(adapter.setStatus([{ conversationId: id }], null, { opId: 'op' }))).code,
      'unavailable',
    );
    const [result] = await adapter.setStatus([{ conversationId: id }], null, { opId: 'op' });
    assert.equal(result.entry.statusId, null);
  });

  it('without a network, the error is offline', async () => {
    const adapter = new ChatwootAdapter({ baseUrl: 'http://127.0.0.1:1', accountId: 1, token: 'x' });
    assert.equal((await refusal(adapter.listStatuses())).code, 'offline');
  });
});
