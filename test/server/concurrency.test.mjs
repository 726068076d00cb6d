// Tests concurrent writers, on one instance and on several, and the invariants that must hold afterwards.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertSound } from './soundness.mjs';
import { codeOf, onBothDatabases } from './support.mjs';

const tag = (version) => ({ 'if-match': `"${version}"` });
const many = (count, make) => Promise.all(Array.from({ length: count }, (_, n) => make(n)));

onBothDatabases((world) => {
  /** A client for each of three instances, on one tenant. */
  const three = async () => {
    const instances = await many(2, () => world.start());
    const first = world.client();
    const rest = instances.map(({ origin }) => {
      const client = world.client(first.tenant);
      client.base = client.base.replace(world.origin, origin);
      return client;
    });
    return { clients: [first, ...rest], close: () => Promise.all(instances.map((each) => each.close())) };
  };

  it('fifty picks for one conversation: one status, every step in the history', async () => {
    const { clients, close } = await three();
    const [client] = clients;
    await client.pipeline('A', 'B', 'C');
    const answers = await many(50, (n) =>
      clients[n % 3].pick('c1', ['a', 'b', 'c'][n % 3], { 'idempotency-key': `k${n}` }, { contactId: `p${n % 2}` }),
    );
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const newest = answers.map(({ body }) => body).reduce((a, b) => (b.version > a.version ? b : a));
    assert.deepEqual((await client.entries('c1')).c1, newest);
    const { items } = (await client.get('/conversations/c1/history')).body;
    items.slice(1).forEach((item, n) => assert.equal(item.from, items[n].to));
    assert.equal(items.at(-1).to, newest.statusId);
    await assertSound(world.database, client.tenant);
    await close();
  });

  it('fifty picks with the same version: one succeeds', async () => {
    const { clients, close } = await three();
    await clients[0].pipeline('A', 'B');
    const { version } = (await clients[0].pick('c1', 'a')).body;
    const answers = await many(50, (n) =>
      clients[n % 3].pick('c1', 'b', { ...tag(version), 'idempotency-key': `k${n}` }),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(49).fill(412)]);
    await assertSound(world.database, clients[0].tenant);
    await close();
  });

  it('two deletes of the same status: one succeeds', async () => {
    const { clients, close } = await three();
    const [a] = await clients[0].pipeline('A', 'B', 'C');
    await many(5, (n) => clients[0].pick(`c${n}`, 'a'));
    const answers = await Promise.all(
      ['b', 'c', ''].map((to, n) => clients[n].delete(`/statuses/a?moveTo=${to}`, tag(a.version))),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every((answer) => answer.status === 200 || codeOf(answer) === 'status-deleted'));
    const done = ['b', 'c', null][answers.findIndex(({ status }) => status === 200)];
    const entries = Object.values(await clients[0].entries('c0', 'c1', 'c2', 'c3', 'c4'));
    assert.deepEqual([...new Set(entries.map(({ statusId }) => statusId))], [done]);
    await assertSound(world.database, clients[0].tenant);
    await close();
  });

  it('two statuses deleted into each other: every conversation ends with a valid status', async () => {
    const { clients, close } = await three();
    const [client] = clients;
    for (let round = 0; round < 5; round++) {
      const names = [`X${round}`, `Y${round}`];
      const [x, y] = await client.pipeline(...names);
      await client.pick('c1', x.id);
      await client.pick('c2', y.id);
      const answers = await Promise.all([
        clients[1].delete(`/statuses/${x.id}?moveTo=${y.id}`, tag(x.version)),
        clients[2].delete(`/statuses/${y.id}?moveTo=${x.id}`, tag(y.version)),
      ]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      const kept = answers[0].status === 200 ? y.id : x.id;
      const { c1, c2 } = await client.entries('c1', 'c2');
      assert.deepEqual([c1.statusId, c2.statusId], [kept, kept]);
    }
    await assertSound(world.database, client.tenant);
    await close();
  });

  it('picks during a delete: each is moved along or rejected, and none keeps the deleted status', async () => {
    const { clients, close } = await three();
    const [client] = clients;
    const [a] = await client.pipeline('A', 'B');
    const picks = many(30, (n) => clients[n % 3].pick(`c${n}`, 'a', {}, { contactId: `p${n % 4}` }));
    const dropped = await clients[1].delete('/statuses/a?moveTo=b', tag(a.version));
    assert.equal(dropped.status, 200);
    const answers = await picks;
    const entries = await client.entries(...answers.map((_, n) => `c${n}`));
    answers.forEach((answer, n) => {
      if (answer.status === 200) assert.equal(entries[`c${n}`].statusId, 'b');
      else {
        assert.equal(codeOf(answer), 'status-deleted');
        assert.equal(entries[`c${n}`], undefined);
      }
    });
    assert.equal(dropped.body.moved + answers.filter(({ status }) => status !== 200).length, 30);
    await assertSound(world.database, client.tenant);
    await close();
  });

  it('moves during moves, creates and deletes: every status once, no duplicate rank', async () => {
    const { clients, close } = await three();
    const [client] = clients;
    const made = await client.pipeline('A', 'B', 'C', 'D', 'E', 'F');
    const ids = made.map(({ id }) => id);
    const jobs = await many(60, async (n) => {
      const one = clients[n % 3];
      if (n === 20) return one.delete('/statuses/f', { 'if-match': '*' });
      if (n % 10 === 5)
        return one.post('/statuses', { id: `s${n}`, name: `S${n}`, color: '#000000', after: ids[n % 5] });
      return one.post(`/statuses/${ids[n % 5]}/move`, { after: n % 4 ? ids[(n * 7 + 1) % 6] : null });
    });
    assert.deepEqual([...new Set(jobs.map(({ status }) => status))].sort(), [200, 201]);
    const order = (await client.statuses()).map(({ id }) => id);
    assert.deepEqual([...order].sort(), ['a', 'b', 'c', 'd', 'e', 's15', 's25', 's35', 's45', 's5', 's55']);
    await assertSound(world.database, client.tenant);
    await close();
  });

  it('the same name requested on three instances is given once', async () => {
    const { clients, close } = await three();
    const create = (n) =>
      clients[n % 3].post('/statuses', { id: `s${n}`, name: n % 2 ? 'leads' : 'LEADS', color: '#000000' });
    const answers = await many(9, create);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(8).fill(422)]);
    assert.equal((await clients[0].statuses()).length, 1);
    await close();
  });

  it('random writes from three instances', async () => {
    const { clients, close } = await three();
    const [client] = clients;
    let state = 7;
    const random = (below) => (state = (state * 48271) % 2147483647) % below;
    await client.pipeline('A', 'B', 'C', 'D');
    const jobs = Array.from({ length: 240 }, (_, n) => {
      const one = clients[n % 3];
      const status = ['a', 'b', 'c', 'd'][random(4)];
      const conversation = { conversationId: `c${random(30)}`, contactId: `p${random(6)}`, activityAt: random(1000) };
      const kind = random(12);
      if (kind === 0)
        return () => one.delete(`/statuses/${status}?moveTo=${['a', 'b', ''][random(3)]}`, { 'if-match': '*' });
      if (kind === 1) return () => one.post(`/statuses/${status}/restore`, {});
      if (kind === 2) return () => one.put('/conversations', { conversations: [conversation] });
      if (kind === 10) {
        return () => one.put('/conversations', { conversations: [{ ...conversation, contactId: null }] });
      }
      if (kind === 11) {
        const ids = random(3)
          ? { conversationIds: [conversation.conversationId] }
          : { contactIds: [conversation.contactId] };
        return () => one.post('/forget', ids);
      }
      const conversations = [conversation, { conversationId: `c${random(30)}` }];
      return () => one.post('/conversations/batch-set', { conversations, statusId: random(5) ? status : null });
    });
    const answers = [];
    let next = 0;
    await many(9, async () => {
      while (next < jobs.length) answers.push(await jobs[next++]());
    });
    for (const answer of answers) {
      const isFine = answer.status < 300 || ['status-deleted', 'invalid', 'in-use'].includes(codeOf(answer));
      assert.ok(isFine, JSON.stringify(answer.body));
    }
    await assertSound(world.database, client.tenant);
    const counts = await client.counts();
    const all = (await client.get('/conversations?pageSize=200')).body.ids;
    const entries = Object.values(await client.entries(...all));
    const total = { none: 0, byStatus: {} };
    for (const { statusId } of entries) {
      if (statusId === null) total.none++;
      else total.byStatus[statusId] = (total.byStatus[statusId] ?? 0) + 1;
    }
    assert.deepEqual(counts, total);
    const live = (await client.statuses()).map(({ id }) => id);
    for (const { statusId } of entries) assert.ok(statusId === null || live.includes(statusId));
    await close();
  });
});
