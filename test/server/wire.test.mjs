// Tests the REST API call by call, including what each call rejects (specified in openapi.json).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeOf, onBothDatabases, until } from './support.mjs';

const COLOR = '#2775f8';
const tag = (version) => ({ 'if-match': `"${version}"` });

/** Fails unless the response is a problem with this status, code and members. */
function refused(response, status, code, members = {}) {
  assert.equal(response.status, status, JSON.stringify(response.body));
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  assert.equal(codeOf(response), code);
  assert.equal(response.body.status, status);
  assert.equal(typeof response.body.title, 'string');
  assert.equal(typeof response.body.detail, 'string');
  for (const [name, value] of Object.entries(members)) assert.deepEqual(response.body[name], value, name);
}

onBothDatabases((world) => {
  describe('list', () => {
    it('an unknown tenant is empty', async () => {
      const { status, body, headers } = await world.client().get('/statuses');
      assert.equal(status, 200);
      assert.deepEqual([body.items, body.seq, body.statusFields], [[], '0', []]);
      assert.equal(headers.get('cache-control'), 'no-store');
    });

    it('is in order and without deleted statuses; 304 until something changes', async () => {
      const client = world.client();
      const [a] = await client.pipeline('A', 'B', 'C');
      await client.post('/statuses/c/move', { after: null });
      await client.delete('/statuses/a', tag(a.version));
      const list = await client.get('/statuses');
      assert.deepEqual(
        list.body.items.map(({ id }) => id),
        ['c', 'b'],
      );
      const etag = list.headers.get('etag');
      assert.match(etag, /^"\d+\.[\w-]+"$/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await client.get('/statuses', { 'if-none-match': known });
        assert.equal(again.status, 304, known);
        assert.equal(again.body, '');
        assert.equal(again.headers.get('etag'), etag);
      }
      await client.post('/statuses/c/move', { after: 'b' });
      assert.equal((await client.get('/statuses', { 'if-none-match': etag })).status, 200);
    });

    it('HEAD returns headers only', async () => {
      const { status, body, headers } = await world.client().call('HEAD', '/statuses');
      assert.equal(status, 200);
      assert.equal(body, '');
      assert.ok(headers.get('etag'));
    });
  });

  describe('create', () => {
    it('at the end, at the front, or after another', async () => {
      const client = world.client();
      const made = await client.post('/statuses', { id: 'a', name: '  Leads ', color: '#ABCDEF', extra: 1 });
      assert.equal(made.status, 201);
      assert.deepEqual(Object.keys(made.body).sort(), ['color', 'id', 'name', 'rank', 'version']);
      assert.equal(made.body.name, 'Leads');
      assert.equal(made.body.color, '#abcdef');
      assert.equal(made.headers.get('etag'), `"${made.body.version}"`);
      await client.post('/statuses', { id: 'b', name: 'B', color: COLOR });
      await client.post('/statuses', { id: 'c', name: 'C', color: COLOR, after: null });
      await client.post('/statuses', { id: 'd', name: 'D', color: COLOR, after: 'a' });
      assert.deepEqual(
        (await client.statuses()).map(({ id }) => id),
        ['c', 'a', 'd', 'b'],
      );
    });

    it('repeating a create returns the same status; a different one with the same id is a conflict', async () => {
      const client = world.client();
      const first = await client.post('/statuses', { id: 'a', name: 'A', color: COLOR });
      const second = await client.post('/statuses', { id: 'a', name: 'A', color: COLOR });
      assert.equal(second.status, 201);
      assert.deepEqual(second.body, first.body);
      const other = await client.post('/statuses', { id: 'a', name: 'Other', color: COLOR });
      refused(other, 409, 'conflict', { field: 'id', current: first.body });
      assert.equal((await client.statuses()).length, 1);
    });

    it('invalid values are rejected, and the field is named', async () => {
      const client = world.client();
      await client.pipeline('Leads');
      const valid = { id: 'x', name: 'X', color: COLOR };
      const cases = [
        ['id', { ...valid, id: '' }],
        ['id', { ...valid, id: 'a/b' }],
        ['id', { ...valid, id: '..' }],
        ['id', { ...valid, id: 'x'.repeat(257) }],
        ['id', { ...valid, id: 7 }],
        ['id', { name: 'X', color: COLOR }],
        ['name', { ...valid, name: '   ' }],
        ['name', { ...valid, name: 'x'.repeat(65) }],
        ['name', { ...valid, name: 'a\u202eb' }],
        ['name', { ...valid, name: 'lEADS' }],
        ['name', { ...valid, name: null }],
        ['color', { ...valid, color: 'red' }],
        ['color', { ...valid, color: '#12345' }],
        ['after', { ...valid, after: '' }],
      ];
      for (const [field, body] of cases) refused(await client.post('/statuses', body), 422, 'invalid', { field });
      refused(await client.post('/statuses', { ...valid, after: 'nowhere' }), 404, 'not-found', { field: 'after' });
      assert.equal((await client.statuses()).length, 1);
    });

    it('accepts names and ids of maximum length, in four-byte characters', async () => {
      const client = world.client();
      const body = { id: '😀'.repeat(128), name: '👨‍👩‍👧‍👦'.repeat(64), color: COLOR };
      const made = await client.post('/statuses', body);
      assert.equal(made.status, 201, JSON.stringify(made.body));
      assert.equal(made.body.name, body.name);
      assert.equal((await client.pick('😀'.repeat(128), body.id, {}, { contactId: '漢'.repeat(256) })).status, 200);
      assert.deepEqual((await client.counts('of=contact')).byStatus, { [body.id]: 1 });
    });

    it('at most 200', async () => {
      const client = world.client();
      await Promise.all(
        Array.from({ length: 200 }, (_, n) => client.post('/statuses', { id: `s${n}`, name: `S${n}`, color: COLOR })),
      );
      refused(await client.post('/statuses', { id: 'more', name: 'More', color: COLOR }), 422, 'limit', { count: 200 });
      assert.equal((await client.statuses()).length, 200);
    });
  });

  describe('edit', () => {
    it('renames and recolors with the current version', async () => {
      const client = world.client();
      const [a] = await client.pipeline('A');
      const renamed = await client.patch('/statuses/a', { name: 'B' }, tag(a.version));
      assert.equal(renamed.status, 200);
      assert.equal(renamed.body.name, 'B');
      assert.ok(renamed.body.version > a.version);
      assert.equal(renamed.headers.get('etag'), `"${renamed.body.version}"`);
      const same = await client.patch('/statuses/a', { color: a.color }, tag(renamed.body.version));
      assert.deepEqual(same.body, renamed.body);
      const any = await client.patch('/statuses/a', { color: '#000000' }, { 'if-match': '*' });
      assert.equal(any.body.color, '#000000');
      const among = await client.patch('/statuses/a', { name: 'C' }, { 'if-match': `"1", "${any.body.version}"` });
      assert.equal(among.status, 200);
    });

    it('412 with the current record, 428 without If-Match, 400 if it is malformed', async () => {
      const client = world.client();
      const [a, b] = await client.pipeline('A', 'B');
      await client.patch('/statuses/a', { name: 'First' }, tag(a.version));
      const [current] = await client.statuses();
      refused(await client.patch('/statuses/a', { name: 'Late' }, tag(a.version)), 412, 'conflict', { current });
      const weak = { 'if-match': `W/"${current.version}"` };
      refused(await client.patch('/statuses/a', { name: 'Weak' }, weak), 412, 'conflict', { current });
      refused(await client.patch('/statuses/a', { name: 'Blind' }), 428, 'invalid', { field: 'If-Match' });
      const odd = await client.patch('/statuses/a', { name: 'Odd' }, { 'if-match': String(b.version) });
      refused(odd, 400, 'invalid', { field: 'If-Match' });
      assert.equal((await client.statuses())[0].name, 'First');
    });

    it('missing, deleted and invalid statuses', async () => {
      const client = world.client();
      const [a, b] = await client.pipeline('A', 'B');
      await client.delete('/statuses/b', tag(b.version));
      refused(await client.patch('/statuses/nowhere', { name: 'X' }, tag(1)), 404, 'not-found', { field: 'id' });
      refused(await client.patch('/statuses/b', { name: 'X' }, { 'if-match': '*' }), 409, 'status-deleted');
      refused(await client.patch('/statuses/a', { name: '' }, tag(a.version)), 422, 'invalid', { field: 'name' });
      refused(await client.patch('/statuses/a', { color: 1 }, tag(a.version)), 422, 'invalid', { field: 'color' });
      // The name of a deleted status can be reused.
      assert.equal((await client.patch('/statuses/a', { name: 'b' }, tag(a.version))).status, 200);
    });
  });

  describe('move', () => {
    it('returns the whole order', async () => {
      const client = world.client();
      await client.pipeline('A', 'B', 'C');
      const moved = await client.post('/statuses/c/move', { after: 'a' });
      assert.equal(moved.status, 200);
      assert.deepEqual(moved.body.items, await client.statuses());
      assert.deepEqual(
        moved.body.items.map(({ id }) => id),
        ['a', 'c', 'b'],
      );
    });

    it('after a deleted status means its old place; unknown is 404; a missing `after` is not a move to the front', async () => {
      const client = world.client();
      const [, b] = await client.pipeline('A', 'B', 'C', 'D');
      await client.delete('/statuses/b', tag(b.version));
      const moved = await client.post('/statuses/d/move', { after: 'b' });
      assert.deepEqual(
        moved.body.items.map(({ id }) => id),
        ['a', 'd', 'c'],
      );
      refused(await client.post('/statuses/d/move', { after: 'nowhere' }), 404, 'not-found', { field: 'after' });
      refused(await client.post('/statuses/nowhere/move', { after: null }), 404, 'not-found', { field: 'id' });
      refused(await client.post('/statuses/b/move', { after: null }), 409, 'status-deleted');
      refused(await client.post('/statuses/d/move', {}), 422, 'invalid', { field: 'after' });
    });
  });

  describe('delete and restore', () => {
    it('a status in use is rejected with the count, unless moveTo is given', async () => {
      const client = world.client();
      const [a, b] = await client.pipeline('A', 'B');
      for (const id of ['c1', 'c2']) await client.pick(id, 'a');
      refused(await client.delete('/statuses/a', tag(a.version)), 409, 'in-use', { count: 2, field: 'moveTo' });
      const moved = await client.delete('/statuses/a?moveTo=b', tag(a.version));
      assert.deepEqual([moved.status, moved.body], [200, { moved: 2 }]);
      assert.equal((await client.entries('c1')).c1.statusId, 'b');
      const cleared = await client.delete('/statuses/b?moveTo=', tag(b.version));
      assert.deepEqual([cleared.status, cleared.body], [200, { moved: 2 }]);
      assert.equal((await client.entries('c1')).c1.statusId, null);
      assert.deepEqual(await client.counts(), { byStatus: {}, none: 2 });
    });

    it('412, 428, and an invalid moveTo', async () => {
      const client = world.client();
      const [a, b] = await client.pipeline('A', 'B', 'C');
      await client.pick('c1', 'a');
      refused(await client.delete('/statuses/a?moveTo=b', tag(a.version + 1)), 412, 'conflict', { current: a });
      refused(await client.delete('/statuses/a?moveTo=b'), 428, 'invalid', { field: 'If-Match' });
      refused(await client.delete('/statuses/a?moveTo=a', tag(a.version)), 422, 'invalid', { field: 'moveTo' });
      refused(await client.delete('/statuses/a?moveTo=x', tag(a.version)), 404, 'not-found', { field: 'moveTo' });
      await client.delete('/statuses/b', tag(b.version));
      refused(await client.delete('/statuses/a?moveTo=b', tag(a.version)), 409, 'status-deleted', { field: 'moveTo' });
      refused(await client.delete('/statuses/b', tag(b.version)), 409, 'status-deleted', { field: 'id' });
      refused(await client.delete('/statuses/nowhere', tag(1)), 404, 'not-found');
      assert.equal((await client.entries('c1')).c1.statusId, 'a');
    });

    it('restore brings back the status, its place and its conversations', async () => {
      const client = world.client();
      const [, b] = await client.pipeline('A', 'B', 'C');
      for (const id of ['c1', 'c2', 'c3']) await client.pick(id, 'b');
      await client.delete('/statuses/b?moveTo=c', tag(b.version));
      await client.pick('c2', 'a');
      const restored = await client.post('/statuses/b/restore', {});
      assert.equal(restored.status, 200);
      assert.equal(restored.body.restored, 2);
      assert.equal(restored.body.status.id, 'b');
      assert.ok(restored.body.status.version > b.version);
      assert.deepEqual(
        (await client.statuses()).map(({ id }) => id),
        ['a', 'b', 'c'],
      );
      const { c1, c2, c3 } = await client.entries('c1', 'c2', 'c3');
      assert.deepEqual([c1.statusId, c2.statusId, c3.statusId], ['b', 'a', 'b']);
      const again = await client.post('/statuses/b/restore');
      assert.deepEqual([again.status, again.body.restored], [200, 0]);
    });

    it('restore fails for an unknown status, and if the name is taken', async () => {
      const client = world.client();
      const [a] = await client.pipeline('A');
      await client.delete('/statuses/a', tag(a.version));
      await client.post('/statuses', { id: 'b', name: 'a', color: COLOR });
      refused(await client.post('/statuses/a/restore', {}), 422, 'invalid', { field: 'name' });
      refused(await client.post('/statuses/nowhere/restore', {}), 404, 'not-found');
    });
  });

  describe('conversations', () => {
    it('set one, and read many', async () => {
      const client = world.client();
      await client.pipeline('A');
      const set = await client.pick('c1', 'a', {}, { contactId: 'p1' });
      assert.equal(set.status, 200);
      const { version, changedAt } = set.body;
      assert.deepEqual(set.body, { conversationId: 'c1', contactId: 'p1', statusId: 'a', version, changedAt });
      assert.ok(Math.abs(changedAt - Date.now()) < 60_000);
      assert.equal(set.headers.get('etag'), `"${version}"`);
      const read = await client.post('/conversations/batch-get', { ids: ['unknown', 'c1', 'c1'] });
      assert.deepEqual(read.body, { items: [set.body] });
      const cleared = await client.pick('c1', null);
      assert.deepEqual([cleared.body.statusId, cleared.body.contactId], [null, 'p1']);
    });

    it('ids of all kinds that hosts use', async () => {
      const client = world.client();
      await client.pipeline('A');
      const ids = [
        '+628123456@s.whatsapp.net',
        '100%',
        'a%2Fb',
        'a b',
        'ü?#&=;',
        '__proto__',
        'constructor',
        '😀',
        "'",
      ];
      for (const id of ids) {
        const { status, body } = await client.pick(id, 'a', {}, { contactId: id });
        assert.deepEqual([status, body.conversationId, body.contactId], [200, id, id], id);
        const history = await client.get(`/conversations/${encodeURIComponent(id)}/history`);
        assert.equal(history.body.items.length, 1, id);
      }
      const read = await client.post('/conversations/batch-get', { ids });
      assert.deepEqual(
        read.body.items.map((entry) => entry.conversationId),
        ids,
      );
      const { body } = await client.post('/contacts/batch-get', { ids });
      assert.equal(body.items.length, ids.length);
      assert.equal((await client.get('/conversations?pageSize=100')).body.ids.length, ids.length);
    });

    it('If-Match rejects a conversation that someone else changed', async () => {
      const client = world.client();
      await client.pipeline('A', 'B');
      const never = await client.pick('c1', 'a', tag(0));
      assert.equal(never.status, 200);
      refused(await client.pick('c1', 'b', tag(0)), 412, 'conflict', { current: never.body });
      refused(await client.pick('c2', 'b', tag(5)), 412, 'conflict', { current: undefined });
      refused(await client.pick('c2', 'b', { 'if-match': '*' }), 412, 'conflict');
      assert.equal((await client.pick('c1', 'b', tag(never.body.version))).status, 200);
    });

    it('a deleted or unknown status is rejected', async () => {
      const client = world.client();
      const [a] = await client.pipeline('A', 'B');
      await client.pick('c1', 'b');
      await client.delete('/statuses/a', tag(a.version));
      refused(await client.pick('c1', 'a'), 409, 'status-deleted', { field: 'statusId' });
      refused(await client.pick('c1', 'nowhere'), 404, 'not-found', { field: 'statusId' });
      refused(await client.put('/conversations/c1/status', {}), 422, 'invalid', { field: 'statusId' });
      refused(await client.pick('c1', 'b', {}, { contactId: '' }), 422, 'invalid', { field: 'contactId' });
      refused(await client.pick('a/b', 'b'), 422, 'invalid', { field: 'conversationId' });
      assert.equal((await client.entries('c1')).c1.statusId, 'b');
    });

    it('set many: one result each, in order, all or nothing', async () => {
      const client = world.client();
      await client.pipeline('A', 'B');
      const conversations = [
        { conversationId: 'c1', contactId: 'p1' },
        { conversationId: 'c2' },
        { conversationId: 'c1' },
      ];
      const set = await client.post('/conversations/batch-set', { conversations, statusId: 'a' });
      assert.equal(set.status, 200);
      assert.deepEqual(
        set.body.results.map(({ conversationId, ok, entry }) => [conversationId, ok, entry.statusId, entry.contactId]),
        [
          ['c1', true, 'a', 'p1'],
          ['c2', true, 'a', null],
          ['c1', true, 'a', 'p1'],
        ],
      );
      const bad = [{ conversationId: 'c1' }, { conversationId: '' }];
      refused(await client.post('/conversations/batch-set', { conversations: bad, statusId: 'b' }), 422, 'invalid', {
        field: 'conversationId',
      });
      refused(await client.post('/conversations/batch-set', { conversations, statusId: 'x' }), 404, 'not-found');
      assert.equal((await client.entries('c1')).c1.statusId, 'a');
    });

    it('at most 200 at once', async () => {
      const client = world.client();
      await client.pipeline('A');
      const ids = Array.from({ length: 201 }, (_, n) => `c${n}`);
      const conversations = ids.map((conversationId) => ({ conversationId }));
      refused(await client.post('/conversations/batch-get', { ids }), 422, 'invalid', { field: 'ids' });
      refused(await client.post('/contacts/batch-get', { ids }), 422, 'invalid', { field: 'ids' });
      const set = await client.post('/conversations/batch-set', { conversations, statusId: 'a' });
      refused(set, 422, 'invalid', { field: 'conversations' });
      const most = await client.post('/conversations/batch-set', {
        conversations: conversations.slice(1),
        statusId: 'a',
      });
      assert.equal(most.body.results.length, 200);
      assert.equal((await client.post('/conversations/batch-get', { ids: ids.slice(1) })).body.items.length, 200);
      for (const bad of [undefined, 'c1', [7], ['']]) {
        refused(await client.post('/conversations/batch-get', { ids: bad }), 422, 'invalid', { field: 'ids' });
      }
    });

    it('a client cannot set the activity of a conversation', async () => {
      const client = world.client();
      await client.pipeline('A');
      await client.put('/conversations', { conversations: [{ conversationId: 'c1', activityAt: 1000 }] });
      const late = [{ conversationId: 'c2', activityAt: 9e12 }];
      await client.post('/conversations/batch-set', { conversations: late, statusId: 'a' });
      assert.deepEqual((await client.get('/conversations')).body.ids, ['c1', 'c2']);
    });
  });

  describe('contacts, counts and find', () => {
    const FIVE = [
      { conversationId: 'c1', contactId: 'p1', activityAt: 100 },
      { conversationId: 'c2', contactId: 'p1', activityAt: 500 },
      { conversationId: 'c3', contactId: 'p2', activityAt: 300 },
      { conversationId: 'c4', contactId: 'p3', activityAt: 400 },
      { conversationId: 'c5', activityAt: 200 },
    ];
    const five = async () => {
      const client = world.client();
      await client.pipeline('A', 'B');
      assert.equal((await client.put('/conversations', { conversations: FIVE })).status, 204);
      await client.pick('c1', 'a');
      await client.pick('c3', 'a');
      await client.pick('c4', 'b');
      return client;
    };
    const ids = async (client, path) => {
      const { status, body } = await client.get(path);
      assert.equal(status, 200, JSON.stringify(body));
      return body.ids.join(' ');
    };

    it('contacts', async () => {
      const client = await five();
      const { body } = await client.post('/contacts/batch-get', { ids: ['p3', 'p1', 'unknown'] });
      assert.deepEqual(body.items, [
        { contactId: 'p3', statusIds: ['b'], latest: 'b' },
        { contactId: 'p1', statusIds: [null, 'a'], latest: null },
      ]);
    });

    it('counts', async () => {
      const client = await five();
      assert.deepEqual(await client.counts('of=conversation'), { byStatus: { a: 2, b: 1 }, none: 2 });
      assert.deepEqual(await client.counts('of=contact'), { byStatus: { a: 2, b: 1 }, none: 1 });
      assert.deepEqual(await client.counts('of=contact&contactMatch=any'), { byStatus: { a: 2, b: 1 }, none: 1 });
      assert.deepEqual(await client.counts('of=contact&contactMatch=latest'), { byStatus: { a: 1, b: 1 }, none: 1 });
      refused(await client.get('/counts'), 422, 'invalid', { field: 'of' });
      refused(await client.get('/counts?of=agent'), 422, 'invalid', { field: 'of' });
      refused(await client.get('/counts?of=contact&contactMatch=all'), 422, 'invalid', { field: 'contactMatch' });
    });

    it('find returns newest activity first', async () => {
      const client = await five();
      assert.equal(await ids(client, '/conversations'), 'c2 c4 c3 c5 c1');
      assert.equal(await ids(client, '/conversations?op=any-of&status=a'), 'c3 c1');
      assert.equal(await ids(client, '/conversations?op=any-of&status=a&status='), 'c2 c3 c5 c1');
      assert.equal(await ids(client, '/conversations?op=none-of&status=a&status='), 'c4');
      assert.equal(await ids(client, '/conversations?status=b'), 'c4');
      assert.equal(await ids(client, '/conversations?op=none-of'), 'c2 c4 c3 c5 c1');
      assert.equal(await ids(client, '/conversations?status=unknown'), '');
      assert.equal(await ids(client, '/contacts'), 'p1 p3 p2');
      assert.equal(await ids(client, '/contacts?op=any-of&status=a'), 'p1 p2');
      assert.equal(await ids(client, '/contacts?op=any-of&status=a&contactMatch=latest'), 'p2');
      assert.equal(await ids(client, '/contacts?op=none-of&status=a'), 'p3');
      assert.equal(await ids(client, '/contacts?op=none-of&status=a&contactMatch=latest'), 'p1 p3');
    });

    it('find pages', async () => {
      const client = await five();
      for (const query of ['', 'op=none-of&status=b&']) {
        const all = (await client.get(`/conversations?${query}`)).body.ids;
        const walked = [];
        let token = '';
        do {
          const { body } = await client.get(`/conversations?${query}pageSize=2${token}`);
          assert.ok(body.ids.length <= 2);
          walked.push(...body.ids);
          token = body.nextPageToken && `&pageToken=${encodeURIComponent(body.nextPageToken)}`;
        } while (token);
        assert.deepEqual(walked, all);
      }
    });

    it('invalid page sizes and tokens', async () => {
      const client = await five();
      for (const size of ['0', '-1', '1.5', 'x', '']) {
        refused(await client.get(`/conversations?pageSize=${size}`), 422, 'invalid', { field: 'pageSize' });
      }
      assert.equal((await client.get('/conversations?pageSize=100000')).status, 200);
      refused(await client.get('/conversations?op=some-of&status=a'), 422, 'invalid', { field: 'op' });
      const { body } = await client.get('/conversations?pageSize=2');
      const token = `pageToken=${body.nextPageToken}`;
      refused(await client.get(`/conversations?op=any-of&status=a&${token}`), 422, 'invalid', { field: 'pageToken' });
      refused(await client.get(`/contacts?${token}`), 422, 'invalid', { field: 'pageToken' });
      for (const bad of ['', 'x', 'bm9uZQ', 'W10', 'WzEsMSwieCIsMSwieSJd'.slice(0, 9)]) {
        refused(await client.get(`/conversations?pageToken=${bad}`), 422, 'invalid', { field: 'pageToken' });
      }
    });

    it('find by body: the same results, checks, limits and tokens as by URL', async () => {
      const client = world.client();
      await client.pipeline('A', 'B');
      for (let n = 0; n < 5; n++) await client.pick(`c${n}`, n % 2 ? 'a' : null, {}, { contactId: `p${n}` });
      const body = { op: 'any-of', statusIds: ['a', null], pageSize: 2 };
      const byUrl = (await client.get('/conversations?op=any-of&status=a&status=&pageSize=2')).body;
      const byBody = (await client.post('/conversations/find', body)).body;
      assert.deepEqual(byBody.ids, byUrl.ids);
      const next = await client.get(`/conversations?op=any-of&status=a&status=&pageToken=${byBody.nextPageToken}`);
      const same = await client.post('/conversations/find', { ...body, pageSize: 50, pageToken: byUrl.nextPageToken });
      assert.deepEqual(same.body, next.body);
      assert.equal((await client.post('/conversations/find', { op: 'any-of', statusIds: [] })).body.ids.length, 5);
      const contacts = { op: 'none-of', statusIds: ['a'], contactMatch: 'latest' };
      assert.deepEqual((await client.post('/contacts/find', contacts)).body.ids, ['p0', 'p2', 'p4']);
      for (const [field, value] of [
        ['op', 'some-of'],
        ['op', undefined],
        ['statusIds', undefined],
        ['statusIds', 'a'],
        ['statusIds', ['']],
        ['statusIds', Array.from({ length: 501 }, (_, n) => `s${n}`)],
        ['contactMatch', 'all'],
        ['contactMatch', null],
        ['pageSize', 0],
        ['pageSize', '2'],
        ['pageToken', 'x'],
        ['pageToken', null],
        ['staleOnly', true],
      ]) {
        const answer = await client.post('/contacts/find', { op: 'any-of', statusIds: ['a'], [field]: value });
        assert.deepEqual([answer.status, answer.body.field], [422, field], JSON.stringify(value));
      }
      assert.equal((await client.get('/conversations/find')).status, 405);
    });

    it('410 for an expired token', async () => {
      const instance = await world.start({ pageTokenLifetimeMs: 30 });
      const client = await five();
      client.base = client.base.replace(world.origin, instance.origin);
      const { body } = await client.get('/conversations?pageSize=2');
      const late = await until(async () => {
        const answer = await client.get(`/conversations?pageSize=2&pageToken=${body.nextPageToken}`);
        return answer.status !== 200 && answer;
      }, 'the token to expire');
      refused(late, 410, 'invalid', { field: 'pageToken' });
      await instance.close();
    });
  });

  describe('history', () => {
    it('every step, oldest first, including deletes and restores', async () => {
      const client = world.client();
      const [a] = await client.pipeline('A', 'B', 'C');
      assert.deepEqual((await client.get('/conversations/c1/history')).body, { items: [] });
      await client.pick('c1', 'a');
      await client.pick('c1', 'a');
      await client.delete('/statuses/a?moveTo=b', tag(a.version));
      await client.post('/statuses/a/restore', {});
      await client.pick('c1', 'c');
      const { items } = (await client.get('/conversations/c1/history')).body;
      assert.deepEqual(
        items.map(({ from, to }) => `${from} ${to}`),
        ['null a', 'a b', 'b a', 'a c'],
      );
      assert.deepEqual(
        items.map(({ at }) => at),
        items.map(({ at }) => at).sort((a, b) => a - b),
      );
    });
  });

  describe('unknown paths and methods', () => {
    it('404 for other paths, 405 with the allowed methods for other methods', async () => {
      const client = world.client();
      for (const path of ['', '/', '/nothing', '/statuses/', '/statuses/a/b/c', '/conversations/c1', '/Statuses']) {
        refused(await client.get(path), 404, 'not-found');
      }
      const cases = [
        ['PUT', '/statuses', 'GET, HEAD, POST'],
        ['GET', '/statuses/a', 'PATCH, DELETE'],
        ['GET', '/statuses/a/move', 'POST'],
        ['GET', '/conversations/batch-get', 'POST'],
        ['POST', '/conversations/c1/status', 'PUT'],
        ['POST', '/changes', 'GET, HEAD'],
        ['OPTIONS', '/statuses', 'GET, HEAD, POST'],
      ];
      for (const [method, path, allow] of cases) {
        const response = await client.call(method, path);
        refused(response, 405, 'invalid', { field: 'method' });
        assert.equal(response.headers.get('allow'), allow, path);
      }
    });

    it('a path outside the base is left to the host', async () => {
      const instance = await world.start();
      assert.equal(await instance.api.fetch(new Request('http://localhost/other')), undefined);
      assert.equal(await instance.api.fetch(new Request('http://localhost/apis/t/statuses')), undefined);
      assert.equal((await fetch(`${instance.origin}/other`)).status, 404);
      await instance.close();
    });
  });
});
