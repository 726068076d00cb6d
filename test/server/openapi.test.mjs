// Tests that the OpenAPI document is valid, complete, and matches the running server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { load } from '../../demo/server/load.mjs';
import { document } from '../../scripts/openapi.mjs';
import { seen } from './contract.mjs';
import { onBothDatabases } from './support.mjs';

const { createRoutes } = await load(fileURLToPath(new URL('../../demo/server/routes.ts', import.meta.url)));
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors));
  });

  it('has every route of the server and no other', () => {
    const served = createRoutes({}).routes.map(({ method, path }) => `${method} ${path.replaceAll(':id', '{id}')}`);
    const told = Object.entries(document.paths).flatMap(([path, operations]) =>
      METHODS.filter((method) => operations[method]).map((method) => `${method.toUpperCase()} ${path}`),
    );
    // The host call is not part of the public API.
    assert.deepEqual(told.sort(), served.filter((route) => route !== 'PUT /conversations').sort());
  });

  it('names every operation once', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      METHODS.flatMap((method) => operations[method]?.operationId ?? []),
    );
    assert.equal(new Set(ids).size, ids.length);
  });
});

onBothDatabases(
  (world) => {
    let client;
    before(() => (client = world.client()));

    it('matches a response of every operation', async () => {
      const [status] = await client.pipeline('Leads', 'Won');
      const version = { 'if-match': `"${status.version}"` };
      const { headers } = await client.get('/statuses');
      await client.get('/statuses', { 'if-none-match': headers.get('etag') });
      await client.patch('/statuses/leads', { name: 'New leads' }, version);
      await client.patch('/statuses/leads', { name: 'Old leads' }, version);
      await client.patch('/statuses/leads', { name: 'Old leads' });
      await client.patch('/statuses/gone', { name: 'Gone' }, version);
      await client.post('/statuses/leads/move', { after: 'won' });
      await client.post('/statuses', { id: 'x', name: '', color: 'red' });
      await client.post('/statuses', { id: 'leads', name: 'Again', color: '#2775f8' });
      await client.pick('c1', 'leads', {}, { contactId: 'p1' });
      await client.pick('c1', 'won', { 'if-match': '"0"' });
      await client.post('/conversations/batch-get', { ids: ['c1', 'unknown'] });
      await client.post('/contacts/batch-get', { ids: ['p1', 'unknown'] });
      await client.post('/conversations/batch-set', { conversations: [{ conversationId: 'c2' }], statusId: 'leads' });
      await client.post('/conversations/batch-set', { conversations: [{ conversationId: 'c2' }], statusId: 'gone' });
      await client.get('/counts?of=conversation');
      await client.get('/counts?of=cat');
      await client.get('/conversations?op=any-of&status=leads&pageSize=1');
      await client.get('/contacts?op=none-of&status=won');
      await client.post('/conversations/find', { op: 'any-of', statusIds: ['leads', null], pageSize: 1 });
      await client.post('/contacts/find', { op: 'none-of', statusIds: ['won'], contactMatch: 'latest' });
      await client.get('/conversations/c1/history');
      const now = (await client.statuses()).find(({ id }) => id === 'leads');
      const current = { 'if-match': `"${now.version}"` };
      await client.delete('/statuses/leads', current);
      await client.delete('/statuses/leads?moveTo=won', current);
      await client.pick('c3', 'leads');
      await client.post('/statuses/leads/restore');
      await client.post('/statuses/never/restore');
      await client.post('/forget', { conversationIds: ['c1'], contactIds: ['p1'] });
      const done = [...seen].filter((each) => / 20[014]$/.test(each)).map((each) => each.replace(/ \d+$/, ''));
      const all = Object.entries(document.paths).flatMap(([path, operations]) =>
        METHODS.filter((method) => operations[method]).map((method) => `${method.toUpperCase()} ${path}`),
      );
      // The stream never ends; it is tested in stream.test.mjs.
      assert.deepEqual([...new Set(done)].sort(), all.filter((each) => each !== 'GET /changes').sort());
      for (const failure of [304, 404, 409, 412, 422, 428]) {
        assert.ok(
          [...seen].some((each) => each.endsWith(` ${failure}`)),
          `no ${failure} was answered`,
        );
      }
    });
  },
  { only: 'PGlite' },
);
